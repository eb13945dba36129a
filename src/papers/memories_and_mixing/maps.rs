//! Where the claims hold.

use solvable_engine::map::{MapPlan, Sweep};

/// One layer of attention over the number of tokens, and the amplitude of the memory of three layers over the excess of its coupling.
pub fn all() -> Vec<MapPlan> {
    vec![
        MapPlan::new(
            "mem/map-token-map",
            "The median token behind a layer of attention, over the number of tokens",
            "mem/token-map",
            "d=4 βs=0.5",
            Sweep::factors("tokens", &[125, 250, 500, 1000, 2000]),
        ),
        MapPlan::new(
            "mem/map-ham-amplitude",
            "The amplitude of the memory of three layers over the excess of its coupling",
            "mem/ham-amplitude",
            "8×6 beyond κ_c",
            Sweep::of("excess", &[0.0025, 0.005, 0.01, 0.02, 0.04]),
        ),
    ]
}
