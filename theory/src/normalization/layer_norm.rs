//! Layer normalization of the output.

use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use super::last_layer::gamma_squared;
use crate::error::{non_negative, positive, representable};
use crate::mean_field::{Theta, order_parameters, theta_of};
use crate::quadrature::rules::legendre;
use crate::{Architecture, Normalization, TheoryError};

/// Outliers of the layer-normalized output in the limit of many samples, in units $\gamma^2/s^2$.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LayerNormPopulation {
    /// $e_\parallel$: eigenvalue along the common output.
    pub e_parallel: f64,
    /// $e_\perp$: the $C-2$ other ones.
    pub e_perp: f64,
}

/// $\theta$ of a network whose hidden layers are plain and whose output is plain or layer-normalized.
fn plain_theta(network: &Architecture) -> Result<(Theta, f64), TheoryError> {
    let (hidden, last) = network.modes().split_at(network.depth() - 1);
    let last_is_fine = last.iter().all(|mode| matches!(mode, Normalization::None | Normalization::LayerNorm));
    if hidden.iter().any(|&mode| mode != Normalization::None) || !last_is_fine {
        return Err(TheoryError::invalid(
            "modes",
            format!("{:?}", network.modes()),
            "no normalization in the hidden layers, and at most ln in the last",
        ));
    }
    let order = order_parameters(network.scales(), network.depth())?;
    Ok((theta_of(network, &order)?, order.q_t[network.depth() - 1]))
}

/// The top $C-1$ eigenvalues of the Fisher information of the layer-normalized output, given measured `outputs`
/// ($C\times N$, column-major: one sample a column), largest first.
///
/// # Formula
/// $F^*=\frac1N[\Theta_D\,\mathrm{blockdiag}(J(n)^2)+\theta_{st}SS^\top]$, $S$ the stack of
/// $J(n)=\frac\gamma{\sigma(n)}(I-\frac{11^\top}C-\frac{\hat u(n)\hat u(n)^\top}C)$. Compare the **sum** of the top $C-1$
/// with simulations.
///
/// # Algorithm
/// The matrix has rank-$C$ structure on top of multiples of projectors, so that the number of eigenvalues above
/// $\lambda$ is known from the inertia of a $C\times C$ matrix (Sylvester); bisection to $10^{-13}$. Cost
/// $O(C\,(NC^2+C^3))$ times about 60.
///
/// # Errors
/// $C\le2$ (the normalized output is constant, the spectrum empty); outputs of the wrong number, not finite, or
/// constant over the classes; `gamma` = 0; normalized hidden layers.
///
/// # Source
/// Derived in the notes of this module; the setting is that of Karakida, Akaho and Amari (2019).
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, normalization::last_layer_norm_outliers};
/// let network = Architecture::new(vec![50, 50, 3], Activation::relu(), 2.0, 0.1)?;
/// let outputs = [1.0, 0.0, -1.0, 0.5, 0.5, -1.0]; // two samples
/// let outliers = last_layer_norm_outliers(&network, 1.0, &outputs)?;
/// assert_eq!(outliers.len(), 2);
/// assert!(outliers[0] >= outliers[1] && outliers[1] > 0.0);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn last_layer_norm_outliers(
    network: &Architecture,
    gamma: f64,
    outputs: &[f64],
) -> Result<Vec<f64>, TheoryError> {
    let gamma2 = gamma_squared(gamma)?;
    let classes = enough_classes(network.classes(), 3)?;
    let samples = outputs.len() / classes;
    if samples == 0 || samples * classes != outputs.len() {
        let valid = format!("{classes} outputs for each of at least one sample");
        return Err(TheoryError::invalid("outputs", format!("{} values", outputs.len()), valid));
    }
    let (Theta { theta_st, theta_d, .. }, _) = plain_theta(network)?;
    let n = samples as f64;
    let normalized = outputs
        .chunks_exact(classes)
        .map(|output| Normalized::new(output, gamma2))
        .collect::<Result<Vec<_>, _>>()?;
    let spectrum = Spectrum { classes, bulk: theta_d / n, common: theta_st / n, samples: normalized };
    let precision: f64 = spectrum.samples.iter().map(|sample| sample.precision).sum();
    let widest = spectrum.samples.iter().map(|sample| sample.precision).fold(0.0, f64::max);
    let above = representable("the outliers", spectrum.bulk * widest + spectrum.common * precision)?;
    Ok((1..classes).map(|k| spectrum.eigenvalue(k, 1.001 * above)).collect())
}

/// One sample's $\gamma^2/\sigma(n)^2$ and $\hat u(n)$.
struct Normalized {
    precision: f64,
    direction: DVector<f64>,
}

impl Normalized {
    fn new(output: &[f64], gamma2: f64) -> Result<Self, TheoryError> {
        let output = DVector::from_column_slice(output);
        let centred = output.add_scalar(-output.mean());
        let variance =
            positive("variance of an output over the classes", centred.norm_squared() / output.len() as f64)?;
        Ok(Self { precision: gamma2 / variance, direction: centred / variance.sqrt() })
    }
}

struct Spectrum {
    classes: usize,
    bulk: f64,
    common: f64,
    samples: Vec<Normalized>,
}

impl Spectrum {
    /// The `k`-th largest eigenvalue, below `above`.
    fn eigenvalue(&self, k: usize, above: f64) -> f64 {
        let (mut low, mut high) = (0.0, above);
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if high - low <= 1e-13 * high || middle <= low || middle >= high {
                break;
            }
            if self.count_above(middle) >= k { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }

    /// Number of eigenvalues above `lambda`: those of the block diagonal, and those that the common part lifts.
    fn count_above(&self, lambda: f64) -> usize {
        let c = self.classes as f64;
        let (mut blocks, mut weight) = (0, 0.0);
        let mut lifted = DMatrix::zeros(self.classes, self.classes);
        for sample in &self.samples {
            let level = self.bulk * sample.precision;
            if level > lambda {
                blocks += self.classes - 2;
            }
            let distance = if lambda == level { f64::EPSILON * lambda } else { lambda - level };
            let share = self.common * sample.precision / distance;
            weight += share;
            lifted.ger(-share / c, &sample.direction, &sample.direction, 1.0);
        }
        for i in 0..self.classes {
            lifted[(i, i)] += weight;
        }
        lifted.add_scalar_mut(-weight / c);
        if lifted.iter().any(|x| !x.is_finite()) {
            return blocks;
        }
        let raised = lifted.symmetric_eigenvalues().iter().filter(|&&x| x > 1.0).count();
        // Blocks above λ enter with negative weight, where nothing can be raised: Sylvester's law adds the two.
        blocks + raised
    }
}

/// A lower bound on $\lambda_{\max}$ of the layer-normalized output, given the mean of $\sigma(n)^{-2}$ over samples;
/// with `None` its expectation $E\sigma^{-2}=\frac C{(C-3)q^L_t}$ for Gaussian outputs.
///
/// # Formula
/// $\lambda_{\max}\ge\theta_{st}\gamma^2\frac{C-2}C\overline{\sigma^{-2}}$: the mean of the $C-1$ outliers, a trace. The
/// largest one is 1.4 to 3.7 times larger with biases or ReLU, 11 to 22 times and more for odd activations without biases, where
/// $\theta_{st}$ all but vanishes and the bulk decides.
///
/// # Errors
/// $C\le2$, or $C\le3$ without measured variances ($E\sigma^{-2}=\infty$); a mean that is not positive; `gamma` = 0;
/// normalized hidden layers.
///
/// # Source
/// Karakida, Akaho and Amari (2019), *The normalization method...*.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, normalization::last_layer_norm_bound};
/// let network = Architecture::new(vec![100, 10], Activation::linear(), 1.0, 1.0)?.with_trained_biases(true);
/// // θ_st = 1 (the bias), q_t = 2: the bound is (8/10)(10/7)/2.
/// assert!((last_layer_norm_bound(&network, 1.0, None)? - 4.0 / 7.0).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn last_layer_norm_bound(
    network: &Architecture,
    gamma: f64,
    mean_inverse_variance: Option<f64>,
) -> Result<f64, TheoryError> {
    let gamma2 = gamma_squared(gamma)?;
    let classes =
        enough_classes(network.classes(), if mean_inverse_variance.is_some() { 3 } else { 4 })? as f64;
    let (theta, q_t) = plain_theta(network)?;
    let precision = match mean_inverse_variance {
        Some(mean) => positive("mean_inverse_variance", mean)?,
        None => classes / ((classes - 3.0) * q_t),
    };
    representable("the bound", theta.theta_st * gamma2 * ((classes - 2.0) / classes) * precision)
}

fn enough_classes(classes: usize, least: usize) -> Result<usize, TheoryError> {
    if classes >= least {
        return Ok(classes);
    }
    let reason = if classes <= 2 {
        "with fewer than 3 classes the layer-normalized output is constant and its Fisher information vanishes"
    } else {
        "E 1/sigma^2 diverges at three classes; condition on measured outputs instead"
    };
    Err(TheoryError::invalid("C", classes, format!("an integer >= {least}: {reason}")))
}

/// Outliers of the layer-normalized output for $N\to\infty$, given the common part of the outputs: `classes` $=C$ and
/// `lambda` $=q^L_{st}\|Py\|^2/s^2$ with $P$ centring over classes, $s^2=q^L_t-q^L_{st}$.
///
/// # Formula
/// $\bar Q=\frac1N\sum_nJ(n)^2$ has the eigenvalues $e_\parallel\gamma^2/s^2$ along $Py$ and $e_\perp\gamma^2/s^2$
/// ($C-2$ fold). With $X\sim N(\sqrt\lambda e_1,I_d)$, $d=C-1$: $A=E\|X\|^{-2}=\int_0^1\tau^{d-3}e^{-\lambda(1-\tau^2)/2}d\tau$ and
/// $B=E[X_2^2\|X\|^{-4}]=\frac12\int_0^1(1-\tau^2)\tau^{d-3}e^{-\lambda(1-\tau^2)/2}d\tau$ give
/// $e_\parallel=C(d-1)B$, $e_\perp=C(A-B)$. At $\lambda=0$ both are $C\frac{C-2}{(C-1)(C-3)}$.
///
/// # Errors
/// $C\le3$ ($E\sigma^{-2}=\infty$ at 3), `lambda` < 0 or not finite.
///
/// # Source
/// Derived in the notes of this module.
///
/// # Example
/// ```
/// use solvable_theory::normalization::last_ln_population;
/// let outliers = last_ln_population(6, 2.0)?;
/// assert!((outliers.e_parallel - 0.9288073963084738).abs() < 1e-13);
/// assert!((outliers.e_perp - 1.1535596301845763).abs() < 1e-13);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn last_ln_population(classes: usize, lambda: f64) -> Result<LayerNormPopulation, TheoryError> {
    enough_classes(classes, 4)?;
    non_negative("lam", lambda)?;
    let c = classes as f64;
    let d = c - 1.0;
    // The integrands live within 1/max(λ, d) of τ = 1: panels that halve towards it, in the distance x = 1 − τ.
    let halvings = (lambda.max(d).log2().ceil().max(0.0) as u32 + 6).min(1060);
    let (mut a, mut b) = (0.0, 0.0);
    let mut panel = |from: f64, to: f64| {
        for &(node, weight) in legendre() {
            let x = (0.5 * (to - from)).mul_add(node, 0.5 * (from + to));
            let square = x * (2.0 - x);
            let exponent = (d - 3.0) * (-x).ln_1p() - 0.5 * lambda * square;
            let term = 0.5 * (to - from) * weight * exponent.exp();
            a += term;
            b += 0.5 * square * term;
        }
    };
    let mut to = 1.0;
    for _ in 0..halvings {
        panel(0.5 * to, to);
        to *= 0.5;
    }
    panel(0.0, to);
    Ok(LayerNormPopulation {
        e_parallel: representable("e_parallel", c * (d - 1.0) * b)?,
        e_perp: representable("e_perp", c * (a - b))?,
    })
}
