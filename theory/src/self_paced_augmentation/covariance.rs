//! Inputs with any covariance.

use serde::Serialize;

use super::fixed_point::{iterate, ratio, threshold};
use crate::TheoryError;
use crate::error::{at_least, finite, non_negative, representable};

/// Linear regression with inputs $\mathcal N(0,\Sigma)$, in the eigenbasis of $\Sigma$.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpectralTask {
    eigenvalues: Vec<f64>,
    teacher: Vec<f64>,
    samples: f64,
    sigma2: f64,
}

/// What ridge regression attains with any covariance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SpectralObservables {
    /// The ridge $\lambda$.
    pub lambda: f64,
    /// The effective ridge $\kappa$.
    pub kappa: f64,
    /// $\lambda/\kappa$.
    pub shrinkage: f64,
    /// $R=(w-w_*)^\top\Sigma(w-w_*)$; infinite at the interpolation threshold.
    pub test_error: f64,
    /// $v$, the mean squared training residual.
    pub training_error: f64,
    /// $W=\|w\|^2$.
    pub squared_norm: f64,
}

/// An end point of self-paced training with any covariance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SpectralFixedPoint {
    /// $p$, the part of the samples that is augmented.
    pub ratio: f64,
    /// The ridge estimator with $\lambda_{\rm eff}=s^2p$.
    pub ridge: SpectralObservables,
}

impl SpectralTask {
    /// The task with the eigenvalues $e_j$ of $\Sigma$, the teacher's components $b_j$ and $N$ samples.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) unless $e_j\ge0$, some $e_j>0$, one $b_j$ per $e_j$, $N\ge1$, $\sigma^2\ge0$, and targets that do not vanish.
    pub fn new(
        eigenvalues: Vec<f64>,
        teacher: Vec<f64>,
        samples: usize,
        sigma2: f64,
    ) -> Result<Self, TheoryError> {
        at_least("N", samples, 1)?;
        non_negative("sigma2", sigma2)?;
        eigenvalues.iter().try_for_each(|e| non_negative("e", *e).map(drop))?;
        teacher.iter().try_for_each(|b| finite("b", *b).map(drop))?;
        if !eigenvalues.iter().any(|e| *e > 0.0) {
            return Err(TheoryError::invalid("e", "no eigenvalue above 0", "at least one number > 0"));
        }
        if teacher.len() != eigenvalues.len() {
            let found = format!("{} numbers", teacher.len());
            return Err(TheoryError::invalid(
                "b",
                found,
                format!("{} numbers, one per e", eigenvalues.len()),
            ));
        }
        representable("the trace of the covariance", eigenvalues.iter().sum())?;
        let signal = eigenvalues.iter().zip(&teacher).map(|(e, b)| e * b * b).sum::<f64>();
        representable("the variance of the targets", signal + sigma2)?;
        if signal + sigma2 == 0.0 {
            return Err(TheoryError::invalid("sigma2", sigma2, "above 0 where the teacher vanishes"));
        }
        Ok(Self { eigenvalues, teacher, samples: samples as f64, sigma2 })
    }

    fn rank(&self) -> f64 {
        self.eigenvalues.iter().filter(|e| **e > 0.0).count() as f64
    }

    /// The largest root of $\kappa(1-\frac1N\sum\frac{e_j}{e_j+\kappa})=\lambda$, which is convex: Newton's method from above.
    fn dressed(&self, lambda: f64) -> Result<(f64, f64), TheoryError> {
        if lambda == 0.0 && self.rank() <= self.samples {
            return Ok((0.0, 1.0 - self.rank() / self.samples));
        }
        let trace: f64 = self.eigenvalues.iter().sum();
        let mut kappa = lambda + trace / self.samples;
        for _ in 0..2000 {
            let (mut sum, mut slope) = (0.0, 0.0);
            for e in &self.eigenvalues {
                let share = e / (e + kappa);
                sum += share;
                slope += share * (kappa / (e + kappa));
            }
            let shrinkage = 1.0 - sum / self.samples;
            // κ(1 − Σ/N) − λ has the slope 1 − Σ/N + Σ'/N.
            let next = kappa - (kappa * shrinkage - lambda) / (shrinkage + slope / self.samples);
            if next.is_nan() || next >= kappa || next <= 0.0 {
                // In rounding: λ/κ keeps relative accuracy where 1 − Σ/N cancels.
                return Ok((kappa, lambda / kappa));
            }
            kappa = next;
        }
        Err(TheoryError::NotConverged {
            procedure: "the effective ridge".to_owned(),
            detail: format!("kappa = {kappa:e} after 2000 steps"),
        })
    }

    /// Test error, training error and norm of ridge regression.
    ///
    /// # Formula
    /// $\lambda=\kappa\left(1-\frac1N\sum_j\frac{e_j}{e_j+\kappa}\right)$, $R=\frac{\kappa^2\sum_jb_j^2e_j/(e_j+\kappa)^2+\frac{\sigma^2}N\sum_je_j^2/(e_j+\kappa)^2}D$,
    /// $D=h+\frac\kappa N\sum_j\frac{e_j}{(e_j+\kappa)^2}$, $h=\lambda/\kappa$, $E=\sigma^2+R$, $v=h^2E$, $W=\sum_j\frac{b_j^2e_j^2+Ee_j/N}{(e_j+\kappa)^2}$. The penalty is $\lambda\|w\|^2$.
    ///
    /// # Errors
    /// Relative $10^{-13}$ for large $d$, $N$. [`InvalidParameter`](TheoryError::InvalidParameter) unless $\lambda\ge0$ is finite; [`Undefined`](TheoryError::Undefined) on overflow.
    ///
    /// # Source
    /// Dobriban and Wager 2018; Hastie et al. 2022.
    pub fn ridge(&self, lambda: f64) -> Result<SpectralObservables, TheoryError> {
        if !(lambda.is_finite() && lambda >= 0.0) {
            return Err(TheoryError::invalid("lambda_ridge", lambda, "a finite number >= 0"));
        }
        let (kappa, shrinkage) = self.dressed(lambda)?;
        let (mut bias, mut variance, mut rest, mut signal, mut spread) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (e, b) in self.eigenvalues.iter().zip(&self.teacher).filter(|(e, _)| **e > 0.0) {
            let (learnt, missed) = (e / (e + kappa), kappa / (e + kappa));
            bias += b * b * e * missed * missed;
            variance += learnt * learnt / self.samples;
            rest += learnt * missed / self.samples;
            signal += b * b * learnt * learnt;
            spread += learnt / (e + kappa) / self.samples;
        }
        let scale = shrinkage + rest;
        let (test_error, squared_norm, training_error);
        if scale == 0.0 {
            // As many directions as samples and no ridge.
            test_error = if self.sigma2 > 0.0 { f64::INFINITY } else { 0.0 };
            squared_norm = if self.sigma2 > 0.0 { f64::INFINITY } else { signal };
            training_error = 0.0;
        } else {
            test_error = representable("the test error", (bias + self.sigma2 * variance) / scale)?;
            let error = self.sigma2 + test_error;
            squared_norm = representable("the squared norm", signal + error * spread)?;
            training_error = representable("the training error", shrinkage * shrinkage * error)?;
        }
        Ok(SpectralObservables { lambda, kappa, shrinkage, test_error, training_error, squared_norm })
    }

    fn end(&self, s2: f64, tau: f64, start: f64) -> Result<SpectralFixedPoint, TheoryError> {
        non_negative("s2", s2)?;
        threshold(tau)?;
        let lambda = iterate(start, |lambda| Ok(s2 * ratio(self.ridge(lambda)?.training_error, tau)))?;
        let ridge = self.ridge(lambda)?;
        Ok(SpectralFixedPoint { ratio: ratio(ridge.training_error, tau), ridge })
    }

    /// The end of self-paced training from $w=0$: the largest fixed point. The noise is isotropic, $s^2$ in every direction.
    ///
    /// # Formula
    /// $\lambda=s^2\,\mathrm{erfc}\sqrt{\tau/2v(\lambda)}$ iterated from $\lambda=s^2$.
    ///
    /// # Errors
    /// As [`fixed_point`](super::fixed_point).
    ///
    /// # Source
    /// As [`fixed_point`](super::fixed_point); ridge is not the best estimator here, so a curve may pass below all end points.
    ///
    /// # Example
    /// ```
    /// use solvable_theory::self_paced_augmentation::{LinearTask, SpectralTask, fixed_point};
    /// let general = SpectralTask::new(vec![1.0; 50], vec![0.02f64.sqrt(); 50], 100, 0.25)?.fixed_point(1.0, 0.3)?;
    /// let isotropic = fixed_point(&LinearTask::new(2.0, 1.0, 0.25)?, 1.0, 0.3)?;
    /// assert!((general.ratio - isotropic.ratio).abs() < 1e-12);
    /// # Ok::<(), solvable_theory::TheoryError>(())
    /// ```
    pub fn fixed_point(&self, s2: f64, tau: f64) -> Result<SpectralFixedPoint, TheoryError> {
        self.end(s2, tau, s2)
    }

    /// The end of self-paced training from least squares: the smallest fixed point.
    ///
    /// # Formula
    /// As [`SpectralTask::fixed_point`], iterated from $\lambda=0$.
    ///
    /// # Errors
    /// As [`fixed_point`](super::fixed_point).
    ///
    /// # Source
    /// As [`lowest_fixed_point`](super::lowest_fixed_point).
    pub fn lowest_fixed_point(&self, s2: f64, tau: f64) -> Result<SpectralFixedPoint, TheoryError> {
        self.end(s2, tau, 0.0)
    }
}
