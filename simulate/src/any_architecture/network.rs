//! Networks of any layers.

use solvable_theory::any_architecture::{Blueprint, Parametrization};

use super::contraction::Contraction;
use super::operator::LayeredOperator;
use super::records::{Parameters, Record, Tensor};
use super::{backward, contraction, draw, forward};
use crate::SimulationError;
use crate::finite_network::FiniteNetwork;
use crate::gram;
use crate::linalg::{self, Matrix};
use solvable_engine::streams::Streams;

/// Outputs above which the largest eigenvalue is found without the matrix.
const MATRIX_ROWS: usize = 1000;

/// One draw of the parameters of a [`Blueprint`].
#[derive(Debug, Clone)]
pub struct LayeredNetwork {
    blueprint: Blueprint,
    /// By the places of layers in reading order, branches before what follows them.
    pub(super) parameters: Vec<Parameters>,
}

/// The signals of a batch in one network.
#[derive(Debug, Clone)]
pub struct LayeredSignals {
    /// $f$ ($C\times N$).
    pub output: Matrix,
    pub(super) records: Vec<Record>,
}

impl LayeredNetwork {
    /// Draws every tensor from a stream of its own, in reading order: weights of variance $\sigma_w^2/F$, biases also where they are not
    /// trained, mixing matrices where they are not given.
    pub fn draw(blueprint: &Blueprint, streams: &Streams) -> Self {
        let mut parameters = Vec::new();
        draw::list(blueprint.nodes(), streams, &mut parameters);
        Self { blueprint: blueprint.clone(), parameters }
    }

    /// The description that the network was drawn from.
    pub fn blueprint(&self) -> &Blueprint {
        &self.blueprint
    }

    /// Propagates `inputs` ($Sc_0\times N$, one sample a column: positions first, channels fastest).
    pub fn forward(&self, inputs: &Matrix) -> Result<LayeredSignals, SimulationError> {
        let input = self.blueprint.input();
        if inputs.nrows() != input.size() || inputs.ncols() == 0 {
            return Err(SimulationError::Shape {
                what: "inputs of a network",
                expected: format!("{} x N with N >= 1", input.size()),
                found: format!("{} x {}", inputs.nrows(), inputs.ncols()),
            });
        }
        // Positions become columns: the numbers lie in the same order.
        let columns = input.positions() * inputs.ncols();
        let signal = Matrix::from_column_slice(input.channels, columns, inputs.as_slice());
        let mut records = vec![Record::None; self.parameters.len()];
        let output = forward::list(self.blueprint.nodes(), &self.parameters, signal, &mut records)?;
        Ok(LayeredSignals { output, records })
    }

    /// $\Theta_{(k,n),(k',n')}=\nabla f_k(n)\cdot\nabla f_{k'}(n')$ ($CN\times CN$, class by class) over the trained parameters.
    pub fn tangent_kernel(&self, signals: &LayeredSignals) -> Matrix {
        self.gram(signals, Parametrization::Standard, None, |_| true)
    }

    /// The same by one way of contraction for all layers whose positions share their weights.
    pub fn contracted_kernel(&self, signals: &LayeredSignals, way: Contraction) -> Matrix {
        self.gram(signals, Parametrization::Standard, Some(way), |_| true)
    }

    /// The share of gains and biases of normalizations.
    pub fn affine_kernel(&self, signals: &LayeredSignals) -> Matrix {
        self.gram(signals, Parametrization::Standard, None, |tensor| tensor == Tensor::Gains)
    }

    fn gram(
        &self,
        signals: &LayeredSignals,
        parametrization: Parametrization,
        way: Option<Contraction>,
        wanted: impl Fn(Tensor) -> bool,
    ) -> Matrix {
        let (classes, samples) = signals.output.shape();
        let outputs = classes * samples;
        let mut kernel = Matrix::zeros(outputs, outputs);
        self.pass(signals).network(
            self.blueprint.nodes(),
            one_by_one(classes, samples),
            &mut |group, share| {
                if wanted(group.tensor) {
                    kernel += contraction::kernel(&share, samples, group.scales(parametrization), way);
                }
            },
        );
        kernel
    }

    /// The kernel as an operator, for more outputs than its matrix is worth.
    pub fn operator(&self, signals: &LayeredSignals) -> LayeredOperator {
        let (classes, samples) = signals.output.shape();
        let mut operator = LayeredOperator::new(samples, classes * samples);
        self.pass(signals).network(self.blueprint.nodes(), one_by_one(classes, samples), &mut |_, share| {
            operator.keep(&share);
        });
        operator
    }

    /// The $C$ largest eigenvalues of $\Theta/N$, descending, or of the kernel of outputs which are `centred` over the samples: of the matrix up to
    /// 1000 outputs, by Lanczos above.
    ///
    /// # Errors
    /// An iteration that does not converge.
    pub fn sharpness(&self, signals: &LayeredSignals, centred: bool) -> Result<Vec<f64>, SimulationError> {
        let (classes, samples) = signals.output.shape();
        let mut largest = if classes * samples > MATRIX_ROWS {
            self.operator(signals).largest(classes, centred)?
        } else {
            let kernel = self.tangent_kernel(signals);
            let kernel = if centred { gram::centred(&kernel, classes) } else { kernel };
            linalg::largest_eigenvalues(&kernel, classes)?
        };
        largest.iter_mut().for_each(|value| *value /= samples as f64);
        Ok(largest)
    }

    fn pass<'a>(&'a self, signals: &'a LayeredSignals) -> backward::Pass<'a> {
        let samples = signals.output.ncols();
        backward::Pass { parameters: &self.parameters, records: &signals.records, samples }
    }
}

/// The cotangents that pick every output for every sample, class by class.
fn one_by_one(classes: usize, samples: usize) -> Matrix {
    Matrix::from_fn(classes, classes * samples, |k, column| f64::from(column / samples == k))
}

/// A displacement of the parameters of a [`LayeredNetwork`].
#[derive(Debug, Clone)]
pub struct LayeredMotion(Vec<Parameters>);

impl FiniteNetwork for LayeredNetwork {
    type Signals = LayeredSignals;
    type Motion = LayeredMotion;

    fn classes(&self) -> usize {
        self.blueprint.classes()
    }

    fn forward(&self, inputs: &Matrix) -> Result<LayeredSignals, SimulationError> {
        self.forward(inputs)
    }

    fn output(signals: &LayeredSignals) -> &Matrix {
        &signals.output
    }

    fn tangent_kernel(
        &self,
        signals: &LayeredSignals,
        parametrization: Parametrization,
    ) -> Result<Matrix, SimulationError> {
        Ok(self.gram(signals, parametrization, None, |_| true))
    }

    fn at_rest(&self) -> LayeredMotion {
        let mut still = self.parameters.clone();
        still.iter_mut().zip(&self.parameters).for_each(|(still, own)| still.combine(0.0, 0.0, own));
        LayeredMotion(still)
    }

    fn accelerate(
        &self,
        motion: &mut LayeredMotion,
        signals: &LayeredSignals,
        cotangent: Matrix,
        (rate, momentum): (f64, f64),
        parametrization: Parametrization,
    ) {
        motion.0.iter_mut().zip(&self.parameters).for_each(|(v, own)| v.combine(momentum, 0.0, own));
        self.pass(signals).network(self.blueprint.nodes(), cotangent, &mut |group, share| {
            let (scale, bias_scale) = group.scales(parametrization);
            motion.0[group.slot].add(group.tensor, &share, (-rate * scale, -rate * bias_scale));
        });
    }

    fn advance(&mut self, motion: &LayeredMotion) {
        self.parameters.iter_mut().zip(&motion.0).for_each(|(own, v)| own.combine(1.0, 1.0, v));
    }
}
