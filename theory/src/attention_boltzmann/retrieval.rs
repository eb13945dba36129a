//! Retrieval of orthogonal patterns: the mean-field Potts model hidden in attention.
//!
//! $\xi_\mu\cdot\xi_\nu=R^2\delta_{\mu\nu}$, no biases; everything depends on $x=\beta\sigma^2R^2$, and on the retrieval branch one weight is $a$ and all others are equal.

use crate::TheoryError;
use crate::error::{at_least, positive};

/// $x$ at which the retrieval branch has the weight $a=1-e^{-y}$.
fn inverse_temperature(patterns: f64, y: f64) -> f64 {
    let rest = (-y).exp();
    // Ka − 1, and the logarithm of (K − 1) a/(1 − a) = 1 + (Ka − 1)/(1 − a).
    let excess = (patterns - 1.0) - patterns * rest;
    if excess.abs() < 1e-9 {
        return patterns;
    }
    (patterns - 1.0) / excess * (excess / rest).ln_1p()
}

/// The lowest point of the branch: $(y_c,x_c)$.
fn lowest(patterns: usize) -> Result<(f64, f64), TheoryError> {
    let k = at_least("K", patterns, 2)? as f64;
    if patterns == 2 {
        return Ok((2f64.ln(), 2.0));
    }
    let golden = 0.5 * (5f64.sqrt() - 1.0);
    let (mut low, mut high) = ((k / (k - 1.0)).ln(), k.ln() + 20.0);
    let x = |y: f64| inverse_temperature(k, y);
    let (mut a, mut b) = (high - golden * (high - low), low + golden * (high - low));
    let (mut xa, mut xb) = (x(a), x(b));
    while high - low > 1e-9 {
        if xa < xb {
            (high, b, xb) = (b, a, xa);
            a = high - golden * (high - low);
            xa = x(a);
        } else {
            (low, a, xa) = (a, b, xb);
            b = low + golden * (high - low);
            xb = x(b);
        }
    }
    let y = 0.5 * (low + high);
    Ok((y, x(y)))
}

/// The spinodal $x_c$: retrieval exists iff $x\ge x_c$.
///
/// # Formula
/// $x_c=\min_{a>1/K}\frac{K-1}{Ka-1}\log\frac{(K-1)a}{1-a}$; 2 for $K=2$.
///
/// # Errors
/// $10^{-14}$. [`InvalidParameter`](TheoryError::InvalidParameter) for $K<2$.
///
/// # Source
/// Stationary states of the update of attention (Ramsauer et al. 2021).
pub fn spinodal(patterns: usize) -> Result<f64, TheoryError> {
    Ok(lowest(patterns)?.1)
}

/// The point $x_t$ at which retrieval and the uniform state have the same energy.
///
/// # Formula
/// $x_t=\frac{2(K-1)\log(K-1)}{K-2}$; 2 for $K=2$. There $a=1-1/K$; the uniform state is stable iff $x<K$.
///
/// # Errors
/// Rounding. [`InvalidParameter`](TheoryError::InvalidParameter) for $K<2$.
///
/// # Source
/// Equal energies.
pub fn coexistence(patterns: usize) -> Result<f64, TheoryError> {
    let k = at_least("K", patterns, 2)? as f64;
    Ok(if patterns == 2 { 2.0 } else { 2.0 * (k - 1.0) * (k - 1.0).ln() / (k - 2.0) })
}

/// The weight $a$ of the retrieved pattern: the largest solution of the stationarity at $x$.
///
/// # Errors
/// $10^{-14}$. [`Undefined`](TheoryError::Undefined) below the spinodal; [`InvalidParameter`](TheoryError::InvalidParameter) for $K<2$ or $x\le0$.
///
/// # Source
/// As [`spinodal`].
///
/// # Example
/// ```
/// use solvable_theory::attention_boltzmann::{coexistence, overlap};
/// assert!((overlap(10, coexistence(10)?)? - 0.9).abs() < 1e-12);
/// assert!(overlap(10, 4.0).is_err());
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn overlap(patterns: usize, x: f64) -> Result<f64, TheoryError> {
    positive("x", x)?;
    let (mut low, lowest) = lowest(patterns)?;
    if x < lowest {
        return Err(TheoryError::undefined(
            "the overlap",
            format!("x = {x} is below the spinodal {lowest}: nothing is retrieved"),
        ));
    }
    let k = patterns as f64;
    let mut high = x + 1.0 + k.ln();
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if inverse_temperature(k, middle) < x { low = middle } else { high = middle }
    }
    Ok(-(-0.5 * (low + high)).exp_m1())
}
