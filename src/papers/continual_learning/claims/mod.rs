//! The claims.

pub(crate) mod digits;
pub(crate) mod gaussian;
pub(crate) mod heads;
pub(crate) mod merging;
pub(crate) mod networks;
pub(crate) mod sphere;
pub(crate) mod theory;

use solvable_engine::verify::Claim;

/// All of them, in the order of the report.
pub(crate) fn all() -> Vec<Claim> {
    let apart = [heads::claims(), merging::claims()];
    [gaussian::claims(), sphere::claims(), digits::claims(), networks::claims()]
        .into_iter()
        .chain(apart)
        .flatten()
        .collect()
}
