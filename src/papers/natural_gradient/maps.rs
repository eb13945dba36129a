//! Where the claims hold.

use solvable_engine::map::{MapPlan, Sweep};

/// Rates and predictions of natural gradient over the width.
pub fn all() -> Vec<MapPlan> {
    let widths = Sweep::factors("width", &[64, 128, 256, 512, 1024]);
    let rate = |id, title, case| MapPlan::new(id, title, "ngd/alpha", case, widths.clone()).trials(200);
    vec![
        rate(
            "ngd/map-alpha-bd",
            "The rate of the block-diagonal approximation over the width",
            "bd relu L=3 M=512",
        ),
        rate(
            "ngd/map-alpha-kfac",
            "The rate of the Kronecker-factored approximation over the width",
            "kfac relu L=3 M=512",
        ),
        MapPlan::new(
            "ngd/map-test-kernel",
            "How the kernels of infinite width predict test outputs, over the width",
            "ngd/test-kernel",
            "bd relu L=3 M=512",
            widths,
        )
        .trials(200),
    ]
}
