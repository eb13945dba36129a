//! Functions of a correlation through Chebyshev nodes.

use crate::TheoryError;

/// A polynomial through 96 Chebyshev nodes in $[-0.9,0.9]$ for functions that are analytic for $|r|<1$: its error is below
/// $1.59^{-96}\approx10^{-19}$ of the largest value around; rounding remains.
#[derive(Debug, Clone)]
pub(super) struct Interpolant<const K: usize> {
    /// Node, barycentric weight and values.
    nodes: Vec<(f64, f64, [f64; K])>,
}

impl<const K: usize> Interpolant<K> {
    /// The number of nodes: what it costs.
    pub const NODES: usize = 96;
    /// The largest $|r|$.
    pub const REACH: f64 = 0.9;

    pub fn new(mut of: impl FnMut(f64) -> Result<[f64; K], TheoryError>) -> Result<Self, TheoryError> {
        let nodes = (0..Self::NODES).map(|k| {
            let angle = std::f64::consts::PI * (k as f64 + 0.5) / Self::NODES as f64;
            let r = Self::REACH * angle.cos();
            let weight = if k % 2 == 0 { angle.sin() } else { -angle.sin() };
            Ok((r, weight, of(r)?))
        });
        Ok(Self { nodes: nodes.collect::<Result<_, TheoryError>>()? })
    }

    /// The values at $r$; `None` outside of the nodes' reach.
    pub fn at(&self, r: f64) -> Option<[f64; K]> {
        if r.abs() > Self::REACH {
            return None;
        }
        let (mut sums, mut total) = ([0.0; K], 0.0);
        for (node, weight, values) in &self.nodes {
            let distance = r - node;
            if distance == 0.0 {
                return Some(*values);
            }
            let share = weight / distance;
            sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += share * value);
            total += share;
        }
        Some(sums.map(|sum| sum / total))
    }
}
