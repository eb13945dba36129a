//! Figures of learning in time.

mod batches;
mod distillation;
mod limits;
mod schedules;
mod training;

use solvable_engine::FigurePlan;
use solvable_shared::rounded;

pub(super) fn all() -> Vec<FigurePlan> {
    [training::all(), limits::all(), batches::all(), schedules::all(), distillation::all()]
        .into_iter()
        .flatten()
        .collect()
}

/// Logarithmic times, to four digits.
fn times(low: f64, high: f64, count: usize) -> Vec<f64> {
    let at = |i: usize| low * (high / low).powf(i as f64 / (count - 1) as f64);
    (0..count).map(|i| rounded(at(i), 4)).collect()
}
