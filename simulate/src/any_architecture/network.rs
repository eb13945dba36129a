//! Networks of any layers.

use solvable_theory::any_architecture::Blueprint;

use super::records::{Parameters, Record};
use super::{backward, contraction, draw, forward};
use crate::SimulationError;
use crate::linalg::Matrix;
use solvable_engine::streams::Streams;

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
        self.kernel_of(signals, |_| true)
    }

    /// The share of gains and biases of normalizations.
    pub fn affine_kernel(&self, signals: &LayeredSignals) -> Matrix {
        self.kernel_of(signals, |is_affine| is_affine)
    }

    fn kernel_of(&self, signals: &LayeredSignals, wanted: impl Fn(bool) -> bool) -> Matrix {
        let (classes, samples) = signals.output.shape();
        let outputs = classes * samples;
        let mut kernel = Matrix::zeros(outputs, outputs);
        let cotangents = Matrix::from_fn(classes, outputs, |k, column| f64::from(column / samples == k));
        let pass = backward::Pass { parameters: &self.parameters, records: &signals.records, samples };
        pass.network(self.blueprint.nodes(), cotangents, &mut |is_affine, share| {
            if wanted(is_affine) {
                kernel += contraction::kernel(&share, samples);
            }
        });
        kernel
    }
}
