use super::Parametrization;
use crate::SimulationError;
use crate::finite_network::FiniteNetwork;
use crate::linalg::{self, Matrix};

/// Momentum on all trained parameters of a network, from rest: $V\leftarrow\beta V-\alpha\nabla$, $\theta\leftarrow\theta+V$.
#[derive(Debug, Clone)]
pub struct Momentum<N: FiniteNetwork>(N::Motion);

impl<N: FiniteNetwork> Momentum<N> {
    /// At rest in `network`.
    pub fn at_rest(network: &N) -> Self {
        Self(network.at_rest())
    }

    /// One step with `rates` $=(\alpha,\beta)$ on a loss whose derivative in the outputs behind `signals` is `residual`.
    pub fn step(
        &mut self,
        network: &mut N,
        signals: &N::Signals,
        residual: Matrix,
        rates: (f64, f64),
        parametrization: Parametrization,
    ) {
        network.accelerate(&mut self.0, signals, residual, rates, parametrization);
        network.advance(&self.0);
    }
}

/// Training to convergence by gradient descent with momentum (Polyak's heavy ball) on $\frac12\sum_n\|f(n)-f_0(n)-y(n)\|^2$, in the NTK
/// parametrization: $V\leftarrow\beta V-\alpha\nabla$, $\theta\leftarrow\theta+V$, from rest.
///
/// $f_0$ are outputs that are subtracted from the network's, so that training can start from the zero function. For a linear
/// network the limit is the interpolant that gradient descent finds, as every step lies in the span of the gradients.
#[derive(Debug, Clone)]
pub struct HeavyBall {
    /// Training ends when the root mean square of the residual is this share of that of the labels.
    pub tolerance: f64,
    /// Steps after which it is given up.
    pub cap: usize,
}

impl Default for HeavyBall {
    fn default() -> Self {
        Self { tolerance: 1e-6, cap: 20_000 }
    }
}

impl HeavyBall {
    /// Trains `network` (one output) on `inputs` with `labels`, `offset` $=f_0$; returns how many steps it took. Rate and momentum
    /// are the best ones for the spectrum of the tangent kernel at the start: $\alpha=0.9\,(2/(\sqrt{\lambda_{\max}}+\sqrt{\lambda_{\min}}))^2$,
    /// $\beta=((\sqrt{\lambda_{\max}}-\sqrt{\lambda_{\min}})/(\sqrt{\lambda_{\max}}+\sqrt{\lambda_{\min}}))^2$.
    ///
    /// # Errors
    /// A tangent kernel that is singular; shapes that do not fit; no convergence within the cap.
    pub fn train<N: FiniteNetwork>(
        &self,
        network: &mut N,
        inputs: &Matrix,
        labels: &Matrix,
        offset: &Matrix,
    ) -> Result<usize, SimulationError> {
        let goal = self.tolerance * labels.norm();
        let signals = network.forward(inputs)?;
        let output = N::output(&signals);
        if labels.shape() != output.shape() || offset.shape() != labels.shape() {
            return Err(SimulationError::Shape {
                what: "labels and offsets of training",
                expected: format!("{} x {}", output.nrows(), output.ncols()),
                found: format!("{:?} and {:?}", labels.shape(), offset.shape()),
            });
        }
        let kernel = network.tangent_kernel(&signals, Parametrization::Ntk)?;
        let spectrum = linalg::symmetric_eigenvalues(&kernel)?;
        let (least, most) = (spectrum[0], spectrum[spectrum.len() - 1]);
        if least <= 1e-12 * most {
            let what = "the tangent kernel of the training samples".to_owned();
            return Err(SimulationError::Singular { what, ratio: least / most });
        }
        let (low, high) = (least.sqrt(), most.sqrt());
        let rate = 0.9 * (2.0 / (high + low)).powi(2);
        let momentum = ((high - low) / (high + low)).powi(2);
        let mut ball = Momentum::at_rest(network);
        for step in 0..self.cap {
            let signals = network.forward(inputs)?;
            let residual = N::output(&signals) - offset - labels;
            if residual.norm() <= goal {
                return Ok(step);
            }
            if !residual.norm().is_finite() {
                break;
            }
            ball.step(network, &signals, residual, (rate, momentum), Parametrization::Ntk);
        }
        Err(SimulationError::NotConverged { what: "training to convergence" })
    }
}
