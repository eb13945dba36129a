//! Explorable figures.

mod attention;
mod depth;

use solvable_shared::explore::ExplorePlan;

pub(super) fn all() -> Vec<ExplorePlan> {
    vec![attention::plan(), depth::plan()]
}
