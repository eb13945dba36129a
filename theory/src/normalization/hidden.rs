//! Normalized hidden layers.

use serde::Serialize;

use super::last_layer::spread;
use crate::error::{at_least, representable};
use crate::mean_field::{Overlap, overlap, settled};
use crate::quadrature::{GaussianMoments, KernelPair, moments_and_variances};
use crate::{Architecture, Normalization, TheoryError};

/// Bulk and outlier of the dual kernel, and the recursion behind them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HiddenModes {
    /// $\Theta_D$: the bulk eigenvalues are $\Theta_D/N$.
    pub theta_d: f64,
    /// $\Theta_S$: the outlier is $\Theta_S+O(M/N)$.
    pub theta_s: f64,
    /// $q^L_t$: variance of the output before its own normalization.
    pub output_variance: f64,
    /// $q^L_{st}$: its covariance between two samples.
    pub output_covariance: f64,
    /// $q^L_t-q^L_{st}$, to relative accuracy.
    pub output_gap: f64,
    /// One entry for each of the layers $1..L$.
    pub layers: Vec<HiddenLayer>,
}

/// The scalars of layer $l$.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct HiddenLayer {
    /// Variance $q^l_t$ of $u^l$ before normalization.
    pub q_t: f64,
    /// Covariance $q^l_{st}$ of $u^l$ before normalization.
    pub q_st: f64,
    /// $\hat q^{l-1}_t$: mean square of the layer's input.
    pub qhat_t: f64,
    /// $\hat q^{l-1}_{st}$: overlap of the layer's inputs.
    pub qhat_st: f64,
    /// $t_l$: trace of the backward covariance.
    pub t: f64,
    /// $w_l$: the part of $t_l$ that the sum over samples misses.
    pub w: f64,
    /// $s_l$: overlap of backward signals of different samples.
    pub s: f64,
    /// $q^l_t-q^l_{st}$, to relative accuracy as all differences here.
    pub q_gap: f64,
    /// $\hat q^{l-1}_t-\hat q^{l-1}_{st}$.
    pub qhat_gap: f64,
    /// $t_l-w_l$.
    pub tw_gap: f64,
}

/// The outlier with all its $1/N$ terms.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct HiddenTop {
    /// $\Theta_S$.
    pub theta_s: f64,
    /// $\zeta$.
    pub zeta: f64,
    /// $\Theta_S+\zeta/N$.
    pub outlier: f64,
}

/// The law of the normalized pre-activation of one hidden layer, passed through $\phi$.
#[derive(Clone, Copy)]
struct Passage {
    gain: f64,
    qhat_t: f64,
    qhat_st: f64,
    k_dot_t: f64,
    k_dot_st: f64,
    qhat_gap: f64,
    k_dot_gap: f64,
    batch: bool,
}

impl Passage {
    fn new(
        network: &Architecture,
        mode: Normalization,
        q: f64,
        c: f64,
        gap: f64,
    ) -> Result<Self, TheoryError> {
        let phi = network.activation();
        match mode {
            Normalization::None | Normalization::LayerNorm => {
                let (gain, p) = if mode == Normalization::None {
                    (1.0, q)
                } else {
                    let gamma2 = network.gamma() * network.gamma();
                    (gamma2 / across_units(q)?, gamma2)
                };
                let Overlap { same, apart, gap } = overlap(phi, p, p * (c / q), p * (gap / q))?;
                Ok(Self {
                    gain,
                    qhat_t: same.k,
                    qhat_st: apart.k,
                    k_dot_t: same.k_dot,
                    k_dot_st: apart.k_dot,
                    qhat_gap: gap.k,
                    k_dot_gap: gap.k_dot,
                    batch: false,
                })
            }
            Normalization::MeanSubtraction | Normalization::BatchNorm => {
                let (gain, moments, own) = over_batch(network, mode, gap)?;
                Ok(Self {
                    gain,
                    qhat_t: moments.second,
                    qhat_st: moments.mean * moments.mean,
                    k_dot_t: moments.second_derivative,
                    k_dot_st: moments.mean_derivative * moments.mean_derivative,
                    qhat_gap: own.k,
                    k_dot_gap: own.k_dot,
                    batch: true,
                })
            }
        }
    }
}

/// The law of the normalized pre-activations of a hidden layer across samples, for one unit: what its samples share is
/// `mean` + `common` times a standard normal, what they have of their own has `variance`.
#[derive(Debug, Clone, Copy)]
pub(super) struct LayerLaw {
    pub mean: f64,
    pub common: f64,
    pub variance: f64,
    /// Squared factor of the normalization.
    pub gain: f64,
    /// $\dot K$ between two samples.
    pub k_dot_st: f64,
}

impl LayerLaw {
    /// Whether a layer has the law of `self`, up to rounding.
    pub fn settled(&self, next: &Self) -> bool {
        settled(self.mean, next.mean)
            && settled(self.common, next.common)
            && settled(self.variance, next.variance)
            && settled(self.gain, next.gain)
    }
}

/// The laws of the layers $1..L-1$ of a network with any pattern of normalized hidden layers.
pub(super) fn layer_laws(network: &Architecture, modes: &HiddenModes) -> Result<Vec<LayerLaw>, TheoryError> {
    let hidden = modes.layers.iter().zip(network.modes()).take(network.depth() - 1);
    hidden
        .map(|(layer, &mode)| {
            let passage = Passage::new(network, mode, layer.q_t, layer.q_st, layer.q_gap)?;
            let (mean, common, variance) = if passage.batch {
                let (_, mean, kept) = normalized_law(network, mode, layer.q_gap);
                (mean, 0.0, kept)
            } else {
                (0.0, (passage.gain * layer.q_st.max(0.0)).sqrt(), passage.gain * layer.q_gap)
            };
            Ok(LayerLaw { mean, common, variance, gain: passage.gain, k_dot_st: passage.k_dot_st })
        })
        .collect()
}

/// Gain, and moments and variances of $\phi$ under the normalized law, of a layer with batch variance `variance`.
fn over_batch(
    network: &Architecture,
    mode: Normalization,
    variance: f64,
) -> Result<(f64, GaussianMoments, KernelPair), TheoryError> {
    let (gain, mean, kept) = normalized_law(network, mode, spread(variance)?);
    let (moments, own) = moments_and_variances(network.activation(), mean, kept)?;
    Ok((gain, moments, own))
}

/// Gain, mean and variance after `ms` or `bn`.
fn normalized_law(network: &Architecture, mode: Normalization, variance: f64) -> (f64, f64, f64) {
    if mode == Normalization::BatchNorm {
        let gamma2 = network.gamma() * network.gamma();
        (gamma2 / variance, network.beta(), gamma2)
    } else {
        (1.0, 0.0, variance)
    }
}

fn across_units(q: f64) -> Result<f64, TheoryError> {
    if q > 0.0 {
        Ok(q)
    } else {
        Err(TheoryError::undefined(
            "layer normalization",
            "the pre-activations are all 0, so that sigma is 0",
        ))
    }
}

/// $\Theta_D$ and $\Theta_S$ of a network with any pattern of normalized layers ($M\to\infty$, then $N\to\infty$).
///
/// # Formula
/// $\Theta\simeq\Theta_DI+\Theta_S11^\top$ per class, with
/// $\Theta_D=\sum_lM_{l-1}(t_l\hat q^{l-1}_t-w_l\hat q^{l-1}_{st})$, $\Theta_S=\sum_lM_{l-1}s_l\hat q^{l-1}_{st}$ and the
/// recursion of the notes. Trained biases add $t_l-w_l$ and $s_l$ to the two sums. If the last layer is
/// batch-normalized, divide by its batch variance, see [`last_batch_norm`](super::last_batch_norm).
///
/// # Validity
/// Relative corrections $O(1/N)$, about $-6/N$ for the outlier of ReLU with batch normalization: refine by
/// [`hidden_top_refined`]; outside validity for $N\lesssim10$.
///
/// # Errors
/// A layer-normalized output (see [`last_layer_norm_outliers`](super::last_layer_norm_outliers)); a layer without
/// variance over the batch; the errors of [`kernel_pair`](crate::quadrature::kernel_pair).
///
/// # Source
/// Generalises Karakida, Akaho and Amari (2019), *The normalization method...*; derived in the notes of this module.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, Normalization::*, normalization::hidden_modes};
/// let network = Architecture::new(vec![400, 400, 400, 1], Activation::relu(), 2.0, 0.1)?
///     .with_modes(vec![BatchNorm, BatchNorm, None], 1.0, 0.0)?;
/// // M γ²/(2π): the outlier persists.
/// assert!((hidden_modes(&network)?.theta_s - 63.66197723675813).abs() < 1e-11);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn hidden_modes(network: &Architecture) -> Result<HiddenModes, TheoryError> {
    let (scales, depth) = (network.scales(), network.depth());
    let last = network.modes()[depth - 1];
    if last == Normalization::LayerNorm {
        return Err(TheoryError::invalid(
            "modes",
            "ln in the last layer",
            "none, ms or bn in the last layer; for a layer-normalized output see norm/last-layer-norm",
        ));
    }

    let mut layers = Vec::with_capacity(depth);
    let mut passages = Vec::with_capacity(depth - 1);
    let (mut qhat_t, mut qhat_st, mut qhat_gap) = (1.0, 0.0, 1.0);
    let mut latest: Option<(Normalization, f64, f64, Passage)> = None;
    for l in 0..depth {
        let q_t = representable("q_t", scales.sigma_w2.mul_add(qhat_t, scales.sigma_b2))?;
        let q_st = scales.sigma_w2.mul_add(qhat_st, scales.sigma_b2);
        let q_gap = scales.sigma_w2 * qhat_gap;
        layers.push(HiddenLayer {
            q_t,
            q_st,
            qhat_t,
            qhat_st,
            t: 1.0,
            w: 1.0,
            s: 1.0,
            q_gap,
            qhat_gap,
            tw_gap: 0.0,
        });
        if l + 1 < depth {
            let mode = network.modes()[l];
            // Deep networks sit at their fixed point.
            let passage = match latest {
                Some((same, q, gap, passage)) if same == mode && settled(q, q_t) && settled(gap, q_gap) => {
                    passage
                }
                _ => Passage::new(network, mode, q_t, q_st, q_gap)?,
            };
            latest = Some((mode, q_t, q_gap, passage));
            (qhat_t, qhat_st, qhat_gap) = (passage.qhat_t, passage.qhat_st, passage.qhat_gap);
            passages.push(passage);
        }
    }

    let output = layers[depth - 1];
    if last != Normalization::None {
        layers[depth - 1].s = 0.0;
    }
    if last == Normalization::BatchNorm {
        spread(output.q_gap)?;
    }
    for l in (0..depth - 1).rev() {
        let (above, passage) = (layers[l + 1], &passages[l]);
        let same = scales.sigma_w2 * passage.gain * passage.k_dot_t;
        let apart = scales.sigma_w2 * passage.gain * passage.k_dot_st;
        let layer = &mut layers[l];
        layer.t = same * above.t;
        (layer.w, layer.s) = if passage.batch { (layer.t, 0.0) } else { (apart * above.w, apart * above.s) };
        if !passage.batch {
            let own = scales.sigma_w2 * passage.gain * passage.k_dot_gap;
            layer.tw_gap = own * above.t + apart * above.tw_gap;
        }
    }

    Ok(HiddenModes {
        theta_d: representable("Theta_D", bulk_of(network, &layers))?,
        theta_s: representable(
            "Theta_S",
            layers.iter().zip(network.widths()).map(|(l, &m)| l.s * fan_in(network, m, l.qhat_st)).sum(),
        )?,
        output_variance: output.q_t,
        output_covariance: output.q_st,
        output_gap: output.q_gap,
        layers,
    })
}

/// $\sum_lM_{l-1}(t_l\hat q^{l-1}_t-w_l\hat q^{l-1}_{st})$ over `layers`.
fn bulk_of(network: &Architecture, layers: &[HiddenLayer]) -> f64 {
    layers
        .iter()
        .zip(network.widths())
        .map(|(l, &m)| l.tw_gap * fan_in(network, m, l.qhat_t) + l.w * m as f64 * l.qhat_gap)
        .sum()
}

/// $M\hat q+\beta$: the overlap of a layer's inputs, with the constant input of a trained bias.
fn fan_in(network: &Architecture, width: usize, qhat: f64) -> f64 {
    (width as f64).mul_add(qhat, f64::from(u8::from(network.train_bias())))
}

/// The outlier of a network whose layer $L-1$ is mean-subtracted or batch-normalized and whose last layer is plain,
/// with all $1/N$ terms.
///
/// # Formula
/// $\frac1N1^\top\Theta1=N\Theta_S+\zeta$, $\lambda_{\max}\simeq\Theta_S+\zeta/N$,
/// $\zeta=M_{L-1}(\hat q^{L-1}_t-\hat q^{L-1}_{st}-e_1^2v)+R\sum_{l<L}M_{l-1}(t_l\hat q^{l-1}_t-w_l\hat q^{l-1}_{st})$, with
/// $e_1=E\phi'$, $e_2=E\phi'^2$, $e_u=E[z\phi']$ and $v$ the variance at layer $L-1$;
/// $R=1-\frac{e_1^2+e_u^2}{e_2}$ for bn, $1-\frac{e_1^2}{e_2}$ for ms.
///
/// # Validity
/// Rayleigh quotient to 0.1 % (ReLU, bn) – 3 % (ms). As $\lambda_{\max}$ only where it lies well above the bulk edge
/// (2–5 times $\Theta_D/N$).
///
/// # Errors
/// `samples` < 2; other patterns of layers; as for [`hidden_modes`].
///
/// # Source
/// Derived in the notes of this module.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, Normalization::*, normalization::hidden_top_refined};
/// let network = Architecture::new(vec![400, 400, 400, 1], Activation::relu(), 2.0, 0.1)?
///     .with_modes(vec![BatchNorm, BatchNorm, None], 1.0, 0.0)?;
/// let top = hidden_top_refined(&network, 64)?;
/// assert!(top.outlier > top.theta_s);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn hidden_top_refined(network: &Architecture, samples: usize) -> Result<HiddenTop, TheoryError> {
    hidden_top_of_modes(network, &hidden_modes(network)?, samples)
}

/// [`hidden_top_refined`] where the order parameters are known.
pub(crate) fn hidden_top_of_modes(
    network: &Architecture,
    modes: &HiddenModes,
    samples: usize,
) -> Result<HiddenTop, TheoryError> {
    at_least("N", samples, 2)?;
    let depth = network.depth();
    let top = if depth >= 2 { network.modes()[depth - 2] } else { Normalization::None };
    if !matches!(top, Normalization::MeanSubtraction | Normalization::BatchNorm)
        || network.modes()[depth - 1] != Normalization::None
    {
        return Err(TheoryError::invalid(
            "modes",
            format!("{:?}", network.modes()),
            "ms or bn in layer L-1 and none in layer L; for other patterns see norm/hidden-modes",
        ));
    }
    let below = modes.layers[depth - 2];
    let (_, _, v) = normalized_law(network, top, below.q_gap);
    let (_, moments, own) = over_batch(network, top, below.q_gap)?;
    let (e1, e2) = (moments.mean_derivative, moments.second_derivative);
    let eu = if top == Normalization::BatchNorm { moments.z_derivative } else { 0.0 };
    // Without any slope nothing below contributes.
    let remainder = if e2 > 0.0 { (own.k_dot - eu * eu).max(0.0) / e2 } else { 0.0 };
    let output = modes.layers[depth - 1];
    let zeta = network.widths()[depth - 1] as f64 * (output.qhat_gap - e1 * e1 * v)
        + remainder * bulk_of(network, &modes.layers[..depth - 1]);
    let zeta = representable("zeta", zeta)?;
    Ok(HiddenTop { theta_s: modes.theta_s, zeta, outlier: modes.theta_s + zeta / samples as f64 })
}
