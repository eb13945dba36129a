//! Regression in time: filters of given inputs, stochastic gradients, rounds of distillation, several passes.

use nalgebra::DVector;
use rand::RngExt;

use crate::SimulationError;
use crate::linalg::{self, Matrix};
use crate::regression::Grams;
use solvable_engine::streams::Streams;

/// Regression on $N$ Gaussian inputs of $P$ modes, averaged exactly over targets and noise: what every filter of the kernel's spectrum leaves.
///
/// Cost: one eigenproblem of $N\times N$, and $2N^2$ flops for each filter.
#[derive(Debug, Clone)]
pub struct FilteredRegression {
    mu: Vec<f64>,
    /// $(V^\top GV)_{jj}$.
    overlap: Vec<f64>,
    /// $\Omega\circ V^\top K_2V$.
    form: Matrix,
    /// $\Omega_{jj}$.
    power: Vec<f64>,
    total: f64,
}

impl FilteredRegression {
    /// Draws `samples` inputs; `lambda` and `eta` are the eigenvalues of the kernel and the powers of the target, mode by mode.
    ///
    /// # Errors
    /// Eigenvalues that cannot be found.
    pub fn draw(
        powers: (&[f64], &[f64]),
        samples: usize,
        sigma2: f64,
        streams: &Streams,
    ) -> Result<Self, SimulationError> {
        Self::of(&gaussian_grams(powers, samples, streams), sigma2)
    }

    /// On the inputs whose Gram matrices are `grams`, with labels of noise $\sigma^2$.
    ///
    /// # Errors
    /// Eigenvalues that cannot be found.
    pub fn of(grams: &Grams, sigma2: f64) -> Result<Self, SimulationError> {
        let (values, vectors) = linalg::symmetric_eigen(&grams.kernel)?;
        let turned =
            |matrix: &Matrix| linalg::transpose_product(&vectors, &linalg::product(matrix, &vectors));
        let mut omega = turned(&grams.target);
        for j in 0..values.len() {
            omega[(j, j)] += sigma2;
        }
        let overlap = turned(&grams.mixed).diagonal().iter().copied().collect();
        let power = omega.diagonal().iter().copied().collect();
        let form = omega.component_mul(&turned(&grams.square));
        Ok(Self { mu: values, overlap, form, power, total: grams.target_power })
    }

    /// Test error without noise and training error with it, of the residual filter $\rho$.
    pub fn errors(&self, filter: impl Fn(f64) -> f64) -> [f64; 2] {
        let largest = self.mu.iter().copied().fold(0.0, f64::max);
        // Directions that the kernel does not see stay as they are.
        let seen = |m: f64| m > 1e-12 * largest;
        let g = DVector::from_iterator(
            self.mu.len(),
            self.mu.iter().map(|&m| if seen(m) { (1.0 - filter(m)) / m } else { 0.0 }),
        );
        let learnt: f64 = g.iter().zip(&self.overlap).map(|(g, overlap)| g * overlap).sum();
        let test = self.total - 2.0 * learnt + g.dot(&(&self.form * &g));
        let left = self.mu.iter().zip(&self.power);
        let training: f64 =
            left.map(|(&m, power)| if seen(m) { filter(m).powi(2) * power } else { *power }).sum();
        [test, training / self.mu.len() as f64]
    }
}

/// Gram matrices of `samples` Gaussian inputs; `lambda` and `eta` are the eigenvalues of the kernel and the powers of the target, mode by mode.
pub fn gaussian_grams((lambda, eta): (&[f64], &[f64]), samples: usize, streams: &Streams) -> Grams {
    // One row a mode, one column a sample.
    let modes = lambda.len();
    let features = Matrix::from_vec(modes, samples, streams.child("inputs").normals(modes * samples, 1.0));
    let gram = |weight: &dyn Fn(usize) -> f64| {
        let mut scaled = features.clone();
        for (i, mut row) in scaled.row_iter_mut().enumerate() {
            row *= weight(i);
        }
        linalg::transpose_product(&scaled, &features)
    };
    Grams {
        kernel: gram(&|i| lambda[i]),
        target: gram(&|i| eta[i]),
        mixed: gram(&|i| lambda[i] * eta[i]),
        square: gram(&|i| lambda[i] * lambda[i]),
        target_power: eta.iter().sum(),
    }
}

/// $\rho_n(a)$ of $n$ steps of descent with $(\alpha,\beta)$.
pub fn descent_filter(a: f64, (alpha, beta): (f64, f64), count: usize) -> f64 {
    let (mut before, mut now) = (1.0, 1.0 - alpha * a);
    if count == 0 {
        return before;
    }
    for _ in 1..count {
        (before, now) = (now, (1.0 + beta - alpha * a) * now - beta * before);
    }
    now
}

/// $\rho$ of rounds $(\delta,\xi)$ of distillation.
pub fn distillation_filter(a: f64, rounds: &[(f64, f64)]) -> f64 {
    let mut g = 0.0;
    for (number, (delta, xi)) in rounds.iter().enumerate() {
        let h = a / (a + delta);
        g = if number == 0 { h } else { h * (xi + (1.0 - xi) * g) };
    }
    1.0 - g
}

/// One-pass stochastic gradients on Gaussian features, from zero: $\sum\lambda_i(u_i-u_i^*)^2$ after each of `counts` steps (ascending), one row for
/// each of `runs` runs. `steps` are the steps $\alpha_n$, `momentum` is $\beta$.
pub fn stochastic_runs(
    (lambda, eta): (&[f64], &[f64]),
    sigma2: f64,
    batch: usize,
    (steps, momentum): (&[f64], f64),
    counts: &[usize],
    runs: usize,
    streams: &Streams,
) -> Vec<Vec<f64>> {
    let modes = lambda.len();
    let noise = sigma2.sqrt();
    let last = counts.last().copied().unwrap_or(0);
    let of_run = |run: usize| {
        let own = streams.nth_child("run", run);
        let mut errors = Vec::with_capacity(counts.len());
        // In units in which a mode's share of the error is its square: d_i = √λ_i (u_i − u_i*).
        let mut deviation: Vec<f64> = eta.iter().map(|power| -power.sqrt()).collect();
        let mut velocity = vec![0.0; modes];
        let draws = own.normals(last * batch * (modes + 1), 1.0);
        let mut draws = draws.chunks_exact(modes + 1);
        // One look more than there are steps.
        for (step, alpha) in steps.iter().take(last).map(Some).chain([None]).enumerate() {
            while counts.get(errors.len()) == Some(&step) {
                errors.push(deviation.iter().map(|d| d * d).sum::<f64>());
            }
            let Some(alpha) = alpha else { break };
            let mut gradient = vec![0.0; modes];
            for features in draws.by_ref().take(batch) {
                let (features, own) = features.split_at(modes);
                // r = Σ ψ_i (u_i − u_i*) + noise, ψ = √λ z.
                let residual: f64 =
                    features.iter().zip(&deviation).map(|(z, d)| z * d).sum::<f64>() + noise * own[0];
                gradient.iter_mut().zip(features).for_each(|(g, z)| *g += residual * z);
            }
            let rate = alpha / batch as f64;
            for i in 0..modes {
                velocity[i] = momentum * velocity[i] - rate * gradient[i] * lambda[i];
                deviation[i] += velocity[i];
            }
        }
        errors
    };
    (0..runs).map(of_run).collect()
}

/// The mean over `runs`, one row for each, column by column.
pub fn mean_of_runs(runs: &[Vec<f64>]) -> Vec<f64> {
    let mut sums = vec![0.0; runs.first().map_or(0, Vec::len)];
    for run in runs {
        sums.iter_mut().zip(run).for_each(|(sum, x)| *sum += x);
    }
    sums.iter().map(|sum| sum / runs.len() as f64).collect()
}

/// One round on new inputs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Round {
    /// $N$.
    pub samples: usize,
    /// $\delta$.
    pub ridge: f64,
    /// $\xi$, the share of the labels.
    pub labels: f64,
    /// $\sigma^2$.
    pub sigma2: f64,
}

/// Rounds of ridge regression from scratch on new inputs, on mixtures of labels and of the last student's predictions, for one random target: the
/// error after each.
///
/// # Errors
/// A kernel that is singular.
pub fn fresh_rounds(
    (lambda, eta): (&[f64], &[f64]),
    rounds: &[Round],
    streams: &Streams,
) -> Result<Vec<f64>, SimulationError> {
    let modes = lambda.len();
    let normals = streams.child("target").normals(modes, 1.0);
    let target = Matrix::from_fn(modes, 1, |i, _| eta[i].sqrt() * normals[i]);
    let mut student = Matrix::zeros(modes, 1);
    let mut errors = Vec::with_capacity(rounds.len());
    for (number, round) in rounds.iter().enumerate() {
        let own = streams.nth_child("round", number);
        let n = round.samples;
        let features = Matrix::from_vec(modes, n, own.child("inputs").normals(modes * n, 1.0));
        let noise = Matrix::from_vec(n, 1, own.child("noise").normals(n, round.sigma2.sqrt()));
        let xi = if number == 0 { 1.0 } else { round.labels };
        let labels = (linalg::transpose_product(&features, &target) + noise) * xi
            + linalg::transpose_product(&features, &student) * (1.0 - xi);
        let mut scaled = features.clone();
        for (i, mut row) in scaled.row_iter_mut().enumerate() {
            row *= lambda[i];
        }
        let mut kernel = linalg::transpose_product(&scaled, &features);
        for j in 0..n {
            kernel[(j, j)] += round.ridge;
        }
        let singular = || SimulationError::Singular { what: "the kernel of a round".to_owned(), ratio: 0.0 };
        let solved = kernel.cholesky().ok_or_else(singular)?.solve(&labels);
        student = linalg::product(&scaled, &solved);
        errors.push((&student - &target).norm_squared());
    }
    Ok(errors)
}

/// Stochastic gradients with replacement on the `kernel` matrix of a training set, from zero: the mean training error $\frac1N\|r\|^2$ after each of
/// `counts` steps (ascending), over `runs` runs.
pub fn multipass_errors(
    (kernel, labels): (&Matrix, &[f64]),
    (batch, alpha): (usize, f64),
    counts: &[usize],
    runs: usize,
    streams: &Streams,
) -> Vec<f64> {
    let samples = labels.len();
    let mut sums = vec![0.0; counts.len()];
    for run in 0..runs {
        let mut rng = streams.nth_child("run", run).rng(0);
        let mut residual: Vec<f64> = labels.to_vec();
        let last = counts.last().copied().unwrap_or(0);
        let mut next = 0;
        for step in 0..=last {
            while next < counts.len() && counts[next] == step {
                sums[next] += residual.iter().map(|r| r * r).sum::<f64>() / samples as f64;
                next += 1;
            }
            let drawn: Vec<usize> = (0..batch).map(|_| rng.random_range(0..samples)).collect();
            let shares: Vec<f64> = drawn.iter().map(|&b| alpha / batch as f64 * residual[b]).collect();
            for (&b, share) in drawn.iter().zip(shares) {
                residual.iter_mut().zip(kernel.column(b).iter()).for_each(|(r, k)| *r -= share * k);
            }
        }
    }
    sums.iter().map(|sum| sum / runs as f64).collect()
}
