//! What is learnt when.

mod data;
mod distillation;
mod gradients;
mod networks;
mod regression;

use solvable_engine::verify::Claim;

pub(super) fn all() -> Vec<Claim> {
    [regression::all(), data::all(), gradients::all(), networks::all(), distillation::all()]
        .into_iter()
        .flatten()
        .collect()
}
