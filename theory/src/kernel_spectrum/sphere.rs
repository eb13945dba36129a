//! Funk–Hecke: the eigenvalues of zonal kernels.

use std::num::NonZeroUsize;

use gauss_quad::GaussLegendre;
use libm::lgamma;
use serde::Serialize;

use super::ntk::NtkMap;
use super::polynomial::{check, degeneracy, for_each};
use crate::activation::Kind;
use crate::error::representable;
use crate::{InitialScales, TheoryError};

/// Degrees up to which quadrature is offered: nodes and levels grow together.
const HIGHEST: usize = 5000;

/// The spectrum of a zonal kernel on the sphere in $d$ dimensions, level by level.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SphereSpectrum {
    /// $d$.
    pub dimension: usize,
    /// $\Theta(1)=\sum_kW_k$.
    pub trace: f64,
    /// $W_k=N(d,k)\lambda_k$ of the levels kept, $k=0,1,\dots$
    pub weights: Vec<f64>,
    /// What the levels that are not kept add to the trace.
    pub tail: f64,
    degeneracies: Vec<f64>,
}

impl SphereSpectrum {
    /// Of the tangent kernel of a network, degrees up to `highest` as far as rounding lets them be known: a level counts while
    /// $W_k>10^3\epsilon\,\Theta(1)\sqrt{N(d,k)}$; two in a row below end it (parity makes every second one vanish for some networks).
    ///
    /// # Errors
    /// Those of [`ntk_degree_weights`].
    pub fn of_ntk(
        scales: &InitialScales,
        depth: usize,
        dimension: usize,
        highest: usize,
    ) -> Result<Self, TheoryError> {
        let mut spectrum = Self::exactly(scales, depth, dimension, highest)?;
        let floor = |k: usize| 1e3 * f64::EPSILON * spectrum.trace * spectrum.degeneracies[k].sqrt();
        let known = |k: usize| spectrum.weights[k] > floor(k);
        let levels = spectrum.weights.len();
        let end = (0..levels).find(|&k| !known(k) && (k + 1 >= levels || !known(k + 1))).unwrap_or(levels);
        let kept: Vec<f64> = (0..end).map(|k| if known(k) { spectrum.weights[k] } else { 0.0 }).collect();
        spectrum.tail = (spectrum.trace - kept.iter().sum::<f64>()).max(0.0);
        spectrum.degeneracies.truncate(end);
        spectrum.weights = kept;
        Ok(spectrum)
    }

    /// Of the tangent kernel of a network, degrees $0,\dots,$`highest` as they come out of the quadrature (negative residues of
    /// rounding count as 0), the rest of the trace in the tail.
    ///
    /// # Errors
    /// Those of [`ntk_degree_weights`].
    pub fn exactly(
        scales: &InitialScales,
        depth: usize,
        dimension: usize,
        highest: usize,
    ) -> Result<Self, TheoryError> {
        let mut weights = ntk_degree_weights(scales, depth, dimension, highest)?;
        weights.iter_mut().for_each(|w| *w = w.max(0.0));
        let trace = NtkMap::new(scales, depth)?.at(1.0)?;
        let tail = (trace - weights.iter().sum::<f64>()).max(0.0);
        let degeneracies = (0..=highest).map(|k| degeneracy(dimension, k)).collect::<Result<_, _>>()?;
        Ok(Self { dimension, trace, weights, tail, degeneracies })
    }

    /// How many levels are kept.
    pub fn levels(&self) -> usize {
        self.weights.len()
    }

    /// $N(d,k)$ of a level that is kept.
    pub fn degeneracy(&self, degree: usize) -> f64 {
        self.degeneracies[degree]
    }

    /// $\lambda_k$ of a level that is kept.
    pub fn eigenvalue(&self, degree: usize) -> f64 {
        self.weights[degree] / self.degeneracies[degree]
    }
}

/// $W_k=N(d,k)\lambda_k$ of any zonal kernel $\Theta(t)$, $k=0,\dots,$`highest`; $\sum_kW_k=\Theta(1)$.
///
/// # Formula
/// $\lambda_k=\frac{\Gamma(d/2)}{\sqrt\pi\,\Gamma((d-1)/2)}\int_0^\pi\Theta(\cos\theta)P_k(\cos\theta)\sin^{d-2}\theta\,d\theta$ by Gauss–Legendre nodes in
/// $\theta$, in which kernels with a cusp at $t=\pm1$ are smooth up to the ends. Errors are of order
/// $\epsilon\,\Theta(1)\sqrt{N(d,k)}$.
///
/// # Errors
/// $d<2$, degrees above 5000, errors of the kernel, overflow.
///
/// # Source
/// Funk and Hecke, textbook.
///
/// # Example
/// ```
/// use solvable_theory::kernel_spectrum::degree_weights;
/// // t² = 1/3 + (2/3) P_2(t) on the sphere in three dimensions.
/// let weights = degree_weights(3, 4, |t| Ok(t * t))?;
/// assert!((weights[0] - 1.0 / 3.0).abs() < 1e-14 && (weights[2] - 2.0 / 3.0).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn degree_weights(
    dimension: usize,
    highest: usize,
    kernel: impl Fn(f64) -> Result<f64, TheoryError>,
) -> Result<Vec<f64>, TheoryError> {
    check(dimension, highest)?;
    if highest > HIGHEST {
        return Err(TheoryError::invalid("kmax", highest, format!("at most {HIGHEST}")));
    }
    let nodes = NonZeroUsize::MIN.saturating_add(2 * highest + 399);
    let rule = GaussLegendre::new(nodes);
    let d = dimension as f64;
    let scale = (lgamma(0.5 * d) - lgamma(0.5 * (d - 1.0))).exp() / std::f64::consts::PI.sqrt();
    let half = 0.5 * std::f64::consts::PI;
    let mut weights = vec![0.0; highest + 1];
    for &(x, weight) in rule.as_node_weight_pairs() {
        let theta = half * (x + 1.0);
        // sin^{d−2}θ by logarithms underflows to zero, as it should.
        let measure = if dimension == 2 { 1.0 } else { ((d - 2.0) * theta.sin().ln()).exp() };
        let share = scale * half * weight * measure;
        if share == 0.0 {
            continue;
        }
        let value = share * kernel(theta.cos())?;
        for_each(dimension, highest, theta.cos(), |k, p| weights[k] += value * p);
    }
    for (k, weight) in weights.iter_mut().enumerate() {
        *weight = representable("a degree weight", *weight * degeneracy(dimension, k)?)?;
    }
    Ok(weights)
}

/// The degree weights of the tangent kernel of a network; see [`degree_weights`] and [`ntk`](super::ntk).
///
/// # Formula
/// As for [`degree_weights`].
///
/// # Errors
/// As for [`degree_weights`] and [`ntk`](super::ntk).
///
/// # Source
/// As for [`degree_weights`].
///
/// # Example
/// ```
/// use solvable_theory::{Activation, InitialScales, kernel_spectrum::ntk_degree_weights};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let weights = ntk_degree_weights(&scales, 3, 10, 12)?;
/// assert!((weights[0] - 1.501499208286446).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn ntk_degree_weights(
    scales: &InitialScales,
    depth: usize,
    dimension: usize,
    highest: usize,
) -> Result<Vec<f64>, TheoryError> {
    let map = NtkMap::new(scales, depth)?;
    // Activations without closed forms cost a quadrature for each layer and node.
    let closed = matches!(
        scales.activation.0,
        Kind::Linear | Kind::Relu | Kind::LeakyRelu { .. } | Kind::Erf { .. } | Kind::Sine | Kind::Gelu
    );
    let most = 20_000 / highest.saturating_mul(2).saturating_add(400);
    if !closed && depth > most {
        let valid = format!("at most {most} for {} and this degree", scales.activation);
        return Err(TheoryError::invalid("depth", depth, valid));
    }
    degree_weights(dimension, highest, |t| map.at(t))
}
