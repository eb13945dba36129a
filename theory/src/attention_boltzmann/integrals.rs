//! What is no finite sum: any temperature for two patterns, and averages over the span of the patterns.

use nalgebra::{DMatrix, DVector};

use super::AttentionMachine;
use crate::TheoryError;
use crate::error::{positive, representable};
use crate::special::log_sum_exp;

/// Directions of a span shorter than this, relative to the longest, count as rounding.
const RANK: f64 = 1e-12;
/// Most nodes of a grid, and most products of nodes and Gaussians.
const MOST_NODES: f64 = 1e7;
const MOST_WORK: f64 = 5e7;

impl AttentionMachine {
    /// $\log Z$ for two patterns at any $\beta>0$.
    ///
    /// # Formula
    /// $\frac d2\log2\pi\sigma^2+\frac{c_1+c_2}2+\frac{\sigma^2}2\|\bar a\|^2+\log\mathbb E_g(2\cosh u(g))^{1/\beta}$, $\bar a=b+\frac{\xi_1+\xi_2}2$, $\delta=\xi_1-\xi_2$,
    /// $u=\frac\beta2(\sigma^2\delta\cdot\bar a+\sigma\|\delta\|g+c_1-c_2)$.
    ///
    /// # Errors
    /// $10^{-12}$ (trapezoidal rule, its step halved until that holds). [`InvalidParameter`](TheoryError::InvalidParameter) unless $K=2$;
    /// [`NotConverged`](TheoryError::NotConverged) beyond $10^7$ nodes.
    ///
    /// # Source
    /// The Gaussian integral over what is orthogonal to $\delta$.
    pub fn log_z_two_patterns(&self) -> Result<f64, TheoryError> {
        if self.count() != 2 {
            return Err(TheoryError::invalid("xi", format!("{} patterns", self.count()), "two patterns"));
        }
        let (xi, sigma, beta) = (self.patterns(), self.sigma2().sqrt(), self.beta());
        let delta: DVector<f64> = (xi.row(0) - xi.row(1)).transpose();
        let centre = self.visible_bias() + (xi.row(0) + xi.row(1)).transpose() * 0.5;
        let (c1, c2) = (self.pattern_bias()[0], self.pattern_bias()[1]);
        let length = sigma * delta.norm();
        let shift = self.sigma2() * delta.dot(&centre) + c1 - c2;
        let reach = 12.0 + 0.5 * length;
        let integral = |step: f64| {
            let count = (reach / step).ceil();
            let at = |i: f64| {
                let g = i * step;
                let u = 0.5 * beta * (shift + length * g);
                (u.abs() + (-2.0 * u.abs()).exp().ln_1p()) / beta - 0.5 * g * g
            };
            let nodes = (0..=2 * count as usize).map(|i| at(i as f64 - count));
            log_sum_exp(nodes) + step.ln() - 0.5 * (2.0 * std::f64::consts::PI).ln()
        };
        let mut step =
            if length > 0.0 { (std::f64::consts::PI / (10.0 * beta * length)).min(0.05) } else { 0.05 };
        let base = 0.5 * self.dimension() as f64 * (2.0 * std::f64::consts::PI * self.sigma2()).ln()
            + 0.5 * (c1 + c2)
            + 0.5 * self.sigma2() * centre.norm_squared();
        representable("log Z", base)?;
        let mut last = None::<f64>;
        while 2.0 * reach / step <= MOST_NODES {
            let value = base + integral(step);
            if last.is_some_and(|last| (value - last).abs() < 1e-12 * value.abs().max(1.0)) {
                return representable("log Z", value);
            }
            last = Some(value);
            step *= 0.5;
        }
        Err(TheoryError::NotConverged {
            procedure: "the trapezoidal rule for log Z".to_owned(),
            detail: format!("more than {MOST_NODES:e} nodes"),
        })
    }

    /// The mean entropy of attention, $\mathbb E\,H(p(v))=d\log Z/dn$.
    ///
    /// # Errors
    /// $10^{-12}$ for patterns whose differences span up to three dimensions; [`Undefined`](TheoryError::Undefined) for more and for grids that are too
    /// large; otherwise as [`log_z`](Self::log_z).
    ///
    /// # Source
    /// Differentiation of $Z$ with respect to $n$.
    pub fn mean_attention_entropy(&self) -> Result<f64, TheoryError> {
        let grid = SpanGrid::of_differences(self)?;
        let mut entropy = 0.0;
        let logits = self.grid_logits(&grid);
        grid.for_each(&mut |weight, y| {
            let logits = logits(y);
            let total = log_sum_exp(logits.iter().copied());
            let own: f64 = logits.iter().map(|x| -(x - total).exp() * (x - total)).sum();
            entropy += weight * own;
        });
        representable("the mean entropy", entropy)
    }

    /// Logits of attention at a node of a grid over the differences of patterns, up to a common number.
    fn grid_logits<'a>(&'a self, grid: &'a SpanGrid) -> impl Fn(&DVector<f64>) -> DVector<f64> + 'a {
        let projected = self.patterns() * &grid.basis;
        let reference = projected.row(0).into_owned();
        let differences =
            DMatrix::from_fn(projected.nrows(), projected.ncols(), |i, j| projected[(i, j)] - reference[j]);
        move |y| (&differences * y + self.pattern_bias()) * self.beta()
    }

    /// The Fisher information of the patterns, $I=\mathrm{Cov}\lbrack\mathrm{vec}(p_\mu(v)v)\rbrack$ ($Kd\times Kd$, index $\mu d+i$).
    ///
    /// # Errors
    /// Rounding for $n\ge2$; $10^{-12}$ for $n=1$ and patterns whose differences span up to three dimensions,
    /// [`Undefined`](TheoryError::Undefined) for more; otherwise as [`log_z`](Self::log_z), and [`InvalidParameter`](TheoryError::InvalidParameter) above $Kd=500$.
    ///
    /// # Source
    /// Moments of the exact mixture.
    pub fn fisher_information(&self) -> Result<DMatrix<f64>, TheoryError> {
        let (k, d, n) = (self.count(), self.dimension(), self.order()?);
        if k * d > 500 {
            return Err(TheoryError::invalid("xi", format!("{k} x {d}"), "at most 500 numbers"));
        }
        let sigma2 = self.sigma2();
        let mut second = DMatrix::zeros(k * d, k * d);
        let mut add = |weights: &dyn Fn(usize, usize) -> f64, matrix: &DMatrix<f64>| {
            for mu in 0..k {
                for nu in 0..k {
                    let weight = weights(mu, nu);
                    let mut block = second.view_mut((mu * d, nu * d), (d, d));
                    block += matrix * weight;
                }
            }
        };
        if n >= 2 {
            let pairs = n as f64 * (n - 1) as f64;
            for component in self.mixture()? {
                let mean = self.component_mean(&component.occupation);
                let matrix = DMatrix::identity(d, d) * sigma2 + &mean * mean.transpose();
                let m = &component.occupation;
                let weights = |mu: usize, nu: usize| {
                    let other = if mu == nu { m[nu].saturating_sub(1) } else { m[nu] };
                    component.weight * (m[mu] as f64 * other as f64) / pairs
                };
                add(&weights, &matrix);
            }
        } else {
            let grid = SpanGrid::of_differences(self)?;
            let logits = self.grid_logits(&grid);
            let complement = DMatrix::identity(d, d) - &grid.basis * grid.basis.transpose();
            let first = (self.visible_bias() + self.patterns().row(0).transpose()) * sigma2;
            let rest = &complement * first;
            grid.for_each(&mut |weight, y| {
                let logits = logits(y);
                let total = log_sum_exp(logits.iter().copied());
                let p: Vec<f64> = logits.iter().map(|x| (x - total).exp()).collect();
                let v = &grid.basis * y + &rest;
                let matrix = &v * v.transpose() + &complement * sigma2;
                add(&|mu, nu| weight * p[mu] * p[nu], &matrix);
            });
        }
        let means = self.gradients(&self.partition()?)?.patterns;
        let means = DVector::from_fn(k * d, |index, _| means[(index / d, index % d)]);
        let information = second - &means * means.transpose();
        information.iter().try_for_each(|v| representable("the Fisher information", *v).map(drop))?;
        Ok(information)
    }
}

/// A tensor grid of the trapezoidal rule over a span of up to three dimensions, for a mixture of isotropic Gaussians.
pub(super) struct SpanGrid {
    /// Orthonormal columns.
    pub basis: DMatrix<f64>,
    means: Vec<(f64, DVector<f64>)>,
    variance: f64,
    low: Vec<f64>,
    counts: Vec<usize>,
    step: f64,
}

impl SpanGrid {
    /// The span of the differences of patterns, and the machine's own mixture.
    fn of_differences(machine: &AttentionMachine) -> Result<Self, TheoryError> {
        let xi = machine.patterns();
        let differences = DMatrix::from_fn(xi.ncols(), xi.nrows(), |i, mu| xi[(mu, i)] - xi[(0, i)]);
        Self::new(differences, machine, machine.sigma2(), machine.beta(), machine.patterns())
    }

    /// The span of `directions` (columns), the mixture of `machine` with another `variance`; the step resolves an attention of inverse temperature `beta`
    /// over `patterns`.
    pub fn new(
        directions: DMatrix<f64>,
        machine: &AttentionMachine,
        variance: f64,
        beta: f64,
        patterns: &DMatrix<f64>,
    ) -> Result<Self, TheoryError> {
        let failed = || TheoryError::NotConverged {
            procedure: "the singular value decomposition of the patterns".to_owned(),
            detail: "its iteration stopped".to_owned(),
        };
        let svd = directions.try_svd(true, false, f64::EPSILON, 10_000).ok_or_else(failed)?;
        let largest = svd.singular_values.max();
        let kept: Vec<usize> = (0..svd.singular_values.len())
            .filter(|&j| svd.singular_values[j] > RANK * largest && svd.singular_values[j] > 0.0)
            .collect();
        let basis = svd.u.ok_or_else(failed)?.select_columns(&kept);
        let rank = basis.ncols();
        if rank > 3 {
            return Err(TheoryError::undefined(
                "the average over the span of the patterns",
                format!("it has {rank} dimensions; grids go up to three: sample instead"),
            ));
        }
        let means: Vec<(f64, DVector<f64>)> = machine
            .mixture()?
            .into_iter()
            .map(|c| (c.weight, basis.tr_mul(&machine.component_mean(&c.occupation))))
            .collect();
        let mut spread: f64 = 0.0;
        for mu in 0..patterns.nrows() {
            for nu in 0..mu {
                spread = spread.max((patterns.row(mu) - patterns.row(nu)).norm());
            }
        }
        let sigma = variance.sqrt();
        let (reach, coarsest, divisor) = if rank <= 1 { (12.0, 0.05, 10.0) } else { (9.0, 0.2, 5.0) };
        let resolved = std::f64::consts::PI / (divisor * beta * sigma * spread);
        let step = sigma * if spread > 0.0 { resolved.min(coarsest) } else { coarsest };
        let (mut low, mut counts, mut nodes) = (Vec::new(), Vec::new(), 1.0f64);
        for axis in 0..rank {
            let along = means.iter().map(|(_, mean)| mean[axis]);
            let least = along.clone().fold(f64::INFINITY, f64::min) - reach * sigma;
            let most = along.fold(f64::NEG_INFINITY, f64::max) + reach * sigma;
            let count = ((most - least) / step).ceil() + 1.0;
            nodes *= count;
            low.push(least);
            counts.push(if count < MOST_NODES { count as usize } else { usize::MAX });
        }
        if !(nodes <= MOST_NODES && nodes * means.len() as f64 <= MOST_WORK) {
            return Err(TheoryError::undefined(
                "the average over the span of the patterns",
                format!("its grid has {nodes:e} nodes for {} Gaussians: sample instead", means.len()),
            ));
        }
        Ok(Self { basis, means, variance, low, counts, step })
    }

    /// Calls `visit(weight, y)` for every node with a weight; the weights sum to 1 to rounding.
    pub fn for_each(&self, visit: &mut impl FnMut(f64, &DVector<f64>)) {
        let rank = self.low.len();
        let norm = (self.step / (2.0 * std::f64::consts::PI * self.variance).sqrt()).powi(rank as i32);
        let total: usize = self.counts.iter().product();
        let mut y = DVector::zeros(rank);
        for index in 0..total {
            let mut rest = index;
            for axis in 0..rank {
                y[axis] = self.low[axis] + self.step * (rest % self.counts[axis]) as f64;
                rest /= self.counts[axis];
            }
            let density: f64 = self
                .means
                .iter()
                .map(|(weight, mean)| {
                    let distance: f64 =
                        y.iter().zip(mean.iter()).map(|(y, mean)| (y - mean) * (y - mean)).sum();
                    weight * (-0.5 * distance / self.variance).exp()
                })
                .sum();
            if density * norm > 1e-300 {
                visit(density * norm, &y);
            }
        }
    }
}

/// The objective of denoising score matching of a `student` on data of a `teacher` with noise of variance `noise_var`.
///
/// # Formula
/// $J=\frac d{2s^2}+\mathbb E_q\lbrack\frac12\|s_\theta\|^2+\nabla\cdot s_\theta\rbrack$, $q=\sum_m\pi_m\mathcal N(\sigma^2a_m,\tau^2I)$, $\tau^2=\sigma^2+s^2$.
///
/// # Errors
/// $10^{-12}$ where the means of the teacher, the patterns and the visible bias of the student span up to three dimensions;
/// [`Undefined`](TheoryError::Undefined) for more; [`InvalidParameter`](TheoryError::InvalidParameter) unless $s^2>0$ and both have one dimension.
///
/// # Source
/// Vincent 2011, integrated by parts.
pub fn denoising_objective(
    teacher: &AttentionMachine,
    student: &AttentionMachine,
    noise_var: f64,
) -> Result<f64, TheoryError> {
    positive("noise_var", noise_var)?;
    let d = teacher.dimension();
    if student.dimension() != d {
        let found = format!("{} dimensions", student.dimension());
        return Err(TheoryError::invalid("student", found, format!("{d}, as the teacher")));
    }
    let tau2 = teacher.sigma2() + noise_var;
    let columns: Vec<DVector<f64>> = teacher
        .patterns()
        .row_iter()
        .map(|row| row.transpose() + teacher.visible_bias())
        .chain(student.patterns().row_iter().map(|row| row.transpose()))
        .chain(std::iter::once(student.visible_bias().clone()))
        .collect();
    let directions = DMatrix::from_columns(&columns);
    let grid = SpanGrid::new(directions, teacher, tau2, student.beta(), student.patterns())?;
    let rank = grid.basis.ncols();
    let (patterns, bias) = (student.patterns() * &grid.basis, grid.basis.tr_mul(student.visible_bias()));
    let squares: Vec<f64> = student.patterns().row_iter().map(|row| row.norm_squared()).collect();
    let (beta, sigma2) = (student.beta(), student.sigma2());
    let mut value = 0.0;
    grid.for_each(&mut |weight, y| {
        let logits = (&patterns * y + student.pattern_bias()) * beta;
        let total = log_sum_exp(logits.iter().copied());
        let p = logits.map(|x| (x - total).exp());
        let recalled = patterns.tr_mul(&p);
        let score = &bias + &recalled - y / sigma2;
        let spread = p.iter().zip(&squares).map(|(p, s)| p * s).sum::<f64>() - recalled.norm_squared();
        value += weight * (0.5 * score.norm_squared() + beta * spread);
    });
    let outside = 0.5 * (d - rank) as f64 * tau2 / (sigma2 * sigma2);
    let d = d as f64;
    representable("the objective", d / (2.0 * noise_var) + value + outside - d / sigma2)
}

/// The least value of the objective of denoising score matching for a teacher with $\beta=1$, patterns $\pm\xi$ and no biases.
///
/// # Formula
/// $\frac d{2s^2}-\frac d{2\tau^2}+\frac{A^2}{2\tau^4}\mathbb E_g\,\mathrm{sech}^2(A(A+\tau g)/\tau^2)$, $A=\sigma^2\|\xi\|$, $\tau^2=\sigma^2+s^2$.
///
/// # Errors
/// $10^{-13}$. [`InvalidParameter`](TheoryError::InvalidParameter) for any other teacher or $s^2\le0$.
///
/// # Source
/// The smoothed teacher is in the family.
pub fn least_denoising_objective(teacher: &AttentionMachine, noise_var: f64) -> Result<f64, TheoryError> {
    positive("noise_var", noise_var)?;
    let xi = teacher.patterns();
    let opposite = xi.nrows() == 2 && (xi.row(0) + xi.row(1)).amax() <= 1e-12 * xi.amax();
    let unbiased = teacher.visible_bias().amax() == 0.0 && teacher.pattern_bias().amax() == 0.0;
    if !opposite || !unbiased || teacher.order()? != 1 {
        return Err(TheoryError::invalid(
            "teacher",
            format!("{} patterns, beta = {}", xi.nrows(), teacher.beta()),
            "two opposite patterns, n = 1, no biases",
        ));
    }
    let tau2 = teacher.sigma2() + noise_var;
    let (tau, a) = (tau2.sqrt(), teacher.sigma2() * xi.row(0).norm());
    let step = if a > 0.0 { (tau / (5.0 * a)).min(0.05) } else { 0.05 };
    let count = (12.0 / step).ceil();
    if count > MOST_NODES {
        return Err(TheoryError::undefined("the least objective", "its integral has too many nodes"));
    }
    let mut mean = 0.0;
    for i in 0..=2 * count as usize {
        let g = (i as f64 - count) * step;
        mean += (-0.5 * g * g).exp() * (a * (a + tau * g) / tau2).cosh().powi(-2);
    }
    mean *= step / (2.0 * std::f64::consts::PI).sqrt();
    let d = teacher.dimension() as f64;
    representable(
        "the least objective",
        d / (2.0 * noise_var) - d / (2.0 * tau2) + a * a / (2.0 * tau2 * tau2) * mean,
    )
}

/// A machine with $\beta=1$ after Gaussian noise of variance `noise_var`: the family is closed.
///
/// # Formula
/// $\tau^2=\sigma^2+s^2$, $b\to b\sigma^2/\tau^2$, $\xi\to\xi\sigma^2/\tau^2$, $c_\mu\to c_\mu+\frac{\sigma^2s^2}{2\tau^2}\|b+\xi_\mu\|^2$.
///
/// # Errors
/// Exact. [`InvalidParameter`](TheoryError::InvalidParameter) unless $\beta=1$ and $s^2>0$.
///
/// # Source
/// Convolution of the mixture; for $n\ge2$ the family is not closed.
pub fn smoothed(machine: &AttentionMachine, noise_var: f64) -> Result<AttentionMachine, TheoryError> {
    positive("noise_var", noise_var)?;
    if machine.order()? != 1 {
        return Err(TheoryError::invalid("beta", machine.beta(), "1: only there the family is closed"));
    }
    let tau2 = machine.sigma2() + noise_var;
    let ratio = machine.sigma2() / tau2;
    let rows = machine.patterns().row_iter().zip(machine.pattern_bias().iter());
    let biases = rows
        .map(|(row, c)| {
            c + 0.5 * ratio * noise_var * (row.transpose() + machine.visible_bias()).norm_squared()
        })
        .collect();
    AttentionMachine::new(
        machine.patterns() * ratio,
        Some((machine.visible_bias() * ratio).iter().copied().collect()),
        Some(biases),
        tau2,
        1.0,
    )
}
