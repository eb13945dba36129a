//! The claims.

pub(crate) mod hidden;
pub(crate) mod last_layer;
pub(crate) mod mini_batch;
pub(crate) mod step_size;
pub(crate) mod trainability;

use solvable_engine::verify::Claim;

/// All of them, in the order of the report.
pub(crate) fn all() -> Vec<Claim> {
    [
        last_layer::claims(),
        hidden::claims(),
        trainability::claims(),
        mini_batch::claims(),
        vec![step_size::claim()],
    ]
    .into_iter()
    .flatten()
    .collect()
}
