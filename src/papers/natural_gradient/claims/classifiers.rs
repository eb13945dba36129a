//! The cross entropy: the map of probabilities, its corrections, saturation.

use solvable_engine::verify::Claim;

pub(crate) fn claims() -> Vec<Claim> {
    Vec::new()
}
