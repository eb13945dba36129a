//! Descent on random batches.

use rand::Rng;
use rand::seq::SliceRandom;

use super::{DescentRule, Loss, Training};
use crate::SimulationError;
use crate::finite_network::FiniteNetwork;
use crate::linalg::Matrix;

/// `count` batches of `size` out of `samples` samples, each drawn anew, without repetition within a batch.
pub fn fresh_batches(samples: usize, size: usize, count: usize, rng: &mut impl Rng) -> Vec<Vec<usize>> {
    (0..count)
        .map(|_| {
            let mut order: Vec<usize> = (0..samples).collect();
            let (batch, _) = order.partial_shuffle(rng, size.min(samples));
            batch.to_vec()
        })
        .collect()
}

/// All samples once in random order, in batches of `size`; the last one is what is left.
pub fn epoch(samples: usize, size: usize, rng: &mut impl Rng) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..samples).collect();
    order.shuffle(rng);
    order.chunks(size.max(1)).map(<[usize]>::to_vec).collect()
}

/// Inputs and targets, a sample a column.
#[derive(Debug, Clone, Copy)]
pub struct Samples<'a> {
    /// $M_0\times N$.
    pub inputs: &'a Matrix,
    /// $C\times N$.
    pub targets: &'a Matrix,
}

/// `network` after a step of `rule` on every one of `batches` in turn; `watch` sees the residuals of a batch before its step, and may end the descent.
///
/// # Errors
/// Shapes that do not fit; networks that the rule is not defined for.
pub fn descend_on<N: FiniteNetwork, R: DescentRule<N>>(
    network: N,
    samples: Samples<'_>,
    batches: &[Vec<usize>],
    (rule, loss, learning_rate): (R, Loss, f64),
    mut watch: impl FnMut(&Matrix) -> bool,
) -> Result<N, SimulationError> {
    let select = |of: &Matrix, batch: &Vec<usize>| of.select_columns(batch);
    let parts: Vec<(Matrix, Matrix)> =
        batches.iter().map(|b| (select(samples.inputs, b), select(samples.targets, b))).collect();
    let Some((inputs, targets)) = parts.first() else { return Ok(network) };
    let mut training = Training::new(network, inputs, targets, rule, learning_rate)?.with_loss(loss);
    for (inputs, targets) in &parts {
        training.present(inputs, targets)?;
        if !watch(&training.step_from()?) {
            break;
        }
    }
    Ok(training.into_network())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::gaussian_inputs;
    use crate::gram::tangent_kernel;
    use crate::network::Network;
    use crate::training::Parametrization;
    use solvable_engine::streams::Streams;
    use solvable_theory::{Activation, Architecture};

    #[test]
    fn batches_are_uniform_and_epochs_complete() {
        let mut rng = Streams::for_trial("batches", "", 0, 0).rng(0);
        let mut counts = [0; 5];
        for batch in fresh_batches(5, 2, 5000, &mut rng) {
            assert!(batch.len() == 2 && batch[0] != batch[1]);
            batch.iter().for_each(|n| counts[*n] += 1);
        }
        assert!(counts.iter().all(|c| (1850..2150).contains(c)), "{counts:?}");
        let parts = epoch(7, 3, &mut rng);
        let mut all = parts.concat();
        all.sort_unstable();
        assert_eq!((parts.len(), all), (3, (0..7).collect()));
    }

    #[test]
    fn small_residuals_move_by_the_kernel_of_the_batch() {
        let architecture = Architecture::new(vec![9, 12, 1], Activation::tanh(), 1.5, 0.1).unwrap();
        let streams = Streams::for_trial("batch steps", "", 0, 0);
        let network = Network::draw(&architecture, &streams);
        let inputs = gaussian_inputs(9, 6, &streams.child("inputs"));
        let signals = network.forward(&inputs).unwrap();
        let mut residual = Matrix::from_vec(1, 6, streams.child("residual").normals(6, 1e-7));
        let targets = &signals.output - &residual;
        let kernel = tangent_kernel(&network, &signals);
        let batches = [vec![0, 4], vec![2, 1], vec![5, 4]];
        let rate = 0.05;
        for batch in &batches {
            let mut step = Matrix::zeros(1, 6);
            batch.iter().for_each(|n| step[*n] = residual[*n]);
            residual -= step * &kernel * (rate / 2.0);
        }
        let samples = Samples { inputs: &inputs, targets: &targets };
        let how = (Parametrization::Standard, Loss::Squared, rate);
        let end = descend_on(network, samples, &batches, how, |_| true).unwrap();
        let found = end.forward(&inputs).unwrap().output - &targets;
        assert!((found - &residual).norm() < 1e-5 * residual.norm());
    }
}
