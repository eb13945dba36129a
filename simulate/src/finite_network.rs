//! What descent and Gram matrices need to know of a network.

use solvable_theory::any_architecture::Parametrization;

use super::SimulationError;
use super::gram::centred;
use super::linalg::Matrix;

/// A finite network as descent and Gram matrices see it, whatever its layers.
pub trait FiniteNetwork: Clone {
    /// The signals of a batch.
    type Signals;
    /// A displacement of all trained parameters.
    type Motion;

    /// $C$.
    fn classes(&self) -> usize;

    /// Propagates `inputs` (one sample a column).
    ///
    /// # Errors
    /// Inputs of another shape; values that cannot be normalized.
    fn forward(&self, inputs: &Matrix) -> Result<Self::Signals, SimulationError>;

    /// $f$ ($C\times N$).
    fn output(signals: &Self::Signals) -> &Matrix;

    /// $\Theta$ ($CN\times CN$, class by class) over the trained parameters, in the coordinates of `parametrization`.
    ///
    /// # Errors
    /// A kernel that is not implemented for networks whose layers mix samples.
    fn tangent_kernel(
        &self,
        signals: &Self::Signals,
        parametrization: Parametrization,
    ) -> Result<Matrix, SimulationError>;

    /// No displacement.
    fn at_rest(&self) -> Self::Motion;

    /// $V\leftarrow\beta V-\alpha\nabla$ with `rates` $=(\alpha,\beta)$, for a loss whose derivative in the outputs behind `signals` is `cotangent`
    /// ($C\times N$).
    fn accelerate(
        &self,
        motion: &mut Self::Motion,
        signals: &Self::Signals,
        cotangent: Matrix,
        rates: (f64, f64),
        parametrization: Parametrization,
    );

    /// $\theta\leftarrow\theta+V$.
    fn advance(&mut self, motion: &Self::Motion);

    /// $\theta\leftarrow\theta-\alpha\nabla$.
    fn descend(
        &mut self,
        signals: &Self::Signals,
        cotangent: Matrix,
        rate: f64,
        parametrization: Parametrization,
    ) {
        let mut motion = self.at_rest();
        self.accelerate(&mut motion, signals, cotangent, (rate, 0.0), parametrization);
        self.advance(&motion);
    }
}

/// A network whose outputs are centred over the samples of a batch.
#[derive(Debug, Clone)]
pub struct MeanSubtracted<N>(pub N);

/// The signals of a network with centred outputs.
#[derive(Debug, Clone)]
pub struct CentredSignals<S> {
    inner: S,
    output: Matrix,
}

impl<N: FiniteNetwork> FiniteNetwork for MeanSubtracted<N> {
    type Signals = CentredSignals<N::Signals>;
    type Motion = N::Motion;

    fn classes(&self) -> usize {
        self.0.classes()
    }

    fn forward(&self, inputs: &Matrix) -> Result<Self::Signals, SimulationError> {
        let inner = self.0.forward(inputs)?;
        let mut output = N::output(&inner).clone();
        subtract_means(&mut output);
        Ok(CentredSignals { inner, output })
    }

    fn output(signals: &Self::Signals) -> &Matrix {
        &signals.output
    }

    fn tangent_kernel(
        &self,
        signals: &Self::Signals,
        parametrization: Parametrization,
    ) -> Result<Matrix, SimulationError> {
        Ok(centred(&self.0.tangent_kernel(&signals.inner, parametrization)?, self.classes()))
    }

    fn at_rest(&self) -> N::Motion {
        self.0.at_rest()
    }

    fn accelerate(
        &self,
        motion: &mut N::Motion,
        signals: &Self::Signals,
        mut cotangent: Matrix,
        rates: (f64, f64),
        parametrization: Parametrization,
    ) {
        subtract_means(&mut cotangent);
        self.0.accelerate(motion, &signals.inner, cotangent, rates, parametrization);
    }

    fn advance(&mut self, motion: &N::Motion) {
        self.0.advance(motion);
    }
}

/// Subtracts from every row its mean.
pub fn subtract_means(rows: &mut Matrix) {
    for mut row in rows.row_iter_mut() {
        let mean = row.mean();
        row.add_scalar_mut(-mean);
    }
}
