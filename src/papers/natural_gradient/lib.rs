//! R. Karakida, K. Osawa, *Understanding approximate Fisher information for fast convergence of natural gradient descent
//! in wide neural networks* (NeurIPS 2020).

mod claims;
pub mod experiments;
mod explore;
mod figures;
mod findings;
mod maps;
mod settings;

use solvable_engine::Paper;
use solvable_theory::bibliography::{FORSTER_2002, KARAKIDA_2020_NATURAL, MARTENS_2015};

/// Its explorable figures.
pub fn explorables() -> Vec<solvable_shared::explore::ExplorePlan> {
    explore::all()
}

/// Natural gradient with approximate Fisher matrices.
pub fn paper() -> Paper {
    Paper {
        id: "ngd".into(),
        name: "natural_gradient".into(),
        title: "Natural gradient with approximate Fisher matrices".into(),
        summary: "In wide networks layer-wise, block tri-diagonal and Kronecker-factored approximations of the Fisher \
                  matrix train as fast as the exact one: their response matrix is a multiple α of the identity, so \
                  that one step at the rate 1/α removes the training residual. The constants α, the predictions at \
                  test inputs, the dynamics under damping and the places where isotropy is lost are in closed form.".into(),
        findings: findings::all,
        sources: vec![KARAKIDA_2020_NATURAL, MARTENS_2015, FORSTER_2002],
        claims: claims::all(),
        figures: figures::all(),
        maps: maps::all(),
        knobs: solvable_shared::knobs::NETWORK,
    }
}
