//! Backward passes: cotangents of all outputs side by side, class by class.

use rayon::prelude::*;
use solvable_theory::any_architecture::{AttentionKind, Layer, Node, Over, Windows};

use super::forward::mixed;
use super::patches::transposed;
use super::records::{Group, HeadRecord, Inputs, Parameters, Record, Share, Tensor};
use crate::linalg::{Matrix, transpose_product};

/// What a pass through one batch needs.
pub(super) struct Pass<'a> {
    pub parameters: &'a [Parameters],
    pub records: &'a [Record],
    pub samples: usize,
}

impl Pass<'_> {
    /// The shares of all groups of trained parameters of the network `nodes`, as [`list`](Self::list) hands them over. Nothing is carried back to
    /// the inputs.
    pub fn network(&self, nodes: &[Node], delta: Matrix, visit: &mut dyn FnMut(Group, Share<'_>)) {
        let Some((first, rest)) = nodes.split_first() else { return };
        let delta = self.list(rest, delta, visit);
        match &first.layer {
            Layer::Dense { .. } | Layer::Conv(_) => self.linear(first, &delta, visit),
            _ => {
                self.step(first, delta, visit);
            }
        }
    }

    /// Carries cotangents back through `nodes` and hands the share of every group of trained parameters to `visit`.
    pub fn list(&self, nodes: &[Node], mut delta: Matrix, visit: &mut dyn FnMut(Group, Share<'_>)) -> Matrix {
        for node in nodes.iter().rev() {
            delta = self.step(node, delta, visit);
        }
        delta
    }

    /// The share of a dense layer or a convolution.
    fn linear(&self, node: &Node, deltas: &Matrix, visit: &mut dyn FnMut(Group, Share<'_>)) {
        let (before, positions) = (node.from.positions(), node.to.positions());
        let Record::Inputs(signal) = &self.records[node.slot()] else { return };
        let (inputs, taps, weights) = match &node.layer {
            Layer::Conv(conv) => {
                let inputs = Inputs::Patches { signal, windows: &conv.windows, positions: before };
                (inputs, conv.taps(), &conv.weights)
            }
            Layer::Dense { weights, .. } => (Inputs::Plain(signal), 1, weights),
            _ => return,
        };
        let group = Group::linear(node.slot(), node.from.channels * taps, weights);
        visit(group, Share::Shared { deltas, inputs, positions, bias: weights.train_bias });
    }

    fn step(&self, node: &Node, delta: Matrix, visit: &mut dyn FnMut(Group, Share<'_>)) -> Matrix {
        let slot = node.slot();
        let (before, after) = (node.from.positions(), node.to.positions());
        match (&node.layer, &self.parameters[slot], &self.records[slot]) {
            (Layer::Dense { .. }, Parameters::Linear { weights, .. }, _) => {
                self.linear(node, &delta, visit);
                transpose_product(weights, &delta)
            }
            (Layer::Conv(conv), Parameters::Linear { weights, .. }, _) => {
                self.linear(node, &delta, visit);
                transposed(weights, &conv.windows, &delta, before, node.from.channels)
            }
            (Layer::Activation(_), _, Record::Slopes(slopes)) => times(delta, slopes),
            (Layer::Residual { scale, branch }, ..) => {
                let inner = self.list(branch, &delta * *scale, visit);
                delta + inner
            }
            (Layer::Sum(branches), ..) => {
                let mut out = Matrix::zeros(node.from.channels, delta.ncols() / after * before);
                for branch in branches {
                    out += self.list(&branch.layers, &delta * branch.scale, visit);
                }
                out
            }
            (Layer::AvgPool { windows, .. }, ..) => spread(windows, &delta, before),
            (Layer::GlobalAvgPool, ..) => {
                let share = 1.0 / before as f64;
                let mut out = Matrix::zeros(delta.nrows(), delta.ncols() * before);
                for (column, mut vector) in out.column_iter_mut().enumerate() {
                    vector.zip_apply(&delta.column(column / before), |x, d| *x = d * share);
                }
                out
            }
            (Layer::Last, ..) => Matrix::from_fn(delta.nrows(), delta.ncols() * before, |i, j| {
                if j % before == before - 1 { delta[(i, j / before)] } else { 0.0 }
            }),
            (Layer::Flatten, ..) => {
                let columns = delta.ncols() * before;
                Matrix::from_vec(node.from.channels, columns, delta.data.into())
            }
            (Layer::LayerNorm { over, .. }, own, Record::Normalized { signal, scales }) => {
                let mut delta = delta;
                if let Parameters::Affine { gains, .. } = own {
                    let group = Group::new(slot, Tensor::Gains, 1.0);
                    let gradients = gain_gradients(&delta, signal, before);
                    visit(group, Share::Columns(&gradients));
                    let inputs = Inputs::Nothing;
                    visit(group, Share::Shared { deltas: &delta, inputs, positions: after, bias: true });
                    for mut column in delta.column_iter_mut() {
                        column.iter_mut().zip(gains).for_each(|(x, g)| *x *= g);
                    }
                }
                let group = node.from.channels * if *over == Over::All { before } else { 1 };
                normalization_jacobian(&mut delta, signal, scales, group);
                delta
            }
            (Layer::Mix(mix), Parameters::Mix(v), Record::Inputs(signal)) => {
                let gradients = self.mix_gradients(&delta, signal, after, before);
                let group = Group::new(slot, Tensor::Weights, mix.sigma_w2 / before as f64);
                visit(group, Share::Columns(&gradients));
                mixed(&v.transpose(), &delta, after)
            }
            (Layer::Attention(_), ..) => self.attention(node, &delta, visit),
            (Layer::Rnn(_), ..) => self.recurrence(node, &delta, visit),
            // Records are those of the same layers.
            _ => delta,
        }
    }

    /// $\sum_i\delta_i(p)h_i(q)$, a column for each output.
    fn mix_gradients(&self, delta: &Matrix, signal: &Matrix, tokens: usize, positions: usize) -> Matrix {
        let outputs = delta.ncols() / tokens;
        let mut gradients = Matrix::zeros(tokens * positions, outputs);
        for output in 0..outputs {
            let n = output % self.samples;
            let own =
                delta.columns(output * tokens, tokens).tr_mul(&signal.columns(n * positions, positions));
            gradients.column_mut(output).copy_from_slice(own.as_slice());
        }
        gradients
    }

    fn attention(&self, node: &Node, delta: &Matrix, visit: &mut dyn FnMut(Group, Share<'_>)) -> Matrix {
        let slot = node.slot();
        let (
            Layer::Attention(attention),
            Parameters::Attention { keys, queries, values, output, .. },
            Record::Attention { signal, heads, joined },
        ) = (&node.layer, &self.parameters[slot], &self.records[slot])
        else {
            return delta.clone();
        };
        let positions = node.from.positions();
        let (a, c) = (attention, node.from.channels as f64);
        let group = Group {
            bias_scale: a.sigma_b2,
            ..Group::new(slot, Tensor::Output, a.sigma_o2 / joined.nrows() as f64)
        };
        visit(group, Share::of(delta, joined, positions, a.train_bias));
        let joint = transpose_product(output, delta);
        let columns = delta.ncols();
        let mut of_values = Matrix::zeros(values.nrows(), columns);
        let mut of_keys = Matrix::zeros(keys.nrows(), columns);
        let mut of_queries = Matrix::zeros(keys.nrows(), columns);
        for outputs in 0..columns / positions {
            let n = outputs % self.samples;
            for head in 0..attention.heads {
                let HeadRecord { keys, queries, values, weights } = &heads[n * attention.heads + head];
                let (value, key) = (attention.value, attention.key);
                let own = joint.view((head * value, outputs * positions), (value, positions));
                // out = V Aᵀ.
                of_values
                    .view_mut((head * value, outputs * positions), (value, positions))
                    .copy_from(&(own * weights));
                let of_weights = own.tr_mul(values);
                let of_overlaps = match attention.kind {
                    AttentionKind::Softmax => {
                        let mut logits = of_weights.component_mul(weights);
                        for (p, mut row) in logits.row_iter_mut().enumerate() {
                            let sum = row.sum();
                            row.zip_apply(&weights.row(p), |x, a| *x -= a * sum);
                        }
                        logits / key as f64
                    }
                    AttentionKind::Linear { scale } => of_weights * (scale / (key as f64).sqrt()),
                };
                // overlaps = Qᵀ K.
                of_queries
                    .view_mut((head * key, outputs * positions), (key, positions))
                    .copy_from(&(keys * of_overlaps.transpose()));
                of_keys
                    .view_mut((head * key, outputs * positions), (key, positions))
                    .copy_from(&(queries * of_overlaps));
            }
        }
        let mut shared = |tensor: Tensor, sigma2: f64, deltas: &Matrix| {
            visit(Group::new(slot, tensor, sigma2 / c), Share::of(deltas, signal, positions, false));
        };
        shared(Tensor::Values, a.sigma_v2, &of_values);
        let mut back = transpose_product(values, &of_values);
        match queries {
            Some(queries) => {
                shared(Tensor::Queries, a.sigma_qk2, &of_queries);
                back += transpose_product(queries, &of_queries);
            }
            // One matrix in both roles.
            None => of_keys += &of_queries,
        }
        shared(Tensor::Keys, a.sigma_qk2, &of_keys);
        back + transpose_product(keys, &of_keys)
    }

    fn recurrence(&self, node: &Node, delta: &Matrix, visit: &mut dyn FnMut(Group, Share<'_>)) -> Matrix {
        let slot = node.slot();
        let (
            Layer::Rnn(rnn),
            Parameters::Rnn { recurrent, input, .. },
            Record::Rnn { signal, before, slopes },
        ) = (&node.layer, &self.parameters[slot], &self.records[slot])
        else {
            return delta.clone();
        };
        let steps = node.from.positions();
        let outputs = delta.ncols() / steps;
        let mut deltas = Matrix::zeros(delta.nrows(), delta.ncols());
        let mut later = Matrix::zeros(delta.nrows(), outputs);
        for t in (0..steps).rev() {
            for output in 0..outputs {
                let column = output * steps + t;
                let slope = slopes.column(output % self.samples * steps + t);
                let mut own = later.column_mut(output);
                own += delta.column(column);
                own.component_mul_assign(&slope);
                deltas.column_mut(column).copy_from(&own);
            }
            later = transpose_product(recurrent, &later);
        }
        let own = Group::linear(slot, rnn.channels, &rnn.weights);
        visit(
            Group { tensor: Tensor::Recurrent, ..own },
            Share::of(&deltas, before, steps, rnn.weights.train_bias),
        );
        let driving = Group::new(slot, Tensor::Input, rnn.sigma_u2 / node.from.channels as f64);
        visit(driving, Share::of(&deltas, signal, steps, false));
        transpose_product(input, &deltas)
    }
}

/// Multiplies every block of columns elementwise.
fn times(mut vectors: Matrix, factors: &Matrix) -> Matrix {
    const CHUNK: usize = 4096;
    for block in vectors.as_mut_slice().chunks_mut(factors.len().max(1)) {
        let chunks = block.par_chunks_mut(CHUNK).zip(factors.as_slice().par_chunks(CHUNK));
        chunks.for_each(|(block, factors)| block.iter_mut().zip(factors).for_each(|(x, s)| *x *= s));
    }
    vectors
}

/// The transpose of averaging over windows.
fn spread(windows: &Windows, delta: &Matrix, positions: usize) -> Matrix {
    let after = windows.taps.len();
    let share = 1.0 / windows.taps.first().map_or(1, Vec::len) as f64;
    let groups = delta.ncols() / after;
    let mut out = Matrix::zeros(delta.nrows(), groups * positions);
    for group in 0..groups {
        for (p, places) in windows.taps.iter().enumerate() {
            for place in places.iter().flatten() {
                out.column_mut(group * positions + place).axpy(share, &delta.column(group * after + p), 1.0);
            }
        }
    }
    out
}

/// $\sum_p\delta_i(p)\hat h_i(p)$, a column for each output.
fn gain_gradients(delta: &Matrix, signal: &Matrix, positions: usize) -> Matrix {
    let outputs = delta.ncols() / positions;
    let mut gradients = Matrix::zeros(delta.nrows(), outputs);
    for column in 0..delta.ncols() {
        let normalized = signal.column(column % signal.ncols());
        let product = delta.column(column).component_mul(&normalized);
        let mut own = gradients.column_mut(column / positions);
        own += product;
    }
    gradients
}

/// $\frac1\sigma(I-\frac{11^\top}m-\frac{\hat h\hat h^\top}m)$ on every group.
fn normalization_jacobian(delta: &mut Matrix, signal: &Matrix, scales: &[f64], group: usize) {
    let blocks = signal.len() / group;
    for (number, values) in delta.as_mut_slice().chunks_mut(group).enumerate() {
        let block = number % blocks;
        let normalized = &signal.as_slice()[block * group..(block + 1) * group];
        let mean = values.iter().sum::<f64>() / group as f64;
        let along = values.iter().zip(normalized).map(|(x, h)| x * h).sum::<f64>() / group as f64;
        let scale = scales[block];
        values.iter_mut().zip(normalized).for_each(|(x, h)| *x = scale * (*x - mean - along * h));
    }
}
