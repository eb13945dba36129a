//! Gaussian-process and tangent kernels of any architecture, layer by layer.
//!
//! A pair of samples carries two $S\times S$ matrices through the network, $K_{nm}(p,q)$ and $T_{nm}(p,q)$. What a layer needs to know of the
//! samples alone (variances at an activation, the weights of an attention) is found first, once for each sample; pairs then are
//! independent of each other.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::blueprint::Blueprint;
use super::gain::gain_factor;
use super::layer::{Attention, AttentionKind, Layer, Mix, Node, Over, Recurrence, Weights};
use super::relu::{self, Deviations, PARALLEL, ROUNDING};
use crate::activation::Kind;
use crate::quadrature::{kernel_operations, kernel_pair};
use crate::{Activation, TheoryError};

/// Standard parametrization, or that in which fan-ins stand outside the weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parametrization {
    /// A weight of fan-in $F$ has variance $\sigma_w^2/F$.
    #[default]
    Standard,
    /// A standard normal weight times $\sigma_w/\sqrt F$: gradients with respect to it carry the factor.
    Ntk,
}

/// What a layer knows of one sample.
#[derive(Debug, Clone)]
enum Note {
    /// Nothing.
    None,
    /// $K_{nn}(p,p)$ or what takes its place, for each position.
    Variances(Vec<f64>),
    /// $A_n$.
    Attention(DMatrix<f64>),
}

/// What the layers know of one sample, by their numbers.
#[derive(Debug, Clone)]
pub(super) struct Notes(Vec<Note>);

/// The kernels of a pair of samples at some depth.
#[derive(Debug, Clone)]
struct Signal {
    k: DMatrix<f64>,
    t: DMatrix<f64>,
    /// Gains of normalizations that have not met an activation yet.
    pending: f64,
}

/// Whose kernels are carried on.
enum Sides<'a> {
    /// Those of a sample with itself: notes are written.
    Own(&'a mut [Note]),
    /// Those of two samples.
    Two(&'a [Note], &'a [Note]),
}

/// The recursion of a network.
pub(super) struct Recursion<'a> {
    blueprint: &'a Blueprint,
    parametrization: Parametrization,
}

/// Kernel and tangent kernel of a pair at the output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Entry {
    pub gp: f64,
    pub tangent: f64,
}

impl<'a> Recursion<'a> {
    pub fn new(blueprint: &'a Blueprint, parametrization: Parametrization) -> Self {
        Self { blueprint, parametrization }
    }

    /// A sample with itself, given $K^0_{nn}$.
    pub fn own(&self, input: DMatrix<f64>) -> Result<(Entry, Notes), TheoryError> {
        let mut notes = vec![Note::None; self.blueprint.slots()];
        let entry = self.run(input, &mut Sides::Own(&mut notes))?;
        Ok((entry, Notes(notes)))
    }

    /// Two samples, given $K^0_{nm}$ and what the layers know of either.
    pub fn pair(&self, input: DMatrix<f64>, n: &Notes, m: &Notes) -> Result<Entry, TheoryError> {
        self.run(input, &mut Sides::Two(&n.0, &m.0))
    }

    fn run(&self, input: DMatrix<f64>, sides: &mut Sides<'_>) -> Result<Entry, TheoryError> {
        let t = DMatrix::zeros(input.nrows(), input.ncols());
        let mut signal = Signal { k: input, t, pending: 0.0 };
        for node in self.blueprint.nodes() {
            signal = self.advance(node, signal, sides)?;
        }
        signal.settle();
        Ok(Entry { gp: signal.k[(0, 0)], tangent: signal.t[(0, 0)] })
    }

    fn list(&self, nodes: &[Node], mut signal: Signal, sides: &mut Sides<'_>) -> Result<Signal, TheoryError> {
        for node in nodes {
            signal = self.advance(node, signal, sides)?;
        }
        signal.settle();
        Ok(signal)
    }

    fn advance(&self, node: &Node, mut signal: Signal, sides: &mut Sides<'_>) -> Result<Signal, TheoryError> {
        let next = match &node.layer {
            Layer::Dense { weights, .. } => {
                signal.settle();
                self.linear(signal.k, signal.t, node.from.channels as f64, 1.0, weights)
            }
            Layer::Conv(conv) => {
                signal.settle();
                let (k, t) = (conv.windows.sums(&signal.k), conv.windows.sums(&signal.t));
                self.linear(k, t, node.from.channels as f64 * conv.size(), conv.size(), &conv.weights)
            }
            Layer::Activation(phi) => activated(phi, node, signal, sides)?,
            Layer::Residual { scale, branch } => {
                let inner = self.list(branch, signal.clone(), sides)?;
                signal.settle();
                let a2 = scale * scale;
                Signal { k: signal.k + inner.k * a2, t: signal.t + inner.t * a2, pending: 0.0 }
            }
            Layer::Sum(branches) => {
                let positions = node.to.positions();
                let (mut k, mut t) =
                    (DMatrix::zeros(positions, positions), DMatrix::zeros(positions, positions));
                for branch in branches {
                    let inner = self.list(&branch.layers, signal.clone(), sides)?;
                    let a2 = branch.scale * branch.scale;
                    k += inner.k * a2;
                    t += inner.t * a2;
                }
                Signal { k, t, pending: 0.0 }
            }
            Layer::AvgPool { windows, .. } => signal.mapped(|x| windows.pooled(x)),
            Layer::GlobalAvgPool => signal.mapped(|x| DMatrix::from_element(1, 1, x.mean())),
            Layer::Last => signal.mapped(|x| DMatrix::from_element(1, 1, x[(x.nrows() - 1, x.ncols() - 1)])),
            Layer::Flatten => signal.mapped(|x| DMatrix::from_element(1, 1, x.trace() / x.nrows() as f64)),
            Layer::LayerNorm { over, affine } => normalized(*over, *affine, node, signal, sides)?,
            Layer::Mix(mix) => self.mixed(mix, signal),
            Layer::Attention(attention) => self.attended(attention, node, signal, sides)?,
            Layer::Rnn(rnn) => self.recurrent(rnn, node, signal, sides)?,
        };
        if finite(&next.k) && finite(&next.t) {
            Ok(next)
        } else {
            Err(TheoryError::undefined(
                format!("the kernel behind {}", node.path),
                "it exceeds the range of 64-bit floating point numbers",
            ))
        }
    }

    /// The factor of $K$ that gradients with respect to weights of this fan-in bring.
    fn gradient(&self, fan_in: f64, sigma2: f64) -> f64 {
        match self.parametrization {
            Parametrization::Standard => fan_in,
            Parametrization::Ntk => sigma2,
        }
    }

    /// What trained biases bring.
    fn bias(&self, sigma_b2: f64, trained: bool) -> f64 {
        match self.parametrization {
            _ if !trained => 0.0,
            Parametrization::Standard => 1.0,
            Parametrization::Ntk => sigma_b2,
        }
    }

    /// $K'=\sigma_w^2A+\sigma_b^2$, $T'=\sigma_w^2A_T+FA+\beta$ from $A$, $A_T$ times `size`.
    fn linear(
        &self,
        mut k: DMatrix<f64>,
        mut t: DMatrix<f64>,
        fan_in: f64,
        size: f64,
        weights: &Weights,
    ) -> Signal {
        let bias = self.bias(weights.sigma_b2, weights.train_bias);
        let (gradient, carried) = (self.gradient(fan_in, weights.sigma_w2) / size, weights.sigma_w2 / size);
        for (k, t) in k.as_mut_slice().iter_mut().zip(t.as_mut_slice()) {
            *t = carried * *t + gradient * *k + bias;
            *k = carried * *k + weights.sigma_b2;
        }
        Signal { k, t, pending: 0.0 }
    }

    fn mixed(&self, mix: &Mix, signal: Signal) -> Signal {
        let positions = signal.k.nrows() as f64;
        let gradient = match self.parametrization {
            Parametrization::Standard => 1.0,
            Parametrization::Ntk => mix.sigma_w2 / positions,
        };
        let own = signal.k.trace() * gradient;
        let mean = mix.sigma_w2 / positions;
        let mixed = |x: &DMatrix<f64>| match &mix.matrix {
            Some(v) => v * x * v.transpose(),
            None => DMatrix::from_diagonal_element(mix.tokens, mix.tokens, mean * x.trace()),
        };
        let mut t = mixed(&signal.t);
        (0..mix.tokens).for_each(|p| t[(p, p)] += own);
        Signal { k: mixed(&signal.k), t, pending: signal.pending }
    }

    fn attended(
        &self,
        a: &Attention,
        node: &Node,
        mut signal: Signal,
        sides: &mut Sides<'_>,
    ) -> Result<Signal, TheoryError> {
        signal.settle();
        let Signal { k, t, .. } = signal;
        let (c, values) = (node.from.channels as f64, a.heads as f64 * a.value as f64);
        let outer = self.gradient(values, a.sigma_o2);
        let inner = self.gradient(c, a.sigma_v2);
        let bias = self.bias(a.sigma_b2, a.train_bias);
        let (o2, v2, qk2) = (a.sigma_o2, a.sigma_v2, a.sigma_qk2);
        match a.kind {
            AttentionKind::Softmax => {
                if let Sides::Own(notes) = sides {
                    notes[node.slot] = Note::Attention(softmax(&k, qk2));
                }
                let (left, right) = sides.matrices(node)?;
                let moved = |x: &DMatrix<f64>| left * x * right.transpose();
                let (k, t) = (moved(&k), moved(&t));
                let t = t.zip_map(&k, |t, k| o2 * v2 * t + (o2 * inner + outer * v2) * k + bias);
                Ok(Signal { k: k.map(|k| o2 * v2 * k + a.sigma_b2), t, pending: 0.0 })
            }
            AttentionKind::Linear { scale } => {
                let s2 = scale * scale;
                let d = t.zip_map(&k, |t, k| qk2 * t + self.gradient(c, qk2) * k);
                let dv = t.zip_map(&k, |t, k| v2 * t + inner * k);
                let (kk, dk, kv) = (k.dot(&k), d.dot(&k), k.dot(&dv));
                let t = k.zip_map(&d, |k, d| {
                    outer * s2 * qk2 * qk2 * v2 * k * kk
                        + bias
                        + o2 * s2 * qk2 * (v2 * d * kk + k * (v2 * dk + qk2 * kv))
                });
                Ok(Signal { k: k.map(|k| o2 * s2 * qk2 * qk2 * v2 * k * kk + a.sigma_b2), t, pending: 0.0 })
            }
        }
    }

    fn recurrent(
        &self,
        rnn: &Recurrence,
        node: &Node,
        mut signal: Signal,
        sides: &mut Sides<'_>,
    ) -> Result<Signal, TheoryError> {
        signal.settle();
        let Signal { k: kx, t: tx, .. } = signal;
        let (steps, c, m) = (kx.nrows(), node.from.channels as f64, rnn.channels as f64);
        let Weights { sigma_w2, sigma_b2, train_bias } = rnn.weights;
        if let Sides::Own(notes) = sides {
            let (mut hidden, mut variances) = (0.0, Vec::with_capacity(steps));
            for t in 0..steps {
                let variance = sigma_w2 * hidden + rnn.sigma_u2 * kx[(t, t)] + sigma_b2;
                hidden = kernel(&rnn.activation, variance, variance, variance, node)?.0;
                variances.push(variance);
            }
            notes[node.slot] = Note::Variances(variances);
        }
        let (left, right) = sides.variances(node)?;
        let own_weights = self.gradient(m, sigma_w2);
        let input_weights = self.gradient(c, rnn.sigma_u2);
        let bias = self.bias(sigma_b2, train_bias);
        let (mut kh, mut th) = (DMatrix::zeros(steps, steps), DMatrix::zeros(steps, steps));
        for t in 0..steps {
            for s in 0..steps {
                let (k, d) =
                    if t > 0 && s > 0 { (kh[(t - 1, s - 1)], th[(t - 1, s - 1)]) } else { (0.0, 0.0) };
                let ku = sigma_w2 * k + rnn.sigma_u2 * kx[(t, s)] + sigma_b2;
                let tu = sigma_w2 * d
                    + own_weights * k
                    + rnn.sigma_u2 * tx[(t, s)]
                    + input_weights * kx[(t, s)]
                    + bias;
                let (value, slope) = kernel(&rnn.activation, left[t], right[s], ku, node)?;
                kh[(t, s)] = value;
                th[(t, s)] = tu * slope;
            }
        }
        Ok(Signal { k: kh, t: th, pending: 0.0 })
    }

    /// About how many operations a pair takes.
    pub fn operations(&self) -> f64 {
        self.blueprint.nodes().iter().map(operations).sum()
    }
}

/// Whether all entries are; without a way out, so that several are looked at at once.
fn finite(x: &DMatrix<f64>) -> bool {
    x.as_slice().iter().fold(true, |all, x| all & (x.abs() <= f64::MAX))
}

fn operations(node: &Node) -> f64 {
    let (before, after) = (node.from.positions() as f64, node.to.positions() as f64);
    let inside = |nodes: &[Node]| nodes.iter().map(operations).sum::<f64>();
    match &node.layer {
        Layer::Conv(conv) => 2.0 * after * after * conv.windows.steps() as f64,
        Layer::Activation(phi) => after * after * kernel_operations(phi),
        Layer::Residual { branch, .. } => inside(branch) + 4.0 * after * after,
        Layer::Sum(branches) => branches.iter().map(|b| inside(&b.layers) + 4.0 * after * after).sum(),
        Layer::Attention(_) | Layer::Mix(_) => 4.0 * before * after * (before + after),
        Layer::Rnn(rnn) => after * after * kernel_operations(&rnn.activation),
        _ => 4.0 * before * before,
    }
}

impl Signal {
    /// Gains that meet no activation any more: $T\mathrel{+}=gK$.
    fn settle(&mut self) {
        if self.pending > 0.0 {
            self.t += &self.k * self.pending;
            self.pending = 0.0;
        }
    }

    /// The same linear map of positions for both kernels.
    fn mapped(self, map: impl Fn(&DMatrix<f64>) -> DMatrix<f64>) -> Self {
        Self { k: map(&self.k), t: map(&self.t), pending: self.pending }
    }
}

impl Sides<'_> {
    fn notes(&self, node: &Node) -> (&Note, &Note) {
        match self {
            Sides::Own(notes) => (&notes[node.slot], &notes[node.slot]),
            Sides::Two(n, m) => (&n[node.slot], &m[node.slot]),
        }
    }

    fn is_own(&self) -> bool {
        matches!(self, Sides::Own(_))
    }

    fn variances(&self, node: &Node) -> Result<(&[f64], &[f64]), TheoryError> {
        match self.notes(node) {
            (Note::Variances(n), Note::Variances(m)) => Ok((n, m)),
            _ => Err(TheoryError::undefined(
                &node.path,
                "its samples were not carried through the network before",
            )),
        }
    }

    fn matrices(&self, node: &Node) -> Result<(&DMatrix<f64>, &DMatrix<f64>), TheoryError> {
        match self.notes(node) {
            (Note::Attention(n), Note::Attention(m)) => Ok((n, m)),
            _ => Err(TheoryError::undefined(
                &node.path,
                "its samples were not carried through the network before",
            )),
        }
    }
}

/// $K_\phi$ and $\dot K_\phi$; excesses over the Cauchy-Schwarz bound that are rounding are clipped.
fn kernel(phi: &Activation, p: f64, q: f64, c: f64, node: &Node) -> Result<(f64, f64), TheoryError> {
    let pair = kernel_pair(phi, p, q, covariance(p, q, c, node)?).map_err(|error| at(node, error))?;
    Ok((pair.k, pair.k_dot))
}

fn covariance(p: f64, q: f64, c: f64, node: &Node) -> Result<f64, TheoryError> {
    if !(p.is_finite() && q.is_finite() && c.is_finite()) {
        let reason = "it exceeds the range of 64-bit floating point numbers";
        return Err(TheoryError::undefined(format!("the kernel before {}", node.path), reason));
    }
    let root = if p == q { p } else { p.sqrt() * q.sqrt() };
    // Parallel signals stay so: at a kink the kernel is sensitive to the root of what rounding leaves between them.
    if (root - c.abs()).abs() < PARALLEL * root {
        return Ok(root.copysign(c));
    }
    if c.abs() <= root * (1.0 + ROUNDING) {
        return Ok(c.clamp(-root, root));
    }
    Err(TheoryError::undefined(
        format!("the kernel before {}", node.path),
        format!(
            "two signals of variances {p} and {q} cannot have the covariance {c}: the overlaps of the inputs are those of no inputs"
        ),
    ))
}

/// The error with the layer's place.
fn at(node: &Node, error: TheoryError) -> TheoryError {
    match error {
        TheoryError::Undefined { quantity, reason } => {
            TheoryError::Undefined { quantity: format!("{quantity} at {}", node.path), reason }
        }
        other => other,
    }
}

fn activated(
    phi: &Activation,
    node: &Node,
    signal: Signal,
    sides: &mut Sides<'_>,
) -> Result<Signal, TheoryError> {
    let Signal { mut k, mut t, pending } = signal;
    if let Sides::Own(notes) = sides {
        notes[node.slot] = Note::Variances(k.diagonal().iter().copied().collect());
    }
    let (left, right) = sides.variances(node)?;
    let symmetric = sides.is_own();
    if let Kind::Relu = phi.0
        && let (Some(left), Some(right)) = (Deviations::of(left), Deviations::of(right))
    {
        rectified(&left, &right, node, (&mut k, &mut t), pending, symmetric)?;
        return Ok(Signal { k, t, pending: 0.0 });
    }
    for q in 0..k.ncols() {
        for p in 0..if symmetric { q + 1 } else { k.nrows() } {
            let c = k[(p, q)];
            let (value, slope) = kernel(phi, left[p], right[q], c, node)?;
            let mut tangent = t[(p, q)] * slope;
            if pending > 0.0 {
                let c = covariance(left[p], right[q], c, node)?;
                tangent +=
                    pending * gain_factor(phi, left[p], right[q], c).map_err(|error| at(node, error))?;
            }
            (k[(p, q)], t[(p, q)]) = (value, tangent);
            if symmetric {
                (k[(q, p)], t[(q, p)]) = (value, tangent);
            }
        }
    }
    Ok(Signal { k, t, pending: 0.0 })
}

/// ReLU, column by column.
fn rectified(
    left: &Deviations,
    right: &Deviations,
    node: &Node,
    (k, t): (&mut DMatrix<f64>, &mut DMatrix<f64>),
    pending: f64,
    symmetric: bool,
) -> Result<(), TheoryError> {
    let positions = k.nrows();
    let mut before = vec![0.0; positions];
    for q in 0..k.ncols() {
        let rows = if symmetric { q + 1 } else { positions };
        let column = q * positions..q * positions + rows;
        let (own_k, own_t) = (&mut k.as_mut_slice()[column.clone()], &mut t.as_mut_slice()[column]);
        before[..rows].copy_from_slice(own_k);
        if !relu::column(left, right, q, pending, own_k, own_t) {
            // The first that is wrong says how.
            for (p, &c) in before[..rows].iter().enumerate() {
                covariance(left.variance(p), right.variance(q), c, node)?;
            }
        }
        for p in 0..if symmetric { q } else { 0 } {
            (k[(q, p)], t[(q, p)]) = (k[(p, q)], t[(p, q)]);
        }
    }
    Ok(())
}

fn normalized(
    over: Over,
    affine: bool,
    node: &Node,
    signal: Signal,
    sides: &mut Sides<'_>,
) -> Result<Signal, TheoryError> {
    let Signal { mut k, mut t, mut pending } = signal;
    if let Sides::Own(notes) = sides {
        let mut variances: Vec<f64> = k.diagonal().iter().copied().collect();
        if over == Over::All {
            let mean = variances.iter().sum::<f64>() / variances.len() as f64;
            variances.fill(mean);
        }
        if variances.iter().any(|v| *v <= 0.0) {
            let reason = "the variance that it divides by is 0 (an input or padding of zeros without biases)";
            return Err(TheoryError::undefined(format!("the layer normalization at {}", node.path), reason));
        }
        notes[node.slot] = Note::Variances(variances);
    }
    let (left, right) = sides.variances(node)?;
    let roots = |variances: &[f64]| variances.iter().map(|v| v.sqrt().recip()).collect::<Vec<_>>();
    let (rows, columns) = (roots(left), roots(right));
    for q in 0..k.ncols() {
        for p in 0..k.nrows() {
            // Of a position with itself without the rounding of two roots.
            let factor = if left[p] == right[q] { left[p].recip() } else { rows[p] * columns[q] };
            k[(p, q)] *= factor;
            t[(p, q)] *= factor;
        }
    }
    if affine {
        t.add_scalar_mut(1.0);
        pending += 1.0;
    }
    Ok(Signal { k, t, pending })
}

/// Rows of weights $\mathrm{softmax}_q(\sigma_{qk}^2K(p,q))$.
fn softmax(k: &DMatrix<f64>, sigma_qk2: f64) -> DMatrix<f64> {
    let mut weights = k * sigma_qk2;
    for mut row in weights.row_iter_mut() {
        let largest = row.max();
        row.apply(|x| *x = (*x - largest).exp());
        let sum = row.sum();
        row /= sum;
    }
    weights
}
