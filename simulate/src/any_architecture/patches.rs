//! What a filter sees, and its transpose: formed for a few samples at a time, so that patches stay in the cache.

use std::ops::Range;

use rayon::prelude::*;
use solvable_theory::any_architecture::Windows;

use crate::linalg::{Matrix, product_into, transpose_product_into};

/// Columns of patches that are formed at once: those of one sample, or of several that have so many together.
const COLUMNS: usize = 256;

/// Samples whose patches are formed at once.
fn at_once(windows: &Windows) -> usize {
    (COLUMNS / windows.taps.len().max(1)).max(1)
}

/// Patches of some samples of `signal` ($c\times SN$) into `out`: taps one behind the other, channels fastest; a column for each position of the result.
/// Places in the padding are left as they are.
pub(super) fn patches(
    windows: &Windows,
    signal: &Matrix,
    positions: usize,
    samples: Range<usize>,
    out: &mut [f64],
) {
    let (channels, values) = (signal.nrows(), signal.as_slice());
    let mut targets = out.chunks_exact_mut(channels);
    for n in samples {
        for places in &windows.taps {
            for (place, target) in places.iter().zip(&mut targets) {
                if let Some(place) = place {
                    let start = (n * positions + place) * channels;
                    target.copy_from_slice(&values[start..start + channels]);
                }
            }
        }
    }
}

/// The patches of all samples, $F\times NS$.
pub(super) fn written_out(windows: &Windows, signal: &Matrix, positions: usize) -> Matrix {
    let samples = signal.ncols() / positions;
    let mut out = Matrix::zeros(signal.nrows() * windows.size(), samples * windows.taps.len());
    patches(windows, signal, positions, 0..samples, out.as_mut_slice());
    out
}

/// $WX+b$ with the patches $X$.
pub(super) fn convolved(
    weights: &Matrix,
    biases: &[f64],
    windows: &Windows,
    signal: &Matrix,
    positions: usize,
) -> Matrix {
    let (after, group) = (windows.taps.len(), at_once(windows));
    let samples = signal.ncols() / positions;
    let mut out = Matrix::zeros(weights.nrows(), samples * after);
    let block = (weights.nrows() * after * group).max(1);
    out.as_mut_slice().par_chunks_mut(block).enumerate().for_each_init(Vec::new, |seen, (number, block)| {
        let first = number * group;
        let own = first..(first + group).min(samples);
        // Zeros in the padding stay.
        seen.resize(weights.ncols() * after * own.len(), 0.0);
        patches(windows, signal, positions, own, seen);
        product_into(block, weights, seen);
        for column in block.chunks_mut(weights.nrows()) {
            column.iter_mut().zip(biases).for_each(|(u, b)| *u += b);
        }
    });
    out
}

/// The transpose of [`convolved`]: $W^\top\delta$, each entry added to the position that its tap saw.
pub(super) fn transposed(
    weights: &Matrix,
    windows: &Windows,
    deltas: &Matrix,
    positions: usize,
    channels: usize,
) -> Matrix {
    let (after, group) = (windows.taps.len(), at_once(windows));
    let outputs = deltas.ncols() / after;
    let mut out = Matrix::zeros(channels, outputs * positions);
    let blocks = out.as_mut_slice().par_chunks_mut((channels * positions * group).max(1));
    let deltas = deltas.as_slice().par_chunks((weights.nrows() * after * group).max(1));
    blocks.zip(deltas).for_each_init(Vec::new, |seen, (block, deltas)| {
        seen.resize(weights.ncols() * deltas.len() / weights.nrows(), 0.0);
        transpose_product_into(seen, weights, deltas);
        let mut sources = seen.chunks_exact(channels);
        for own in block.chunks_mut(channels * positions) {
            for places in &windows.taps {
                for (place, source) in places.iter().zip(&mut sources) {
                    if let Some(place) = place {
                        let target = own[place * channels..(place + 1) * channels].iter_mut();
                        target.zip(source).for_each(|(x, y)| *x += y);
                    }
                }
            }
        }
    });
    out
}
