//! Attentional Boltzmann machines as samplers and learners: Gibbs sweeps, annealed importance sampling, maximum likelihood.
//!
//! Nothing here uses the exact mixture: chains know the attention weights of a state only.

mod completion;
mod gaussian_bernoulli;
mod interval;
mod learning;
mod matching;
mod rows;

use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use solvable_theory::attention_boltzmann::AttentionMachine;

use super::SimulationError;
use solvable_engine::streams::Streams;

pub use completion::{Clamped, Completed, completions_that_succeed};
pub use gaussian_bernoulli::{Chains, Divergence, GaussianBernoulli};
pub use interval::{end_nodes, log_sum};
pub use learning::{
    ascend, attention_products, em_start, em_step, likelihood_gradient, log_likelihoods, polish,
    random_samples, samples,
};
pub use matching::worst_matched_cosine;
pub use rows::{Row, ScoreLaw};

/// Chains that run one after the other in one stream.
const BLOCK: usize = 50;

/// What a sweep needs of a machine whose patterns and pattern biases are multiplied by a temperature.
struct Chain<'a> {
    machine: &'a AttentionMachine,
    order: usize,
}

impl Chain<'_> {
    /// $y=(\xi v+c)/n$.
    fn logits(&self, v: &DVector<f64>) -> DVector<f64> {
        (self.machine.patterns() * v + self.machine.pattern_bias()) * self.machine.beta()
    }

    /// $n\log\sum_\mu e^{ty_\mu}$ and the attention weights.
    fn attend(&self, y: &DVector<f64>, t: f64) -> (f64, DVector<f64>) {
        let largest = y.max() * t;
        let weights = y.map(|y| (t * y - largest).exp());
        let total = weights.sum();
        (self.order as f64 * (largest + total.ln()), weights / total)
    }

    /// One sweep at temperature `t`: $n$ units choose patterns by attention, then $v\sim\mathcal N(\sigma^2(b+\frac tn\xi^\top m),\sigma^2I)$.
    fn sweep(&self, v: &mut DVector<f64>, t: f64, rng: &mut impl rand::Rng) {
        let (_, weights) = self.attend(&self.logits(v), t);
        v.copy_from(self.machine.visible_bias());
        for _ in 0..self.order {
            let mut rest = rng.random::<f64>();
            let mut chosen = weights.len() - 1;
            for (mu, weight) in weights.iter().enumerate() {
                rest -= weight;
                if rest < 0.0 {
                    chosen = mu;
                    break;
                }
            }
            let row = self.machine.patterns().row(chosen);
            v.iter_mut().zip(row.iter()).for_each(|(v, x)| *v += t * self.machine.beta() * x);
        }
        self.add_noise(v, rng);
    }

    /// $v\to\sigma^2v+\sigma\epsilon$.
    fn add_noise(&self, v: &mut DVector<f64>, rng: &mut impl rand::Rng) {
        let (sigma2, sigma) = (self.machine.sigma2(), self.machine.sigma2().sqrt());
        v.iter_mut().for_each(|v| {
            let noise: f64 = StandardNormal.sample(rng);
            *v = sigma2 * *v + sigma * noise;
        });
    }

    /// A draw at temperature 0.
    fn base(&self, rng: &mut impl rand::Rng) -> DVector<f64> {
        let mut v = self.machine.visible_bias().clone();
        self.add_noise(&mut v, rng);
        v
    }
}

/// Runs `chains` chains in blocks, each block in its own stream, and joins what they return.
fn in_blocks<T: Send>(
    chains: usize,
    streams: &Streams,
    run: impl Fn(&mut rand_chacha::ChaCha8Rng) -> T + Sync,
) -> Vec<T> {
    let blocks = chains.div_ceil(BLOCK);
    let parts: Vec<Vec<T>> = (0..blocks)
        .into_par_iter()
        .map(|block| {
            let mut rng = streams.rng(block as u64);
            (0..BLOCK.min(chains - block * BLOCK)).map(|_| run(&mut rng)).collect()
        })
        .collect();
    parts.into_iter().flatten().collect()
}

/// $\log Z$ by annealed importance sampling, and its standard error.
///
/// The path multiplies patterns and pattern biases by $t=k/T$; one sweep a temperature.
pub fn annealed_log_z(
    machine: &AttentionMachine,
    chains: usize,
    temperatures: usize,
    streams: &Streams,
) -> Result<(f64, f64), SimulationError> {
    let chain = Chain { machine, order: machine.order()? };
    let steps = temperatures.max(1);
    let logs = in_blocks(chains.max(2), &streams.child("annealing"), |rng| {
        let mut v = chain.base(rng);
        let mut log_weight = 0.0;
        for k in 0..steps {
            let (t, next) = (k as f64 / steps as f64, (k + 1) as f64 / steps as f64);
            if k > 0 {
                chain.sweep(&mut v, t, rng);
            }
            let y = chain.logits(&v);
            log_weight += chain.attend(&y, next).0 - chain.attend(&y, t).0;
        }
        log_weight
    });
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = logs.iter().map(|l| (l - largest).exp()).collect();
    let count = weights.len() as f64;
    let mean = weights.iter().sum::<f64>() / count;
    let variance = weights.iter().map(|w| (w - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let d = machine.dimension() as f64;
    let base = 0.5 * d * (2.0 * std::f64::consts::PI * machine.sigma2()).ln()
        + 0.5 * machine.sigma2() * machine.visible_bias().norm_squared()
        + chain.order as f64 * (machine.count() as f64).ln();
    Ok((base + largest + mean.ln(), (variance / count).sqrt() / mean))
}

/// Averages over Gibbs chains: $\mathbb E\lbrack p(v)v^\top\rbrack$ ($K\times d$), $\mathbb Ev$ and the mean entropy of attention.
#[derive(Debug, Clone, PartialEq)]
pub struct GibbsAverages {
    /// $\mathbb E\lbrack p(v)v^\top\rbrack$.
    pub products: DMatrix<f64>,
    /// $\mathbb Ev$.
    pub mean: DVector<f64>,
    /// $\mathbb E\,H(p(v))$.
    pub entropy: f64,
}

/// Averages over the states of `chains` chains after `burn` sweeps, half of them annealed, over `kept` sweeps.
pub fn gibbs_averages(
    machine: &AttentionMachine,
    chains: usize,
    burn: usize,
    kept: usize,
    streams: &Streams,
) -> Result<GibbsAverages, SimulationError> {
    let chain = Chain { machine, order: machine.order()? };
    let (k, d) = machine.patterns().shape();
    let parts = in_blocks(chains.max(1), &streams.child("gibbs"), |rng| {
        let mut v = chain.base(rng);
        let mut average =
            GibbsAverages { products: DMatrix::zeros(k, d), mean: DVector::zeros(d), entropy: 0.0 };
        for sweep in 0..burn + kept {
            // The patterns grow over the first half of the burn-in: chains find their shares of the modes while these overlap.
            let t = if 2 * sweep < burn { (2 * sweep + 1) as f64 / burn as f64 } else { 1.0 };
            chain.sweep(&mut v, t, rng);
            if sweep >= burn {
                let (_, p) = chain.attend(&chain.logits(&v), 1.0);
                average.products.ger(1.0, &p, &v, 1.0);
                average.mean += &v;
                average.entropy -= p.iter().map(|p| p * p.max(f64::MIN_POSITIVE).ln()).sum::<f64>();
            }
        }
        average
    });
    let total = (chains.max(1) * kept.max(1)) as f64;
    let mut sum = GibbsAverages { products: DMatrix::zeros(k, d), mean: DVector::zeros(d), entropy: 0.0 };
    for part in parts {
        sum.products += part.products;
        sum.mean += part.mean;
        sum.entropy += part.entropy;
    }
    Ok(GibbsAverages { products: sum.products / total, mean: sum.mean / total, entropy: sum.entropy / total })
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::dmatrix;

    #[test]
    fn chains_and_annealing_agree_with_the_sums() {
        let xi = dmatrix![1.0, 0.3; -0.5, 0.8; 0.2, -0.9];
        let machine = AttentionMachine::new(xi, Some(vec![0.1, 0.2]), None, 0.9, 0.5).unwrap();
        let streams = Streams::for_trial("attention", "", 0, 0);
        let (log_z, error) = annealed_log_z(&machine, 2000, 20, &streams).unwrap();
        assert!((log_z - machine.log_z().unwrap()).abs() < 4.0 * error && error < 0.02);
        let averages = gibbs_averages(&machine, 2000, 10, 20, &streams).unwrap();
        let exact = machine.gradients(&machine.partition().unwrap()).unwrap();
        assert!((averages.products - exact.patterns).amax() < 0.03);
        assert!((averages.mean - exact.visible_bias).amax() < 0.03);
    }
}
