//! R. Karakida, S. Akaho, S. Amari, *The normalization method for alleviating pathological sharpness in wide neural
//! networks* (NeurIPS 2019).

mod claims;
pub mod experiments;
mod explore;
mod figures;
mod findings;
mod maps;
mod settings;

use solvable_engine::Paper;
use solvable_theory::bibliography::{FAN_2020, KARAKIDA_2019_NORMALIZATION, LEWKOWYCZ_2020, MA_2018};

/// Its explorable figures.
pub fn explorables() -> Vec<solvable_shared::explore::ExplorePlan> {
    explore::all()
}

/// Normalization methods and the sharpness of wide networks.
pub fn paper() -> Paper {
    Paper {
        id: "norm".into(),
        name: "normalization".into(),
        title: "Normalization and pathological sharpness".into(),
        summary: "The largest eigenvalue of the Fisher information grows like the width M because all outputs share a \
                  common direction. Subtracting the batch mean in the last layer removes it exactly, and with it the \
                  growth; batch normalization there does the same. In hidden layers neither batch nor layer \
                  normalization removes the outlier unless the activation is odd.".into(),
        findings: findings::all,
        sources: vec![KARAKIDA_2019_NORMALIZATION, FAN_2020, LEWKOWYCZ_2020, MA_2018],
        claims: claims::all(),
        figures: figures::all().into_iter().chain([claims::step_size::figure()]).collect(),
        maps: maps::all(),
        knobs: solvable_shared::knobs::NETWORK,
    }
}
