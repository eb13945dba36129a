//! Figures: transfer and forgetting, the same task again, many tasks, spectra, and how far the theory reaches.

mod kernels;
mod tasks;

use solvable_engine::FigurePlan;

pub(super) fn all() -> Vec<FigurePlan> {
    [tasks::all(), kernels::all()].into_iter().flatten().collect()
}
