//! Special functions that the standard library and `libm` lack.

use libm::{erf, erfc};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, LN_2, PI};

/// Below this the complementary error function is handled by its logarithm.
const DEEP: f64 = 1e-250;

/// $\mathrm{erfc}^{-1}(x)$: $+\infty$ at and below 0, $-\infty$ at and above 2.
///
/// A rational start (absolute error $5\cdot10^{-4}$), then Halley's method; relative accuracy a few units of rounding.
pub(crate) fn inverse_erfc(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x > 1.0 {
        // Exact: 2 − x has no rounding here.
        return -inverse_erfc(2.0 - x);
    }
    if x <= 0.0 {
        return f64::INFINITY;
    }
    let t = (2.0 * (LN_2 - x.ln())).sqrt();
    let numerator = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let denominator = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let mut y = (FRAC_1_SQRT_2 * (t - numerator / denominator)).max(0.0);
    for _ in 0..4 {
        if x < DEEP {
            // ln erfc y = −y² − ln(√π K(y)), with slope −2 K(y).
            let k = continued_fraction(y);
            y += 0.5 * (-y * y - 0.5 * PI.ln() - k.ln() - x.ln()) / k;
        } else {
            // Near one the difference of the error functions has no cancellation.
            let excess = if x > 0.5 { (1.0 - x) - erf(y) } else { erfc(y) - x };
            y += excess / (FRAC_2_SQRT_PI * (-y * y).exp() - y * excess);
        }
    }
    y
}

/// $K(y)$ in $\mathrm{erfc}(y)=e^{-y^2}/(\sqrt\pi K(y))$: $y+\frac{1/2}{y+}\frac{1}{y+}\frac{3/2}{y+}\cdots$ for $y>20$.
fn continued_fraction(y: f64) -> f64 {
    (1..=30).rev().fold(y, |tail, k| y + 0.5 * f64::from(k) / tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_of_erfc_is_accurate_in_relative_terms() {
        // Values to 17 digits by Newton's method in 40-digit arithmetic.
        for (x, y) in REFERENCE {
            let found = inverse_erfc(x);
            assert!((found - y).abs() <= 2e-15 * y.abs(), "{x}: {found} instead of {y}");
        }
    }

    #[test]
    fn the_inverse_of_erfc_goes_back_everywhere() {
        let mut x: f64 = 1e-305;
        while x < 1.0 {
            let y = inverse_erfc(x);
            // The condition number of erfc is 2y² and more.
            assert!((erfc(y) / x - 1.0).abs() < 1e-15 * (4.0 + 3.0 * y * y), "{x}");
            assert_eq!(inverse_erfc(2.0 - (2.0 - x)), -inverse_erfc(2.0 - x));
            x *= 1.37;
        }
        assert_eq!(inverse_erfc(1.0), 0.0);
        assert_eq!(inverse_erfc(0.0), f64::INFINITY);
        assert_eq!(inverse_erfc(2.0), f64::NEG_INFINITY);
        assert!(inverse_erfc(f64::NAN).is_nan());
        assert!(inverse_erfc(5e-324) > 27.2 && inverse_erfc(5e-324) < 27.3);
    }

    const REFERENCE: [(f64, f64); 12] = [
        (1e-320, 27.073153719853043),
        (1e-300, 26.209469960516124),
        (1e-200, 21.37478304902626),
        (1e-30, 8.148616223169865),
        (1e-05, 3.123413274340875),
        (0.1, 1.163087153676674),
        (0.4, 0.5951160814499948),
        (0.6, 0.37080715859355795),
        (0.99, 0.008862501280950607),
        (0.9999999999990905, 8.060186932677953e-13),
        (1.5, -0.4769362762044699),
        (1.9999999999999998, -5.805018683193453),
    ];
}
