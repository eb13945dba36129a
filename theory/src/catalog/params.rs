//! How the parameters of a prediction are read: by name, with defaults, each refused by the name that the user gave.

use std::sync::Arc;

use nalgebra::DMatrix;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::reading::{Move, Reading};
use super::{Kind, Parameter, Prediction};
use crate::{Activation, Architecture, InitialScales, TheoryError};
use solvable_words::{did_you_mean, shortened};

/// Parameters by name, with their defaults filled in.
#[derive(Debug, Clone)]
pub struct Params {
    values: Arc<Map<String, Json>>,
    parameters: &'static [Parameter],
    cost_limit: f64,
    moved: Option<Move>,
}

/// The parameter that every prediction takes besides its own: how many elementary operations it may cost.
pub const COST_LIMIT: Parameter = Parameter {
    name: "cost_limit",
    kind: Kind::Number,
    meaning: "the number of elementary operations (about a nanosecond each) that one evaluation may take",
    domain: "a number > 0",
    default: Some("2e9"),
};

/// Up to here every integer is a 64-bit floating point number, as the formulas need it.
const MOST_INTEGER: u64 = 1 << 53;

/// So many names are listed where one is unknown; where there are more, the nearest are.
const MOST_LISTED: usize = 12;

impl Params {
    pub(super) fn new(prediction: &Prediction, given: &Map<String, Json>) -> Result<Self, TheoryError> {
        let mut values = Map::new();
        let limit = given.get(COST_LIMIT.name);
        let cost_limit = match limit.map_or(Some(2e9), Json::as_f64) {
            Some(operations) if operations > 0.0 => operations,
            _ => {
                let value = limit.unwrap_or(&Json::Null);
                return Err(TheoryError::invalid(COST_LIMIT.name, value, COST_LIMIT.domain));
            }
        };
        for name in given.keys().filter(|&name| name != COST_LIMIT.name) {
            if !prediction.parameters.iter().any(|p| p.name == name) {
                let names = || prediction.parameters.iter().map(|p| p.name);
                let near = did_you_mean(name, names());
                let known = if names().count() <= MOST_LISTED {
                    format!("{near}known: {}", names().collect::<Vec<_>>().join(", "))
                } else {
                    format!("{near}`solvable explain {}` lists them", prediction.id)
                };
                return Err(TheoryError::UnknownParameter { name: shortened(name), known });
            }
        }
        for parameter in prediction.parameters {
            let value = match (given.get(parameter.name), parameter.default) {
                (Some(value), _) => value.clone(),
                (None, Some(default)) => serde_json::from_str(default)
                    .map_err(|_| TheoryError::invalid(parameter.name, default, parameter.domain))?,
                (None, None) => {
                    return Err(TheoryError::MissingParameter {
                        name: parameter.name.to_owned(),
                        meaning: parameter.meaning.to_owned(),
                    });
                }
            };
            values.insert(parameter.name.to_owned(), value);
        }
        // What a formula does not read for these parameters must have its form all the same.
        for parameter in prediction.parameters {
            let value = values.get(parameter.name).unwrap_or(&Json::Null);
            if !parameter.admits(value) {
                return Err(TheoryError::invalid(parameter.name, value, parameter.domain));
            }
        }
        let (values, parameters) = (Arc::new(values), prediction.parameters);
        Ok(Self { values, parameters, cost_limit, moved: None })
    }

    /// The same, with the real parameters moved in their last place.
    pub(super) fn moved(&self, moved: Move) -> Self {
        Self { moved: Some(moved), ..self.clone() }
    }

    /// Elementary operations that one evaluation may take.
    pub(super) fn cost_limit(&self) -> f64 {
        self.cost_limit
    }

    /// Refuses a computation of more than `cost_limit` elementary operations of about a nanosecond each.
    pub fn afford(&self, what: &str, operations: f64) -> Result<(), TheoryError> {
        if operations <= self.cost_limit {
            Ok(())
        } else {
            Err(TheoryError::TooCostly { what: what.to_owned(), operations, limit: self.cost_limit })
        }
    }

    /// The parameter `name`, read as a `T`.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<T, TheoryError> {
        self.read(name, self.moved.filter(|moved| moved.concerns(name)))
    }

    fn read<T: DeserializeOwned>(&self, name: &str, moved: Option<Move>) -> Result<T, TheoryError> {
        let value = self.values.get(name).unwrap_or(&Json::Null);
        T::deserialize(Reading { value, moved })
            .map_err(|error| self.misread(name, value, &error.to_string()))
    }

    /// Whether the prediction takes a parameter of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.parameters.iter().any(|p| p.name == name)
    }

    /// Whether a parameter has another value than it takes when it is not given.
    pub(crate) fn differs_from_default(&self, name: &str) -> bool {
        let default = self.parameters.iter().find(|p| p.name == name).and_then(|p| p.default);
        let default = default.and_then(|text| serde_json::from_str::<Json>(text).ok());
        self.values.get(name) != default.as_ref()
    }

    /// A finite number.
    pub fn number(&self, name: &str) -> Result<f64, TheoryError> {
        self.get(name)
    }

    /// A non-negative integer up to $2^{53}$, on every machine; `100.0` counts as one.
    pub fn whole(&self, name: &str) -> Result<u64, TheoryError> {
        // As u64, not f64: above 2^53 a number with a fraction would round to an integer, and an integer to another.
        let value: u64 = self.read(name, None)?;
        if value > MOST_INTEGER {
            return Err(TheoryError::invalid(name, value, format!("{}, at most 2^53", self.domain(name))));
        }
        Ok(value)
    }

    /// A non-negative integer that counts things in memory: up to $2^{53}$, on 32-bit machines up to $2^{32}-1$.
    pub fn integer(&self, name: &str) -> Result<usize, TheoryError> {
        let value = self.whole(name)?;
        usize::try_from(value).map_err(|_| {
            TheoryError::invalid(
                name,
                value,
                format!("{}, at most {} on this machine", self.domain(name), usize::MAX),
            )
        })
    }

    /// A matrix given as a list of rows, all of one length.
    pub fn matrix(&self, name: &str) -> Result<DMatrix<f64>, TheoryError> {
        let rows: Vec<Vec<f64>> = self.get(name)?;
        let columns = rows.first().map_or(0, Vec::len);
        if columns == 0 || rows.iter().any(|row| row.len() != columns) {
            return Err(TheoryError::invalid(
                name,
                "a list of lists",
                "rows of one length, at least one number",
            ));
        }
        Ok(DMatrix::from_row_iterator(rows.len(), columns, rows.into_iter().flatten()))
    }

    /// An activation by its name; a wrong one is refused with the list of the known ones.
    pub fn activation(&self) -> Result<Activation, TheoryError> {
        self.get::<String>("activation")?.parse()
    }

    /// The parameters `activation`, `sigma_w2`, `sigma_b2`.
    pub fn scales(&self) -> Result<InitialScales, TheoryError> {
        InitialScales::new(self.activation()?, self.number("sigma_w2")?, self.number("sigma_b2")?)
    }

    /// The parameters `widths`, `activation`, `sigma_w2`, `sigma_b2`: a plain network.
    pub fn architecture(&self) -> Result<Architecture, TheoryError> {
        let InitialScales { activation, sigma_w2, sigma_b2 } = self.scales()?;
        Architecture::new(self.get("widths")?, activation, sigma_w2, sigma_b2)
    }

    fn invalid(&self, name: &str, value: &Json) -> TheoryError {
        TheoryError::invalid(name, value, self.domain(name))
    }

    /// Refuses a value that has not the form wanted. Of what the deserializer says, only an unknown or missing field or
    /// word within the value tells more than the domain.
    fn misread(&self, name: &str, value: &Json, error: &str) -> TheoryError {
        let telling = ["unknown field", "unknown variant", "missing field", "duplicate field"];
        if !telling.iter().any(|start| error.starts_with(start)) {
            return self.invalid(name, value);
        }
        let mut words = error.split('`').skip(1).step_by(2);
        let unknown = words.next().unwrap_or_default().to_owned();
        let near = if error.starts_with("unknown") { did_you_mean(&unknown, words) } else { String::new() };
        let hint = if near.is_empty() { String::new() } else { format!("; {}", near.trim_end()) };
        TheoryError::invalid(name, value, format!("{} ({error}{hint})", self.domain(name)))
    }

    fn domain(&self, name: &str) -> &'static str {
        self.parameters.iter().find(|p| p.name == name).map_or("a known parameter", |p| p.domain)
    }
}
