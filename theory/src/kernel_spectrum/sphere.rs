//! Funk–Hecke: the eigenvalues of zonal kernels.

use std::cell::RefCell;
use std::collections::HashMap;
use std::f64::consts::FRAC_PI_2;
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
/// $\theta$, in which kernels with a cusp at $t=\pm1$ are smooth up to the ends; over the window of width $\sim d^{-1/2}$ that carries the
/// measure, doubled until two rules agree. Errors are of order $\epsilon\,\Theta(1)\sqrt{N(d,k)}$.
///
/// # Errors
/// $d<2$, degrees above 5000, errors of the kernel, overflow, rules that do not agree.
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
    let counts = (0..=highest).map(|k| degeneracy(dimension, k)).collect::<Result<Vec<_>, _>>()?;
    let (mut before, _) = by_rule(dimension, 2 * highest + 400, &counts, &kernel)?;
    for doubling in 1..=MOST_DOUBLINGS {
        let (weights, largest) = by_rule(dimension, (2 * highest + 400) << doubling, &counts, &kernel)?;
        let settled = weights.iter().zip(&before).zip(&counts).all(|((now, before), count)| {
            (now - before).abs() <= 1e-11 * now.abs() + 64.0 * f64::EPSILON * largest * count.sqrt()
        });
        if settled {
            return Ok(weights);
        }
        before = weights;
    }
    Err(TheoryError::NotConverged {
        procedure: "the quadrature of the degree weights".to_owned(),
        detail: "the kernel is too steep near equal or opposite inputs: a smaller depth or scale".to_owned(),
    })
}

/// How often the number of nodes is doubled until two rules agree.
const MOST_DOUBLINGS: usize = 5;

/// The weights by `nodes` nodes, and the largest kernel value met. Nodes cover the angles at which the measure exceeds $e^{-76}$ of
/// its maximum, a window of width $\sim d^{-1/2}$: what is outside adds less than rounding, by Cauchy and Schwarz
/// $\sqrt{N(d,k)}\,\Theta(1)$ times the root of its mass.
fn by_rule(
    dimension: usize,
    nodes: usize,
    counts: &[f64],
    kernel: &impl Fn(f64) -> Result<f64, TheoryError>,
) -> Result<(Vec<f64>, f64), TheoryError> {
    let rule = GaussLegendre::new(NonZeroUsize::new(nodes).unwrap_or(NonZeroUsize::MIN));
    let (d, highest) = (dimension as f64, counts.len() - 1);
    let scale = (lgamma(0.5 * d) - lgamma(0.5 * (d - 1.0))).exp() / std::f64::consts::PI.sqrt();
    // The angle from the equator, t = sin x.
    let half = if dimension == 2 { FRAC_PI_2 } else { (-76.0 / (d - 2.0)).exp().acos() };
    let mut weights = vec![0.0; highest + 1];
    let (mut largest, mut mass) = (0f64, 0.0);
    for &(node, weight) in rule.as_node_weight_pairs() {
        let (t, cosine) = (half * node).sin_cos();
        // The logarithm of the cosine, to its own digits near the equator.
        let log = if t.abs() < 0.5 { 0.5 * (-t * t).ln_1p() } else { cosine.ln() };
        let measure = if dimension == 2 { 1.0 } else { ((d - 2.0) * log).exp() };
        let share = scale * half * weight * measure;
        if share == 0.0 {
            continue;
        }
        let theta = kernel(t)?;
        largest = largest.max(theta.abs());
        mass += share;
        let value = share * theta;
        for_each(dimension, highest, t, |k, p| weights[k] += value * p);
    }
    for (weight, count) in weights.iter_mut().zip(counts) {
        // The rule's own mass takes the rounding of the Gamma functions out.
        *weight = representable("a degree weight", *weight / mass * count)?;
    }
    Ok((weights, largest))
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
    quick_enough(scales, depth, highest)?;
    degree_weights(dimension, highest, |t| map.at(t))
}

/// Activations without closed forms cost a quadrature for each layer and node.
fn quick_enough(scales: &InitialScales, depth: usize, highest: usize) -> Result<(), TheoryError> {
    let closed = matches!(
        scales.activation.0,
        Kind::Linear | Kind::Relu | Kind::LeakyRelu { .. } | Kind::Erf { .. } | Kind::Sine | Kind::Gelu
    );
    let most = 20_000 / highest.saturating_mul(2).saturating_add(400);
    if !closed && depth > most {
        let valid = format!("at most {most} for {} and this degree", scales.activation);
        return Err(TheoryError::invalid("depth", depth, valid));
    }
    Ok(())
}

/// The degree weights of the tangent kernel of a network, each to three digits at least: exact zeros by symmetry are 0, and degrees
/// at the rounding floor are refused.
///
/// # Formula
/// As for [`degree_weights`]; a weight counts as known above $10^4\epsilon\,\Theta(1)\sqrt{N(d,k)}$.
///
/// # Errors
/// As for [`ntk_degree_weights`]; a degree whose weight is at the rounding floor, with the highest that is known.
///
/// # Source
/// As for [`degree_weights`].
///
/// # Example
/// ```
/// use solvable_theory::{Activation, InitialScales, kernel_spectrum::known_degree_weights};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// // In high dimension W_3 tends to the third Taylor coefficient of the kernel, 0.368 (40 digits by mpmath).
/// assert!((known_degree_weights(&scales, 3, 7000, 3)?[3] - 0.368).abs() < 1e-3);
/// assert!(known_degree_weights(&scales, 3, 784, 16).is_err());
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn known_degree_weights(
    scales: &InitialScales,
    depth: usize,
    dimension: usize,
    highest: usize,
) -> Result<Vec<f64>, TheoryError> {
    let mut weights = ntk_degree_weights(scales, depth, dimension, highest)?;
    let trace = NtkMap::new(scales, depth)?.at(1.0)?;
    for (k, weight) in weights.iter_mut().enumerate() {
        if vanishes(scales, depth, k) {
            *weight = 0.0;
        } else {
            known(*weight, trace, dimension, k)?;
        }
    }
    Ok(weights)
}

/// Refuses a weight at the rounding floor of a kernel of the given trace.
fn known(weight: f64, trace: f64, dimension: usize, degree: usize) -> Result<f64, TheoryError> {
    if weight > 1e4 * f64::EPSILON * trace * degeneracy(dimension, degree)?.sqrt() {
        return Ok(weight);
    }
    Err(TheoryError::LossOfPrecision {
        prediction: "a degree weight".to_owned(),
        detail: format!("degree {degree} is at the rounding floor of the quadrature"),
        advice: format!("use kmax below {degree}"),
    })
}

/// $\tau_k$, $k=0,\dots,$`highest`: the part of the eigenvalue $\lambda_k$ of the tangent kernel that all layers but the last make, the trunk
/// that several heads share. The rest is that of the last layer.
///
/// # Formula
/// $\tau_k=\int\sigma_w^2\dot V\Theta^{(L-1)}P_k\Big/\int\Theta^{(L)}P_k$, $\Theta^{(L)}=\Sigma^{(L)}+\sigma_w^2\dot V\Theta^{(L-1)}$. Both integrals as for
/// [`degree_weights`]; a weight counts as known above $10^4\epsilon$ of its kernel times $\sqrt{N(d,k)}$.
///
/// # Errors
/// A depth below 2; a degree whose eigenvalue vanishes by symmetry, or is at the rounding floor; those of [`ntk_degree_weights`].
///
/// # Source
/// Derived in the notes of continual learning.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, InitialScales, kernel_spectrum::trunk_shares};
/// // Linear networks: every layer has the same kernel.
/// let shares = trunk_shares(&InitialScales::new(Activation::linear(), 1.0, 0.2)?, 2, 10, 1)?;
/// assert!((shares[1] - 0.5).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn trunk_shares(
    scales: &InitialScales,
    depth: usize,
    dimension: usize,
    highest: usize,
) -> Result<Vec<f64>, TheoryError> {
    if depth < 2 {
        return Err(TheoryError::invalid(
            "depth",
            depth,
            "at least 2: a trunk of one layer, and heads on it",
        ));
    }
    let map = NtkMap::new(scales, depth)?;
    if let Some(degree) = (0..=highest.min(HIGHEST)).find(|&k| vanishes(scales, depth, k)) {
        return Err(TheoryError::undefined(
            "the share of the trunk",
            format!(
                "the eigenvalue of degree {degree} vanishes by symmetry; use kmax below {degree}, or sigma_b2 > 0"
            ),
        ));
    }
    quick_enough(scales, depth, highest)?;
    // Both rules ask for the kernels at the same nodes.
    let seen: RefCell<HashMap<u64, [f64; 2]>> = RefCell::default();
    let parts = |t: f64| -> Result<[f64; 2], TheoryError> {
        if let Some(known) = seen.borrow().get(&t.to_bits()) {
            return Ok(*known);
        }
        let parts = map.parts(t)?;
        seen.borrow_mut().insert(t.to_bits(), parts);
        Ok(parts)
    };
    let part = |which: usize| degree_weights(dimension, highest, |t| Ok(parts(t)?[which]));
    let (heads, trunks) = (part(0)?, part(1)?);
    let [head, trunk] = map.parts(1.0)?;
    let pairs = heads.iter().zip(&trunks).enumerate();
    pairs
        .map(|(k, (of_head, of_trunk))| {
            known(of_head + of_trunk, head + trunk, dimension, k)?;
            let share = known(*of_trunk, trunk, dimension, k)? / (of_head + of_trunk);
            representable("the share of the trunk", share.clamp(0.0, 1.0))
        })
        .collect()
}

/// Whether the weight of a degree is exactly 0 by symmetry: even degrees of odd activations without biases, odd degrees above 1 of
/// one hidden layer of (leaky) ReLU without biases, degrees above 1 of linear networks.
fn vanishes(scales: &InitialScales, depth: usize, degree: usize) -> bool {
    let kind = &scales.activation.0;
    if depth == 1 || matches!(kind, Kind::Linear) {
        return degree > 1 || (degree == 0 && scales.sigma_b2 == 0.0);
    }
    let odd = scales.activation.is_odd();
    let ramp = depth == 2 && matches!(kind, Kind::Relu | Kind::LeakyRelu { .. });
    scales.sigma_b2 == 0.0 && ((odd && degree.is_multiple_of(2)) || (ramp && degree > 1 && degree % 2 == 1))
}
