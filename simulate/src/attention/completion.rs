//! Completion of missing units by chains whose seen units are clamped.

use nalgebra::DVector;
use rand_distr::{Distribution, StandardNormal};
use solvable_engine::streams::Streams;
use solvable_theory::TheoryError;
use solvable_theory::attention_boltzmann::AttentionMachine;

use super::{Chain, in_blocks};
use crate::SimulationError;

/// A machine of which some units are seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Clamped<'a> {
    machine: &'a AttentionMachine,
    missing: Vec<usize>,
    /// The seen values, and zeros where nothing is seen.
    state: DVector<f64>,
}

/// Means over independent estimates of the missing units, with their standard errors.
#[derive(Debug, Clone, PartialEq)]
pub struct Completed {
    /// $\mathbb E\lbrack v_M\mid v_O\rbrack$.
    pub mean: Vec<f64>,
    /// Standard error of each.
    pub error: Vec<f64>,
}

impl<'a> Clamped<'a> {
    /// `machine` whose units outside `missing` have the values that `state` holds.
    ///
    /// # Errors
    /// A state of another length; a missing unit out of range.
    pub fn new(
        machine: &'a AttentionMachine,
        missing: &[usize],
        state: &[f64],
    ) -> Result<Self, SimulationError> {
        let d = machine.dimension();
        if state.len() != d || missing.iter().any(|&unit| unit >= d) {
            return Err(SimulationError::Shape {
                what: "completion",
                expected: format!("{d} units, the missing ones among them"),
                found: format!("{} units, missing {missing:?}", state.len()),
            });
        }
        let mut state = DVector::from_column_slice(state);
        missing.iter().for_each(|&unit| state[unit] = 0.0);
        Ok(Self { machine, missing: missing.to_vec(), state })
    }

    /// Gibbs chains that begin at $v_M=0$: $n$ units choose patterns by attention to all units, then the missing units alone are
    /// drawn again. Each chain gives its mean over the second half of its sweeps.
    ///
    /// # Errors
    /// A machine whose $1/\beta$ is no integer.
    pub fn by_chains(
        &self,
        chains: usize,
        sweeps: usize,
        streams: &Streams,
    ) -> Result<Completed, SimulationError> {
        let chain = Chain { machine: self.machine, order: self.machine.order()? };
        let ends = in_blocks(chains.max(2), &streams.child("clamped"), |rng| {
            let mut v = self.state.clone();
            let mut next = v.clone();
            let mut sum = vec![0.0; self.missing.len()];
            for sweep in 0..sweeps {
                next.copy_from(&v);
                chain.sweep(&mut next, 1.0, rng);
                self.missing.iter().for_each(|&unit| v[unit] = next[unit]);
                if 2 * sweep >= sweeps {
                    self.missing.iter().zip(&mut sum).for_each(|(&unit, sum)| *sum += v[unit]);
                }
            }
            sum.iter().map(|sum| sum / (sweeps / 2).max(1) as f64).collect::<Vec<f64>>()
        });
        let count = ends.len() as f64;
        let mean = |of: &dyn Fn(&[f64]) -> f64| ends.iter().map(|end| of(end)).sum::<f64>() / count;
        let means: Vec<f64> = (0..self.missing.len()).map(|i| mean(&|end| end[i])).collect();
        let error = (0..self.missing.len())
            .map(|i| (mean(&|end| (end[i] - means[i]).powi(2)) / (count - 1.0)).sqrt())
            .collect();
        Ok(Completed { mean: means, error })
    }

    /// One update of attention with the missing units at zero.
    ///
    /// # Errors
    /// As for [`AttentionMachine::update`].
    pub fn one_step(&self) -> Result<Vec<f64>, TheoryError> {
        self.updated(self.state.clone(), 1)
    }

    /// The missing units after `steps` updates of attention from `start`, the seen ones clamped: a mode.
    ///
    /// # Errors
    /// As for [`AttentionMachine::update`].
    pub fn mode(&self, start: &[f64], steps: usize) -> Result<Vec<f64>, TheoryError> {
        let mut state = self.state.clone();
        self.missing.iter().zip(start).for_each(|(&unit, x)| state[unit] = *x);
        self.updated(state, steps)
    }

    fn updated(&self, mut state: DVector<f64>, steps: usize) -> Result<Vec<f64>, TheoryError> {
        for _ in 0..steps {
            let next = self.machine.update(state.as_slice())?;
            self.missing.iter().for_each(|&unit| state[unit] = next[unit]);
        }
        Ok(self.seen_by(&state))
    }

    fn seen_by(&self, v: &DVector<f64>) -> Vec<f64> {
        self.missing.iter().map(|&unit| v[unit]).collect()
    }
}

/// How often the pattern that a state came from has the largest posterior weight: `count` patterns on `seen` units with entries of
/// variance $\theta$, the state one of them plus standard normal noise.
pub fn completions_that_succeed(
    seen: usize,
    theta: f64,
    count: usize,
    trials: usize,
    streams: &Streams,
) -> f64 {
    let succeeded = in_blocks(trials.max(1), &streams.child("patterns"), |rng| {
        let normal = |rng: &mut rand_chacha::ChaCha8Rng| -> f64 { StandardNormal.sample(rng) };
        let scale = theta.sqrt();
        let own: Vec<f64> = (0..seen).map(|_| scale * normal(rng)).collect();
        let state: Vec<f64> = own.iter().map(|x| x + normal(rng)).collect();
        let evidence = |x: f64, v: f64| x * v - 0.5 * x * x;
        let reached: f64 = own.iter().zip(&state).map(|(x, v)| evidence(*x, *v)).sum();
        // One below it decides; a tie is a success of neither, and of probability zero.
        let beaten = (1..count)
            .any(|_| state.iter().map(|v| evidence(scale * normal(rng), *v)).sum::<f64>() > reached);
        f64::from(!beaten)
    });
    succeeded.iter().sum::<f64>() / succeeded.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::dmatrix;

    #[test]
    fn chains_agree_with_the_mixture_of_one_unit() {
        let xi = dmatrix![1.0, 0.3, -0.4; -0.5, 0.8, 1.1; 0.2, -0.9, 0.6];
        let machine = AttentionMachine::new(xi.clone(), None, None, 0.8, 1.0).unwrap();
        let seen = [0.7, 0.0, 0.0];
        let clamped = Clamped::new(&machine, &[1, 2], &seen).unwrap();
        // Softmax of the seen overlaps and the norms of the missing parts.
        let logits: Vec<f64> =
            (0..3).map(|m| 0.7 * xi[(m, 0)] + 0.4 * (xi[(m, 1)].powi(2) + xi[(m, 2)].powi(2))).collect();
        let total: f64 = logits.iter().map(|l| l.exp()).sum();
        let exact: Vec<f64> =
            (1..3).map(|j| (0..3).map(|m| 0.8 * logits[m].exp() / total * xi[(m, j)]).sum()).collect();
        let streams = Streams::for_trial("completion", "", 0, 0);
        let estimate = clamped.by_chains(5000, 30, &streams).unwrap();
        for i in 0..2 {
            assert!((estimate.mean[i] - exact[i]).abs() < 4.5 * estimate.error[i], "{estimate:?} {exact:?}");
            assert!(estimate.error[i] < 0.02);
        }
        let off = |i: usize| (clamped.one_step().unwrap()[i] - exact[i]).abs();
        assert!(off(0).max(off(1)) > 0.02);
        assert!(Clamped::new(&machine, &[3], &seen).is_err());
    }
}
