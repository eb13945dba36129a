//! Training of real finite networks, full batch by full batch: gradient descent and its preconditioned relatives.
//!
//! A rule of descent turns the residuals at one point into a step for every layer. All rules but the entry-wise diagonal
//! one write the step of a layer as $\Delta W^l\propto Z_l\,h^{l-1\top}$ with $Z_l$ of shape $M_l\times N$: the weights are
//! moved by one product, and nothing of size $P$ is ever formed.

mod batches;
mod curvature;
mod dense;
mod momentum;
mod natural;
mod penalty;
mod powers;
mod sided;
mod stability;
mod tangents;
mod unit_wise;

use serde::{Deserialize, Serialize};
pub use solvable_theory::any_architecture::Parametrization;

use super::SimulationError;
use super::cross_entropy::{softmax, softmax_and_logs};
use super::finite_network::FiniteNetwork;
use super::linalg::{self, Matrix};
use super::network::{Network, Signals};

pub use batches::{Samples, descend_on, epoch, fresh_batches};
pub use dense::Motion;
pub use momentum::{HeavyBall, Momentum};
pub use natural::{NaturalGradient, Prepared};
pub use penalty::{Flattening, PenalisedGradient, PenaltyMethod, flattened_step, penalised_gradient};
pub use powers::{BatchPolar, FactorPowers, polar_steps, power_steps};
pub use sided::{LayerSet, sample_rates};
pub use stability::{LocalBoundary, final_losses};
pub use tangents::{LayerStep, Tangents};

/// What is minimised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// $\frac1{2N}\sum_n\|f(n)-y(n)\|^2$.
    #[default]
    Squared,
    /// $-\frac1N\sum_n\sum_ky_k(n)\ln p_k(n)$ with the softmax $p$ of the outputs.
    CrossEntropy,
}

impl Loss {
    pub(crate) fn is_squared(&self) -> bool {
        *self == Self::Squared
    }

    /// The derivative in the outputs, times $N$.
    pub(crate) fn residual(self, outputs: &Matrix, targets: &Matrix) -> Matrix {
        match self {
            Self::Squared => outputs - targets,
            Self::CrossEntropy => softmax(outputs) - targets,
        }
    }

    /// The loss of `outputs` ($C\times N$).
    pub fn value(self, outputs: &Matrix, targets: &Matrix) -> f64 {
        let samples = outputs.ncols() as f64;
        match self {
            Self::Squared => (outputs - targets).norm_squared() / (2.0 * samples),
            Self::CrossEntropy => {
                let (_, logs) = softmax_and_logs(outputs.clone());
                let own = logs.iter().zip(targets.column_iter()).map(|(log, y)| log * y.sum()).sum::<f64>();
                (own - targets.dot(outputs)) / samples
            }
        }
    }
}

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
    loss: Loss,
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
        let mut training = Self { network, inputs, targets, learning_rate, rule, loss: Loss::Squared };
        training.present(inputs, targets)?;
        Ok(training)
    }

    /// For another loss than the squared one.
    pub fn with_loss(self, loss: Loss) -> Self {
        Self { loss, ..self }
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
        let signals = self.network.forward(self.inputs)?;
        let value = self.loss.value(N::output(&signals), self.targets);
        self.advance(signals)?;
        Ok(value)
    }

    /// Takes one step and returns the residual ($C\times N$) *before* it: $g=f-y$, for the cross entropy $p-y$.
    pub fn step_from(&mut self) -> Result<Matrix, SimulationError> {
        let signals = self.network.forward(self.inputs)?;
        self.advance(signals)
    }

    fn advance(&mut self, signals: N::Signals) -> Result<Matrix, SimulationError> {
        let residual = self.loss.residual(N::output(&signals), self.targets);
        self.rule.descend(&mut self.network, signals, &residual, self.learning_rate)?;
        Ok(residual)
    }

    /// The residual ($C\times N$) at the present parameters: $g=f-y$, for the cross entropy $p-y$.
    pub fn residual(&self) -> Result<Matrix, SimulationError> {
        Ok(self.loss.residual(N::output(&self.network.forward(self.inputs)?), self.targets))
    }

    /// The loss at the present parameters.
    pub fn loss(&self) -> Result<f64, SimulationError> {
        Ok(self.loss.value(N::output(&self.network.forward(self.inputs)?), self.targets))
    }

    /// The present network.
    pub fn network(&self) -> &N {
        &self.network
    }

    /// The present network, at the end.
    pub fn into_network(self) -> N {
        self.network
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
