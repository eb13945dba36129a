//! The claims.

pub(crate) mod digits;
pub(crate) mod edges;
pub(crate) mod inputs;
pub(crate) mod laws;
pub(crate) mod sharpness;
pub(crate) mod spectra;
pub(crate) mod training;

use solvable_engine::verify::Claim;

/// All of them, in the order of the report.
pub(crate) fn all() -> Vec<Claim> {
    [
        inputs::claims(),
        spectra::claims(),
        sharpness::claims(),
        edges::claims(),
        training::claims(),
        digits::claims(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
