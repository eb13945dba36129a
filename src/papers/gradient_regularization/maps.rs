//! Where the claims hold.

use solvable_engine::map::{MapPlan, Sweep};

/// The critical step over the number of features; the limit of large weights.
pub fn all() -> Vec<MapPlan> {
    vec![
        MapPlan::new(
            "gr/map-critical-step",
            "The critical learning rate over the number of features, with and without a penalty",
            "gr/critical-step",
            "γ=0 ε=0",
            Sweep::of("data.dimension", &[25, 50, 100, 200, 400]),
        )
        .and(Sweep::of("penalty.gamma", &[0.0, 0.02, 0.1]))
        .trials(20),
        MapPlan::new(
            "gr/map-large-weights",
            "The closed form for large weights over the size of the initial ones",
            "gr/large-weights",
            "α₀=0.5",
            Sweep::factors("starts", &[0.125, 0.25, 0.5, 1.0, 2.0]),
        ),
    ]
}
