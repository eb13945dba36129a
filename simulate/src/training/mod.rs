//! Full-batch training of real finite networks: gradient descent and its preconditioned relatives.
//!
//! A rule of descent turns the residuals at one point into a step for every layer. All rules but the entry-wise diagonal
//! one write the step of a layer as $\Delta W^l\propto Z_l\,h^{l-1\top}$ with $Z_l$ of shape $M_l\times N$: the weights are
//! moved by one product, and nothing of size $P$ is ever formed.

mod momentum;
mod natural;
mod penalty;
mod tangents;
mod unit_wise;

use serde::{Deserialize, Serialize};

use super::SimulationError;
use super::linalg::{self, Matrix};
use super::network::{Network, Signals};

pub use momentum::{HeavyBall, Momentum};
pub use natural::{NaturalGradient, Prepared};
pub use penalty::{PenalisedGradient, PenaltyMethod, penalised_gradient};
pub use tangents::{LayerStep, Tangents};

/// In which coordinates "one learning rate for all parameters" is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parametrization {
    /// The weights $W^l_{ij}\sim N(0,\sigma_w^2/M_{l-1})$ themselves.
    Standard,
    /// Standard normal weights $w$ with $W=\frac{\sigma_w}{\sqrt{M_{l-1}}}w$, $b=\sigma_b\beta$.
    Ntk,
}

impl Parametrization {
    /// The squared scales of the weights and of the biases of layer $l$ (from 1): a step of size one in the parameters moves
    /// $W^l$ by the first times its gradient. Biases that are not trained have scale 0.
    fn scales(self, network: &Network, layer: usize) -> (f64, f64) {
        let architecture = network.architecture();
        let scales = architecture.scales();
        let (weight, bias) = match self {
            Self::Standard => (1.0, 1.0),
            Self::Ntk => (scales.sigma_w2 / architecture.widths()[layer - 1] as f64, scales.sigma_b2),
        };
        (weight, if architecture.train_bias() { bias } else { 0.0 })
    }
}

/// How residuals become a step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Gradient descent, for any network, whatever its normalization.
    Gradient(Parametrization),
    /// Gradient descent preconditioned by an approximate Fisher matrix, in the NTK parametrization.
    Natural(NaturalGradient),
}

/// Descent on $\mathcal L=\frac1{2N}\sum_n\|f(n)-y(n)\|^2$ over the trained parameters of a network.
///
/// A step is one forward pass, one backward pass, the Gram matrices and small systems of the rule, and one update of the
/// weights.
#[derive(Debug, Clone)]
pub struct Training<'a> {
    network: Network,
    inputs: &'a Matrix,
    targets: &'a Matrix,
    learning_rate: f64,
    rule: Rule,
}

impl<'a> Training<'a> {
    /// Starts at `network` with `inputs` ($M_0\times N$) and `targets` ($C\times N$).
    pub fn new(
        network: Network,
        inputs: &'a Matrix,
        targets: &'a Matrix,
        rule: Rule,
        learning_rate: f64,
    ) -> Result<Self, SimulationError> {
        let mut training = Self { network, inputs, targets, learning_rate, rule };
        training.present(inputs, targets)?;
        Ok(training)
    }

    /// Gradient descent with one rate for the weights and biases themselves.
    pub fn gradient_descent(
        network: Network,
        inputs: &'a Matrix,
        targets: &'a Matrix,
        learning_rate: f64,
    ) -> Result<Self, SimulationError> {
        Self::new(network, inputs, targets, Rule::Gradient(Parametrization::Standard), learning_rate)
    }

    /// Goes on with other samples: the next batch, or the next task.
    pub fn present(&mut self, inputs: &'a Matrix, targets: &'a Matrix) -> Result<(), SimulationError> {
        let expected = (self.network.architecture().classes(), inputs.ncols());
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
        let residual = &signals.output - self.targets;
        match self.rule {
            Rule::Gradient(parametrization) => {
                let cotangent = &residual / self.inputs.ncols() as f64;
                for (l, delta) in self.network.backward(&signals, cotangent).into_iter().enumerate() {
                    let step = LayerStep::Samples(delta);
                    apply(&mut self.network, parametrization, l + 1, &step, &signals, self.learning_rate);
                }
            }
            Rule::Natural(rule) => {
                let tangents = Tangents::new(&self.network, signals, Parametrization::Ntk)?;
                let steps = rule.prepare(&tangents)?.steps(&residual)?;
                let signals = tangents.into_signals();
                for (l, step) in steps.iter().enumerate() {
                    let rate = self.learning_rate;
                    apply(&mut self.network, Parametrization::Ntk, l + 1, step, &signals, rate);
                }
            }
        }
        Ok(residual)
    }

    /// The residual $g=f-y$ ($C\times N$) at the present parameters.
    pub fn residual(&self) -> Result<Matrix, SimulationError> {
        Ok(self.network.forward(self.inputs)?.output - self.targets)
    }

    /// The loss at the present parameters.
    pub fn loss(&self) -> Result<f64, SimulationError> {
        Ok(self.residual()?.norm_squared() / (2.0 * self.inputs.ncols() as f64))
    }

    /// The present network.
    pub fn network(&self) -> &Network {
        &self.network
    }
}

/// Moves layer `layer` (from 1) of `network` by $-\eta$ times the step.
fn apply(
    network: &mut Network,
    parametrization: Parametrization,
    layer: usize,
    step: &LayerStep,
    signals: &Signals,
    learning_rate: f64,
) {
    let (weight_scale, bias_scale) = parametrization.scales(network, layer);
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
