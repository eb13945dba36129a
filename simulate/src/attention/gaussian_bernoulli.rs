//! Gaussian–Bernoulli restricted Boltzmann machines, trained by contrastive divergence; their likelihood is exact.

use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_distr::{Distribution, StandardNormal};
use solvable_theory::TheoryError;
use solvable_theory::attention_boltzmann::gaussian_bernoulli_log_z;

use crate::SimulationError;
use solvable_engine::streams::Streams;

/// $p(v,h)\propto\exp(-\frac12\|v\|^2+b\cdot v+\sum_jh_j(w_j\cdot v+c_j))$, $h_j\in\{0,1\}$; unit variance.
#[derive(Debug, Clone, PartialEq)]
pub struct GaussianBernoulli {
    /// $J\times d$.
    pub weights: DMatrix<f64>,
    /// $b$.
    pub visible_bias: DVector<f64>,
    /// $c$.
    pub hidden_bias: DVector<f64>,
}

/// Where the chains of contrastive divergence start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chains {
    /// At the batch: one sweep away from the data (CD-1).
    Data,
    /// Where they ended at the last update (persistent).
    Persistent,
}

/// How contrastive divergence proceeds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Divergence {
    /// Where chains start.
    pub chains: Chains,
    /// Samples, and chains, of an update.
    pub batch: usize,
    /// The first step size; it falls linearly to zero.
    pub eta: f64,
    /// Passes over the data.
    pub epochs: usize,
}

impl GaussianBernoulli {
    /// $w_j\cdot v+c_j$ for every column ($J\times N$).
    fn fields(&self, visible: &DMatrix<f64>) -> DMatrix<f64> {
        let mut fields = &self.weights * visible;
        fields.column_iter_mut().for_each(|mut column| column += &self.hidden_bias);
        fields
    }

    /// $\log p(v)$ of every column of `data` ($d\times N$); $\log Z$ is a sum over all hidden states.
    pub fn log_likelihoods(&self, data: &DMatrix<f64>) -> Result<DVector<f64>, SimulationError> {
        let (b, c) = (self.visible_bias.as_slice(), self.hidden_bias.as_slice());
        let log_z = gaussian_bernoulli_log_z(&self.weights, b, c, 1.0)?;
        let fields = self.fields(data);
        let columns = data.column_iter().zip(fields.column_iter());
        let values = columns.map(|(v, fields)| {
            let softplus: f64 = fields.iter().map(|x| x.max(0.0) + (-x.abs()).exp().ln_1p()).sum();
            -0.5 * v.norm_squared() + self.visible_bias.dot(&v) + softplus - log_z
        });
        Ok(DVector::from_iterator(data.ncols(), values))
    }

    /// Trains `units` hidden units on `data`; `after` sees the machine after every pass.
    pub fn train(
        data: &DMatrix<f64>,
        units: usize,
        how: &Divergence,
        streams: &Streams,
        mut after: impl FnMut(&Self) -> Result<(), SimulationError>,
    ) -> Result<Self, SimulationError> {
        let (d, n) = data.shape();
        let batch = how.batch.min(n);
        if units == 0 || batch == 0 {
            return Err(TheoryError::invalid("batch or units", 0, "at least 1").into());
        }
        let mut machine = Self {
            weights: DMatrix::from_vec(units, d, streams.child("weights").normals(units * d, 0.1)),
            visible_bias: data.column_mean(),
            hidden_bias: DVector::zeros(units),
        };
        let mut order: Vec<usize> = (0..n).collect();
        let mut rng = streams.child("divergence").rng(0);
        let mut chains = data.columns(0, batch).into_owned();
        let updates = how.epochs * (n / batch);
        for epoch in 0..how.epochs {
            order.shuffle(&mut rng);
            for (index, part) in order.chunks_exact(batch).enumerate() {
                let update = epoch * (n / batch) + index;
                let eta = how.eta * (1.0 - update as f64 / updates as f64) / batch as f64;
                let positive = data.select_columns(part);
                let start = if how.chains == Chains::Data { &positive } else { &chains };
                let negative = machine.sweep(start, &mut rng);
                machine.climb(&positive, eta);
                machine.climb(&negative, -eta);
                chains = negative;
            }
            after(&machine)?;
        }
        if machine.weights.iter().all(|w| w.is_finite()) {
            Ok(machine)
        } else {
            Err(SimulationError::NotFinite { what: "contrastive divergence" })
        }
    }

    /// Hidden states from visible ones and back.
    fn sweep(&self, visible: &DMatrix<f64>, rng: &mut impl rand::Rng) -> DMatrix<f64> {
        let hidden = self.fields(visible).map(|x| f64::from(u8::from(rng.random::<f64>() < logistic(x))));
        let mut next = self.weights.tr_mul(&hidden);
        for mut column in next.column_iter_mut() {
            column += &self.visible_bias;
            column.iter_mut().for_each(|v| {
                let noise: f64 = StandardNormal.sample(rng);
                *v += noise;
            });
        }
        next
    }

    /// Adds `eta` times the sum over columns of the derivatives of $-E$, hidden units averaged.
    fn climb(&mut self, visible: &DMatrix<f64>, eta: f64) {
        let hidden = self.fields(visible).map(logistic);
        self.weights.gemm(eta, &hidden, &visible.transpose(), 1.0);
        self.visible_bias += visible.column_sum() * eta;
        self.hidden_bias += hidden.column_sum() * eta;
    }
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::dmatrix;

    #[test]
    fn a_small_step_of_one_sweep_climbs_and_likelihoods_integrate_to_one() {
        let streams = Streams::for_trial("gaussian-bernoulli", "", 0, 0);
        let data = DMatrix::from_fn(1, 400, |_, n| if n % 2 == 0 { 2.0 } else { -2.0 })
            + DMatrix::from_vec(1, 400, streams.child("data").normals(400, 1.0));
        for chains in [Chains::Data, Chains::Persistent] {
            let how = Divergence { chains, batch: 50, eta: 0.05, epochs: 60 };
            let mut curve = Vec::new();
            let machine = GaussianBernoulli::train(&data, 1, &how, &streams, |machine| {
                curve.push(machine.log_likelihoods(&data)?.mean());
                Ok(())
            })
            .unwrap();
            assert!(curve[59] > curve[0] + 0.1);
            let grid = DMatrix::from_fn(1, 4001, |_, i| -20.0 + 0.01 * i as f64);
            let total: f64 = machine.log_likelihoods(&grid).unwrap().iter().map(|l| l.exp() * 0.01).sum();
            assert!((total - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn no_units_are_refused() {
        let how = Divergence { chains: Chains::Data, batch: 1, eta: 0.1, epochs: 1 };
        let streams = Streams::for_trial("gaussian-bernoulli", "", 0, 0);
        assert!(GaussianBernoulli::train(&dmatrix![1.0, 2.0], 0, &how, &streams, |_| Ok(())).is_err());
    }
}
