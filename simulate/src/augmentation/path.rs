//! The ridge path of linear data, and where self-paced augmentation ends on it.

use rand_distr::{Distribution, StandardNormal};

use super::linear::{LinearData, Measured, column};
use super::{Rule, at_least_one, non_negative};
use crate::SimulationError;
use crate::linalg::{self, Matrix};
use solvable_engine::streams::Streams;

/// All ridge estimators $w=(S+\lambda)^{-1}X^\top y/N$ of the same data, from one decomposition of the smaller of $S$ and $XX^\top/N$: about $10n^3+4Ndn$
/// flops with $n=\min(N,d)$, and $2(N+d)n$ flops for each $\lambda$ afterwards.
pub struct RidgePath<'a> {
    data: &'a LinearData,
    /// $\mu_k$ ($n$).
    eigenvalues: Vec<f64>,
    /// $c_k$ ($n$): the weights are `modes` times $c_k/(\mu_k+\lambda)$.
    coefficients: Vec<f64>,
    /// $d\times n$.
    modes: Matrix,
    /// $N\times n$: what the modes give on the training inputs.
    fits: Matrix,
}

/// A ridge estimator.
#[derive(Debug, Clone, PartialEq)]
pub struct RidgePoint {
    /// $w$ ($d$).
    pub weights: Vec<f64>,
    /// $r_i$ ($N$).
    pub residuals: Vec<f64>,
    /// $v$, $R$, $W$; the ratio is that of the rule that led here.
    pub measured: Measured,
}

/// From where the self-consistent ratio is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Branch {
    /// From $\lambda=s^2$: where training from $w=0$ ends.
    Highest,
    /// From $\lambda=10^{-12}$: where training from least squares ends.
    Lowest,
}

/// A point of the ridge path with $\lambda=s^2p$ and $p$ the share of its residuals with $r^2>\tau$.
#[derive(Debug, Clone, PartialEq)]
pub struct SelfConsistent {
    /// The estimator.
    pub point: RidgePoint,
    /// $p_k$: the ratio among the samples of every noise component; 0 for a component without samples.
    pub component_ratios: Vec<f64>,
}

/// Smallest $\lambda$ of the iteration.
const LEAST: f64 = 1e-12;

/// Eigenvalues below this share of the largest belong to directions without data.
const RANK: f64 = 1e-13;

impl<'a> RidgePath<'a> {
    /// The path of `data`.
    pub fn new(data: &'a LinearData) -> Result<Self, SimulationError> {
        let (d, n) = data.x.shape();
        let scale = (n as f64).recip();
        let labels = Matrix::from_column_slice(n, 1, &data.labels);
        if d <= n {
            let mut covariance = Matrix::zeros(d, d);
            linalg::add_product_transpose(&mut covariance, scale, &data.x, &data.x);
            let (eigenvalues, modes) = linalg::symmetric_eigen(&covariance)?;
            let fits = linalg::transpose_product(&data.x, &modes);
            let coefficients = linalg::transpose_product(&fits, &labels) * scale;
            return Ok(Self {
                data,
                eigenvalues,
                coefficients: coefficients.as_slice().to_vec(),
                modes,
                fits,
            });
        }
        let gram = linalg::transpose_product(&data.x, &data.x) * scale;
        let (eigenvalues, vectors) = linalg::symmetric_eigen(&gram)?;
        let modes = linalg::product(&data.x, &vectors) * scale;
        let coefficients = linalg::transpose_product(&vectors, &labels).as_slice().to_vec();
        let mut fits = vectors;
        for (mut mode, eigenvalue) in fits.column_iter_mut().zip(&eigenvalues) {
            mode *= *eigenvalue;
        }
        Ok(Self { data, eigenvalues, coefficients, modes, fits })
    }

    /// $c_k/(\mu_k+\lambda)$, zero in directions without data.
    fn shrunk(&self, lambda: f64) -> Vec<f64> {
        let largest = self.eigenvalues.last().copied().unwrap_or(0.0);
        let parts = self.eigenvalues.iter().zip(&self.coefficients);
        parts.map(|(mu, c)| if *mu > RANK * largest { c / (mu + lambda) } else { 0.0 }).collect()
    }

    fn residuals(&self, shrunk: &[f64]) -> Vec<f64> {
        let mut residuals = self.data.labels.clone();
        subtract_product(&mut residuals, &self.fits, shrunk);
        residuals
    }

    fn point(&self, shrunk: &[f64], residuals: Vec<f64>, ratio: f64) -> RidgePoint {
        let mut weights = vec![0.0; self.data.dimension()];
        subtract_product(&mut weights, &self.modes, shrunk);
        weights.iter_mut().for_each(|w| *w = -*w);
        let measured = self.data.measure(&weights, &residuals, ratio);
        RidgePoint { weights, residuals, measured }
    }

    /// The ridge estimator at $\lambda\ge0$; least squares, or the interpolator of least norm, at $\lambda=0$. The `rule` only gives the ratio.
    pub fn at(&self, lambda: f64, rule: Rule) -> Result<RidgePoint, SimulationError> {
        let shrunk = self.shrunk(non_negative("lambda", lambda)?);
        let residuals = self.residuals(&shrunk);
        let ratio = rule.checked()?.ratio(residuals.iter().map(|r| r * r));
        Ok(self.point(&shrunk, residuals, ratio))
    }

    /// The self-consistent point of augmentation of the samples with $r^2>\tau$ by noise of variance $s^2$: $\lambda\leftarrow s^2p$ until $p$ repeats. On a
    /// cycle the last two ratios are averaged.
    pub fn self_consistent(
        &self,
        s2: f64,
        tau: f64,
        branch: Branch,
    ) -> Result<SelfConsistent, SimulationError> {
        non_negative("s2", s2)?;
        let rule = Rule::Spa(tau).checked()?;
        let samples = self.data.samples();
        let mut seen = vec![false; samples + 1];
        let mut lambda = if branch == Branch::Highest { s2.max(LEAST) } else { LEAST };
        let mut before: Option<Vec<usize>> = None;
        loop {
            let shrunk = self.shrunk(lambda);
            let residuals = self.residuals(&shrunk);
            let counts = self.counts(rule, &residuals);
            let count: usize = counts.iter().sum();
            // The ratio with itself where it repeats at once, with the one before on a longer cycle.
            if std::mem::replace(&mut seen[count], true) {
                let last = before.unwrap_or_else(|| counts.clone());
                let mean = |a: usize, b: usize| 0.5 * (a + b) as f64;
                let ratio = mean(count, last.iter().sum()) / samples as f64;
                let sizes = self.sizes(counts.len());
                let component_ratios =
                    (0..counts.len()).map(|k| mean(counts[k], last[k]) / sizes[k].max(1) as f64).collect();
                let shrunk = self.shrunk((s2 * ratio).max(LEAST));
                let residuals = self.residuals(&shrunk);
                return Ok(SelfConsistent { point: self.point(&shrunk, residuals, ratio), component_ratios });
            }
            lambda = (s2 * count as f64 / samples as f64).max(LEAST);
            before = Some(counts);
        }
    }

    /// Samples above the threshold in every noise component.
    fn counts(&self, rule: Rule, residuals: &[f64]) -> Vec<usize> {
        let components = self.data.component.iter().max().map_or(1, |last| last + 1);
        let mut counts = vec![0; components];
        for (r, k) in residuals.iter().zip(&self.data.component) {
            counts[*k] += usize::from(rule.asks(r * r));
        }
        counts
    }

    fn sizes(&self, components: usize) -> Vec<usize> {
        let mut sizes = vec![0; components];
        self.data.component.iter().for_each(|k| sizes[*k] += 1);
        sizes
    }
}

/// $y\leftarrow y-Ax$, column by column.
fn subtract_product(y: &mut [f64], a: &Matrix, x: &[f64]) {
    for (k, x) in x.iter().enumerate() {
        y.iter_mut().zip(column(a, k)).for_each(|(y, a)| *y -= a * x);
    }
}

/// Fluctuation of the mean augmented loss $\frac1N\sum_i\frac12\tilde r_i^2$ at fixed weights over draws of the input noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LossNoise {
    /// $N$ times the variance over draws.
    pub variance: f64,
    /// The mean over draws.
    pub mean: f64,
}

/// The fluctuation at `point` under `rule` with noise of variance $s^2$ for each input, over `draws` draws of $w\cdot\xi_i\sim\mathcal N(0,\|w\|^2)$, which is all that
/// the noise does to a loss.
pub fn loss_noise(
    point: &RidgePoint,
    rule: Rule,
    s2: f64,
    draws: usize,
    streams: &Streams,
) -> Result<LossNoise, SimulationError> {
    let deviation = (non_negative("s2", s2)? * point.measured.square).sqrt();
    let draws = at_least_one("draws", draws)?;
    let mut rng = streams.rng(0);
    let mut marks = Vec::new();
    rule.checked()?.mark(point.residuals.iter().map(|r| r * r), &mut marks, &mut rng);
    let samples = point.residuals.len() as f64;
    let losses: Vec<f64> = (0..draws)
        .map(|_| {
            let parts = point.residuals.iter().zip(&marks);
            let sum: f64 = parts
                .map(|(r, &mark)| {
                    let noise: f64 = if mark { StandardNormal.sample(&mut rng) } else { 0.0 };
                    0.5 * (r - deviation * noise).powi(2)
                })
                .sum();
            sum / samples
        })
        .collect();
    let mean = losses.iter().sum::<f64>() / draws as f64;
    let variance = losses.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / (draws.max(2) - 1) as f64;
    Ok(LossNoise { variance: samples * variance, mean })
}

#[cfg(test)]
mod tests {
    use super::super::linear::LinearModel;
    use super::*;

    fn data(samples: usize, dimension: usize) -> LinearData {
        let streams = Streams::for_trial("path", "", samples as u64, 0);
        LinearModel::isotropic(samples, dimension, 1.0, 0.25).draw(&streams).unwrap()
    }

    #[test]
    fn the_path_solves_the_normal_equations_on_both_sides() {
        for (n, d) in [(40, 15), (15, 40), (20, 20)] {
            let data = data(n, d);
            let path = RidgePath::new(&data).unwrap();
            for lambda in [1e-3, 0.3, 4.0] {
                let point = path.at(lambda, Rule::Spa(0.1)).unwrap();
                let mut s = &data.x * data.x.transpose() / n as f64;
                s.fill_diagonal(0.0);
                for j in 0..d {
                    s[(j, j)] = data.x.row(j).norm_squared() / n as f64 + lambda;
                }
                let right = &data.x * Matrix::from_column_slice(n, 1, &data.labels) / n as f64;
                let direct = s.lu().solve(&right).unwrap();
                let distance = (&direct - Matrix::from_column_slice(d, 1, &point.weights)).norm();
                assert!(distance < 1e-8 * direct.norm(), "{n} {d} {lambda} {distance}");
                let mut residuals = Vec::new();
                data.residuals(&point.weights, &mut residuals);
                assert!(residuals.iter().zip(&point.residuals).all(|(a, b)| (a - b).abs() < 1e-8));
                let above = residuals.iter().filter(|r| *r * *r > 0.1).count();
                assert_eq!(point.measured.ratio, above as f64 / n as f64);
            }
        }
        let data = data(15, 40);
        let interpolator = RidgePath::new(&data).unwrap().at(0.0, Rule::None).unwrap();
        assert!(interpolator.measured.training < 1e-20);
        assert!(RidgePath::new(&data).unwrap().at(-0.1, Rule::None).is_err());
    }

    #[test]
    fn the_self_consistent_ratio_is_that_of_its_own_residuals() {
        for (n, d, tau) in [(400, 200, 0.3), (100, 200, 0.02)] {
            let data = data(n, d);
            let path = RidgePath::new(&data).unwrap();
            let top = path.self_consistent(1.0, tau, Branch::Highest).unwrap();
            let ratio = top.point.measured.ratio;
            let again = path.at(ratio, Rule::Spa(tau)).unwrap();
            assert!((again.measured.ratio - ratio).abs() <= 1.5 / n as f64, "{ratio} {:?}", again.measured);
            assert!((top.component_ratios[0] - ratio).abs() < 1e-12);
            let low = path.self_consistent(1.0, tau, Branch::Lowest).unwrap();
            assert!(low.point.measured.ratio <= ratio + 1.0 / n as f64);
            if n < d {
                assert_eq!(low.point.measured.ratio, 0.0);
                assert!(ratio > 0.3);
            }
        }
        let data = data(30, 10);
        let path = RidgePath::new(&data).unwrap();
        assert!(path.self_consistent(-1.0, 0.1, Branch::Highest).is_err());
        assert!(path.self_consistent(1.0, f64::NAN, Branch::Highest).is_err());
        assert_eq!(path.self_consistent(0.5, 0.0, Branch::Highest).unwrap().point.measured.ratio, 1.0);
    }

    #[test]
    fn losses_fluctuate_as_their_noise_says() {
        let data = data(400, 200);
        let path = RidgePath::new(&data).unwrap();
        let streams = Streams::for_trial("path", "noise", 0, 0);
        let (s2, point) = (0.7, path.at(0.7, Rule::All).unwrap());
        let found = loss_noise(&point, Rule::All, s2, 20_000, &streams).unwrap();
        let Measured { training: v, square: w, .. } = point.measured;
        let exact = s2 * w * v + 0.5 * s2 * s2 * w * w;
        assert!((found.variance / exact - 1.0).abs() < 0.05, "{found:?} {exact}");
        assert!((found.mean - 0.5 * (v + s2 * w)).abs() < 0.002);
        let clean = loss_noise(&point, Rule::None, s2, 10, &streams).unwrap();
        assert!(clean.variance < 1e-25 && (clean.mean - 0.5 * v).abs() < 1e-12);
        assert!(loss_noise(&point, Rule::All, s2, 0, &streams).is_err());
    }
}
