//! Laws of squared slopes: points and weights that resolve the top of the law at every scale.

use std::f64::consts::{FRAC_PI_2, PI, SQRT_2};
use std::num::NonZeroUsize;

use gauss_quad::GaussLegendre;

use super::forward::{check_activation, defect, rank};
use crate::activation::Kind;
use crate::error::positive;
use crate::free_probability::Factor;
use crate::{Activation, TheoryError};

/// Normal mass beyond $|z|$ = 8.5 is below rounding.
const RANGE: f64 = 8.5;
/// Fewest and most nodes of a slope law.
const NODES: std::ops::RangeInclusive<usize> = 2..=4000;
/// Nodes of a panel.
const ORDER: usize = 10;
/// Ratio of the distances of the two ends of a panel from the point at which slopes are largest. The poles of $1/(t+\delta)$ lie at
/// distances $\propto\sqrt t$ of that point, so that every $t$ is resolved alike.
const RATIO: f64 = 2.5;
/// The innermost panel ends at this distance, in units of the smaller of 1 and the deviation: $\delta$ is rounding there.
const INNERMOST: f64 = 1e-6;
/// From this deviation on the phase of a sine is uniform: $e^{-2\cdot5^2}=10^{-22}$.
const UNIFORM_PHASE: f64 = 5.0;

/// The law $\nu$ of $\phi'(\sqrt v\,z)^2$: a projection, two points (leaky ReLU), or a quadrature of which about `nodes` nodes lie in the
/// bulk of the normal law.
///
/// # Formula
/// Gauss–Legendre panels over $|u|\le8.5\sqrt v$ with weight $\propto e^{-u^2/2v}$ that shrink geometrically towards the points where
/// $\phi'^2$ is largest (0 for tanh, erf and sine, whose periods are folded into one; $\pm\sqrt2$ for GELU; 0 and the kinks of a user's
/// function): the upper edge of a free product depends on the slopes next to their maximum at every scale.
///
/// # Accuracy and cost
/// Moments to $10^{-12}$, upper edges to $10^{-9}$, with 100 nodes. A distribution function built on the nodes shows them where the density
/// is small: 160 nodes for $10^{-4}$ in the far lower tail, 40 for $3\cdot10^{-3}$.
///
/// # Errors
/// As [`forward`](super::forward()); [`InvalidParameter`](TheoryError::InvalidParameter) unless $2\le\mathtt{nodes}\le4000$.
///
/// # Source
/// Pennington, Schoenholz and Ganguli (2018) for the role of the slope law.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, dynamical_isometry::slope_factor};
/// let law = slope_factor(&Activation::tanh(), 0.55, 100)?;
/// assert!((law.mean() - 0.5745809503796638).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn slope_factor(phi: &Activation, variance: f64, nodes: usize) -> Result<Factor, TheoryError> {
    positive("variance", variance)?;
    check_activation(phi)?;
    if let (Some(epsilon), Some(alpha)) = (defect(phi, variance), rank(phi, variance)) {
        return Factor::projection_of_rank(epsilon, alpha);
    }
    if let Kind::LeakyRelu { slope } = phi.0 {
        return Factor::discrete(vec![1.0, slope * slope], vec![0.5, 0.5]);
    }
    if !NODES.contains(&nodes) {
        let valid = format!("an integer from {} to {}", NODES.start(), NODES.end());
        return Err(TheoryError::invalid("nodes", nodes, valid));
    }
    let deviation = variance.sqrt();
    let end = RANGE * deviation;
    let mut rule =
        Panels::new((if phi.is_odd() { end } else { 2.0 * end }) * ORDER as f64 / nodes as f64, deviation)?;
    let normal = |u: f64| (-0.5 * (u / deviation).powi(2)).exp();
    match &phi.0 {
        Kind::Sine => {
            // |cos| has the period π and is even: the phases ±u + kπ are one.
            let images = (end / PI).ceil().min(RANGE * UNIFORM_PHASE);
            let weight = |u: f64| {
                if deviation > UNIFORM_PHASE {
                    return 1.0;
                }
                let mut sum = normal(u);
                let mut k = 1.0;
                while k <= images {
                    sum += normal(k * PI + u) + normal(k * PI - u);
                    k += 1.0;
                }
                sum
            };
            rule.outward(0.0, end.min(FRAC_PI_2), weight);
        }
        _ if phi.is_odd() && phi.kinks().is_empty() => rule.outward(0.0, end, normal),
        _ => {
            let mut tops = match &phi.0 {
                Kind::Gelu => vec![-SQRT_2, SQRT_2],
                _ => [phi.kinks(), vec![0.0]].concat(),
            };
            tops.retain(|top| top.abs() < end);
            tops.sort_by(f64::total_cmp);
            tops.dedup();
            if tops.is_empty() {
                tops.push(0.0);
            }
            let mut from = -end;
            for (i, &top) in tops.iter().enumerate() {
                let to = tops.get(i + 1).map_or(end, |next| 0.5 * (top + next));
                rule.outward(top, from, normal);
                rule.outward(top, to, normal);
                from = to;
            }
        }
    }
    let points = rule.nodes.iter().map(|u| phi.derivative(*u).powi(2)).collect();
    let total: f64 = rule.weights.iter().sum();
    Factor::continuous(points, rule.weights.into_iter().map(|w| w / total).collect())
}

/// Nodes and weights on the axis of pre-activations.
struct Panels {
    rule: GaussLegendre,
    widest: f64,
    innermost: f64,
    nodes: Vec<f64>,
    weights: Vec<f64>,
}

impl Panels {
    fn new(widest: f64, deviation: f64) -> Result<Self, TheoryError> {
        let order = NonZeroUsize::new(ORDER)
            .ok_or_else(|| TheoryError::invalid("nodes", ORDER, "a positive number"))?;
        let innermost = INNERMOST * deviation.min(1.0);
        Ok(Self {
            rule: GaussLegendre::new(order),
            widest,
            innermost,
            nodes: Vec::new(),
            weights: Vec::new(),
        })
    }

    /// Panels from `top` to `end`, on either side, that grow with the distance from `top`.
    fn outward(&mut self, top: f64, end: f64, weight: impl Fn(f64) -> f64) {
        let (length, sign) = ((end - top).abs(), (end - top).signum());
        let mut from = 0.0;
        while from < length {
            let grown = if from == 0.0 { self.innermost } else { (RATIO * from).min(from + self.widest) };
            // No sliver at the end.
            let to = if grown * 1.1 > length { length } else { grown };
            for (x, w) in self.rule.as_node_weight_pairs() {
                let u = top + sign * (from + 0.5 * (to - from) * (1.0 + x));
                self.nodes.push(u);
                self.weights.push(0.5 * (to - from) * w * weight(u));
            }
            from = to;
        }
    }
}
