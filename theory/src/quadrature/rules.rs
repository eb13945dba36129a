//! Nodes and weights for averages over a standard normal variable.

use std::num::NonZeroUsize;
use std::sync::OnceLock;

use gauss_quad::{GaussHermite, GaussLegendre};

/// A node $z$ and its weight.
pub(crate) type Node = (f64, f64);

/// Averages run over $|z|\le12$: the normal mass beyond is $4\times10^{-33}$.
pub(super) const RANGE: f64 = 12.0;

/// Coarsest step of the trapezoidal rule; it is halved down to 0.05.
const COARSEST_STEP: f64 = 0.4;
/// Coarsest width of the outer panels.
const WIDEST_PANEL: f64 = 3.0;
/// Number of refinements of the panels; the trapezoidal rule gives way to graded panels before.
pub(super) const LEVELS: u32 = 7;

/// $e^{-z^2/2}/\sqrt{2\pi}$.
pub(super) fn density(z: f64) -> f64 {
    (-0.5 * z * z).exp() * (0.5 * std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2)
}

/// The trapezoidal rule of step $0.4/2^{level}$, its grid displaced by `shift` steps; weights sum to 1.
pub(super) fn trapezoid(level: u32, shift: f64) -> Vec<Node> {
    let step = COARSEST_STEP / f64::from(1 << level);
    let count = (RANGE / step).round() as i32;
    let mut nodes: Vec<Node> = (-count..=count)
        .map(|i| {
            let z = (f64::from(i) + shift) * step;
            (z, (-0.5 * z * z).exp())
        })
        .collect();
    let total: f64 = nodes.iter().map(|node| node.1).sum();
    for node in &mut nodes {
        node.1 /= total;
    }
    nodes
}

/// Gauss–Legendre panels of width $3/2^{level}$ over $|z|\le12$, split at `cuts`.
pub(super) fn panels(level: u32, cuts: &[f64]) -> Vec<Node> {
    let mut nodes = Vec::new();
    for_each_in_panels(WIDEST_PANEL / f64::from(1 << level), cuts, &mut |z, weight| nodes.push((z, weight)));
    nodes
}

/// Calls `visit` with every node and weight of the panels of `width` over $|z|\le12$, split at `cuts`.
pub(super) fn for_each_in_panels(width: f64, cuts: &[f64], visit: &mut impl FnMut(f64, f64)) {
    let count = (2.0 * RANGE / width).round() as i32;
    let mut ends: Vec<f64> = (0..=count)
        .map(|i| -RANGE + 2.0 * RANGE * f64::from(i) / f64::from(count))
        .chain(cuts.iter().copied().filter(|cut| cut.abs() < RANGE))
        .collect();
    ends.sort_by(f64::total_cmp);
    for pair in ends.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        if half <= 0.0 {
            continue;
        }
        for &(x, weight) in legendre() {
            let z = half.mul_add(x, middle);
            visit(z, half * weight * density(z));
        }
    }
}

/// Gauss–Legendre panels over $|z|\le12$ for functions that vary over `unit` around `centre`: their ends lie
/// `unit` $2^k$ from it and 3 from each other at most; each is cut into $3^{level}$, so that a kink at the centre is
/// never an end.
pub(super) fn graded(level: u32, centre: f64, unit: f64, cuts: &[f64]) -> Vec<Node> {
    let mut ends = vec![-RANGE, -9.0, -6.0, -3.0, 0.0, 3.0, 6.0, 9.0, RANGE];
    if unit < 0.5 * WIDEST_PANEL {
        if centre.abs() < unit {
            ends.retain(|end| *end != 0.0);
        }
        let mut distance = unit;
        while distance < 2.0 * RANGE + centre.abs() {
            ends.extend([centre - distance, centre + distance]);
            distance *= 2.0;
        }
    }
    ends.extend_from_slice(cuts);
    ends.retain(|end| end.abs() <= RANGE);
    ends.sort_by(f64::total_cmp);
    let parts = 3i32.pow(level);
    let mut nodes = Vec::new();
    for pair in ends.windows(2) {
        let width = (pair[1] - pair[0]) / f64::from(parts);
        if width <= 0.0 {
            continue;
        }
        for part in 0..parts {
            let middle = width.mul_add(f64::from(part) + 0.5, pair[0]);
            for &(x, weight) in sixteen() {
                let z = (0.5 * width).mul_add(x, middle);
                nodes.push((z, 0.5 * width * weight * density(z)));
            }
        }
    }
    nodes
}

/// The 16-point Gauss–Legendre rule on $[-1,1]$.
pub(super) fn sixteen() -> &'static [Node] {
    static RULE: OnceLock<GaussLegendre> = OnceLock::new();
    RULE.get_or_init(|| GaussLegendre::new(NonZeroUsize::MIN.saturating_add(15))).as_node_weight_pairs()
}

/// The 40-point Gauss–Legendre rule on $[-1,1]$.
pub(crate) fn legendre() -> &'static [Node] {
    static RULE: OnceLock<GaussLegendre> = OnceLock::new();
    RULE.get_or_init(|| GaussLegendre::new(forty())).as_node_weight_pairs()
}

/// The Gauss–Legendre rule of `count` points on $[low,high]$.
pub(crate) fn legendre_on(count: usize, low: f64, high: f64) -> Vec<Node> {
    let rule = GaussLegendre::new(NonZeroUsize::new(count).unwrap_or(NonZeroUsize::MIN));
    let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
    rule.as_node_weight_pairs().iter().map(|&(x, weight)| (half.mul_add(x, middle), half * weight)).collect()
}

/// The 40-point Gauss–Hermite rule for averages over a standard normal variable; weights sum to 1.
pub(crate) fn hermite() -> &'static [Node] {
    static RULE: OnceLock<Vec<Node>> = OnceLock::new();
    RULE.get_or_init(|| {
        let rule = GaussHermite::new(forty());
        let total: f64 = rule.as_node_weight_pairs().iter().map(|node| node.1).sum();
        rule.as_node_weight_pairs()
            .iter()
            .map(|&(x, weight)| (std::f64::consts::SQRT_2 * x, weight / total))
            .collect()
    })
}

fn forty() -> NonZeroUsize {
    NonZeroUsize::MIN.saturating_add(39)
}
