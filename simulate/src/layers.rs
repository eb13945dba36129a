//! Signals through layers, wherever the weights are.

use nalgebra::DMatrix;
use rayon::prelude::*;
use solvable_engine::streams::{Precision, Streams};
use solvable_theory::{Activation, Architecture, Normalization};

use super::SimulationError;
use super::linalg::{DrawnMatrix, Matrix, Real};
use super::normalizer::Normalizer;
use super::vector_math;

/// A fully connected network that signals can be passed through, in numbers of one precision.
pub trait Layers: Sync {
    /// What signals are made of.
    type Number: Real;

    /// The description that the network was drawn from.
    fn architecture(&self) -> &Architecture;

    /// $b^l$ ($M_l$), $l=1..L$.
    fn biases(&self, layer: usize) -> &[f64];

    /// $W^lX$, $l=1..L$.
    fn product(&self, layer: usize, x: &DMatrix<Self::Number>) -> DMatrix<Self::Number>;

    /// $W^{l\top}X$, $l=1..L$.
    fn transpose_product(&self, layer: usize, x: &DMatrix<Self::Number>) -> DMatrix<Self::Number>;

    /// Propagates `inputs` ($M_0\times N$, one sample a column).
    ///
    /// Cost: $2N\sum_lM_lM_{l-1}$ flops.
    ///
    /// # Errors
    /// Inputs of another shape; values that cannot be normalized.
    fn forward(&self, inputs: &Matrix) -> Result<Signals<Self::Number>, SimulationError> {
        let architecture = self.architecture();
        if inputs.nrows() != architecture.widths()[0] || inputs.ncols() == 0 {
            return Err(SimulationError::Shape {
                what: "inputs of a network",
                expected: format!("{} x N with N >= 1", architecture.widths()[0]),
                found: format!("{} x {}", inputs.nrows(), inputs.ncols()),
            });
        }
        let depth = architecture.depth();
        let mut hidden = vec![Real::of(inputs.clone())];
        let (mut slopes, mut normalizers) = (Vec::new(), Vec::new());
        for l in 1..=depth {
            let mut signal = self.product(l, &hidden[l - 1]);
            for mut column in signal.column_iter_mut() {
                column.iter_mut().zip(self.biases(l)).for_each(|(u, b)| *u += Self::Number::rounded(*b));
            }
            normalizers.push(normalize(architecture, l, &mut signal)?);
            if l == depth {
                let output = Real::double(&signal).into_owned();
                return Ok(Signals { hidden, slopes, output, normalizers });
            }
            slopes.push(activate(architecture.activation(), &mut signal));
            hidden.push(signal);
        }
        // Architecture guarantees a depth of at least one, so the loop has returned.
        Err(SimulationError::Shape {
            what: "network",
            expected: "depth >= 1".into(),
            found: "depth 0".into(),
        })
    }

    /// Propagates cotangents of the output back to every pre-activation.
    ///
    /// `cotangents` holds $K$ blocks of $N$ columns ($C\times NK$); entry $l$ of the result
    /// ($M_{l+1}\times NK$) holds the derivatives with respect to $u^{l+1}$ *before* normalization, so that the
    /// gradient of block $k$ with respect to $W^{l+1}$ is its columns times $h^{l\top}$.
    ///
    /// Cost: $2NK\sum_{l\ge2}M_lM_{l-1}$ flops.
    fn backward(&self, signals: &Signals<Self::Number>, cotangents: Matrix) -> Vec<DMatrix<Self::Number>> {
        let samples = signals.output.ncols();
        let depth = self.architecture().depth();
        let mut deltas = Vec::with_capacity(depth);
        let mut delta = cotangents;
        signals.normalizers[depth - 1].jacobian(&mut delta, samples);
        let mut delta = Real::of(delta);
        for l in (1..depth).rev() {
            let mut next = self.transpose_product(l + 1, &delta);
            multiply_blocks(&mut next, &signals.slopes[l - 1]);
            let normalizer = &signals.normalizers[l - 1];
            if !matches!(normalizer, Normalizer::Identity) {
                Real::in_double(&mut next, |values| normalizer.jacobian(values, samples));
            }
            deltas.push(std::mem::replace(&mut delta, next));
        }
        deltas.push(delta);
        deltas.reverse();
        deltas
    }

    /// $\delta^l_k(n)=\partial f_k(n)/\partial u^l(n)$ for networks whose layers do not mix samples: entry $l-1$ of the
    /// result is $M_l\times CN$, class by class.
    fn output_gradients(&self, signals: &Signals<Self::Number>) -> Vec<DMatrix<Self::Number>> {
        let (classes, samples) = signals.output.shape();
        let cotangents =
            Matrix::from_fn(classes, classes * samples, |k, column| f64::from(column / samples == k));
        self.backward(signals, cotangents)
    }
}

/// The signals of one batch in one network.
#[derive(Debug, Clone)]
pub struct Signals<T = f64> {
    /// $h^l$ ($M_l\times N$), $l=0..L-1$; $h^0$ is the input.
    pub hidden: Vec<DMatrix<T>>,
    /// $\phi'$ at the (normalized) pre-activations of the layers $l=1..L-1$ ($M_l\times N$).
    pub slopes: Vec<DMatrix<T>>,
    /// $f$ ($C\times N$).
    pub output: Matrix,
    pub(super) normalizers: Vec<Normalizer>,
}

impl<T> Signals<T> {
    /// Whether some layer makes the output for a sample depend on the other samples.
    pub fn mixes_samples(&self) -> bool {
        self.normalizers.iter().any(Normalizer::mixes_samples)
    }
}

/// A random network that signals are only passed through: its weights are drawn as numbers `T`, and where they would take more memory
/// than [`PassedNetwork::KEPT`] they are drawn again for every product. Its weights are those of the
/// [`Network`](super::network::Network) of the same streams, rounded, and which of them are kept changes no bit.
#[derive(Debug)]
pub struct PassedNetwork<T> {
    architecture: Architecture,
    weights: Vec<Weights<T>>,
    biases: Vec<Vec<f64>>,
}

#[derive(Debug)]
enum Weights<T> {
    Kept(DMatrix<T>),
    Drawn(DrawnMatrix),
}

impl<T: Real> PassedNetwork<T> {
    /// Bytes of weights that are kept; 32 MiB. More would leave the caches, and drawing again is no slower than memory that the system
    /// has to clear first.
    pub const KEPT: usize = 1 << 25;

    /// Draws $W^l_{ij}\sim N(0,\sigma_w^2/M_{l-1})$ and $b^l_i\sim N(0,\sigma_b^2)$.
    pub fn draw(architecture: &Architecture, streams: &Streams) -> Self {
        Self::draw_keeping(architecture, streams, Self::KEPT)
    }

    /// The same, keeping no more than so many bytes of weights.
    fn draw_keeping(architecture: &Architecture, streams: &Streams, bytes: usize) -> Self {
        let layers = 1..=architecture.depth();
        let later: usize = architecture.widths()[1..].windows(2).map(|pair| pair[0] * pair[1]).sum();
        let is_kept = later.saturating_mul(size_of::<T>()) <= bytes;
        let weights = layers.clone().map(|layer| {
            let drawn = weights_of(architecture, streams, layer);
            // Nothing is carried back through the first layer: its weights are multiplied once.
            if is_kept && layer > 1 { Weights::Kept(drawn.stored()) } else { Weights::Drawn(drawn) }
        });
        let biases = layers.map(|layer| biases_of(architecture, streams, layer));
        Self { architecture: architecture.clone(), weights: weights.collect(), biases: biases.collect() }
    }
}

impl<T: Real> Layers for PassedNetwork<T> {
    type Number = T;

    fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    fn biases(&self, layer: usize) -> &[f64] {
        &self.biases[layer - 1]
    }

    fn product(&self, layer: usize, x: &DMatrix<T>) -> DMatrix<T> {
        match &self.weights[layer - 1] {
            Weights::Kept(weights) => super::linalg::product(weights, x),
            Weights::Drawn(weights) => weights.product(x),
        }
    }

    fn transpose_product(&self, layer: usize, x: &DMatrix<T>) -> DMatrix<T> {
        match &self.weights[layer - 1] {
            Weights::Kept(weights) => super::linalg::transpose_product(weights, x),
            Weights::Drawn(weights) => weights.transpose_product(x),
        }
    }
}

/// The weights of a layer ($l=1..L$) of the network that is drawn from `streams`.
pub(super) fn weights_of(architecture: &Architecture, streams: &Streams, layer: usize) -> DrawnMatrix {
    let (fan_in, units) = (architecture.widths()[layer - 1], architecture.widths()[layer]);
    let deviation = (architecture.scales().sigma_w2 / fan_in as f64).sqrt();
    DrawnMatrix::new(streams.nth_child("weights", layer), units, fan_in, deviation)
}

/// Its biases.
pub(super) fn biases_of(architecture: &Architecture, streams: &Streams, layer: usize) -> Vec<f64> {
    let deviation = architecture.scales().sigma_b2.sqrt();
    streams.nth_child("biases", layer).normals(architecture.widths()[layer], deviation)
}

/// Normalizes the pre-activations of layer `l` ($l=1..L$) in place.
fn normalize<T: Real>(
    architecture: &Architecture,
    l: usize,
    signal: &mut DMatrix<T>,
) -> Result<Normalizer, SimulationError> {
    let mode = architecture.modes()[l - 1];
    if mode == Normalization::None {
        return Ok(Normalizer::Identity);
    }
    let (gamma, beta, layer) = (architecture.gamma(), architecture.beta(), format!("layer {l}"));
    Real::in_double(signal, |values| Normalizer::apply(mode, gamma, beta, &layer, values))
}

/// Replaces $u$ by $\phi(u)$ and returns $\phi'(u)$.
pub(super) fn activate<T: Real>(activation: &Activation, signal: &mut DMatrix<T>) -> DMatrix<T> {
    const CHUNK: usize = 4096;
    let mut slopes = DMatrix::zeros(signal.nrows(), signal.ncols());
    let chunks = signal.as_mut_slice().par_chunks_mut(CHUNK).zip(slopes.as_mut_slice().par_chunks_mut(CHUNK));
    chunks.for_each(|(values, slopes)| vector_math::activate(activation, values, slopes));
    slopes
}

/// Multiplies every block of columns of `vectors` elementwise by `factors`.
pub(super) fn multiply_blocks<T: Real>(vectors: &mut DMatrix<T>, factors: &DMatrix<T>) {
    let length = factors.len().max(1);
    vectors.as_mut_slice().par_chunks_mut(length).for_each(|block| {
        block.iter_mut().zip(factors.as_slice()).for_each(|(x, s)| *x *= *s);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Network;
    use approx::assert_relative_eq;

    fn architecture(modes: Vec<Normalization>) -> Architecture {
        Architecture::new(vec![300, 700, 600, 3], Activation::tanh(), 1.7, 0.2)
            .unwrap()
            .with_modes(modes, 1.3, 0.0)
            .unwrap()
    }

    fn gradients<L: Layers>(network: &L, inputs: &Matrix) -> (Matrix, Vec<DMatrix<L::Number>>) {
        let signals = network.forward(inputs).unwrap();
        let deltas = network.output_gradients(&signals);
        (signals.output, deltas)
    }

    #[test]
    fn weights_that_are_forgotten_give_the_bits_of_those_that_are_kept() {
        use Normalization::{LayerNorm, None as Plain};
        for modes in [vec![Plain; 3], vec![LayerNorm, Plain, LayerNorm]] {
            let architecture = architecture(modes);
            let streams = Streams::for_trial("layers", "", 0, 0);
            let inputs = Matrix::from_vec(300, 20, streams.child("inputs").normals(6000, 1.0));
            let stored = gradients(&Network::draw(&architecture, &streams), &inputs);
            assert_eq!(stored, gradients(&PassedNetwork::<f64>::draw(&architecture, &streams), &inputs));
            assert_eq!(
                stored,
                gradients(&PassedNetwork::<f64>::draw_keeping(&architecture, &streams, 0), &inputs)
            );
            let single = gradients(&PassedNetwork::<f32>::draw(&architecture, &streams), &inputs);
            let drawn = PassedNetwork::<f32>::draw_keeping(&architecture, &streams, 0);
            assert_eq!(single, gradients(&drawn, &inputs));
            assert_relative_eq!(single.0, stored.0, epsilon = 1e-5);
        }
    }
}
