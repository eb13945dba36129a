//! The same task many times, and endless streams of tasks.

use serde::Serialize;

use super::ridge::{EffectiveRidge, effective_ridge};
use super::spectrum::{Spectrum, Target};
use crate::TheoryError;
use crate::error::{at_least, non_negative, representable};

/// The errors $E_1,\dots,E_n$ of one task learnt in $n=$ `count` stages of `samples` $=N$ fresh samples each, label noise
/// `noise` $=\sigma^2$, no ridge.
///
/// # Formula
/// $E_n=\frac1{1-\gamma}(\sum q^2v_{n-1}+\gamma\sigma^2)$, $v_n=q^2v_{n-1}+b(E_n+\sigma^2)$, $v_0=\eta$.
///
/// # Errors
/// No stage or no samples, negative noise, more than $10^{11}$ stages times modes; those of [`effective_ridge`].
///
/// # Source
/// Karakida and Akaho (2022).
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::{Spectrum, Target, many_tasks};
/// let spectrum = Spectrum::power(2.0, 2000)?;
/// let errors = many_tasks(&spectrum, &Target::matched(&spectrum), 100, 3, 0.0)?;
/// assert!(errors[2] < errors[1] && errors[1] < errors[0]);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn many_tasks(
    spectrum: &Spectrum,
    target: &Target,
    samples: usize,
    count: usize,
    noise: f64,
) -> Result<Vec<f64>, TheoryError> {
    target.fits(spectrum)?;
    at_least("n", count, 1)?;
    at_least("N", samples, 1)?;
    non_negative("sigma2", noise)?;
    if count as f64 * spectrum.levels() as f64 > 1e11 {
        return Err(TheoryError::invalid("n", count, "fewer stages or modes"));
    }
    let ridge = effective_ridge(spectrum, samples as f64, 0.0)?;
    let mut left = target.powers.clone();
    (0..count)
        .map(|_| {
            let sum = spectrum.sum(|i, _| ridge.q[i] * ridge.q[i] * left[i]) + target.tail;
            let error = representable("an error", (sum + ridge.gamma * noise) / ridge.slack)?;
            for ((v, q), b) in left.iter_mut().zip(&ridge.q).zip(&ridge.b) {
                *v = q * q * *v + b * (error + noise);
            }
            Ok(error)
        })
        .collect()
}

/// $\mu$ of $E_n\propto\mu^n$ for a finite number of modes: one task, equal sizes, no noise.
///
/// # Formula
/// The root in $(\max_iq_i^2,1)$ of $\frac1{1-\gamma}\sum_i\frac{b_iq_i^2}{\mu-q_i^2}=1$; equal eigenvalues: $1-N/P$.
///
/// # Errors
/// A tail or an eigenvalue of 0 (what is never learnt does not shrink); at least as many samples as modes.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::{Spectrum, contraction_factor};
/// let mu = contraction_factor(&Spectrum::simple(vec![0.3; 40], 0.0)?, 12)?;
/// assert!((mu - 0.7).abs() < 1e-13);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn contraction_factor(spectrum: &Spectrum, samples: usize) -> Result<f64, TheoryError> {
    if spectrum.tail() > 0.0 || spectrum.eigenvalues().contains(&0.0) {
        let valid = "all eigenvalues > 0 and no tail: what the kernel cannot learn does not shrink";
        return Err(TheoryError::invalid("lambda", "with zeros or a tail", valid));
    }
    at_least("N", samples, 1)?;
    if samples as f64 >= spectrum.rank() {
        let valid = format!("fewer samples than modes ({})", spectrum.rank());
        return Err(TheoryError::invalid("N", samples, valid));
    }
    let ridge = effective_ridge(spectrum, samples as f64, 0.0)?;
    let largest = ridge.q.iter().fold(0.0f64, |m, q| m.max(q * q));
    let excess = |mu: f64| {
        let sum = spectrum.sum(|i, _| {
            let square = ridge.q[i] * ridge.q[i];
            ridge.b[i] * square / (mu - square)
        });
        sum / ridge.slack - 1.0
    };
    let (mut low, mut high) = (largest, 1.0);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if excess(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(high)
}

/// $s=\frac1N\sum_i\frac{1-q_i}{1+q_i}+\frac\tau{2\kappa}$, between $\frac12$ and 1, and
/// $1-s=\frac1N\sum_i\frac{q_i(1-q_i)}{1+q_i}+\frac\tau{2\kappa}$, in which nothing cancels.
fn stationary_noise(
    spectrum: &Spectrum,
    ridge: &EffectiveRidge,
    samples: f64,
) -> Result<(f64, f64), TheoryError> {
    if ridge.kappa == 0.0 {
        return Err(TheoryError::undefined(
            "the floor of an endless stream",
            "all modes of the kernel are determined by one stage (kappa = 0); use the general law of stages",
        ));
    }
    let sum = spectrum.sum(|i, _| ridge.learnt[i] / (1.0 + ridge.q[i]));
    let rest = spectrum.sum(|i, _| ridge.q[i] * ridge.learnt[i] / (1.0 + ridge.q[i]));
    let tail = 0.5 * (spectrum.tail() / ridge.kappa);
    Ok((sum / samples + tail, rest / samples + tail))
}

/// $E_\infty$ of infinitely many stages of one task with label noise $\sigma^2$, equal sizes, no ridge: noise is never averaged out.
///
/// # Formula
/// $E_\infty=\sigma^2\frac s{1-s}$, $s=\frac1N\sum_i\frac{1-q_i}{1+q_i}+\frac\tau{2\kappa}\in(\frac12,1)$, so that $E_\infty>\sigma^2$.
///
/// # Errors
/// Negative noise, no samples, more samples than modes; those of [`effective_ridge`].
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::{Spectrum, noise_floor};
/// let floor = noise_floor(&Spectrum::power(1.5, 40)?, 12, 0.3)?;
/// assert!((floor - 0.6625711596180798).abs() < 1e-13);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn noise_floor(spectrum: &Spectrum, samples: usize, noise: f64) -> Result<f64, TheoryError> {
    non_negative("sigma2", noise)?;
    let n = at_least("N", samples, 1)? as f64;
    let ridge = effective_ridge(spectrum, n, 0.0)?;
    let (s, rest) = stationary_noise(spectrum, &ridge, n)?;
    representable("the floor", noise * s / rest)
}

/// Errors in an endless stream of tasks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stationary {
    /// On the task that was learnt last.
    pub forward: f64,
    /// On a task of the distant past, or one never seen.
    pub far: f64,
}

/// An endless stream of tasks with the covariance 1 of each with itself and $\rho$ with any other, equal sizes, noise
/// $\sigma^2$, no ridge.
///
/// # Formula
/// $E_{\rm fwd}=\frac{2(1-\rho)\sum q^2\eta/(1+q)+\sigma^2s}{1-s}$,
/// $E_{\rm far}=2(1-\rho)\sum\frac\eta{1+q}+s(E_{\rm fwd}+\sigma^2)$, $s$ of [`noise_floor`]; the power $\eta$ of modes outside the
/// spectrum counts at $q=1$, and at $\rho=1$ it remains as an error of its own.
///
/// # Errors
/// $\rho$ below 0 or above 1, a target with power in the tail (never learnt); those of [`noise_floor`].
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::{Spectrum, Target, noise_floor, stationary_stream};
/// let spectrum = Spectrum::power(1.5, 60)?;
/// let target = Target::matched(&spectrum);
/// let same = stationary_stream(&spectrum, &target, 20, 1.0, 0.3)?;
/// assert!((same.forward - noise_floor(&spectrum, 20, 0.3)?).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn stationary_stream(
    spectrum: &Spectrum,
    target: &Target,
    samples: usize,
    rho: f64,
    noise: f64,
) -> Result<Stationary, TheoryError> {
    target.fits(spectrum)?;
    non_negative("sigma2", noise)?;
    if !(0.0..=1.0).contains(&rho) {
        let valid = "a similarity from 0 to 1: infinitely many tasks cannot all be dissimilar";
        return Err(TheoryError::invalid("rho", rho, valid));
    }
    if target.tail > 0.0 {
        return Err(TheoryError::invalid(
            "eta",
            "with power in the tail",
            "a target in the modes that are listed",
        ));
    }
    let n = at_least("N", samples, 1)? as f64;
    let ridge = effective_ridge(spectrum, n, 0.0)?;
    let (s, rest) = stationary_noise(spectrum, &ridge, n)?;
    let weighted = |power: &dyn Fn(f64) -> f64| {
        spectrum.sum(|i, _| power(ridge.q[i]) * target.powers[i] / (1.0 + ridge.q[i]))
    };
    let apart = 2.0 * (1.0 - rho);
    let forward = (apart * weighted(&|q| q * q) + noise * s) / rest;
    let far = apart * weighted(&|_| 1.0) + s * (forward + noise);
    Ok(Stationary { forward: representable("an error", forward)?, far: representable("an error", far)? })
}
