//! What layers hold, and what passes leave behind.

use solvable_theory::any_architecture::Windows;

use crate::linalg::Matrix;

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

/// What multiplies shared weights.
pub(super) enum Inputs<'a> {
    /// As it stands.
    Plain(&'a Matrix),
    /// What a filter sees of it.
    Patches { signal: &'a Matrix, windows: &'a Windows, positions: usize },
    /// Nothing: the bias alone.
    Nothing,
}
