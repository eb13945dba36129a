//! The tangent kernel of infinitely wide networks as a function of the cosine of two inputs.

use std::f64::consts::PI;

use libm::lgamma;

use crate::error::{at_least, representable};
use crate::mean_field::valid_depth;
use crate::quadrature::kernel_pair;
use crate::{InitialScales, TheoryError};

/// The map from the cosine $t$ of two inputs of length $\sqrt d$ to $\Theta(t)$; the variances of the layers are computed once.
#[derive(Debug, Clone)]
pub struct NtkMap {
    scales: InitialScales,
    /// $Q_1,\dots,Q_{L-1}$: variances of the pre-activations of hidden layers.
    variances: Vec<f64>,
}

impl NtkMap {
    /// For networks with $L=$ `depth` weight layers in the NTK parametrization, weights and biases trained.
    ///
    /// # Errors
    /// A depth of 0, overflow, a variance of 0 where the activation has a kink.
    pub fn new(scales: &InitialScales, depth: usize) -> Result<Self, TheoryError> {
        valid_depth(depth)?;
        let mut variances = Vec::with_capacity(depth.saturating_sub(1));
        let mut q = representable("a variance", scales.sigma_w2 + scales.sigma_b2)?;
        for _ in 1..depth {
            variances.push(q);
            let pair = kernel_pair(&scales.activation, q, q, q)?;
            q = representable("a variance", scales.sigma_w2 * pair.k + scales.sigma_b2)?;
        }
        Ok(Self { scales: scales.clone(), variances })
    }

    /// $\Theta(t)$.
    ///
    /// # Errors
    /// $|t|>1$ by more than rounding; overflow.
    pub fn at(&self, t: f64) -> Result<f64, TheoryError> {
        let [head, trunk] = self.parts(t)?;
        representable("the tangent kernel", head + trunk)
    }

    /// The part of the last layer, $\Sigma^{(L)}(t)$, and that of all layers below it: the head and the trunk of a network.
    ///
    /// # Errors
    /// Those of [`NtkMap::at`].
    pub fn parts(&self, t: f64) -> Result<[f64; 2], TheoryError> {
        if t.is_nan() || t.abs() > 1.0 + 1e-12 {
            return Err(TheoryError::invalid("t", t, "a cosine from -1 to 1"));
        }
        let InitialScales { activation, sigma_w2, sigma_b2 } = &self.scales;
        let mut head = sigma_w2 * t.clamp(-1.0, 1.0) + sigma_b2;
        let mut trunk = 0.0;
        for &q in &self.variances {
            let pair = kernel_pair(activation, q, q, head.clamp(-q, q))?;
            trunk = sigma_w2 * pair.k_dot * (head + trunk);
            head = sigma_w2 * pair.k + sigma_b2;
        }
        Ok([head, trunk])
    }
}

/// The tangent kernel $\Theta(t)$ of infinitely wide networks with $L=$ `depth` weight layers, inputs of length $\sqrt d$ and cosine
/// $t$; NTK parametrization, weights and biases trained.
///
/// # Formula
/// $\Sigma=\sigma_w^2t+\sigma_b^2$, $\Theta=\Sigma$; then $L-1$ times $\Sigma'=\sigma_w^2E[\phi(u)\phi(v)]_\Sigma+\sigma_b^2$,
/// $\Theta\leftarrow\Sigma'+\sigma_w^2E[\phi'(u)\phi'(v)]_\Sigma\,\Theta$.
///
/// # Errors
/// $|t|>1$, a depth of 0, overflow.
///
/// # Source
/// Jacot, Gabriel and Hongler (2018).
///
/// # Example
/// ```
/// use solvable_theory::{Activation, InitialScales, kernel_spectrum::ntk};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// assert!((ntk(&scales, 3, 1.0)? - 6.0).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn ntk(scales: &InitialScales, depth: usize, t: f64) -> Result<f64, TheoryError> {
    NtkMap::new(scales, depth)?.at(t)
}

/// The decay of the eigenvalues $\lambda_k$ of bias-free ReLU networks ($\sigma_w^2=2$) on the sphere in $d$ dimensions.
///
/// # Formula
/// $\lambda_k\simeq A_k[c_0+(-1)^ks_\pi]$ with $A_k=\frac{2^{d-2}\Gamma(d/2)^2}\pi\frac{\Gamma(k-1/2)}{\Gamma(k+d-1/2)}\sim k^{-d}$, the cusp of the
/// kernel at equal inputs $c_0=L(L-1)/\pi$, and that at opposite ones
/// $s_\pi=\frac2\pi\prod_{l=2}^{L-1}(1-\frac{\arccos\rho_l}\pi)$, $\rho_1=-1$ and $\rho_{l+1}$ the correlation map of ReLU.
///
/// # Errors
/// A depth below 2, a dimension below 2, degree 0.
///
/// # Source
/// Bietti and Bach (2021) for the rate; the constants are derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, InitialScales};
/// use solvable_theory::kernel_spectrum::{degeneracy, ntk_asymptotic, ntk_degree_weights};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let exact = ntk_degree_weights(&scales, 3, 3, 60)?[60] / degeneracy(3, 60)?;
/// assert!((exact / ntk_asymptotic(3, 3, 60)? - 1.0).abs() < 0.02);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn ntk_asymptotic(depth: usize, dimension: usize, degree: usize) -> Result<f64, TheoryError> {
    at_least("depth", valid_depth(depth)?, 2)?;
    at_least("d", dimension, 2)?;
    at_least("k", degree, 1)?;
    let (d, k, l) = (dimension as f64, degree as f64, depth as f64);
    let log_scale = (d - 2.0) * 2f64.ln() + 2.0 * lgamma(0.5 * d) + lgamma(k - 0.5) - lgamma(k + d - 0.5);
    let cusp = l * (l - 1.0) / PI;
    let mut opposite = 2.0 / PI;
    let mut rho = -1f64;
    for _ in 2..depth {
        rho = ((1.0 - rho * rho).max(0.0).sqrt() + (PI - rho.acos()) * rho) / PI;
        rho = rho.clamp(-1.0, 1.0);
        opposite *= 1.0 - rho.acos() / PI;
    }
    let sign = if degree.is_multiple_of(2) { 1.0 } else { -1.0 };
    representable("the eigenvalue", (log_scale.exp() / PI) * (cusp + sign * opposite))
}
