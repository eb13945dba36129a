//! Piecewise linear activations: truncated normal moments instead of quadrature.

use std::f64::consts::FRAC_1_SQRT_2;

use libm::erfc;

use super::closed::Covariance;
use super::rules::{density, for_each_in_panels};
use super::{GaussianMoments, KernelPair};
use crate::Activation;
use crate::activation::Kind;

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

/// $\int_a^bz^k\,dN(z)$ for $k=0,1,2$.
fn truncated(a: f64, b: f64) -> [f64; 3] {
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

fn is_odd(pieces: &[Piece]) -> bool {
    pieces.iter().zip(pieces.iter().rev()).all(|(a, b)| a.slope == b.slope && a.offset == -b.offset)
        && pieces.iter().take(pieces.len() - 1).zip(pieces.iter().rev().skip(1)).all(|(a, b)| a.end == -b.end)
}

/// The pair kernel: given $u$, the average over $v\mid u$ is closed; the average over $u$ is panelled, with cuts
/// where $\phi(u)$ has kinks and around those where the inner average bends within a width $\sqrt{1-\rho^2}$.
pub(super) fn kernel_pair(pieces: &[Piece], covariance: &Covariance) -> KernelPair {
    let (su, sv) = (covariance.p.sqrt(), covariance.q.sqrt());
    let (rho, complement) = (covariance.rho(), covariance.complement());
    let kinks: Vec<f64> = pieces.iter().map(|piece| piece.end).filter(|end| end.is_finite()).collect();
    let cuts = outer_cuts(&kinks, su, sv, rho, complement);
    let (mut k, mut k_dot) = (0.0, 0.0);
    for_each_in_panels(3.0, &cuts, &mut |z, weight| {
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
    KernelPair { k, k_dot }
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
