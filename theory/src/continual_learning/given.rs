//! Spectra and targets as parameters of predictions give them.

use serde::Deserialize;

use super::spectrum::Spectrum;
use crate::TheoryError;
use crate::catalog::Kind::{Integer, Json, Number};
use crate::catalog::parameter::{optional, required};
use crate::catalog::{Parameter, Params};

pub(crate) const LAMBDA: Parameter = required(
    "lambda",
    Json,
    "the eigenvalues of the kernel",
    "{\"power\": a} for i^-a up to P, or {\"values\": [...]}, or [...]",
);
pub(crate) const ETA: Parameter = optional(
    "eta",
    Json,
    "the power of the target in every orthonormal mode",
    "as lambda; null: matched to the kernel",
    "null",
);
pub(crate) const MODES: Parameter = optional(
    "P",
    Integer,
    "the number of modes of a power law",
    "an integer >= 1; null for given values",
    "null",
);
pub(crate) const TAIL: Parameter =
    optional("tail", Number, "the sum of the eigenvalues that are not listed", "a number >= 0", "0");
/// Whether a power law may have the exponent 0: modes that are all alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flat {
    /// It may.
    Allowed,
    /// It may not.
    Refused,
}

/// A spectrum, or powers of a target, as the user gives them.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Modes {
    Power(f64),
    Values(Vec<f64>),
}

/// Reads `{"power": a}`, `{"values": [...]}` or `[...]`.
fn modes(params: &Params, name: &str) -> Result<Option<Modes>, TheoryError> {
    if let Ok(values) = params.get::<Vec<f64>>(name) {
        return Ok(Some(Modes::Values(values)));
    }
    params.get(name)
}

/// The powers of one of the parameters; `None` where it is null.
pub(crate) fn powers(params: &Params, name: &str, flat: Flat) -> Result<Option<Vec<f64>>, TheoryError> {
    match modes(params, name)? {
        None => Ok(None),
        Some(Modes::Values(values)) => {
            if let Some(count) = params.get::<Option<f64>>("P")?
                && count != values.len() as f64
            {
                let valid = format!("{}, as many as there are values of {name}", values.len());
                return Err(TheoryError::invalid("P", count, valid));
            }
            Ok(Some(values))
        }
        Some(Modes::Power(exponent)) => {
            let count = match params.get::<Option<f64>>("P")? {
                Some(_) => params.integer("P")?,
                None => {
                    let meaning = "the number of modes, which a power law needs".to_owned();
                    return Err(TheoryError::MissingParameter { name: "P".to_owned(), meaning });
                }
            };
            if exponent == 0.0 && flat == Flat::Allowed {
                return Ok(Some(vec![1.0; super::spectrum::powers(name, 1.0, count)?.len()]));
            }
            Ok(Some(super::spectrum::powers(name, exponent, count)?))
        }
    }
}

/// The parameters `lambda` and, where there is one, `tail`.
pub(crate) fn spectrum(params: &Params, flat: Flat) -> Result<Spectrum, TheoryError> {
    let eigenvalues = powers(params, "lambda", flat)?
        .ok_or_else(|| TheoryError::invalid("lambda", "null", LAMBDA.domain))?;
    let tail = params.get::<Option<f64>>("tail")?.unwrap_or(0.0);
    Spectrum::simple(eigenvalues, tail)
}
