//! Popular schedules at their best peak.

use std::cmp::Ordering;

use serde::Serialize;

use super::sgd::{OnePass, affordable};
use super::zero::zero;
use crate::TheoryError;
use crate::continual_learning::{Spectrum, Target};
use crate::error::{at_least, positive, representable};

/// Peaks that are tried: from $\alpha_ce^{-9}$ to $\alpha_ce^2$.
pub(super) const PEAKS: usize = 221;
/// Least and largest $\ln\frac{\rm peak}{\alpha_c}$ of them.
const RANGE: (f64, f64) = (-9.0, 2.0);
/// More steps times levels than this are refused: each is taken by every peak.
const MOST_UPDATES: f64 = 5e8;

/// The form of a schedule over $x\in(0,1)$, the part of the time that has passed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub enum Shape {
    /// 1.
    Constant,
    /// $1-x$.
    Linear,
    /// $\frac12(1+\cos\pi x)$.
    Cosine,
    /// $\min(1,\frac{1-x}q)$: linear decay over the last part $q$.
    Wsd(f64),
    /// $\frac1{1+x/q}$.
    Inverse(f64),
    /// $(1-x)^q$.
    Polynomial(f64),
}

impl Shape {
    /// The step at $0\le x\le1$ in units of the peak.
    pub fn at(&self, x: f64) -> f64 {
        match self {
            Self::Constant => 1.0,
            Self::Linear => 1.0 - x,
            Self::Cosine => 0.5 * (1.0 + (std::f64::consts::PI * x).cos()),
            Self::Wsd(q) => ((1.0 - x) / q).min(1.0),
            Self::Inverse(q) => 1.0 / (1.0 + x / q),
            Self::Polynomial(q) => (1.0 - x).powf(*q),
        }
    }

    /// The steps of a schedule of `horizon` steps in units of its peak, at the middles $x_n=\frac{n+1/2}T$.
    pub fn steps(&self, horizon: usize) -> Vec<f64> {
        (0..horizon).map(|n| self.at((n as f64 + 0.5) / horizon as f64)).collect()
    }

    fn check(&self) -> Result<(), TheoryError> {
        match self {
            Self::Constant | Self::Linear | Self::Cosine => Ok(()),
            Self::Wsd(q) | Self::Inverse(q) | Self::Polynomial(q) => positive("q", *q).map(|_| ()),
        }
    }
}

/// A schedule of given shape at its best peak.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Peak {
    /// $E_T$.
    pub error: f64,
    /// The step in units of the shape.
    pub alpha: f64,
}

/// The least test error after `horizon` $=T$ steps with a schedule $\alpha_n=\alpha_{\rm peak}\times$`shape`$(\frac{n+1/2}T)$, batches of
/// `batch` $=B$ fresh samples, no momentum.
///
/// # Formula
/// $\min_{\alpha_{\rm peak}}E_T$ of [`sgd_curve`](super::sgd_curve): the lowest of 221 values of $\ln\alpha_{\rm peak}$ between
/// $\ln\alpha_c-9$ and $\ln\alpha_c+2$ (errors that overflow are passed over), refined by the zero of
/// $dE_T/d\ln\alpha_{\rm peak}$, which the recursion carries along. A lowest value at an end moves that end out. $\sum\lambda\eta=0$: nothing can be learnt, $\alpha_{\rm peak}=0$.
///
/// # Errors
/// Those of [`sgd_curve`](super::sgd_curve); $q\le0$; $T<1$; more than $5\cdot10^8$ steps times levels.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::{Spectrum, Target};
/// use solvable_theory::learning_in_time::{Shape, shape_at_best_peak};
/// let (spectrum, target) = (Spectrum::power(1.5, 20)?, Target::power_law(2.5, 20)?);
/// let best = shape_at_best_peak(&spectrum, &target, 0.5, 1, 60, Shape::Wsd(0.2))?;
/// assert!((best.error - 0.10474158799045132).abs() < 1e-12 && (best.alpha - 0.11180695424125).abs() < 1e-10);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn shape_at_best_peak(
    spectrum: &Spectrum,
    target: &Target,
    sigma2: f64,
    batch: usize,
    horizon: usize,
    shape: Shape,
) -> Result<Peak, TheoryError> {
    let pass = OnePass::new(spectrum, target, sigma2, batch)?;
    at_least("T", horizon, 1)?;
    shape.check()?;
    affordable("T", horizon, spectrum.levels(), MOST_UPDATES)?;
    best_peak(&pass, &shape.steps(horizon))
}

/// The peaks that are tried, in units of $1/\lambda_1$.
pub(super) fn peaks(pass: &OnePass) -> impl Iterator<Item = f64> {
    let centre = pass.threshold().ln();
    (0..PEAKS).map(move |i| (centre + offset(i as f64)).exp())
}

fn offset(i: f64) -> f64 {
    RANGE.0 + (RANGE.1 - RANGE.0) * i / (PEAKS - 1) as f64
}

/// The best peak of the schedule `steps`.
pub(super) fn best_peak(pass: &OnePass, steps: &[f64]) -> Result<Peak, TheoryError> {
    if pass.unlearnable() {
        return Ok(Peak { error: pass.error(pass.powers), alpha: 0.0 });
    }
    let mut lowest = (f64::INFINITY, 0);
    let mut moments = Vec::with_capacity(pass.powers.len());
    for (i, peak) in peaks(pass).enumerate() {
        let error = last_error(pass, steps, peak, &mut moments);
        if error < lowest.0 {
            lowest = (error, i);
        }
    }
    representable("the least error", lowest.0)?;
    let centre = pass.threshold().ln();
    let slope = |at: f64| with_slope(pass, steps, (centre + at).exp()).1;
    let (low, high) = bracket(offset(lowest.1 as f64), offset(1.0) - offset(0.0), slope)?;
    let peak = (centre + zero(low, high, 1e-13, |log| Ok(slope(log)))?).exp();
    Ok(Peak {
        error: representable("the least error", with_slope(pass, steps, peak).0)?,
        alpha: representable("the peak", peak / pass.top)?,
    })
}

/// An interval on whose left end the slope is negative and on whose right end it is not, from a start and the distance of its neighbours.
fn bracket(start: f64, width: f64, slope: impl Fn(f64) -> f64) -> Result<(f64, f64), TheoryError> {
    // A slope that overflows rises.
    let rises = |at: f64| slope(at).partial_cmp(&0.0) != Some(Ordering::Less);
    let (mut inner, mut step) = (start, width);
    let up = !rises(start);
    for _ in 0..40 {
        let outer = if up { inner + step } else { inner - step };
        if rises(outer) == up {
            return Ok(if up { (inner, outer) } else { (outer, inner) });
        }
        inner = outer;
        step = if (outer - start).abs() > 4.0 * width { 2.0 * step } else { step };
    }
    Err(TheoryError::NotConverged {
        procedure: "the best peak of a schedule".to_owned(),
        detail: format!("the error still falls at the threshold times e^{inner:.0}"),
    })
}

/// $E_T$, or the first error that is not finite.
fn last_error(pass: &OnePass, steps: &[f64], peak: f64, moments: &mut Vec<f64>) -> f64 {
    moments.clear();
    moments.extend_from_slice(pass.powers);
    let mut error = pass.error(moments);
    for step in steps {
        error = pass.step(moments, error, peak * step);
        if !error.is_finite() {
            break;
        }
    }
    error
}

/// $E_T$ and its derivative by the logarithm of the peak.
fn with_slope(pass: &OnePass, steps: &[f64], peak: f64) -> (f64, f64) {
    let mut moments = pass.powers.to_vec();
    let mut slopes = vec![0.0; moments.len()];
    let (mut error, mut slope) = (pass.error(&moments), 0.0);
    for step in steps {
        let drive = pass.share * (error + pass.sigma2);
        let push = pass.share * slope;
        for ((m, dm), rate) in moments.iter_mut().zip(&mut slopes).zip(&pass.rates) {
            let x = peak * step * rate;
            let left = 1.0 - x;
            let (square, noise) = (x * x, pass.share * *m + drive);
            *dm = left * left * *dm
                + square * (pass.share * *dm + push)
                + 2.0 * (square * noise - x * left * *m);
            *m = left * left * *m + square * noise;
        }
        error = pass.error(&moments);
        slope = super::sgd::dot(pass.counts, &slopes);
        if !slope.is_finite() {
            break;
        }
    }
    (error, slope)
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;
    use crate::learning_in_time::schedule::optimal_schedule;
    use crate::learning_in_time::sgd::{StepSizes, sgd_curve};

    fn power_laws(a: f64, b: f64, count: usize) -> (Spectrum, Target) {
        (Spectrum::power(a, count).unwrap(), Target::power_law(b, count).unwrap())
    }

    const SHAPES: [Shape; 6] = [
        Shape::Constant,
        Shape::Linear,
        Shape::Cosine,
        Shape::Wsd(0.2),
        Shape::Inverse(0.05),
        Shape::Polynomial(2.0),
    ];

    #[test]
    fn peaks_match_the_reference() {
        let (spectrum, target) = power_laws(1.5, 2.5, 20);
        let best = shape_at_best_peak(&spectrum, &target, 0.5, 1, 60, Shape::Wsd(0.2)).unwrap();
        // Reference: scan and root of the complex-step derivative, 9 digits.
        assert_relative_eq!(best.error, 0.10474158799045132, max_relative = 1e-13);
        assert_relative_eq!(best.alpha, 0.11180695424125008, max_relative = 1e-10);
    }

    /// Excess over the optimum in percent, as tabulated in the specification for P = 100, T = 100.
    #[test]
    fn popular_schedules_lose_what_is_tabulated() {
        let shapes = [
            (Shape::Constant, 18.0, 0.5),
            (Shape::Linear, 4.0, 0.05),
            (Shape::Cosine, 11.0, 0.5),
            (Shape::Wsd(0.1), 15.0, 0.5),
            (Shape::Wsd(0.2), 12.0, 0.5),
            (Shape::Wsd(0.5), 5.6, 0.05),
            (Shape::Polynomial(2.0), 16.0, 0.5),
            (Shape::Inverse(0.05), 16.0, 0.5),
            (Shape::Inverse(0.2), 3.3, 0.05),
        ];
        let (spectrum, target) = power_laws(1.5, 2.5, 100);
        let optimum = optimal_schedule(&spectrum, &target, 1.0, 1, 100).unwrap().error;
        for (shape, excess, rounding) in shapes {
            let best = shape_at_best_peak(&spectrum, &target, 1.0, 1, 100, shape).unwrap();
            let ours = 100.0 * (best.error / optimum - 1.0);
            assert!((ours - excess).abs() <= rounding + 1e-9, "{shape:?}: {ours} and not {excess}");
        }
    }

    #[test]
    fn the_peak_is_a_minimum_of_the_curve() {
        let (spectrum, target) = power_laws(1.3, 1.8, 15);
        for shape in SHAPES {
            for (batch, horizon) in [(1, 1), (3, 17), (1_000_000, 9)] {
                let best = shape_at_best_peak(&spectrum, &target, 0.2, batch, horizon, shape).unwrap();
                let at = |factor: f64| {
                    let steps = shape.steps(horizon).iter().map(|s| s * best.alpha * factor).collect();
                    let list = StepSizes::Each(steps);
                    sgd_curve(&spectrum, &target, 0.2, batch, &list, 0.0, &[horizon]).unwrap()[0]
                };
                assert_relative_eq!(at(1.0), best.error, max_relative = 1e-13);
                assert!(at(1.001) > best.error && at(0.999) > best.error);
                // No slope is left once the third order is eliminated.
                let odd = |h: f64| at(1.0 + h) - at(1.0 - h);
                let slope = (8.0 * odd(5e-5) - odd(1e-4)) / 6e-4;
                assert!(slope.abs() < 1e-9 * best.error, "{shape:?} {batch} {horizon}: {slope}");
            }
        }
    }

    #[test]
    fn one_step_is_a_parabola() {
        let (spectrum, target) = power_laws(1.5, 2.5, 30);
        let sums = spectrum.eigenvalues().iter().zip(&target.powers);
        let drive = (target.powers.iter().sum::<f64>() + 0.7) / 4.0;
        let (gain, cost) = sums
            .fold((0.0, 0.0), |(gain, cost), (l, eta)| (gain + l * eta, cost + l * l * (1.25 * eta + drive)));
        let best = shape_at_best_peak(&spectrum, &target, 0.7, 4, 1, Shape::Constant).unwrap();
        assert_relative_eq!(best.alpha, gain / cost, max_relative = 1e-11);
        let list = optimal_schedule(&spectrum, &target, 0.7, 4, 1).unwrap();
        assert_relative_eq!(best.error, list.error, max_relative = 1e-14);
        assert_relative_eq!(list.steps[0], gain / cost, max_relative = 1e-13);
        // Linear over one step is half a constant.
        let linear = shape_at_best_peak(&spectrum, &target, 0.7, 4, 1, Shape::Linear).unwrap();
        assert_relative_eq!(linear.alpha, 2.0 * best.alpha, max_relative = 1e-11);
    }

    #[test]
    fn shapes_are_as_defined() {
        assert_eq!(Shape::Wsd(0.25).at(0.5), 1.0);
        assert_relative_eq!(Shape::Wsd(0.25).at(0.9), 0.4, max_relative = 1e-14);
        assert_relative_eq!(Shape::Inverse(0.2).at(0.6), 0.25, max_relative = 1e-14);
        assert_relative_eq!(Shape::Cosine.at(1.0 / 3.0), 0.75, max_relative = 1e-14);
        assert_eq!(Shape::Linear.steps(2), [0.75, 0.25]);
        let (spectrum, target) = power_laws(1.5, 2.5, 10);
        let peak = |shape| shape_at_best_peak(&spectrum, &target, 0.3, 2, 12, shape).unwrap();
        let (linear, first) = (peak(Shape::Linear), peak(Shape::Polynomial(1.0)));
        assert_relative_eq!(linear.error, first.error, max_relative = 1e-14);
        assert_relative_eq!(peak(Shape::Wsd(1.0)).alpha, linear.alpha, max_relative = 1e-10);
        assert_relative_eq!(
            peak(Shape::Inverse(1e15)).error,
            peak(Shape::Constant).error,
            max_relative = 1e-12
        );
    }

    #[test]
    fn degeneracies_are_equal_modes() {
        let grouped = Spectrum::new(vec![1.0, 0.1], vec![2.0, 5.0], 0.0).unwrap();
        let singly = Spectrum::simple(vec![1.0, 1.0, 0.1, 0.1, 0.1, 0.1, 0.1], 0.0).unwrap();
        let few =
            shape_at_best_peak(&grouped, &Target::matched(&grouped), 0.1, 2, 20, Shape::Linear).unwrap();
        let all = shape_at_best_peak(&singly, &Target::matched(&singly), 0.1, 2, 20, Shape::Linear).unwrap();
        assert_relative_eq!(few.error, all.error, max_relative = 1e-13);
        assert_relative_eq!(few.alpha, all.alpha, max_relative = 1e-10);
    }

    #[test]
    fn what_is_invalid_is_named() {
        let (spectrum, target) = power_laws(1.5, 2.5, 10);
        let peak = |horizon, shape| {
            shape_at_best_peak(&spectrum, &target, 0.3, 2, horizon, shape).unwrap_err().to_string()
        };
        assert!(peak(0, Shape::Linear).contains("`T` is 0"));
        assert!(peak(usize::MAX, Shape::Linear).contains("`T` is"));
        assert!(peak(9, Shape::Wsd(f64::NAN)).contains("`q` is NaN"));
    }

    #[test]
    fn extremes_are_numbers_or_errors() {
        for lambda in [1e-300, 1.0, 1e300] {
            for eta in [0.0, 1e-300, 1.0, 1e300] {
                for sigma2 in [0.0, 1e-300, 1e6, 1e300] {
                    for (batch, horizon) in [(1, 1), (1, 5), (1_000_000_000_000, 3)] {
                        let spectrum = Spectrum::simple(vec![lambda, 1e-300], 0.0).unwrap();
                        let target = Target::new(vec![eta, 1e-3 * eta], 0.0).unwrap();
                        for shape in SHAPES {
                            let best = shape_at_best_peak(&spectrum, &target, sigma2, batch, horizon, shape);
                            match best {
                                Ok(best) => {
                                    assert!(best.error.is_finite() && best.error >= 0.0);
                                    assert!(best.alpha.is_finite() && best.alpha >= 0.0);
                                    assert!(best.error <= 1.01 * target.power(&spectrum));
                                }
                                Err(error) => {
                                    assert!(["undefined", "not-converged"].contains(&error.kind()), "{error}")
                                }
                            }
                        }
                    }
                }
            }
        }
        // Noise a million times the power: the best peak lies far below what is scanned at first.
        let (spectrum, target) = power_laws(1.5, 2.5, 10);
        let loud = shape_at_best_peak(&spectrum, &target, 1e8, 1, 10, Shape::Constant).unwrap();
        let best = optimal_schedule(&spectrum, &target, 1e8, 1, 10).unwrap();
        assert_relative_eq!(loud.error, best.error, max_relative = 1e-12);
        assert_relative_eq!(loud.alpha, best.steps[4], max_relative = 1e-5);
        let nothing = Target::new(vec![0.0; 10], 0.5).unwrap();
        let idle = shape_at_best_peak(&spectrum, &nothing, 0.1, 1, 10, Shape::Linear).unwrap();
        assert_eq!((idle.error, idle.alpha), (0.5, 0.0));
    }
}
