//! Relatives: Gaussian–Bernoulli machines and dense associative memories.

use nalgebra::{DMatrix, DVector};

use crate::TheoryError;
use crate::error::{at_least, finite, positive, representable};
use crate::special::log_sum_exp;

/// Most hidden units of an exact Gaussian–Bernoulli machine.
pub const MOST_UNITS: usize = 20;

/// $\log Z$ of the Gaussian–Bernoulli restricted Boltzmann machine.
///
/// # Formula
/// $\frac d2\log2\pi\sigma^2+\log\sum_{h\in\{0,1\}^J}\exp(c\cdot h+\frac{\sigma^2}2\|b+w^\top h\|^2)$; `weights` is $J\times d$.
///
/// # Errors
/// Rounding. [`InvalidParameter`](TheoryError::InvalidParameter) above 20 hidden units, for lists that do not fit or $\sigma^2\le0$.
///
/// # Source
/// Welling et al. 2004 (the family).
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::attention_boltzmann::gaussian_bernoulli_log_z;
/// let free = gaussian_bernoulli_log_z(&dmatrix![0.0], &[0.0], &[0.0], 1.0)?;
/// assert!((free - 0.5 * (2.0 * std::f64::consts::PI).ln() - 2f64.ln()).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn gaussian_bernoulli_log_z(
    weights: &DMatrix<f64>,
    visible_bias: &[f64],
    hidden_bias: &[f64],
    sigma2: f64,
) -> Result<f64, TheoryError> {
    let (units, d) = weights.shape();
    if !(1..=MOST_UNITS).contains(&units) {
        return Err(TheoryError::invalid("w", format!("{units} hidden units"), format!("1 to {MOST_UNITS}")));
    }
    positive("sigma2", sigma2)?;
    for (name, list, length) in [("b", visible_bias, d), ("c", hidden_bias, units)] {
        if list.len() != length {
            let found = format!("{} numbers", list.len());
            return Err(TheoryError::invalid(name, found, format!("{length} numbers")));
        }
        list.iter().try_for_each(|v| finite(name, *v).map(drop))?;
    }
    weights.iter().try_for_each(|v| finite("w", *v).map(drop))?;
    let bias = DVector::from_column_slice(visible_bias);
    let values: Vec<f64> = (0..1usize << units)
        .map(|state| {
            let (mut field, mut value) = (bias.clone(), 0.0);
            for j in (0..units).filter(|j| state >> j & 1 == 1) {
                field += weights.row(j).transpose();
                value += hidden_bias[j];
            }
            value + 0.5 * sigma2 * field.norm_squared()
        })
        .collect();
    let base = 0.5 * d as f64 * (2.0 * std::f64::consts::PI * sigma2).ln();
    representable("log Z", base + log_sum_exp(values.iter().copied()))
}

/// $\log Z$ of the dense associative memory $E(v)=\frac{\|v\|^2}{2\sigma^2}-\frac12\sum_\mu(\xi_\mu\cdot v)^2$.
///
/// # Formula
/// $\frac d2\log2\pi\sigma^2-\frac12\log\det(I-\sigma^2\xi\xi^\top)$. Powers above two diverge with Gaussian visible units.
///
/// # Errors
/// Rounding. [`Undefined`](TheoryError::Undefined) unless $\sigma^2\lambda_{\max}(\xi\xi^\top)<1$: the integral diverges.
///
/// # Source
/// Krotov and Hopfield 2016, 2021 (the energies).
pub fn quadratic_memory_log_z(patterns: &DMatrix<f64>, sigma2: f64) -> Result<f64, TheoryError> {
    positive("sigma2", sigma2)?;
    patterns.iter().try_for_each(|v| finite("xi", *v).map(drop))?;
    if patterns.is_empty() {
        return Err(TheoryError::invalid("xi", "no numbers", "at least one pattern of one number"));
    }
    let gram = patterns * patterns.transpose() * sigma2;
    gram.iter().try_for_each(|v| representable("the Gram matrix of the patterns", *v).map(drop))?;
    let values = gram.symmetric_eigenvalues();
    if values.max() >= 1.0 {
        return Err(TheoryError::undefined(
            "log Z",
            format!(
                "sigma2 times the largest eigenvalue of xi xi^T is {}, not below 1: Z diverges",
                values.max()
            ),
        ));
    }
    let base = 0.5 * patterns.ncols() as f64 * (2.0 * std::f64::consts::PI * sigma2).ln();
    representable("log Z", base - 0.5 * values.iter().map(|l| (-l).ln_1p()).sum::<f64>())
}

/// Refuses the partition function of a dense associative memory with $F=x^p/p$ and Gaussian visible units where it diverges.
///
/// # Errors
/// [`Undefined`](TheoryError::Undefined) for $p\ge3$ and patterns other than zero; [`InvalidParameter`](TheoryError::InvalidParameter) for $p=0$.
///
/// # Source
/// Growth of the exponent along a pattern.
pub fn convergent_power(patterns: &DMatrix<f64>, power: usize) -> Result<(), TheoryError> {
    if at_least("power", power, 1)? > 2 && patterns.amax() > 0.0 {
        return Err(TheoryError::undefined(
            "log Z",
            format!(
                "F = x^{power}/{power} grows faster than the Gaussian falls: Z diverges; use visible states of plus or minus one"
            ),
        ));
    }
    Ok(())
}

/// $\log Z$ of a dense associative memory with visible states $\pm1$ and the one pattern $w\mathbf1$, $F=x^p/p$.
///
/// # Formula
/// $\log\sum_{k=0}^d\binom dk\exp F(w(d-2k))$.
///
/// # Errors
/// Rounding. [`InvalidParameter`](TheoryError::InvalidParameter) for $d$ outside 1 to $10^6$ or $p=0$; [`Undefined`](TheoryError::Undefined) where it overflows.
///
/// # Source
/// Krotov and Hopfield 2016 (the energy).
pub fn ising_memory_log_z(dimension: usize, pattern: f64, power: usize) -> Result<f64, TheoryError> {
    if !(1..=1_000_000).contains(&dimension) {
        return Err(TheoryError::invalid("d", dimension, "an integer from 1 to 10^6"));
    }
    finite("w", pattern)?;
    at_least("power", power, 1)?;
    let exponent = i32::try_from(power).map_err(|_| TheoryError::invalid("power", power, "at most 2^31"))?;
    let d = dimension as f64;
    let mut binomial = 0.0;
    let mut values = Vec::with_capacity(dimension + 1);
    for k in 0..=dimension {
        let k = k as f64;
        values.push(binomial + (pattern * (d - 2.0 * k)).powi(exponent) / power as f64);
        binomial += (d - k).ln() - (k + 1.0).ln();
    }
    representable("log Z", log_sum_exp(values.iter().copied()))
}
