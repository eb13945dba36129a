//! Figures of dynamical isometry.

mod spectra;
mod training;

use solvable_engine::FigurePlan;

pub(super) fn all() -> Vec<FigurePlan> {
    [spectra::all(), training::all()].into_iter().flatten().collect()
}
