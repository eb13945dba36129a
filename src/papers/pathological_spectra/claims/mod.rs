//! The claims.

pub(crate) mod cross_entropy;
pub(crate) mod digits;
pub(crate) mod kernels;
pub(crate) mod learning_rate;
pub(crate) mod metric;
pub(crate) mod surrogate;
pub(crate) mod two_classes;
pub(crate) mod vectors;

use solvable_engine::verify::Claim;

/// All of them, in the order of the report.
pub(crate) fn all() -> Vec<Claim> {
    [
        kernels::claims(),
        cross_entropy::claims(),
        metric::claims(),
        learning_rate::claims(),
        two_classes::claims(),
        digits::claims(),
        vectors::claims(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
