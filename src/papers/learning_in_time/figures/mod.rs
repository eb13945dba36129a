//! Figures of learning in time.

mod distillation;
mod schedules;
mod training;

use solvable_engine::FigurePlan;

pub(super) fn all() -> Vec<FigurePlan> {
    [training::all(), schedules::all(), distillation::all()].into_iter().flatten().collect()
}
