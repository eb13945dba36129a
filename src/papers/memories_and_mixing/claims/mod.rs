//! The claims, family by family.

mod attention;
mod completion;
mod forgetting;
mod mixing;
mod products;
mod sharing;
mod three_layers;

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
