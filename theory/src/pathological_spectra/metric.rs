use serde::Serialize;

use crate::activation::Kind;
use crate::error::{at_least, representable};
use crate::mean_field::{order_parameters, require_plain};
use crate::quadrature::{gaussian_moments, kernel_pair};
use crate::{Activation, Architecture, TheoryError};

/// Statistics of the metric $A^l=\frac1N\sum_{n,k}\nabla_{h^l}f_k\nabla_{h^l}f_k^\top$ of the space of inputs ($l=0$) or features.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LayerMetric {
    /// Mean eigenvalue.
    pub mean: f64,
    /// Mean squared eigenvalue, to leading order.
    pub second_moment: f64,
    /// The largest eigenvalue, $C$-fold.
    pub lambda_max: f64,
    /// Share of the trace in the $C$ outliers.
    pub share: f64,
    /// The largest eigenvalue over the mean: how much more a common perturbation of all samples along an outlier changes the outputs than one of
    /// random direction.
    pub ratio: f64,
}

/// Statistics of $A^l$, $l=0..L-1$.
///
/// # Formula
/// $a_t=\sigma_w^2\tilde q^{l+1}_t$, $a_{st}=\sigma_w^2\tilde q^{l+1}_{st}$: mean $\frac{Ca_t}{M_l}$, second moment
/// $\frac C{M_l}\left(\frac{N-1}Na_{st}^2+\frac{a_t^2}N\right)$, $\lambda_{\max}=\frac{N-1}Na_{st}+\frac{a_t}N$, share $\lambda_{\max}/a_t$, ratio $\frac{M_l}C$ times the
/// share.
///
/// # Errors
/// Normalized networks and $N=0$ are refused; otherwise as for [`order_parameters`].
///
/// # Source
/// Karakida, Akaho and Amari (2021).
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, pathological_spectra::layer_metrics};
/// let network = Architecture::new(vec![500, 500, 500, 5], Activation::tanh(), 3.0, 0.64)?;
/// assert!((layer_metrics(&network, 80)?[0].ratio - 35.67264370882527).abs() < 1e-11);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn layer_metrics(network: &Architecture, samples: usize) -> Result<Vec<LayerMetric>, TheoryError> {
    require_plain(network)?;
    let n = at_least("N", samples, 1)? as f64;
    let order = order_parameters(network.scales(), network.depth())?;
    let classes = network.classes() as f64;
    let sigma_w2 = network.scales().sigma_w2;
    let layers = order.qtilde_t.iter().zip(&order.qtilde_st).zip(network.widths());
    layers
        .map(|((t, st), &width)| {
            let (t, st, width) = (sigma_w2 * t, sigma_w2 * st, width as f64);
            let lambda_max = (n - 1.0) / n * st + t / n;
            if t == 0.0 {
                return Err(TheoryError::undefined("the metric", "all gradients vanish to the last digit"));
            }
            Ok(LayerMetric {
                mean: representable("the metric", classes * t / width)?,
                second_moment: representable(
                    "the second moment of the metric",
                    classes / width * ((n - 1.0) / n * st * st + t * t / n),
                )?,
                lambda_max,
                share: lambda_max / t,
                ratio: width / classes * lambda_max / t,
            })
        })
        .collect()
}

/// $E[\phi'(u)^2\phi'(v)^2]$ for variances $q$ and covariance $c$.
fn squared_slopes(phi: &Activation, q: f64, c: f64) -> Result<f64, TheoryError> {
    match phi.0 {
        _ if phi.is_linear() => Ok(1.0),
        // φ'² = φ'.
        Kind::Relu | Kind::HardTanh { .. } | Kind::ShiftedRelu { .. } => Ok(kernel_pair(phi, q, q, c)?.k_dot),
        Kind::Erf { scale } => {
            let unit = 4.0 * scale * scale;
            let determinant = (1.0 + unit * (q - c)) * (1.0 + unit * (q + c));
            Ok((unit / std::f64::consts::PI).powi(2) / determinant.sqrt())
        }
        _ => {
            let own = phi.clone();
            let square = Activation::custom("a squared slope", phi.kinks(), false, move |u| {
                (own.derivative(u).powi(2), 0.0)
            })?;
            if c == q {
                Ok(gaussian_moments(&square, 0.0, q)?.second)
            } else {
                Ok(kernel_pair(&square, q, q, c)?.k)
            }
        }
    }
}

/// Mean squared eigenvalues of $A^l$, $l=0..L-1$, with the products between different classes, of relative size $C/M$ and not suppressed by $N$.
///
/// # Formula
/// To $\mathrm{Tr}(A^l)^2$ is added $C(C-1)\left(\frac{N-1}Ny_{st}+\frac{y_t}N\right)$, $y^l=\sigma_w^4(x^{l+1}+(\tilde q_t^{l+1})^2/M_l)$, $x^L=0$,
/// $x^l=\sigma_w^4(E[\phi'\phi']^2x^{l+1}+E[\phi'^2\phi'^2](\tilde q_t^{l+1})^2/M_l)$, averages over the pre-activations of layer $l$, at equal samples for $y_t$.
///
/// # Errors
/// As [`layer_metrics`].
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, pathological_spectra::corrected_second_moments};
/// let network = Architecture::new(vec![500, 500, 500, 5], Activation::tanh(), 3.0, 0.64)?;
/// assert!((corrected_second_moments(&network, 80)?[0] - 0.007920479267518914).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn corrected_second_moments(network: &Architecture, samples: usize) -> Result<Vec<f64>, TheoryError> {
    let leading = layer_metrics(network, samples)?;
    let n = samples as f64;
    let depth = network.depth();
    let (scales, widths) = (network.scales(), network.widths());
    let order = order_parameters(scales, depth)?;
    let classes = network.classes() as f64;
    let fourth = scales.sigma_w2 * scales.sigma_w2;
    let (mut x_t, mut x_st) = (0.0, 0.0);
    let mut result = vec![0.0; depth];
    for l in (0..depth).rev() {
        let width = widths[l] as f64;
        // q̃_t of layer l + 1, whose list starts with layer 1.
        let own = order.qtilde_t[l].powi(2) / width;
        let (y_t, y_st) = (fourth * (x_t + own), fourth * (x_st + own));
        let extra = classes * (classes - 1.0) * ((n - 1.0) / n * y_st + y_t / n);
        result[l] =
            representable("the second moment of the metric", leading[l].second_moment + extra / width)?;
        if l > 0 {
            let (q, c) = (order.q_t[l - 1], order.q_st[l - 1]);
            let (same, pair) = (
                kernel_pair(&scales.activation, q, q, q)?.k_dot,
                kernel_pair(&scales.activation, q, q, c)?.k_dot,
            );
            let phi = &scales.activation;
            x_t = fourth * (same * same * x_t + squared_slopes(phi, q, q)? * own);
            x_st = fourth * (pair * pair * x_st + squared_slopes(phi, q, c)? * own);
        }
    }
    Ok(result)
}
