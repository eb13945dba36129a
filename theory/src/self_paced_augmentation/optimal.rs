//! The best ridge, the threshold that finds it, and what augmentation can gain at most.

use serde::Serialize;

use super::fixed_point::{slope, threshold_at};
use super::ridge::{LinearTask, RidgeObservables, ridge_observables};
use crate::TheoryError;
use crate::error::{non_negative, positive, representable};
use crate::special::inverse_erfc;

fn best_ridge(task: &LinearTask) -> Result<f64, TheoryError> {
    if task.r2() == 0.0 {
        return Err(TheoryError::invalid(
            "r2",
            0.0,
            "a number > 0: without a signal the best ridge is infinite",
        ));
    }
    representable("the best ridge", task.sigma2() * (task.gamma() / task.r2()))
}

/// Ridge regression at its best, which is augmentation of all samples at the best noise.
///
/// # Formula
/// $\lambda^*=\sigma^2\gamma/r^2$, $R(\lambda^*)=\frac{r^2\kappa}{1+\kappa}$; $R(\lambda)$ falls before and grows after. All end points of self-paced
/// training are ridge estimators, so none is better.
///
/// # Errors
/// Rounding. [`InvalidParameter`](TheoryError::InvalidParameter) for $r^2=0$.
///
/// # Source
/// Dobriban and Wager 2018.
///
/// # Example
/// ```
/// use solvable_theory::self_paced_augmentation::{LinearTask, optimal_augmentation};
/// let best = optimal_augmentation(&LinearTask::new(2.0, 1.0, 0.25)?)?;
/// assert_eq!(best.lambda, 0.125);
/// assert!((best.test_error - 0.1753905296791061).abs() < 1e-15);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn optimal_augmentation(task: &LinearTask) -> Result<RidgeObservables, TheoryError> {
    ridge_observables(task, best_ridge(task)?)
}

/// The threshold at which self-paced training has the best ridge as a fixed point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OptimalThreshold {
    /// $\tau^*$.
    pub tau: f64,
    /// $\lambda^*$.
    pub lambda: f64,
    /// $T'(\lambda^*)$: training ends there only if it is below one.
    pub slope: f64,
}

/// The threshold $\tau^*$ at which the best ridge is a fixed point, and whether it attracts.
///
/// # Formula
/// $\tau^*=2v(\lambda^*)\lbrack\mathrm{erfc}^{-1}(\lambda^*/s^2)\rbrack^2$; 0 for $\lambda^*=s^2$.
///
/// # Errors
/// Rounding. [`InvalidParameter`](TheoryError::InvalidParameter) unless $r^2,\sigma^2>0$ and $s^2\ge\lambda^*$.
///
/// # Source
/// [`inverse_threshold`](super::inverse_threshold) at [`optimal_augmentation`].
///
/// # Example
/// ```
/// use solvable_theory::self_paced_augmentation::{LinearTask, optimal_threshold};
/// let good = optimal_threshold(&LinearTask::new(2.0, 1.0, 0.25)?, 0.5)?;
/// assert!((good.tau - 0.1944248291578244).abs() < 1e-14 && good.slope < 1.0);
/// let unreachable = optimal_threshold(&LinearTask::new(0.5, 1.0, 0.04)?, 0.3)?;
/// assert!((unreachable.slope - 1.57).abs() < 0.005);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn optimal_threshold(task: &LinearTask, s2: f64) -> Result<OptimalThreshold, TheoryError> {
    non_negative("s2", s2)?;
    positive("sigma2", task.sigma2())?;
    let best = optimal_augmentation(task)?;
    let lambda = best.lambda;
    if s2 < lambda {
        return Err(TheoryError::invalid("s2", s2, format!("at least the best ridge {lambda}")));
    }
    let a = if s2 == lambda { 0.0 } else { inverse_erfc(lambda / s2) };
    let tau = threshold_at(best.training_error, a)?;
    Ok(OptimalThreshold { tau, lambda, slope: representable("the slope", slope(task, s2, a, &best))? })
}

/// The effective ridges at which self-paced augmentation beats augmentation of all samples with the same noise.
///
/// # Formula
/// $(\bar\lambda,s^2)$ with $R(\bar\lambda)=R(s^2)$, $\bar\lambda<\lambda^*$; $\bar\lambda=0$ where $R(0)\le R(s^2)$. `None` for $s^2\le\lambda^*$: then augmentation of all samples
/// is the best member of the family. No augmentation is beaten where $R(\lambda)<R(0)$.
///
/// # Errors
/// $R(\bar\lambda)$ to rounding. [`InvalidParameter`](TheoryError::InvalidParameter) unless $s^2\ge0$ and $r^2>0$.
///
/// # Source
/// Unimodality of $R(\lambda)$.
///
/// # Example
/// ```
/// use solvable_theory::self_paced_augmentation::{LinearTask, fixed_point, winning_interval};
/// let task = LinearTask::new(2.0, 1.0, 0.25)?;
/// let end = fixed_point(&task, 0.5, 0.3)?.ridge.lambda;
/// assert!(winning_interval(&task, 0.5)?.is_some_and(|(low, high)| low < end && end < high));
/// assert_eq!(winning_interval(&task, 0.1)?, None);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn winning_interval(task: &LinearTask, s2: f64) -> Result<Option<(f64, f64)>, TheoryError> {
    non_negative("s2", s2)?;
    let best = best_ridge(task)?;
    if s2 <= best {
        return Ok(None);
    }
    let error = |lambda: f64| Ok::<_, TheoryError>(ridge_observables(task, lambda)?.test_error);
    let rival = error(s2)?;
    if error(0.0)? <= rival {
        return Ok(Some((0.0, s2)));
    }
    let (mut low, mut high) = (0.0, best);
    // At most the number of halvings of the whole range of floating point numbers.
    for _ in 0..2200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if error(middle)? > rival { low = middle } else { high = middle }
    }
    Ok(Some((high, s2)))
}

/// The most that augmentation can gain over none, $G=R(0)-R(\lambda^*)$.
///
/// # Formula
/// With $\kappa$ at $\lambda^*$: $\gamma<1$: $\frac{\sigma^2\gamma\kappa}{(1-\gamma)(1-\gamma+\kappa)}$; $\gamma>1$: $\frac{\sigma^2\lambda^*(1+\kappa)}{(\gamma-1)\kappa^2}$; infinite at $\psi=1$ with noise. The difference without its
/// cancellation.
///
/// # Errors
/// Rounding. [`InvalidParameter`](TheoryError::InvalidParameter) for $r^2=0$.
///
/// # Source
/// [`ridge_observables`] at 0 and at $\lambda^*$.
pub fn best_gain(task: &LinearTask) -> Result<f64, TheoryError> {
    let lambda = best_ridge(task)?;
    let ((kappa, _), gamma) = (task.dressed(lambda), task.gamma());
    if task.sigma2() == 0.0 {
        return Ok(0.0);
    }
    let missing = (task.psi() - 1.0) / task.psi();
    let gain = if missing > 0.0 {
        task.sigma2() * (gamma / missing) * (kappa / (missing + kappa))
    } else if missing < 0.0 {
        task.sigma2() / -missing * (lambda / kappa) * ((1.0 + kappa) / kappa)
    } else {
        return Ok(f64::INFINITY);
    };
    representable("the gain", gain)
}

/// The law of [`best_gain`] for few samples, $\psi\to0$.
///
/// # Formula
/// $G\simeq\psi\frac{\sigma^4}{r^2+\sigma^2}$.
///
/// # Errors
/// Relative $O(\psi)$. [`InvalidParameter`](TheoryError::InvalidParameter) for $r^2=0$.
///
/// # Source
/// Expansion of [`best_gain`].
pub fn few_samples_gain(task: &LinearTask) -> Result<f64, TheoryError> {
    best_ridge(task)?;
    Ok(task.psi() * task.sigma2() * (task.sigma2() / (task.r2() + task.sigma2())))
}

/// The law of [`best_gain`] for many samples, $\psi\to\infty$.
///
/// # Formula
/// $G\simeq\frac{\sigma^4}{r^2\psi^2}$.
///
/// # Errors
/// Relative $O(1/\psi)$. [`InvalidParameter`](TheoryError::InvalidParameter) for $r^2=0$.
///
/// # Source
/// Expansion of [`best_gain`].
pub fn many_samples_gain(task: &LinearTask) -> Result<f64, TheoryError> {
    representable("the gain", task.sigma2() / task.psi() * best_ridge(task)?)
}
