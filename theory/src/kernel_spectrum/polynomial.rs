//! Zonal polynomials of the sphere.

use libm::lgamma;

use crate::TheoryError;
use crate::error::{at_least, representable};

/// Highest dimension and degree that are answered.
pub(super) const LARGEST: usize = 100_000;

pub(super) fn check(dimension: usize, degree: usize) -> Result<(), TheoryError> {
    at_least("d", dimension, 2)?;
    for (name, value) in [("d", dimension), ("kmax", degree)] {
        if value > LARGEST {
            return Err(TheoryError::invalid(name, value, format!("at most {LARGEST}")));
        }
    }
    Ok(())
}

/// $N(d,k)$: how many independent harmonics of degree $k$ there are on the sphere in $d$ dimensions.
///
/// # Formula
/// $N(d,0)=1$, $N(d,k)=\frac{2k+d-2}k\binom{k+d-3}{k-1}$; 2 for $d=2$.
///
/// # Errors
/// $d<2$; numbers beyond the range of 64-bit floating point.
///
/// # Source
/// Textbook.
///
/// # Example
/// ```
/// use solvable_theory::kernel_spectrum::degeneracy;
/// assert_eq!(degeneracy(3, 4)?, 9.0);
/// assert_eq!(degeneracy(10, 2)?, 54.0);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn degeneracy(dimension: usize, degree: usize) -> Result<f64, TheoryError> {
    check(dimension, degree)?;
    if degree == 0 {
        return Ok(1.0);
    }
    if dimension == 2 {
        return Ok(2.0);
    }
    let (d, k) = (dimension as f64, degree as f64);
    // A short product where it is exact, logarithms beyond.
    let choose = if degree.min(dimension) <= 64 {
        let (top, few) = (degree + dimension - 3, (degree - 1).min(dimension - 2));
        (1..=few).fold(1.0, |product, i| product * (top - few + i) as f64 / i as f64)
    } else {
        (lgamma(k + d - 2.0) - lgamma(k) - lgamma(d - 1.0)).exp()
    };
    let count = representable("the degeneracy", (2.0 * k + d - 2.0) / k * choose)?;
    Ok(if count < 1e15 { count.round() } else { count })
}

/// $P_0(t),\dots,P_k(t)$, $k=$ `degrees`: the zonal polynomials of the sphere in $d$ dimensions with $P_k(1)=1$.
///
/// # Formula
/// $(k+d-2)P_{k+1}=(2k+d-2)tP_k-kP_{k-1}$; Chebyshev's for $d=2$, Legendre's for $d=3$.
///
/// # Errors
/// $d<2$, $|t|>1$ by more than rounding.
///
/// # Source
/// Textbook.
///
/// # Example
/// ```
/// use solvable_theory::kernel_spectrum::legendre;
/// assert!((legendre(3, 2, 0.5)?[2] + 0.125).abs() < 1e-15);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn legendre(dimension: usize, degrees: usize, t: f64) -> Result<Vec<f64>, TheoryError> {
    check(dimension, degrees)?;
    if t.is_nan() || t.abs() > 1.0 + 1e-12 {
        return Err(TheoryError::invalid("t", t, "a cosine from -1 to 1"));
    }
    let mut values = Vec::with_capacity(degrees + 1);
    for_each(dimension, degrees, t.clamp(-1.0, 1.0), |_, p| values.push(p));
    Ok(values)
}

/// Calls `visit` with every degree and the value of its polynomial.
pub(super) fn for_each(dimension: usize, degrees: usize, t: f64, mut visit: impl FnMut(usize, f64)) {
    let d = dimension as f64;
    let (mut before, mut now) = (0.0, 1.0);
    for degree in 0..=degrees {
        visit(degree, now);
        let k = degree as f64;
        let next = if degree == 0 { t } else { ((2.0 * k + d - 2.0) * t * now - k * before) / (k + d - 2.0) };
        (before, now) = (now, next);
    }
}
