//! How long to train, and with which ridge.

use serde::Serialize;

use super::edge::edge;
use super::flow::at_time;
use super::ridge::{Ridge, converged, ridge};
use super::two_point::{Errors, Regression};
use super::zero::zero;
use crate::TheoryError;
use crate::continual_learning::{Spectrum, Target, effective_ridge};
use crate::error::representable;

/// The best time of gradient flow and the best ridge.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EarlyStopping {
    /// $t^*$; none: training to convergence is best.
    pub time: Option<f64>,
    /// $E(t^*)$.
    pub error: f64,
    /// $\delta^*$; none: no finite ridge, as nothing can be learnt, or nothing that helps.
    pub ridge: Option<f64>,
    /// $E_{\rm ridge}(\delta^*)$.
    pub ridge_error: f64,
}

/// What knows its errors at every time and at every ridge: where the best of them are sought.
pub(super) trait Law {
    /// The error before training.
    fn start(&self) -> f64;
    /// Whether training changes it.
    fn learns(&self) -> bool;
    /// Whether a little training lowers it.
    fn gains(&self) -> bool {
        self.learns()
    }
    /// The errors of gradient flow at a time, and $E'(t)$.
    fn at_time(&self, t: f64) -> Result<(Errors, f64), TheoryError>;
    /// The error without ridge at the end of training.
    fn converged(&self) -> Result<f64, TheoryError>;
    /// The error at a ridge $\delta>0$, and its derivatives.
    fn ridge(&self, delta: f64) -> Result<Ridge, TheoryError>;
    /// A time at which hardly anything is learnt, and one at which hardly anything is left to learn.
    fn times(&self) -> Result<(f64, f64), TheoryError>;
    /// The size of ridges.
    fn scale(&self) -> f64;
}

impl Law for Regression<'_> {
    fn start(&self) -> f64 {
        self.power()
    }

    fn learns(&self) -> bool {
        self.spectrum.eigenvalues().iter().zip(&self.target.powers).any(|(l, eta)| l * eta > 0.0)
    }

    fn at_time(&self, t: f64) -> Result<(Errors, f64), TheoryError> {
        at_time(self, t)
    }

    fn converged(&self) -> Result<f64, TheoryError> {
        converged(self)
    }

    fn ridge(&self, delta: f64) -> Result<Ridge, TheoryError> {
        ridge(self, delta)
    }

    fn times(&self) -> Result<(f64, f64), TheoryError> {
        let (spectrum, n) = (self.spectrum, self.samples);
        let upper = edge(spectrum, n as usize, 0.0)?.upper;
        let positive = spectrum.eigenvalues().iter().copied().filter(|lambda| *lambda > 0.0);
        let least = positive.fold(f64::INFINITY, f64::min);
        let kappa = effective_ridge(spectrum, n, 0.0).map_or(0.0, |ridge| ridge.kappa);
        Ok((1e-3 / upper, representable("the last time", 1e3 / (kappa + n * least))?))
    }

    fn scale(&self) -> f64 {
        self.spectrum.trace()
    }
}

/// Times and ridges that are looked at, and how near a minimum is found, in the logarithm.
const TIMES: usize = 200;
const RIDGES: usize = 60;
const NEAR: f64 = 1e-11;
/// Factors of ten by which an end is moved out where the minimum lies at it.
const MOVES: usize = 280;

/// The global minima of the test error over the time of gradient flow and over the ridge.
///
/// # Formula
/// $E'(t)=\sum_{jl}W_jW_l(z_j+z_l)D(z_j,z_l)=0$; $E_{\rm ridge}'(\delta)=2\kappa'F_1=0$, between the neighbours of the lowest point of a scan.
///
/// # Accuracy
/// $10^{-8}$ in time and ridge, $10^{-11}$ in the errors.
///
/// # Validity
/// As [`flow_curve`](super::flow_curve).
///
/// # Errors
/// As [`flow_curve`](super::flow_curve); as many modes as samples without a tail where training to the end is best: the error diverges.
///
/// # Source
/// Derived in the notes.
pub fn early_stopping(
    spectrum: &Spectrum,
    target: &Target,
    samples: usize,
    sigma2: f64,
) -> Result<EarlyStopping, TheoryError> {
    best(&Regression::new(spectrum, target, samples, sigma2)?)
}

/// The global minima of any law.
pub(super) fn best(law: &impl Law) -> Result<EarlyStopping, TheoryError> {
    if !law.learns() {
        let start = law.start();
        return Ok(EarlyStopping { time: Some(0.0), error: start, ridge: None, ridge_error: start });
    }
    let (time, error) = best_time(law)?;
    let (ridge, ridge_error) = best_ridge(law)?;
    Ok(EarlyStopping { time, error, ridge, ridge_error })
}

fn best_time(law: &impl Law) -> Result<(Option<f64>, f64), TheoryError> {
    let (first, last) = law.times()?;
    let (mut low, high) = (first.ln(), last.ln());
    let end = law.converged();
    let error = |log_t: f64| Ok::<f64, TheoryError>(law.at_time(log_t.exp())?.0.test);
    for _ in 0..MOVES {
        let step = (high - low) / (TIMES - 1) as f64;
        let scan: Vec<f64> =
            (0..TIMES).map(|i| error(low + i as f64 * step)).collect::<Result<_, TheoryError>>()?;
        let best = lowest(&scan);
        let start = law.start();
        let lower = |error: f64| error < start * (1.0 - 1e-11);
        if !law.gains() && !lower(scan[best]) && !end.as_ref().is_ok_and(|end| lower(*end)) {
            return Ok((Some(0.0), start));
        }
        if best + 1 == TIMES {
            return Ok((None, end?));
        }
        if let Ok(end) = end
            && scan[best] >= end - 1e-11 * law.start()
        {
            return Ok((None, end));
        }
        if best == 0 {
            low -= std::f64::consts::LN_10;
            continue;
        }
        let middle = low + best as f64 * step;
        let slope = |log_t: f64| Ok::<f64, TheoryError>(law.at_time(log_t.exp())?.1);
        let found = zero(middle - step, middle + step, NEAR, slope)?;
        return Ok((Some(found.exp()), error(found)?));
    }
    Err(not_found("the best time"))
}

/// $\delta^*$, none where no finite ridge is better than not to learn, and $E(\delta^*)$.
pub(super) fn best_ridge(law: &impl Law) -> Result<(Option<f64>, f64), TheoryError> {
    let scale = law.scale();
    let low = (1e-8 * scale).ln();
    let mut high = (1e4 * scale).ln();
    for _ in 0..MOVES {
        let step = (high - low) / (RIDGES - 1) as f64;
        let at = |i: usize| law.ridge((low + i as f64 * step).exp());
        let scan: Vec<f64> = (0..RIDGES).map(|i| Ok(at(i)?.error)).collect::<Result<_, TheoryError>>()?;
        let best = lowest(&scan);
        let start = law.start();
        let lower = |error: f64| error < start * (1.0 - 1e-11);
        if !law.gains() && !lower(scan[best]) && !law.converged().is_ok_and(lower) {
            return Ok((None, start));
        }
        if best == 0 && at(0)?.slope >= 0.0 {
            return Ok((Some(0.0), law.converged()?));
        }
        if best + 1 == RIDGES {
            high += std::f64::consts::LN_10;
            continue;
        }
        let middle = low + best as f64 * step;
        let below = if best == 0 { middle } else { middle - step };
        let slope = |log: f64| Ok::<f64, TheoryError>(law.ridge(log.exp())?.slope);
        let found = zero(below, middle + step, NEAR, slope)?.exp();
        return Ok((Some(found), law.ridge(found)?.error));
    }
    Err(not_found("the best ridge"))
}

fn not_found(what: &str) -> TheoryError {
    TheoryError::undefined(what, "it lies outside the range of 64-bit floating point numbers")
}

fn lowest(values: &[f64]) -> usize {
    (0..values.len()).min_by(|a, b| values[*a].total_cmp(&values[*b])).unwrap_or(0)
}
