//! T. Hayase, R. Karakida, *The spectrum of Fisher information of deep networks achieving dynamical isometry* (AISTATS 2021).

mod claims;
pub mod experiments;
mod explore;
mod figures;
mod findings;
mod maps;
mod settings;

use solvable_engine::Paper;
use solvable_theory::bibliography::{
    BELINSCHI_2007, HAYASE_2021, NICA_2006, PENNINGTON_2017, PENNINGTON_2018,
};

/// Its explorable figures.
pub fn explorables() -> Vec<solvable_shared::explore::ExplorePlan> {
    explore::all()
}

/// Spectra of very deep networks by free probability.
pub fn paper() -> Paper {
    Paper {
        id: "iso".into(),
        name: "dynamical_isometry".into(),
        title: "Dynamical isometry: spectra by free probability".into(),
        summary: "The Fisher information of a deep network at one input has an explicit spectrum at every depth, by free probability. With \
                  orthogonal weights and few saturated units its largest eigenvalue is an atom, linear in depth, and sets the \
                  learning rate; Gaussian weights make it quadratic.".into(),
        findings: findings::all,
        sources: vec![HAYASE_2021, PENNINGTON_2017, PENNINGTON_2018, BELINSCHI_2007, NICA_2006],
        claims: claims::all(),
        figures: figures::all(),
        maps: maps::all(),
        knobs: solvable_shared::knobs::NETWORK,
    }
}
