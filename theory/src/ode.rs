//! Ordinary differential equations by the embedded pair of Dormand and Prince.

use std::ops::ControlFlow;

use crate::TheoryError;
use crate::error::positive;

/// What an integration has to keep to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accuracy {
    /// Local error of a component relative to its size.
    pub relative: f64,
    /// Local error of a component that is always allowed.
    pub absolute: f64,
    /// Most steps, accepted or not.
    pub steps: usize,
}

/// Nodes, weights of the stages, and weights of the error of the pair of orders 5 and 4.
const NODES: [f64; 7] = [0.0, 0.2, 0.3, 0.8, 8.0 / 9.0, 1.0, 1.0];
const STAGES: [&[f64]; 7] = [
    &[],
    &[1.0 / 5.0],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
    &[9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
    &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];
const ERRORS: [f64; 7] =
    [71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339200.0, 22.0 / 525.0, -1.0 / 40.0];

/// Carries `state` from time `from` to `to` > `from` along $\dot x=f(t,x)$; `rate(t, x, dx)` sets $\dot x$.
///
/// After every accepted step `watch(t, x)` may end the integration; the time reached is returned.
///
/// # Errors
/// The local error of every component is kept below `absolute` + `relative` × its size (pair of orders 5 and 4 with local extrapolation).
/// [`NotConverged`](TheoryError::NotConverged) when the step falls below the resolution of the time, or after the allowed steps;
/// [`InvalidParameter`](TheoryError::InvalidParameter) if the tolerances are not positive or the interval is empty.
///
/// # Source
/// Dormand and Prince 1980.
///
/// # Example
/// ```
/// use std::ops::ControlFlow;
/// use solvable_theory::ode::{Accuracy, integrate};
/// let accuracy = Accuracy { relative: 1e-10, absolute: 1e-14, steps: 10_000 };
/// let mut x = vec![1.0];
/// let decay = |_: f64, x: &[f64], dx: &mut [f64]| dx[0] = -x[0];
/// integrate(decay, &mut x, 0.0, 2.0, accuracy, |_, _| ControlFlow::Continue(()))?;
/// assert!((x[0] - (-2.0f64).exp()).abs() < 1e-9);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn integrate(
    mut rate: impl FnMut(f64, &[f64], &mut [f64]),
    state: &mut [f64],
    from: f64,
    to: f64,
    accuracy: Accuracy,
    mut watch: impl FnMut(f64, &[f64]) -> ControlFlow<()>,
) -> Result<f64, TheoryError> {
    positive("relative", accuracy.relative)?;
    positive("absolute", accuracy.absolute)?;
    positive("to - from", to - from)?;
    let n = state.len();
    let mut k = vec![vec![0.0; n]; 7];
    let (mut trial, mut moved) = (vec![0.0; n], vec![0.0; n]);
    let mut t = from;
    rate(t, state, &mut k[0]);
    let mut h = first_step(state, &k[0], to - from, accuracy);
    for _ in 0..accuracy.steps {
        h = h.min(to - t);
        for stage in 1..7 {
            moved.copy_from_slice(state);
            for (weight, slope) in STAGES[stage].iter().zip(&k) {
                for (x, s) in moved.iter_mut().zip(slope) {
                    *x += h * weight * s;
                }
            }
            let (_, rest) = k.split_at_mut(stage);
            rate(t + NODES[stage] * h, &moved, &mut rest[0]);
            if stage == 6 {
                trial.copy_from_slice(&moved);
            }
        }
        let mut error: f64 = 0.0;
        for i in 0..n {
            let local: f64 = ERRORS.iter().zip(&k).map(|(e, k)| e * k[i]).sum::<f64>() * h;
            let allowed = accuracy.absolute + accuracy.relative * state[i].abs().max(trial[i].abs());
            let ratio = (local / allowed).abs();
            // A NaN counts as an infinite error.
            error = if ratio.is_finite() { error.max(ratio) } else { f64::INFINITY };
        }
        if error <= 1.0 {
            t = if h >= to - t { to } else { t + h };
            state.copy_from_slice(&trial);
            k.swap(0, 6);
            if watch(t, state).is_break() || t >= to {
                return Ok(t);
            }
        }
        h *= (0.9 * error.max(1e-8).powf(-0.2)).clamp(0.2, 5.0);
        if h <= 1e-15 * t.abs().max(f64::MIN_POSITIVE) {
            return Err(not_converged(format!("the step fell below the resolution of the time at {t}")));
        }
    }
    Err(not_converged(format!("{} steps reach {t} of {to}", accuracy.steps)))
}

fn not_converged(detail: String) -> TheoryError {
    TheoryError::NotConverged { procedure: "the integration of a differential equation".to_owned(), detail }
}

/// A step over which the state changes by a hundredth of what matters.
fn first_step(state: &[f64], slope: &[f64], span: f64, accuracy: Accuracy) -> f64 {
    let scale = |x: f64| accuracy.absolute / accuracy.relative + x.abs();
    let rate = state.iter().zip(slope).map(|(x, s)| (s / scale(*x)).abs()).fold(0.0, f64::max);
    if rate.is_finite() && rate > 0.0 { (0.01 / rate).min(span) } else { span * 1e-6 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIGHT: Accuracy = Accuracy { relative: 1e-12, absolute: 1e-14, steps: 100_000 };

    #[test]
    fn a_rotation_keeps_its_radius_and_its_phase() {
        let mut x = vec![1.0, 0.0];
        let rotation = |_: f64, x: &[f64], dx: &mut [f64]| {
            dx[0] = -x[1];
            dx[1] = x[0];
        };
        integrate(rotation, &mut x, 0.0, 10.0, TIGHT, |_, _| ControlFlow::Continue(())).unwrap();
        assert!((x[0] - 10f64.cos()).abs() < 1e-10 && (x[1] - 10f64.sin()).abs() < 1e-10);
    }

    #[test]
    fn an_explosion_ends_in_an_error_and_a_watch_stops() {
        let square = |_: f64, x: &[f64], dx: &mut [f64]| dx[0] = x[0] * x[0];
        let mut x = vec![1.0];
        assert!(integrate(square, &mut x, 0.0, 2.0, TIGHT, |_, _| ControlFlow::Continue(())).is_err());
        let mut x = vec![1.0];
        let stop = |_: f64, x: &[f64]| {
            if x[0] > 4.0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let t = integrate(square, &mut x, 0.0, 2.0, TIGHT, stop).unwrap();
        assert!((x[0] - 1.0 / (1.0 - t)).abs() < 1e-9 * x[0] && x[0] > 4.0);
        assert!(integrate(square, &mut x, 1.0, 1.0, TIGHT, stop).is_err());
    }
}
