//! The claims.

pub(crate) mod classifiers;
pub(crate) mod damping;
pub(crate) mod infinite;
pub(crate) mod isotropy;
pub(crate) mod limits;
pub(crate) mod one_sided;
pub(crate) mod shampoo;
pub(crate) mod training;
pub(crate) mod widths;

use solvable_engine::verify::Claim;

/// All of them, in the order of the report.
pub(crate) fn all() -> Vec<Claim> {
    [
        isotropy::claims(),
        training::claims(),
        damping::claims(),
        limits::claims(),
        one_sided::claims(),
        shampoo::claims(),
        classifiers::claims(),
        widths::claims(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
