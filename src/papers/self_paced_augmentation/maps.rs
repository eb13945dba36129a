//! Where the claims hold.

use solvable_engine::map::{MapPlan, Sweep};

/// Fixed point and test error over the dimension, samples in proportion.
pub fn all() -> Vec<MapPlan> {
    let dimensions = Sweep::factors("model.dimension", &[10, 20, 40, 80, 160, 320]);
    vec![
        MapPlan::new(
            "spa/map-fixed-point",
            "The share of augmented samples over the dimension, twice as many samples",
            "spa/fixed-point",
            "ψ=2 σ²=0.25 s²=1 τ=0.3",
            dimensions.clone(),
        )
        .with("model.samples", "2*model.dimension")
        .trials(1000),
        MapPlan::new(
            "spa/map-test-error",
            "The test error over the dimension, twice as many samples",
            "spa/test-error",
            "ψ=2 σ²=0.25 s²=1 τ=0.3",
            dimensions,
        )
        .with("model.samples", "2*model.dimension")
        .trials(1000),
    ]
}
