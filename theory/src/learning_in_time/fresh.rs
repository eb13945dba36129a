//! Training on one's own predictions, on new inputs in every round.

use super::two_point::{filled, learnable};
use crate::TheoryError;
use crate::continual_learning::{Spectrum, Target, effective_ridge};
use crate::error::{finite, non_negative, representable};

/// One round of ridge regression on new inputs, on labels $\xi y+(1-\xi)\hat f$.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FreshRound {
    /// $N$.
    pub samples: usize,
    /// $\delta\ge0$.
    pub ridge: f64,
    /// $\xi$; the first round takes the labels.
    pub labels: f64,
    /// $\sigma^2$.
    pub sigma2: f64,
}

/// $E_j$ behind each of `rounds`, a student from scratch on new inputs each.
///
/// # Formula
/// $\bar D=\frac{\sum q^2G+\xi^2\eta_{\rm tail}+\xi^2\sigma^2}{1-\gamma}$, $R'=(1-q)(\xi\eta+(1-\xi)R)$, $S'=(1-q)^2G+b\bar D$,
/// $E=\sum(S'-2R'+\eta)+\eta_{\rm tail}$ with $G=\xi^2\eta+2\xi(1-\xi)R+(1-\xi)^2S$.
///
/// # Validity
/// As kernel regression of `cl`.
///
/// # Errors
/// No round, no samples, a negative ridge or noise, $\xi$ that is not finite; as many modes as samples without ridge.
///
/// # Source
/// The moments of Karakida and Akaho (2022); derived in the notes.
pub fn distill_fresh(
    spectrum: &Spectrum,
    target: &Target,
    rounds: &[FreshRound],
) -> Result<Vec<f64>, TheoryError> {
    learnable(spectrum)?;
    target.fits(spectrum)?;
    filled("rounds", rounds)?;
    let (eta, counts) = (&target.powers, spectrum.degeneracies());
    let levels = spectrum.levels();
    let (mut r, mut s) = (vec![0.0; levels], vec![0.0; levels]);
    let mut errors = Vec::with_capacity(rounds.len());
    for (number, round) in rounds.iter().enumerate() {
        non_negative("sigma2", round.sigma2)?;
        non_negative("delta", round.ridge)?;
        let xi = if number == 0 { 1.0 } else { finite("xi", round.labels)? };
        let ridge = effective_ridge(spectrum, round.samples as f64, round.ridge)?;
        let g: Vec<f64> = (0..levels)
            .map(|i| xi * xi * eta[i] + 2.0 * xi * (1.0 - xi) * r[i] + (1.0 - xi) * (1.0 - xi) * s[i])
            .collect();
        let left: f64 = (0..levels).map(|i| counts[i] * ridge.q[i] * ridge.q[i] * g[i]).sum();
        let mean = (left + xi * xi * (target.tail + round.sigma2)) / ridge.slack;
        let mut error = target.tail;
        for i in 0..levels {
            let learnt = ridge.learnt[i];
            r[i] = learnt * (xi * eta[i] + (1.0 - xi) * r[i]);
            s[i] = learnt * learnt * g[i] + ridge.b[i] * mean;
            error += counts[i] * (s[i] - 2.0 * r[i] + eta[i]);
        }
        errors.push(representable("the error of a round", error)?.max(0.0));
    }
    Ok(errors)
}
