//! Quadrature of activations without closed forms, with a check that it has settled.

use super::closed::Covariance;
use super::piecewise::outer_cuts;
use super::rules::{LEVELS, Node, RANGE, for_each_in_panels, panels, trapezoid};
use super::{GaussianMoments, KernelPair};
use crate::{Activation, TheoryError};

/// Two successive rules must agree to this share of the mean absolute integrand.
const AGREEMENT: f64 = 1e-10;
/// Averages far below this size come from the tail beyond the rules and need not agree: with `AGREEMENT` it makes an
/// absolute tolerance of $10^{-20}$.
const FLOOR: f64 = 1e-10;
/// The coarser of two rules stands on a displaced grid, so that a kink can hide from at most one of them.
const DISPLACEMENT: f64 = 0.37;
/// Width of the inner panels of a two-dimensional integral at the coarsest level.
const INNER_PANEL: f64 = 4.0;

/// The averages at $u=m+sz$, $s>0$.
pub(super) fn moments(phi: &Activation, mean: f64, deviation: f64) -> Result<GaussianMoments, TheoryError> {
    settle(phi, mean, deviation).map(|(_, moments)| moments)
}

/// Refines the rule until it settles: the level reached and the averages there.
fn settle(phi: &Activation, mean: f64, deviation: f64) -> Result<(u32, GaussianMoments), TheoryError> {
    let cuts: Vec<f64> = phi.kinks().iter().map(|kink| (kink - mean) / deviation).collect();
    let smooth = cuts.is_empty();
    let at_level = |level: u32, shift: f64| {
        let nodes = if smooth { trapezoid(level, shift) } else { panels(level, &cuts) };
        averages(phi, mean, deviation, &nodes)
    };
    let mut difference = f64::INFINITY;
    let mut coarse = at_level(0, DISPLACEMENT)?.0;
    for level in 1..=LEVELS {
        let (mut fine, scale) = at_level(level, 0.0)?;
        difference = coarse
            .iter()
            .zip(&fine)
            .zip(&scale)
            .map(|((a, b), scale)| (a - b).abs() / (scale + FLOOR))
            .fold(0.0, f64::max);
        if difference <= AGREEMENT {
            if phi.is_odd() && mean == 0.0 {
                (fine[0], fine[5]) = (0.0, 0.0);
            }
            return Ok((level, GaussianMoments::from_array(fine)));
        }
        coarse = if smooth { at_level(level, DISPLACEMENT)?.0 } else { fine };
    }
    let detail =
        format!("the finest two rules differ by {difference:.1e} at mean {mean}, deviation {deviation}");
    Err(if smooth {
        TheoryError::NonSmoothActivation { activation: phi.to_string(), detail }
    } else {
        TheoryError::NotConverged { procedure: "Gauss-Legendre quadrature".to_owned(), detail }
    })
}

/// The seven averages in the order of [`GaussianMoments`], and the averages of their absolute values.
fn averages(
    phi: &Activation,
    mean: f64,
    deviation: f64,
    nodes: &[Node],
) -> Result<([f64; 7], [f64; 7]), TheoryError> {
    let (mut sums, mut scales) = ([0.0; 7], [0.0; 7]);
    for &(z, weight) in nodes {
        let (value, slope) = phi.value_and_derivative(deviation.mul_add(z, mean));
        let terms = [value, slope, value * value, slope * slope, z * value, z * slope, z * value * slope];
        for ((sum, scale), term) in sums.iter_mut().zip(&mut scales).zip(terms) {
            *sum += weight * term;
            *scale += weight * term.abs();
        }
    }
    if scales.iter().all(|scale| scale.is_finite()) {
        Ok((sums, scales))
    } else {
        Err(TheoryError::undefined(
            format!("a Gaussian average of `{phi}` at mean {mean}, deviation {deviation}"),
            "the activation takes values too large for 64-bit floating point numbers, or none",
        ))
    }
}

/// The pair kernel. The marginals decide the level: along either axis the integrand is as smooth as they are.
pub(super) fn kernel_pair(phi: &Activation, covariance: &Covariance) -> Result<KernelPair, TheoryError> {
    let (su, sv) = (covariance.p.sqrt(), covariance.q.sqrt());
    let (level, moments) = settle(phi, 0.0, su)?;
    let level = if su == sv { level } else { level.max(settle(phi, 0.0, sv)?.0) };
    let (rho, complement) = (covariance.rho(), covariance.complement());
    if complement == 0.0 {
        return parallel(phi, su, sv.copysign(rho), level, &moments);
    }
    let kinks = phi.kinks();
    Ok(if kinks.is_empty() {
        tensor(phi, su, sv * rho, sv * complement, level)
    } else {
        panelled(phi, &kinks, covariance, level)
    })
}

/// $\rho=\pm1$: $v=s_vz$ with $u=s_uz$.
fn parallel(
    phi: &Activation,
    su: f64,
    sv: f64,
    level: u32,
    moments: &GaussianMoments,
) -> Result<KernelPair, TheoryError> {
    if su == sv {
        return Ok(KernelPair { k: moments.second, k_dot: moments.second_derivative });
    }
    let cuts: Vec<f64> = phi.kinks().iter().flat_map(|kink| [kink / su, kink / sv]).collect();
    let nodes = if cuts.is_empty() { trapezoid(level, 0.0) } else { panels(level, &cuts) };
    let (mut k, mut k_dot) = (0.0, 0.0);
    for (z, weight) in nodes {
        let (value_u, slope_u) = phi.value_and_derivative(su * z);
        let (value_v, slope_v) = phi.value_and_derivative(sv * z);
        k += weight * value_u * value_v;
        k_dot += weight * slope_u * slope_v;
    }
    Ok(KernelPair { k, k_dot })
}

/// The tensor trapezoidal rule for $u=s_uz_1$, $v=az_1+bz_2$, over the disc $z_1^2+z_2^2\le12^2$.
fn tensor(phi: &Activation, su: f64, a: f64, b: f64, level: u32) -> KernelPair {
    let nodes = trapezoid(level, 0.0);
    let centre = nodes.len() / 2;
    let (mut k, mut k_dot) = (0.0, 0.0);
    for (row, &(z, weight)) in nodes.iter().enumerate() {
        // Rows z and -z of an odd function are equal.
        let multiplicity = match row.cmp(&centre) {
            _ if !phi.is_odd() => 1.0,
            std::cmp::Ordering::Less => continue,
            std::cmp::Ordering::Equal => 1.0,
            std::cmp::Ordering::Greater => 2.0,
        };
        let half_chord = (RANGE * RANGE - z * z).max(0.0).sqrt();
        let reach = (half_chord / RANGE * centre as f64) as usize;
        let (mut value, mut slope) = (0.0, 0.0);
        for &(y, inner_weight) in &nodes[centre - reach..=centre + reach] {
            let (f, d) = phi.value_and_derivative(b.mul_add(y, a * z));
            value += inner_weight * f;
            slope += inner_weight * d;
        }
        let (f, d) = phi.value_and_derivative(su * z);
        k += multiplicity * weight * f * value;
        k_dot += multiplicity * weight * d * slope;
    }
    KernelPair { k, k_dot }
}

/// Nested panels, the inner ones split at the kinks of $\phi(v)$ given $z_1$.
fn panelled(phi: &Activation, kinks: &[f64], covariance: &Covariance, level: u32) -> KernelPair {
    let (su, sv) = (covariance.p.sqrt(), covariance.q.sqrt());
    let (a, b) = (sv * covariance.rho(), sv * covariance.complement());
    // The marginals settle one level above what suffices.
    let level = level.saturating_sub(1);
    let inner_width = INNER_PANEL / f64::from(1 << level);
    let cuts = outer_cuts(kinks, su, sv, covariance.rho(), covariance.complement());
    let (mut k, mut k_dot) = (0.0, 0.0);
    for (z, weight) in panels(level, &cuts) {
        let inner_cuts: Vec<f64> = kinks.iter().map(|kink| (kink - a * z) / b).collect();
        let (mut value, mut slope) = (0.0, 0.0);
        for_each_in_panels(inner_width, &inner_cuts, &mut |y, inner_weight| {
            let (f, d) = phi.value_and_derivative(b.mul_add(y, a * z));
            value += inner_weight * f;
            slope += inner_weight * d;
        });
        let (f, d) = phi.value_and_derivative(su * z);
        k += weight * f * value;
        k_dot += weight * d * slope;
    }
    KernelPair { k, k_dot }
}
