//! Kernels between noisy inputs, and the mean of a noisy unit.

use libm::erf;
use std::f64::consts::PI;

use crate::TheoryError;
use crate::error::{at_least, finite, non_negative, positive};

/// How many of the two inputs of a kernel carry noise of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoisyInputs {
    /// One input is clean.
    One,
    /// Both, independently.
    Both,
}

/// The mean of the Gaussian kernel $e^{-|x-x'|^2/2\ell^2}$ between noisy inputs.
///
/// # Formula
/// $\left(\frac{\ell^2}{\ell^2+ns^2}\right)^{d/2}e^{-|x-x'|^2/2(\ell^2+ns^2)}$ with $n$ noisy inputs; exact in any dimension.
///
/// # Errors
/// Rounding. [`InvalidParameter`](TheoryError::InvalidParameter) unless $\ell^2>0$, $d\ge1$, $|x-x'|^2\ge0$, $s^2\ge0$.
///
/// # Source
/// Convolution of Gaussians.
///
/// # Example
/// ```
/// use solvable_theory::self_paced_augmentation::{NoisyInputs, smoothed_gaussian_kernel};
/// let k = smoothed_gaussian_kernel(32.0, 16, 9.0, 0.5, NoisyInputs::Both)?;
/// assert!((k - 0.6821287160757417).abs() < 1e-15);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn smoothed_gaussian_kernel(
    ell2: f64,
    dimension: usize,
    dist2: f64,
    s2: f64,
    noisy: NoisyInputs,
) -> Result<f64, TheoryError> {
    positive("ell2", ell2)?;
    at_least("d", dimension, 1)?;
    non_negative("dist2", dist2)?;
    non_negative("s2", s2)?;
    let copies = if noisy == NoisyInputs::Both { 2.0f64 } else { 1.0 };
    let ratio = copies * (s2 / ell2);
    let log = if ratio.is_finite() { ratio.ln_1p() } else { copies.ln() + s2.ln() - ell2.ln() };
    Ok((-0.5 * dimension as f64 * log - 0.5 * dist2 / (ell2 + copies * s2)).exp())
}

/// Checks the clean covariances; gives the roots of the noisy variances.
fn covariance(q11: f64, q22: f64, q12: f64, s2: f64) -> Result<(f64, f64), TheoryError> {
    for (name, value) in [("q11", q11), ("q22", q22), ("s2", s2)] {
        non_negative(name, value)?;
        finite(name, value + s2)?;
    }
    if !(q12.is_finite() && q12.abs() <= q11.sqrt() * q22.sqrt() * (1.0 + 4.0 * f64::EPSILON)) {
        return Err(TheoryError::invalid("q12", q12, "a number with q12^2 <= q11 q22"));
    }
    Ok(((q11 + s2).sqrt(), (q22 + s2).sqrt()))
}

/// The kernel of erf units between independently noisy inputs, for $d\to\infty$.
///
/// # Formula
/// $\frac2\pi\arcsin\frac{2q_{12}}{\sqrt{(1+2q_{11}+2s^2)(1+2q_{22}+2s^2)}}$, $q_{ab}=x_a\cdot x_b/d$ of the clean inputs, weights $\mathcal N(0,I/d)$. Noise adds $s^2$ to both variances.
///
/// # Errors
/// $O(1/d)$ at finite dimension. [`InvalidParameter`](TheoryError::InvalidParameter) unless $q_{11},q_{22},s^2\ge0$ and $q_{12}^2\le q_{11}q_{22}$.
///
/// # Source
/// Williams 1997.
pub fn smoothed_erf_kernel(q11: f64, q22: f64, q12: f64, s2: f64) -> Result<f64, TheoryError> {
    let (a, b) = covariance(q11, q22, q12, s2)?;
    // √(1 + 2A²) = √2 √(½ + A²).
    let half = 0.5f64.sqrt();
    let cosine = q12 / half.hypot(a) / half.hypot(b);
    Ok(2.0 / PI * cosine.clamp(-1.0, 1.0).asin())
}

/// The kernel of rectifiers between independently noisy inputs, for $d\to\infty$.
///
/// # Formula
/// $\frac{\sqrt{AB}}{2\pi}(\sin\vartheta+(\pi-\vartheta)\cos\vartheta)$, $A=q_{11}+s^2$, $B=q_{22}+s^2$, $\cos\vartheta=q_{12}/\sqrt{AB}$; 0 for $AB=0$.
///
/// # Errors
/// $O(1/d)$ at finite dimension. [`InvalidParameter`](TheoryError::InvalidParameter) unless $q_{11},q_{22},s^2\ge0$ and $q_{12}^2\le q_{11}q_{22}$.
///
/// # Source
/// Cho and Saul 2009.
///
/// # Example
/// ```
/// use solvable_theory::self_paced_augmentation::smoothed_relu_kernel;
/// assert!((smoothed_relu_kernel(1.0, 1.0, 0.6, 0.5)? - 0.4081).abs() < 5e-5);
/// assert_eq!(smoothed_relu_kernel(0.0, 1.0, 0.0, 0.0)?, 0.0);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn smoothed_relu_kernel(q11: f64, q22: f64, q12: f64, s2: f64) -> Result<f64, TheoryError> {
    let (a, b) = covariance(q11, q22, q12, s2)?;
    if a == 0.0 || b == 0.0 {
        return Ok(0.0);
    }
    let cosine = (q12 / a / b).clamp(-1.0, 1.0);
    // δ = π − ϑ, and sin δ − δ cos δ, whose first terms cancel for nearly opposite inputs.
    let delta = (-cosine).acos();
    let shape = if delta < 0.5 {
        let (mut term, mut sum) = (delta, 0.0);
        for n in 1..=10 {
            let n = f64::from(n);
            term *= -delta * delta / (2.0 * n * (2.0 * n + 1.0));
            sum -= 2.0 * n * term;
        }
        sum
    } else {
        delta.sin() - delta * delta.cos()
    };
    Ok(a * b / (2.0 * PI) * shape)
}

/// The mean of one erf unit over the noise of its input.
///
/// # Formula
/// $\mathbb E\,\mathrm{erf}(w\cdot(x+s\xi))=\mathrm{erf}\left(w\cdot x/\sqrt{1+2s^2|w|^2}\right)$, exact; `field` is $w\cdot x$, `squared_norm` $|w|^2$.
///
/// # Errors
/// Rounding. [`InvalidParameter`](TheoryError::InvalidParameter) unless $|w|^2,s^2\ge0$, all finite.
///
/// # Source
/// Convolution of Gaussians.
///
/// # Example
/// ```
/// use solvable_theory::self_paced_augmentation::mean_erf_unit;
/// assert!((mean_erf_unit(3.0, 4.0, 1.0)? - mean_erf_unit(1.0, 1.0, 0.0)?).abs() < 1e-15);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn mean_erf_unit(field: f64, squared_norm: f64, s2: f64) -> Result<f64, TheoryError> {
    finite("wx", field)?;
    non_negative("w2", squared_norm)?;
    non_negative("s2", s2)?;
    Ok(erf(field / 1f64.hypot((2.0 * s2).sqrt() * squared_norm.sqrt())))
}
