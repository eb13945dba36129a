//! Gram matrices of gradients of weights that positions share: two exact ways, and the rule that chooses.

use solvable_theory::any_architecture::{SharedLayer, contraction_cost};

use super::forward::overlaps;
use super::records::{Inputs, Share};
use crate::gram::sample_product;
use crate::linalg::{Matrix, product, transpose_product};

/// Memory of gradients that are formed at once, in numbers: 64 MB.
const AT_ONCE: usize = 8 << 20;

/// How the Gram matrix of a layer with shared weights is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contraction {
    /// Gradients of every output and sample are formed, in blocks of rows.
    PerSample,
    /// Overlaps of backward signals times overlaps of what the weights multiply, summed over pairs of positions.
    Pair,
    /// Not of this network, but of one whose positions have weights of their own, equal at this point (locally connected): pairs of equal
    /// positions only.
    Untied,
}

/// The share of one group of parameters, $CN\times CN$, by the squared scales of its weights and biases.
/// `way` is the cheaper one where it is left open.
pub(super) fn kernel(
    share: &Share<'_>,
    samples: usize,
    (scale, bias_scale): (f64, f64),
    way: Option<Contraction>,
) -> Matrix {
    match share {
        Share::Columns(gradients) => transpose_product(gradients, gradients) * scale,
        Share::Shared { deltas, inputs, positions, bias } => {
            let mut kernel = match inputs {
                Inputs::Nothing => Matrix::zeros(deltas.ncols() / positions, deltas.ncols() / positions),
                Inputs::Plain(inputs) => {
                    let way = way.unwrap_or_else(|| cheaper(deltas, inputs, *positions, samples));
                    shared_kernel(deltas, inputs, *positions, samples, way) * scale
                }
            };
            if *bias {
                let sums = summed(deltas, *positions);
                kernel += transpose_product(&sums, &sums) * bias_scale;
            }
            kernel
        }
    }
}

/// The cheaper way. Patches count as one position each: their overlaps are products of the fan-in.
fn cheaper(deltas: &Matrix, inputs: &Matrix, positions: usize, samples: usize) -> Contraction {
    let cost = contraction_cost(&SharedLayer {
        classes: deltas.ncols() / positions / samples,
        samples,
        positions,
        input_positions: positions,
        input_channels: inputs.nrows(),
        channels: deltas.nrows(),
        filter: 1,
    });
    if cost.pair < cost.per_sample { Contraction::Pair } else { Contraction::PerSample }
}

/// $\sum_{p,p'}[\delta_k(n,p)\cdot\delta_{k'}(m,p')][x(n,p)\cdot x(m,p')]$ from `deltas` ($c_o\times CNS$, class by class) and `inputs`
/// ($F\times NS$), $CN\times CN$.
pub fn shared_kernel(
    deltas: &Matrix,
    inputs: &Matrix,
    positions: usize,
    samples: usize,
    way: Contraction,
) -> Matrix {
    let outputs = deltas.ncols() / positions;
    if positions == 1 {
        let mut kernel = overlaps(deltas);
        sample_product(&mut kernel, &overlaps(inputs));
        return kernel;
    }
    match way {
        Contraction::Pair => {
            let mut all = overlaps(deltas);
            sample_product(&mut all, &overlaps(inputs));
            let half = Matrix::from_fn(outputs, all.ncols(), |output, column| {
                all.column(column).rows(output * positions, positions).sum()
            });
            Matrix::from_fn(outputs, outputs, |row, output| {
                half.row(row).columns(output * positions, positions).sum()
            })
        }
        Contraction::Untied => {
            let mut kernel = Matrix::zeros(outputs, outputs);
            for p in 0..positions {
                let of = |x: &Matrix| {
                    Matrix::from_fn(x.nrows(), x.ncols() / positions, |i, n| x[(i, n * positions + p)])
                };
                let mut own = overlaps(&of(deltas));
                sample_product(&mut own, &overlaps(&of(inputs)));
                kernel += own;
            }
            kernel
        }
        Contraction::PerSample => {
            let rows = (AT_ONCE / (inputs.nrows() * outputs).max(1)).clamp(1, deltas.nrows());
            let mut kernel = Matrix::zeros(outputs, outputs);
            for start in (0..deltas.nrows()).step_by(rows) {
                let own = rows.min(deltas.nrows() - start);
                let mut gradients = Matrix::zeros(own * inputs.nrows(), outputs);
                for output in 0..outputs {
                    let delta = deltas.view((start, output * positions), (own, positions)).into_owned();
                    let signal = inputs.columns(output % samples * positions, positions).transpose();
                    let gradient = product(&delta, &signal);
                    gradients.column_mut(output).copy_from_slice(gradient.as_slice());
                }
                kernel += transpose_product(&gradients, &gradients);
            }
            kernel
        }
    }
}

/// $\sum_p\delta(n,p)$, a column for each output.
fn summed(deltas: &Matrix, positions: usize) -> Matrix {
    Matrix::from_fn(deltas.nrows(), deltas.ncols() / positions, |i, output| {
        deltas.row(i).columns(output * positions, positions).sum()
    })
}
