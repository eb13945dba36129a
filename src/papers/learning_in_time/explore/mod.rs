//! Explorable figures.

mod distillation;
mod flow;
mod gradients;

use solvable_shared::explore::{ExplorePlan, Json, json};

pub(super) fn all() -> Vec<ExplorePlan> {
    vec![flow::plan(), gradients::plan(), distillation::plan()]
}

/// Parameters of a problem of power laws $i^{-a}$, $i^{-b}$ by the knobs `a`, `b` and `sigma2`, with others.
fn power_laws(modes: usize, others: &[(&str, Json)]) -> Json {
    let mut params = json!({
        "P": modes, "lambda": {"power": "$a"}, "eta": {"power": "$b"}, "sigma2": "$sigma2"
    });
    for (name, value) in others {
        params[*name] = value.clone();
    }
    params
}
