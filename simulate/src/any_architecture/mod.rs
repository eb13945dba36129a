//! Finite networks of any layers: drawing, forward signals, backward signals and the tangent kernel.
//!
//! A signal of $N$ samples at $S$ positions is a $c\times SN$ matrix, sample by sample, positions within. Samples never mix, so that the
//! cotangents of all $C$ outputs travel side by side, class by class, and every layer adds its share of $\Theta$ on the way back.

mod backward;
mod contraction;
mod draw;
mod forward;
#[cfg(test)]
mod tests;

pub use contraction::{Contraction, shared_kernel};

use solvable_theory::any_architecture::Blueprint;

use crate::SimulationError;
use crate::linalg::Matrix;
use solvable_engine::streams::Streams;

/// The parameters of one layer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Parameters {
    /// None.
    None,
    /// $W$ (outputs by fan-in) and $b$.
    Linear { weights: Matrix, biases: Vec<f64> },
    /// Gains and biases of a normalization, of every channel.
    Affine { gains: Vec<f64>, biases: Vec<f64> },
    /// $V$ ($\tau\times S$).
    Mix(Matrix),
    /// Keys (and queries, where they are apart), values, and the output.
    Attention { keys: Matrix, queries: Option<Matrix>, values: Matrix, output: Matrix, biases: Vec<f64> },
    /// $W$, $U$ and $b$.
    Rnn { recurrent: Matrix, input: Matrix, biases: Vec<f64> },
}

/// One draw of the parameters of a [`Blueprint`].
#[derive(Debug, Clone)]
pub struct LayeredNetwork {
    blueprint: Blueprint,
    /// By the places of layers in reading order, branches before what follows them.
    parameters: Vec<Parameters>,
}

/// What the backward pass of a layer needs to know of its forward pass.
#[derive(Debug, Clone)]
pub(super) enum Record {
    /// Nothing.
    None,
    /// What multiplies the weights, fan-in by positions and samples.
    Inputs(Matrix),
    /// $\phi'$.
    Slopes(Matrix),
    /// $\hat h$ and $1/\sigma$ of every group.
    Normalized { signal: Matrix, scales: Vec<f64> },
    /// The incoming signal and, for every sample and head, keys, queries, values and weights; the concatenated heads.
    Attention { signal: Matrix, heads: Vec<HeadRecord>, joined: Matrix },
    /// The incoming signal, the hidden states before each step, and slopes of each step.
    Rnn { signal: Matrix, before: Matrix, slopes: Matrix },
}

/// One head of one sample.
#[derive(Debug, Clone)]
pub(super) struct HeadRecord {
    pub keys: Matrix,
    pub queries: Matrix,
    pub values: Matrix,
    pub weights: Matrix,
}

/// The signals of a batch in one network.
#[derive(Debug, Clone)]
pub struct LayeredSignals {
    /// $f$ ($C\times N$).
    pub output: Matrix,
    pub(super) records: Vec<Record>,
}

/// What a group of parameters contributes to the tangent kernel.
pub(super) enum Share<'a> {
    /// Weights shared by positions: $\nabla f_k(n)=\sum_p\delta_k(n,p)x(n,p)^\top$, with a bias where it is trained.
    Shared { deltas: &'a Matrix, inputs: Inputs<'a>, positions: usize, bias: bool },
    /// Gradients sample by sample, a column for each output.
    Columns(&'a Matrix),
}

/// What multiplies shared weights.
pub(super) enum Inputs<'a> {
    /// As it stands.
    Plain(&'a Matrix),
    /// Nothing: the bias alone.
    Nothing,
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
        pass.list(self.blueprint.nodes(), cotangents, &mut |is_affine, share| {
            if wanted(is_affine) {
                kernel += contraction::kernel(&share, samples);
            }
        });
        kernel
    }
}
