//! Piecewise linear activations: truncated normal moments instead of quadrature.

use std::f64::consts::FRAC_1_SQRT_2;

use libm::erfc;

use super::budget::spend;
use super::closed::Covariance;
use super::rules::{density, for_each_in_panels, sixteen};
use super::{GaussianMoments, KernelPair};
use crate::activation::Kind;
use crate::{Activation, TheoryError};

/// $\phi(u)=\mathrm{slope}\cdot u+\mathrm{offset}$ up to the point `end`, where the next piece begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    end: f64,
    slope: f64,
    offset: f64,
}

const fn piece(end: f64, slope: f64, offset: f64) -> Piece {
    Piece { end, slope, offset }
}

/// The pieces of `phi` in ascending order, if it is piecewise linear and built in.
pub(super) fn pieces(phi: &Activation) -> Option<Vec<Piece>> {
    let infinity = f64::INFINITY;
    Some(match phi.0 {
        Kind::Linear => vec![piece(infinity, 1.0, 0.0)],
        Kind::Relu => vec![piece(0.0, 0.0, 0.0), piece(infinity, 1.0, 0.0)],
        Kind::LeakyRelu { slope } => vec![piece(0.0, slope, 0.0), piece(infinity, 1.0, 0.0)],
        Kind::HardTanh { threshold: t } => {
            vec![piece(-t, 0.0, -t), piece(t, 1.0, 0.0), piece(infinity, 0.0, t)]
        }
        Kind::ShiftedRelu { bias } => vec![piece(-bias, 0.0, -bias), piece(infinity, 1.0, 0.0)],
        _ => return None,
    })
}

/// $\Phi(b)-\Phi(a)$ for $a\le b$, taken in the tail where both lie.
fn mass(a: f64, b: f64) -> f64 {
    let tail = |x: f64| 0.5 * erfc(x * FRAC_1_SQRT_2);
    if a > 0.0 { tail(a) - tail(b) } else { tail(-b) - tail(-a) }
}

/// Function values that the moments over one piece are booked as.
const VALUES: usize = 2;

/// Width in standard deviations below which moments over an interval are summed.
const NARROW: f64 = 0.3;

/// $\int_a^bz^k\,dN(z)$ for $k=0,1,2$.
fn truncated(a: f64, b: f64) -> [f64; 3] {
    if b - a < NARROW {
        // The differences below would cancel.
        let (middle, half) = (0.5 * (a + b), 0.5 * (b - a));
        let mut moments = [0.0; 3];
        for &(x, weight) in sixteen() {
            let z = half.mul_add(x, middle);
            let mass = half * weight * density(z);
            moments[0] += mass;
            moments[1] += z * mass;
            moments[2] += z * (z * mass);
        }
        return moments;
    }
    let (at_a, at_b) = (density(a), density(b));
    let edge = |z: f64, density: f64| if density == 0.0 { 0.0 } else { z * density };
    let mass = mass(a, b);
    [mass, at_a - at_b, mass + edge(a, at_a) - edge(b, at_b)]
}

/// The averages at $u=m+sz$, $s>0$.
pub(super) fn moments(pieces: &[Piece], mean: f64, deviation: f64) -> GaussianMoments {
    let mut sums = [0.0; 7];
    let mut from = f64::NEG_INFINITY;
    for &Piece { end, slope, offset } in pieces {
        let to = (end - mean) / deviation;
        let [zeroth, first, second] = truncated(from, to);
        let (a, b) = (slope.mul_add(mean, offset), slope * deviation);
        let value_first = a * zeroth + b * first;
        let value_z = a * first + b * second;
        sums[0] += value_first;
        sums[1] += slope * zeroth;
        sums[2] += a * value_first + b * value_z;
        sums[3] += slope * slope * zeroth;
        sums[4] += value_z;
        sums[5] += slope * first;
        sums[6] += slope * value_z;
        from = to;
    }
    if mean == 0.0 && is_odd(pieces) {
        (sums[0], sums[5]) = (0.0, 0.0);
    }
    GaussianMoments::from_array(sums)
}

/// $E[z^2\phi'^2]$ at $u=sz$, $s>0$.
pub(super) fn stretched_slopes(pieces: &[Piece], deviation: f64) -> f64 {
    let (mut sum, mut from) = (0.0, f64::NEG_INFINITY);
    for piece in pieces {
        let to = piece.end / deviation;
        sum += piece.slope * piece.slope * truncated(from, to)[2];
        from = to;
    }
    sum
}

fn is_odd(pieces: &[Piece]) -> bool {
    pieces.iter().zip(pieces.iter().rev()).all(|(a, b)| a.slope == b.slope && a.offset == -b.offset)
        && pieces.iter().take(pieces.len() - 1).zip(pieces.iter().rev().skip(1)).all(|(a, b)| a.end == -b.end)
}

/// The pair kernel: given $u$, the average over $v\mid u$ is closed; the average over $u$ is panelled, with cuts
/// where $\phi(u)$ has kinks and around those where the inner average bends within a width $\sqrt{1-\rho^2}$.
pub(super) fn kernel_pair(pieces: &[Piece], covariance: &Covariance) -> Result<KernelPair, TheoryError> {
    let (su, sv) = (covariance.p.sqrt(), covariance.q.sqrt());
    let (rho, complement) = (covariance.rho(), covariance.complement());
    let kinks: Vec<f64> = pieces.iter().map(|piece| piece.end).filter(|end| end.is_finite()).collect();
    let cuts = outer_cuts(&kinks, su, sv, rho, complement);
    let (mut k, mut k_dot, mut nodes) = (0.0, 0.0, 0);
    for_each_in_panels(3.0, &cuts, &mut |z, weight| {
        nodes += 1;
        let (value, slope) = at(pieces, su * z);
        let (inner, inner_slope) = if complement > 0.0 {
            let conditional = moments(pieces, sv * rho * z, sv * complement);
            (conditional.mean, conditional.mean_derivative)
        } else {
            at(pieces, sv * rho * z)
        };
        k += weight * value * inner;
        k_dot += weight * slope * inner_slope;
    });
    spend(VALUES * nodes * pieces.len())?;
    Ok(KernelPair { k, k_dot })
}

/// $E_y\mathrm{Var}_z$ of $\phi$ and $\phi'$ at $\sqrt{q-g}\,y+\sqrt g\,z$: the inner variance is closed.
pub(super) fn kernel_gap(pieces: &[Piece], q: f64, gap: f64) -> Result<KernelPair, TheoryError> {
    let (common, own) = ((q - gap).sqrt(), gap.sqrt());
    let kinks: Vec<f64> = pieces.iter().map(|piece| piece.end).filter(|end| end.is_finite()).collect();
    let mut cuts = Vec::new();
    if common > 0.0 {
        for kink in &kinks {
            cuts.push(kink / common);
            for distance in [1.0, 4.0, 10.0, 40.0] {
                cuts.extend([(kink - distance * own) / common, (kink + distance * own) / common]);
            }
        }
    }
    let (mut k, mut k_dot, mut nodes) = (0.0, 0.0, 0);
    for_each_in_panels(3.0, &cuts, &mut |y, weight| {
        nodes += 1;
        let inner = variances(pieces, common * y, own);
        k += weight * inner.k;
        k_dot += weight * inner.k_dot;
    });
    spend(VALUES * nodes * pieces.len())?;
    // In the angle the kinks' density is smooth, and no position has to be resolved within a tiny width.
    let k_dot = if gap < 1e-6 * q { kink_pairs(pieces, q, gap) } else { k_dot };
    Ok(KernelPair { k, k_dot })
}

/// The variances of $\phi$ and $\phi'$ at $u=m+sz$, $s>0$.
pub(super) fn variances(pieces: &[Piece], mean: f64, deviation: f64) -> KernelPair {
    let home = pieces.iter().position(|piece| mean < piece.end).unwrap_or(pieces.len() - 1);
    // Every line at m, less φ(m), from the kinks between.
    let mut heights = vec![0.0; pieces.len()];
    for i in home + 1..pieces.len() {
        heights[i] = heights[i - 1] + (pieces[i].slope - pieces[i - 1].slope) * (mean - pieces[i - 1].end);
    }
    for i in (0..home).rev() {
        heights[i] = heights[i + 1] + (pieces[i].slope - pieces[i + 1].slope) * (mean - pieces[i].end);
    }
    let (mut first, mut second, mut from) = (0.0, 0.0, f64::NEG_INFINITY);
    let mut masses = Vec::with_capacity(pieces.len());
    for (piece, height) in pieces.iter().zip(heights) {
        let to = (piece.end - mean) / deviation;
        let [m0, m1, m2] = truncated(from, to);
        let b = piece.slope * deviation;
        first += height * m0 + b * m1;
        second += height * (height * m0 + 2.0 * b * m1) + b * b * m2;
        masses.push(m0);
        from = to;
    }
    let mut slopes = 0.0;
    for i in 0..pieces.len() {
        for j in 0..i {
            slopes += masses[i] * masses[j] * (pieces[i].slope - pieces[j].slope).powi(2);
        }
    }
    KernelPair { k: (second - first * first).max(0.0), k_dot: slopes }
}

/// $\frac1{2\pi}\sum_{ij}\Delta_i\Delta_j\int_0^\vartheta\exp\frac{-t_i^2-t_j^2+2t_it_j\cos\alpha}{2q\sin^2\alpha}d\alpha$ over kinks $t_i$ at which the
/// slope jumps by $\Delta_i$: Price's theorem for $\phi'$.
fn kink_pairs(pieces: &[Piece], q: f64, gap: f64) -> f64 {
    let jumps: Vec<(f64, f64)> =
        pieces.windows(2).map(|pair| (pair[0].end / q.sqrt(), pair[1].slope - pair[0].slope)).collect();
    let integrand = |angle: f64| -> f64 {
        let (sin, half) = (angle.sin(), (0.5 * angle).sin());
        let mut sum = 0.0;
        for (s, one) in &jumps {
            for (t, other) in &jumps {
                let apart = (s - t) / sin;
                let together = s * t * (2.0 * (half / sin) * (half / sin));
                sum += one * other * (-0.5 * apart * apart - together).exp();
            }
        }
        sum
    };
    let mut to = 2.0 * gap.sqrt().atan2((2.0 * q - gap).sqrt());
    let mut total = 0.0;
    for panel in 0..40 {
        let from = if panel == 39 { 0.0 } else { 0.5 * to };
        let (middle, radius) = (0.5 * (from + to), 0.5 * (to - from));
        for &(x, weight) in super::rules::legendre() {
            total += radius * weight * integrand(radius.mul_add(x, middle));
        }
        to = from;
    }
    total / (2.0 * std::f64::consts::PI)
}

fn at(pieces: &[Piece], u: f64) -> (f64, f64) {
    pieces
        .iter()
        .find(|piece| u < piece.end)
        .or(pieces.last())
        .map_or((0.0, 0.0), |piece| (piece.slope.mul_add(u, piece.offset), piece.slope))
}

/// Where the outer integrand bends: at the kinks of $\phi(\sqrt p\,z)$, and within a few $\sqrt{1-\rho^2}$ of them
/// and of the kinks of $\phi(\sqrt q\,\rho z)$.
pub(super) fn outer_cuts(kinks: &[f64], su: f64, sv: f64, rho: f64, complement: f64) -> Vec<f64> {
    let mut cuts = Vec::new();
    for &kink in kinks {
        let centres = [Some(kink / su), (rho != 0.0).then(|| kink / (rho * sv))];
        for centre in centres.into_iter().flatten().filter(|centre| centre.is_finite()) {
            cuts.push(centre);
            for distance in [1.0, 4.0, 10.0] {
                cuts.extend([centre - distance * complement, centre + distance * complement]);
            }
        }
    }
    cuts
}
