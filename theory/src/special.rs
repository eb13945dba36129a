//! Special functions that the standard library and `libm` lack.

use libm::{erf, erfc, lgamma};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, LN_2, PI};

/// Euler's constant.
pub(crate) const EULER: f64 = 0.577_215_664_901_532_9;

/// $\log\sum_ie^{x_i}$.
pub(crate) fn log_sum_exp(x: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = x.clone().fold(f64::NEG_INFINITY, f64::max);
    if !largest.is_finite() {
        return largest;
    }
    largest + x.map(|x| (x - largest).exp()).sum::<f64>().ln()
}

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

/// $\psi(x)$ for $x>0$: its asymptotic series from 10 on, and $\psi(x)=\psi(x+1)-\frac1x$ below; a few units of rounding.
pub(crate) fn digamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < 10.0 {
        shift += x.recip();
        x += 1.0;
    }
    let y = x.powi(-2);
    let series =
        [1.0 / 12.0, -1.0 / 120.0, 1.0 / 252.0, -1.0 / 240.0, 1.0 / 132.0, -691.0 / 32_760.0, 1.0 / 12.0]
            .iter()
            .rev()
            .fold(0.0, |sum, c| y * (c + sum));
    x.ln() - 0.5 / x - series - shift
}

/// The error of Stirling's formula, $\log\Gamma(a+1)-(a+\frac12)\log a+a-\frac12\log2\pi$ for $a>0$.
fn stirling_error(a: f64) -> f64 {
    if a < 16.0 {
        return lgamma(a + 1.0) - (a + 0.5) * a.ln() + a - 0.5 * (2.0 * PI).ln();
    }
    let y = a.powi(-2);
    (1.0 / 12.0 - y * (1.0 / 360.0 - y * (1.0 / 1260.0 - y * (1.0 / 1680.0 - y / 1188.0)))) / a
}

/// $\log\frac{x^ae^{-x}}{\Gamma(a+1)}$ for $a\ge0$ and $x>0$, without the cancellation of its large parts (Loader's saddle-point form).
pub(crate) fn log_poisson(a: f64, x: f64) -> f64 {
    if a == 0.0 {
        return -x;
    }
    let (sum, difference) = (a + x, a - x);
    let deviance = if difference.abs() < 0.1 * sum {
        // a log(a/x) + x - a in powers of (a - x)/(a + x).
        let v = difference / sum;
        let (mut term, mut total) = (2.0 * a * v, difference * v);
        for j in 1..40 {
            term *= v * v;
            total += term / f64::from(2 * j + 1);
        }
        total
    } else {
        a * (a / x).ln() - difference
    };
    -deviance - stirling_error(a) - 0.5 * (2.0 * PI * a).ln()
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

    /// Values at integers and halves are elementary; the rest is the recursion and a difference of logarithms of the Gamma function.
    #[test]
    fn digamma_is_the_slope_of_the_log_gamma_function() {
        let mut harmonic = -EULER;
        for n in 1..200 {
            assert!((digamma(f64::from(n)) - harmonic).abs() < 2e-14, "{n}");
            harmonic += f64::from(n).recip();
        }
        assert!((digamma(0.5) + EULER + 2.0 * LN_2).abs() < 1e-15);
        for x in [1e-3, 0.3, 4.7, 33.3, 1e4] {
            let h = 1e-4 * x;
            let slope = (8.0 * (lgamma(x + h) - lgamma(x - h)) - (lgamma(x + 2.0 * h) - lgamma(x - 2.0 * h)))
                / (12.0 * h);
            assert!((slope / digamma(x) - 1.0).abs() < 1e-9, "{x}");
        }
    }

    #[test]
    fn poisson_probabilities_sum_to_one() {
        for mean in [0.3, 7.0, 400.0, 1e5] {
            let reach = 12.0 * f64::sqrt(mean) + 40.0;
            let (low, high) = ((mean - reach).max(0.0).floor() as i64, (mean + reach) as i64);
            let sum: f64 = (low..=high).map(|j| log_poisson(j as f64, mean).exp()).sum();
            assert!((sum - 1.0).abs() < 1e-13, "{mean}: {sum}");
        }
        // A half: x^(1/2) e^-x / Γ(3/2).
        let x: f64 = 2.3;
        let exact = 0.5 * x.ln() - x - (0.5 * PI.sqrt()).ln();
        assert!((log_poisson(0.5, x) - exact).abs() < 1e-14);
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
