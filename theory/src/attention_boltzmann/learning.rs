//! Maximum-likelihood learning: its first steps, and what it costs on fresh data.

use crate::TheoryError;
use crate::error::{at_least, finite, positive};

/// The rate at which the patterns differentiate along a principal component of the data, from small patterns without biases.
///
/// # Formula
/// $u_k\cdot(\xi_\mu-\bar\xi)\propto e^{r_kt}$, $r_k=\beta(\lambda_k-\sigma^2)/K$ for the eigenvalue $\lambda_k$ of the data's second moments: patterns differentiate iff
/// $\lambda_{\max}>\sigma^2$, first along the top component. The mean falls like $e^{-\sigma^2t/K}$.
///
/// # Errors
/// Relative $O(\beta\|\xi\|\lambda^{1/2})$. [`InvalidParameter`](TheoryError::InvalidParameter) unless $K\ge1$, $\beta>0$, $\sigma^2>0$, $\lambda_k$ finite.
///
/// # Source
/// Linearised gradient ascent.
pub fn early_rate(patterns: usize, beta: f64, sigma2: f64, eigenvalue: f64) -> Result<f64, TheoryError> {
    let k = at_least("K", patterns, 1)? as f64;
    Ok(positive("beta", beta)? * (finite("eigenvalue", eigenvalue)? - positive("sigma2", sigma2)?) / k)
}

/// The expected loss of the maximum-likelihood student against its teacher on fresh data, $Kd/2N$.
///
/// # Errors
/// Relative $O(1/N)$, for distinct patterns. [`InvalidParameter`](TheoryError::InvalidParameter) unless all are at least 1.
///
/// # Source
/// Asymptotic normality of the estimate.
pub fn held_out_gap(patterns: usize, dimension: usize, samples: usize) -> Result<f64, TheoryError> {
    let parameters = at_least("K", patterns, 1)? as f64 * at_least("d", dimension, 1)? as f64;
    Ok(parameters / (2.0 * at_least("N", samples, 1)? as f64))
}
