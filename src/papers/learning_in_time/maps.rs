//! Where the claims hold.

use solvable_engine::map::{MapPlan, Sweep};

/// Errors in time and behind distillation over the number of samples.
pub fn all() -> Vec<MapPlan> {
    let samples = || Sweep::factors("samples", &[25, 50, 100, 200]);
    vec![
        MapPlan::new(
            "dyn/map-flow",
            "The test error of gradient flow over the number of samples",
            "dyn/flow-curve",
            "",
            samples(),
        )
        .of_component("tκ=1")
        .trials(100),
        MapPlan::new(
            "dyn/map-distill",
            "The test error of two rounds of distillation over the number of samples",
            "dyn/distill",
            "ξ=0",
            samples(),
        )
        .trials(100),
    ]
}
