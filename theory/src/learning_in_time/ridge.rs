//! The test error of ridge regression and its derivatives by the ridge.

use super::two_point::Regression;
use crate::TheoryError;
use crate::continual_learning::effective_ridge;
use crate::error::representable;

/// $E(\delta)$ and what follows for a second round on the same inputs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ridge {
    /// $E$.
    pub error: f64,
    /// $E'$ by $\delta$.
    pub slope: f64,
    /// $E''$.
    pub curvature: f64,
    /// $\mathcal D=\delta^2\kappa'^2F_{12}$.
    pub second_round: f64,
}

/// The error of converged regression without ridge.
pub(super) fn converged(regression: &Regression<'_>) -> Result<f64, TheoryError> {
    let ridge = effective_ridge(regression.spectrum, regression.samples, 0.0)?;
    let counts = regression.spectrum.degeneracies();
    let left = ridge.q.iter().zip(&regression.target.powers).zip(counts);
    let left: f64 = left.map(|((q, eta), count)| count * q * q * eta).sum();
    let noise = regression.sigma2;
    // (left + σ²)/(1 − γ) − σ² = (left + γσ²)/(1 − γ).
    representable("the converged error", (left + regression.target.tail + ridge.gamma * noise) / ridge.slack)
}

/// At a ridge $\delta>0$.
pub(super) fn ridge(regression: &Regression<'_>, delta: f64) -> Result<Ridge, TheoryError> {
    let found = effective_ridge(regression.spectrum, regression.samples, delta)?;
    let (kappa, n) = (found.kappa, regression.samples);
    let (mut left, mut a1, mut a12, mut a11) = (0.0, 0.0, 0.0, 0.0);
    let (mut gamma1, mut gamma12, mut gamma11) = (0.0, 0.0, 0.0);
    let counts = regression.spectrum.degeneracies();
    for (i, count) in counts.iter().enumerate() {
        let (q, learnt, eta) = (found.q[i], found.learnt[i], regression.target.powers[i]);
        // By ln κ: q' = q(1 − q), κ² q'' = −2q²(1 − q).
        let (first, second) = (q * learnt, -2.0 * q * q * learnt);
        left += count * q * q * eta;
        a1 += count * first * q * eta;
        a12 += count * first * first * eta;
        a11 += count * second * q * eta;
        gamma1 -= count * first * learnt / n;
        gamma12 += count * first * first / n;
        gamma11 -= count * second * learnt / n;
    }
    let slack = found.slack;
    let f = (left + regression.target.tail + regression.sigma2) / slack;
    let f1 = (a1 + f * gamma1) / slack;
    let f12 = (a12 + 2.0 * f1 * gamma1 + f * gamma12) / slack;
    let f11 = (a11 + 2.0 * f1 * gamma1 + f * gamma11) / slack;
    // κ'/κ.
    let relative = (slack * kappa).recip();
    let noise = regression.sigma2;
    Ok(Ridge {
        error: representable(
            "the error of ridge regression",
            (left + regression.target.tail + found.gamma * noise) / slack,
        )?,
        slope: 2.0 * relative * f1,
        curvature: 2.0 * relative * relative * (f11 + f12 + 2.0 * gamma1 * f1 / slack),
        second_round: (delta * relative).powi(2) * f12,
    })
}
