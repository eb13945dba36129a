//! Why the best schedules look as they do: first order in the noise, and exponents for power laws.

use std::num::NonZeroUsize;
use std::sync::OnceLock;

use gauss_quad::GaussLegendre;
use serde::Serialize;

use super::sgd::OnePass;
use crate::TheoryError;
use crate::continual_learning::{Spectrum, Target};
use crate::error::{at_least, finite, non_negative, representable};

/// Panels end at $S2^{-j}$, $j=1..40$, and mirrored.
const PANELS: i32 = 40;
/// Values of $\ln\lambda_1S$ that are tried.
const SCANNED: usize = 60;
/// Least of them.
const LEAST: f64 = -2.0;
/// Distance in $\ln S$ at which the golden section ends.
const TOLERANCE: f64 = 1e-8;
/// More levels than this are refused: a minute or so.
const MOST_LEVELS: usize = 50_000;

/// The error of the best schedule to first order in the noise.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ScheduleLaw {
    /// $E^{\rm law}$.
    pub error: f64,
    /// $S=\sum_n\alpha_n$.
    pub time: f64,
}

/// The error of the best schedule of `horizon` $=T$ steps and the sum $S$ of its steps, to first order in the noise of batches of
/// `batch` $=B$ fresh samples.
///
/// # Formula
/// With $s=\int\alpha\,dt$, $b(s)=\sum\eta e^{-2\lambda s}+\eta_{\rm tail}$, $k(r)=\sum\lambda^2e^{-2\lambda r}$:
/// $E^{\rm law}=\min_S\big\\{b(S)+\frac1{BT}\big[\int_0^S\sqrt{k(S-s)(\sigma^2+b(s))}\,ds\big]^2\big\\}$, reached by
/// $\alpha(s)\propto[k(S-s)(\sigma^2+b(s))]^{-1/2}$: warm-up while the error itself is the noise, decay by $k^{-1/2}$. Gauss–Legendre
/// rules of 20 points on panels that halve towards both ends; the lowest of 60 values of $\ln\lambda_1S$ from $-2$ to $\ln3T$ (the
/// lower end moves out if the lowest lies there), then a golden section to $10^{-8}$. $\sum\lambda\eta=0$: nothing can be learnt, $S=0$.
///
/// # Validity
/// Power laws: 1 % while steps stay below $\alpha_c/4$. $S$ is never sought above $3T/\lambda_1$.
///
/// # Errors
/// Those of [`optimal_schedule`](super::optimal_schedule); more than 50000 levels.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::{Spectrum, Target};
/// use solvable_theory::learning_in_time::schedule_law;
/// let (spectrum, target) = (Spectrum::power(1.5, 20)?, Target::power_law(2.5, 20)?);
/// let law = schedule_law(&spectrum, &target, 1.0, 1, 300)?;
/// assert!((law.error - 0.044240384).abs() < 1e-9 && (law.time - 15.36188).abs() < 1e-4);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn schedule_law(
    spectrum: &Spectrum,
    target: &Target,
    sigma2: f64,
    batch: usize,
    horizon: usize,
) -> Result<ScheduleLaw, TheoryError> {
    let pass = OnePass::new(spectrum, target, sigma2, batch)?;
    at_least("T", horizon, 1)?;
    if spectrum.levels() > MOST_LEVELS {
        let found = format!("{} eigenvalues", spectrum.levels());
        return Err(TheoryError::invalid("lambda", found, format!("at most {MOST_LEVELS}")));
    }
    if pass.unlearnable() {
        return Ok(ScheduleLaw { error: pass.error(pass.powers), time: 0.0 });
    }
    let error = |log: f64| law(&pass, horizon as f64, log.exp());
    let width = ((3.0 * horizon as f64).ln() - LEAST) / (SCANNED - 1) as f64;
    let mut lowest = (f64::INFINITY, 0);
    for i in 0..SCANNED {
        let value = error(LEAST + width * i as f64);
        if value < lowest.0 {
            lowest = (value, i);
        }
    }
    representable("the error of the law", lowest.0)?;
    let (mut value, mut centre) = (lowest.0, LEAST + width * lowest.1 as f64);
    let mut right = if lowest.1 + 1 == SCANNED { centre } else { centre + width };
    let (mut left, mut step) = (centre - width, width);
    // Noise dominates: the best S lies below the values tried; at 0 the error is that of the start.
    while lowest.1 == 0 && left > -2000.0 {
        let next = error(left);
        if next < value {
            (right, centre, value) = (centre, left, next);
            step *= 2.0;
            left -= step;
        } else {
            break;
        }
    }
    let (at, least) = golden(left, right, error);
    let (error, log) = if least <= value { (least, at) } else { (value, centre) };
    Ok(ScheduleLaw {
        error: representable("the error of the law", error)?,
        time: representable("S", log.exp() / pass.top)?,
    })
}

/// The brace of the law, $S$ in units of $1/\lambda_1$.
fn law(pass: &OnePass, horizon: f64, time: f64) -> f64 {
    let mut integral = 0.0;
    let panel = |from: f64, to: f64| {
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        let nodes = twenty().iter().map(move |(x, weight)| (middle + half * x, half * weight));
        nodes
            .map(|(s, weight)| {
                let ((near, here), (far, there)) = (at(pass, s), at(pass, time - s));
                weight * ((near * (pass.sigma2 + there)).sqrt() + (far * (pass.sigma2 + here)).sqrt())
            })
            .sum::<f64>()
    };
    let mut to = 0.5 * time;
    for _ in 1..PANELS {
        integral += panel(0.5 * to, to);
        to *= 0.5;
    }
    integral += panel(0.0, to);
    at(pass, time).1 + pass.share / horizon * integral * integral
}

/// $k(s)$ and $b(s)$.
fn at(pass: &OnePass, s: f64) -> (f64, f64) {
    let (mut k, mut b) = (0.0, pass.tail);
    for ((rate, count), eta) in pass.rates.iter().zip(pass.counts).zip(pass.powers) {
        let decay = count * (-2.0 * rate * s).exp();
        k += rate * rate * decay;
        b += eta * decay;
    }
    (k, b)
}

fn twenty() -> &'static [(f64, f64)] {
    static RULE: OnceLock<GaussLegendre> = OnceLock::new();
    RULE.get_or_init(|| GaussLegendre::new(NonZeroUsize::MIN.saturating_add(19))).as_node_weight_pairs()
}

/// The place and value of the minimum of a function with one.
fn golden(mut left: f64, mut right: f64, f: impl Fn(f64) -> f64) -> (f64, f64) {
    const SHARE: f64 = 0.618_033_988_749_894_8;
    let (mut low, mut high) = (right - SHARE * (right - left), left + SHARE * (right - left));
    let (mut at_low, mut at_high) = (f(low), f(high));
    while right - left > TOLERANCE {
        if at_low <= at_high {
            (right, high, at_high) = (high, low, at_low);
            low = right - SHARE * (right - left);
            at_low = f(low);
        } else {
            (left, low, at_low) = (low, high, at_high);
            high = left + SHARE * (right - left);
            at_high = f(high);
        }
    }
    if at_low <= at_high { (low, at_low) } else { (high, at_high) }
}

/// How the best schedule and its error scale with the horizon, for $\lambda_i=i^{-a}$, $\eta_i=i^{-b}$.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub enum Phase {
    /// $b>a$: $\alpha\propto T^{-\xi}(1-t/T)^{\delta^*}$, $E_T\propto T^{-\varepsilon}$.
    Easy {
        /// $\xi=1-\frac ab$.
        xi: f64,
        /// $\delta^*=2a-1$.
        delta: f64,
        /// $\varepsilon=\frac{b-1}b$.
        epsilon: f64,
        /// $R(\delta)$: the factor lost by ending like $(1-t/T)^\delta$; none where even the rate is lost, $\delta\le a-1$.
        loss: Option<f64>,
    },
    /// $b\le a$: a plateau at the threshold ($\xi=0$) with late decay.
    Hard {
        /// $\varepsilon=\frac{b-1}a$.
        exponent: f64,
    },
}

/// The exponents of the best schedule for large horizons, and what ending like $(1-t/T)^\delta$ costs.
///
/// # Formula
/// [`schedule_law`] with $k\propto r^{-(2-1/a)}$, noise-dominated. $b>a$: $\xi=1-\frac ab$, $\delta^*=2a-1$, $\varepsilon=\frac{b-1}b$,
/// $R(\delta)=\big[\frac{(\delta+1)^2}{4a(\delta+1-a)}\big]^\varepsilon$; $b\le a$: $\xi=0$, $\varepsilon=\frac{b-1}a$.
///
/// # Validity
/// Only asymptotically: the exponent of the decay is 1.6 instead of 2 at $T=10^4$, $a=1.5$.
///
/// # Errors
/// $a\le1$, $b\le1$, $\delta<0$; values that overflow.
///
/// # Source
/// Derived in the notes; the form: Bordelon and Mori (2026).
///
/// # Example
/// ```
/// use solvable_theory::learning_in_time::{Phase, schedule_power_law};
/// let Phase::Easy { xi, loss, .. } = schedule_power_law(1.5, 2.5, 1.0)? else { unreachable!() };
/// assert!((xi - 0.4).abs() < 1e-15 && (loss.unwrap_or(0.0) - 1.1884016386440022).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn schedule_power_law(a: f64, b: f64, delta: f64) -> Result<Phase, TheoryError> {
    for (name, exponent) in [("a", a), ("b", b)] {
        if finite(name, exponent)? <= 1.0 {
            return Err(TheoryError::invalid(name, exponent, "a finite number > 1"));
        }
    }
    non_negative("delta", delta)?;
    if b <= a {
        return Ok(Phase::Hard { exponent: (b - 1.0) / a });
    }
    let epsilon = (b - 1.0) / b;
    // δ + 1 − a, without the rounding of δ + 1.
    let excess = delta - (a - 1.0);
    let loss = if excess > 0.0 {
        let factor = (0.25 * (delta + 1.0) / a) * ((delta + 1.0) / excess);
        Some(representable("R(delta)", factor.powf(epsilon))?)
    } else {
        None
    };
    Ok(Phase::Easy { xi: (b - a) / b, delta: representable("delta*", 2.0 * a - 1.0)?, epsilon, loss })
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;
    use crate::learning_in_time::schedule::optimal_schedule;

    fn power_laws(a: f64, b: f64, count: usize) -> (Spectrum, Target) {
        (Spectrum::power(a, count).unwrap(), Target::power_law(b, count).unwrap())
    }

    #[test]
    fn the_law_matches_the_reference() {
        let (spectrum, target) = power_laws(1.5, 2.5, 20);
        let law = schedule_law(&spectrum, &target, 1.0, 1, 300).unwrap();
        // Reference: 20 digits, adaptive quadrature; 6 digits.
        assert_relative_eq!(law.error, 0.044240384033337105, max_relative = 1e-12);
        assert_relative_eq!(law.time, 15.361884048646242, max_relative = 1e-6);
    }

    /// One mode with $\sigma^2\gg b$: $\int\sqrt k\,ds=1-e^{-\lambda S}$, $E=\eta e^{-2\lambda S}+\frac{\sigma^2}{BT}(1-e^{-\lambda S})^2$.
    #[test]
    fn one_mode_in_noise_is_elementary() {
        let spectrum = Spectrum::simple(vec![2.0], 0.0).unwrap();
        for eta in [1e-9, 1e-6] {
            let target = Target::new(vec![eta], 0.0).unwrap();
            let (sigma2, batch, horizon) = (1.0, 4, 250);
            let law = schedule_law(&spectrum, &target, sigma2, batch, horizon).unwrap();
            let noise = sigma2 / (batch * horizon) as f64;
            // u = e^{−λS}: η u² + noise (1 − u)².
            let u = noise / (eta + noise);
            assert_relative_eq!(law.error, eta * noise / (eta + noise), max_relative = 1e-5);
            assert_relative_eq!(law.time, -u.ln() / 2.0, max_relative = 1e-4);
        }
    }

    #[test]
    fn the_law_is_near_the_optimum_for_long_horizons() {
        let (spectrum, target) = power_laws(1.5, 2.5, 100);
        let law = schedule_law(&spectrum, &target, 1.0, 1, 1000).unwrap();
        let best = optimal_schedule(&spectrum, &target, 1.0, 1, 1000).unwrap();
        assert!((law.error / best.error - 1.0).abs() < 0.06);
        assert!((law.time / best.steps.iter().sum::<f64>() - 1.0).abs() < 0.06);
        // At T = 100 the law lies 6 % below, as measured in the specification.
        let law = schedule_law(&spectrum, &target, 1.0, 1, 100).unwrap();
        let best = optimal_schedule(&spectrum, &target, 1.0, 1, 100).unwrap();
        assert!((law.error / best.error - 0.94).abs() < 0.006);
    }

    #[test]
    fn degeneracies_are_equal_modes() {
        let grouped = Spectrum::new(vec![1.0, 0.1], vec![2.0, 5.0], 0.0).unwrap();
        let singly = Spectrum::simple(vec![1.0, 1.0, 0.1, 0.1, 0.1, 0.1, 0.1], 0.0).unwrap();
        let few = schedule_law(&grouped, &Target::matched(&grouped), 0.1, 2, 20).unwrap();
        let all = schedule_law(&singly, &Target::matched(&singly), 0.1, 2, 20).unwrap();
        assert_relative_eq!(few.error, all.error, max_relative = 1e-13);
        assert_relative_eq!(few.time, all.time, max_relative = 1e-6);
    }

    #[test]
    fn exponents_match_the_reference() {
        // Reference: closed form, 13 digits.
        let easy = |delta| match schedule_power_law(1.5, 2.5, delta).unwrap() {
            Phase::Easy { xi, delta, epsilon, loss } => (xi, delta, epsilon, loss),
            hard => panic!("{hard:?}"),
        };
        let (xi, delta, epsilon, loss) = easy(1.0);
        assert_relative_eq!(xi, 0.4, max_relative = 1e-15);
        assert_relative_eq!(delta, 2.0, max_relative = 1e-15);
        assert_relative_eq!(epsilon, 0.6, max_relative = 1e-15);
        assert_relative_eq!(loss.unwrap(), 1.1884016386440022, max_relative = 1e-14);
        assert_eq!(easy(0.5).3, None);
        // Ending as the optimum does loses nothing; anything else does.
        assert_relative_eq!(easy(2.0).3.unwrap(), 1.0, max_relative = 1e-15);
        for delta in [0.6, 1.0, 1.9, 2.1, 5.0] {
            assert!(easy(delta).3.unwrap() > 1.0);
        }
        assert_eq!(schedule_power_law(1.5, 1.2, 1.0).unwrap(), Phase::Hard { exponent: (1.2 - 1.0) / 1.5 });
        assert_eq!(schedule_power_law(2.0, 2.0, 0.0).unwrap(), Phase::Hard { exponent: 0.5 });
    }

    #[test]
    fn what_is_invalid_is_named() {
        let error = |a, b, delta| schedule_power_law(a, b, delta).unwrap_err().to_string();
        assert!(error(1.0, 2.0, 1.0).contains("`a` is 1"));
        assert!(error(f64::NAN, 2.0, 1.0).contains("`a` is NaN"));
        assert!(error(1.5, 1.0, 1.0).contains("`b` is 1"));
        assert!(error(1.5, 2.0, -0.1).contains("`delta` is -0.1"));
        assert!(error(1e308, f64::MAX, 0.0).contains("undefined"));
        let (spectrum, target) = power_laws(1.5, 2.5, 5);
        assert!(schedule_law(&spectrum, &target, 0.1, 1, 0).unwrap_err().to_string().contains("`T` is 0"));
        assert!(schedule_law(&spectrum, &target, 0.1, 0, 1).unwrap_err().to_string().contains("`B` is 0"));
    }

    #[test]
    fn extremes_are_numbers_or_errors() {
        for lambda in [1e-300, 1.0, 1e300] {
            for eta in [0.0, 1e-300, 1.0, 1e300] {
                for sigma2 in [0.0, 1e-300, 1e6, 1e300] {
                    for (batch, horizon) in [(1, 1), (1, 1_000_000), (1_000_000_000_000, 30)] {
                        let spectrum = Spectrum::simple(vec![lambda, 1e-300], 0.0).unwrap();
                        let target = Target::new(vec![eta, 1e-3 * eta], 0.0).unwrap();
                        match schedule_law(&spectrum, &target, sigma2, batch, horizon) {
                            Ok(law) => {
                                assert!(
                                    law.error >= 0.0 && law.error <= target.power(&spectrum) * (1.0 + 1e-13)
                                );
                                assert!(law.time.is_finite() && law.time >= 0.0);
                            }
                            Err(error) => assert_eq!(error.kind(), "undefined"),
                        }
                    }
                }
            }
        }
        for delta in [0.0, 1e-300, 1e300] {
            for (a, b) in [(1.0 + 1e-15, 1.0 + 1e-14), (1e300, 1.5), (1.5, 1e300), (1e150, 1e160)] {
                let phase = schedule_power_law(a, b, delta);
                assert!(phase.map_or(true, |phase| match phase {
                    Phase::Easy { xi, delta, epsilon, loss } =>
                        (xi + delta + epsilon).is_finite() && loss.is_none_or(f64::is_finite),
                    Phase::Hard { exponent } => exponent.is_finite(),
                }));
            }
        }
    }
}
