//! Figures of gradient regularization.

mod bias;
mod steps;

use solvable_engine::FigurePlan;

pub(super) fn all() -> Vec<FigurePlan> {
    [bias::all(), steps::all()].into_iter().flatten().collect()
}
