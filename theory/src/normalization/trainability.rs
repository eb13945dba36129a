//! From the largest eigenvalue to the largest step.

use crate::TheoryError;
use crate::error::{at_least, non_negative};

/// The step $\eta_c$ at which gradient descent on $\frac1{2N}\sum\|f-y\|^2$ loses local stability.
///
/// # Formula
/// $\eta_c=2/\lambda_{\max}$; infinite at $\lambda_{\max}=0$.
///
/// # Errors
/// A negative or non-finite `lambda_max`.
///
/// # Source
/// Karakida, Akaho and Amari (2019).
///
/// # Example
/// ```
/// assert_eq!(solvable_theory::normalization::critical_step(8.0)?, 0.25);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn critical_step(lambda_max: f64) -> Result<f64, TheoryError> {
    Ok(2.0 / non_negative("lambda_max", lambda_max)?)
}

/// The step $\eta_T$ above which the loss has visibly grown after `steps` $=T$, if `overlap` $=a$ is the share of the
/// squared norm of an infinitesimal residual in the top eigenspace.
///
/// # Formula
/// $\eta_T=\frac2{\lambda_{\max}}\big(1+\frac{\ln(1/a)}{4T}\big)$: the top component grows by $|1-\eta\lambda_{\max}|^{2T}$
/// in square and has to make up for the rest, which decays.
///
/// # Validity
/// Infinitesimal residuals. Residuals of order one let networks move to flatter regions and survive larger steps.
///
/// # Errors
/// `steps` = 0, `overlap` outside $(0,1]$; as for [`critical_step`].
///
/// # Source
/// Derived in the notes of this module; large residuals: Lewkowycz et al. (2020).
///
/// # Example
/// ```
/// let step = solvable_theory::normalization::visible_boundary(8.0, 100, (-4f64).exp())?;
/// assert!((step - 0.25 * 1.01).abs() < 1e-15);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn visible_boundary(lambda_max: f64, steps: usize, overlap: f64) -> Result<f64, TheoryError> {
    at_least("steps", steps, 1)?;
    if overlap > 0.0 && overlap <= 1.0 {
        Ok(critical_step(lambda_max)? * (1.0 - overlap.ln() / (4.0 * steps as f64)))
    } else {
        Err(TheoryError::invalid("overlap", overlap, "a share in (0, 1]"))
    }
}

/// $E\ln(1/a)$ for a random residual of one output over `samples` $=N$: its top component is one of $N$ normal ones.
///
/// # Formula
/// $\ln N+1.27$, where $1.27=\gamma_E+\ln2=-E\ln z^2$ for standard normal $z$.
///
/// # Errors
/// `samples` = 0.
///
/// # Source
/// Derived in the notes of this module.
///
/// # Example
/// ```
/// let log = solvable_theory::normalization::expected_log_inverse_overlap(50)?;
/// assert!((log - 5.18).abs() < 0.01);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn expected_log_inverse_overlap(samples: usize) -> Result<f64, TheoryError> {
    /// $\gamma_E+\ln2$.
    const MEAN_LOG: f64 = 1.270_362_845_461_478_2;
    Ok((at_least("N", samples, 1)? as f64).ln() + MEAN_LOG)
}
