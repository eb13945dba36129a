//! Kernel regression, stage after stage, and its error averaged exactly over targets and noise.
//!
//! A stage brings $N_n$ new samples and changes the function to
//! $\hat f_n=\hat f_{n-1}+K(\cdot,X_n)[K(X_n,X_n)+\delta_nI]^{-1}(y_n-\hat f_{n-1}(X_n))$: what training of an infinitely wide network to
//! convergence does.

use std::ops::Range;

use super::SimulationError;
use super::linalg::{self, LargeCholesky, Matrix};

/// One stage of training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KernelStage {
    /// $N_n$: its samples follow those of the stages before.
    pub samples: usize,
    /// $\delta_n$.
    pub ridge: f64,
}

/// Sequential kernel regression: the function as a combination $\sum_\mu K(\cdot,x_\mu)\alpha_\mu$, one column for each target.
#[derive(Debug, Clone, Default)]
pub struct SequentialRegression {
    /// $\alpha$ of every stage ($N_n\times$ targets).
    coefficients: Vec<Matrix>,
}

impl SequentialRegression {
    /// The zero function.
    pub fn new() -> Self {
        Self::default()
    }

    /// Learns `labels` ($N_n\times$ targets): `kernel` is $K(X_n,X_n)$, `earlier` the kernels $K(X_n,X_m)$ of the stages $m<n$.
    ///
    /// Cost: one Cholesky factorization, and products with the earlier kernels.
    ///
    /// # Errors
    /// A kernel that is singular at ridge 0; kernels that do not fit the stages.
    pub fn learn(
        &mut self,
        kernel: &Matrix,
        earlier: &[Matrix],
        labels: &Matrix,
        ridge: f64,
    ) -> Result<(), SimulationError> {
        let residual = labels - self.predict(earlier, labels.shape())?;
        let solver = LargeCholesky::new(kernel, ridge, "the kernel of a stage")?;
        self.coefficients.push(solver.solve(&residual));
        Ok(())
    }

    /// The function at points whose `kernels` with the samples of every stage are given; `shape` is that of the answer.
    ///
    /// # Errors
    /// Another number of kernels than of stages, or kernels that do not fit.
    pub fn predict(&self, kernels: &[Matrix], shape: (usize, usize)) -> Result<Matrix, SimulationError> {
        let fits = kernels.len() == self.coefficients.len()
            && kernels.iter().zip(&self.coefficients).all(|(kernel, alpha)| {
                kernel.nrows() == shape.0 && kernel.ncols() == alpha.nrows() && alpha.ncols() == shape.1
            });
        if !fits {
            return Err(SimulationError::Shape {
                what: "kernels of the earlier stages",
                expected: format!("{} kernels of {} points", self.coefficients.len(), shape.0),
                found: format!("{} of other shapes", kernels.len()),
            });
        }
        let parts = kernels.iter().zip(&self.coefficients);
        Ok(parts.fold(Matrix::zeros(shape.0, shape.1), |sum, (kernel, alpha)| {
            sum + linalg::product(kernel, alpha)
        }))
    }
}

/// Gram matrices of all samples of all stages, in terms of the eigenfunctions $\phi_i$ of the kernel.
#[derive(Debug, Clone)]
pub struct Grams {
    /// $K=\sum\lambda_i\phi_i\phi_i^\top$.
    pub kernel: Matrix,
    /// $H=\sum\eta_i\phi_i\phi_i^\top$: the covariance of a target.
    pub target: Matrix,
    /// $G=\sum\lambda_i\eta_i\phi_i\phi_i^\top$.
    pub mixed: Matrix,
    /// $K_2=\sum\lambda_i^2\phi_i\phi_i^\top$: the kernel of test averages.
    pub square: Matrix,
    /// $\sum\eta_i$.
    pub target_power: f64,
}

impl Grams {
    /// For targets drawn from the kernel itself ($\eta=\lambda$): $H=K$, $G=K_2$.
    pub fn matched(kernel: Matrix, square: Matrix, target_power: f64) -> Self {
        Self { target: kernel.clone(), mixed: square.clone(), kernel, square, target_power }
    }
}

/// The learning operators $A_s$ of all stages: after stage $s$ the function is $K(\cdot,X)A_sy$, $X$ and $y$ being the samples and labels of
/// all stages up to $s$.
///
/// $A_s=A_{s-1}+e_s(K_{ss}+\delta_s)^{-1}(e_s^\top-K_{s,:}A_{s-1})$, a block triangular matrix.
///
/// # Errors
/// A kernel that is singular at ridge 0; another number of samples than the stages have.
pub fn learning_operators(kernel: &Matrix, stages: &[KernelStage]) -> Result<Vec<Matrix>, SimulationError> {
    let total: usize = stages.iter().map(|s| s.samples).sum();
    if kernel.shape() != (total, total) {
        return Err(SimulationError::Shape {
            what: "the kernel of all stages",
            expected: format!("{total} x {total}"),
            found: format!("{} x {}", kernel.nrows(), kernel.ncols()),
        });
    }
    let mut operators: Vec<Matrix> = Vec::with_capacity(stages.len());
    let mut start = 0;
    for stage in stages {
        let (n, end) = (stage.samples, start + stage.samples);
        let own = kernel.view((start, start), (n, n)).into_owned();
        let solver = LargeCholesky::new(&own, stage.ridge, "the kernel of a stage")?;
        let mut right = Matrix::zeros(n, end);
        if let Some(before) = operators.last() {
            let cross = kernel.view((start, 0), (n, start)).into_owned();
            right.columns_mut(0, start).copy_from(&-linalg::product(&cross, before));
        }
        right.view_mut((0, start), (n, n)).fill_with_identity();
        let mut operator = Matrix::zeros(end, end);
        if let Some(before) = operators.last() {
            operator.view_mut((0, 0), (start, start)).copy_from(before);
        }
        operator.view_mut((start, 0), (n, end)).copy_from(&solver.solve(&right));
        operators.push(operator);
        start = end;
    }
    Ok(operators)
}

/// Which task and how much label noise every sample has.
#[derive(Debug, Clone, PartialEq)]
pub struct Labels {
    /// The task of every sample.
    pub tasks: Vec<usize>,
    /// $\sigma^2$ of every label.
    pub noise: Vec<f64>,
}

impl Labels {
    /// Adds samples of one task.
    pub fn extend(&mut self, task: usize, samples: usize, noise: f64) {
        self.tasks.extend(std::iter::repeat_n(task, samples));
        self.noise.extend(std::iter::repeat_n(noise, samples));
    }

    /// No samples.
    pub fn new() -> Self {
        Self { tasks: Vec::new(), noise: Vec::new() }
    }
}

impl Default for Labels {
    fn default() -> Self {
        Self::new()
    }
}

/// What a learning operator makes of the targets of all tasks, before their covariance is known: the error on every task
/// is linear in it.
///
/// $E_j=C_{jj}\sum\eta-2\sum_{\mu\nu}A_{\mu\nu}G_{\mu\nu}C_{j,t_\nu}+\mathrm{tr}[A\Omega A^\top K_2]$ with
/// $\Omega_{\mu\nu}=C_{t_\mu t_\nu}H_{\mu\nu}+\sigma_\mu^2\delta_{\mu\nu}$: the average of the squared test error over targets and noise, exact for
/// the given inputs.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorForm {
    target_power: f64,
    /// $\sum_{\mu,\nu:t_\nu=k}A_{\mu\nu}G_{\mu\nu}$ for each task $k$.
    overlaps: Vec<f64>,
    /// $\mathrm{tr}[AHA^\top K_2]$ between the samples of each pair of tasks.
    powers: Matrix,
    /// $\mathrm{tr}[A\,\mathrm{diag}(\sigma^2)A^\top K_2]$.
    noise: f64,
}

impl ErrorForm {
    /// Of one operator on its samples, the first of `labels`, for `tasks` tasks.
    ///
    /// Cost: $2n^3$ flops for each of two products.
    pub fn new(operator: &Matrix, grams: &Grams, labels: &Labels, tasks: usize) -> Self {
        let n = operator.ncols();
        let part = |m: &Matrix| m.view((0, 0), (n, n)).into_owned();
        let owner = &labels.tasks[..n];
        let mut overlaps = vec![0.0; tasks];
        for (nu, &task) in owner.iter().enumerate() {
            overlaps[task] += operator.column(nu).dot(&grams.mixed.view((0, nu), (n, 1)));
        }
        // Aᵀ K₂ A, then contracted with H between tasks.
        let metric = linalg::transpose_product(operator, &linalg::product(&part(&grams.square), operator));
        let mut powers = Matrix::zeros(tasks, tasks);
        let mut noise = 0.0;
        for nu in 0..n {
            noise += labels.noise[nu] * metric[(nu, nu)];
            for mu in 0..n {
                powers[(owner[mu], owner[nu])] += metric[(mu, nu)] * grams.target[(mu, nu)];
            }
        }
        Self { target_power: grams.target_power, overlaps, powers, noise }
    }

    /// The error on task `task` for tasks of covariance $C$.
    pub fn error(&self, task: usize, covariance: &Matrix) -> f64 {
        let overlap: f64 = self.overlaps.iter().enumerate().map(|(k, o)| covariance[(task, k)] * o).sum();
        covariance[(task, task)] * self.target_power - 2.0 * overlap
            + self.powers.dot(covariance)
            + self.noise
    }
}

/// The errors $E_{n,j}$ on every task after every stage, averaged over targets of covariance $C$ and noise.
///
/// # Errors
/// As for [`learning_operators`].
pub fn expected_errors(
    grams: &Grams,
    stages: &[KernelStage],
    labels: &Labels,
    covariance: &Matrix,
) -> Result<Vec<Vec<f64>>, SimulationError> {
    let tasks = covariance.nrows();
    let operators = learning_operators(&grams.kernel, stages)?;
    let forms = operators.iter().map(|operator| ErrorForm::new(operator, grams, labels, tasks));
    Ok(forms.map(|form| (0..tasks).map(|task| form.error(task, covariance)).collect()).collect())
}

/// The samples of stage `number` among those of all stages.
pub fn samples_of(stages: &[KernelStage], number: usize) -> Range<usize> {
    let start = stages[..number].iter().map(|s| s.samples).sum();
    start..start + stages[number].samples
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;
    use solvable_engine::streams::Streams;

    fn features(samples: usize, modes: usize) -> Matrix {
        Matrix::from_vec(samples, modes, Streams::for_trial("test", "", 0, 0).normals(samples * modes, 1.0))
    }

    fn grams(phi: &Matrix, lambda: &[f64], eta: &[f64]) -> Grams {
        let gram = |weight: &dyn Fn(usize) -> f64| {
            let scaled = Matrix::from_fn(phi.nrows(), phi.ncols(), |i, j| phi[(i, j)] * weight(j));
            scaled * phi.transpose()
        };
        Grams {
            kernel: gram(&|i| lambda[i]),
            target: gram(&|i| eta[i]),
            mixed: gram(&|i| lambda[i] * eta[i]),
            square: gram(&|i| lambda[i] * lambda[i]),
            target_power: eta.iter().sum(),
        }
    }

    /// The average over targets and noise is the sum over modes and labels taken one at a time: in feature space, without
    /// any of the Gram matrices of the form.
    #[test]
    fn errors_are_those_of_explicit_targets() {
        const MODES: usize = 9;
        let lambda: Vec<f64> = (1..=MODES).map(|i| 1.0 / i as f64).collect();
        let eta: Vec<f64> = (1..=MODES).map(|i| 1.0 / (i * i) as f64).collect();
        let phi = features(7, MODES);
        let stages = [KernelStage { samples: 3, ridge: 0.0 }, KernelStage { samples: 4, ridge: 0.1 }];
        let mut labels = Labels::new();
        labels.extend(0, 3, 0.2);
        labels.extend(1, 4, 0.3);
        let covariance = Matrix::from_row_slice(2, 2, &[1.0, 0.6, 0.6, 2.0]);
        let found = expected_errors(&grams(&phi, &lambda, &eta), &stages, &labels, &covariance).unwrap();

        // Weights of the learnt function for given target weights (one column for each task) and noise.
        let learn = |weights: &Matrix, noise: &[f64], until: usize| {
            let mut learnt = Matrix::zeros(MODES, 1);
            for (s, stage) in stages[..until].iter().enumerate() {
                let range = samples_of(&stages, s);
                let rows = phi.rows(range.start, stage.samples).into_owned();
                let scaled = Matrix::from_fn(rows.nrows(), MODES, |i, j| rows[(i, j)] * lambda[j]);
                let kernel =
                    &scaled * rows.transpose() + Matrix::identity(rows.nrows(), rows.nrows()) * stage.ridge;
                let task = labels.tasks[range.start];
                let clean = &rows * weights.column(task);
                let label = clean + Matrix::from_column_slice(rows.nrows(), 1, &noise[range]);
                let residual = label - &rows * &learnt;
                learnt += scaled.transpose() * kernel.try_inverse().unwrap() * residual;
            }
            learnt
        };
        for until in 1..=2 {
            for (task, &found) in found[until - 1].iter().enumerate() {
                let mut expected = 0.0;
                // Independent directions of the targets: a mode, and a factor of the covariance.
                let root = covariance.clone().cholesky().unwrap().l();
                for mode in 0..MODES {
                    for factor in 0..2 {
                        let mut weights = Matrix::zeros(MODES, 2);
                        for k in 0..2 {
                            weights[(mode, k)] = eta[mode].sqrt() * root[(k, factor)];
                        }
                        expected += (learn(&weights, &[0.0; 7], until) - weights.column(task)).norm_squared();
                    }
                }
                for mu in 0..7 {
                    let mut noise = [0.0; 7];
                    noise[mu] = labels.noise[mu].sqrt();
                    expected += learn(&Matrix::zeros(MODES, 2), &noise, until).norm_squared();
                }
                assert_relative_eq!(found, expected, max_relative = 1e-9);
            }
        }
    }

    #[test]
    fn regression_follows_the_operators() {
        let phi = features(12, 30);
        let kernel = &phi * phi.transpose();
        let stages = [
            KernelStage { samples: 5, ridge: 0.0 },
            KernelStage { samples: 4, ridge: 0.3 },
            KernelStage { samples: 3, ridge: 0.0 },
        ];
        let labels = Matrix::from_fn(12, 2, |i, j| ((i + 3 * j) as f64).cos());
        let operators = learning_operators(&kernel, &stages).unwrap();
        let mut regression = SequentialRegression::new();
        for (s, stage) in stages.iter().enumerate() {
            let range = samples_of(&stages, s);
            let block = |m: usize| {
                let other = samples_of(&stages, m);
                kernel.view((range.start, other.start), (range.len(), other.len())).into_owned()
            };
            let earlier: Vec<Matrix> = (0..s).map(block).collect();
            let own = labels.rows(range.start, range.len()).into_owned();
            regression.learn(&block(s), &earlier, &own, stage.ridge).unwrap();
            let stacked = &operators[s] * labels.rows(0, range.end);
            let everywhere = kernel.columns(0, range.end) * stacked;
            let kernels: Vec<Matrix> = (0..=s)
                .map(|m| kernel.columns(samples_of(&stages, m).start, stages[m].samples).into_owned())
                .collect();
            assert_relative_eq!(
                regression.predict(&kernels, (12, 2)).unwrap(),
                everywhere,
                max_relative = 1e-9,
                epsilon = 1e-10
            );
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let kernel = Matrix::identity(4, 4);
        assert!(learning_operators(&kernel, &[KernelStage { samples: 3, ridge: 0.0 }]).is_err());
        let singular = Matrix::from_element(4, 4, 1.0);
        assert!(learning_operators(&singular, &[KernelStage { samples: 4, ridge: 0.0 }]).is_err());
        assert!(learning_operators(&singular, &[KernelStage { samples: 4, ridge: 0.1 }]).is_ok());
        let mut regression = SequentialRegression::new();
        assert!(regression.learn(&kernel, std::slice::from_ref(&kernel), &Matrix::zeros(4, 1), 0.0).is_err());
    }
}
