//! The claims.

pub(crate) mod bias;
pub(crate) mod cost;
pub(crate) mod descent;
pub(crate) mod limits;
pub(crate) mod means;
pub(crate) mod steps;
pub(crate) mod traps;

use solvable_engine::verify::Claim;

/// All of them, in the order of the report.
pub(crate) fn all() -> Vec<Claim> {
    [
        steps::claims(),
        bias::claims(),
        means::claims(),
        limits::claims(),
        descent::claims(),
        cost::claims(),
        traps::claims(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
