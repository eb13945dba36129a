use serde::{Deserialize, Serialize};

use super::{Parametrization, Training};
use crate::SimulationError;
use crate::finite_network::FiniteNetwork;
use crate::linalg::{self, Matrix};

/// Where gradient descent leaves the point that it starts from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LocalBoundary {
    /// The largest stable learning rate, found by bisection.
    pub boundary: f64,
    /// $\lambda_{\max}$ of the dual Fisher matrix of all trained parameters.
    pub lambda_max: f64,
    /// $\ln(1/a)$, $a$ being the share of the initial residual in the top eigenvector.
    pub log_inverse_overlap: f64,
}

const BLOW_UP: f64 = 10.0;
const BISECTIONS: usize = 6;

impl LocalBoundary {
    /// Runs of gradient descent that the search takes.
    pub const RUNS: usize = BISECTIONS;

    /// The boundary for `steps` steps from `residual` ($C\times N$), which ought to be so small that the kernel stays what it is until an
    /// instability has grown, between 0.8 and 1.3 times $2/\lambda_{\max}$.
    ///
    /// A run counts as unstable as soon as its loss exceeds ten times the initial loss, or ends above it: well above the boundary networks
    /// catapult to flatter regions and end *below* their start.
    ///
    /// # Errors
    /// Inputs that cannot be propagated; a kernel whose eigenvalues cannot be found.
    pub fn find<N: FiniteNetwork>(
        network: &N,
        inputs: &Matrix,
        residual: &Matrix,
        steps: usize,
    ) -> Result<Self, SimulationError> {
        let signals = network.forward(inputs)?;
        let samples = residual.ncols();
        let targets = N::output(&signals) - residual;
        let dual = network.tangent_kernel(&signals, Parametrization::Standard)? / samples as f64;
        let (values, vectors) = linalg::symmetric_eigen(&dual)?;
        let lambda_max = values[values.len() - 1];
        let direction = vectors.column(values.len() - 1);
        let stacked = residual.transpose();
        let overlap = linalg::dot(direction.as_slice(), stacked.as_slice()).powi(2) / residual.norm_squared();

        let (mut stable, mut unstable) = ((0.8 * 2.0 / lambda_max).ln(), (1.3 * 2.0 / lambda_max).ln());
        for _ in 0..BISECTIONS {
            let middle = 0.5 * (stable + unstable);
            if is_unstable(network, inputs, &targets, middle.exp(), steps)? {
                unstable = middle;
            } else {
                stable = middle;
            }
        }
        let boundary = (0.5 * (stable + unstable)).exp();
        Ok(Self { boundary, lambda_max, log_inverse_overlap: -overlap.ln() })
    }
}

fn is_unstable<N: FiniteNetwork>(
    network: &N,
    inputs: &Matrix,
    targets: &Matrix,
    learning_rate: f64,
    steps: usize,
) -> Result<bool, SimulationError> {
    let mut descent = Training::gradient_descent(network.clone(), inputs, targets, learning_rate)?;
    let start = descent.step()?;
    let above = |loss: f64, limit: f64| !loss.is_finite() || loss > limit;
    for _ in 1..steps {
        if above(descent.step()?, BLOW_UP * start) {
            return Ok(true);
        }
    }
    Ok(above(descent.loss()?, start))
}

/// Common logarithm of the loss at which a run counts as diverged.
const CEILING: f64 = 3.0;
/// That of the least loss that is told apart from none.
const FLOOR: f64 = -12.0;

/// The common logarithm of the loss after `steps` steps of gradient descent at each of `learning_rates`, from -12 to 3: losses of more than
/// 1000, and infinite ones, count as 1000.
///
/// # Errors
/// Shapes that do not fit; inputs that cannot be propagated.
pub fn final_losses<N: FiniteNetwork>(
    network: &N,
    inputs: &Matrix,
    targets: &Matrix,
    learning_rates: &[f64],
    steps: usize,
) -> Result<Vec<f64>, SimulationError> {
    let (floor, ceiling) = (10f64.powf(FLOOR), 10f64.powf(CEILING));
    let final_loss = |learning_rate: f64| -> Result<f64, SimulationError> {
        let mut descent = Training::gradient_descent(network.clone(), inputs, targets, learning_rate)?;
        for _ in 0..steps {
            let loss = descent.step()?;
            // A loss this large does not come back.
            if loss.is_nan() || loss > 1e6 * ceiling {
                return Ok(ceiling);
            }
        }
        let loss = descent.loss()?;
        Ok(if loss <= ceiling { loss } else { ceiling })
    };
    learning_rates.iter().map(|&eta| Ok(final_loss(eta)?.max(floor).log10())).collect()
}
