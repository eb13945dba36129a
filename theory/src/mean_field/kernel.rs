//! The analytic neural tangent kernel, in the standard and in the NTK parametrization.

use serde::Serialize;

use super::order::{Chain, pair_chains, valid_depth, valid_pair};
use super::require_plain;
use crate::error::{at_least, positive, representable};
use crate::{Architecture, InitialScales, TheoryError};

/// Learning rates of the standard parametrization, layer by layer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LearningRates {
    /// For the weights of layers $1..L$.
    pub weights: Vec<f64>,
    /// For the biases of every layer; 0 where $\sigma_b=0$ makes them untrainable in the NTK parametrization.
    pub biases: f64,
}

/// $\Theta(x,y)$ of one output in the **standard** parametrization; `xx` $=\|x\|^2/M_0$ and so on.
///
/// # Formula
/// $\Theta(x,y)=\sum_{l=1}^L\tilde q^l(x,y)\,(M_{l-1}\hat q^{l-1}(x,y)+\beta)$, $\beta=1$ if biases are trained.
///
/// # Errors
/// Normalized architectures are refused; as for
/// [`pair_order_parameters`](super::pair_order_parameters).
///
/// # Source
/// Jacot, Gabriel and Hongler (2018), Theorem 1, in the standard parametrization.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, mean_field::ntk_pair};
/// let network = Architecture::new(vec![100, 100, 100, 1], Activation::relu(), 1.7, 0.3)?;
/// assert!((ntk_pair(&network, 1.2, 0.4, 0.9)? - 125.04341396656132).abs() < 1e-11);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn ntk_pair(network: &Architecture, xx: f64, xy: f64, yy: f64) -> Result<f64, TheoryError> {
    require_plain(network)?;
    let (_, cross, _) = pair_chains(network.scales(), network.depth(), xx, xy, yy)?;
    standard(network, &cross)
}

/// $\Theta^{\rm NTK}(x,y)$ of one output in the **NTK** parametrization ($W=\sigma_ww/\sqrt{M_{l-1}}$,
/// $b=\sigma_b\beta$ with standard normal $w,\beta$); no width enters.
///
/// # Formula
/// $\Theta^{\rm NTK}=\sum_{l=1}^L\tilde q^l(\sigma_w^2\hat q^{l-1}+\sigma_b^2[\text{biases trained}])$. The term
/// $\sigma_b^2$ stays in the forward recursion either way.
///
/// # Errors
/// As for [`pair_order_parameters`](super::pair_order_parameters).
///
/// # Source
/// Jacot, Gabriel and Hongler (2018), Theorem 1.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, InitialScales, mean_field::ntk_parametrization_pair};
/// let scales = InitialScales::new(Activation::relu(), 1.7, 0.3)?;
/// let ntk = ntk_parametrization_pair(&scales, 3, true, 1.2, 0.4, 0.9)?;
/// assert!((ntk - 2.7140240119448547).abs() < 1e-13);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn ntk_parametrization_pair(
    scales: &InitialScales,
    depth: usize,
    with_bias: bool,
    xx: f64,
    xy: f64,
    yy: f64,
) -> Result<f64, TheoryError> {
    let (_, cross, _) = pair_chains(scales, depth, xx, xy, yy)?;
    let bias = if with_bias { scales.sigma_b2 } else { 0.0 };
    let qtilde = cross.qtilde(scales.sigma_w2)?;
    let sum = qtilde.iter().zip(&cross.qhat).map(|(t, h)| t * scales.sigma_w2.mul_add(*h, bias)).sum();
    representable("the neural tangent kernel", sum)
}

/// The matrix $\Theta$ of one output over `samples` $=N$ inputs, standard parametrization, column-major $N\times N$.
///
/// `input_gram` is the $N\times N$ matrix $x_n\cdot x_m/M_0$. The diagonal recursions run once per sample, the
/// others once per pair: $N(N-1)(L-1)/2$ kernel evaluations.
///
/// # Formula
/// [`ntk_pair`] for each pair.
///
/// # Errors
/// A Gram matrix of the wrong size, not symmetric, or not positive semidefinite in some pair; as for [`ntk_pair`].
///
/// # Source
/// As for [`ntk_pair`].
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, mean_field::{ntk_gram, ntk_pair}};
/// let network = Architecture::new(vec![100, 100, 1], Activation::erf(1.0)?, 2.0, 0.1)?;
/// let gram = ntk_gram(&network, &[1.0, 0.3, 0.3, 1.2], 2)?;
/// assert_eq!(gram[1], ntk_pair(&network, 1.0, 0.3, 1.2)?);
/// assert!((gram[0] - ntk_pair(&network, 1.0, 1.0, 1.0)?).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn ntk_gram(network: &Architecture, input_gram: &[f64], samples: usize) -> Result<Vec<f64>, TheoryError> {
    require_plain(network)?;
    at_least("samples", samples, 1)?;
    let (scales, depth) = (network.scales(), valid_depth(network.depth())?);
    if samples.checked_mul(samples) != Some(input_gram.len()) {
        let valid = format!("samples x samples = {samples} x {samples} entries");
        return Err(TheoryError::invalid("input_gram", format!("{} entries", input_gram.len()), valid));
    }
    let entry = |n: usize, m: usize| input_gram[m * samples + n];
    let diagonals = (0..samples)
        .map(|n| {
            valid_pair(entry(n, n), entry(n, n), entry(n, n))?;
            Chain::diagonal(scales, depth, entry(n, n))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut gram = vec![0.0; samples * samples];
    for m in 0..samples {
        gram[m * samples + m] = standard(network, &diagonals[m])?;
        for n in 0..m {
            let (upper, lower) = (entry(n, m), entry(m, n));
            valid_pair(entry(n, n), upper, entry(m, m))?;
            let scale = entry(n, n).sqrt() * entry(m, m).sqrt();
            if (upper - lower).abs() > 1e-9 * scale {
                let value = format!("{upper} at ({n}, {m}) and {lower} at ({m}, {n})");
                return Err(TheoryError::invalid("input_gram", value, "a symmetric matrix"));
            }
            let cross = Chain::cross(scales, depth, &diagonals[n], &diagonals[m], upper)?;
            let theta = standard(network, &cross)?;
            (gram[m * samples + n], gram[n * samples + m]) = (theta, theta);
        }
    }
    Ok(gram)
}

fn standard(network: &Architecture, chain: &Chain) -> Result<f64, TheoryError> {
    let bias = f64::from(u8::from(network.train_bias()));
    let qtilde = chain.qtilde(network.scales().sigma_w2)?;
    let sum = qtilde
        .iter()
        .zip(&chain.qhat)
        .zip(network.widths())
        .map(|((qtilde, qhat), &width)| qtilde * (width as f64 * qhat + bias))
        .sum();
    representable("the neural tangent kernel", sum)
}

/// The learning rates of the standard parametrization under which a network moves in function space as it does in
/// the NTK parametrization with the single rate `eta_ntk`.
///
/// # Formula
/// $\eta^{\rm std}_{W^l}=\eta^{\rm NTK}\sigma_w^2/M_{l-1}$, $\eta^{\rm std}_{b^l}=\eta^{\rm NTK}\sigma_b^2$: each block of
/// the kernel is scaled by the inverse factor.
///
/// # Errors
/// `eta_ntk` not positive; normalized architectures are refused.
///
/// # Source
/// From the two parametrizations of Jacot, Gabriel and Hongler (2018); derived in the notes of this module.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, mean_field::standard_learning_rates};
/// let network = Architecture::new(vec![10, 100, 1], Activation::relu(), 2.0, 0.0)?;
/// assert_eq!(standard_learning_rates(&network, 1.0)?.weights, [0.2, 0.02]);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn standard_learning_rates(network: &Architecture, eta_ntk: f64) -> Result<LearningRates, TheoryError> {
    require_plain(network)?;
    positive("eta_ntk", eta_ntk)?;
    let scales = network.scales();
    let weights = network.widths()[..network.depth()]
        .iter()
        .map(|&fan_in| representable("a learning rate", eta_ntk * scales.sigma_w2 / fan_in as f64))
        .collect::<Result<_, _>>()?;
    Ok(LearningRates { weights, biases: representable("a learning rate", eta_ntk * scales.sigma_b2)? })
}

/// The factor $M/\sigma_w^2$ by which every eigenvalue of the standard kernel exceeds the NTK one, where there is a
/// single factor: no trained biases and $M_0=\dots=M_{L-1}=M$; otherwise `None`.
///
/// # Source
/// Derived in the notes of this module.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, mean_field::spectral_factor};
/// let network = Architecture::new(vec![100, 100, 1], Activation::relu(), 2.0, 0.0)?;
/// assert_eq!(spectral_factor(&network), Some(50.0));
/// assert_eq!(spectral_factor(&network.with_trained_biases(true)), None);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn spectral_factor(network: &Architecture) -> Option<f64> {
    let inputs = &network.widths()[..network.depth()];
    let equal = inputs.iter().all(|width| *width == inputs[0]);
    (equal && !network.train_bias()).then(|| inputs[0] as f64 / network.scales().sigma_w2)
}
