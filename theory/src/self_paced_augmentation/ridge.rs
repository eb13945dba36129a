//! Ridge regression in the proportional limit: every end point of augmented training.

use serde::Serialize;

use crate::TheoryError;
use crate::error::{non_negative, positive, representable};

/// Linear regression with Gaussian inputs, $N,d\to\infty$ at fixed $\psi=N/d$.
///
/// $x\sim\mathcal N(0,I_d)$, $y=w_*\cdot x+\varepsilon$, $\|w_*\|^2=r^2$, $\varepsilon\sim\mathcal N(0,\sigma^2)$.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LinearTask {
    psi: f64,
    r2: f64,
    sigma2: f64,
}

impl LinearTask {
    /// The task with $\psi$ samples per dimension, signal $r^2$ and label noise $\sigma^2$.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) unless $\psi>0$, $r^2\ge0$, $\sigma^2\ge0$, all finite, and $r^2+\sigma^2>0$.
    pub fn new(psi: f64, r2: f64, sigma2: f64) -> Result<Self, TheoryError> {
        positive("psi", psi)?;
        if psi.recip().is_infinite() {
            return Err(TheoryError::invalid("psi", psi, "a number whose inverse is finite"));
        }
        non_negative("r2", r2)?;
        non_negative("sigma2", sigma2)?;
        if r2 == 0.0 && sigma2 == 0.0 {
            return Err(TheoryError::invalid("sigma2", sigma2, "above 0 where r2 is 0: all targets vanish"));
        }
        representable("the variance of the targets", r2 + sigma2)?;
        Ok(Self { psi, r2, sigma2 })
    }

    /// $\psi=N/d$.
    pub fn psi(&self) -> f64 {
        self.psi
    }

    /// $\gamma=d/N$.
    pub fn gamma(&self) -> f64 {
        self.psi.recip()
    }

    /// $r^2$.
    pub fn r2(&self) -> f64 {
        self.r2
    }

    /// $\sigma^2$.
    pub fn sigma2(&self) -> f64 {
        self.sigma2
    }

    /// $\gamma-1$ without the rounding of $\gamma$.
    fn excess(&self) -> f64 {
        (1.0 - self.psi) / self.psi
    }

    /// $\kappa$ and $\lambda/\kappa$.
    pub(super) fn dressed(&self, lambda: f64) -> (f64, f64) {
        let b = lambda + self.excess();
        let root = b.hypot(2.0 * lambda.sqrt());
        if b < 0.0 {
            let shrinkage = 0.5 * (root - b);
            (lambda / shrinkage, shrinkage)
        } else {
            let kappa = 0.5 * b + 0.5 * root;
            (kappa, if kappa > 0.0 { lambda / kappa } else { 0.0 })
        }
    }

    /// The logarithm of $\frac{d\log v}{d\lambda}=\frac{2\kappa}{(1+\kappa)(\kappa+h)^2}\left[\frac\gamma h+\frac{r^2}E\right]$, in which nothing overflows.
    pub(super) fn log_slope(&self, state: &RidgeObservables) -> f64 {
        let RidgeObservables { kappa, shrinkage, test_error, .. } = *state;
        let scale = kappa + shrinkage;
        let first = (self.gamma() / (1.0 + kappa)).ln() - shrinkage.ln();
        let second = (self.r2 / (1.0 + kappa)).ln() - (self.sigma2 + test_error).ln();
        let (high, low) = (first.max(second), first.min(second));
        (2.0 * (kappa / scale)).ln() - scale.ln() + high + (low - high).exp().ln_1p()
    }
}

/// What ridge regression attains.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RidgeObservables {
    /// The ridge $\lambda$.
    pub lambda: f64,
    /// The effective ridge $\kappa$ of the expected regression.
    pub kappa: f64,
    /// $\lambda/\kappa$: a training residual over the residual of the same sample when it is left out.
    pub shrinkage: f64,
    /// $R=\|w-w_*\|^2$, without the label noise; infinite at the interpolation threshold.
    pub test_error: f64,
    /// $v$, the mean squared training residual.
    pub training_error: f64,
    /// $W=\|w\|^2$.
    pub squared_norm: f64,
}

/// Test error, training error and norm of ridge regression, $(S+\lambda)w=X^\top y/N$; $\lambda=0$ is least squares of least norm.
///
/// # Formula
/// $\kappa^2=(\lambda+\gamma-1)\kappa+\lambda$, $h=\lambda/\kappa$; $R=\frac{r^2\kappa^2+\sigma^2\gamma}{(1+\kappa)(\kappa+h)}$, $E=\sigma^2+R$, $v=h^2E$,
/// $W=\frac{r^2+\gamma E}{(1+\kappa)^2}$. The denominator is $(1+\kappa)^2-\gamma$ without its cancellation. At $\psi=1$, $\lambda=0$, $\sigma^2>0$: $R=W=\infty$, $v=0$.
///
/// # Errors
/// A few units of rounding. [`InvalidParameter`](TheoryError::InvalidParameter) unless $\lambda\ge0$ is finite; [`Undefined`](TheoryError::Undefined) on overflow.
///
/// # Source
/// Dobriban and Wager 2018; Hastie et al. 2022 ($\lambda=0$).
///
/// # Example
/// ```
/// use solvable_theory::self_paced_augmentation::{LinearTask, ridge_observables};
/// let state = ridge_observables(&LinearTask::new(2.0, 1.0, 0.25)?, 0.3)?;
/// assert!((state.test_error - 0.20567452187383392).abs() < 1e-15);
/// let peak = ridge_observables(&LinearTask::new(1.0, 1.0, 0.25)?, 0.0)?;
/// assert_eq!(peak.test_error, f64::INFINITY);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn ridge_observables(task: &LinearTask, lambda: f64) -> Result<RidgeObservables, TheoryError> {
    if !(lambda.is_finite() && lambda >= 0.0) {
        return Err(TheoryError::invalid("lambda_ridge", lambda, "a finite number >= 0"));
    }
    let (kappa, shrinkage) = task.dressed(lambda);
    let (scale, gamma) = (kappa + shrinkage, task.gamma());
    if scale == 0.0 {
        // Exactly as many samples as dimensions and no ridge.
        let diverging = task.sigma2 > 0.0;
        let (test_error, squared_norm) =
            if diverging { (f64::INFINITY, f64::INFINITY) } else { (0.0, task.r2) };
        return Ok(RidgeObservables {
            lambda,
            kappa,
            shrinkage,
            test_error,
            training_error: 0.0,
            squared_norm,
        });
    }
    let whole = 1.0 + kappa;
    let test_error =
        task.r2 * (kappa / whole) * (kappa / scale) + task.sigma2 * (gamma / whole) * scale.recip();
    let error = task.sigma2 + representable("the test error", test_error)?;
    let training_error = shrinkage * shrinkage * error;
    let squared_norm = task.r2 / whole / whole + gamma / whole * (error / whole);
    Ok(RidgeObservables {
        lambda,
        kappa,
        shrinkage,
        test_error,
        training_error: representable("the training error", training_error)?,
        squared_norm: representable("the squared norm", squared_norm)?,
    })
}

/// The ridge that augmentation of a part $p$ of the samples amounts to.
///
/// # Formula
/// $\mathbb E_\xi(y-w\cdot(x+s\xi))^2=(y-w\cdot x)^2+s^2\|w\|^2$: noise on $pN$ samples adds $s^2p\,w$ to the gradient of the mean loss, whichever samples they
/// are, so $\lambda_{\rm eff}=s^2p$. All samples: $\lambda=s^2$; a rule that augments the worst part $q$ of the samples: $\lambda=s^2q$, with no self-consistency.
///
/// # Errors
/// Exact at any size. [`InvalidParameter`](TheoryError::InvalidParameter) unless $s^2\ge0$ and $0\le p\le1$.
///
/// # Source
/// Bishop 1995 ($p=1$); Takase, Karakida and Asoh 2021 (the rule).
pub fn effective_penalty(s2: f64, ratio: f64) -> Result<f64, TheoryError> {
    non_negative("s2", s2)?;
    if (0.0..=1.0).contains(&ratio) {
        Ok(s2 * ratio)
    } else {
        Err(TheoryError::invalid("p", ratio, "a number from 0 to 1"))
    }
}
