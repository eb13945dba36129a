//! The claims.

pub(crate) mod damping;
pub(crate) mod infinite;
pub(crate) mod isotropy;
pub(crate) mod limits;
pub(crate) mod training;

use solvable_engine::verify::Claim;

/// All of them, in the order of the report.
pub(crate) fn all() -> Vec<Claim> {
    [isotropy::claims(), training::claims(), damping::claims(), limits::claims()]
        .into_iter()
        .flatten()
        .collect()
}
