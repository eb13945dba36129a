//! Complex arithmetic without the guards against overflow, which cost more than the rest.

use super::Complex;

/// $1/z$ with one division.
#[inline]
pub(super) fn reciprocal(z: Complex) -> Complex {
    let inverse = z.norm_sqr().recip();
    Complex::new(z.re * inverse, -z.im * inverse)
}

/// $|z|$, for numbers whose squares can be represented.
#[inline]
pub(super) fn modulus(z: Complex) -> f64 {
    z.norm_sqr().sqrt()
}

/// $\sqrt z$ in the upper half plane.
#[inline]
pub(super) fn square_root(z: Complex) -> Complex {
    let modulus = modulus(z);
    if z.re >= 0.0 {
        let re = (0.5 * (modulus + z.re)).sqrt();
        Complex::new(re, if re > 0.0 { 0.5 * z.im / re } else { 0.0 })
    } else {
        let im = (0.5 * (modulus - z.re)).sqrt();
        Complex::new(0.5 * z.im / im, im)
    }
}

/// Whether two positions differ by rounding only.
pub(super) fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-13 * a.abs().max(b.abs())
}
