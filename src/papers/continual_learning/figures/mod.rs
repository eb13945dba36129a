//! Figures: transfer and forgetting, the same task again, many tasks, spectra, and how far the theory reaches.

mod kernels;
mod tasks;

use super::super::figure_plan::FigurePlan;

pub(super) fn all() -> Vec<FigurePlan> {
    [tasks::all(), kernels::all()].into_iter().flatten().collect()
}
