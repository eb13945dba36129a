//! Training of real finite networks, full batch by full batch: gradient descent and its preconditioned relatives.
//!
//! A rule of descent turns the residuals at one point into a step for every layer. All rules but the entry-wise diagonal
//! one write the step of a layer as $\Delta W^l\propto Z_l\,h^{l-1\top}$ with $Z_l$ of shape $M_l\times N$: the weights are
//! moved by one product, and nothing of size $P$ is ever formed.

mod dense;
mod momentum;
mod natural;
mod penalty;
mod stability;
mod tangents;
mod unit_wise;

use serde::{Deserialize, Serialize};
pub use solvable_theory::any_architecture::Parametrization;

use super::SimulationError;
use super::finite_network::FiniteNetwork;
use super::linalg::{self, Matrix};
use super::network::{Network, Signals};

pub use dense::Motion;
pub use momentum::{HeavyBall, Momentum};
pub use natural::{NaturalGradient, Prepared};
pub use penalty::{PenalisedGradient, PenaltyMethod, penalised_gradient};
pub use stability::{LocalBoundary, final_losses};
pub use tangents::{LayerStep, Tangents};

/// How residuals become a step of the parameters.
pub trait DescentRule<N: FiniteNetwork> {
    /// Moves `network` by $-\eta$ times the step that `residual` $=f-y$ ($C\times N$) behind `signals` asks for.
    ///
    /// # Errors
    /// Networks that the rule is not defined for; systems that cannot be solved.
    fn descend(
        &self,
        network: &mut N,
        signals: N::Signals,
        residual: &Matrix,
        learning_rate: f64,
    ) -> Result<(), SimulationError>;
}

/// Gradient descent, for any network.
impl<N: FiniteNetwork> DescentRule<N> for Parametrization {
    fn descend(
        &self,
        network: &mut N,
        signals: N::Signals,
        residual: &Matrix,
        learning_rate: f64,
    ) -> Result<(), SimulationError> {
        network.descend(&signals, residual / residual.ncols() as f64, learning_rate, *self);
        Ok(())
    }
}

/// The rules for fully connected networks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Gradient descent, for any network, whatever its normalization.
    Gradient(Parametrization),
    /// Gradient descent preconditioned by an approximate Fisher matrix, in the NTK parametrization.
    Natural(NaturalGradient),
}

impl DescentRule<Network> for Rule {
    fn descend(
        &self,
        network: &mut Network,
        signals: Signals,
        residual: &Matrix,
        learning_rate: f64,
    ) -> Result<(), SimulationError> {
        match self {
            Self::Gradient(parametrization) => {
                parametrization.descend(network, signals, residual, learning_rate)
            }
            Self::Natural(rule) => {
                let tangents = Tangents::new(network, signals, Parametrization::Ntk)?;
                let steps = rule.prepare(&tangents)?.steps(residual)?;
                let signals = tangents.into_signals();
                for (l, step) in steps.iter().enumerate() {
                    apply(network, l + 1, step, &signals, learning_rate);
                }
                Ok(())
            }
        }
    }
}

/// Descent on $\mathcal L=\frac1{2N}\sum_n\|f(n)-y(n)\|^2$ over the trained parameters of a network.
///
/// A step is one forward pass, one backward pass, the Gram matrices and small systems of the rule, and one update of the
/// weights.
#[derive(Debug, Clone)]
pub struct Training<'a, N, R> {
    network: N,
    inputs: &'a Matrix,
    targets: &'a Matrix,
    learning_rate: f64,
    rule: R,
}

impl<'a, N: FiniteNetwork> Training<'a, N, Parametrization> {
    /// Gradient descent with one rate for the weights and biases themselves.
    pub fn gradient_descent(
        network: N,
        inputs: &'a Matrix,
        targets: &'a Matrix,
        learning_rate: f64,
    ) -> Result<Self, SimulationError> {
        Self::new(network, inputs, targets, Parametrization::Standard, learning_rate)
    }
}

impl<'a, N: FiniteNetwork, R: DescentRule<N>> Training<'a, N, R> {
    /// Starts at `network` with `inputs` ($M_0\times N$) and `targets` ($C\times N$).
    pub fn new(
        network: N,
        inputs: &'a Matrix,
        targets: &'a Matrix,
        rule: R,
        learning_rate: f64,
    ) -> Result<Self, SimulationError> {
        let mut training = Self { network, inputs, targets, learning_rate, rule };
        training.present(inputs, targets)?;
        Ok(training)
    }

    /// Goes on with other samples: the next batch, or the next task.
    pub fn present(&mut self, inputs: &'a Matrix, targets: &'a Matrix) -> Result<(), SimulationError> {
        let expected = (self.network.classes(), inputs.ncols());
        if targets.shape() != expected {
            return Err(SimulationError::Shape {
                what: "targets of training",
                expected: format!("{} x {}", expected.0, expected.1),
                found: format!("{} x {}", targets.nrows(), targets.ncols()),
            });
        }
        (self.inputs, self.targets) = (inputs, targets);
        Ok(())
    }

    /// Takes one step and returns the loss *before* it.
    pub fn step(&mut self) -> Result<f64, SimulationError> {
        let residual = self.step_from()?;
        Ok(residual.norm_squared() / (2.0 * self.inputs.ncols() as f64))
    }

    /// Takes one step and returns the residual $g=f-y$ ($C\times N$) *before* it.
    pub fn step_from(&mut self) -> Result<Matrix, SimulationError> {
        let signals = self.network.forward(self.inputs)?;
        let residual = N::output(&signals) - self.targets;
        self.rule.descend(&mut self.network, signals, &residual, self.learning_rate)?;
        Ok(residual)
    }

    /// The residual $g=f-y$ ($C\times N$) at the present parameters.
    pub fn residual(&self) -> Result<Matrix, SimulationError> {
        Ok(N::output(&self.network.forward(self.inputs)?) - self.targets)
    }

    /// The loss at the present parameters.
    pub fn loss(&self) -> Result<f64, SimulationError> {
        Ok(self.residual()?.norm_squared() / (2.0 * self.inputs.ncols() as f64))
    }

    /// The present network.
    pub fn network(&self) -> &N {
        &self.network
    }
}

/// Moves layer `layer` (from 1) of `network` by $-\eta$ times the step, in the NTK parametrization.
fn apply(network: &mut Network, layer: usize, step: &LayerStep, signals: &Signals, learning_rate: f64) {
    let (weight_scale, bias_scale) = network.squared_scales(Parametrization::Ntk, layer);
    let (weights, biases) = (&mut network.weights[layer - 1], &mut network.biases[layer - 1]);
    match step {
        LayerStep::Samples(coefficients) => {
            let rate = -learning_rate * weight_scale;
            linalg::add_product_transpose(weights, rate, coefficients, &signals.hidden[layer - 1]);
            if bias_scale > 0.0 {
                for (bias, row) in biases.iter_mut().zip(coefficients.row_iter()) {
                    *bias -= learning_rate * bias_scale * row.sum();
                }
            }
        }
        LayerStep::Entries { weights: move_weights, biases: move_biases } => {
            let (rate, bias_rate) = (learning_rate * weight_scale.sqrt(), learning_rate * bias_scale.sqrt());
            weights.iter_mut().zip(move_weights.iter()).for_each(|(w, step)| *w -= rate * step);
            biases.iter_mut().zip(move_biases).for_each(|(b, step)| *b -= bias_rate * step);
        }
    }
}

#[cfg(test)]
mod tests;
