//! The figures, family by family.

mod attention;
mod completion;
mod forgetting;
mod mixing;
mod sharing;

use solvable_engine::FigurePlan;

pub(crate) fn all() -> Vec<FigurePlan> {
    [completion::all(), sharing::all(), forgetting::all(), attention::all(), mixing::all()]
        .into_iter()
        .flatten()
        .collect()
}
