//! Explorable figures.

mod digits;
mod partition;
mod retrieval;
mod storage;

use solvable_shared::explore::ExplorePlan;

pub(super) fn all() -> Vec<ExplorePlan> {
    vec![partition::plan(), digits::plan(), retrieval::plan(), storage::plan()]
}
