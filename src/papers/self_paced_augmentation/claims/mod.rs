//! The claims.

pub(crate) mod beyond;
pub(crate) mod branches;
pub(crate) mod curve;
pub(crate) mod digits;
pub(crate) mod ends;
pub(crate) mod groups;
pub(crate) mod mixing;
pub(crate) mod noise;

use solvable_engine::verify::Claim;

/// All of them, in the order of the report.
pub(crate) fn all() -> Vec<Claim> {
    [
        ends::claims(),
        branches::claims(),
        curve::claims(),
        noise::claims(),
        beyond::claims(),
        groups::claims(),
        mixing::claims(),
        digits::claims(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
