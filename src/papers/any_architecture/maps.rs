//! Where the claims hold.

use solvable_engine::map::{MapPlan, Sweep};

/// The largest eigenvalue over the width, with and without branches.
pub fn all() -> Vec<MapPlan> {
    vec![
        MapPlan::new(
            "arch/map-lambda-max",
            "The largest eigenvalues of a pooled convolutional network over the width",
            "arch/lambda-max",
            "",
            Sweep::factors("width", &[16, 32, 64, 128, 256]),
        )
        .trials(160),
        MapPlan::new(
            "arch/map-pre-norm",
            "The mean eigenvalue of a residual network with normalized branches over the width",
            "arch/pre-norm",
            "",
            Sweep::factors("width", &[16, 32, 64, 128, 256]),
        )
        .of_component("m_lambda")
        .trials(160),
    ]
}
