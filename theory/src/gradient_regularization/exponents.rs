//! Vanishing initialisation: from saddle to saddle, and the exponents of the effective initialisation.

use nalgebra::{DMatrix, DVector};

use super::RegressionData;
use crate::TheoryError;
use crate::error::non_negative;

/// Rates below this, relative to the largest of the start, do not move an active weight.
const STILL: f64 = 1e-9;
/// Ratios that agree to this enter together.
const TIE: f64 = 1e-12;

/// The limit $\alpha_0\to0$ of the flow on the scale $\tau=t/\log(1/\alpha_0)$.
#[derive(Debug, Clone, PartialEq)]
pub struct RichLimit {
    /// $(A_i^++A_i^-)/2$: $\alpha_{{\rm eff},i}\propto\alpha_0$ to this power.
    pub exponents: Vec<f64>,
    /// The last $\beta$.
    pub beta: Vec<f64>,
    /// $\tau$ of the last event.
    pub last: f64,
}

/// The piecewise linear path of $A^\pm=\log w_\pm/\log\alpha_0$.
///
/// # Formula
/// Rates $r_i^\pm=\mp2s_i-4\gamma s_i^2$ between events; the weight whose $A$ first reaches 0 becomes active, and $\beta$ moves to the least squares over the
/// active signed coordinates with coefficients $\ge0$.
///
/// # Errors
/// Rounding. [`Undefined`](TheoryError::Undefined) if no weight can grow any more ($2\gamma|s|>1$: the flow is trapped), after $100d$ events, or where
/// active columns depend linearly; [`InvalidParameter`](TheoryError::InvalidParameter) for $\gamma<0$.
///
/// # Source
/// Pesme and Flammarion 2023 at $\gamma=0$; the penalty adds the second term of the rates.
///
/// # Example
/// ```
/// use nalgebra::{dmatrix, dvector};
/// use solvable_theory::gradient_regularization::{RegressionData, rich_limit};
/// let data = RegressionData::new(dmatrix![1.0], dvector![1.0])?;
/// // x = 2γκβ* = 0.3: the exponent is 1/(1 − x).
/// let limit = rich_limit(&data, 0.3)?;
/// assert!((limit.exponents[0] - 1.0 / 0.7).abs() < 1e-12);
/// assert!(rich_limit(&data, 1.1).is_err());
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn rich_limit(data: &RegressionData, gamma: f64) -> Result<RichLimit, TheoryError> {
    non_negative("gamma", gamma)?;
    let d = data.dimension();
    // Weight j is w₊ of coordinate j, weight d + j its w₋.
    let mut a = vec![1.0; 2 * d];
    let mut beta = DVector::zeros(d);
    let mut time = 0.0;
    let first = data.slope(&beta).amax();
    if !first.is_finite() {
        return Err(TheoryError::undefined(
            "the slope",
            "it exceeds the range of 64-bit floating point numbers",
        ));
    }
    for _ in 0..=100 * d {
        let s = data.slope(&beta);
        if s.amax() <= STILL * first {
            let exponents = (0..d).map(|i| 0.5 * (a[i] + a[d + i])).collect();
            return Ok(RichLimit { exponents, beta: beta.iter().copied().collect(), last: time });
        }
        let rate = |j: usize| {
            let s = if j < d { s[j] } else { -s[j - d] };
            -2.0 * s - 4.0 * gamma * s * s
        };
        let wait = |j: usize, a: &[f64]| (a[j] > 0.0 && rate(j) > 0.0).then(|| a[j] / rate(j));
        let Some(next) = (0..2 * d).filter_map(|j| wait(j, &a)).min_by(f64::total_cmp) else {
            return Err(trapped("no weight can grow any more: gamma makes the saddle attractive"));
        };
        let entering: Vec<usize> =
            (0..2 * d).filter(|&j| wait(j, &a).is_some_and(|w| w <= next * (1.0 + TIE))).collect();
        for (j, a) in a.iter_mut().enumerate() {
            if *a > 0.0 || rate(j) < -STILL * first {
                *a -= rate(j) * next;
            }
        }
        entering.iter().for_each(|&j| a[j] = 0.0);
        time += next;
        if !time.is_finite() {
            return Err(trapped("the next event lies beyond all numbers"));
        }
        let active: Vec<usize> = (0..2 * d).filter(|&j| a[j] <= 0.0).collect();
        let columns = DMatrix::from_fn(data.samples(), active.len(), |n, k| match active[k] {
            j if j < d => data.x()[(n, j)],
            j => -data.x()[(n, j - d)],
        });
        let coefficients = non_negative_least_squares(&columns, data.y())?;
        beta.fill(0.0);
        for (&j, c) in active.iter().zip(coefficients.iter()) {
            if j < d { beta[j] += c } else { beta[j - d] -= c }
        }
    }
    Err(trapped("the path has more than 100 events a coordinate"))
}

fn trapped(reason: &str) -> TheoryError {
    TheoryError::undefined("the limit of vanishing initialisation", reason)
}

/// $\arg\min_{c\ge0}\|Ac-y\|$ by active sets (Lawson and Hanson).
fn non_negative_least_squares(a: &DMatrix<f64>, y: &DVector<f64>) -> Result<DVector<f64>, TheoryError> {
    let n = a.ncols();
    let mut c = DVector::zeros(n);
    let mut passive: Vec<usize> = Vec::new();
    let scale = a.tr_mul(y).amax().max(f64::MIN_POSITIVE);
    let solve = |set: &[usize]| -> Result<DVector<f64>, TheoryError> {
        let dependent = || trapped("active columns of X depend linearly: their coefficients are not unique");
        if set.len() > a.nrows() {
            return Err(dependent());
        }
        let qr = a.select_columns(set).qr();
        let r = qr.r();
        let diagonal = r.diagonal().abs();
        if diagonal.min() <= 1e-10 * diagonal.max() {
            return Err(dependent());
        }
        r.solve_upper_triangular(&qr.q().tr_mul(y)).ok_or_else(dependent)
    };
    for _ in 0..=10 * n {
        let w = a.tr_mul(&(y - a * &c));
        let candidate = (0..n).filter(|j| !passive.contains(j)).max_by(|&i, &j| w[i].total_cmp(&w[j]));
        match candidate {
            Some(j) if w[j] > 1e-12 * scale => passive.push(j),
            _ => return Ok(c),
        }
        loop {
            let trial = solve(&passive)?;
            if trial.iter().all(|v| *v > 0.0) {
                c.fill(0.0);
                passive.iter().zip(trial.iter()).for_each(|(&j, v)| c[j] = *v);
                break;
            }
            let blocked = passive.iter().zip(trial.iter()).filter(|(_, t)| **t <= 0.0);
            let step = blocked.map(|(&j, t)| c[j] / (c[j] - t)).fold(1.0, f64::min);
            passive.iter().zip(trial.iter()).for_each(|(&j, t)| c[j] += step * (t - c[j]));
            let before = passive.len();
            let largest = c.amax();
            passive.retain(|&j| c[j] > 1e-14 * largest);
            if passive.len() == before {
                return Err(trapped("the non-negative least squares of the active weights do not settle"));
            }
            (0..n).filter(|j| !passive.contains(j)).for_each(|j| c[j] = 0.0);
        }
    }
    Err(trapped("the non-negative least squares of the active weights do not settle"))
}
