//! The best step sizes for a horizon.

use serde::Serialize;

use super::sgd::{OnePass, affordable, dot};
use crate::TheoryError;
use crate::continual_learning::{Spectrum, Target};
use crate::error::{affordable_memory, at_least, representable};

/// The longest horizon.
const LONGEST: usize = 1_000_000;
/// More steps times levels than this are refused: a sweep takes ten seconds.
const MOST_UPDATES: f64 = 1e9;
/// Adjoints of all steps are kept up to this many numbers, those of every $\sqrt T$-th step above.
const MOST_KEPT: usize = 100_000_000;
/// Sweeps after which the schedule is taken as it is.
const MOST_SWEEPS: usize = 5000;
/// A sweep that lowers the error by less, relatively, is the last.
const TOLERANCE: f64 = 1e-15;
/// Adjoints below are scaled up.
const SMALL: f64 = 1e-100;

/// A schedule and its error.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BestSchedule {
    /// $E_T$.
    pub error: f64,
    /// $\alpha_0,\dots,\alpha_{T-1}$.
    pub steps: Vec<f64>,
}

/// The step sizes $\alpha_0,\dots,\alpha_{T-1}$ with the least test error after `horizon` $=T$ steps of batches of `batch` $=B$ fresh
/// samples, without momentum.
///
/// # Formula
/// With $a_i(\alpha)=(1-\alpha\lambda_i)^2+\frac{\alpha^2\lambda_i^2}B$ and the adjoint $p_i(T)=1$,
/// $p_i(n)=a_i(\alpha_n)p_i(n+1)+\frac{\alpha_n^2}B\sum_j\lambda_j^2p_j(n+1)$, the error is a convex parabola in each single step, lowest at
/// $\alpha_n=\frac{\sum_ip_i\lambda_im_i}{\sum_ip_i\lambda_i^2[(1+\frac1B)m_i+\frac{E_n+\sigma^2}B]}$, $p=p(n+1)$, $m=m(n)$ of
/// [`sgd_curve`](super::sgd_curve). Sweeps from $\alpha=\frac12\alpha_c$: all $p$ backward, then forward, each step replaced before it is
/// taken; the error falls monotonically. They end where it falls by less than $10^{-15}$ relatively, or after 5000.
///
/// # Validity
/// No second minimum was ever seen; that there is none is not proven. The error is good to $10^{-14}$, the steps to $10^{-7}$. A sweep
/// costs $2TP$ steps of one mode; memory $8TP$ bytes, and of order $\sqrt T$ above $TP=10^8$.
///
/// # Errors
/// Those of [`sgd_curve`](super::sgd_curve); $T<1$ or above $10^6$; more than $10^9$ steps times levels, or a gigabyte; steps that
/// overflow.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::{Spectrum, Target};
/// use solvable_theory::learning_in_time::optimal_schedule;
/// let (spectrum, target) = (Spectrum::power(1.5, 12)?, Target::power_law(2.5, 12)?);
/// let best = optimal_schedule(&spectrum, &target, 0.3, 1, 6)?;
/// assert!((best.error - 0.4247350320584008).abs() < 1e-12 && (best.steps[0] - 0.257488734).abs() < 1e-7);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn optimal_schedule(
    spectrum: &Spectrum,
    target: &Target,
    sigma2: f64,
    batch: usize,
    horizon: usize,
) -> Result<BestSchedule, TheoryError> {
    let pass = OnePass::new(spectrum, target, sigma2, batch)?;
    at_least("T", horizon, 1)?;
    if horizon > LONGEST {
        return Err(TheoryError::invalid("T", horizon, format!("at most {LONGEST}")));
    }
    affordable("T", horizon, spectrum.levels(), MOST_UPDATES)?;
    // Powers in units of their sum, so that products with adjoints keep their digits.
    let unit = pass.error(pass.powers) + sigma2;
    if unit == 0.0 {
        return Ok(BestSchedule { error: 0.0, steps: vec![0.0; horizon] });
    }
    let powers: Vec<f64> = pass.powers.iter().map(|eta| eta / unit).collect();
    let scaled = OnePass {
        powers: &powers,
        tail: pass.tail / unit,
        sigma2: sigma2 / unit,
        rates: pass.rates.clone(),
        ..pass
    };
    let mut steps = optimum(&scaled, vec![0.5 * pass.threshold(); horizon], MOST_KEPT)?.1;
    let mut moments = pass.powers.to_vec();
    let mut error = pass.error(&moments);
    for alpha in &mut steps {
        error = pass.step(&mut moments, error, *alpha);
        *alpha = representable("a step size", *alpha / pass.top)?;
    }
    Ok(BestSchedule { error: representable("the least error", error)?, steps })
}

/// Sweeps from `steps` (in units of $1/\lambda_1$) with adjoints of at most `kept` numbers.
fn optimum(pass: &OnePass, steps: Vec<f64>, kept: usize) -> Result<(f64, Vec<f64>), TheoryError> {
    let mut sweeps = Sweeps::new(pass, steps, kept)?;
    let mut error = f64::INFINITY;
    for _ in 0..MOST_SWEEPS {
        let next = representable("the least error", sweeps.sweep())?;
        let done = error - next <= TOLERANCE * error && error.is_finite();
        error = next.min(error);
        if done {
            break;
        }
    }
    Ok((error, sweeps.steps))
}

struct Sweeps<'a> {
    pass: &'a OnePass<'a>,
    steps: Vec<f64>,
    /// Steps per block: adjoints are kept within one block, and at the ends of all.
    block: usize,
    /// $p$ at the end of every block.
    ends: Vec<Vec<f64>>,
    /// $p(n+1)$ for the steps $n$ of the present block.
    adjoints: Vec<Vec<f64>>,
    /// $\lambda_i^2$ times degeneracy.
    squares: Vec<f64>,
    moments: Vec<f64>,
}

impl<'a> Sweeps<'a> {
    fn new(pass: &'a OnePass, steps: Vec<f64>, kept: usize) -> Result<Self, TheoryError> {
        let (levels, horizon) = (pass.rates.len(), steps.len());
        let whole = horizon as f64 * levels as f64 <= kept as f64;
        let block = if whole { horizon } else { (horizon as f64).sqrt().ceil() as usize };
        let blocks = horizon.div_ceil(block);
        affordable_memory("the adjoints of a schedule", 8.0 * levels as f64 * (block + blocks + 3) as f64)?;
        Ok(Self {
            pass,
            steps,
            block,
            ends: vec![vec![1.0; levels]; blocks],
            adjoints: vec![vec![1.0; levels]; block],
            squares: pass.rates.iter().zip(pass.counts).map(|(r, count)| count * r * r).collect(),
            moments: Vec::with_capacity(levels),
        })
    }

    /// Replaces every step by the best one given the others; the new error.
    fn sweep(&mut self) -> f64 {
        let blocks = self.ends.len();
        for block in (1..blocks).rev() {
            let mut p = self.ends[block].clone();
            for n in self.range(block).rev() {
                self.back(&mut p, n);
            }
            self.ends[block - 1] = p;
        }
        self.moments.clear();
        self.moments.extend_from_slice(self.pass.powers);
        let mut error = self.pass.error(&self.moments);
        for block in 0..blocks {
            let range = self.range(block);
            let mut p = self.ends[block].clone();
            for n in range.clone().rev() {
                self.adjoints[n - range.start].copy_from_slice(&p);
                self.back(&mut p, n);
            }
            for n in range.clone() {
                if let Some(alpha) = self.best(&self.adjoints[n - range.start], error) {
                    self.steps[n] = alpha;
                }
                error = self.pass.step(&mut self.moments, error, self.steps[n]);
            }
        }
        error
    }

    fn range(&self, block: usize) -> std::ops::Range<usize> {
        block * self.block..((block + 1) * self.block).min(self.steps.len())
    }

    /// $p(n+1)\to p(n)$, up to a factor that keeps the largest from underflow: only ratios matter.
    fn back(&self, p: &mut [f64], n: usize) {
        let (alpha, share) = (self.steps[n], self.pass.share);
        let mut weight = dot(&self.squares, p);
        if weight < SMALL {
            let largest = p.iter().copied().fold(0.0, f64::max);
            if largest > 0.0 && largest < SMALL {
                p.iter_mut().for_each(|p| *p /= largest);
                weight = dot(&self.squares, p);
            }
        }
        let common = share * alpha * alpha * weight;
        for (p, rate) in p.iter_mut().zip(&self.pass.rates) {
            let x = alpha * rate;
            *p = ((1.0 - x) * (1.0 - x) + share * x * x) * *p + common;
        }
    }

    /// The step that is best between the present moments and the adjoint `p`; none where it does not matter.
    fn best(&self, p: &[f64], error: f64) -> Option<f64> {
        let pass = self.pass;
        let drive = pass.share * (error + pass.sigma2);
        let (mut gain, mut cost) = ([0.0; 4], [0.0; 4]);
        let levels = p.iter().zip(&self.moments).zip(&self.squares).zip(&pass.rates).zip(pass.counts);
        for (i, ((((p, m), square), rate), count)) in levels.enumerate() {
            gain[i % 4] += count * rate * (p * m);
            cost[i % 4] += square * p * ((1.0 + pass.share) * m + drive);
        }
        let alpha = gain.iter().sum::<f64>() / cost.iter().sum::<f64>();
        alpha.is_finite().then_some(alpha)
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;
    use crate::learning_in_time::sgd::{StepSizes, sgd_curve};

    fn power_laws(a: f64, b: f64, count: usize) -> (Spectrum, Target) {
        (Spectrum::power(a, count).unwrap(), Target::power_law(b, count).unwrap())
    }

    /// Reference: BFGS from three starts with complex-step gradients, Newton polish; 8 digits.
    #[test]
    fn optima_match_the_reference() {
        let (spectrum, target) = power_laws(1.5, 2.5, 12);
        let best = optimal_schedule(&spectrum, &target, 0.3, 1, 6).unwrap();
        assert_relative_eq!(best.error, 0.4247350320584008, max_relative = 1e-13);
        let expected = [
            0.25748873391790783,
            0.25446542610485673,
            0.2466986442278118,
            0.23509337358810947,
            0.22092039358000062,
            0.20546650242555387,
        ];
        for (alpha, expected) in best.steps.iter().zip(expected) {
            assert_relative_eq!(*alpha, expected, max_relative = 1e-6);
        }
        let (spectrum, target) = power_laws(1.5, 1.2, 10);
        let best = optimal_schedule(&spectrum, &target, 0.1, 4, 10).unwrap();
        assert_relative_eq!(best.error, 0.4041272715680599, max_relative = 1e-13);
        let expected = [
            1.0108508456964296,
            0.9875111212196516,
            0.9857889060163966,
            0.9736136839566392,
            0.9508808105363438,
            0.9076955598333525,
            0.8199221673670132,
            0.6903939236117326,
            0.5563669319095446,
            0.4412452044803076,
        ];
        for (alpha, expected) in best.steps.iter().zip(expected) {
            assert_relative_eq!(*alpha, expected, max_relative = 1e-6);
        }
    }

    #[test]
    fn the_error_is_that_of_the_steps() {
        let (spectrum, target) = power_laws(1.5, 2.5, 100);
        let best = optimal_schedule(&spectrum, &target, 1.0, 1, 100).unwrap();
        let list = StepSizes::Each(best.steps.clone());
        let run = sgd_curve(&spectrum, &target, 1.0, 1, &list, 0.0, &[100]).unwrap()[0];
        assert_relative_eq!(run, best.error, max_relative = 1e-13);
        // As computed in the specification: warm-up to a maximum at t/T = 0.1, then decay.
        let most = best.steps.iter().copied().fold(0.0, f64::max);
        assert!((best.steps[0] / most - 0.87).abs() < 0.006);
        assert!((best.steps[99] / best.steps[0] - 0.2).abs() < 0.05);
    }

    #[test]
    fn all_starts_end_at_one_optimum() {
        // A multiplicative congruential generator, so that starts are the same everywhere.
        let mut state: u64 = 12345;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        for (a, b, sigma2, batch, horizon) in
            [(1.5, 2.5, 0.3, 1, 15), (1.5, 1.2, 0.1, 4, 15), (2.0, 3.0, 0.01, 1, 15), (1.2, 1.5, 0.0, 1, 20)]
        {
            let (spectrum, target) = power_laws(a, b, 40);
            let pass = OnePass::new(&spectrum, &target, sigma2, batch).unwrap();
            let critical = pass.threshold();
            let first = optimal_schedule(&spectrum, &target, sigma2, batch, horizon).unwrap().error;
            for start in 0..8 {
                let steps = (0..horizon)
                    .map(|_| match start {
                        0 => 0.1 * critical,
                        1 => 0.9 * critical,
                        2..5 => 1.2 * critical * random(),
                        _ => 6.0 * critical * random(),
                    })
                    .collect();
                let (error, _) = optimum(&pass, steps, MOST_KEPT).unwrap();
                assert_relative_eq!(error, first, max_relative = 1e-13);
            }
        }
    }

    #[test]
    fn sweeps_never_raise_the_error() {
        let (spectrum, target) = power_laws(1.5, 2.5, 30);
        let pass = OnePass::new(&spectrum, &target, 0.2, 2).unwrap();
        let mut sweeps = Sweeps::new(&pass, vec![pass.threshold(); 25], MOST_KEPT).unwrap();
        let mut last = f64::INFINITY;
        for _ in 0..50 {
            let next = sweeps.sweep();
            assert!(next <= last * (1.0 + 1e-15));
            last = next;
        }
    }

    #[test]
    fn blocks_do_not_change_the_result() {
        let (spectrum, target) = power_laws(1.5, 2.0, 20);
        let pass = OnePass::new(&spectrum, &target, 0.2, 2).unwrap();
        let start = vec![0.5 * pass.threshold(); 37];
        let whole = optimum(&pass, start.clone(), MOST_KEPT).unwrap();
        let blocks = optimum(&pass, start, 1).unwrap();
        assert_eq!(whole, blocks);
    }

    #[test]
    fn equal_modes_are_greedy_and_degeneracies() {
        let grouped = Spectrum::new(vec![0.5], vec![6.0], 0.0).unwrap();
        let target = Target::new(vec![0.4], 0.1).unwrap();
        let best = optimal_schedule(&grouped, &target, 0.2, 3, 12).unwrap();
        let singly = Spectrum::simple(vec![0.5; 6], 0.0).unwrap();
        let other = optimal_schedule(&singly, &Target::new(vec![0.4; 6], 0.1).unwrap(), 0.2, 3, 12).unwrap();
        assert_relative_eq!(best.error, other.error, max_relative = 1e-13);
        let mut m = 0.4;
        for alpha in &best.steps {
            let drive = (6.0 * m + 0.1 + 0.2) / 3.0;
            let greedy = m / (0.5 * (m * (1.0 + 1.0 / 3.0) + drive));
            assert_relative_eq!(*alpha, greedy, max_relative = 1e-7);
            let x = 0.5 * alpha;
            m = (1.0 - x) * (1.0 - x) * m + x * x * (m / 3.0 + drive);
        }
        assert_relative_eq!(best.error, 6.0 * m + 0.1, max_relative = 1e-13);
    }

    #[test]
    fn what_is_invalid_is_named() {
        let (spectrum, target) = power_laws(1.5, 2.5, 5);
        let error = |horizon| optimal_schedule(&spectrum, &target, 0.1, 1, horizon).unwrap_err().to_string();
        assert!(error(0).contains("`T` is 0"));
        assert!(error(1_000_001).contains("`T` is 1000001"));
        assert!(
            optimal_schedule(&spectrum, &target, 0.1, 0, 3).unwrap_err().to_string().contains("`B` is 0")
        );
        assert!(
            optimal_schedule(&spectrum, &target, -1.0, 1, 3).unwrap_err().to_string().contains("`sigma2`")
        );
    }

    #[test]
    fn extremes_are_numbers_or_errors() {
        for lambda in [1e-300, 1.0, 1e300] {
            for eta in [0.0, 1e-300, 1.0, 1e300] {
                for sigma2 in [0.0, 1e-300, 1e6, 1e300] {
                    for (batch, horizon) in [(1, 1), (1, 5), (1_000_000_000_000, 30)] {
                        let spectrum = Spectrum::simple(vec![lambda, 1e-300], 0.0).unwrap();
                        let target = Target::new(vec![eta, 1e-3 * eta], 0.0).unwrap();
                        let best = optimal_schedule(&spectrum, &target, sigma2, batch, horizon).unwrap();
                        assert!(best.error.is_finite() && best.error >= 0.0);
                        assert!(best.error <= target.power(&spectrum) * (1.0 + 1e-14));
                        assert!(best.steps.iter().all(|alpha| alpha.is_finite() && *alpha >= 0.0));
                    }
                }
            }
        }
        let (spectrum, _) = power_laws(1.5, 2.5, 10);
        let nothing = Target::new(vec![0.0; 10], 0.5).unwrap();
        let idle = optimal_schedule(&spectrum, &nothing, 0.1, 1, 3).unwrap();
        assert_eq!((idle.error, idle.steps), (0.5, vec![0.0; 3]));
    }
}
