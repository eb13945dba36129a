use serde::Serialize;

use crate::error::{at_least, finite, positive, representable};
use crate::mean_field::{Theta, order_parameters, require_plain, theta};
use crate::{Architecture, TheoryError};

/// What layer $l$ contributes to the tangent kernel: $t_l$ at equal samples, $s_l$ at different ones.
///
/// # Formula
/// $t_l=\tilde q^l_t(M_{l-1}\hat q^{l-1}_t+\beta)$, $s_l=\tilde q^l_{st}(M_{l-1}\hat q^{l-1}_{st}+\beta)$ for $l=1..L$, $\beta=1$ if biases are trained,
/// else 0.
///
/// # Errors
/// Normalized networks are refused; otherwise as for [`order_parameters`].
///
/// # Source
/// Karakida, Akaho and Amari (2021), with the exact widths and the biases kept.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, pathological_spectra::layer_scales};
/// let network = Architecture::new(vec![500, 500, 500, 5], Activation::tanh(), 3.0, 0.64)?.with_trained_biases(true);
/// let (t, s) = layer_scales(&network)?;
/// assert!((t.iter().sum::<f64>() - 958.2345917094001).abs() < 1e-10);
/// assert!((s.iter().sum::<f64>() - 120.48982295818858).abs() < 1e-10);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn layer_scales(network: &Architecture) -> Result<(Vec<f64>, Vec<f64>), TheoryError> {
    require_plain(network)?;
    let order = order_parameters(network.scales(), network.depth())?;
    let bias = f64::from(u8::from(network.train_bias()));
    let scales = |qtilde: &[f64], qhat: &[f64]| -> Result<Vec<f64>, TheoryError> {
        let layers = qtilde.iter().zip(qhat).zip(network.widths());
        layers
            .map(|((qtilde, qhat), width)| {
                representable("the kernel of a layer", qtilde * (*width as f64 * qhat + bias))
            })
            .collect()
    };
    Ok((scales(&order.qtilde_t, &order.qhat_t)?, scales(&order.qtilde_st, &order.qhat_st)?))
}

/// Refuses scales that no tangent kernel has: $0\le\Theta_{st}\le\Theta_t$, $\Theta_t>0$.
pub(super) fn check_kernel(theta_t: f64, theta_st: f64) -> Result<(), TheoryError> {
    positive("Theta_t", theta_t)?;
    if finite("Theta_st", theta_st)? >= 0.0 && theta_st <= theta_t {
        Ok(())
    } else {
        Err(TheoryError::invalid("Theta_st", theta_st, "a number from 0 to Theta_t"))
    }
}

/// Eigenvalues of the tangent kernel of $N$ samples, $\Theta=[(\Theta_t-\Theta_{st})I+\Theta_{st}\mathbf 1\mathbf 1^\top]\otimes I_C$.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct KernelStatistics {
    /// $\Theta_t$.
    pub theta_t: f64,
    /// $\Theta_{st}$.
    pub theta_st: f64,
    /// Mean eigenvalue.
    pub mean: f64,
    /// Mean squared eigenvalue.
    pub second_moment: f64,
    /// The largest eigenvalue, $C$-fold.
    pub lambda_max: f64,
    /// All others.
    pub bulk: f64,
    /// The largest eigenvalue after mean subtraction in the last layer.
    pub lambda_max_mean_subtracted: f64,
}

/// Statistics of the $NC$ eigenvalues of the tangent kernel.
///
/// # Formula
/// Mean $\Theta_t$, second moment $(N-1)\Theta_{st}^2+\Theta_t^2$, $\lambda_{\max}=(N-1)\Theta_{st}+\Theta_t$, bulk $\Theta_t-\Theta_{st}$; after mean
/// subtraction $\Theta_t-\Theta_{st}$ (0 for one sample). At finite width the $C$ largest split by $O(\sqrt{C/M})$, their mean is biased by $O(1/M)$.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) for $N=0$; as [`layer_scales`].
///
/// # Source
/// Karakida, Akaho and Amari (2021).
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, pathological_spectra::kernel_statistics};
/// let network = Architecture::new(vec![500, 500, 500, 5], Activation::tanh(), 3.0, 0.64)?.with_trained_biases(true);
/// assert!((kernel_statistics(&network, 80)?.lambda_max - 10476.930605406298).abs() < 1e-8);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn kernel_statistics(network: &Architecture, samples: usize) -> Result<KernelStatistics, TheoryError> {
    let n = at_least("N", samples, 1)? as f64;
    let Theta { theta_t, theta_st, theta_d } = theta(network)?;
    let statistics = KernelStatistics {
        theta_t,
        theta_st,
        mean: theta_t,
        second_moment: (n - 1.0) * theta_st * theta_st + theta_t * theta_t,
        lambda_max: (n - 1.0) * theta_st + theta_t,
        bulk: theta_d,
        lambda_max_mean_subtracted: if samples == 1 { 0.0 } else { theta_d },
    };
    representable("the second moment of the kernel", statistics.second_moment)?;
    representable("the largest eigenvalue of the kernel", statistics.lambda_max)?;
    Ok(statistics)
}

/// Eigenvalues of the block of the Fisher information that belongs to one layer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BlockStatistics {
    /// Mean eigenvalue.
    pub mean: f64,
    /// Mean squared eigenvalue.
    pub second_moment: f64,
    /// The largest eigenvalue, $C$-fold.
    pub lambda_max: f64,
}

/// Statistics of the blocks $F_{ll}$ of the Fisher information for regression, $l=1..L$.
///
/// # Formula
/// $m^l=\frac{Ct_l}{P_l}$, $s^l=\frac C{P_l}\left(\frac{N-1}Ns_l^2+\frac{t_l^2}N\right)$, $\lambda^l_{\max}=\frac{N-1}Ns_l+\frac{t_l}N$, $P_l=M_l(M_{l-1}+\beta)$.
///
/// # Validity
/// In the first layer only the mean: inputs of mean zero have no outlier there, and the largest eigenvalue is the edge of a bulk.
///
/// # Errors
/// As [`kernel_statistics`].
///
/// # Source
/// Karakida, Akaho and Amari (2021).
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, pathological_spectra::block_statistics};
/// let network = Architecture::new(vec![500, 500, 500, 5], Activation::tanh(), 3.0, 0.64)?.with_trained_biases(true);
/// assert!((block_statistics(&network, 80)?[2].lambda_max - 93.83780114201451).abs() < 1e-11);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn block_statistics(network: &Architecture, samples: usize) -> Result<Vec<BlockStatistics>, TheoryError> {
    let n = at_least("N", samples, 1)? as f64;
    let (t, s) = layer_scales(network)?;
    let classes = network.classes() as f64;
    let bias = f64::from(u8::from(network.train_bias()));
    let layers = network.widths().windows(2).zip(t.iter().zip(&s));
    layers
        .map(|(widths, (t, s))| {
            let parameters = widths[1] as f64 * (widths[0] as f64 + bias);
            Ok(BlockStatistics {
                mean: classes * t / parameters,
                second_moment: representable(
                    "the second moment of a block",
                    classes / parameters * ((n - 1.0) / n * s * s + t * t / n),
                )?,
                lambda_max: (n - 1.0) / n * s + t / n,
            })
        })
        .collect()
}
