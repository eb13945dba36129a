//! Mean subtraction and batch normalization of the output.

use serde::Serialize;

use crate::error::{at_least, positive, representable};
use crate::mean_field::{order_parameters, parameters, theta_of};
use crate::{Architecture, Normalization, TheoryError};

/// Spectrum after subtracting the batch mean from the output.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LastMeanSubtraction {
    /// $\Theta_D=\theta_t-\theta_{st}$.
    pub theta_d: f64,
    /// $m_\lambda$, for any ratio of samples to width.
    pub m_lambda: f64,
    /// $s_\lambda$ at fixed $N$.
    pub s_lambda: f64,
    /// $\lambda_{\max}=\Theta_D/N$ at fixed $N$; a lower bound at any $N$.
    pub lambda_max: f64,
    /// $\sqrt{Ps_\lambda}=\sqrt{C(N-1)}\,\Theta_D/N$.
    pub upper_bound: f64,
}

/// Spectrum after batch normalization of the output, averaged over the batch variances.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LastBatchNorm {
    /// $v=q^L_t-q^L_{st}$, to which $\sigma_k^2$ tends for many samples.
    pub variance: f64,
    /// $\gamma^2\Theta_D/(Nv)$.
    pub lambda_max: f64,
    /// $Em_\lambda$ with $\sigma_k^2\sim v\chi^2_{N-1}/N$.
    pub m_lambda: f64,
}

/// Spectrum after batch normalization of the output, given the measured batch variances.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LastBatchNormGiven {
    /// $m_\lambda$.
    pub m_lambda: f64,
    /// $\lambda_{\max}=\gamma^2\Theta_D/(N\min_k\sigma_k^2)$.
    pub lambda_max: f64,
}

/// $\Theta_D$ and $v=q^L_t-q^L_{st}$ of a network whose hidden layers are plain.
pub(super) fn bulk(network: &Architecture) -> Result<(f64, f64), TheoryError> {
    let (hidden, last) = network.modes().split_at(network.depth() - 1);
    if hidden.iter().any(|&mode| mode != Normalization::None) || last.contains(&Normalization::LayerNorm) {
        return Err(TheoryError::invalid(
            "modes",
            format!("{:?}", network.modes()),
            "no normalization in the hidden layers, and at most ms or bn in the last; see norm/hidden-modes",
        ));
    }
    let order = order_parameters(network.scales(), network.depth())?;
    let theta = theta_of(network, &order)?;
    Ok((theta.theta_d, order.q_gap[network.depth() - 1]))
}

/// Fisher information of the output after mean subtraction over the batch of `samples` $=N$.
///
/// # Formula
/// Exactly $F^*=\frac1N(I_C\otimes H)\Theta(I_C\otimes H)$ with $H=I-11^\top/N$. At infinite width $C(N-1)$ equal
/// eigenvalues $\Theta_D/N$: $m_\lambda=\frac{C\Theta_D(N-1)}{NP}$, $s_\lambda=\frac{C\Theta_D^2(N-1)}{N^2P}$, and
/// $\frac{\Theta_D}N\le\lambda_{\max}\le\sqrt{C(N-1)}\frac{\Theta_D}N$.
///
/// # Validity
/// $m_\lambda$ for any $N$ and width. At fixed $N$ the largest eigenvalue still grows like $M/N$; for $N\propto M$,
/// where it is flat, use [`edge_proportional`](super::edge_proportional).
///
/// # Errors
/// `samples` < 2; normalized hidden layers; as for [`theta`](crate::mean_field::theta).
///
/// # Source
/// Karakida, Akaho and Amari (2019), *The normalization method...*, Theorem 2.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, normalization::last_mean_subtraction};
/// let network = Architecture::new(vec![200, 200, 200, 2], Activation::tanh(), 3.0, 0.64)?;
/// let ms = last_mean_subtraction(&network, 100)?;
/// assert!((ms.lambda_max - 3.34762612847961).abs() < 1e-11);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn last_mean_subtraction(
    network: &Architecture,
    samples: usize,
) -> Result<LastMeanSubtraction, TheoryError> {
    at_least("N", samples, 2)?;
    let (theta_d, _) = bulk(network)?;
    let (n, classes) = (samples as f64, network.classes() as f64);
    let lambda_max = theta_d / n;
    let share = classes * ((n - 1.0) / parameters(network));
    Ok(LastMeanSubtraction {
        theta_d,
        m_lambda: representable("m_lambda", share * lambda_max)?,
        s_lambda: representable("s_lambda", share * lambda_max * lambda_max)?,
        lambda_max,
        upper_bound: representable("the upper bound", (classes * (n - 1.0)).sqrt() * lambda_max)?,
    })
}

/// Fisher information of the batch-normalized output, averaged over the batch variances.
///
/// # Formula
/// $\lambda_{\max}\to\gamma^2\Theta_D/(Nv)$ for many samples, and with $\sigma_k^2\sim v\chi^2_{N-1}/N$
/// $Em_\lambda=\frac{C\gamma^2\Theta_D(N-2)}{P(N-3)v}$, $v=q^L_t-q^L_{st}$.
///
/// # Errors
/// `samples` < 4: $E\sigma^{-2}$ diverges; `gamma` = 0; constant outputs ($v=0$); normalized hidden layers.
///
/// # Source
/// Karakida, Akaho and Amari (2019), *The normalization method...*, with the fluctuating variances kept.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, normalization::last_batch_norm};
/// let network = Architecture::new(vec![200, 200, 200, 2], Activation::tanh(), 3.0, 0.64)?;
/// let bn = last_batch_norm(&network, 100, 1.0)?;
/// assert!((bn.lambda_max - 2.9520986155695335).abs() < 1e-11);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn last_batch_norm(
    network: &Architecture,
    samples: usize,
    gamma: f64,
) -> Result<LastBatchNorm, TheoryError> {
    if samples < 4 {
        return Err(TheoryError::invalid(
            "N",
            samples,
            "an integer >= 4: the mean of 1/sigma^2 over batches diverges below",
        ));
    }
    let gamma2 = gamma_squared(gamma)?;
    let (theta_d, variance) = bulk(network)?;
    let variance = spread(variance)?;
    let (n, classes) = (samples as f64, network.classes() as f64);
    let scale = representable("the largest eigenvalue", gamma2 * theta_d / variance)?;
    let m_lambda = classes * scale * ((n - 2.0) / (n - 3.0)) / parameters(network);
    Ok(LastBatchNorm { variance, lambda_max: scale / n, m_lambda: representable("m_lambda", m_lambda)? })
}

/// Fisher information of the batch-normalized output for measured batch variances `sigma2` $=[\sigma_k^2]_{k=1..C}$.
///
/// # Formula
/// Per class $N-2$ eigenvalues $\lambda_k=\gamma^2\Theta_D/(N\sigma_k^2)$:
/// $m_\lambda=\frac{\gamma^2\Theta_D(N-2)}{NP}\sum_k\sigma_k^{-2}$, $\lambda_{\max}=\max_k\lambda_k$.
///
/// # Errors
/// `samples` < 3; a number of variances other than $C$, or one that is not positive; `gamma` = 0; normalized hidden
/// layers.
///
/// # Source
/// As for [`last_batch_norm`].
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, normalization::last_batch_norm_given};
/// let network = Architecture::new(vec![200, 200, 200, 2], Activation::tanh(), 3.0, 0.64)?;
/// let bn = last_batch_norm_given(&network, 100, 1.0, &[1.0, 0.5])?;
/// assert!((bn.lambda_max - 2.0 * 3.34762612847961).abs() < 1e-10);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn last_batch_norm_given(
    network: &Architecture,
    samples: usize,
    gamma: f64,
    sigma2: &[f64],
) -> Result<LastBatchNormGiven, TheoryError> {
    at_least("N", samples, 3)?;
    let gamma2 = gamma_squared(gamma)?;
    if sigma2.len() != network.classes() {
        let valid = format!("one variance for each of the {} classes", network.classes());
        return Err(TheoryError::invalid("sigma2", format!("{} variances", sigma2.len()), valid));
    }
    for &variance in sigma2 {
        positive("sigma2", variance)?;
    }
    let (theta_d, _) = bulk(network)?;
    let scale = gamma2 * theta_d / samples as f64;
    let precision: f64 = sigma2.iter().map(|variance| 1.0 / variance).sum();
    let smallest = sigma2.iter().copied().fold(f64::INFINITY, f64::min);
    let m_lambda = scale * ((samples - 2) as f64 / parameters(network)) * precision;
    Ok(LastBatchNormGiven {
        m_lambda: representable("m_lambda", m_lambda)?,
        lambda_max: representable("lambda_max", scale / smallest)?,
    })
}

pub(super) fn gamma_squared(gamma: f64) -> Result<f64, TheoryError> {
    if gamma.is_finite() && gamma != 0.0 {
        representable("gamma^2", gamma * gamma)
    } else {
        Err(TheoryError::invalid("gamma", gamma, "a finite number other than 0"))
    }
}

/// The variance over the batch, if there is any.
pub(super) fn spread(variance: f64) -> Result<f64, TheoryError> {
    if variance > 0.0 {
        Ok(variance)
    } else {
        Err(TheoryError::undefined(
            "batch normalization",
            "the values do not vary over the batch (q_t = q_st), so that sigma is 0",
        ))
    }
}
