//! Log-sum-exp memories: likelihood ascent on orthogonal samples, and energies of random patterns by their overlaps.

use nalgebra::DMatrix;
use rand_distr::{Beta, Distribution};

use crate::attention::log_sum;

/// Gradient ascent of the likelihood of a machine with one hidden unit and no biases, on orthogonal samples of equal norm.
///
/// The components of the patterns outside the span of the samples only decay, so that the ascent closes on the overlaps
/// $o_{i\mu}=\xi_\mu\cdot v_i$: with $P$ the softmax of $o$ over the patterns and $\pi$ that of $\frac{\sigma^2}2\|\xi\|^2$,
/// $o\to o+\eta\,(\frac{R^2}NP-\sigma^2o\,\mathrm{diag}\,\pi)$.
#[derive(Debug, Clone, PartialEq)]
pub struct Ascent {
    /// $o$, $N\times K$.
    overlaps: DMatrix<f64>,
    r2: f64,
    sigma2: f64,
    simplex: bool,
}

impl Ascent {
    /// From overlaps of all samples with all patterns at the start.
    ///
    /// With `simplex` the samples are centred: they form a simplex of norm $R^2$ instead of being orthogonal, and the columns of
    /// `overlaps` are centred with them.
    pub fn new(mut overlaps: DMatrix<f64>, r2: f64, sigma2: f64, simplex: bool) -> Self {
        if simplex {
            centre(&mut overlaps);
        }
        Self { overlaps, r2, sigma2, simplex }
    }

    fn samples(&self) -> f64 {
        self.overlaps.nrows() as f64
    }

    /// $\|\xi_\mu\|^2$ within the span of the samples.
    fn squares(&self) -> Vec<f64> {
        // Centred samples have the Gram matrix (NR²/(N-1)) (I - 11ᵀ/N).
        let n = self.samples();
        let scale = if self.simplex { n / (n - 1.0) * self.r2 } else { self.r2 };
        self.overlaps.column_iter().map(|o| o.norm_squared() / scale).collect()
    }

    fn mean_weights(&self) -> (Vec<f64>, f64) {
        let logits: Vec<f64> = self.squares().into_iter().map(|s| 0.5 * self.sigma2 * s).collect();
        let log_z = log_sum(logits.iter().copied());
        (logits.into_iter().map(|l| (l - log_z).exp()).collect(), log_z)
    }

    /// The mean log-likelihood, without what does not depend on the patterns.
    pub fn log_likelihood(&self) -> f64 {
        let rows = self.overlaps.row_iter().map(|row| log_sum(row.iter().copied())).sum::<f64>();
        rows / self.samples() - self.mean_weights().1
    }

    /// One step of size `rate`.
    pub fn step(&mut self, rate: f64) {
        let (weights, _) = self.mean_weights();
        let n = self.samples();
        let mut drive = self.overlaps.clone();
        for mut row in drive.row_iter_mut() {
            let top = row.max();
            row.iter_mut().for_each(|o| *o = (*o - top).exp());
            let total = row.sum();
            row /= total;
        }
        let mut scale = self.r2 / n;
        if self.simplex {
            centre(&mut drive);
            scale *= n / (n - 1.0);
        }
        for (mu, weight) in weights.iter().enumerate() {
            let decay = self.sigma2 * weight;
            for i in 0..self.overlaps.nrows() {
                self.overlaps[(i, mu)] += rate * (scale * drive[(i, mu)] - decay * self.overlaps[(i, mu)]);
            }
        }
    }

    /// How many samples each pattern serves: a sample is served by the pattern of its largest overlap.
    pub fn occupation(&self) -> Vec<usize> {
        let mut counts = vec![0; self.overlaps.ncols()];
        for row in self.overlaps.row_iter() {
            counts[row.transpose().imax()] += 1;
        }
        counts
    }
}

/// Takes its mean from every column.
fn centre(matrix: &mut DMatrix<f64>) {
    for mut column in matrix.column_iter_mut() {
        let mean = column.mean();
        column.add_scalar_mut(-mean);
    }
}

/// Cosines of a fixed direction with independent uniform ones in `dimension` dimensions.
#[derive(Debug, Clone, Copy)]
pub struct SphereOverlaps(Beta<f64>);

impl SphereOverlaps {
    /// In at least two dimensions; `None` below.
    pub fn new(dimension: usize) -> Option<Self> {
        let half = 0.5 * (dimension as f64 - 1.0);
        (half > 0.0).then(|| Beta::new(half, half).ok().map(Self))?
    }

    /// One cosine.
    pub fn draw(&self, rng: &mut impl rand::Rng) -> f64 {
        2.0 * self.0.sample(rng) - 1.0
    }

    /// $\log\sum_\mu e^{s_\mu}$ over `count` draws, with $s$ = `score` of the cosine.
    pub fn log_sum(&self, count: usize, score: impl Fn(f64) -> f64, rng: &mut impl rand::Rng) -> f64 {
        // One pass with a running maximum: there are up to millions.
        let (mut top, mut sum) = (f64::NEG_INFINITY, 0.0);
        for _ in 0..count {
            let s = score(self.draw(rng));
            if s > top {
                sum = sum * (top - s).exp() + 1.0;
                top = s;
            } else {
                sum += (s - top).exp();
            }
        }
        top + f64::ln(sum)
    }
}

/// $E_S(v)=\frac12\|v\|^2-\frac1\beta\log\frac1{|S|}\sum_{\mu\in S}e^{\beta\xi_\mu\cdot v}$ of the patterns in the rows of `patterns`.
pub fn energy(patterns: &DMatrix<f64>, v: &[f64], beta: f64) -> f64 {
    let v = nalgebra::DVector::from_column_slice(v);
    let scores = patterns * &v * beta;
    0.5 * v.norm_squared() - (log_sum(scores.iter().copied()) - (patterns.nrows() as f64).ln()) / beta
}

#[cfg(test)]
mod tests {
    use super::*;
    use solvable_engine::streams::Streams;

    /// The closed ascent is gradient ascent of the machine on explicit samples.
    #[test]
    fn overlaps_move_as_explicit_patterns_do() {
        let (n, k, r2, sigma2) = (4, 3, 5.0_f64, 0.9);
        let streams = Streams::for_trial("ascent", "", 0, 0);
        for simplex in [false, true] {
            let mut samples = DMatrix::<f64>::identity(n, n) * r2.sqrt();
            if simplex {
                samples.add_scalar_mut(-r2.sqrt() / n as f64);
                samples *= (n as f64 / (n as f64 - 1.0)).sqrt();
            }
            let patterns = DMatrix::from_vec(k, n, streams.child("xi").normals(k * n, 0.3));
            let mut closed = Ascent::new(&samples * patterns.transpose(), r2, sigma2, simplex);
            // Within the span of the samples: a direction outside it decays.
            let mut explicit = patterns;
            if simplex {
                for mut row in explicit.row_iter_mut() {
                    let mean = row.mean();
                    row.add_scalar_mut(-mean);
                }
            }
            for _ in 0..20 {
                let o = &samples * explicit.transpose();
                let logits: Vec<f64> = explicit.row_iter().map(|x| 0.5 * sigma2 * x.norm_squared()).collect();
                let log_z = log_sum(logits.iter().copied());
                let mut gradient = DMatrix::zeros(k, n);
                for i in 0..n {
                    let log = log_sum(o.row(i).iter().copied());
                    for mu in 0..k {
                        let weight = (o[(i, mu)] - log).exp() / n as f64;
                        let row = gradient.row(mu) + samples.row(i) * weight;
                        gradient.set_row(mu, &row);
                    }
                }
                for (mu, logit) in logits.iter().enumerate() {
                    let row = gradient.row(mu) - explicit.row(mu) * (sigma2 * (logit - log_z).exp());
                    gradient.set_row(mu, &row);
                }
                explicit += gradient * 0.1;
                closed.step(0.1);
            }
            let expected = &samples * explicit.transpose();
            assert!((closed.overlaps.clone() - expected).amax() < 1e-12, "simplex {simplex}");
        }
    }

    #[test]
    fn cosines_have_the_variance_of_the_sphere() {
        let law = SphereOverlaps::new(10).unwrap();
        let mut rng = Streams::for_trial("sphere", "", 0, 0).rng(0);
        let mean = (0..20_000).map(|_| law.draw(&mut rng).powi(2)).sum::<f64>() / 20_000.0;
        assert!((mean - 0.1).abs() < 0.005);
        assert!(SphereOverlaps::new(1).is_none());
        let one = law.log_sum(1, |_| 3.0, &mut rng);
        assert!((one - 3.0).abs() < 1e-15);
    }
}
