//! What the theory of any architecture says of finite networks.

pub(crate) mod continual;
pub(crate) mod descent;
mod fisher;
pub(crate) mod kernels;
pub(crate) mod predicted;
pub(crate) mod sharpness;

use solvable_engine::verify::Claim;

pub(super) fn all() -> Vec<Claim> {
    [fisher::all(), kernels::all(), sharpness::all(), descent::all(), continual::all()]
        .into_iter()
        .flatten()
        .collect()
}
