//! How many steps each batch size takes to a target.

use serde::Serialize;

use super::sgd::OnePass;
use super::shapes::{Peak, best_peak, peaks};
use crate::TheoryError;
use crate::continual_learning::{Spectrum, Target};
use crate::error::affordable_memory;
use crate::quadrature::budget::book;

/// More steps than this are not tried.
const MOST_STEPS: usize = 1_000_000;
/// Nor more steps times levels: each is taken by every peak.
const MOST_UPDATES: usize = 200_000_000;

/// Elementary operations of a step of one level with one step size, which is taken again for exact minima.
const EACH_UPDATE: f64 = 4.0;

/// The shortest way to a target with a constant step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BatchSteps {
    /// $n$.
    pub steps: usize,
    /// $nB$.
    pub samples: f64,
    /// The step size whose error at $n$ is the least.
    pub alpha: f64,
}

impl BatchSteps {
    /// $[n,nB,\alpha]$.
    pub(super) fn row(&self) -> Vec<f64> {
        vec![self.steps as f64, self.samples, self.alpha]
    }
}

/// For each batch size $B$ in `batches` the least number of steps $n$ after which the test error, with the best constant step and
/// without momentum, is at most `goal`.
///
/// # Formula
/// The least $n$ with $\min_\alpha E_n(\alpha)\le$ `goal`, $E_n$ of [`sgd_curve`](super::sgd_curve), the minimum as in
/// [`shape_at_best_peak`](super::shape_at_best_peak): one run of all 221 step sizes side by side gives $n$ up to the
/// rounding of their grid, exact minima beside it decide.
///
/// # Errors
/// Those of [`sgd_curve`](super::sgd_curve); an empty list; a goal that is not below $E_0$, or not above
/// $\eta_{\rm tail}+\sum_{\lambda_i=0}\eta_i$; a goal that is not reached in $10^6$ steps or $2\cdot10^8$ steps times levels, or within the limit of costs.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::{Spectrum, Target};
/// use solvable_theory::learning_in_time::batch_steps;
/// let (spectrum, target) = (Spectrum::power(1.5, 20)?, Target::power_law(2.5, 20)?);
/// let law = batch_steps(&spectrum, &target, 0.5, 0.2, &[1, 32])?;
/// assert!(law[0].steps == 23 && law[1].steps == 2 && law[1].samples == 64.0);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn batch_steps(
    spectrum: &Spectrum,
    target: &Target,
    sigma2: f64,
    goal: f64,
    batches: &[usize],
) -> Result<Vec<BatchSteps>, TheoryError> {
    let passes = passes(spectrum, target, sigma2, batches)?;
    let unreached = |(pass, limit, least): (&OnePass, usize, f64)| TheoryError::NotConverged {
        procedure: "the number of steps to the target".to_owned(),
        detail: format!(
            "after {limit} steps with B = {} the least error is {least}, above target = {goal}",
            1.0 / pass.share
        ),
    };
    let found = passes.iter().map(|pass| shortest(pass, goal, None)?.map_err(unreached));
    found.collect()
}

/// The same without label noise, where no more than `points` samples may be taken.
///
/// # Errors
/// Those of [`batch_steps`]; a batch of more than `points`; a goal that takes more of them.
pub(super) fn batch_steps_within(
    spectrum: &Spectrum,
    target: &Target,
    goal: f64,
    batches: &[usize],
    points: usize,
) -> Result<Vec<BatchSteps>, TheoryError> {
    if let Some(batch) = batches.iter().find(|batch| **batch > points) {
        let valid = format!("integers from 1 to {points}, as many as there are points");
        return Err(TheoryError::invalid("B", batch, valid));
    }
    let passes = passes(spectrum, target, 0.0, batches)?;
    let unreached = |(pass, limit, least): (&OnePass, usize, f64)| {
        let valid = format!(
            "above {least:.6}, the least error with B = {} after {limit} steps, one pass over the {points} points",
            1.0 / pass.share
        );
        TheoryError::invalid("target", goal, valid)
    };
    let each = passes.iter().zip(batches);
    each.map(|(pass, batch)| shortest(pass, goal, Some(points / batch))?.map_err(unreached)).collect()
}

fn passes<'a>(
    spectrum: &'a Spectrum,
    target: &'a Target,
    sigma2: f64,
    batches: &[usize],
) -> Result<Vec<OnePass<'a>>, TheoryError> {
    if batches.is_empty() {
        return Err(TheoryError::invalid("B", "an empty list", "at least one batch size"));
    }
    batches.iter().map(|batch| OnePass::new(spectrum, target, sigma2, *batch)).collect()
}

/// What was tried, the number of steps after which it ended, and the least error there.
type Unreached<'a, 'b> = (&'a OnePass<'b>, usize, f64);

/// The fewest steps to the goal, of at most `most`.
fn shortest<'a, 'b>(
    pass: &'a OnePass<'b>,
    goal: f64,
    most: Option<usize>,
) -> Result<Result<BatchSteps, Unreached<'a, 'b>>, TheoryError> {
    let levels = pass.powers.len();
    let start = pass.error(pass.powers);
    let hopeless: f64 = pass
        .rates
        .iter()
        .zip(pass.counts)
        .zip(pass.powers)
        .fold(pass.tail, |sum, (l, eta)| if *l.0 > 0.0 { sum } else { sum + l.1 * eta });
    if !(goal > hopeless && goal < start) {
        let valid = format!(
            "above {hopeless}, the power that cannot be learnt, and below {start}, the error before training"
        );
        return Err(TheoryError::invalid("target", goal, valid));
    }
    affordable_memory("a descent with every step size", 8.0 * levels as f64 * peaks(pass).count() as f64)?;
    let limit = most.unwrap_or(MOST_STEPS).min(MOST_STEPS).min(MOST_UPDATES / levels).max(1);
    let (mut step, mut at) = match estimate(pass, goal, limit)? {
        Ok(steps) => (1, steps),
        Err(least) => return Ok(Err((pass, limit, least))),
    };
    let (mut below, mut best): (usize, Option<(usize, Peak)>) = (0, None);
    loop {
        let peak = best_peak(pass, &vec![1.0; at])?;
        if peak.error <= goal {
            best = Some((at, peak));
        } else if at >= limit {
            return Ok(Err((pass, limit, peak.error)));
        } else {
            below = at;
        }
        at = match best {
            Some((steps, peak)) if steps == below + 1 => {
                let samples = steps as f64 / pass.share;
                return Ok(Ok(BatchSteps { steps, samples, alpha: peak.alpha }));
            }
            Some((steps, _)) => steps.saturating_sub(step).max(below + (steps - below) / 2),
            None => (below + step).min(limit),
        };
        step *= 2;
    }
}

/// About the number of steps: where the parabola through the lowest three of the errors of all step sizes reaches the goal. The lowest
/// error after the last step, if none does.
fn estimate(pass: &OnePass, goal: f64, limit: usize) -> Result<Result<usize, f64>, TheoryError> {
    let steps: Vec<f64> = peaks(pass).collect();
    let mut moments = vec![pass.powers.to_vec(); steps.len()];
    let mut errors = vec![pass.error(pass.powers); steps.len()];
    let mut least = f64::INFINITY;
    for n in 1..=limit {
        book("the steps with every step size", EACH_UPDATE * (moments.len() * pass.powers.len()) as f64)?;
        for ((m, error), alpha) in moments.iter_mut().zip(&mut errors).zip(&steps) {
            if error.is_finite() {
                *error = pass.step(m, *error, *alpha);
            }
        }
        least = lowest(&errors);
        if least <= goal {
            return Ok(Ok(n));
        }
    }
    Ok(Err(least))
}

fn lowest(errors: &[f64]) -> f64 {
    let mut at = 0;
    for (i, error) in errors.iter().enumerate() {
        if *error < errors[at] {
            at = i;
        }
    }
    let middle = errors[at];
    let neighbours = at.checked_sub(1).and_then(|i| errors.get(i)).zip(errors.get(at + 1));
    match neighbours {
        Some((left, right)) if left.is_finite() && right.is_finite() => {
            let (tilt, bend) = (0.5 * (right - left), left + right - 2.0 * middle);
            if bend > 0.0 { middle - 0.5 * tilt * tilt / bend } else { middle }
        }
        _ => middle,
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;
    use crate::learning_in_time::sgd::{StepSizes, sgd_curve};
    use crate::learning_in_time::shapes::{Shape, shape_at_best_peak};

    fn power_laws(a: f64, b: f64, count: usize) -> (Spectrum, Target) {
        (Spectrum::power(a, count).unwrap(), Target::power_law(b, count).unwrap())
    }

    #[test]
    fn steps_match_the_reference() {
        let (spectrum, target) = power_laws(1.5, 2.5, 20);
        let law = batch_steps(&spectrum, &target, 0.5, 0.2, &[1, 4, 32]).unwrap();
        // Reference: scan over n, derivative by complex step, 9 digits.
        let expected =
            [(23, 23.0, 0.1321131617438846), (7, 28.0, 0.4156281315766187), (2, 64.0, 1.0516988133385898)];
        for (ours, (steps, samples, alpha)) in law.iter().zip(expected) {
            assert_eq!((ours.steps, ours.samples), (steps, samples));
            assert_relative_eq!(ours.alpha, alpha, max_relative = 1e-10);
        }
    }

    /// As computed in the specification.
    #[test]
    fn large_batches_cost_samples() {
        let (spectrum, target) = power_laws(1.5, 2.5, 100);
        let batches = [1, 4, 16, 64, 256, 1024, 1_000_000_000_000];
        let law = batch_steps(&spectrum, &target, 1.0, 0.03, &batches).unwrap();
        let steps: Vec<usize> = law.iter().map(|law| law.steps).collect();
        assert_eq!(steps, [1558, 394, 103, 31, 13, 8, 7]);
        for (i, per_sample) in [(0, 0.0134), (2, 0.0124), (3, 0.0096)] {
            assert!((law[i].alpha / batches[i] as f64 - per_sample).abs() < 6e-5);
        }
    }

    #[test]
    fn one_step_less_misses_the_target() {
        let (spectrum, target) = power_laws(1.2, 1.4, 12);
        for (goal, batch) in [(0.6, 1), (0.25, 3), (1.5, 2), (0.1, 1000)] {
            let law = batch_steps(&spectrum, &target, 0.3, goal, &[batch]).unwrap()[0];
            let alpha = StepSizes::Constant(law.alpha);
            let error = sgd_curve(&spectrum, &target, 0.3, batch, &alpha, 0.0, &[law.steps]).unwrap()[0];
            assert!(error <= goal * (1.0 + 1e-14));
            if law.steps > 1 {
                let less = shape_at_best_peak(&spectrum, &target, 0.3, batch, law.steps - 1, Shape::Constant)
                    .unwrap();
                assert!(less.error > goal);
            }
        }
    }

    #[test]
    fn what_is_invalid_is_named() {
        let (spectrum, target) = (
            Spectrum::simple(vec![1.0, 0.5, 0.0], 0.0).unwrap(),
            Target::new(vec![1.0, 1.0, 0.3], 0.2).unwrap(),
        );
        let error = |goal, batches: &[usize]| {
            batch_steps(&spectrum, &target, 0.1, goal, batches).unwrap_err().to_string()
        };
        assert!(error(2.5, &[1]).contains("`target` is 2.5"));
        assert!(error(0.5, &[1]).contains("`target` is 0.5"));
        assert!(error(f64::NAN, &[1]).contains("`target` is NaN"));
        assert!(error(1.0, &[]).contains("`B` is an empty list"));
        assert!(error(1.0, &[2, 0]).contains("`B` is 0"));
        assert!(batch_steps(&spectrum, &target, 0.1, 0.6, &[1]).unwrap()[0].steps > 1);
    }

    #[test]
    fn what_takes_too_long_is_refused() {
        let spectrum = Spectrum::simple(vec![1.0], 0.0).unwrap();
        let target = Target::matched(&spectrum);
        let error = batch_steps(&spectrum, &target, 1.0, 1e-9, &[1]).unwrap_err();
        assert_eq!(error.kind(), "not-converged");
        let alone = batch_steps(&spectrum, &target, 0.0, 1e-9, &[1_000_000_000_000]).unwrap();
        assert_eq!(alone[0].steps, 1);
        for lambda in [1e-300, 1e300] {
            let spectrum = Spectrum::simple(vec![lambda], 0.0).unwrap();
            let target = Target::new(vec![1.0], 0.0).unwrap();
            let law = batch_steps(&spectrum, &target, 0.1, 0.5, &[1]).unwrap()[0];
            assert_relative_eq!(
                law.alpha * lambda,
                batch_steps(&Spectrum::simple(vec![1.0], 0.0).unwrap(), &target, 0.1, 0.5, &[1]).unwrap()[0]
                    .alpha,
                max_relative = 1e-10
            );
        }
    }
}
