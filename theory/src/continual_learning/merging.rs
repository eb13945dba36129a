//! Models that are trained apart and averaged.

use nalgebra::DMatrix;
use serde::Serialize;

use super::ridge::{EffectiveRidge, effective_ridge};
use super::spectrum::{Spectrum, Target};
use super::stages::check_covariance;
use crate::TheoryError;
use crate::error::{at_least, finite, non_negative, representable};

/// Errors of an average of models.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Averaged {
    /// $E_{\rm avg}(A)$.
    pub average: f64,
    /// $E_1$: of each of them.
    pub single: f64,
}

/// The error of the average of `models` $=A$ models of one task, each trained on `samples` $=N$ fresh samples, label noise `noise`
/// $=\sigma^2$, no ridge. With `common` $=N_0$ they all start from one model that was trained on so many samples of the task; 0 for none.
/// Outputs or weights are averaged: in the kernel regime this is the same.
///
/// # Formula
/// $E_{\rm avg}(A)=\frac1AE_1+(1-\frac1A)\sum q^2v$, $E_1=\frac{\sum q^2v+\gamma\sigma^2}{1-\gamma}$; $v=\eta$, or
/// $v=q_0^2\eta+b_0(E_0+\sigma^2)$ after the common model. Without noise $E_{\rm avg}=E_1[1-(1-\frac1A)\gamma]$.
///
/// # Errors
/// No model, no samples, negative noise; a target of another length; those of [`effective_ridge`].
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::{Spectrum, Target, averaged_models};
/// let spectrum = Spectrum::power(1.5, 80)?;
/// let law = averaged_models(&spectrum, &Target::matched(&spectrum), 30, 4, 0.0, 0)?;
/// assert!((law.average - 0.17899444001678996).abs() < 1e-13);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn averaged_models(
    spectrum: &Spectrum,
    target: &Target,
    samples: usize,
    models: usize,
    noise: f64,
    common: usize,
) -> Result<Averaged, TheoryError> {
    target.fits(spectrum)?;
    at_least("N", samples, 1)?;
    at_least("models", models, 1)?;
    non_negative("sigma2", noise)?;
    let single = |wrong: f64, ridge: &EffectiveRidge| {
        representable("an error", (wrong + ridge.gamma * noise) / ridge.slack)
    };
    let mut start = target.powers.clone();
    if common > 0 {
        let ridge = effective_ridge(spectrum, common as f64, 0.0).map_err(|e| e.renamed("N", "N0"))?;
        let wrong = spectrum.sum(|i, _| ridge.q[i] * ridge.q[i] * start[i]) + target.tail;
        let left = single(wrong, &ridge)? + noise;
        for ((v, q), b) in start.iter_mut().zip(&ridge.q).zip(&ridge.b) {
            *v = q * q * *v + b * left;
        }
    }
    let ridge = effective_ridge(spectrum, samples as f64, 0.0)?;
    let shared = spectrum.sum(|i, _| ridge.q[i] * ridge.q[i] * start[i]) + target.tail;
    let single = single(shared, &ridge)?;
    let share = 1.0 / models as f64;
    let average = representable("an error", share * single + (1.0 - share) * shared)?;
    Ok(Averaged { average, single })
}

/// The error on every task of the combination $\sum_sa_s\hat f_s$ of models, the $s$-th trained on $N_s$ samples of task $s$; tasks have the
/// covariance $C$ in every mode, label noise is `noise` $=\sigma^2$, there is no ridge. `weights` $a_s$ have any sign and any sum.
///
/// # Formula
/// $E_j=\sum_i\eta_i\sum_{tt'}v_{j,t}v_{j,t'}C_{tt'}+\sum_sa_s^2\gamma_s(E_s+\sigma^2)$, $v_{j,t}=a_t(1-q_t)-\delta_{tj}$,
/// $E_s=\frac{C_{ss}\sum q_s^2\eta+\gamma_s\sigma^2}{1-\gamma_s}$. Computed by $\sum_tv_{j,t}w_t=\sum_ta_t(w_t-w_j)-\sum_ta_tq_tw_t+(\sum_ta_t-1)w_j$, in which equal tasks
/// do not cancel.
///
/// # Errors
/// A covariance that is not symmetric and positive semi-definite; other numbers of sizes or weights than of tasks; no samples, negative
/// noise; a target of another length; those of [`effective_ridge`].
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::continual_learning::{Spectrum, Target, merged_models};
/// let spectrum = Spectrum::power(1.5, 80)?;
/// let similar = dmatrix![1.0, 0.6; 0.6, 1.0];
/// let errors = merged_models(&spectrum, &Target::matched(&spectrum), &similar, &[30, 15], &[0.5, 0.5], 0.0)?;
/// assert!((errors[0] - 0.7029731052248487).abs() < 1e-13);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn merged_models(
    spectrum: &Spectrum,
    target: &Target,
    covariance: &DMatrix<f64>,
    samples: &[usize],
    weights: &[f64],
    noise: f64,
) -> Result<Vec<f64>, TheoryError> {
    target.fits(spectrum)?;
    check_covariance(covariance)?;
    let c = covariance;
    let tasks = c.nrows();
    for (name, what, count) in [("N", "sizes", samples.len()), ("weights", "weights", weights.len())] {
        if count != tasks {
            let valid = format!("{tasks}, one for every task and its model");
            return Err(TheoryError::invalid(name, format!("{count} {what}"), valid));
        }
    }
    non_negative("sigma2", noise)?;
    let mut ridges: Vec<EffectiveRidge> = Vec::new();
    let mut models = Vec::new();
    for (&n, weight) in samples.iter().zip(weights) {
        finite("weights", *weight)?;
        at_least("N", n, 1)?;
        // Equal sizes leave the same undetermined.
        let found = samples.iter().take(models.len()).position(|&other| other == n);
        models.push(match found {
            Some(earlier) => models[earlier],
            None => {
                ridges.push(effective_ridge(spectrum, n as f64, 0.0)?);
                ridges.len() - 1
            }
        });
    }
    let power = target.power(spectrum);
    // Ση q and Ση q q' of every size; the tail is not learnt.
    let sizes = ridges.len();
    let unlearnt: Vec<f64> =
        ridges.iter().map(|one| spectrum.sum(|i, _| target.powers[i] * one.q[i]) + target.tail).collect();
    let overlap = DMatrix::from_fn(sizes, sizes, |r, s| {
        spectrum.sum(|i, _| target.powers[i] * ridges[r].q[i] * ridges[s].q[i]) + target.tail
    });
    let spread = (0..tasks).map(|s| {
        let ridge = &ridges[models[s]];
        let own = c[(s, s)] * overlap[(models[s], models[s])];
        weights[s] * weights[s] * ridge.gamma * ((own + ridge.gamma * noise) / ridge.slack + noise)
    });
    let spread: f64 = spread.sum();
    let excess = weights.iter().sum::<f64>() - 1.0;
    // E w_g (w_s − w_j), and E (w_s − w_j)(w_t − w_j).
    let apart = |g: usize, s: usize, j: usize| if s == j { 0.0 } else { c[(g, s)] - c[(g, j)] };
    let differing = |s: usize, t: usize, j: usize| apart(s, t, j) - apart(j, t, j);
    (0..tasks)
        .map(|j| {
            let mut error = excess * excess * c[(j, j)] * power;
            for s in 0..tasks {
                let (a, m) = (weights[s], unlearnt[models[s]]);
                error += 2.0 * excess * a * (apart(j, s, j) * power - c[(s, j)] * m);
                for t in 0..tasks {
                    let both = a * weights[t];
                    let left = overlap[(models[s], models[t])] * c[(s, t)];
                    error += both * (left + differing(s, t, j) * power - 2.0 * m * apart(s, t, j));
                }
            }
            representable("an error", representable("an error", error)?.max(0.0) + spread)
        })
        .collect()
}
