//! Where the claims hold.

use solvable_engine::map::{MapPlan, Sweep};

/// Two tasks, and two stages on the sphere, over the dimension.
pub fn all() -> Vec<MapPlan> {
    vec![
        MapPlan::new(
            "cl/map-two-task",
            "The error on a second task over the number of modes, samples in proportion",
            "cl/two-task",
            "a=1.5 b=1.5 N=(200, 50)",
            Sweep::factors("features.gaussian.modes", &[25, 50, 100, 200, 400, 800, 1600]),
        )
        .of_component("forward")
        .with("samples.0", "0.2*features.gaussian.modes")
        .with("samples.1", "0.08*features.gaussian.modes")
        .trials(600),
        MapPlan::new(
            "cl/map-sphere-stages",
            "Two noisy tasks on the sphere over its dimension",
            "cl/sphere-stages",
            "d=10 N=(150, 80)",
            Sweep::of("features.sphere.dimension", &[3, 4, 5, 6, 8, 10, 13, 16]),
        )
        .trials(200),
    ]
}
