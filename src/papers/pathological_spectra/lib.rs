//! R. Karakida, S. Akaho, S. Amari, *Pathological spectra of the Fisher information metric and its variants in deep neural networks* (Neural
//! Computation 2021).

mod claims;
pub mod experiments;
mod explore;
mod figures;
mod findings;
mod maps;
mod settings;

use solvable_engine::Paper;
use solvable_theory::bibliography::{JACOT_2018, KARAKIDA_2019_UNIVERSAL, KARAKIDA_2021_PATHOLOGICAL};

/// Its explorable figures.
pub fn explorables() -> Vec<solvable_shared::explore::ExplorePlan> {
    explore::all()
}

/// The classification side of the Fisher spectrum.
pub fn paper() -> Paper {
    Paper {
        id: "spectra".into(),
        name: "pathological_spectra".into(),
        title: "Pathological spectra: softmax, layers, inputs".into(),
        summary: "The outliers of the Fisher information survive the softmax, which disperses them; they sit in every layer but the first, in the \
                  tangent kernel, and in the metric of the input space, where a few directions carry a share of order one of the \
                  sensitivity. They set the critical learning rate of classifiers.".into(),
        findings: findings::all,
        sources: vec![KARAKIDA_2021_PATHOLOGICAL, KARAKIDA_2019_UNIVERSAL, JACOT_2018],
        claims: claims::all(),
        figures: figures::all(),
        maps: maps::all(),
        knobs: solvable_shared::knobs::NETWORK,
    }
}
