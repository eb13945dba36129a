//! What every contour takes: fixed points in the upper half-plane, and double sums over its nodes and their mirror images.

use nalgebra::Complex;

use crate::TheoryError;

/// A complex number.
pub(super) type C = Complex<f64>;

/// A node in the upper half-plane of a filter's contour, with its weight; the lower half is its mirror image.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub z: C,
    pub weight: C,
}

/// A step of Newton's method that is smaller, relatively, is the last: its square is below rounding.
const NEAR: f64 = 1e-13;
/// Steps from a neighbour's solution.
const WARM_STEPS: usize = 60;
/// Steps from afar, and how many of these come before Newton's method.
const COLD_STEPS: usize = 2000;
const PATIENT_STEPS: usize = 30;

/// $x=z+g(x)$ at every node, for $g$ that maps the upper half-plane into itself and returns its value and slope: the solution there is unique, so
/// that any iteration which converges is right.
///
/// Newton's method from the solution of the node before, continued in the logarithm of $z$, and for the first node from `start`; where it does not
/// converge, fixed-point steps from `start` come first.
pub(super) fn fixed_points(
    what: &str,
    nodes: &[Node],
    start: impl Fn(C) -> C,
    g: impl Fn(C) -> (C, C),
) -> Result<Vec<C>, TheoryError> {
    let mut before: Option<(C, Root)> = None;
    let mut roots = Vec::with_capacity(nodes.len());
    for &Node { z, .. } in nodes {
        let near = before.map(|(at, root)| root.continued(at, z)).filter(|x| x.im > 0.0 && x.is_finite());
        let root = newton(z, near.unwrap_or_else(|| start(z)), 0, WARM_STEPS, &g)
            .or_else(|| newton(z, start(z), PATIENT_STEPS, COLD_STEPS, &g))
            .ok_or_else(|| TheoryError::NotConverged {
                procedure: what.to_owned(),
                detail: format!("at {z} after {COLD_STEPS} steps"),
            })?;
        before = Some((z, root));
        roots.push(root.x);
    }
    Ok(roots)
}

/// $x$ and $\frac{dx}{dz}$.
#[derive(Debug, Clone, Copy)]
struct Root {
    x: C,
    rate: C,
}

impl Root {
    /// $x$ at `to`, from that at `at`, were it a power of $z$.
    fn continued(self, at: C, to: C) -> C {
        self.x * ((to / at).ln() * self.rate * at / self.x).exp()
    }
}

/// Newton's method after `patient` fixed-point steps, with one more wherever it leaves the half-plane above $z$.
fn newton(z: C, mut x: C, patient: usize, most: usize, g: &impl Fn(C) -> (C, C)) -> Option<Root> {
    for step in 0..most {
        let (value, slope) = g(x);
        let (image, rate) = (z + value, (1.0 - slope).inv());
        let next = x + (image - x) * rate;
        if (next - x).norm() <= NEAR * x.norm() && next.im > 0.0 {
            return Some(Root { x: next, rate });
        }
        x = if step >= patient && next.im >= z.im && next.is_finite() { next } else { image };
        if !x.is_finite() {
            break;
        }
    }
    None
}

/// $\sum_{jl}T(z_j,z_l)$ over `count` nodes and their mirror images, for several symmetric real-analytic $T$ at once: `terms(j, l)` are those at
/// $(z_j,z_l)$ and at $(z_j,\bar z_l)$, and the others follow.
pub(super) fn double_sum<const K: usize>(
    count: usize,
    terms: impl Fn(usize, usize) -> [[C; K]; 2],
) -> [f64; K] {
    let mut sums = [0.0; K];
    for j in 0..count {
        for l in j..count {
            let occurrences = if j == l { 2.0 } else { 4.0 };
            let [direct, mirrored] = terms(j, l);
            for k in 0..K {
                sums[k] += occurrences * (direct[k].re + mirrored[k].re);
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::super::flow::parabola;
    use super::super::two_point::Regression;
    use super::*;
    use crate::continual_learning::{Spectrum, Target};

    /// A multiplicative congruential generator, so that spectra are the same everywhere.
    fn random(state: &mut u64) -> f64 {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*state >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Spectra down to $10^{-12}$, flat, on two levels, with many equal ones and with a tail, of fewer and more modes than samples.
    fn spectra() -> Vec<(Spectrum, usize)> {
        let mut state = 2718;
        let mut all = Vec::new();
        for case in 0..60 {
            let levels = 1 + (40.0 * random(&mut state)) as usize;
            let eigenvalues = (0..levels).map(|i| match case % 5 {
                0 => 1.0,
                1 => 10f64.powf(-12.0 * random(&mut state)),
                2 => [1.0, 1e-12, 0.0][(i + 1) % 3],
                3 => [1.0, 0.999, 1e-3][i % 3],
                _ => (i as f64 + 1.0).powf(-1.5),
            });
            let eigenvalues: Vec<f64> = eigenvalues.collect();
            let counts =
                (0..levels).map(|_| if case % 2 == 0 { 1.0 } else { (9.0 * random(&mut state)).ceil() });
            let counts = counts.collect();
            let tail = if case % 3 == 0 { 0.0 } else { 10f64.powf(-6.0 * random(&mut state)) };
            let samples = 1 + (90.0 * random(&mut state)) as usize;
            all.push((Spectrum::new(eigenvalues, counts, tail).unwrap(), samples));
        }
        all
    }

    #[test]
    fn continued_roots_are_those_from_afar() {
        for (spectrum, samples) in spectra() {
            let target = Target::matched(&spectrum);
            let regression = Regression::new(&spectrum, &target, samples, 0.0).unwrap();
            for decade in -14..=14 {
                let nodes = parabola(10f64.powi(decade));
                let found = regression.kappas(&nodes).unwrap();
                for (node, kappa) in nodes.iter().zip(found) {
                    let (z, g) = (node.z, |kappa| regression.learnt(kappa));
                    let afar = newton(z, z + spectrum.trace(), PATIENT_STEPS, COLD_STEPS, &g).unwrap().x;
                    assert!(
                        (kappa - afar).norm() <= 1e-12 * afar.norm(),
                        "{spectrum:?} {samples} {z}: {kappa} {afar}"
                    );
                    assert!(kappa.im >= z.im * (1.0 - 1e-12));
                    assert!((z + g(kappa).0 - kappa).norm() <= 1e-14 * (kappa.norm() + z.norm()));
                }
            }
        }
    }

    #[test]
    fn a_double_sum_is_over_nodes_and_mirror_images() {
        let upper = [C::new(0.3, 1.2), C::new(-0.7, 0.4), C::new(2.0, 0.1)];
        let all: Vec<C> = upper.iter().copied().chain(upper.iter().map(C::conj)).collect();
        let term = |x: C, y: C| [x * y / (x + y + 5.0), (x - y) * (x - y)];
        let found =
            double_sum(upper.len(), |j, l| [term(upper[j], upper[l]), term(upper[j], upper[l].conj())]);
        for (k, found) in found.into_iter().enumerate() {
            let full: C = all.iter().flat_map(|x| all.iter().map(|y| term(*x, *y)[k])).sum();
            assert_relative_eq!(found, full.re, max_relative = 1e-13);
        }
    }
}
