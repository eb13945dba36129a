//! Piecewise linear activations: truncated normal moments instead of quadrature.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2, FRAC_PI_4, PI};

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

/// The pair kernel: by Price's theorem where that is a sum of positive terms, else by panels.
pub(super) fn kernel_pair(pieces: &[Piece], covariance: &Covariance) -> Result<KernelPair, TheoryError> {
    let Covariance { p, q, c, root } = *covariance;
    let (u, v) = (moments(pieces, 0.0, p.sqrt()), moments(pieces, 0.0, q.sqrt()));
    if p == q && c == q {
        return Ok(KernelPair { k: u.second, k_dot: u.second_derivative });
    }
    let kinks = KinkPairs::new(pieces, p.sqrt(), q.sqrt());
    let odd = is_odd(pieces);
    if (c < 0.0 && !odd) || kinks.farthest > FARTHEST {
        return panelled(pieces, covariance);
    }
    // K(0) + c K̇(0) + ∫₀ᶜ(c − s)F(s)ds and its derivative; for odd functions of either sign of c.
    let angle = covariance.complement().atan2(covariance.rho().abs());
    let start = u.mean_derivative * v.mean_derivative;
    let (mut k, mut k_dot) = (u.mean.mul_add(v.mean, c.abs() * start), start);
    kinks.integrate(angle, FRAC_PI_2, &mut |beta, weight| {
        k_dot += weight;
        k += weight * root * (2.0 * (0.5 * (beta + angle)).sin() * (0.5 * (beta - angle)).sin());
    })?;
    Ok(KernelPair { k: if odd { k.copysign(c) } else { k }, k_dot })
}

/// $K(q,q,q)-K(q,q,q-g)=g\dot K(q-g)+\int_{q-g}^q(q-s)F(s)\,ds$ for $g\le q$, and $\int F$.
pub(super) fn kernel_gap(pieces: &[Piece], q: f64, gap: f64) -> Result<KernelPair, TheoryError> {
    let kinks = KinkPairs::new(pieces, q.sqrt(), q.sqrt());
    let angle = 2.0 * gap.sqrt().atan2((2.0 * q - gap).sqrt());
    let far = kinks.farthest > FARTHEST;
    let panelled = if far { panelled_gap(pieces, q, gap)? } else { KernelPair { k: 0.0, k_dot: 0.0 } };
    if far && gap >= 1e-6 * q {
        return Ok(panelled);
    }
    let (mut k, mut k_dot) = (0.0, 0.0);
    kinks.integrate(0.0, angle, &mut |beta, weight| {
        k_dot += weight;
        k += weight * q * (2.0 * (0.5 * beta).sin() * (0.5 * beta).sin());
    })?;
    if far {
        return Ok(KernelPair { k: panelled.k, k_dot });
    }
    let mean = moments(pieces, 0.0, q.sqrt()).mean_derivative;
    let mut apart = mean * mean;
    kinks.integrate(angle, FRAC_PI_2, &mut |_, weight| apart += weight)?;
    Ok(KernelPair { k: gap.mul_add(apart, k), k_dot })
}

/// Kinks farther out than these standard deviations leave the rule of [`KinkPairs`] too few nodes.
const FARTHEST: f64 = 6.0;

/// $F(c)=\partial\dot K/\partial c=\sum_{ij}\Delta_i\Delta_j\,p_c(t_i,t_j)$ over kinks $t_i$ at which the slope jumps by
/// $\Delta_i$, with the density $p_c$ of $(u,v)$: Price's theorem for $\phi'$.
///
/// In the angle $\beta=\arccos\rho$, with $x=t_i/\sqrt p$ and $y=t_j/\sqrt q$,
/// $F\,dc=-\frac1{2\pi}\sum\Delta_i\Delta_j\exp\left(-\frac{(x-y)^2}{2\sin^2\beta}-\frac{xy}{1+\cos\beta}\right)d\beta$.
struct KinkPairs {
    /// $\Delta_i\Delta_j/2\pi$, $(x-y)^2/2$, $xy$.
    terms: Vec<[f64; 3]>,
    /// The least $|x-y|>0$.
    nearest: f64,
    /// The largest $|x|$, $|y|$.
    farthest: f64,
}

impl KinkPairs {
    fn new(pieces: &[Piece], su: f64, sv: f64) -> Self {
        let mut all = Self { terms: Vec::with_capacity(4), nearest: f64::INFINITY, farthest: 0.0 };
        for one in pieces.windows(2) {
            for other in pieces.windows(2) {
                let (x, y) = (one[0].end / su, other[0].end / sv);
                let jumps = (one[1].slope - one[0].slope) * (other[1].slope - other[0].slope);
                let (apart, product) = (0.5 * (x - y) * (x - y), x * y);
                all.farthest = all.farthest.max(x.abs()).max(y.abs());
                if x != y {
                    all.nearest = all.nearest.min((x - y).abs());
                }
                match all.terms.iter_mut().find(|term| term[1] == apart && term[2] == product) {
                    Some(term) => term[0] += jumps / (2.0 * PI),
                    None => all.terms.push([jumps / (2.0 * PI), apart, product]),
                }
            }
        }
        all
    }

    /// $-F\,dc/d\beta$.
    fn density(&self, beta: f64) -> f64 {
        let (sin, cos) = beta.sin_cos();
        let exponent = |[_, apart, product]: &[f64; 3]| {
            let apart = if *apart == 0.0 { 0.0 } else { apart / (sin * sin) };
            -apart - product / (1.0 + cos)
        };
        // Jumps of either sign cancel where all densities are nearly those of kinks at 0.
        if self.terms.iter().all(|term| exponent(term).abs() < 1.0) {
            let jumps: f64 = self.terms.iter().map(|term| term[0]).sum();
            jumps + self.terms.iter().map(|term| term[0] * exponent(term).exp_m1()).sum::<f64>()
        } else {
            self.terms.iter().map(|term| term[0] * exponent(term).exp()).sum()
        }
    }

    /// Visits angles from `from` to `to` with their weights in $\int F\,dc$. Panels halve towards 0, down to where the pairs
    /// that are apart no longer meet.
    fn integrate(&self, from: f64, to: f64, visit: &mut impl FnMut(f64, f64)) -> Result<(), TheoryError> {
        let last = (0.1 * self.nearest).min(FRAC_PI_4);
        let mut high = to;
        while high > from {
            let low = if high <= last { from } else { from.max(0.5 * high) };
            let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
            let nodes = sixteen();
            spend(self.terms.len() * nodes.len())?;
            for &(x, weight) in nodes {
                let beta = middle + half * x;
                visit(beta, half * weight * self.density(beta));
            }
            high = low;
        }
        Ok(())
    }
}

/// The pair kernel: given $u$, the average over $v\mid u$ is closed; the average over $u$ is panelled, with cuts
/// where $\phi(u)$ has kinks and around those where the inner average bends within a width $\sqrt{1-\rho^2}$.
fn panelled(pieces: &[Piece], covariance: &Covariance) -> Result<KernelPair, TheoryError> {
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
fn panelled_gap(pieces: &[Piece], q: f64, gap: f64) -> Result<KernelPair, TheoryError> {
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

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;
    use crate::Activation;

    #[test]
    fn kernels_in_the_angle_are_those_of_panels() {
        for name in ["hard-tanh(0.3)", "hard-tanh(1.5)", "shifted-relu(0.4)", "shifted-relu(-1.2)"] {
            let pieces = pieces(&name.parse::<Activation>().unwrap()).unwrap();
            for p in [0.1, 0.7, 2.0, 50.0, 1e4] {
                for ratio in [1.0, 1.0 - 1e-5, 0.6, 0.05] {
                    for rho in [-0.9, 0.0, 1e-6, 0.3, 0.9, 0.9999, 1.0 - 1e-10] {
                        let q = ratio * p;
                        let covariance = Covariance::new(p, q, rho * p.sqrt() * q.sqrt()).unwrap();
                        let (angle, panels) = (
                            kernel_pair(&pieces, &covariance).unwrap(),
                            panelled(&pieces, &covariance).unwrap(),
                        );
                        let mean = |q: f64| moments(&pieces, 0.0, q.sqrt()).second.sqrt();
                        assert_relative_eq!(
                            angle.k,
                            panels.k,
                            max_relative = 1e-12,
                            epsilon = 1e-14 * mean(p) * mean(q)
                        );
                        assert_relative_eq!(angle.k_dot, panels.k_dot, max_relative = 1e-12);
                    }
                }
                for share in [1e-12, 1e-4, 0.1, 0.7, 1.0] {
                    let (angle, panels) = (
                        kernel_gap(&pieces, p, share * p).unwrap(),
                        panelled_gap(&pieces, p, share * p).unwrap(),
                    );
                    assert_relative_eq!(angle.k, panels.k, max_relative = 1e-9);
                    if share > 1e-6 {
                        assert_relative_eq!(angle.k_dot, panels.k_dot, max_relative = 1e-9);
                    }
                }
            }
        }
    }
}
