//! Closed contours around ridges, for filters that have their poles there.

use std::f64::consts::PI;

use super::half_plane::{C, Node};
use crate::TheoryError;

/// The upper half of a contour around ridges that leaves out the negative axis, and filters at its nodes.
pub(super) struct Contour {
    /// Nodes with the weights of the filter 1.
    pub nodes: Vec<Node>,
    /// Filter by filter at every node.
    filters: Vec<Vec<C>>,
}

/// Nodes of both halves.
const COUNTS: [usize; 10] = [64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536];

/// How far a filter may be from what its contour makes of it, over its largest value, or over 1.
const NEAR: f64 = 1e-13;

impl Contour {
    /// The contour with the fewest nodes that holds `filters` ($\rho(-z)$, each with $\rho(0)=1$ or 0) of ridges between `low` and `high`:
    /// $z=\sqrt{\delta_-\delta_+}\,e^w$ with $w$ on an ellipse of half-axes $u$ and $v<\pi$.
    ///
    /// A filter is the sum $\sum_jW_j\frac{z_j}{a+z_j}$ for all $a\ge0$: that is tried, on both sides of the ridges and at 0. Errors are bilinear in filters,
    /// so what holds for these holds for them.
    ///
    /// # Errors
    /// No such contour: so many rounds amplify rounding on all of them.
    pub fn around((low, high): (f64, f64), filters: impl Fn(C) -> Vec<C>) -> Result<Self, TheoryError> {
        let centre = low.sqrt() * high.sqrt();
        let half = 0.5 * (high / low).ln();
        let circle = (PI * half).sqrt().max(0.9);
        let circles = [circle, 1.6, 2.2, 2.7].into_iter().filter(|r| *r >= circle).map(|r| (r, r));
        let ellipses = [2.0, 4.0, 6.0, 8.0].into_iter().map(|more| (half + more, 2.7));
        let shapes: Vec<(f64, f64)> = circles.chain(ellipses).collect();
        let tried = Tried::new(centre, half, &filters);
        for count in COUNTS {
            for &(u, v) in &shapes {
                let contour = Self::on(centre, (u, v), count, &filters);
                if tried.holds(&contour) {
                    return Ok(contour);
                }
            }
        }
        Err(TheoryError::NotConverged {
            procedure: "the contour of the rounds of distillation".to_owned(),
            detail: "rounding is amplified too much; fewer rounds, or shares xi nearer to 1".to_owned(),
        })
    }

    fn on(centre: f64, (u, v): (f64, f64), count: usize, filters: &impl Fn(C) -> Vec<C>) -> Self {
        let mut nodes = Vec::with_capacity(count / 2);
        let mut values: Vec<Vec<C>> = Vec::new();
        for j in 0..count / 2 {
            let (sin, cos) = ((j as f64 + 0.5) * 2.0 * PI / count as f64).sin_cos();
            let z = C::new(u * cos, v * sin).exp() * centre;
            // W = −ρ(−z)/z · dz/(2πi), dz = z dw.
            nodes.push(Node { z, weight: -C::new(v * cos, u * sin) / count as f64 });
            for (k, value) in filters(z).into_iter().enumerate() {
                if values.len() <= k {
                    values.push(Vec::with_capacity(count / 2));
                }
                values[k].push(value);
            }
        }
        Self { nodes, filters: values }
    }

    /// The nodes with the weights of a filter.
    pub fn weighted(&self, filter: usize) -> Vec<Node> {
        let pairs = self.nodes.iter().zip(&self.filters[filter]);
        pairs.map(|(node, value)| Node { z: node.z, weight: node.weight * value }).collect()
    }
}

/// Places at which filters are tried, and what they are there.
struct Tried {
    places: Vec<f64>,
    values: Vec<Vec<C>>,
}

impl Tried {
    fn new(centre: f64, half: f64, filters: &impl Fn(C) -> Vec<C>) -> Self {
        let reach = half + 14.0;
        let on_scale = (0..=24).map(|i| centre * (reach * (f64::from(i) / 12.0 - 1.0)).exp());
        let places: Vec<f64> = std::iter::once(0.0).chain(on_scale).collect();
        let values = places.iter().map(|a| filters(C::new(-a, 0.0))).collect();
        Self { places, values }
    }

    fn holds(&self, contour: &Contour) -> bool {
        (0..contour.filters.len()).rev().all(|k| {
            let nodes = contour.weighted(k);
            // Rounding in the sums over pairs of nodes is that of the weights squared.
            let size: f64 = nodes.iter().map(|node| 2.0 * node.weight.norm()).sum();
            let largest = self.values.iter().map(|values| values[k].norm()).fold(1.0, f64::max);
            let near = |(a, values): (&f64, &Vec<C>)| {
                let sum: f64 = nodes.iter().map(|node| 2.0 * (node.weight * node.z / (node.z + a)).re).sum();
                (sum - values[k].re).abs() <= NEAR * largest
            };
            size <= 100.0 * largest && self.places.iter().zip(&self.values).all(near)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_of_many_rounds_are_held() {
        for (rounds, share) in
            [(1, 1.0), (2, -1.0), (60, 0.2), (300, 0.5), (40, 0.0), (200, 0.0), (1000, 0.1)]
        {
            for (low, high) in [(0.5, 0.5), (0.1, 20.0), (1e-3, 0.2)] {
                let filters = |z: C| {
                    let mut g = C::new(0.0, 0.0);
                    let of = |j: usize| {
                        let h = z / (z - if j.is_multiple_of(2) { low } else { high });
                        g = if j == 0 { h } else { h * (share + g * (1.0 - share)) };
                        1.0 - g
                    };
                    (0..rounds).map(of).collect::<Vec<C>>()
                };
                let contour = Contour::around((low, high), filters).unwrap();
                // At other places than those that were tried.
                for a in [1e-5, 0.37, 2.9, 41.0, 6e4] {
                    for k in [0, rounds / 2, rounds - 1] {
                        let nodes = contour.weighted(k);
                        let sum: f64 = nodes.iter().map(|n| 2.0 * (n.weight * n.z / (n.z + a)).re).sum();
                        let expected = filters(C::new(-a, 0.0))[k].re;
                        assert!((sum - expected).abs() < 1e-12, "{rounds} {share} {low} {a} {k}");
                    }
                }
            }
        }
    }

    #[test]
    fn rounding_that_grows_is_refused() {
        let filters = |z: C| vec![1.0 - (z / (z - 1.0)).powu(2) * 1e9];
        assert!(Contour::around((1.0, 1.0), filters).is_err());
    }
}
