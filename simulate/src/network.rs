//! Random finite networks: drawing, forward signals, backward signals.

use solvable_theory::any_architecture::Parametrization;
use solvable_theory::{Architecture, Normalization};

use super::SimulationError;
use super::layers::{Layers, biases_of, multiply_blocks, weights_of};
use super::linalg::{self, Matrix};
use solvable_engine::streams::Streams;

pub use super::layers::Signals;

/// One draw of the weights and biases of an [`Architecture`].
#[derive(Debug, Clone)]
pub struct Network {
    architecture: Architecture,
    /// $W^l$ ($M_l\times M_{l-1}$), $l=1..L$.
    pub weights: Vec<Matrix>,
    /// $b^l$ ($M_l$), $l=1..L$.
    pub biases: Vec<Vec<f64>>,
}

impl Network {
    /// Draws $W^l_{ij}\sim N(0,\sigma_w^2/M_{l-1})$ and $b^l_i\sim N(0,\sigma_b^2)$.
    pub fn draw(architecture: &Architecture, streams: &Streams) -> Self {
        let layers = 1..=architecture.depth();
        let weights = layers.clone().map(|layer| weights_of(architecture, streams, layer).stored());
        let biases = layers.map(|layer| biases_of(architecture, streams, layer));
        Self { architecture: architecture.clone(), weights: weights.collect(), biases: biases.collect() }
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

    /// [`Layers::forward`].
    ///
    /// # Errors
    /// Inputs of another shape; values that cannot be normalized.
    pub fn forward(&self, inputs: &Matrix) -> Result<Signals, SimulationError> {
        Layers::forward(self, inputs)
    }

    /// [`Layers::backward`].
    pub fn backward(&self, signals: &Signals, cotangents: Matrix) -> Vec<Matrix> {
        Layers::backward(self, signals, cotangents)
    }

    /// [`Layers::output_gradients`].
    pub fn output_gradients(&self, signals: &Signals) -> Vec<Matrix> {
        Layers::output_gradients(self, signals)
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

impl Layers for Network {
    type Number = f64;

    fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    fn biases(&self, layer: usize) -> &[f64] {
        &self.biases[layer - 1]
    }

    fn product(&self, layer: usize, x: &Matrix) -> Matrix {
        linalg::product(&self.weights[layer - 1], x)
    }

    fn transpose_product(&self, layer: usize, x: &Matrix) -> Matrix {
        linalg::transpose_product(&self.weights[layer - 1], x)
    }
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
