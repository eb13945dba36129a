//! Forward passes.

use rayon::prelude::*;
use solvable_theory::Activation;
use solvable_theory::any_architecture::{AttentionKind, Layer, Node, Over, Windows};

use super::patches::convolved;
use super::records::{HeadRecord, Parameters, Record};
use crate::SimulationError;
use crate::linalg::{Matrix, product, transpose_product};

pub(super) fn list(
    nodes: &[Node],
    parameters: &[Parameters],
    mut signal: Matrix,
    records: &mut [Record],
) -> Result<Matrix, SimulationError> {
    for node in nodes {
        signal = advance(node, parameters, signal, records)?;
    }
    Ok(signal)
}

fn advance(
    node: &Node,
    parameters: &[Parameters],
    signal: Matrix,
    records: &mut [Record],
) -> Result<Matrix, SimulationError> {
    let slot = node.slot();
    let positions = node.from.positions();
    Ok(match (&node.layer, &parameters[slot]) {
        (Layer::Dense { .. }, Parameters::Linear { weights, biases }) => {
            let out = affine(weights, biases, &signal);
            records[slot] = Record::Inputs(signal);
            out
        }
        (Layer::Conv(conv), Parameters::Linear { weights, biases }) => {
            let out = convolved(weights, biases, &conv.windows, &signal, positions);
            records[slot] = Record::Inputs(signal);
            out
        }
        (Layer::Activation(phi), _) => {
            let mut signal = signal;
            records[slot] = Record::Slopes(activate(phi, &mut signal));
            signal
        }
        (Layer::Residual { scale, branch }, _) => {
            let inner = list(branch, parameters, signal.clone(), records)?;
            signal + inner * *scale
        }
        (Layer::Sum(branches), _) => {
            let mut out: Option<Matrix> = None;
            for branch in branches {
                let term = list(&branch.layers, parameters, signal.clone(), records)? * branch.scale;
                out = Some(match out {
                    Some(sum) => sum + term,
                    None => term,
                });
            }
            out.unwrap_or(signal)
        }
        (Layer::AvgPool { windows, .. }, _) => pooled(windows, &signal, positions),
        (Layer::GlobalAvgPool, _) => {
            let mut out = Matrix::zeros(signal.nrows(), signal.ncols() / positions);
            for (column, vector) in signal.column_iter().enumerate() {
                let mut mean = out.column_mut(column / positions);
                mean += vector;
            }
            out / positions as f64
        }
        (Layer::Last, _) => {
            let samples = signal.ncols() / positions;
            Matrix::from_fn(signal.nrows(), samples, |i, n| signal[(i, n * positions + positions - 1)])
        }
        // Columns of a sample lie one behind the other.
        (Layer::Flatten, _) => {
            let samples = signal.ncols() / positions;
            Matrix::from_vec(signal.nrows() * positions, samples, signal.data.into())
        }
        (Layer::LayerNorm { over, .. }, own) => {
            let group = node.from.channels * if *over == Over::All { positions } else { 1 };
            let (mut signal, scales) = normalize(signal, group, &node.path)?;
            records[slot] = Record::Normalized { signal: signal.clone(), scales };
            if let Parameters::Affine { gains, biases } = own {
                for mut column in signal.column_iter_mut() {
                    column.iter_mut().zip(gains).zip(biases).for_each(|((x, g), b)| *x = *x * g + b);
                }
            }
            signal
        }
        (Layer::Mix(_), Parameters::Mix(v)) => {
            let out = mixed(v, &signal, positions);
            records[slot] = Record::Inputs(signal);
            out
        }
        (Layer::Attention(attention), Parameters::Attention { keys, queries, values, output, biases }) => {
            let (k, v) = (product(keys, &signal), product(values, &signal));
            let q = queries.as_ref().map(|queries| product(queries, &signal));
            let samples = signal.ncols() / positions;
            let mut joined = Matrix::zeros(v.nrows(), v.ncols());
            let mut heads = Vec::with_capacity(samples * attention.heads);
            for n in 0..samples {
                for head in 0..attention.heads {
                    let part = |x: &Matrix, size: usize| {
                        x.view((head * size, n * positions), (size, positions)).into_owned()
                    };
                    let keys = part(&k, attention.key);
                    let queries = q.as_ref().map_or_else(|| keys.clone(), |q| part(q, attention.key));
                    let values = part(&v, attention.value);
                    let overlaps = queries.transpose() * &keys;
                    let weights = match attention.kind {
                        AttentionKind::Softmax => softmax(overlaps / attention.key as f64),
                        AttentionKind::Linear { scale } => overlaps * (scale / (attention.key as f64).sqrt()),
                    };
                    let out = &values * weights.transpose();
                    joined
                        .view_mut((head * attention.value, n * positions), (attention.value, positions))
                        .copy_from(&out);
                    heads.push(HeadRecord { keys, queries, values, weights });
                }
            }
            let out = affine(output, biases, &joined);
            records[slot] = Record::Attention { signal, heads, joined };
            out
        }
        (Layer::Rnn(rnn), Parameters::Rnn { recurrent, input, biases }) => {
            let samples = signal.ncols() / positions;
            let driven = affine(input, biases, &signal);
            let units = rnn.channels;
            let mut out = Matrix::zeros(units, signal.ncols());
            let (mut before, mut slopes) = (out.clone(), out.clone());
            let mut hidden = Matrix::zeros(units, samples);
            for t in 0..positions {
                let mut u = product(recurrent, &hidden);
                for n in 0..samples {
                    let column = n * positions + t;
                    before.column_mut(column).copy_from(&hidden.column(n));
                    let mut own = u.column_mut(n);
                    own += driven.column(column);
                }
                let slope = activate(&rnn.activation, &mut u);
                for n in 0..samples {
                    let column = n * positions + t;
                    out.column_mut(column).copy_from(&u.column(n));
                    slopes.column_mut(column).copy_from(&slope.column(n));
                }
                hidden = u;
            }
            records[slot] = Record::Rnn { signal, before, slopes };
            out
        }
        // Parameters are drawn from the same layers.
        _ => signal,
    })
}

/// $Wx+b$.
fn affine(weights: &Matrix, biases: &[f64], signal: &Matrix) -> Matrix {
    let mut out = product(weights, signal);
    for mut column in out.column_iter_mut() {
        column.iter_mut().zip(biases).for_each(|(u, b)| *u += b);
    }
    out
}

/// Replaces $u$ by $\phi(u)$ and returns $\phi'(u)$.
pub(super) fn activate(phi: &Activation, signal: &mut Matrix) -> Matrix {
    const CHUNK: usize = 4096;
    let mut slopes = Matrix::zeros(signal.nrows(), signal.ncols());
    let chunks = signal.as_mut_slice().par_chunks_mut(CHUNK).zip(slopes.as_mut_slice().par_chunks_mut(CHUNK));
    chunks.for_each(|(values, slopes)| {
        for (u, slope) in values.iter_mut().zip(slopes) {
            (*u, *slope) = phi.value_and_derivative(*u);
        }
    });
    slopes
}

fn pooled(windows: &Windows, signal: &Matrix, positions: usize) -> Matrix {
    let samples = signal.ncols() / positions;
    let share = 1.0 / windows.taps.first().map_or(1, Vec::len) as f64;
    let mut out = Matrix::zeros(signal.nrows(), windows.taps.len() * samples);
    for n in 0..samples {
        for (p, places) in windows.taps.iter().enumerate() {
            let mut column = out.column_mut(n * windows.taps.len() + p);
            for place in places.iter().flatten() {
                column.axpy(share, &signal.column(n * positions + place), 1.0);
            }
        }
    }
    out
}

/// $HV^\top$ for every sample.
pub(super) fn mixed(v: &Matrix, signal: &Matrix, positions: usize) -> Matrix {
    let (samples, tokens) = (signal.ncols() / positions, v.nrows());
    let mut out = Matrix::zeros(signal.nrows(), samples * tokens);
    let transposed = v.transpose();
    for n in 0..samples {
        let own = signal.columns(n * positions, positions) * &transposed;
        out.columns_mut(n * tokens, tokens).copy_from(&own);
    }
    out
}

/// $(x-\mu)/\sigma$ over groups of entries that lie one behind the other, and $1/\sigma$.
fn normalize(mut signal: Matrix, group: usize, path: &str) -> Result<(Matrix, Vec<f64>), SimulationError> {
    let mut scales = Vec::new();
    for values in signal.as_mut_slice().chunks_mut(group) {
        let mean = values.iter().sum::<f64>() / group as f64;
        values.iter_mut().for_each(|x| *x -= mean);
        let variance = values.iter().map(|x| x * x).sum::<f64>() / group as f64;
        if variance <= 0.0 || !variance.is_finite() {
            return Err(SimulationError::NoVariance { layer: path.to_owned(), detail: "over channels" });
        }
        let scale = variance.sqrt().recip();
        values.iter_mut().for_each(|x| *x *= scale);
        scales.push(scale);
    }
    Ok((signal, scales))
}

fn softmax(mut logits: Matrix) -> Matrix {
    for mut row in logits.row_iter_mut() {
        let largest = row.max();
        row.apply(|x| *x = (*x - largest).exp());
        let sum = row.sum();
        row /= sum;
    }
    logits
}

/// Overlaps of all columns of a signal.
pub(super) fn overlaps(signal: &Matrix) -> Matrix {
    transpose_product(signal, signal)
}
