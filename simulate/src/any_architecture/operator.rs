//! The tangent kernel as an operator.

use std::borrow::Cow;

use super::records::Share;
use crate::SimulationError;
use crate::linalg::{self, Matrix, product, transpose_product};

/// Gradients of one group of parameters, kept.
#[derive(Debug)]
enum Kept {
    /// $\delta$ ($c_o\times CNS$), what the weights multiply ($F\times NS$, none for biases alone), $S$, and whether there are biases.
    Shared { deltas: Matrix, inputs: Option<Matrix>, positions: usize, bias: bool },
    /// A column for each output.
    Columns(Matrix),
}

/// The operator $x\mapsto\Theta x$ of a layered network without the matrix, from backward signals that are kept: every layer forms the gradient
/// of the combination $x$ of outputs and what it says to each of them.
///
/// Memory: $c_oCNS$ numbers for every layer of $c_o$ channels. A product costs $2SN(2Fc_o+2Cc_o)$ flops for a layer of fan-in $F$, two passes'
/// worth, where the matrix takes $C^2N^2$ times its layers' overlaps.
#[derive(Debug)]
pub struct LayeredOperator {
    kept: Vec<Kept>,
    samples: usize,
    outputs: usize,
}

impl LayeredOperator {
    pub(super) fn new(samples: usize, outputs: usize) -> Self {
        Self { kept: Vec::new(), samples, outputs }
    }

    pub(super) fn keep(&mut self, share: &Share<'_>) {
        self.kept.push(match share {
            Share::Columns(gradients) => Kept::Columns((*gradients).clone()),
            Share::Shared { deltas, inputs, positions, bias } => Kept::Shared {
                deltas: (*deltas).clone(),
                inputs: inputs.written_out().map(Cow::into_owned),
                positions: *positions,
                bias: *bias,
            },
        });
    }

    /// $\Theta x$ for `x` laid out as the rows of the kernel (class by class).
    pub fn apply(&self, x: &[f64]) -> Vec<f64> {
        let mut image = vec![0.0; self.outputs];
        for kept in &self.kept {
            match kept {
                Kept::Columns(gradients) => {
                    let vector = Matrix::from_column_slice(self.outputs, 1, x);
                    let own = transpose_product(gradients, &product(gradients, &vector));
                    image.iter_mut().zip(own.iter()).for_each(|(y, own)| *y += own);
                }
                Kept::Shared { deltas, inputs, positions, bias } => {
                    self.add_shared((deltas, inputs.as_ref(), *positions, *bias), x, &mut image);
                }
            }
        }
        image
    }

    fn add_shared(
        &self,
        (deltas, inputs, positions, bias): (&Matrix, Option<&Matrix>, usize, bool),
        x: &[f64],
        image: &mut [f64],
    ) {
        // Σ_k x_k(n) δ_k(n,p).
        let mut combined = Matrix::zeros(deltas.nrows(), self.samples * positions);
        for (output, &share) in x.iter().enumerate() {
            for p in 0..positions {
                let column = output % self.samples * positions + p;
                combined.column_mut(column).axpy(share, &deltas.column(output * positions + p), 1.0);
            }
        }
        let mut moved = Matrix::zeros(combined.nrows(), combined.ncols());
        if let Some(inputs) = inputs {
            let mut gradient = Matrix::zeros(combined.nrows(), inputs.nrows());
            linalg::add_product_transpose(&mut gradient, 1.0, &combined, inputs);
            moved = product(&gradient, inputs);
        }
        if bias {
            let sums = combined.column_sum();
            moved.column_iter_mut().for_each(|mut column| column += &sums);
        }
        for (output, y) in image.iter_mut().enumerate() {
            for p in 0..positions {
                let column = output % self.samples * positions + p;
                *y += deltas.column(output * positions + p).dot(&moved.column(column));
            }
        }
    }

    /// The `count` largest eigenvalues of $\Theta$ by Lanczos, descending, or of $(I_C\otimes H)\Theta(I_C\otimes H)$ where outputs are `centred` over the
    /// samples.
    ///
    /// # Errors
    /// An iteration that does not converge.
    pub fn largest(&self, count: usize, centred: bool) -> Result<Vec<f64>, SimulationError> {
        let center = |x: &mut [f64]| {
            for block in x.chunks_mut(self.samples) {
                let mean = block.iter().sum::<f64>() / block.len() as f64;
                block.iter_mut().for_each(|x| *x -= mean);
            }
        };
        linalg::lanczos_largest(self.outputs, count, 1e-8, |x, y| {
            let mut x = x.to_vec();
            if centred {
                center(&mut x);
            }
            y.copy_from_slice(&self.apply(&x));
            if centred {
                center(y);
            }
        })
    }
}
