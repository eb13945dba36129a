//! Figures of gradient regularization.

mod bias;
mod steps;
mod traps;

use solvable_engine::FigurePlan;

pub(super) fn all() -> Vec<FigurePlan> {
    [bias::all(), steps::all(), traps::all()].into_iter().flatten().collect()
}
