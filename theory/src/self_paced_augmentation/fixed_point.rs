//! Where self-paced training ends: a ridge that reproduces itself.

use libm::erfc;
use serde::Serialize;
use std::f64::consts::PI;

use super::ridge::{LinearTask, RidgeObservables, ridge_observables};
use crate::TheoryError;
use crate::error::{non_negative, positive, representable};
use crate::special::inverse_erfc;

/// Most iterations of a fixed-point map.
const MOST: usize = 200_000;

/// An end point of self-paced training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FixedPoint {
    /// $p$, the part of the samples that is augmented.
    pub ratio: f64,
    /// The ridge estimator with $\lambda_{\rm eff}=s^2p$.
    pub ridge: RidgeObservables,
}

/// `tau` if it is a threshold of self-pacing.
pub(super) fn threshold(tau: f64) -> Result<f64, TheoryError> {
    if tau >= 0.0 {
        Ok(tau)
    } else {
        Err(TheoryError::invalid(
            "tau",
            tau,
            "a number >= 0 or infinity; to augment all samples use ridge s2",
        ))
    }
}

/// The part of the samples whose squared residual exceeds the threshold, for residuals $\mathcal N(0,v)$.
///
/// # Formula
/// $p=\mathrm{erfc}\sqrt{\tau/2v}$; 1 at $\tau=0$, 0 at $v=0<\tau$.
///
/// # Errors
/// Rounding. [`InvalidParameter`](TheoryError::InvalidParameter) unless $v\ge0$ and $\tau\ge0$; infinity is valid.
///
/// # Source
/// The rule of Takase, Karakida and Asoh 2021 for Gaussian residuals.
///
/// # Example
/// ```
/// use solvable_theory::self_paced_augmentation::augmentation_ratio;
/// // Before training.
/// assert!((augmentation_ratio(1.25, 0.3)? - 0.6242061147664029).abs() < 1e-13);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn augmentation_ratio(training_error: f64, tau: f64) -> Result<f64, TheoryError> {
    if training_error.is_nan() || training_error < 0.0 {
        return Err(TheoryError::invalid("v", training_error, "a number >= 0"));
    }
    Ok(ratio(training_error, threshold(tau)?))
}

/// [`augmentation_ratio`] of valid arguments.
pub(super) fn ratio(training_error: f64, tau: f64) -> f64 {
    match tau {
        0.0 => 1.0,
        f64::INFINITY => 0.0,
        _ => erfc((0.5 * tau / training_error).sqrt()),
    }
}

/// Follows a monotone map from `start` until it stops in rounding.
pub(super) fn iterate(start: f64, map: impl Fn(f64) -> Result<f64, TheoryError>) -> Result<f64, TheoryError> {
    let mut lambda = start;
    let mut direction = 0.0;
    for _ in 0..MOST {
        let next = map(lambda)?;
        let step = next - lambda;
        if step == 0.0 || step * direction < 0.0 {
            return Ok(next);
        }
        (direction, lambda) = (step.signum(), next);
    }
    Err(TheoryError::NotConverged {
        procedure: "the effective ridge of self-paced augmentation".to_owned(),
        detail: format!("lambda = {lambda} still moves after {MOST} iterations: tau is at a spinodal"),
    })
}

/// The map $T(\lambda)=s^2\,\mathrm{erfc}\sqrt{\tau/2v(\lambda)}$ whose fixed points are the end points of self-paced training.
///
/// # Errors
/// Rounding. [`InvalidParameter`](TheoryError::InvalidParameter) unless $s^2,\lambda\ge0$ are finite and $\tau\ge0$.
///
/// # Source
/// Rotation invariance: for Gaussian data the training residuals of any spectral estimator are uniform on a sphere.
pub fn ratio_map(task: &LinearTask, s2: f64, tau: f64, lambda: f64) -> Result<f64, TheoryError> {
    non_negative("s2", s2)?;
    Ok(s2 * ratio(ridge_observables(task, lambda)?.training_error, threshold(tau)?))
}

/// The slope $T'(\lambda)$: a fixed point attracts iff it is below one.
///
/// # Formula
/// $T'=\frac{s^2}{\sqrt\pi}ae^{-a^2}\frac{v'}v$, $a=\sqrt{\tau/2v}$, $\frac{v'}v=\frac{2\kappa}{(1+\kappa)(\kappa+h)^2}\left[\frac\gamma h+\frac{r^2}E\right]$, $h=\lambda/\kappa$. The determinant
/// of the linearised flow is $\det(S+\lambda)(1-T')$.
///
/// # Errors
/// Relative $10^{-14}a^2$. [`InvalidParameter`](TheoryError::InvalidParameter) unless $s^2,\lambda\ge0$ are finite and $\tau\ge0$.
///
/// # Source
/// Derivative of [`ratio_map`].
pub fn stability_slope(task: &LinearTask, s2: f64, tau: f64, lambda: f64) -> Result<f64, TheoryError> {
    non_negative("s2", s2)?;
    let state = ridge_observables(task, lambda)?;
    let a = (0.5 * threshold(tau)? / state.training_error).sqrt();
    representable("the slope", slope(task, s2, a, &state))
}

/// $T'$ at $a=\sqrt{\tau/2v}$; infinite where it overflows.
pub(super) fn slope(task: &LinearTask, s2: f64, a: f64, state: &RidgeObservables) -> f64 {
    // No residuals, no slope; nor with a threshold of zero or infinity.
    let residuals = state.shrinkage > 0.0 && task.sigma2() + state.test_error > 0.0;
    if residuals && s2 > 0.0 && a > 0.0 && a.is_finite() {
        (s2.ln() + a.ln() - a * a - 0.5 * PI.ln() + task.log_slope(state)).exp()
    } else {
        0.0
    }
}

fn at(task: &LinearTask, tau: f64, lambda: f64) -> Result<FixedPoint, TheoryError> {
    let ridge = ridge_observables(task, lambda)?;
    Ok(FixedPoint { ratio: ratio(ridge.training_error, tau), ridge })
}

/// The end of gradient flow from $w=0$ with self-paced augmentation: the largest fixed point.
///
/// # Formula
/// $\lambda=T(\lambda)$ ([`ratio_map`]), iterated from $\lambda=s^2$; $p=\lambda/s^2$. $\tau=0$: $\lambda=s^2$; $\tau=\infty$: $\lambda=0$; for $\psi\le1$ above the
/// [`spinodal`](super::spinodal) $\lambda=0$, the interpolator.
///
/// # Errors
/// Rounding over $1-T'$. [`InvalidParameter`](TheoryError::InvalidParameter) unless $s^2\ge0$ is finite and $\tau\ge0$;
/// [`NotConverged`](TheoryError::NotConverged) within about $10^{-8}$ of a spinodal.
///
/// # Source
/// The flow of the modes is monotone and $w=0$ lies below all fixed points; the rule of Takase, Karakida and Asoh 2021.
///
/// # Example
/// ```
/// use solvable_theory::self_paced_augmentation::{LinearTask, fixed_point};
/// let end = fixed_point(&LinearTask::new(2.0, 1.0, 0.25)?, 1.0, 0.3)?;
/// assert!((end.ratio - 0.16932417977302114).abs() < 1e-11);
/// assert_eq!(fixed_point(&LinearTask::new(0.5, 1.0, 0.25)?, 1.0, 0.08)?.ratio, 0.0);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn fixed_point(task: &LinearTask, s2: f64, tau: f64) -> Result<FixedPoint, TheoryError> {
    non_negative("s2", s2)?;
    threshold(tau)?;
    let lambda = iterate(s2, |lambda| ratio_map(task, s2, tau, lambda))?;
    at(task, tau, lambda)
}

/// The end of gradient flow from least squares (of least norm) with self-paced augmentation: the smallest fixed point.
///
/// # Formula
/// $\lambda=T(\lambda)$ iterated from $\lambda=0$, where $v=\sigma^2(1-\gamma)_+$; for $\psi\le1$ or $\sigma^2=0$ the interpolator itself, unless $\tau=0$.
///
/// # Errors
/// As [`fixed_point`].
///
/// # Source
/// As [`fixed_point`]: least squares lies above all fixed points.
pub fn lowest_fixed_point(task: &LinearTask, s2: f64, tau: f64) -> Result<FixedPoint, TheoryError> {
    non_negative("s2", s2)?;
    threshold(tau)?;
    let lambda = iterate(0.0, |lambda| ratio_map(task, s2, tau, lambda))?;
    at(task, tau, lambda)
}

/// The fixed point that forgets that samples were trained on: a rival that data refute.
///
/// # Formula
/// The largest root of $\lambda=s^2\,\mathrm{erfc}\sqrt{\tau/2(\sigma^2+R(\lambda))}$: test residuals in the place of training residuals.
///
/// # Errors
/// $10^{-13}s^2$ where roots are apart. [`InvalidParameter`](TheoryError::InvalidParameter) unless $s^2\ge0$ is finite and $\tau\ge0$.
///
/// # Source
/// [`fixed_point`] without the factor $\lambda/\kappa$.
pub fn test_residual_fixed_point(task: &LinearTask, s2: f64, tau: f64) -> Result<FixedPoint, TheoryError> {
    const CELLS: usize = 2000;
    non_negative("s2", s2)?;
    threshold(tau)?;
    let map = |lambda: f64| -> Result<f64, TheoryError> {
        Ok(s2 * ratio(task.sigma2() + ridge_observables(task, lambda)?.test_error, tau))
    };
    let (mut low, mut high) = (0.0, s2);
    for cell in (0..CELLS).rev() {
        low = s2 * cell as f64 / CELLS as f64;
        if map(low)? >= low {
            break;
        }
        high = low;
    }
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if map(middle)? >= middle { low = middle } else { high = middle }
    }
    let ridge = ridge_observables(task, low)?;
    Ok(FixedPoint { ratio: ratio(task.sigma2() + ridge.test_error, tau), ridge })
}

/// The threshold at which $\lambda$ is a fixed point.
///
/// # Formula
/// $\tau(\lambda)=2v(\lambda)\lbrack\mathrm{erfc}^{-1}(\lambda/s^2)\rbrack^2$; stable where it falls with $\lambda$.
///
/// # Errors
/// Rounding. [`InvalidParameter`](TheoryError::InvalidParameter) unless $0<\lambda<s^2$; [`Undefined`](TheoryError::Undefined) where $\lambda/s^2$ underflows.
///
/// # Source
/// [`fixed_point`] solved for $\tau$.
///
/// # Example
/// ```
/// use solvable_theory::self_paced_augmentation::{LinearTask, fixed_point, inverse_threshold};
/// let task = LinearTask::new(2.0, 1.0, 0.25)?;
/// let tau = inverse_threshold(&task, 1.0, 0.2)?;
/// assert!((fixed_point(&task, 1.0, tau)?.ratio - 0.2).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn inverse_threshold(task: &LinearTask, s2: f64, lambda: f64) -> Result<f64, TheoryError> {
    positive("s2", s2)?;
    if !(lambda > 0.0 && lambda < s2) {
        return Err(TheoryError::invalid(
            "lambda",
            lambda,
            format!("a number strictly between 0 and s2 = {s2}"),
        ));
    }
    threshold_at(ridge_observables(task, lambda)?.training_error, inverse_erfc(lambda / s2))
}

/// $\tau=2va^2$.
pub(super) fn threshold_at(training_error: f64, a: f64) -> Result<f64, TheoryError> {
    representable("the threshold", 2.0 * training_error * a * a)
}

/// $\mathbb E\lbrack r^2;r^2>\tau\rbrack$ for $r\sim\mathcal N(0,v)$.
pub(super) fn augmented_power(training_error: f64, tau: f64) -> f64 {
    let a = (0.5 * tau / training_error).sqrt();
    if tau == 0.0 {
        training_error
    } else if a * a < 700.0 {
        training_error * (erfc(a) + 2.0 / PI.sqrt() * a * (-a * a).exp())
    } else {
        0.0
    }
}
