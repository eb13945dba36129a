//! R. Karakida, S. Akaho, S. Amari, *Universal statistics of Fisher information in deep neural networks: mean field
//! approach* (AISTATS 2019), and the order parameters on which every other part rests.

mod claims;
pub mod experiments;
mod explore;
mod figures;
mod findings;
mod maps;

use solvable_engine::Paper;
use solvable_theory::bibliography::{
    AMARI_2018_NEURODYNAMICS, AMARI_2019_FISHER, JACOT_2018, KARAKIDA_2019_UNIVERSAL, LIANG_2019, POOLE_2016,
    SCHOENHOLZ_2017,
};

/// Its explorable figures.
pub fn explorables() -> Vec<solvable_shared::explore::ExplorePlan> {
    explore::all()
}

/// Order parameters, Fisher information statistics, tangent kernels.
pub fn paper() -> Paper {
    Paper {
        id: "mf".into(),
        name: "mean_field".into(),
        title: "Mean-field theory of the Fisher information".into(),
        summary: "At random initialisation the Fisher information matrix of a wide network is universal: a few order \
                  parameters, computed layer by layer, give the mean of its eigenvalues (small, of order 1/M), their \
                  second moment (of order 1) and the largest one (of order M). Most directions are flat, a few are \
                  sharp, and the sharp ones limit the learning rate to 2/λ_max.".into(),
        findings: findings::all,
        sources: vec![
            KARAKIDA_2019_UNIVERSAL,
            AMARI_2018_NEURODYNAMICS,
            AMARI_2019_FISHER,
            POOLE_2016,
            SCHOENHOLZ_2017,
            JACOT_2018,
            LIANG_2019,
        ],
        claims: claims::all(),
        figures: figures::all(),
        maps: maps::all(),
        knobs: solvable_shared::knobs::NETWORK,
    }
}
