use super::Parametrization;
use crate::SimulationError;
use crate::gram::sample_product;
use crate::linalg::{self, Matrix};
use crate::network::{Network, Signals};

/// What a rule of descent moves in one layer, before the learning rate.
#[derive(Debug, Clone, PartialEq)]
pub enum LayerStep {
    /// $Z_l$ ($M_l\times N$): the parameters move along $Z_l\Phi_l$, $\Phi_l$ being the fan-in features of the samples.
    Samples(Matrix),
    /// Entry by entry, in the coordinates of the parametrization.
    Entries {
        /// The weights ($M_l\times M_{l-1}$).
        weights: Matrix,
        /// The biases ($M_l$); empty where they are not trained.
        biases: Vec<f64>,
    },
}

/// The tangent space of a network at one point: what its outputs feel of a small step of the parameters.
///
/// The derivative of output $k$ for sample $n$ with respect to the fan-in parameters of unit $i$ of layer $l$ is
/// $D_l[(k,n),i]\,\Phi_l[n,\cdot]$, with the features $\Phi_l[n,\cdot]=(s_wh^{l-1}(n),s_b)$, $s_w$ and $s_b$ being the scales of
/// the parametrization. So $J_lJ_l^\top=A_l\circ B_l$ with $A_l=\Phi_l\Phi_l^\top$ and $B_l=D_lD_l^\top$, at any width.
#[derive(Debug, Clone)]
pub struct Tangents {
    signals: Signals,
    /// $D_l^\top$ ($M_l\times CN$, class by class), $l=1..L$.
    deltas: Vec<Matrix>,
    /// $(s_w^2,s_b^2)$ of every layer.
    scales: Vec<(f64, f64)>,
    classes: usize,
}

impl Tangents {
    /// The tangents of `network` where `signals` were computed. Networks whose layers mix samples have no such structure.
    pub fn new(
        network: &Network,
        signals: Signals,
        parametrization: Parametrization,
    ) -> Result<Self, SimulationError> {
        if signals.mixes_samples() {
            return Err(SimulationError::MixedSamples);
        }
        let deltas = network.output_gradients(&signals);
        let depth = network.architecture().depth();
        let scales = (1..=depth).map(|l| network.squared_scales(parametrization, l)).collect();
        let classes = signals.output.nrows();
        Ok(Self { signals, deltas, scales, classes })
    }

    /// The tangents of other outputs $\Sigma_n^\top f(n)$, combinations of those of a sample with the columns of `roots[n]` ($C\times C'$).
    pub(super) fn combined(&self, roots: &[Matrix]) -> Self {
        let (classes, samples) = (roots.first().map_or(0, Matrix::ncols), self.samples());
        let combine = |deltas: &Matrix| {
            let mut turned = Matrix::zeros(deltas.nrows(), classes * samples);
            for (n, root) in roots.iter().enumerate() {
                for j in 0..classes {
                    let mut column = turned.column_mut(j * samples + n);
                    for k in 0..root.nrows() {
                        column.axpy(root[(k, j)], &deltas.column(k * samples + n), 1.0);
                    }
                }
            }
            turned
        };
        let deltas = self.deltas.iter().map(combine).collect();
        Self { signals: self.signals.clone(), deltas, scales: self.scales.clone(), classes }
    }

    /// $L$.
    pub fn depth(&self) -> usize {
        self.deltas.len()
    }

    /// $C$.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// $N$.
    pub fn samples(&self) -> usize {
        self.signals.output.ncols()
    }

    /// The outputs ($C\times N$).
    pub fn output(&self) -> &Matrix {
        &self.signals.output
    }

    /// $D_l^\top$ ($M_l\times CN$, class by class), `layer` $=l$ from 1.
    pub fn deltas(&self, layer: usize) -> &Matrix {
        &self.deltas[layer - 1]
    }

    /// $A_l$ between the samples here (rows) and those of `other`, for the same network.
    pub fn forward_kernel(&self, other: &Self, layer: usize) -> Matrix {
        let (weight, bias) = self.scales[layer - 1];
        let (rows, columns) = (&self.signals.hidden[layer - 1], &other.signals.hidden[layer - 1]);
        let mut kernel = linalg::transpose_product(rows, columns) * weight;
        kernel.add_scalar_mut(bias);
        kernel
    }

    /// $(A_l)_{nn}=\|\varphi_l(n)\|^2$ of every sample.
    pub fn feature_squares(&self, layer: usize) -> Vec<f64> {
        let (weight, bias) = self.scales[layer - 1];
        let columns = self.signals.hidden[layer - 1].column_iter();
        columns.map(|h| weight * h.norm_squared() + bias).collect()
    }

    /// $B_l$ between the outputs here (rows) and those of `other`, for the same network.
    pub fn backward_kernel(&self, other: &Self, layer: usize) -> Matrix {
        linalg::transpose_product(&self.deltas[layer - 1], &other.deltas[layer - 1])
    }

    /// The derivative of the outputs here ($C\times N$) along `steps` taken at `source`, a point of the same network with
    /// samples of its own.
    pub fn response(&self, source: &Self, steps: &[LayerStep]) -> Matrix {
        let layers = steps.iter().enumerate().map(|(l, step)| self.layer_response(source, l + 1, step));
        layers.reduce(|sum, change| sum + change).unwrap_or_else(|| self.output() * 0.0)
    }

    /// The part of [`response`](Self::response) that comes from one layer (from 1).
    pub fn layer_response(&self, source: &Self, layer: usize, step: &LayerStep) -> Matrix {
        let (classes, samples) = (self.classes(), self.samples());
        let deltas = &self.deltas[layer - 1];
        let (weight, bias) = self.scales[layer - 1];
        // The share of every direction of the features in the change of an output, to be summed over features.
        let (moved, features) = match step {
            LayerStep::Samples(coefficients) => {
                (linalg::transpose_product(deltas, coefficients), self.forward_kernel(source, layer))
            }
            LayerStep::Entries { weights, .. } => {
                let features = self.signals.hidden[layer - 1].transpose() * weight.sqrt();
                (linalg::transpose_product(deltas, weights), features)
            }
        };
        Matrix::from_fn(classes, samples, |k, n| {
            let output = k * samples + n;
            let offset = match step {
                LayerStep::Samples(_) => 0.0,
                LayerStep::Entries { biases, .. } => {
                    bias.sqrt() * deltas.column(output).iter().zip(biases).map(|(d, b)| d * b).sum::<f64>()
                }
            };
            moved.row(output).dot(&features.row(n)) + offset
        })
    }

    /// $\Phi_l^\top$ without the bias ($M_{l-1}\times N$), and the scale of the bias feature.
    pub(super) fn features(&self, layer: usize) -> (Matrix, f64) {
        let (weight, bias) = self.scales[layer - 1];
        (&self.signals.hidden[layer - 1] * weight.sqrt(), bias.sqrt())
    }

    /// Fan-in parameters of a unit.
    pub(super) fn fan_in(&self, layer: usize) -> usize {
        self.signals.hidden[layer - 1].nrows() + usize::from(self.scales[layer - 1].1 > 0.0)
    }

    /// $\Phi_l^\top$, with the bias feature as the last row where there is one.
    pub(super) fn all_features(&self, layer: usize) -> Matrix {
        let (features, bias) = self.features(layer);
        let rows = features.nrows() + usize::from(bias > 0.0);
        features.resize_vertically(rows, bias)
    }

    /// $K_l=A_l\circ B_l$ ($CN\times CN$).
    pub fn layer_kernel(&self, layer: usize) -> Matrix {
        self.layer_kernel_with(self, layer)
    }

    fn layer_kernel_with(&self, other: &Self, layer: usize) -> Matrix {
        let mut kernel = self.backward_kernel(other, layer);
        sample_product(&mut kernel, &self.forward_kernel(other, layer));
        kernel
    }

    /// The tangent kernel $K=\sum_lK_l$ between the outputs here (rows) and those of `other`, for the same network.
    pub fn kernel(&self, other: &Self) -> Matrix {
        (2..=self.depth())
            .fold(self.layer_kernel_with(other, 1), |sum, l| sum + self.layer_kernel_with(other, l))
    }

    pub(super) fn into_signals(self) -> Signals {
        self.signals
    }
}

/// $\sum_kD_{l,k}^\top\mathrm{diag}(w_k)$ ($M_l\times N$): weights $w$ for every output become a step.
pub(super) fn weighted(at: &Tangents, layer: usize, weights: &[f64]) -> LayerStep {
    let (classes, samples) = (at.classes(), at.samples());
    let deltas = at.deltas(layer);
    let mut coefficients = Matrix::zeros(deltas.nrows(), samples);
    for n in 0..samples {
        for k in 0..classes {
            let output = k * samples + n;
            coefficients.column_mut(n).axpy(weights[output], &deltas.column(output), 1.0);
        }
    }
    LayerStep::Samples(coefficients)
}
