//! Figures of any architecture.

mod continual;
mod descent;
mod kernels;
mod laws;

use solvable_engine::FigurePlan;

pub(super) fn all() -> Vec<FigurePlan> {
    [laws::all(), descent::all(), kernels::all(), continual::all()].into_iter().flatten().collect()
}
