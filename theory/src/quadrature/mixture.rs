//! $\tanh$ as a mixture of error functions, whose Gaussian averages are closed.
//!
//! The logistic law is a scale mixture of normal laws: $\tanh u=E_s\,\mathrm{erf}(u/\sqrt2s)$, where $s$ has the law of
//! Kolmogorov, $P(s\le x)=1-2\sum_{k\ge1}(-1)^{k-1}e^{-2k^2x^2}$. Kernels of $\tanh$ are therefore averages of those of the
//! error function over two independent scales $s,r$. With $\sigma^2=\frac{s^2}{s^2+p}$, $\kappa^2=1-\sigma^2$, and the same
//! of $r$ and $q$,
//! $$K=\tfrac2\pi E\arctan\frac yz,\quad\dot K=\tfrac2\pi E\frac1{z\sqrt{(s^2+p)(r^2+q)}},\quad
//! y=\rho\kappa_s\kappa_r,\quad z^2=1-y^2=\sigma_s^2+\kappa_s^2\sigma_r^2+\kappa_s^2\kappa_r^2(1-\rho^2).$$
//! The terms are positive, so that no digits are lost at any variance, at any correlation.
//!
//! In $\ln s$ the integrands are analytic for $|\mathrm{Im}|<\pi/2$ at every variance: the 16-point Gauss rule of the law
//! in this variable is right to $3\times10^{-16}$ (against a rule of 78 points, with 40 digits, for
//! $10^{-12}\le p,q\le10^{12}$).
//!
//! Source: Andrews and Mallows, *Scale mixtures of normal distributions*, J. R. Stat. Soc. B 36 (1974); Williams (1997) for
//! erf.

use std::f64::consts::FRAC_2_PI;

use super::budget::spend;
use super::closed::Covariance;
use super::{GaussianMoments, KernelPair};
use crate::TheoryError;

/// Scales $s$ and their weights: the 16-point Gauss rule in $\ln s$ of the law of Kolmogorov, computed with 40 digits.
const SCALES: [(f64, f64); 16] = [
    (0.242_271_713_911_216_5, 5.671_762_360_601_965e-8),
    (0.286_238_689_958_206_17, 1.175_085_367_553_682_2e-5),
    (0.335_149_338_846_558_73, 0.000_418_944_605_100_325_7),
    (0.392_782_875_985_173_9, 0.005_173_854_709_438_648),
    (0.462_516_765_849_846_97, 0.029_738_539_231_379_23),
    (0.548_138_139_215_918_5, 0.094_123_257_837_537_24),
    (0.653_976_188_827_382_8, 0.183_509_687_999_719_28),
    (0.784_676_634_097_352_8, 0.238_783_982_981_035_87),
    (0.944_542_761_542_737_6, 0.218_579_294_518_147),
    (1.136_583_299_373_428_6, 0.143_027_918_835_673_6),
    (1.362_311_466_327_639, 0.064_688_960_522_914_73),
    (1.623_027_588_792_608_7, 0.018_656_565_414_027_28),
    (1.921_414_199_302_262_4, 0.003_044_657_970_780_657_8),
    (2.263_475_380_322_098_4, 0.000_236_058_289_712_089_02),
    (2.663_286_621_411_163_7, 6.438_922_382_967_544e-6),
    (3.161_777_349_000_265, 3.059_085_195_261_699e-8),
];

/// One scale at one variance.
#[derive(Clone, Copy)]
struct Scale {
    weight: f64,
    /// $\sigma$ and $\kappa$.
    own: f64,
    shared: f64,
    /// $1/\sqrt{s^2+v}$.
    inverse: f64,
}

fn scales(variance: f64) -> [Scale; SCALES.len()] {
    let deviation = variance.sqrt();
    SCALES.map(|(s, weight)| {
        let inverse = 1.0 / s.hypot(deviation);
        Scale { weight, own: s * inverse, shared: deviation * inverse, inverse }
    })
}

/// $\frac2\pi E\,f(s,r)$ over two scales.
fn average<const N: usize>(
    us: &[Scale],
    vs: &[Scale],
    f: impl Fn(&Scale, &Scale) -> [f64; N],
) -> Result<[f64; N], TheoryError> {
    spend(us.len() * vs.len())?;
    let mut sums = [0.0; N];
    for u in us {
        for v in vs {
            let weight = FRAC_2_PI * u.weight * v.weight;
            for (sum, term) in sums.iter_mut().zip(f(u, v)) {
                *sum += weight * term;
            }
        }
    }
    Ok(sums)
}

/// [`average`] of a symmetric function at one variance.
fn symmetric<const N: usize>(
    us: &[Scale],
    f: impl Fn(&Scale, &Scale) -> [f64; N],
) -> Result<[f64; N], TheoryError> {
    spend(us.len() * (us.len() + 1) / 2)?;
    let mut sums = [0.0; N];
    for (i, u) in us.iter().enumerate() {
        for (j, v) in us[..=i].iter().enumerate() {
            let weight = if i == j { u.weight * u.weight } else { 2.0 * u.weight * v.weight };
            for (sum, term) in sums.iter_mut().zip(f(u, v)) {
                *sum += FRAC_2_PI * weight * term;
            }
        }
    }
    Ok(sums)
}

/// $z$ at $\rho=1$, squared, and $\kappa_s\kappa_r$.
fn parallel(u: &Scale, v: &Scale) -> (f64, f64) {
    let crossed = u.shared * v.own;
    (u.own * u.own + crossed * crossed, u.shared * v.shared)
}

/// The angle of given sine and cosine $\ge0$, to relative accuracy: four times the arc tangent of the tangent of its fourth
/// part, which is at most $\sqrt2-1$. In the inner loop of all kernels this takes a third of the time of a general `atan`.
///
/// The rational approximation is that of Moshier's Cephes library (`atan.c`; $1.8\times10^{-16}$ up to 0.66).
#[inline]
fn angle(sin: f64, cos: f64) -> f64 {
    let half = 1.0 + cos;
    let tangent = sin / (half + (2.0 * half).sqrt());
    let square = tangent * tangent;
    let above = (((-8.750608600031904e-1 * square - 1.6157537187333652e1) * square - 7.500855792314705e1)
        * square
        - 1.2288666844901361e2)
        * square
        - 6.485021904942025e1;
    let below = ((((square + 2.4858464901423062e1) * square + 1.6502700983169885e2) * square
        + 4.328810604912903e2)
        * square
        + 4.853903996359137e2)
        * square
        + 1.945506571482614e2;
    4.0 * (tangent + tangent * (square * above / below))
}

/// The pair kernel.
pub(super) fn kernel_pair(covariance: &Covariance) -> Result<KernelPair, TheoryError> {
    let (rho, complement) = (covariance.rho(), covariance.complement());
    let pair = |u: &Scale, v: &Scale| {
        let (own, shared) = parallel(u, v);
        let apart = shared * complement;
        let z = (own + apart * apart).sqrt();
        [angle(rho * shared, z), u.inverse * v.inverse / z]
    };
    let us = scales(covariance.p);
    let [k, k_dot] = if covariance.p == covariance.q {
        symmetric(&us, pair)?
    } else {
        average(&us, &scales(covariance.q), pair)?
    };
    Ok(KernelPair { k, k_dot })
}

/// $K(q,q,q)-K(q,q,q-g)$ and the same of $\dot K$ for $0<g\le q$: the addition theorem of the arc sine.
pub(super) fn kernel_gap(q: f64, gap: f64) -> Result<KernelPair, TheoryError> {
    let share = gap / q;
    let rho = 1.0 - share;
    let apart = share * (1.0 + rho);
    let [k, k_dot] = symmetric(&scales(q), |u, v| {
        let (own, shared) = parallel(u, v);
        let (same, other) = (own.sqrt(), (own + shared * shared * apart).sqrt());
        let sin = shared * apart / (other + rho * same);
        let cos = same * other + rho * shared * shared;
        let slopes = shared * shared * apart / ((same + other) * same * other);
        [angle(sin, cos), u.inverse * v.inverse * slopes]
    })?;
    Ok(KernelPair { k, k_dot })
}

/// The averages at $u=\sqrt v\,z$, $v>0$: $E[z\phi\phi']=\sqrt v\,\partial_vE\phi^2$.
pub(super) fn moments(variance: f64) -> Result<GaussianMoments, TheoryError> {
    let scales = scales(variance);
    let mean_derivative = FRAC_2_PI.sqrt() * scales.iter().map(|u| u.weight * u.inverse).sum::<f64>();
    let [second, second_derivative, growth] = symmetric(&scales, |u, v| {
        let (own, shared) = parallel(u, v);
        let z = own.sqrt();
        let slope = u.inverse * v.inverse / z;
        [angle(shared, z), slope, 0.5 * (u.own * u.own + v.own * v.own) * slope]
    })?;
    let deviation = variance.sqrt();
    Ok(GaussianMoments {
        mean: 0.0,
        mean_derivative,
        second,
        second_derivative,
        z_value: deviation * mean_derivative,
        z_derivative: 0.0,
        z_product: deviation * growth,
    })
}

/// $E[z^2\phi'^2]$ at $u=\sqrt v\,z$, $v>0$.
pub(super) fn stretched_slopes(variance: f64) -> Result<f64, TheoryError> {
    let [value] = symmetric(&scales(variance), |u, v| {
        let (own, _) = parallel(u, v);
        let share = u.own * v.own;
        [u.inverse * v.inverse * share * share / (own * own.sqrt())]
    })?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{FRAC_1_SQRT_2, PI};

    use approx::assert_relative_eq;
    use libm::erf;

    use super::super::numeric;
    use super::*;
    use crate::Activation;

    /// Density of the law of Kolmogorov, from the series that converges fast.
    fn density(x: f64) -> f64 {
        let terms = (1..12).map(f64::from);
        if x > 1.0 {
            return terms
                .map(|k| {
                    let sign = if k % 2.0 == 1.0 { 8.0 } else { -8.0 };
                    sign * x * k * k * (-2.0 * k * k * x * x).exp()
                })
                .sum();
        }
        let odd = terms.map(|k| (2.0 * k - 1.0) * PI / (2.0 * x));
        odd.map(|t| (2.0 * PI).sqrt() / (x * x) * (t * t - 1.0) * (-0.5 * t * t).exp()).sum()
    }

    #[test]
    fn the_scales_are_the_gauss_rule_of_the_law_of_kolmogorov() {
        let fine: Vec<(f64, f64)> = (-120..=100)
            .map(|i| {
                let s = (0.02 * f64::from(i)).exp();
                (s, 0.02 * s * density(s))
            })
            .collect();
        // Chebyshev polynomials in ln s up to degree 31.
        for degree in 0..32 {
            let polynomial = |s: f64| (f64::from(degree) * (s.ln() / 2.4).clamp(-1.0, 1.0).acos()).cos();
            let of = |rule: &[(f64, f64)]| rule.iter().map(|(s, w)| w * polynomial(*s)).sum::<f64>();
            assert_relative_eq!(of(&SCALES), of(&fine), epsilon = 1e-14);
        }
        let of = |f: fn(f64) -> f64| SCALES.iter().map(|&(s, w)| w * f(s)).sum::<f64>();
        assert_relative_eq!(of(|_| 1.0), 1.0, max_relative = 1e-15);
        assert_relative_eq!(of(|s| s), (0.5 * PI).sqrt() * 2f64.ln(), max_relative = 1e-15);
        assert_relative_eq!(of(|s| s * s), PI * PI / 12.0, max_relative = 1e-15);
        assert_relative_eq!(of(|s| 1.0 / s), (0.5 * PI).sqrt(), max_relative = 1e-15);
    }

    #[test]
    fn angles_are_arc_tangents() {
        for tangent in [0.0, 1e-300, 1e-9, 0.1, -0.5, 0.9, 1.1, -3.0, 40.0, 1e9] {
            let (sin, cos) = f64::atan(tangent).sin_cos();
            assert_relative_eq!(angle(sin, cos), f64::atan(tangent), max_relative = 6e-16);
        }
    }

    #[test]
    fn the_mixture_is_tanh() {
        for u in [1e-8, 0.01, 0.1, 0.5, 1.0, 2.0, 4.0, 9.0] {
            let mixed: f64 = SCALES.iter().map(|(s, w)| w * erf(FRAC_1_SQRT_2 * u / s)).sum();
            assert_relative_eq!(mixed, u.tanh(), max_relative = 2e-7);
        }
    }

    #[test]
    fn kernels_are_those_of_the_trapezoidal_rule_and_of_graded_panels() {
        let tanh = Activation::tanh();
        for p in [1e-8, 1e-3, 0.1, 0.7, 2.0, 5.0, 17.0, 60.0, 1e3, 1e6] {
            for ratio in [1.0, 0.3, 1e-2] {
                let q = ratio * p;
                for rho in [-1.0, -0.999, -0.4, 1e-6, 0.02, 0.5, 0.9, 0.9999, 1.0 - 1e-9, 1.0] {
                    let covariance = Covariance::new(p, q, rho * (p * q).sqrt()).unwrap();
                    let (mixed, summed) = (
                        kernel_pair(&covariance).unwrap(),
                        numeric::kernel_pair(&tanh, &covariance).unwrap(),
                    );
                    assert_relative_eq!(mixed.k, summed.k, max_relative = 2e-12);
                    assert_relative_eq!(mixed.k_dot, summed.k_dot, max_relative = 2e-12);
                }
            }
        }
    }

    #[test]
    fn gaps_and_averages_are_those_of_quadrature() {
        let tanh = Activation::tanh();
        for q in [1e-8, 1e-3, 0.1, 0.7, 2.0, 5.0, 17.0, 60.0, 1e3, 1e6] {
            for share in [1e-14, 1e-6, 0.01, 0.3, 0.9, 1.0] {
                let (mixed, summed) =
                    (kernel_gap(q, share * q).unwrap(), numeric::kernel_gap(&tanh, q, share * q).unwrap());
                assert_relative_eq!(mixed.k, summed.k, max_relative = 1e-11);
                assert_relative_eq!(mixed.k_dot, summed.k_dot, max_relative = 1e-11);
            }
            let (mixed, summed) = (moments(q).unwrap(), numeric::moments(&tanh, 0.0, q.sqrt()).unwrap());
            for (a, b) in [
                (mixed.mean_derivative, summed.mean_derivative),
                (mixed.second, summed.second),
                (mixed.second_derivative, summed.second_derivative),
                (mixed.z_value, summed.z_value),
                (mixed.z_product, summed.z_product),
                (stretched_slopes(q).unwrap(), numeric::stretched_slopes(&tanh, q.sqrt()).unwrap()),
            ] {
                assert_relative_eq!(a, b, max_relative = 1e-13);
            }
        }
    }
}
