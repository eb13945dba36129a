//! Random finite networks: drawing, forward signals, backward signals.

use rayon::prelude::*;
use solvable_theory::any_architecture::Parametrization;
use solvable_theory::{Architecture, Normalization};

use super::SimulationError;
use super::linalg::{self, Matrix};
use super::normalizer::Normalizer;
use solvable_engine::streams::Streams;

/// One draw of the weights and biases of an [`Architecture`].
#[derive(Debug, Clone)]
pub struct Network {
    architecture: Architecture,
    /// $W^l$ ($M_l\times M_{l-1}$), $l=1..L$.
    pub weights: Vec<Matrix>,
    /// $b^l$ ($M_l$), $l=1..L$.
    pub biases: Vec<Vec<f64>>,
}

/// The signals of one batch in one network.
#[derive(Debug, Clone)]
pub struct Signals {
    /// $h^l$ ($M_l\times N$), $l=0..L-1$; $h^0$ is the input.
    pub hidden: Vec<Matrix>,
    /// $\phi'$ at the (normalized) pre-activations of the layers $l=1..L-1$ ($M_l\times N$).
    pub slopes: Vec<Matrix>,
    /// $f$ ($C\times N$).
    pub output: Matrix,
    normalizers: Vec<Normalizer>,
}

impl Network {
    /// Draws $W^l_{ij}\sim N(0,\sigma_w^2/M_{l-1})$ and $b^l_i\sim N(0,\sigma_b^2)$.
    pub fn draw(architecture: &Architecture, streams: &Streams) -> Self {
        let scales = architecture.scales();
        let layers = architecture.widths().windows(2).enumerate();
        let (weights, biases) = layers
            .map(|(l, pair)| {
                let (fan_in, units) = (pair[0], pair[1]);
                let deviation = (scales.sigma_w2 / fan_in as f64).sqrt();
                let weights = streams.nth_child("weights", l + 1).normals(units * fan_in, deviation);
                let biases = streams.nth_child("biases", l + 1).normals(units, scales.sigma_b2.sqrt());
                (Matrix::from_vec(units, fan_in, weights), biases)
            })
            .unzip();
        Self { architecture: architecture.clone(), weights, biases }
    }

    /// A network without biases and with the given weights.
    pub fn with_weights(architecture: &Architecture, weights: Vec<Matrix>) -> Result<Self, SimulationError> {
        let widths = architecture.widths();
        let shapes = widths.windows(2).map(|pair| (pair[1], pair[0]));
        if !weights.iter().map(Matrix::shape).eq(shapes) {
            return Err(SimulationError::Shape {
                what: "weights of a network",
                expected: format!("one matrix a layer for the widths {widths:?}"),
                found: format!("{:?}", weights.iter().map(Matrix::shape).collect::<Vec<_>>()),
            });
        }
        let biases = widths[1..].iter().map(|&units| vec![0.0; units]).collect();
        Ok(Self { architecture: architecture.clone(), weights, biases })
    }

    /// The description that the network was drawn from.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Propagates `inputs` ($M_0\times N$, one sample a column).
    ///
    /// Cost: $2N\sum_lM_lM_{l-1}$ flops.
    pub fn forward(&self, inputs: &Matrix) -> Result<Signals, SimulationError> {
        if inputs.nrows() != self.architecture.widths()[0] || inputs.ncols() == 0 {
            return Err(SimulationError::Shape {
                what: "inputs of a network",
                expected: format!("{} x N with N >= 1", self.architecture.widths()[0]),
                found: format!("{} x {}", inputs.nrows(), inputs.ncols()),
            });
        }
        let depth = self.architecture.depth();
        let mut hidden = vec![inputs.clone()];
        let (mut slopes, mut normalizers) = (Vec::new(), Vec::new());
        for l in 1..=depth {
            let mut signal = linalg::product(&self.weights[l - 1], &hidden[l - 1]);
            for mut column in signal.column_iter_mut() {
                column.iter_mut().zip(&self.biases[l - 1]).for_each(|(u, b)| *u += b);
            }
            let mode = self.architecture.modes()[l - 1];
            let (gamma, beta) = (self.architecture.gamma(), self.architecture.beta());
            normalizers.push(Normalizer::apply(mode, gamma, beta, &format!("layer {l}"), &mut signal)?);
            if l == depth {
                return Ok(Signals { hidden, slopes, output: signal, normalizers });
            }
            slopes.push(self.activate(&mut signal));
            hidden.push(signal);
        }
        // Architecture guarantees a depth of at least one, so the loop has returned.
        Err(SimulationError::Shape {
            what: "network",
            expected: "depth >= 1".into(),
            found: "depth 0".into(),
        })
    }

    /// Replaces $u$ by $\phi(u)$ and returns $\phi'(u)$.
    pub(super) fn activate(&self, signal: &mut Matrix) -> Matrix {
        const CHUNK: usize = 4096;
        let activation = self.architecture.activation();
        let mut slopes = Matrix::zeros(signal.nrows(), signal.ncols());
        let chunks =
            signal.as_mut_slice().par_chunks_mut(CHUNK).zip(slopes.as_mut_slice().par_chunks_mut(CHUNK));
        chunks.for_each(|(values, slopes)| {
            for (u, slope) in values.iter_mut().zip(slopes) {
                (*u, *slope) = activation.value_and_derivative(*u);
            }
        });
        slopes
    }

    /// Propagates cotangents of the output back to every pre-activation.
    ///
    /// `cotangents` holds $K$ blocks of $N$ columns ($C\times NK$); entry $l$ of the result
    /// ($M_{l+1}\times NK$) holds the derivatives with respect to $u^{l+1}$ *before* normalization, so that the
    /// gradient of block $k$ with respect to $W^{l+1}$ is its columns times $h^{l\top}$.
    ///
    /// Cost: $2NK\sum_{l\ge2}M_lM_{l-1}$ flops.
    pub fn backward(&self, signals: &Signals, cotangents: Matrix) -> Vec<Matrix> {
        let samples = signals.output.ncols();
        let depth = self.architecture.depth();
        let mut deltas = Vec::with_capacity(depth);
        let mut delta = cotangents;
        signals.normalizers[depth - 1].jacobian(&mut delta, samples);
        for l in (1..depth).rev() {
            let mut next = linalg::transpose_product(&self.weights[l], &delta);
            multiply_blocks(&mut next, &signals.slopes[l - 1]);
            signals.normalizers[l - 1].jacobian(&mut next, samples);
            deltas.push(std::mem::replace(&mut delta, next));
        }
        deltas.push(delta);
        deltas.reverse();
        deltas
    }

    /// $\delta^l_k(n)=\partial f_k(n)/\partial u^l(n)$ for networks whose layers do not mix samples: entry $l-1$ of the
    /// result is $M_l\times CN$, class by class.
    pub fn output_gradients(&self, signals: &Signals) -> Vec<Matrix> {
        let (classes, samples) = signals.output.shape();
        let cotangents =
            Matrix::from_fn(classes, classes * samples, |k, column| f64::from(column / samples == k));
        self.backward(signals, cotangents)
    }

    /// $D=\theta\cdot\nabla_\theta f$ ($C\times N$): how the outputs move when all weights and biases are scaled alike. One forward pass with the
    /// pre-activations as the sources: $D^1=u^1$, $D^l=u^l+W^l(\phi'(u^{l-1})\circ D^{l-1})$.
    pub fn scaling_tangent(&self, signals: &Signals) -> Matrix {
        self.push_forward(signals, |l| {
            let mut own = linalg::product(&self.weights[l - 1], &signals.hidden[l - 1]);
            for mut column in own.column_iter_mut() {
                column.iter_mut().zip(&self.biases[l - 1]).for_each(|(u, b)| *u += b);
            }
            own
        })
    }

    /// Carries tangents of the pre-activations forward: `source(l)` is the tangent injected into $u^l$ ($l=1..L$); the
    /// result is the tangent of $f$ ($C\times N$).
    pub(super) fn push_forward(&self, signals: &Signals, source: impl Fn(usize) -> Matrix) -> Matrix {
        let samples = signals.output.ncols();
        let depth = self.architecture.depth();
        let mut tangent = source(1);
        for l in 1..=depth {
            if l > 1 {
                multiply_blocks(&mut tangent, &signals.slopes[l - 2]);
                tangent = linalg::product(&self.weights[l - 1], &tangent) + source(l);
            }
            signals.normalizers[l - 1].jacobian(&mut tangent, samples);
        }
        tangent
    }
}

impl Network {
    /// The squared scales of the weights and of the biases of layer `layer` (from 1): a step of size one in the parameters moves $W^l$ by
    /// the first times its gradient. Biases that are not trained have scale 0.
    pub(super) fn squared_scales(&self, parametrization: Parametrization, layer: usize) -> (f64, f64) {
        let scales = self.architecture.scales();
        let (weight, bias) = match parametrization {
            Parametrization::Standard => (1.0, 1.0),
            Parametrization::Ntk => {
                (scales.sigma_w2 / self.architecture.widths()[layer - 1] as f64, scales.sigma_b2)
            }
        };
        (weight, if self.architecture.train_bias() { bias } else { 0.0 })
    }
}

impl Signals {
    /// Whether some layer makes the output for a sample depend on the other samples.
    pub fn mixes_samples(&self) -> bool {
        self.normalizers.iter().any(Normalizer::mixes_samples)
    }
}

/// Multiplies every block of columns of `vectors` elementwise by `factors`.
fn multiply_blocks(vectors: &mut Matrix, factors: &Matrix) {
    let length = factors.len().max(1);
    vectors.as_mut_slice().par_chunks_mut(length).for_each(|block| {
        block.iter_mut().zip(factors.as_slice()).for_each(|(x, s)| *x *= s);
    });
}

/// The same network without any normalization.
pub fn plain(architecture: &Architecture) -> Result<Architecture, solvable_theory::TheoryError> {
    let modes = vec![Normalization::None; architecture.depth()];
    architecture.clone().with_modes(modes, architecture.gamma(), 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use solvable_theory::Activation;

    fn network(modes: Vec<Normalization>) -> (Network, Matrix) {
        let beta = if modes.contains(&Normalization::BatchNorm) { 0.3 } else { 0.0 };
        let architecture = Architecture::new(vec![5, 7, 6, 3], Activation::tanh(), 1.7, 0.2)
            .unwrap()
            .with_modes(modes, 1.3, beta)
            .unwrap();
        let streams = Streams::for_trial("network", "", 0, 0);
        let inputs = Matrix::from_vec(5, 4, streams.child("inputs").normals(20, 1.0));
        (Network::draw(&architecture, &streams), inputs)
    }

    /// Every pattern of modes that differs in kind.
    fn patterns() -> Vec<Vec<Normalization>> {
        use Normalization::{BatchNorm as B, LayerNorm as L, MeanSubtraction as M, None as N};
        vec![vec![N, N, N], vec![B, L, M], vec![M, B, B], vec![L, M, L]]
    }

    #[test]
    fn backward_signals_match_finite_differences() {
        for modes in patterns() {
            let (network, inputs) = network(modes.clone());
            let signals = network.forward(&inputs).unwrap();
            let cotangent = Matrix::from_fn(3, 4, |k, n| (1.0 + k as f64) * (0.7 - n as f64));
            let deltas = network.backward(&signals, cotangent.clone());
            for (layer, i, j) in [(0, 2, 3), (1, 5, 0), (2, 1, 4)] {
                let gradient = deltas[layer].row(i).dot(&signals.hidden[layer].row(j));
                let value = |step: f64| {
                    let mut moved = network.clone();
                    moved.weights[layer][(i, j)] += step;
                    moved.forward(&inputs).unwrap().output.dot(&cotangent)
                };
                let difference = (value(1e-6) - value(-1e-6)) / 2e-6;
                assert_relative_eq!(gradient, difference, epsilon = 1e-7, max_relative = 1e-7);
            }
        }
    }

    #[test]
    fn scaled_parameters_move_the_outputs_along_the_tangent() {
        for modes in patterns() {
            let (network, inputs) = network(modes);
            let signals = network.forward(&inputs).unwrap();
            let at = |step: f64| {
                let mut scaled = network.clone();
                scaled.weights.iter_mut().for_each(|w| *w *= 1.0 + step);
                scaled.biases.iter_mut().flatten().for_each(|b| *b *= 1.0 + step);
                scaled.forward(&inputs).unwrap().output
            };
            let difference = (at(1e-6) - at(-1e-6)) / 2e-6;
            assert_relative_eq!(
                network.scaling_tangent(&signals),
                difference,
                epsilon = 1e-7,
                max_relative = 1e-7
            );
        }
    }

    /// Euler: without biases the outputs are homogeneous of degree $L$ in the weights, in every single network.
    #[test]
    fn rectified_networks_without_biases_move_along_their_outputs() {
        for (activation, depth) in [(Activation::relu(), 5), (Activation::linear(), 3)] {
            let architecture = Architecture::new(vec![8; depth + 1], activation, 2.0, 0.0).unwrap();
            let streams = Streams::for_trial("network", "euler", 0, 0);
            let inputs = Matrix::from_vec(8, 4, streams.child("inputs").normals(32, 1.0));
            let network = Network::draw(&architecture, &streams);
            let signals = network.forward(&inputs).unwrap();
            let expected = &signals.output * depth as f64;
            assert_relative_eq!(
                network.scaling_tangent(&signals),
                expected,
                epsilon = 1e-12 * expected.norm()
            );
        }
    }

    #[test]
    fn constant_batches_cannot_be_normalized() {
        let (network, _) = network(vec![Normalization::BatchNorm; 3]);
        let same = Matrix::from_element(5, 4, 0.3);
        assert!(
            matches!(network.forward(&same), Err(SimulationError::NoVariance { layer, .. }) if layer == "layer 1")
        );
        assert!(network.forward(&Matrix::zeros(4, 4)).is_err());
        assert!(network.forward(&Matrix::zeros(5, 0)).is_err());
    }
}
