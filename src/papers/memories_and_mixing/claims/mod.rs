//! The claims, family by family.

pub(crate) mod attention;
mod completion;
pub(crate) mod forgetting;
pub(crate) mod mixing;
pub(crate) mod products;
pub(crate) mod sharing;
pub(crate) mod three_layers;

use solvable_engine::verify::Claim;

pub(crate) fn all() -> Vec<Claim> {
    [
        completion::claims(),
        sharing::claims(),
        forgetting::claims(),
        attention::claims(),
        mixing::claims(),
        products::claims(),
        three_layers::claims(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
