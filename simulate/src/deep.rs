//! Very deep networks of constant width, with as many outputs as units, at a single input.

use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};
use solvable_theory::dynamical_isometry::check_activation;
use solvable_theory::free_probability::Ensemble;
use solvable_theory::{Activation, Architecture};

use super::SimulationError;
use super::checks::{MOST, count};
use super::linalg::{self, Matrix, haar_orthogonal};
use super::network::{Network, Signals};
use solvable_engine::streams::Streams;
use solvable_engine::verify::SettingError;
use solvable_engine::verify::setting::{positive, require};

/// A deep network without biases and the length of its inputs.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct DeepSetting {
    /// $\phi$.
    pub activation: Activation,
    /// $q_0$: inputs have $\|x\|^2=Mq_0$ exactly.
    pub q0: f64,
    /// $\sigma_w^2$.
    pub sigma_w2: f64,
    /// $L$.
    pub depth: usize,
    /// $M$.
    pub width: usize,
    /// How weights are drawn.
    pub ensemble: Ensemble,
}

impl DeepSetting {
    /// Whether the network can be drawn.
    ///
    /// # Errors
    /// The first field that is out of range.
    pub fn check(&self) -> Result<(), SettingError> {
        let phi = &self.activation;
        check_activation(phi).map_err(|_| {
            SettingError::invalid("activation", phi, "of leaky ReLUs those with 0 < slope <= 1")
        })?;
        positive("q0", self.q0)?;
        positive("sigma_w2", self.sigma_w2)?;
        count("depth", self.depth)?;
        count("width", self.width)?;
        let most = (MOST as f64).powi(2);
        require(self.weights() <= most, "depth", self.depth, format!("at most {most:e} weights in all"))
    }

    /// $LM^2$: how many weights it has.
    pub fn weights(&self) -> f64 {
        self.depth as f64 * (self.width as f64).powi(2)
    }

    /// The network as an architecture.
    pub fn architecture(&self) -> Result<Architecture, SimulationError> {
        check_activation(&self.activation)?;
        Ok(Architecture::new(vec![self.width; self.depth + 1], self.activation.clone(), self.sigma_w2, 0.0)?)
    }

    /// Draws a network.
    pub fn network(&self, streams: &Streams) -> Result<Network, SimulationError> {
        let architecture = self.architecture()?;
        match self.ensemble {
            Ensemble::Gaussian => Ok(Network::draw(&architecture, streams)),
            Ensemble::Orthogonal => {
                let weights = (1..=self.depth)
                    .map(|l| {
                        haar_orthogonal(self.width, &streams.nth_child("weights", l)) * self.sigma_w2.sqrt()
                    })
                    .collect();
                Network::with_weights(&architecture, weights)
            }
        }
    }

    /// Draws a network and one input, and propagates it.
    pub fn draw(&self, streams: &Streams) -> Result<(Network, Signals), SimulationError> {
        let network = self.network(streams)?;
        let signals = network.forward(&self.inputs(1, &streams.child("inputs")))?;
        Ok((network, signals))
    }

    /// `count` independent inputs, uniform on the sphere; one a column.
    pub fn inputs(&self, count: usize, streams: &Streams) -> Matrix {
        let mut x = Matrix::from_vec(self.width, count, streams.normals(self.width * count, 1.0));
        for mut column in x.column_iter_mut() {
            let length = column.norm();
            column *= (self.width as f64 * self.q0).sqrt() / length;
        }
        x
    }

    /// $\hat q_0,\dots,\hat q_{L-1}$ and $\hat\alpha_1,\dots,\hat\alpha_{L-1}$ of a network that is not drawn: given the layer before, the
    /// pre-activations are a vector of independent normal numbers, or one uniform on a sphere. $O(ML)$.
    pub fn order_parameters(&self, streams: &Streams) -> (Vec<f64>, Vec<f64>) {
        let width = self.width as f64;
        let mut rng = streams.child("pre-activations").rng(0);
        let (mut q, mut alpha) = (vec![self.q0], Vec::new());
        let mut z = vec![0.0; self.width];
        for l in 1..self.depth {
            z.iter_mut().for_each(|z| *z = StandardNormal.sample(&mut rng));
            let length = match self.ensemble {
                Ensemble::Gaussian => 1.0,
                Ensemble::Orthogonal => (z.iter().map(|z| z * z).sum::<f64>() / width).sqrt(),
            };
            let deviation = (self.sigma_w2 * q[l - 1]).sqrt() / length;
            let (mut square, mut slope) = (0.0, 0.0);
            for z in &z {
                let (value, derivative) = self.activation.value_and_derivative(deviation * z);
                square += value * value;
                slope += derivative * derivative;
            }
            q.push(square / width);
            alpha.push(slope / width);
        }
        (q, alpha)
    }
}

/// $\hat q_l=\|h^l\|^2/M$, $l=0..L-1$, of the sample in column `sample`.
pub fn mean_squares(signals: &Signals, sample: usize) -> Vec<f64> {
    signals.hidden.iter().map(|h| h.column(sample).norm_squared() / h.nrows() as f64).collect()
}

/// $\hat\alpha_l=\frac1M\sum_i\phi'(u^l_i)^2$, $l=1..L-1$, of the sample in column `sample`.
pub fn mean_square_slopes(signals: &Signals, sample: usize) -> Vec<f64> {
    signals.slopes.iter().map(|d| d.column(sample).norm_squared() / d.nrows() as f64).collect()
}

/// The dual $H_L$ ($M\times M$) of the Fisher information of one input.
///
/// $H_1=\hat q_0I$, $H_{l+1}=\hat q_lI+W^{l+1}D_lH_lD_lW^{l+1\top}$; rows with $D=0$ take no part. At most two $M^3$ products a layer.
pub fn dual(network: &Network, signals: &Signals) -> Matrix {
    let width = signals.output.nrows();
    let q = mean_squares(signals, 0);
    let mut h = Matrix::from_diagonal_element(width, width, q[0]);
    for (l, slopes) in signals.slopes.iter().enumerate() {
        h = carried(&network.weights[l + 1], slopes.as_slice(), &h);
        for i in 0..width {
            h[(i, i)] += q[l + 1];
        }
    }
    h
}

/// $J_{io}J_{io}^\top$ of the input-output Jacobian $J_{io}=\partial u^L/\partial x$.
pub fn jacobian_gram(network: &Network, signals: &Signals) -> Matrix {
    let first = &network.weights[0];
    let mut gram = Matrix::zeros(first.nrows(), first.nrows());
    linalg::add_product_transpose(&mut gram, 1.0, first, first);
    for (l, slopes) in signals.slopes.iter().enumerate() {
        gram = carried(&network.weights[l + 1], slopes.as_slice(), &gram);
    }
    gram
}

/// $WDHDW^\top$.
fn carried(weights: &Matrix, slopes: &[f64], h: &Matrix) -> Matrix {
    let active: Vec<usize> = (0..slopes.len()).filter(|&i| slopes[i] != 0.0).collect();
    let wd =
        Matrix::from_fn(weights.nrows(), active.len(), |i, j| weights[(i, active[j])] * slopes[active[j]]);
    let own = Matrix::from_fn(active.len(), active.len(), |i, j| h[(active[i], active[j])]);
    linalg::congruence(&wd, &own)
}

/// $DHD$ for the slopes `slopes` of an activation behind $u^L$.
pub fn behind_output(h: &Matrix, slopes: &[f64]) -> Matrix {
    Matrix::from_fn(h.nrows(), h.ncols(), |i, j| slopes[i] * h[(i, j)] * slopes[j])
}

/// One step of gradient descent on $\frac1{2M}\|f-y\|^2$ at one input: $W^l\leftarrow W^l-\frac\eta M\delta^l(h^{l-1})^\top$, $\delta^L=f-y$.
pub fn online_step(network: &mut Network, signals: &Signals, residual: Matrix, rate: f64) {
    let width = residual.nrows() as f64;
    let deltas = network.backward(signals, residual);
    for ((weights, delta), h) in network.weights.iter_mut().zip(&deltas).zip(&signals.hidden) {
        weights.ger(-rate / width, &delta.column(0), &h.column(0), 1.0);
    }
}

/// A residual $r$ of uniformly random direction, $\|r\|^2=\rho^2Mq_0$.
pub fn random_residual(setting: &DeepSetting, rho: f64, streams: &Streams) -> Matrix {
    let mut r = Matrix::from_vec(setting.width, 1, streams.normals(setting.width, 1.0));
    let length = r.norm();
    r *= rho * (setting.width as f64 * setting.q0).sqrt() / length;
    r
}

/// Free projections without a network: $H_1=\frac1LI$, $H_{l+1}=\frac1LI+O\,P_lH_lP_l\,O^\top$ with Haar matrices $O$ and projections $P_l$ of rank
/// $M-k_l$, $k_l$ units of zero slope placed so that $\sum_lk_l\simeq cM$ evenly.
pub fn projected_identities(width: usize, depth: usize, c: f64, streams: &Streams) -> Matrix {
    let share = 1.0 / depth as f64;
    let mut h = Matrix::from_diagonal_element(width, width, share);
    let mut offset = streams.child("offset").rng(0);
    // Rounding at a random phase keeps every rank right on average.
    let phase: f64 = offset.random();
    let removed = |l: usize| (c * width as f64 * l as f64 * share + phase).floor() as usize;
    for l in 1..depth {
        let zero = removed(l) - removed(l - 1);
        let slopes: Vec<f64> = (0..width).map(|i| if i < zero { 0.0 } else { 1.0 }).collect();
        h = carried(&haar_orthogonal(width, &streams.nth_child("rotation", l)), &slopes, &h);
        for i in 0..width {
            h[(i, i)] += share;
        }
    }
    h
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::symmetric_eigenvalues;

    fn setting(ensemble: Ensemble, activation: Activation) -> DeepSetting {
        DeepSetting { activation, q0: 0.7, sigma_w2: 1.2, depth: 4, width: 6, ensemble }
    }

    /// The whole Jacobian by finite differences, in a network small enough to have one.
    #[test]
    fn the_dual_has_the_eigenvalues_of_the_fisher_information() {
        for ensemble in [Ensemble::Orthogonal, Ensemble::Gaussian] {
            let setting = setting(ensemble, Activation::tanh());
            let streams = Streams::for_trial("dual", "", 0, 0);
            let network = setting.network(&streams).unwrap();
            let x = setting.inputs(1, &streams.child("inputs"));
            let signals = network.forward(&x).unwrap();
            let step = 1e-5;
            let mut gram = Matrix::zeros(6, 6);
            for l in 0..4 {
                for entry in 0..36 {
                    let at = |shift: f64| {
                        let mut moved = network.clone();
                        moved.weights[l].as_mut_slice()[entry] += shift;
                        moved.forward(&x).unwrap().output
                    };
                    let derivative = (at(step) - at(-step)) / (2.0 * step);
                    gram += &derivative * derivative.transpose() / 6.0;
                }
            }
            let found = dual(&network, &signals);
            assert!((&found - &gram).amax() < 1e-8 * gram.amax());
            let mut jacobian = Matrix::zeros(6, 6);
            for i in 0..6 {
                let at = |shift: f64| {
                    let mut moved = x.clone();
                    moved[(i, 0)] += shift;
                    network.forward(&moved).unwrap().output
                };
                jacobian.set_column(i, &((at(step) - at(-step)) / (2.0 * step)).column(0));
            }
            let expected = &jacobian * jacobian.transpose();
            assert!((jacobian_gram(&network, &signals) - &expected).amax() < 1e-8 * expected.amax());
        }
    }

    #[test]
    fn a_small_residual_shrinks_by_the_dual() {
        let setting =
            DeepSetting { width: 30, ..setting(Ensemble::Orthogonal, Activation::hard_tanh(1.0).unwrap()) };
        let streams = Streams::for_trial("step", "", 0, 0);
        let mut network = setting.network(&streams).unwrap();
        let x = setting.inputs(1, &streams.child("inputs"));
        let signals = network.forward(&x).unwrap();
        let residual = random_residual(&setting, 1e-7, &streams.child("residual"));
        let target = &signals.output - &residual;
        let h = dual(&network, &signals);
        online_step(&mut network, &signals, residual.clone(), 0.4);
        let after = network.forward(&x).unwrap().output - target;
        let expected = &residual - 0.4 * h * &residual;
        assert!((after - &expected).norm() < 1e-5 * residual.norm());
    }

    #[test]
    fn the_top_of_projections_is_an_atom_at_any_width() {
        let h = projected_identities(40, 10, 0.5, &Streams::for_trial("projected", "", 0, 0));
        let values = symmetric_eigenvalues(&h).unwrap();
        let at_top = values.iter().filter(|v| (*v - 1.0).abs() < 1e-10).count();
        // Half of the directions survive all projections, up to the rounding of the last.
        assert!((20..=23).contains(&at_top), "{at_top}");
    }

    #[test]
    fn order_parameters_are_those_of_drawn_networks() {
        for ensemble in [Ensemble::Orthogonal, Ensemble::Gaussian] {
            let setting = DeepSetting { width: 60, ..setting(ensemble, Activation::relu()) };
            let (mut drawn, mut short) = ([0.0; 2], [0.0; 2]);
            let count = 400;
            for trial in 0..count {
                let streams = Streams::for_trial("order", "", trial, 0);
                let network = setting.network(&streams).unwrap();
                let signals = network.forward(&setting.inputs(1, &streams.child("inputs"))).unwrap();
                let (q, _) = setting.order_parameters(&streams);
                for (sums, value) in [(&mut drawn, mean_squares(&signals, 0)[3]), (&mut short, q[3])] {
                    sums[0] += value / count as f64;
                    sums[1] += value * value / count as f64;
                }
            }
            let deviation = |sums: [f64; 2]| (sums[1] - sums[0] * sums[0]).sqrt();
            assert!((drawn[0] - short[0]).abs() < 0.25 * deviation(drawn), "{drawn:?} {short:?}");
            assert!((deviation(drawn) / deviation(short) - 1.0).abs() < 0.2, "{drawn:?} {short:?}");
        }
    }
}
