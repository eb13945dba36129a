//! Errors in time for given inputs: the average over targets and noise is exact.

use nalgebra::DMatrix;

use super::distill::Round;
use super::edge::check_momentum;
use super::two_point::{filled, learnable};
use crate::TheoryError;
use crate::continual_learning::{Spectrum, Target};
use crate::error::{finite, non_negative, positive, representable};

/// What is done with given inputs.
#[derive(Debug, Clone, PartialEq)]
pub enum Schedule {
    /// Gradient flow, at these times.
    Flow(Vec<f64>),
    /// Descent with $(\alpha,\beta)$, after these numbers of steps.
    Descent((f64, f64), Vec<usize>),
    /// Rounds of distillation.
    Distillation(Vec<Round>),
}

/// $(E,L)$ for given features `phi` ($N\times P$), averaged exactly over targets and noise, at each entry of `schedule`.
///
/// # Formula
/// With $K=V\mu V^\top$ and the residual filter $\rho$, $g=\frac{1-\rho(\mu)}\mu$:
/// $E=\sum\eta-2\sum_jg_j(V^\top GV)_{jj}+g^\top(\Omega\circ V^\top K_2V)g$, $L=\frac1N\sum\rho_j^2\Omega_{jj}$,
/// $\Omega=V^\top\Phi H\Phi^\top V+\sigma^2I$, $G=\Phi\Lambda H\Phi^\top$, $K_2=\Phi\Lambda^2\Phi^\top$.
///
/// # Errors
/// Features of another shape; a tail or degenerate levels (the features are one column for each mode); times, steps, rates and rounds out of range.
///
/// # Source
/// Textbook.
pub fn fixed_data_curve(
    spectrum: &Spectrum,
    target: &Target,
    sigma2: f64,
    phi: &DMatrix<f64>,
    schedule: &Schedule,
) -> Result<Vec<[f64; 2]>, TheoryError> {
    learnable(spectrum)?;
    target.fits(spectrum)?;
    non_negative("sigma2", sigma2)?;
    if spectrum.tail() > 0.0 || target.tail > 0.0 || spectrum.degeneracies().iter().any(|n| *n != 1.0) {
        return Err(TheoryError::invalid(
            "lambda",
            "with a tail or degenerate levels",
            "every mode listed once",
        ));
    }
    let n = phi.nrows();
    if n == 0 || phi.ncols() != spectrum.levels() {
        let valid = format!("N x {}, N >= 1", spectrum.levels());
        return Err(TheoryError::invalid("the features", format!("{:?}", phi.shape()), valid));
    }
    let gram = |weight: &dyn Fn(usize) -> f64| {
        let mut scaled = phi.clone();
        for (i, mut column) in scaled.column_iter_mut().enumerate() {
            column *= weight(i);
        }
        scaled * phi.transpose()
    };
    let (lambda, eta) = (spectrum.eigenvalues(), &target.powers);
    let eigen = gram(&|i| lambda[i]).symmetric_eigen();
    let (mu, v) = (&eigen.eigenvalues, &eigen.eigenvectors);
    let turned = |matrix: DMatrix<f64>| v.transpose() * matrix * v;
    let overlap = turned(gram(&|i| lambda[i] * eta[i]));
    let square = turned(gram(&|i| lambda[i] * lambda[i]));
    let mut omega = turned(gram(&|i| eta[i]));
    for j in 0..n {
        omega[(j, j)] += sigma2;
    }
    let total: f64 = eta.iter().sum();
    let largest = mu.max();
    let errors = |filter: &dyn Fn(f64) -> f64| -> Result<[f64; 2], TheoryError> {
        let null = |m: f64| m <= 1e-12 * largest;
        let g: Vec<f64> = mu.iter().map(|&m| if null(m) { 0.0 } else { (1.0 - filter(m)) / m }).collect();
        let (mut error, mut training) = (total, 0.0);
        for j in 0..n {
            error -= 2.0 * g[j] * overlap[(j, j)];
            let rho = if null(mu[j]) { 1.0 } else { filter(mu[j]) };
            training += rho * rho * omega[(j, j)] / n as f64;
            for l in 0..n {
                error += g[j] * g[l] * omega[(j, l)] * square[(j, l)];
            }
        }
        Ok([representable("the test error", error)?, representable("the training error", training)?])
    };
    match schedule {
        Schedule::Flow(times) => {
            filled("t", times)?;
            times.iter().try_for_each(|t| non_negative("t", *t).map(|_| ()))?;
            times.iter().map(|t| errors(&|m| (-m * t).exp())).collect()
        }
        Schedule::Descent((alpha, beta), counts) => {
            let (alpha, beta) = (positive("alpha", *alpha)?, check_momentum(*beta)?);
            filled("n", counts)?;
            let filter = |count: usize, m: f64| {
                let (mut before, mut now) = (1.0, 1.0 - alpha * m);
                if count == 0 {
                    return before;
                }
                for _ in 1..count {
                    (before, now) = (now, (1.0 + beta - alpha * m) * now - beta * before);
                }
                now
            };
            counts.iter().map(|&count| errors(&|m| filter(count, m))).collect()
        }
        Schedule::Distillation(rounds) => {
            filled("rounds", rounds)?;
            for round in rounds {
                positive("delta", round.ridge)?;
                finite("xi", round.labels)?;
            }
            let filter = |last: usize, m: f64| {
                let mut g = 0.0;
                for (j, round) in rounds[..=last].iter().enumerate() {
                    let h = m / (m + round.ridge);
                    g = if j == 0 { h } else { h * (round.labels + (1.0 - round.labels) * g) };
                }
                1.0 - g
            };
            (0..rounds.len()).map(|last| errors(&|m| filter(last, m))).collect()
        }
    }
}
