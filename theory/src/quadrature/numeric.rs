//! Quadrature of activations without closed forms, with a check that it has settled.

use super::budget::spend;
use super::closed::Covariance;
use super::piecewise::outer_cuts;
use super::rules::{LEVELS, Node, RANGE, for_each_in_panels, graded, panels, trapezoid};
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

/// Refinements of the trapezoidal rule, and of graded panels.
const TRAPEZOIDS: u32 = 3;
const GRADES: u32 = 3;

/// The rule that has settled for the averages at some deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Rule {
    /// The trapezoidal rule, or equal panels where there are kinks.
    Even(u32),
    /// Panels graded towards the origin in units of 1.
    Graded(u32),
}

/// The averages at $u=m+sz$, $s>0$.
pub(super) fn moments(phi: &Activation, mean: f64, deviation: f64) -> Result<GaussianMoments, TheoryError> {
    settle(phi, mean, deviation).map(|(_, moments)| moments)
}

/// Refines the rule until it settles: the rule and the averages there.
pub(super) fn settle(
    phi: &Activation,
    mean: f64,
    deviation: f64,
) -> Result<(Rule, GaussianMoments), TheoryError> {
    let smooth = phi.kinks().is_empty();
    let at =
        |rule: Rule, shift: f64| averages(phi, mean, deviation, &nodes(phi, rule, mean, deviation, shift));
    let mut difference = f64::INFINITY;
    let mut refine = |rules: &mut dyn Iterator<Item = Rule>, first: Rule, displaced: f64| {
        let mut coarse = at(first, displaced)?.0;
        for rule in rules {
            let (mut fine, scale) = at(rule, 0.0)?;
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
                return Ok(Some((rule, GaussianMoments::from_array(fine))));
            }
            coarse = if displaced == 0.0 { fine } else { at(rule, displaced)?.0 };
        }
        Ok(None)
    };
    let (levels, displaced) = if smooth { (TRAPEZOIDS, DISPLACEMENT) } else { (LEVELS, 0.0) };
    if let Some(found) = refine(&mut (1..=levels).map(Rule::Even), Rule::Even(0), displaced)? {
        return Ok(found);
    }
    // Steep: the function varies within a small share of a deviation.
    if let Some(found) = refine(&mut (1..=GRADES).map(Rule::Graded), Rule::Graded(0), 0.0)? {
        return Ok(found);
    }
    let detail =
        format!("the finest two rules differ by {difference:.1e} at mean {mean}, deviation {deviation}");
    Err(if smooth {
        TheoryError::NonSmoothActivation { activation: phi.to_string(), detail }
    } else {
        TheoryError::NotConverged { procedure: "Gauss-Legendre quadrature".to_owned(), detail }
    })
}

/// The nodes of a rule for averages at $u=m+sz$; `shift` displaces the grid of the trapezoidal rule.
fn nodes(phi: &Activation, rule: Rule, mean: f64, deviation: f64, shift: f64) -> Vec<Node> {
    let cuts: Vec<f64> = phi.kinks().iter().map(|kink| (kink - mean) / deviation).collect();
    match rule {
        Rule::Even(level) if cuts.is_empty() => trapezoid(level, shift),
        Rule::Even(level) => panels(level, &cuts),
        Rule::Graded(level) => graded(level, -mean / deviation, 1.0 / deviation, &cuts),
    }
}

/// The seven averages in the order of [`GaussianMoments`], and the averages of their absolute values.
fn averages(
    phi: &Activation,
    mean: f64,
    deviation: f64,
    nodes: &[Node],
) -> Result<([f64; 7], [f64; 7]), TheoryError> {
    spend(nodes.len())?;
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

/// The pair kernel. The marginals decide the rule: along either axis the integrand is as smooth as they are.
pub(super) fn kernel_pair(phi: &Activation, covariance: &Covariance) -> Result<KernelPair, TheoryError> {
    let (su, sv) = (covariance.p.sqrt(), covariance.q.sqrt());
    let (rule, moments) = settle(phi, 0.0, su)?;
    let rule = if su == sv { rule } else { coarser_of(rule, settle(phi, 0.0, sv)?.0) };
    let (rho, complement) = (covariance.rho(), covariance.complement());
    if complement == 0.0 {
        return parallel(phi, su, sv.copysign(rho), rule, &moments);
    }
    if phi.is_odd() && rho.abs() < NEARLY_UNCORRELATED {
        return nearly_uncorrelated(phi, covariance, rule);
    }
    at_correlation(phi, covariance, rule)
}

/// Below this correlation the kernel of an odd function is its slope at 0 times the covariance, up to a correction.
const NEARLY_UNCORRELATED: f64 = 1e-3;

/// $K=c\int_0^1\dot K(tc)\,dt$: the average of an odd function over both signs would cancel.
fn nearly_uncorrelated(
    phi: &Activation,
    covariance: &Covariance,
    rule: Rule,
) -> Result<KernelPair, TheoryError> {
    let mut mean = 0.0;
    for (at, weight) in
        [(0.5, 8.0 / 18.0), (0.5 - 0.15f64.sqrt(), 5.0 / 18.0), (0.5 + 0.15f64.sqrt(), 5.0 / 18.0)]
    {
        let part = Covariance::new(covariance.p, covariance.q, at * covariance.c)?;
        mean += weight * at_correlation(phi, &part, rule)?.k_dot;
    }
    Ok(KernelPair { k: covariance.c * mean, k_dot: at_correlation(phi, covariance, rule)?.k_dot })
}

fn at_correlation(phi: &Activation, covariance: &Covariance, rule: Rule) -> Result<KernelPair, TheoryError> {
    let (su, sv) = (covariance.p.sqrt(), covariance.q.sqrt());
    let (rho, complement) = (covariance.rho(), covariance.complement());
    let kinks = phi.kinks();
    match rule {
        Rule::Even(level) if kinks.is_empty() => tensor(phi, su, sv * rho, sv * complement, level),
        Rule::Even(level) => panelled(phi, &kinks, covariance, level),
        Rule::Graded(level) => steep(phi, &kinks, covariance, level),
    }
}

/// The rule that serves both.
fn coarser_of(a: Rule, b: Rule) -> Rule {
    match (a, b) {
        (Rule::Even(a), Rule::Even(b)) => Rule::Even(a.max(b)),
        (Rule::Graded(a), Rule::Graded(b)) => Rule::Graded(a.max(b)),
        (Rule::Graded(a), Rule::Even(_)) | (Rule::Even(_), Rule::Graded(a)) => Rule::Graded(a),
    }
}

/// $\rho=\pm1$: $v=s_vz$ with $u=s_uz$.
fn parallel(
    phi: &Activation,
    su: f64,
    sv: f64,
    rule: Rule,
    moments: &GaussianMoments,
) -> Result<KernelPair, TheoryError> {
    if su == sv {
        return Ok(KernelPair { k: moments.second, k_dot: moments.second_derivative });
    }
    let cuts: Vec<f64> = phi.kinks().iter().flat_map(|kink| [kink / su, kink / sv]).collect();
    let nodes = match rule {
        Rule::Even(level) if cuts.is_empty() => trapezoid(level, 0.0),
        Rule::Even(level) => panels(level, &cuts),
        Rule::Graded(level) => graded(level, 0.0, 1.0 / su.max(sv.abs()), &cuts),
    };
    let (mut k, mut k_dot) = (0.0, 0.0);
    for (z, weight) in nodes {
        let (value_u, slope_u) = phi.value_and_derivative(su * z);
        let (value_v, slope_v) = phi.value_and_derivative(sv * z);
        k += weight * value_u * value_v;
        k_dot += weight * slope_u * slope_v;
    }
    Ok(KernelPair { k, k_dot })
}

/// Averages of $\phi$ and $\phi'$ at $m+sz$ by graded panels.
fn smoothed(
    phi: &Activation,
    kinks: &[f64],
    mean: f64,
    deviation: f64,
    level: u32,
) -> Result<(f64, f64), TheoryError> {
    let cuts: Vec<f64> = kinks.iter().map(|kink| (kink - mean) / deviation).collect();
    let (mut value, mut slope) = (0.0, 0.0);
    let nodes = graded(level, -mean / deviation, 1.0 / deviation, &cuts);
    spend(nodes.len())?;
    for (z, weight) in nodes {
        let (f, d) = phi.value_and_derivative(deviation.mul_add(z, mean));
        value += weight * f;
        slope += weight * d;
    }
    Ok((value, slope))
}

/// Steep functions: given the common part $y$ of $u=\sqrt{p|\rho|}\,y+\sqrt{p(1-|\rho|)}\,z$ and of $v$, the two are
/// independent, and their means vary over no less than either width.
fn steep(
    phi: &Activation,
    kinks: &[f64],
    covariance: &Covariance,
    level: u32,
) -> Result<KernelPair, TheoryError> {
    // Graded panels settle one level above what suffices.
    let level = level.saturating_sub(1);
    let (share, rest) = (covariance.rho().abs(), 1.0 - covariance.rho().abs());
    let rest = if rest < 0.25 { covariance.complement().powi(2) / (1.0 + share) } else { rest };
    let sign = 1f64.copysign(covariance.c);
    let (su, sv) = (covariance.p.sqrt(), covariance.q.sqrt());
    let (common_u, common_v) = (su * share.sqrt(), sign * sv * share.sqrt());
    let (own_u, own_v) = (su * rest.sqrt(), sv * rest.sqrt());
    let unit = (own_u.max(1.0) / common_u).min(own_v.max(1.0) / common_v.abs());
    let mut cuts = Vec::new();
    for kink in kinks {
        for (common, own) in [(common_u, own_u), (common_v, own_v)] {
            for distance in [0.0, -1.0, 1.0, -4.0, 4.0, -10.0, 10.0] {
                cuts.push((kink + distance * own) / common);
            }
        }
    }
    let (mut k, mut k_dot) = (0.0, 0.0);
    for (y, weight) in graded(level, 0.0, unit, &cuts) {
        let weight = match (phi.is_odd(), y > 0.0) {
            (true, false) => continue,
            (true, true) => 2.0 * weight,
            (false, _) => weight,
        };
        if weight < 1e-40 {
            continue;
        }
        let (value_u, slope_u) = smoothed(phi, kinks, common_u * y, own_u, level)?;
        let (value_v, slope_v) = if common_u == common_v {
            (value_u, slope_u)
        } else {
            smoothed(phi, kinks, common_v * y, own_v, level)?
        };
        k += weight * value_u * value_v;
        k_dot += weight * slope_u * slope_v;
    }
    Ok(KernelPair { k, k_dot })
}

/// $E_y\mathrm{Var}_z$ of $\phi$ and $\phi'$ at $\sqrt{q-g}\,y+\sqrt g\,z$, for $g\le q$.
pub(super) fn kernel_gap(phi: &Activation, q: f64, gap: f64) -> Result<KernelPair, TheoryError> {
    let (common, own) = ((q - gap).sqrt(), gap.sqrt());
    let (rule, _) = settle(phi, 0.0, q.sqrt())?;
    let kinks = phi.kinks();
    let outer = match rule {
        Rule::Even(level) if kinks.is_empty() => trapezoid(level, 0.0),
        _ => {
            let level = if let Rule::Graded(level) = rule { level.saturating_sub(1) } else { 0 };
            let mut cuts = Vec::new();
            for kink in &kinks {
                for distance in [0.0, -1.0, 1.0, -4.0, 4.0, -10.0, 10.0] {
                    cuts.push((kink + distance * own) / common);
                }
            }
            cuts.retain(|cut| cut.is_finite());
            graded(level, 0.0, own.max(1.0) / common, &cuts)
        }
    };
    // A narrower average needs fewer nodes of the same rule.
    let narrower = (0.5 * (q / gap).log2()).floor();
    let even = match rule {
        Rule::Even(level) if kinks.is_empty() => {
            Some(trapezoid((f64::from(level) - narrower).max(0.0) as u32, 0.0))
        }
        _ => None,
    };
    let (mut k, mut k_dot) = (0.0, 0.0);
    let mut differences = Vec::new();
    for (y, weight) in outer {
        let weight = match (phi.is_odd(), y.partial_cmp(&0.0)) {
            (true, Some(std::cmp::Ordering::Less)) => continue,
            (true, Some(std::cmp::Ordering::Greater)) => 2.0 * weight,
            _ => weight,
        };
        let mean = common * y;
        let panels;
        let inner: &[Node] = if let Some(nodes) = &even {
            nodes
        } else {
            let level = if let Rule::Graded(level) = rule { level.saturating_sub(1) } else { 0 };
            let cuts: Vec<f64> = kinks.iter().map(|kink| (kink - mean) / own).collect();
            panels = graded(level, -mean / own, 1.0 / own, &cuts);
            &panels
        };
        spend(inner.len())?;
        let inner = variances_by(phi, mean, own, inner, &mut differences);
        k += weight * inner.k;
        k_dot += weight * inner.k_dot;
    }
    Ok(KernelPair { k, k_dot })
}

/// $E[z^2\phi'^2]$ at $u=sz$, $s>0$.
pub(super) fn stretched_slopes(phi: &Activation, deviation: f64) -> Result<f64, TheoryError> {
    let (rule, _) = settle(phi, 0.0, deviation)?;
    let nodes = nodes(phi, rule, 0.0, deviation, 0.0);
    spend(nodes.len())?;
    Ok(nodes.iter().map(|(z, weight)| weight * (z * phi.derivative(deviation * z)).powi(2)).sum())
}

/// The variances of $\phi$ and $\phi'$ at $u=m+sz$, $s>0$.
pub(super) fn variances(phi: &Activation, mean: f64, deviation: f64) -> Result<KernelPair, TheoryError> {
    let (rule, _) = settle(phi, mean, deviation)?;
    let nodes = nodes(phi, rule, mean, deviation, 0.0);
    spend(nodes.len())?;
    Ok(variances_by(phi, mean, deviation, &nodes, &mut Vec::new()))
}

/// The variances of $\phi$ and $\phi'$ over `nodes`, from differences to their values at `mean`.
fn variances_by(
    phi: &Activation,
    mean: f64,
    deviation: f64,
    nodes: &[Node],
    differences: &mut Vec<(f64, f64, f64)>,
) -> KernelPair {
    differences.clear();
    differences.extend(nodes.iter().filter(|node| node.1 > 1e-40).map(|&(z, w)| {
        let (rise, turn) = phi.difference(mean, deviation * z);
        (w, rise, turn)
    }));
    let (mut rise, mut turn) = (0.0, 0.0);
    for (w, r, t) in differences.iter() {
        rise += w * r;
        turn += w * t;
    }
    let (mut k, mut k_dot) = (0.0, 0.0);
    for (w, r, t) in differences.iter() {
        k += w * (r - rise) * (r - rise);
        k_dot += w * (t - turn) * (t - turn);
    }
    KernelPair { k, k_dot }
}

/// The tensor trapezoidal rule for $u=s_uz_1$, $v=az_1+bz_2$, over the disc $z_1^2+z_2^2\le12^2$.
fn tensor(phi: &Activation, su: f64, a: f64, b: f64, level: u32) -> Result<KernelPair, TheoryError> {
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
        spend(2 * reach + 1)?;
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
    Ok(KernelPair { k, k_dot })
}

/// Nested panels, the inner ones split at the kinks of $\phi(v)$ given $z_1$.
fn panelled(
    phi: &Activation,
    kinks: &[f64],
    covariance: &Covariance,
    level: u32,
) -> Result<KernelPair, TheoryError> {
    let (su, sv) = (covariance.p.sqrt(), covariance.q.sqrt());
    let (a, b) = (sv * covariance.rho(), sv * covariance.complement());
    // The marginals settle one level above what suffices.
    let level = level.saturating_sub(1);
    let inner_width = INNER_PANEL / f64::from(1 << level);
    let cuts = outer_cuts(kinks, su, sv, covariance.rho(), covariance.complement());
    let (mut k, mut k_dot) = (0.0, 0.0);
    for (z, weight) in panels(level, &cuts) {
        let inner_cuts: Vec<f64> = kinks.iter().map(|kink| (kink - a * z) / b).collect();
        let (mut value, mut slope, mut values) = (0.0, 0.0, 0);
        for_each_in_panels(inner_width, &inner_cuts, &mut |y, inner_weight| {
            values += 1;
            let (f, d) = phi.value_and_derivative(b.mul_add(y, a * z));
            value += inner_weight * f;
            slope += inner_weight * d;
        });
        spend(values)?;
        let (f, d) = phi.value_and_derivative(su * z);
        k += weight * f * value;
        k_dot += weight * d * slope;
    }
    Ok(KernelPair { k, k_dot })
}
