//! The claims.

pub(crate) mod learning;
pub(crate) mod machine;
pub(crate) mod relatives;
pub(crate) mod retrieval;
pub(crate) mod storage;

use solvable_engine::verify::Claim;

/// All of them, in the order of the report.
pub(crate) fn all() -> Vec<Claim> {
    [machine::claims(), relatives::claims(), learning::claims(), retrieval::claims(), storage::claims()]
        .into_iter()
        .flatten()
        .collect()
}
