//! Noise of the loss, noise in the labels, noise that is drawn once, noise of finite steps.

use serde::Serialize;

use super::fixed_point::{FixedPoint, augmented_power, fixed_point, iterate, ratio, threshold};
use super::ridge::{LinearTask, RidgeObservables, ridge_observables};
use crate::TheoryError;
use crate::error::{non_negative, representable};

/// Batch size times the variance of the mean augmented loss over the draws of the noise, at fixed weights, and the mean loss.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LossNoise {
    /// $V$ of self-paced augmentation at its largest fixed point.
    pub self_paced: f64,
    /// $V$ of augmentation of all samples at its own end, ridge $s^2$.
    pub all: f64,
    /// $V$ of as many random samples at the end point of self-paced augmentation.
    pub random: f64,
    /// The mean augmented loss of self-paced augmentation, and of as many random samples.
    pub self_paced_loss: f64,
    /// The mean augmented loss of augmentation of all samples.
    pub all_loss: f64,
}

/// How noisy the augmented loss is.
///
/// # Formula
/// $V=N\,\mathrm{Var}_\xi\lbrack\frac1N\sum_i\frac12\tilde r_i^2\rbrack$: $V_{\rm SPA}=s^2W\rho_A+\frac12s^4W^2p$ with
/// $\rho_A=\mathbb E\lbrack r^2;r^2>\tau\rbrack=v\lbrack\mathrm{erfc}\,a+\frac2{\sqrt\pi}ae^{-a^2}\rbrack$, $a=\sqrt{\tau/2v}$; all samples: $s^2Wv+\frac12s^4W^2$ at $\lambda=s^2$; random samples:
/// $p(s^2Wv+\frac12s^4W^2)$. Mean losses $\frac12v+\frac12ps^2W$. Either method can be the quieter one.
///
/// # Errors
/// As [`fixed_point`]; [`Undefined`](TheoryError::Undefined) on overflow.
///
/// # Source
/// $w\cdot\xi\sim\mathcal N(0,W)$; the comparison of Takase, Karakida and Asoh 2021.
///
/// # Example
/// ```
/// use solvable_theory::self_paced_augmentation::{LinearTask, loss_noise};
/// let noise = loss_noise(&LinearTask::new(3.0, 1.0, 0.4)?, 0.8, 0.4)?;
/// assert!(noise.self_paced > noise.all);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn loss_noise(task: &LinearTask, s2: f64, tau: f64) -> Result<LossNoise, TheoryError> {
    let FixedPoint { ratio, ridge } = fixed_point(task, s2, tau)?;
    let all = ridge_observables(task, s2)?;
    // Without augmented samples, or without noise, an infinite norm plays no role.
    let power = |state: &RidgeObservables, ratio: f64| {
        if ratio > 0.0 && s2 > 0.0 { s2 * state.squared_norm } else { 0.0 }
    };
    let variance = |x: f64, residual: f64, ratio: f64| x * residual + 0.5 * x * x * ratio;
    let (here, there) = (power(&ridge, ratio), power(&all, 1.0));
    let augmented = augmented_power(ridge.training_error, tau);
    let name = "the variance of the loss";
    Ok(LossNoise {
        self_paced: representable(name, variance(here, augmented, ratio))?,
        all: representable(name, variance(there, all.training_error, 1.0))?,
        random: representable(name, variance(here, ratio * ridge.training_error, ratio))?,
        self_paced_loss: 0.5 * ridge.training_error + 0.5 * ratio * here,
        all_loss: 0.5 * all.training_error + 0.5 * there,
    })
}

/// What the noise of full-batch steps adds to test and training error, per unit of learning rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StepNoise {
    /// $c_R$: $R$ grows by $c_R\eta$.
    pub test_error: f64,
    /// $c_v$: $v$ grows by $c_v\eta$.
    pub training_error: f64,
}

/// The first order, in the learning rate, of the fluctuations of training with fresh noise around its end point.
///
/// # Formula
/// $c_R=\frac{s^2\gamma}2\lbrack(\rho_A+s^2pW)m+pWI_1\rbrack$, $c_v=\frac{s^2\gamma}2\lbrack(\rho_A+s^2pW)I_1+pWI_2\rbrack$ with
/// $m=\frac1{\lambda+h}$, $I_1=\frac h{\lambda+h}$, $I_2=I_1\left(1+\frac{\gamma\lambda}{\lambda+h}\right)$, $h=\lambda/\kappa$: the means of $\mu^k/(\mu+\lambda)$ over the spectrum of $S$.
///
/// # Errors
/// First order only, and without the feedback of $v$ on $p$: the measured slope differs by up to a third. As [`fixed_point`].
///
/// # Source
/// Stationary covariance of a linear recursion with noise.
pub fn step_noise(task: &LinearTask, s2: f64, tau: f64) -> Result<StepNoise, TheoryError> {
    let FixedPoint { ratio, ridge } = fixed_point(task, s2, tau)?;
    if ratio == 0.0 || s2 == 0.0 {
        return Ok(StepNoise { test_error: 0.0, training_error: 0.0 });
    }
    let (lambda, shrinkage, gamma) = (ridge.lambda, ridge.shrinkage, task.gamma());
    let m = (lambda + shrinkage).recip();
    let first = shrinkage * m;
    let second = first * (1.0 + gamma * (lambda * m));
    let spread = ratio * ridge.squared_norm;
    let drive = augmented_power(ridge.training_error, tau) + s2 * spread;
    let half = 0.5 * s2 * gamma;
    Ok(StepNoise {
        test_error: representable("c_R", half * (drive * m + spread * first))?,
        training_error: representable("c_v", half * (drive * first + spread * second))?,
    })
}

/// One kind of label noise in a mixture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct NoiseComponent {
    /// $\pi_k$, the part of the samples that have it.
    pub fraction: f64,
    /// $q_k$, its variance.
    pub variance: f64,
}

/// The end of self-paced training with a mixture of label noises.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutlierFixedPoint {
    /// $p=\sum_k\pi_kp_k$.
    pub ratio: f64,
    /// The ridge estimator with $\lambda=s^2p$.
    pub ridge: RidgeObservables,
    /// $p_k$, the augmented part of every component.
    pub component_ratios: Vec<f64>,
}

/// The largest fixed point for label noise that is a mixture of Gaussians, for instance with a few outliers.
///
/// # Formula
/// $\sigma^2=\sum_k\pi_kq_k$ in the ridge; $p_k=\mathrm{erfc}\sqrt{\tau/(2h^2(q_k+R))}$, $h=\lambda/\kappa$, $\lambda=s^2\sum_k\pi_kp_k$. Outliers are augmented most, to no avail: only the
/// number of augmented samples matters.
///
/// # Errors
/// Rounding over $1-T'$; that training from $w=0$ ends at the largest solution is not proved here. [`InvalidParameter`](TheoryError::InvalidParameter) unless there is
/// a component, $\pi_k,q_k\ge0$ and $\sum_k\pi_k=1$ to $10^{-12}$, and as [`fixed_point`].
///
/// # Source
/// [`fixed_point`] with the law of a residual given its noise.
pub fn outlier_fixed_point(
    psi: f64,
    r2: f64,
    components: &[NoiseComponent],
    s2: f64,
    tau: f64,
) -> Result<OutlierFixedPoint, TheoryError> {
    if components.is_empty() {
        return Err(TheoryError::invalid(
            "components",
            "an empty list",
            "at least one pair [fraction, variance]",
        ));
    }
    for component in components {
        non_negative("components", component.fraction)?;
        non_negative("components", component.variance)?;
    }
    let total: f64 = components.iter().map(|c| c.fraction).sum();
    if (total - 1.0).abs() > 1e-12 {
        let found = format!("fractions that add up to {total}");
        return Err(TheoryError::invalid("components", found, "fractions that add up to 1"));
    }
    let sigma2 = components.iter().map(|c| c.fraction * c.variance).sum();
    let task = LinearTask::new(psi, r2, sigma2)?;
    non_negative("s2", s2)?;
    threshold(tau)?;
    let ratios = |state: &RidgeObservables| -> Vec<f64> {
        let h2 = state.shrinkage * state.shrinkage;
        // The interpolator has no residuals even where its test error is infinite.
        let variance = |q: f64| if h2 == 0.0 { 0.0 } else { h2 * (q + state.test_error) };
        components.iter().map(|c| ratio(variance(c.variance), tau)).collect()
    };
    let mean = |ratios: &[f64]| -> f64 { components.iter().zip(ratios).map(|(c, p)| c.fraction * p).sum() };
    let lambda = iterate(s2, |lambda| Ok(s2 * mean(&ratios(&ridge_observables(&task, lambda)?)).min(1.0)))?;
    let ridge = ridge_observables(&task, lambda)?;
    let component_ratios = ratios(&ridge);
    Ok(OutlierFixedPoint { ratio: mean(&component_ratios), ridge, component_ratios })
}

/// Test error of least squares on one fixed noisy copy of the inputs: augmentation before training.
///
/// # Formula
/// $\alpha=\frac1{1+s^2}$, $\tilde\sigma^2=\alpha(\sigma^2+r^2s^2\alpha)$: $R=r^2(1-\alpha)^2+\tilde\sigma^2\frac\gamma{1-\gamma}$ for $\gamma<1$,
/// $R=r^2\lbrack1-\alpha(2-\alpha)/\gamma\rbrack+\frac{\tilde\sigma^2}{\gamma-1}$ for $\gamma>1$. Not ridge with $s^2$: noise has to be fresh for that.
///
/// # Errors
/// Rounding. [`Undefined`](TheoryError::Undefined) at $\psi=1$; [`InvalidParameter`](TheoryError::InvalidParameter) unless $s^2\ge0$ is finite.
///
/// # Source
/// Hastie et al. 2022 for inputs of variance $1+s^2$.
///
/// # Example
/// ```
/// use solvable_theory::self_paced_augmentation::{LinearTask, frozen_copy, ridge_observables};
/// let task = LinearTask::new(2.0, 1.0, 0.25)?;
/// assert!((frozen_copy(&task, 0.3)? - 0.4230769230769231).abs() < 1e-14);
/// assert!((ridge_observables(&task, 0.3)?.test_error - 0.2057).abs() < 1e-4);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn frozen_copy(task: &LinearTask, s2: f64) -> Result<f64, TheoryError> {
    non_negative("s2", s2)?;
    let (r2, psi, gamma) = (task.r2(), task.psi(), task.gamma());
    let alpha = (1.0 + s2).recip();
    // 1 − α; no cancellation where s² is small, no overflow where it is large.
    let lost = s2 / (1.0 + s2);
    let noise = alpha * (task.sigma2() + r2 * lost);
    let missing = (psi - 1.0) / psi;
    let error = if missing > 0.0 {
        r2 * lost * lost + noise * (gamma / missing)
    } else if missing < 0.0 {
        r2 * (1.0 - psi * (alpha * (2.0 - alpha))) + noise / -missing
    } else {
        return Err(TheoryError::undefined(
            "the test error on a frozen copy",
            "with psi = 1 least squares diverges; choose another psi",
        ));
    };
    representable("the test error on a frozen copy", error)
}
