//! What layers hold, and what passes leave behind.

use std::borrow::Cow;

use solvable_theory::any_architecture::{Parametrization, Weights, Windows};

use super::patches;
use crate::linalg::{self, Matrix};

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

/// What the backward pass of a layer needs to know of its forward pass.
#[derive(Debug, Clone)]
pub(super) enum Record {
    /// Nothing.
    None,
    /// The incoming signal.
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

/// What a group of parameters contributes to the tangent kernel.
pub(super) enum Share<'a> {
    /// Weights shared by positions: $\nabla f_k(n)=\sum_p\delta_k(n,p)x(n,p)^\top$, with a bias where it is trained.
    Shared { deltas: &'a Matrix, inputs: Inputs<'a>, positions: usize, bias: bool },
    /// Gradients sample by sample, a column for each output.
    Columns(&'a Matrix),
}

impl<'a> Share<'a> {
    /// Of weights that multiply `inputs`.
    pub fn of(deltas: &'a Matrix, inputs: &'a Matrix, positions: usize, bias: bool) -> Self {
        Self::Shared { deltas, inputs: Inputs::Plain(inputs), positions, bias }
    }
}

/// A tensor of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tensor {
    /// Of a dense layer, a convolution or a mixing, with biases.
    Weights,
    /// Gains of a normalization, with their biases.
    Gains,
    Keys,
    Queries,
    Values,
    /// Of the concatenated heads, with biases.
    Output,
    /// Of the states of a recurrence, with biases.
    Recurrent,
    /// Of the inputs of a recurrence.
    Input,
}

/// Trained parameters that have a share in the tangent kernel: a tensor, and the biases that belong to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Group {
    /// The layer.
    pub slot: usize,
    /// The tensor.
    pub tensor: Tensor,
    /// $\sigma_w^2/F$.
    pub scale: f64,
    /// $\sigma_b^2$.
    pub bias_scale: f64,
}

impl Group {
    /// A tensor of entries of this variance, whose biases have variance 1 or are none.
    pub fn new(slot: usize, tensor: Tensor, scale: f64) -> Self {
        Self { slot, tensor, scale, bias_scale: 1.0 }
    }

    /// Weights of a fan-in.
    pub fn linear(slot: usize, fan_in: usize, weights: &Weights) -> Self {
        let scale = weights.sigma_w2 / fan_in as f64;
        Self { slot, tensor: Tensor::Weights, scale, bias_scale: weights.sigma_b2 }
    }

    /// The squared scales of the tensor and of its biases: a step of size one in the parameters moves them by that times their gradient.
    pub fn scales(&self, parametrization: Parametrization) -> (f64, f64) {
        match parametrization {
            Parametrization::Standard => (1.0, 1.0),
            Parametrization::Ntk => (self.scale, self.bias_scale),
        }
    }
}

impl Parameters {
    /// Adds the gradient that `share` is of, by rates of the tensor and of its biases.
    pub fn add(&mut self, tensor: Tensor, share: &Share<'_>, rates: (f64, f64)) {
        match share {
            Share::Columns(gradients) => {
                let sums = gradients.row_iter().map(|row| row.sum());
                let own = self.entries(tensor).unwrap_or_default();
                own.iter_mut().zip(sums).for_each(|(x, sum)| *x += rates.0 * sum);
            }
            Share::Shared { deltas, inputs, bias, .. } => {
                if let (Some(inputs), Some(own)) = (inputs.written_out(), self.matrix(tensor)) {
                    linalg::add_product_transpose(own, rates.0, deltas, &inputs);
                }
                if *bias && let Some(biases) = self.biases() {
                    biases.iter_mut().zip(deltas.row_iter()).for_each(|(b, row)| *b += rates.1 * row.sum());
                }
            }
        }
    }

    fn matrix(&mut self, tensor: Tensor) -> Option<&mut Matrix> {
        match (self, tensor) {
            (Self::Linear { weights: own, .. } | Self::Mix(own), Tensor::Weights)
            | (Self::Attention { keys: own, .. }, Tensor::Keys)
            | (Self::Attention { values: own, .. }, Tensor::Values)
            | (Self::Attention { output: own, .. }, Tensor::Output)
            | (Self::Rnn { recurrent: own, .. }, Tensor::Recurrent)
            | (Self::Rnn { input: own, .. }, Tensor::Input) => Some(own),
            (Self::Attention { queries, .. }, Tensor::Queries) => queries.as_mut(),
            _ => None,
        }
    }

    fn entries(&mut self, tensor: Tensor) -> Option<&mut [f64]> {
        match self {
            Self::Affine { gains, .. } => Some(gains),
            other => other.matrix(tensor).map(Matrix::as_mut_slice),
        }
    }

    fn biases(&mut self) -> Option<&mut Vec<f64>> {
        match self {
            Self::Linear { biases, .. }
            | Self::Affine { biases, .. }
            | Self::Attention { biases, .. }
            | Self::Rnn { biases, .. } => Some(biases),
            Self::None | Self::Mix(_) => None,
        }
    }

    /// $x\leftarrow ax+by$ for all that two layers of the same kind hold.
    pub fn combine(&mut self, a: f64, b: f64, other: &Self) {
        for (own, other) in self.numbers_mut().into_iter().zip(other.numbers()) {
            own.iter_mut().zip(other).for_each(|(x, y)| *x = a * *x + b * y);
        }
    }

    fn numbers_mut(&mut self) -> Vec<&mut [f64]> {
        match self {
            Self::None => vec![],
            Self::Linear { weights, biases } => vec![weights.as_mut_slice(), biases],
            Self::Affine { gains, biases } => vec![gains, biases],
            Self::Mix(v) => vec![v.as_mut_slice()],
            Self::Attention { keys, queries, values, output, biases } => {
                let queries = queries.as_mut().map_or(&mut [][..], Matrix::as_mut_slice);
                vec![keys.as_mut_slice(), queries, values.as_mut_slice(), output.as_mut_slice(), biases]
            }
            Self::Rnn { recurrent, input, biases } => {
                vec![recurrent.as_mut_slice(), input.as_mut_slice(), biases]
            }
        }
    }

    fn numbers(&self) -> Vec<&[f64]> {
        match self {
            Self::None => vec![],
            Self::Linear { weights, biases } => vec![weights.as_slice(), biases],
            Self::Affine { gains, biases } => vec![gains, biases],
            Self::Mix(v) => vec![v.as_slice()],
            Self::Attention { keys, queries, values, output, biases } => {
                let queries = queries.as_ref().map_or(&[][..], Matrix::as_slice);
                vec![keys.as_slice(), queries, values.as_slice(), output.as_slice(), biases]
            }
            Self::Rnn { recurrent, input, biases } => {
                vec![recurrent.as_slice(), input.as_slice(), biases]
            }
        }
    }
}

/// What multiplies shared weights.
pub(super) enum Inputs<'a> {
    /// As it stands.
    Plain(&'a Matrix),
    /// What a filter sees of it.
    Patches { signal: &'a Matrix, windows: &'a Windows, positions: usize },
    /// Nothing: the bias alone.
    Nothing,
}

impl<'a> Inputs<'a> {
    /// $x$ as a matrix ($F\times NS$), if there is any.
    pub fn written_out(&self) -> Option<Cow<'a, Matrix>> {
        match *self {
            Self::Plain(signal) => Some(Cow::Borrowed(signal)),
            Self::Patches { signal, windows, positions } => {
                Some(Cow::Owned(patches::written_out(windows, signal, positions)))
            }
            Self::Nothing => None,
        }
    }
}
