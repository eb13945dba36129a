//! Singular values that a penalty on the gradient keeps from being learnt in deep linear networks.

use crate::TheoryError;
use crate::error::{at_least, finite, positive, representable};
use crate::quadrature::budget::book;

/// The strength $\gamma_c$ from which on the penalty traps a singular value of a deep linear network of `depth` $=L$ layers.
///
/// # Formula
/// A balanced chain $w^L$ learns $s_*$ by $\dot w=-(1-\frac\gamma\varepsilon)p(w)-\frac\gamma\varepsilon p(w+\varepsilon p(w))$, $p(w)=(w^L-s_*)w^{L-1}$. It has a
/// stable stationary point below $s_*^{1/L}$ iff $\gamma>\gamma_c$,
/// $$\gamma_c=\Big[\max_{0<w<s_*^{1/L}}\sum_{k\le L-2}s_*x^kw^{L-2-k}-\sum_{k\le2L-2}x^kw^{2L-2-k}\Big]^{-1},\qquad x=w+\varepsilon p(w),$$
/// the divided difference of $-p$ at $w$ and $x$; at $\varepsilon=0$
/// $\gamma_c=\frac2{Ls_*w_c^{L-2}}$, $w_c^L=\frac{(L-2)s_*}{2(2L-1)}$. At $L=2$ it is $1/s_*$ for every $\varepsilon$, an infimum at $w\to0$.
///
/// # Accuracy and cost
/// The maximum over a grid in $\ln w$ that resolves where $x$ leaves $w$, and golden sections around every peak that comes near the highest: some
/// thousand sums of $3L$ terms; none at $\varepsilon=0$.
///
/// # Errors
/// `depth` < 2, $s_*\le0$, numbers that are not finite; a strength that a floating point number cannot hold.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::gradient_regularization::deep_trap;
/// assert!((deep_trap(3, 1.0, 0.0)? - 1.43629).abs() < 1e-5);
/// assert_eq!(deep_trap(2, 4.0, 0.1)?, 0.25);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn deep_trap(depth: usize, target: f64, epsilon: f64) -> Result<f64, TheoryError> {
    at_least("depth", depth, 2)?;
    positive("s_star", target)?;
    finite("epsilon", epsilon)?;
    let layers = depth as f64;
    // In units of s_*^(1/L) for w everything depends on epsilon s_*^((2L-2)/L).
    let scale = (-(2.0 * layers - 2.0) / layers * target.ln()).exp();
    let strength = if depth == 2 {
        1.0 / target
    } else if epsilon == 0.0 {
        2.0 / layers * scale * ((2.0 - layers) / layers * collapse(layers).ln()).exp()
    } else {
        scale / highest(depth, representable("epsilon in units of the curvature", epsilon / scale)?)?
    };
    if strength.is_finite() && strength >= f64::MIN_POSITIVE {
        return Ok(strength);
    }
    Err(TheoryError::undefined("gamma_c", "it leaves the range of 64-bit floating point numbers"))
}

/// $w_c^L/s_*$: where the two stationary points of the trap meet at $\varepsilon=0$.
fn collapse(layers: f64) -> f64 {
    (layers - 2.0) / (2.0 * (2.0 * layers - 1.0))
}

/// $\sum_{k\le n}x^kw^{n-k}$.
fn complete(n: usize, x: f64, w: f64) -> f64 {
    // Horner's rule in the smaller ratio, so that no power overflows before the sum does.
    let (large, small) = if x.abs() > w.abs() { (x, w) } else { (w, x) };
    if large == 0.0 {
        return f64::from(n == 0);
    }
    let ratio = small / large;
    let mut sum = 1.0;
    for _ in 0..n {
        sum = sum * ratio + 1.0;
    }
    sum * power(large, n)
}

/// $x^n$.
fn power(x: f64, n: usize) -> f64 {
    if let Ok(n) = i32::try_from(n) {
        return x.powi(n);
    }
    let size = (n as f64 * x.abs().ln()).exp();
    if x < 0.0 && n % 2 == 1 { -size } else { size }
}

/// Points of the grid that follows the logarithm, and of the one that follows $\ln w$ itself.
const GRID: (usize, usize) = (1500, 1500);
/// Peaks as high as this share of the highest point of the grid are climbed.
const NEAR: f64 = 0.8;

/// $\max_{0<v<1}$ of the divided difference of $-P$ at $v$ and $v+eP(v)$, $P(v)=(v^L-1)v^{L-1}$.
fn highest(depth: usize, e: f64) -> Result<f64, TheoryError> {
    let layers = depth as f64;
    let value = |t: f64| {
        // v = exp(-t).
        let (v, below) = ((-t).exp(), -(-layers * t).exp_m1());
        let x = v - e * below * ((1.0 - layers) * t).exp();
        let value = complete(depth - 2, x, v) - complete(2 * depth - 2, x, v);
        if value.is_finite() { value } else { f64::NEG_INFINITY }
    };
    book("the trap's threshold", 5.0 * layers * (GRID.0 + GRID.1 + 2 * BEYOND) as f64)?;
    let reach = e.abs().max(1.0).ln();
    let (first, last) = (1e-3 / (layers * (1.0 + e.abs())), (reach + 40.0) / (layers - 2.0));
    let step = (last / first).ln() / (GRID.0 - 1) as f64;
    let mut grid: Vec<f64> = (0..GRID.0).map(|i| first * (step * i as f64).exp()).collect();
    let (low, high) = ((reach - 20.0).max(0.0) / layers, (reach + 20.0) / (layers - 2.0));
    grid.extend((1..=GRID.1).map(|i| low + (high - low) * i as f64 / GRID.1 as f64));
    grid.extend(beyond_zero(layers, e, last));
    grid.retain(|t| *t > 0.0);
    grid.sort_by(f64::total_cmp);
    grid.dedup();
    let values: Vec<f64> = grid.iter().map(|t| value(*t)).collect();
    let mut best = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let floor = NEAR * best;
    for i in 1..grid.len() - 1 {
        if values[i] >= floor && values[i] >= values[i - 1] && values[i] >= values[i + 1] {
            book("the trap's threshold", 5.0 * layers * SECTIONS as f64)?;
            best = best.max(climbed(value, grid[i - 1], grid[i + 1]));
        }
    }
    if best > 0.0 {
        return Ok(best);
    }
    Err(TheoryError::undefined("gamma_c", "nowhere below the target does the penalty hold a singular value"))
}

/// Points of the grid that follows $x$ beyond zero, on each side of where it is lowest.
const BEYOND: usize = 400;

/// Where $x=v+eP(v)$ lies between $-1$ and 0: for an even number of layers the gradient has its other sign there, in a window of $t$ that narrows like
/// $L^{-2}$ and that no grid in $t$ alone resolves.
fn beyond_zero(layers: f64, e: f64, last: f64) -> Vec<f64> {
    let x = |t: f64| (-t).exp() + e * (-layers * t).exp_m1() * ((1.0 - layers) * t).exp();
    if e <= 0.0 {
        return Vec::new();
    }
    // x falls up to the largest slope of the gradient's part and rises from where that part over v is largest.
    let peak = |a: f64| ((2.0 * layers - a) / (layers - a)).ln() / layers;
    let (mut low, mut high) = (peak(1.0), peak(2.0));
    for _ in 0..60 {
        let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if x(a) < x(b) { high = b } else { low = a }
    }
    let lowest = 0.5 * (low + high);
    let root = |mut above: f64, mut below: f64, wanted: f64| {
        for _ in 0..100 {
            let middle = 0.5 * (above + below);
            if x(middle) > wanted { above = middle } else { below = middle }
        }
        0.5 * (above + below)
    };
    let far = last.max(2.0 * lowest);
    (0..BEYOND)
        .map(|i| (-30.0 * i as f64 / BEYOND as f64).exp() - 1.0)
        .filter(|wanted| x(lowest) < *wanted)
        .flat_map(|wanted| {
            let rising = (x(far) > wanted).then(|| root(far, lowest, wanted));
            std::iter::once(root(0.0, lowest, wanted)).chain(rising)
        })
        .collect()
}

/// Golden sections of a bracket.
const SECTIONS: usize = 60;

/// The highest value that golden sections find between `low` and `high`.
fn climbed(value: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let (mut a, mut b) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
    let (mut at_a, mut at_b) = (value(a), value(b));
    let mut best = at_a.max(at_b);
    for _ in 0..SECTIONS {
        if at_a > at_b {
            (high, b, at_b) = (b, a, at_a);
            a = high - GOLDEN * (high - low);
            at_a = value(a);
        } else {
            (low, a, at_a) = (a, b, at_b);
            b = low + GOLDEN * (high - low);
            at_b = value(b);
        }
        best = best.max(at_a).max(at_b);
    }
    best
}

/// The singular values that a two-layer linear network learns in the end under a penalty of strength `gamma`, ascending.
///
/// # Formula
/// A mode below $1/\gamma$ is learnt from small weights. A trapped mode $j$ takes over the hidden direction of a learnt mode $i$ with $s_i<s_j$, along a
/// direction of curvature $-(s_j-s_i)$, unless $\gamma(s_j-s_i)>1$, and the mode that it displaces is learnt again. Hence all modes up to the first gap
/// wider than $1/\gamma$, the gap from 0 to the smallest mode included.
///
/// # Errors
/// No modes; modes that are not positive, finite and distinct; $\gamma\le0$; a gap that decides and equals $1/\gamma$.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::gradient_regularization::learned_modes;
/// assert_eq!(learned_modes(&[3.0, 1.0, 0.8], 0.6)?, [0.8, 1.0]);
/// assert_eq!(learned_modes(&[2.0, 1.0, 0.5], 0.7)?, [0.5, 1.0, 2.0]);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn learned_modes(modes: &[f64], gamma: f64) -> Result<Vec<f64>, TheoryError> {
    positive("gamma", gamma)?;
    if modes.is_empty() {
        return Err(TheoryError::invalid("modes", "an empty list", "one mode or more"));
    }
    modes.iter().try_for_each(|s| positive("modes", *s).map(drop))?;
    let mut sorted = modes.to_vec();
    sorted.sort_by(f64::total_cmp);
    if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(TheoryError::invalid("modes", format!("twice {}", pair[0]), "distinct modes"));
    }
    let mut below = 0.0;
    for (learned, &mode) in sorted.iter().enumerate() {
        let excess = gamma * (mode - below) - 1.0;
        // The rounding of the difference and of the product.
        if excess.abs() <= 4.0 * f64::EPSILON * (1.0 + gamma * mode) && excess.is_finite() {
            let found = format!("{gamma}, where gamma times the gap from {below} to {mode} is 1");
            return Err(TheoryError::invalid("gamma", found, "a strength at which no gap equals 1/gamma"));
        }
        if excess > 0.0 {
            return Ok(sorted[..learned].to_vec());
        }
        below = mode;
    }
    Ok(sorted)
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;

    fn slope(depth: usize, target: f64, w: f64) -> f64 {
        (w.powi(depth as i32) - target) * w.powi(depth as i32 - 1)
    }

    /// The strength that makes `w` stationary, by its definition.
    fn needed(depth: usize, target: f64, epsilon: f64, w: f64) -> f64 {
        let p = slope(depth, target, w);
        -epsilon * p / (slope(depth, target, w + epsilon * p) - p)
    }

    #[test]
    fn the_threshold_is_the_least_strength_that_holds() {
        for (depth, target, epsilon) in [
            (3, 1.0, 0.1),
            (3, 1.0, -0.1),
            (4, 2.0, 0.3),
            (5, 0.3, -0.7),
            (6, 4.0, 0.05),
            (4, 1.0, 3.0),
            (3, 1.0, -20.0),
        ] {
            let end = f64::powf(target, 1.0 / depth as f64);
            let least = (1..400_000)
                .map(|i| needed(depth, target, epsilon, end * f64::from(i) / 400_000.0))
                .filter(|gamma| *gamma > 0.0)
                .fold(f64::INFINITY, f64::min);
            assert_relative_eq!(deep_trap(depth, target, epsilon).unwrap(), least, max_relative = 1e-7);
        }
    }

    /// $w^L$ where the flow from `w` ends, in small steps.
    fn end(depth: usize, target: f64, epsilon: f64, gamma: f64, mut w: f64) -> f64 {
        for _ in 0..4_000_000 {
            let p = slope(depth, target, w);
            let ahead = slope(depth, target, w + epsilon * p);
            let step = 2e-3 * ((1.0 - gamma / epsilon) * p + gamma / epsilon * ahead);
            w -= step;
            if step.abs() < 1e-14 {
                break;
            }
        }
        w.powi(depth as i32)
    }

    #[test]
    fn flows_end_where_the_threshold_says() {
        for (depth, epsilon) in [(3, 0.05), (4, -0.2)] {
            let critical = deep_trap(depth, 1.0, epsilon).unwrap();
            assert_relative_eq!(end(depth, 1.0, epsilon, 0.97 * critical, 0.1), 1.0, max_relative = 1e-6);
            assert!(end(depth, 1.0, epsilon, 1.03 * critical, 0.1) < 0.5);
        }
    }

    #[test]
    fn no_difference_is_the_limit_of_small_ones() {
        for depth in [3, 4, 7, 50, 1000] {
            let exact = deep_trap(depth, 1.7, 0.0).unwrap();
            for epsilon in [1e-9, -1e-9] {
                assert_relative_eq!(deep_trap(depth, 1.7, epsilon).unwrap(), exact, max_relative = 1e-5);
            }
        }
        // The power of the target.
        let ratio = deep_trap(4, 2.0, 0.0).unwrap() / deep_trap(4, 1.0, 0.0).unwrap();
        assert_relative_eq!(ratio, 2f64.powf(-1.5), max_relative = 1e-13);
    }

    #[test]
    fn extremes_are_answered_or_refused() {
        for epsilon in [1e-300, 1e3, -1e3, 1e30, -1e30, 1e300] {
            for depth in [3, 4, 40] {
                let found = deep_trap(depth, 1.0, epsilon).unwrap();
                assert!(found.is_finite() && found > 0.0, "{depth} {epsilon}: {found}");
            }
        }
        // A steep forward difference holds at u = e v = 1, where it looks back at the origin.
        assert_relative_eq!(deep_trap(3, 1.0, 1e12).unwrap(), 1e12, max_relative = 1e-9);
        for (depth, target, epsilon, told) in [
            (1, 1.0, 0.0, "`depth` is 1"),
            (3, 0.0, 0.0, "`s_star`"),
            (3, 1.0, f64::INFINITY, "`epsilon`"),
            (3, 1e-300, 0.0, "range of 64-bit"),
        ] {
            let error = deep_trap(depth, target, epsilon).unwrap_err().to_string();
            assert!(error.contains(told), "{error} does not say {told}");
        }
        assert!(deep_trap(1_000_000_000, 2.0, 0.0).is_ok());
    }

    /// The smallest set that no mode outside can enter.
    fn smallest_stable(modes: &[f64], gamma: f64) -> Vec<f64> {
        let stays_out = |set: u32, j: usize| {
            gamma * modes[j] > 1.0
                && (0..modes.len())
                    .filter(|i| set >> i & 1 == 1 && modes[*i] < modes[j])
                    .all(|i| gamma * (modes[j] - modes[i]) > 1.0)
        };
        let stable = (0u32..1 << modes.len())
            .filter(|set| (0..modes.len()).all(|j| set >> j & 1 == 1 || stays_out(*set, j)));
        let set = stable.min_by_key(|set| set.count_ones()).unwrap();
        (0..modes.len()).filter(|i| set >> i & 1 == 1).map(|i| modes[i]).collect()
    }

    #[test]
    fn learnt_modes_are_the_smallest_set_that_keeps_the_others_out() {
        let modes = [0.3, 0.9, 1.3, 2.8, 3.1, 5.0];
        for i in 1..60 {
            let gamma = 0.0503 * f64::from(i);
            assert_eq!(learned_modes(&modes, gamma).unwrap(), smallest_stable(&modes, gamma), "{gamma}");
        }
        assert_eq!(learned_modes(&[2.0], 0.6).unwrap(), [0.0; 0]);
        for (modes, gamma, told) in [
            (&[][..], 1.0, "`modes`"),
            (&[1.0, 1.0], 0.5, "twice 1"),
            (&[1.0, -1.0], 0.5, "`modes` is -1"),
            (&[1.0, 2.0], 0.0, "`gamma` is 0"),
            (&[0.5, 2.5], 0.5, "the gap from 0.5 to 2.5"),
            (&[0.1, 0.4], 1.0 / 0.3, "the gap from 0.1 to 0.4"),
        ] {
            let error = learned_modes(modes, gamma).unwrap_err().to_string();
            assert!(error.contains(told), "{error} does not say {told}");
        }
        // What lies beyond the first wide gap decides nothing.
        assert_eq!(learned_modes(&[0.5, 3.0, 4.0], 1.0).unwrap(), [0.5]);
        assert_eq!(learned_modes(&[1e-300, 1e300], 1e10).unwrap(), [1e-300]);
    }
}
