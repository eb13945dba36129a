//! Figures of gradient regularization.

mod bias;
mod steps;

use super::super::figure_plan::FigurePlan;
use crate::verify::{JudgeError, Outcome};

pub(super) fn all() -> Vec<FigurePlan> {
    [bias::all(), steps::all()].into_iter().flatten().collect()
}

/// The first of several trials.
fn first<T: AsRef<Outcome>>(outcomes: &[T]) -> Result<&Outcome, JudgeError> {
    outcomes.first().map(AsRef::as_ref).ok_or_else(|| JudgeError::Other("no trial".into()))
}
