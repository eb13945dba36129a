//! Figures: transfer and forgetting, the same task again, many tasks, heads, averages, orders, spectra, and how far the theory reaches.

mod apart;
mod kernels;
mod tasks;

use solvable_engine::FigurePlan;

pub(super) fn all() -> Vec<FigurePlan> {
    [tasks::all(), apart::all(), kernels::all()].into_iter().flatten().collect()
}
