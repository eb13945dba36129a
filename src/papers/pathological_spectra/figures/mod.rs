//! Figures of pathological spectra.

mod spectra;
mod training;
pub(crate) mod vectors;

use solvable_engine::FigurePlan;

pub(super) fn all() -> Vec<FigurePlan> {
    [spectra::all(), training::all(), vectors::all()].into_iter().flatten().collect()
}
