//! Where the claims hold.

use solvable_engine::map::{MapPlan, Sweep};

/// Storage of exponentially many patterns over the dimension, and the condensed phase. Overlaps above 0.8 are left out, as their means rest
/// on patterns rarer than the trials.
pub fn all() -> Vec<MapPlan> {
    vec![
        MapPlan::new(
            "attn/map-storage",
            "Attention on one of many random patterns, over the dimension and the overlap",
            "attn/storage",
            "spherical N=16 λ=1.5 m=0.7 P=500",
            Sweep::factors("size", &[8, 12, 16, 24, 32]),
        )
        .and(Sweep::of("overlap", &[0.5, 0.6, 0.7, 0.8])),
        MapPlan::new(
            "attn/map-condensed",
            "The condensed phase over the strength of the attention",
            "attn/condensed",
            "d=30 K=8103 θ=0.8",
            Sweep::of("theta", &[0.4, 0.6, 0.8, 1.0, 1.2, 1.6, 2.0]),
        ),
    ]
}
