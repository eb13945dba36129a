//! Full-batch gradient descent of real finite networks.

use super::SimulationError;
use super::linalg::{self, Matrix};
use super::network::{Network, Signals};

/// Gradient descent on $\mathcal L=\frac1{2N}\sum_n\|f(n)-y(n)\|^2$ over the trained parameters of a network.
#[derive(Debug, Clone)]
pub struct GradientDescent<'a> {
    network: Network,
    inputs: &'a Matrix,
    targets: &'a Matrix,
    learning_rate: f64,
}

impl<'a> GradientDescent<'a> {
    /// Starts at `network` with `inputs` ($M_0\times N$) and `targets` ($C\times N$).
    pub fn new(
        network: Network,
        inputs: &'a Matrix,
        targets: &'a Matrix,
        learning_rate: f64,
    ) -> Result<Self, SimulationError> {
        let expected = (network.architecture().classes(), inputs.ncols());
        if targets.shape() != expected {
            return Err(SimulationError::Shape {
                what: "targets of training",
                expected: format!("{} x {}", expected.0, expected.1),
                found: format!("{} x {}", targets.nrows(), targets.ncols()),
            });
        }
        Ok(Self { network, inputs, targets, learning_rate })
    }

    /// Takes one step and returns the loss *before* it.
    pub fn step(&mut self) -> Result<f64, SimulationError> {
        let signals = self.network.forward(self.inputs)?;
        let (loss, residual) = self.loss_and_residual(&signals);
        let deltas = self.network.backward(&signals, residual / self.inputs.ncols() as f64);
        for (l, delta) in deltas.iter().enumerate() {
            linalg::add_product_transpose(
                &mut self.network.weights[l],
                -self.learning_rate,
                delta,
                &signals.hidden[l],
            );
            if self.network.architecture().train_bias() {
                for (bias, row) in self.network.biases[l].iter_mut().zip(delta.row_iter()) {
                    *bias -= self.learning_rate * row.sum();
                }
            }
        }
        Ok(loss)
    }

    /// The loss at the present parameters.
    pub fn loss(&self) -> Result<f64, SimulationError> {
        Ok(self.loss_and_residual(&self.network.forward(self.inputs)?).0)
    }

    /// The present network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    fn loss_and_residual(&self, signals: &Signals) -> (f64, Matrix) {
        let residual = &signals.output - self.targets;
        (residual.norm_squared() / (2.0 * self.inputs.ncols() as f64), residual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::streams::Streams;
    use approx::assert_relative_eq;
    use solvable_theory::{Activation, Architecture};

    #[test]
    fn a_small_step_lowers_the_loss_by_the_squared_gradient() {
        let architecture =
            Architecture::new(vec![4, 9, 2], Activation::tanh(), 1.5, 0.1).unwrap().with_trained_biases(true);
        let streams = Streams::for_trial("training", "", 0, 0);
        let network = Network::draw(&architecture, &streams);
        let inputs = Matrix::from_vec(4, 5, streams.child("x").normals(20, 1.0));
        let targets = Matrix::from_vec(2, 5, streams.child("y").normals(10, 1.0));
        let signals = network.forward(&inputs).unwrap();
        let residual = &signals.output - &targets;
        // ||grad L||^2 = r' Θ r / N^2 with r laid out class by class.
        let kernel = super::super::gram::tangent_kernel(&network, &signals);
        let r = nalgebra::DVector::from_column_slice(residual.transpose().as_slice());
        let squared_gradient = (&kernel * &r).dot(&r) / 25.0;
        let eta = 1e-6;
        let mut descent = GradientDescent::new(network, &inputs, &targets, eta).unwrap();
        let before = descent.step().unwrap();
        let after = descent.loss().unwrap();
        assert_relative_eq!((before - after) / eta, squared_gradient, max_relative = 1e-4);
    }

    #[test]
    fn targets_of_another_shape_are_refused() {
        let architecture = Architecture::new(vec![4, 2], Activation::tanh(), 1.5, 0.1).unwrap();
        let network = Network::draw(&architecture, &Streams::for_trial("training", "", 0, 0));
        let (inputs, targets) = (Matrix::zeros(4, 5), Matrix::zeros(2, 4));
        assert!(GradientDescent::new(network, &inputs, &targets, 0.1).is_err());
    }
}
