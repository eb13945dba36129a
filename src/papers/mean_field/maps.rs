//! Where the claims hold.

use solvable_engine::map::{MapPlan, Sweep};

/// λ_max over width and depth for a smooth and for a piecewise linear activation; the mean eigenvalue over widths.
pub fn all() -> Vec<MapPlan> {
    let over_width_and_depth = |id, title, case| {
        MapPlan::new(
            id,
            title,
            "mf/lambda-max",
            case,
            Sweep::factors("width", &[16, 32, 64, 128, 256, 512, 1024]),
        )
        .and(Sweep::of("depth", &[2, 3, 4, 6, 8]))
        .trials(300)
    };
    vec![
        over_width_and_depth(
            "mf/map-lambda-max-tanh",
            "The two largest eigenvalues over width and depth, tanh",
            "tanh L=3 M=400 C=2",
        ),
        over_width_and_depth(
            "mf/map-lambda-max-relu",
            "The two largest eigenvalues over width and depth, ReLU: the deeper, the wider it has to be",
            "relu L=3 M=400 C=2",
        ),
        over_width_and_depth(
            "mf/map-step-size",
            "The largest eigenvalue over width and depth, ReLU with one output and no biases",
            "relu L=3 M=400 C=2",
        )
        .with("outputs", 1)
        .with("network.sigma_b2", 0.0)
        .with("samples", 100),
        MapPlan::new(
            "mf/map-m-lambda",
            "The mean eigenvalue over the width",
            "mf/m-lambda",
            "tanh L=3 M=400 C=2",
            Sweep::factors("width", &[16, 32, 64, 128, 256, 512]),
        )
        .and(Sweep::of("network.activation", &["tanh", "relu", "gelu", "sine"]))
        .trials(400),
    ]
}
