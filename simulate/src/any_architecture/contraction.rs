//! Gram matrices of gradients of weights that positions share: two exact ways, and the rule that chooses.

use std::ops::Range;

use rayon::prelude::*;
use solvable_theory::any_architecture::{SharedLayer, Windows, contraction_cost};

use super::forward::overlaps;
use super::patches;
use super::records::{Inputs, Share};
use crate::gram::sample_product;
use crate::linalg::{Matrix, product_transpose_into, transpose_product, transpose_product_into};

/// Memory of gradients that are formed at once, in numbers: 64 MB.
const AT_ONCE: usize = 8 << 20;
/// Rows that are formed at once even where they take more, since patches are formed anew for each lot of rows.
const LEAST_ROWS: usize = 8;

/// Columns of overlaps that are formed at once: those of one sample, or of several that have so many together.
const COLUMNS: usize = 64;
/// Operations that are not worth a second thread.
const SMALL: usize = 1 << 16;

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
            let seen = Seen::of(inputs, *positions);
            let outputs = deltas.ncols() / positions;
            let mut kernel = seen.map_or_else(
                || Matrix::zeros(outputs, outputs),
                |seen| {
                    let way = way.unwrap_or_else(|| cheaper(deltas, &seen, *positions, samples));
                    contracted(deltas, &seen, *positions, samples, way) * scale
                },
            );
            if *bias {
                let sums = summed(deltas, *positions);
                kernel += transpose_product(&sums, &sums) * bias_scale;
            }
            kernel
        }
    }
}

/// What shared weights multiply: a signal, or what a filter sees of it.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub signal: &'a Matrix,
    pub windows: Option<&'a Windows>,
    /// Of the signal.
    pub positions: usize,
}

impl<'a> Seen<'a> {
    /// What weights multiply at as many positions, if anything.
    fn of(inputs: &Inputs<'a>, positions: usize) -> Option<Self> {
        match *inputs {
            Inputs::Nothing => None,
            Inputs::Plain(signal) => Some(Self { signal, windows: None, positions }),
            Inputs::Patches { signal, windows, positions } => {
                Some(Self { signal, windows: Some(windows), positions })
            }
        }
    }

    /// $F$.
    fn fan_in(&self) -> usize {
        self.signal.nrows() * self.windows.map_or(1, Windows::size)
    }

    /// $x(n,p)\cdot x(m,q)$ of all samples $n$ with some samples $m$, positions of the result: of patches as sums over the taps.
    fn overlaps(&self, samples: usize, some: Range<usize>) -> Matrix {
        let (before, columns) = (self.positions, some.start * self.positions..some.end * self.positions);
        let all = overlaps_with(self.signal, columns);
        let Some(windows) = self.windows else { return all };
        let after = windows.taps.len();
        let mut out = Matrix::zeros(samples * after, some.len() * after);
        for (column, sums) in out.as_mut_slice().chunks_mut((samples * after).max(1)).enumerate() {
            let (m, q) = (column / after, column % after);
            for (tap, place) in windows.taps[q].iter().enumerate() {
                let Some(place) = place else { continue };
                let column = all.column(m * before + place);
                let blocks = sums.chunks_mut(after).zip(column.as_slice().chunks(before));
                for (sums, terms) in blocks {
                    for (sum, places) in sums.iter_mut().zip(&windows.taps) {
                        if let Some(place) = places[tap] {
                            *sum += terms[place];
                        }
                    }
                }
            }
        }
        out
    }
}

/// Overlaps of all columns of a signal with some of them.
fn overlaps_with(signal: &Matrix, some: Range<usize>) -> Matrix {
    let mut out = Matrix::zeros(signal.ncols(), some.len());
    let rows = signal.nrows();
    let columns = &signal.as_slice()[some.start * rows..some.end * rows];
    transpose_product_into(out.as_mut_slice(), signal, columns);
    out
}

/// The cheaper way.
fn cheaper(deltas: &Matrix, seen: &Seen<'_>, positions: usize, samples: usize) -> Contraction {
    let cost = contraction_cost(&SharedLayer {
        classes: deltas.ncols() / positions / samples,
        samples,
        positions,
        input_positions: seen.positions,
        input_channels: seen.signal.nrows(),
        channels: deltas.nrows(),
        filter: seen.windows.map_or(1, Windows::size),
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
    contracted(deltas, &Seen { signal: inputs, windows: None, positions }, positions, samples, way)
}

pub(super) fn contracted(
    deltas: &Matrix,
    seen: &Seen<'_>,
    positions: usize,
    samples: usize,
    way: Contraction,
) -> Matrix {
    let outputs = deltas.ncols() / positions;
    if positions == 1 && seen.windows.is_none() {
        let mut kernel = overlaps(deltas);
        sample_product(&mut kernel, &overlaps(seen.signal));
        return kernel;
    }
    match way {
        Contraction::Pair => {
            let group = (COLUMNS / positions).max(1);
            let blocks = (0..samples.div_ceil(group)).into_par_iter().map(|block| {
                let some = block * group..((block + 1) * group).min(samples);
                (some.clone(), pairs(deltas, seen, positions, samples, some))
            });
            let mut kernel = Matrix::zeros(outputs, outputs);
            for (some, block) in blocks.collect::<Vec<_>>() {
                for (number, column) in block.column_iter().enumerate() {
                    let output = number / some.len() * samples + some.start + number % some.len();
                    kernel.set_column(output, &column);
                }
            }
            kernel
        }
        Contraction::Untied => {
            let written =
                seen.windows.map(|windows| patches::written_out(windows, seen.signal, seen.positions));
            let inputs = written.as_ref().unwrap_or(seen.signal);
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
            let rows = AT_ONCE / (seen.fan_in() * outputs).max(1);
            let rows = rows.max(LEAST_ROWS).min(deltas.nrows());
            let mut kernel = Matrix::zeros(outputs, outputs);
            for start in (0..deltas.nrows()).step_by(rows) {
                let own = start..(start + rows).min(deltas.nrows());
                let gradients = gradients(deltas, seen, positions, samples, own);
                kernel += transpose_product(&gradients, &gradients);
            }
            kernel
        }
    }
}

/// The kernel's columns of `some` samples, class by class.
fn pairs(deltas: &Matrix, seen: &Seen<'_>, positions: usize, samples: usize, some: Range<usize>) -> Matrix {
    let outputs = deltas.ncols() / positions;
    let inputs = seen.overlaps(samples, some.clone());
    let mut kernel = Matrix::zeros(outputs, outputs / samples * some.len());
    for class in 0..outputs / samples {
        let first = class * samples + some.start;
        let own = overlaps_with(deltas, first * positions..(first + some.len()) * positions);
        for (column, (deltas, inputs)) in own.column_iter().zip(inputs.column_iter()).enumerate() {
            let mut sums = kernel.column_mut(class * some.len() + column / positions);
            let deltas = deltas.as_slice().chunks(positions);
            let inputs = inputs.as_slice().chunks(positions).cycle();
            for ((sum, deltas), inputs) in sums.iter_mut().zip(deltas).zip(inputs) {
                *sum += deltas.iter().zip(inputs).map(|(d, x)| d * x).sum::<f64>();
            }
        }
    }
    kernel
}

/// $\sum_p\delta(n,p)x(n,p)^\top$ for some `rows` of $\delta$, a column for each output.
fn gradients(
    deltas: &Matrix,
    seen: &Seen<'_>,
    positions: usize,
    samples: usize,
    rows: Range<usize>,
) -> Matrix {
    let outputs = deltas.ncols() / positions;
    let length = rows.len() * seen.fan_in();
    let mut gradients = Matrix::zeros(length, outputs);
    // The outputs of a sample one after the other, so that its patches are formed once.
    let mut of_samples: Vec<Vec<(usize, &mut [f64])>> = (0..samples).map(|_| Vec::new()).collect();
    for (output, column) in gradients.as_mut_slice().chunks_mut(length).enumerate() {
        of_samples[output % samples].push((output, column));
    }
    let least = (SMALL / (length * positions).max(1)).max(1);
    let of_samples = of_samples.into_par_iter().enumerate().with_min_len(least);
    of_samples.for_each_init(Vec::new, |patches, (n, columns)| {
        let inputs = match seen.windows {
            Some(windows) => {
                // Zeros in the padding stay.
                patches.resize(seen.fan_in() * positions, 0.0);
                patches::patches(windows, seen.signal, seen.positions, n..n + 1, patches);
                patches.as_slice()
            }
            None => {
                let size = seen.signal.nrows() * positions;
                &seen.signal.as_slice()[n * size..(n + 1) * size]
            }
        };
        for (output, column) in columns {
            let delta = deltas.view((rows.start, output * positions), (rows.len(), positions)).into_owned();
            product_transpose_into(column, delta.as_slice(), inputs, positions);
        }
    });
    gradients
}

/// $\sum_p\delta(n,p)$, a column for each output.
fn summed(deltas: &Matrix, positions: usize) -> Matrix {
    Matrix::from_fn(deltas.nrows(), deltas.ncols() / positions, |i, output| {
        deltas.row(i).columns(output * positions, positions).sum()
    })
}
