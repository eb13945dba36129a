//! Where the claims hold.

use solvable_engine::map::{MapPlan, Sweep};

/// Mean subtraction over the width, with few samples and with as many as units, over depth.
pub fn all() -> Vec<MapPlan> {
    vec![
        MapPlan::new(
            "norm/map-edge",
            "The edge under mean subtraction over width and depth, as many samples as units",
            "norm/edge",
            "linear L=3 M=N=400",
            Sweep::factors("width", &[25, 50, 100, 200, 400]),
        )
        .and(Sweep::of("depth", &[2, 3, 5, 8]))
        .with("samples", "1*network.widths.0")
        .trials(200),
        MapPlan::new(
            "norm/map-last-ms",
            "The second moment under mean subtraction over the width",
            "norm/last-ms-s-lambda",
            "tanh L=3 M=1600 N=16 C=2",
            Sweep::factors("width", &[25, 50, 100, 200, 400, 800]),
        )
        .and(Sweep::of("network.activation", &["tanh", "relu"]))
        .trials(400),
        MapPlan::new(
            "norm/map-last-bn",
            "The mean eigenvalue under batch normalization over the number of samples",
            "norm/last-bn-m-lambda",
            "tanh L=3 M=400 N=16 C=2",
            Sweep::factors("samples", &[5, 8, 16, 32, 64]),
        )
        .trials(200),
    ]
}
