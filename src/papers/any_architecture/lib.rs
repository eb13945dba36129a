//! Kernels, Fisher information and learning rates of convolutional, residual, normalized, mixing, attention and recurrent networks.

mod claims;
pub mod experiments;
mod explore;
mod figures;
mod findings;
mod maps;
mod settings;

use solvable_engine::Paper;
use solvable_theory::bibliography::{
    ALEMOHAMMAD_2021, ARORA_2019, HRON_2020, KARAKIDA_2019_NORMALIZATION, KARAKIDA_2019_UNIVERSAL,
    NOVAK_2019, TOLSTIKHIN_2021, XIAO_2018, YANG_2017, YANG_2019,
};

/// Its explorable figures.
pub fn explorables() -> Vec<solvable_shared::explore::ExplorePlan> {
    explore::all()
}

/// Any architecture.
pub fn paper() -> Paper {
    Paper {
        id: "arch".into(),
        name: "any_architecture".into(),
        title: "Any architecture: convolutions, residuals, normalization, mixing, attention, recurrence"
            .into(),
        summary: findings::SUMMARY.into(),
        findings: findings::all,
        sources: vec![
            KARAKIDA_2019_UNIVERSAL,
            KARAKIDA_2019_NORMALIZATION,
            XIAO_2018,
            NOVAK_2019,
            ARORA_2019,
            YANG_2017,
            YANG_2019,
            HRON_2020,
            ALEMOHAMMAD_2021,
            TOLSTIKHIN_2021,
        ],
        claims: claims::all(),
        figures: figures::all(),
        maps: maps::all(),
        knobs: settings::KNOBS,
    }
}
