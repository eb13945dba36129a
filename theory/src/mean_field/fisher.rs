//! Statistics of the Fisher information matrix of a wide plain network.

use serde::Serialize;

use super::order::{OrderParameters, order_parameters};
use crate::error::{at_least, positive, representable};
use crate::quadrature::gaussian_moments;
use crate::{Architecture, InitialScales, Normalization, TheoryError};

/// Mean diagonal and off-diagonal entries of the dual kernel $\Theta$ of one output.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Theta {
    /// $\theta_t$: a sample with itself.
    pub theta_t: f64,
    /// $\theta_{st}$: two different samples.
    pub theta_st: f64,
    /// $\Theta_D=\theta_t-\theta_{st}$, to relative accuracy however nearly the two agree.
    pub theta_d: f64,
}

/// The scale-free constants of the leading-order statistics.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Kappa {
    /// $\kappa_1=\theta_t/(\alpha M)$.
    pub kappa_1: f64,
    /// $\kappa_2=\theta_{st}/(\alpha M)$.
    pub kappa_2: f64,
    /// $\alpha=\sum_{l=1}^{L-1}\alpha_l\alpha_{l-1}$, so that $P\simeq\alpha M^2$.
    pub alpha: f64,
}

/// Mean, second moment and maximum of the eigenvalues of the Fisher information matrix.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FimStatistics {
    /// $\theta_t$.
    pub theta_t: f64,
    /// $\theta_{st}$.
    pub theta_st: f64,
    /// $m_\lambda$: mean of the $P$ eigenvalues.
    pub m_lambda: f64,
    /// $s_\lambda$: mean of their squares.
    pub s_lambda: f64,
    /// $\lambda_{\max}$, $C$-fold.
    pub lambda_max: f64,
    /// $\eta_c=2/\lambda_{\max}$: the critical step of gradient descent.
    pub eta_c: f64,
}

/// Second-moment statistics where the mean off-diagonal entry vanishes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SVariance {
    /// $\mathrm{Var}\,\Theta_{nn'}$ for two samples.
    pub variance: f64,
    /// $s_\lambda$ including that variance.
    pub s_lambda: f64,
}

/// $P$ as a real number: products of absurd widths must not wrap around.
pub(crate) fn parameters(network: &Architecture) -> f64 {
    let bias = f64::from(u8::from(network.train_bias()));
    network.widths().windows(2).map(|w| w[1] as f64 * (w[0] as f64 + bias)).sum()
}

/// Refuses normalized networks: the plain formulas would silently be wrong for them.
pub(crate) fn require_plain(network: &Architecture) -> Result<(), TheoryError> {
    if network.modes().iter().all(|&mode| mode == Normalization::None) {
        return Ok(());
    }
    Err(TheoryError::invalid(
        "modes",
        format!("{:?}", network.modes()),
        "no normalization in any layer here; use the predictions of `normalization` for normalized networks",
    ))
}

/// Mean entries of $\Theta_{(k,n),(k,n')}=\nabla f_k(n)\cdot\nabla f_k(n')$ for standard normal inputs.
///
/// # Formula
/// $\theta_t=\sum_{l=1}^L\tilde q^l_t(M_{l-1}\hat q^{l-1}_t+\beta)$, the same with $st$; $\beta=1$ if biases are
/// trained, else 0. Relative corrections are $O(1/M)$.
///
/// # Errors
/// Normalized architectures are refused; otherwise as for [`order_parameters`].
///
/// # Source
/// Karakida, Akaho and Amari (2019), with the exact sums over layers kept.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, mean_field::theta};
/// let network = Architecture::new(vec![200, 200, 200, 2], Activation::tanh(), 3.0, 0.64)?;
/// let theta = theta(&network)?;
/// assert!((theta.theta_t - 382.2087616731343).abs() < 1e-10);
/// assert!((theta.theta_st - 47.44614882517327).abs() < 1e-10);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn theta(network: &Architecture) -> Result<Theta, TheoryError> {
    require_plain(network)?;
    let order = order_parameters(network.scales(), network.depth())?;
    theta_of(network, &order)
}

/// [`theta`] for known order parameters.
pub(crate) fn theta_of(network: &Architecture, order: &OrderParameters) -> Result<Theta, TheoryError> {
    let bias = f64::from(u8::from(network.train_bias()));
    let sum = |qtilde: &[f64], qhat: &[f64]| -> f64 {
        (0..network.depth()).map(|l| qtilde[l] * (network.widths()[l] as f64 * qhat[l] + bias)).sum()
    };
    Ok(Theta {
        theta_t: representable("theta_t", sum(&order.qtilde_t, &order.qhat_t))?,
        theta_st: representable("theta_st", sum(&order.qtilde_st, &order.qhat_st))?,
        theta_d: representable(
            "theta_t - theta_st",
            (0..network.depth())
                .map(|l| {
                    let width = network.widths()[l] as f64;
                    order.qtilde_gap[l] * (width * order.qhat_t[l] + bias)
                        + order.qtilde_st[l] * width * order.qhat_gap[l]
                })
                .sum(),
        )?,
    })
}

/// $\kappa_1,\kappa_2,\alpha$ for relative widths `alphas` $=[\alpha_0,\dots,\alpha_{L-1}]$, $M_l=\alpha_lM$.
///
/// # Formula
/// $\alpha=\sum_{l=1}^{L-1}\alpha_l\alpha_{l-1}$, $\kappa_1=\sum_l\frac{\alpha_{l-1}}\alpha\tilde q^l_t\hat q^{l-1}_t$,
/// $\kappa_2=\sum_l\frac{\alpha_{l-1}}\alpha\tilde q^l_{st}\hat q^{l-1}_{st}$. For display; use [`theta`] and the
/// exact parameter count to predict.
///
/// # Errors
/// Fewer than two entries ($\alpha=0$ at $L=1$), or an entry that is not positive; as for [`order_parameters`].
///
/// # Source
/// Karakida, Akaho and Amari (2019), Theorems 1–4.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, InitialScales, mean_field::kappa};
/// let kappa = kappa(&InitialScales::new(Activation::relu(), 2.0, 0.1)?, &[1.0, 1.0, 1.0])?;
/// assert!((kappa.kappa_1 - 1.575).abs() < 1e-14);
/// assert_eq!(kappa.alpha, 2.0);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn kappa(scales: &InitialScales, alphas: &[f64]) -> Result<Kappa, TheoryError> {
    if alphas.len() < 2 {
        return Err(TheoryError::invalid(
            "alphas",
            format!("{alphas:?}"),
            "at least two relative widths: at depth 1 alpha is 0 and kappa does not exist, use theta",
        ));
    }
    for &width in alphas {
        positive("alphas", width)?;
    }
    let alpha: f64 = alphas.windows(2).map(|w| w[0] * w[1]).sum();
    let order = order_parameters(scales, alphas.len())?;
    let sum = |qtilde: &[f64], qhat: &[f64]| -> f64 {
        alphas.iter().zip(qtilde).zip(qhat).map(|((width, qtilde), qhat)| width * qtilde * qhat).sum::<f64>()
            / alpha
    };
    Ok(Kappa {
        kappa_1: representable("kappa_1", sum(&order.qtilde_t, &order.qhat_t))?,
        kappa_2: representable("kappa_2", sum(&order.qtilde_st, &order.qhat_st))?,
        alpha: representable("alpha", alpha)?,
    })
}

/// Eigenvalue statistics of the Fisher information matrix with `samples` $=N$ inputs.
///
/// # Formula
/// $m_\lambda=\frac{C\theta_t}P$,
/// $s_\lambda=\frac CP\big(\frac{\theta_t^2}N+\frac{N-1}N\theta_{st}^2\big)$,
/// $\lambda_{\max}=\frac{\theta_t+(N-1)\theta_{st}}N$ ($C$-fold), $\eta_c=2/\lambda_{\max}$, with the exact parameter
/// count $P$. Should $\theta_{st}$ be negative, the largest eigenvalue is $(\theta_t-\theta_{st})/N$.
///
/// # Validity
/// $m_\lambda$ for every $N$; the others for $\theta_{st}>0$ and $N\ll M$. With $\theta_{st}=0$ and $N\propto M$ use
/// [`s_variance`] and [`edge_proportional`](crate::normalization::edge_proportional). For $CN>P$ the matrix has
/// full rank and only $m_\lambda$ stays exact.
///
/// # Errors
/// `samples` = 0; as for [`theta`].
///
/// # Source
/// Karakida, Akaho and Amari (2019), Theorems 1–4, with finite $N$ and $P$ kept.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, mean_field::fim_statistics};
/// let network = Architecture::new(vec![200, 200, 200, 2], Activation::tanh(), 3.0, 0.64)?;
/// let statistics = fim_statistics(&network, 100)?;
/// assert!((statistics.lambda_max - 50.79377495365288).abs() < 1e-10);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn fim_statistics(network: &Architecture, samples: usize) -> Result<FimStatistics, TheoryError> {
    statistics_of(network.classes() as f64, parameters(network), &theta(network)?, samples)
}

/// [`fim_statistics`] of any network of $C$ = `classes` outputs and $P$ = `parameters` whose kernel is known.
pub(crate) fn statistics_of(
    classes: f64,
    parameters: f64,
    theta: &Theta,
    samples: usize,
) -> Result<FimStatistics, TheoryError> {
    at_least("N", samples, 1)?;
    let &Theta { theta_t, theta_st, theta_d } = theta;
    let (n, share) = (samples as f64, classes / parameters);
    let others = (n - 1.0) / n;
    let lambda_max =
        if samples > 1 && theta_st < 0.0 { theta_d / n } else { theta_t / n + others * theta_st };
    Ok(FimStatistics {
        theta_t,
        theta_st,
        m_lambda: representable("m_lambda", share * theta_t)?,
        s_lambda: representable("s_lambda", share * (theta_t * theta_t / n + others * theta_st * theta_st))?,
        lambda_max: representable("lambda_max", lambda_max)?,
        eta_c: 2.0 / lambda_max,
    })
}

/// $s_\lambda$ at any ratio of width to samples where the mean off-diagonal entry of $\Theta$ vanishes.
///
/// # Formula
/// With $b_l=E\phi'(\sqrt{q^l_t}z)$, $V_0=1/M_0$, $V_l=(\hat q^l_t)^2/M_l+(b_l^2\sigma_w^2)^2V_{l-1}$ (the variance of
/// $\hat q^l_{st}$) and $c_l=M_l\tilde q^{l+1}_{st}$:
/// $\mathrm{Var}\,\Theta_{nn'}=\sum_{l,m}c_lc_mV_{\min(l,m)}\prod_{\min<j\le\max}b_j^2\sigma_w^2$ and
/// $s_\lambda=\frac C{PN}[\theta_t^2+(N-1)\mathrm{Var}\,\Theta_{nn'}]$.
///
/// # Errors
/// An activation that is not odd, $\sigma_b^2>0$ or trained biases: there the mean entry is not 0, use
/// [`fim_statistics`]. `samples` = 0; as for [`theta`].
///
/// # Source
/// An extension of Karakida, Akaho and Amari (2019); derived in the notes of this module.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, mean_field::s_variance};
/// // One linear layer: Θ is XᵀX, whose off-diagonal entries have variance M.
/// let network = Architecture::new(vec![50, 1], Activation::linear(), 1.0, 0.0)?;
/// assert!((s_variance(&network, 10)?.variance - 50.0).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn s_variance(network: &Architecture, samples: usize) -> Result<SVariance, TheoryError> {
    at_least("N", samples, 1)?;
    require_plain(network)?;
    let scales = network.scales();
    if !scales.activation.is_odd() {
        let valid = "an odd activation, for which the mean overlap of two samples is 0";
        return Err(TheoryError::invalid("activation", &scales.activation, valid));
    }
    if scales.sigma_b2 != 0.0 {
        let valid = "0: biases give the samples a common part; use mf/fim-stats";
        return Err(TheoryError::invalid("sigma_b2", scales.sigma_b2, valid));
    }
    if network.train_bias() {
        return Err(TheoryError::invalid("train_bias", true, "false: the formula covers weights only"));
    }
    let order = order_parameters(scales, network.depth())?;
    let theta_t = theta_of(network, &order)?.theta_t;
    let widths: Vec<f64> = network.widths().iter().map(|&width| width as f64).collect();

    // `tail` is Σ_{m<l} c_m Π_{m<j≤l}(b_j²σ_w²) V_m: the covariance of layer l with all below, up to c_l.
    let (mut fluctuation, mut tail, mut variance) = (1.0 / widths[0], 0.0, 0.0);
    for (l, &width) in widths[..network.depth()].iter().enumerate() {
        if l > 0 {
            let slope = gaussian_moments(&scales.activation, 0.0, order.q_t[l - 1])?.mean_derivative;
            let gain = slope * slope * scales.sigma_w2;
            fluctuation = order.qhat_t[l] * order.qhat_t[l] / width + gain * gain * fluctuation;
            tail *= gain;
        }
        let c = width * order.qtilde_st[l];
        variance += c * (c * fluctuation + 2.0 * tail);
        tail += c * fluctuation;
    }
    let n = samples as f64;
    let s_lambda =
        network.classes() as f64 / parameters(network) / n * (theta_t * theta_t + (n - 1.0) * variance);
    Ok(SVariance {
        variance: representable("the variance of the kernel entries", variance)?,
        s_lambda: representable("s_lambda", s_lambda)?,
    })
}
