//! What is learnt when.

mod distillation;
mod gradients;
mod regression;

use solvable_engine::verify::Claim;

pub(super) fn all() -> Vec<Claim> {
    [regression::all(), gradients::all(), distillation::all()].into_iter().flatten().collect()
}
