//! Figures of dynamical isometry.

mod digits;
mod spectra;
mod training;

use solvable_engine::FigurePlan;

pub(super) fn all() -> Vec<FigurePlan> {
    [spectra::all(), training::all(), digits::all()].into_iter().flatten().collect()
}
