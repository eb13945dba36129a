//! Where the claims hold.

use solvable_engine::map::{MapPlan, Sweep};

/// The tangent kernel of a classifier and its critical learning rate over the width.
pub fn all() -> Vec<MapPlan> {
    vec![
        MapPlan::new(
            "spectra/map-ntk",
            "Outliers and bulk of a classifier's tangent kernel over the width",
            "spectra/ntk",
            "tanh L=3 M=250 C=3 N=60",
            Sweep::factors("width", &[16, 32, 64, 128, 256, 512]),
        )
        .and(Sweep::of("network.activation", &["tanh", "relu"]))
        .trials(300),
        MapPlan::new(
            "spectra/map-critical-step",
            "The critical learning rate of classifiers over the width, a tenth as many samples as units",
            "spectra/critical-step",
            "tanh L=3 M=250 C=3 N=25",
            Sweep::factors("width", &[30, 60, 120, 240, 480]),
        )
        .with("samples", "0.1*network.widths.0")
        .trials(400),
    ]
}
