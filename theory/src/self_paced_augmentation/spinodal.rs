//! Thresholds at which fixed points appear and vanish.

use serde::Serialize;

use super::fixed_point::{inverse_threshold, slope};
use super::ridge::{LinearTask, ridge_observables};
use crate::TheoryError;
use crate::error::{finite, positive};
use crate::special::inverse_erfc;

/// An extremum of the curve of fixed points $\tau(\lambda)$: two fixed points meet.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Extremum {
    /// The ridge $\lambda$ at the extremum.
    pub lambda: f64,
    /// The threshold $\tau(\lambda)$.
    pub tau: f64,
    /// Whether $\tau(\lambda)$ is largest there; a stable branch begins above such a $\lambda$ and ends below a minimum.
    pub maximum: bool,
}

/// $\lambda/s^2$ for the logit $y$.
fn part(y: f64) -> f64 {
    if y < 0.0 { y.exp() / (1.0 + y.exp()) } else { 1.0 / (1.0 + (-y).exp()) }
}

/// All extrema of $\tau(\lambda)$ inside $0<\lambda<s^2$, from small to large $\lambda$.
///
/// # Formula
/// $\frac{d\tau}{d\lambda}=0$ iff $T'(\lambda)=1$ at the threshold $\tau(\lambda)$, as $\frac{d\log\tau}{d\lambda}=\frac{\sqrt\pi e^{a^2}}{s^2a}(T'-1)$. For $\psi>1$ the list is empty
/// unless the noise is low; then it holds a minimum and a maximum. The divergence at $\lambda\to0$ is no extremum.
///
/// # Errors
/// $\lambda$ to relative $10^{-12}$, $\tau$ to rounding; extrema closer than 1 % in $\lambda/(s^2-\lambda)$ may be missed. [`InvalidParameter`](TheoryError::InvalidParameter)
/// unless $s^2>0$ is finite.
///
/// # Source
/// [`inverse_threshold`](super::inverse_threshold).
///
/// # Example
/// ```
/// use solvable_theory::self_paced_augmentation::{LinearTask, interior_extrema};
/// let both = interior_extrema(&LinearTask::new(1.2, 1.0, 0.04)?, 1.0)?;
/// assert!((both[0].tau - 0.0462).abs() < 5e-5 && (both[1].tau - 0.0707).abs() < 5e-5);
/// assert!(interior_extrema(&LinearTask::new(2.0, 1.0, 0.25)?, 1.0)?.is_empty());
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn interior_extrema(task: &LinearTask, s2: f64) -> Result<Vec<Extremum>, TheoryError> {
    const STEP: f64 = 0.01;
    positive("s2", s2)?;
    // T' − 1 along the curve; where fixed points matter at all, λ is not far below both s² and 1.
    let excess = |y: f64| -> Result<f64, TheoryError> {
        let x = part(y);
        Ok(slope(task, s2, inverse_erfc(x), &ridge_observables(task, s2 * x)?) - 1.0)
    };
    let (first, last) = (-40.0 - s2.max(1.0).ln(), 17.0);
    let cells = ((last - first) / STEP).ceil() as usize;
    let mut extrema = Vec::new();
    let mut before = excess(first)?;
    for cell in 1..=cells {
        let y = first + STEP * cell as f64;
        let here = excess(y)?;
        if (before > 0.0) != (here > 0.0) {
            let (mut low, mut high) = (y - STEP, y);
            for _ in 0..60 {
                let middle = 0.5 * (low + high);
                if (excess(middle)? > 0.0) == (before > 0.0) { low = middle } else { high = middle }
            }
            let lambda = s2 * part(0.5 * (low + high));
            let tau = inverse_threshold(task, s2, lambda)?;
            extrema.push(Extremum { lambda, tau, maximum: before > 0.0 });
        }
        before = here;
    }
    Ok(extrema)
}

/// The spinodal $\tau_c=\max_\lambda\tau(\lambda)$ for at most as many samples as dimensions.
///
/// # Formula
/// Below $\tau_c$ an augmented state $\lambda\ge\lambda_c$ coexists with the interpolator $\lambda=0$; above it training from $w=0$ ends at the interpolator.
///
/// # Errors
/// As [`interior_extrema`]. [`InvalidParameter`](TheoryError::InvalidParameter) for $\psi>1$, where only interior extrema are left, and unless $s^2>0$;
/// [`Undefined`](TheoryError::Undefined) where $\tau_c$ is below the range of floating point numbers.
///
/// # Source
/// [`inverse_threshold`](super::inverse_threshold), which vanishes at both ends for $\psi\le1$.
///
/// # Example
/// ```
/// use solvable_theory::self_paced_augmentation::{LinearTask, spinodal};
/// let edge = spinodal(&LinearTask::new(0.5, 1.0, 0.25)?, 1.0)?;
/// assert!((edge.tau - 0.03880335665848891).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn spinodal(task: &LinearTask, s2: f64) -> Result<Extremum, TheoryError> {
    positive("s2", s2)?;
    if task.psi() > 1.0 {
        return Err(TheoryError::invalid(
            "psi",
            task.psi(),
            "a number in (0, 1]; above 1 ask for the interior extrema of tau(lambda), a list that may be empty",
        ));
    }
    let extrema = interior_extrema(task, s2)?;
    let largest = extrema.into_iter().filter(|e| e.maximum).max_by(|a, b| a.tau.total_cmp(&b.tau));
    match largest {
        Some(edge) if edge.tau >= f64::MIN_POSITIVE => Ok(edge),
        _ => Err(TheoryError::undefined(
            "the spinodal",
            "tau(lambda) is below the range of 64-bit floating point numbers",
        )),
    }
}

/// The fixed points at a threshold, from the smallest $\lambda$ to the largest, unstable ones included.
///
/// # Formula
/// The roots of $\tau(\lambda)=\tau$ between neighbouring extrema; for $\psi\le1$ or $\sigma^2=0$ the interpolator $\lambda=0$ comes first.
///
/// # Errors
/// Rounding over $|1-T'|$. [`InvalidParameter`](TheoryError::InvalidParameter) unless $s^2>0$ and $0<\tau<\infty$.
///
/// # Source
/// [`inverse_threshold`](super::inverse_threshold).
pub fn all_fixed_points(task: &LinearTask, s2: f64, tau: f64) -> Result<Vec<f64>, TheoryError> {
    finite("tau", positive("tau", tau)?)?;
    let mut ends = vec![0.0];
    ends.extend(interior_extrema(task, s2)?.iter().map(|e| e.lambda));
    ends.push(s2);
    let vanishing = task.psi() <= 1.0 || task.sigma2() == 0.0;
    // λ − T(λ) has the sign of τ − τ(λ) and needs no inverse.
    let below = |lambda: f64| -> Result<bool, TheoryError> {
        Ok(super::fixed_point::ratio_map(task, s2, tau, lambda)? > lambda)
    };
    let mut points = if vanishing { vec![0.0] } else { Vec::new() };
    for pair in ends.windows(2) {
        let &[mut low, mut high] = pair else { continue };
        // At zero the curve starts below any threshold where the interpolator is a fixed point.
        let start = if low == 0.0 { !vanishing } else { below(low)? };
        if start == (high < s2 && below(high)?) {
            continue;
        }
        for _ in 0..2000 {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if below(middle)? == start { low = middle } else { high = middle }
        }
        points.push(0.5 * (low + high));
    }
    Ok(points)
}
