//! R. Karakida, T. Takase, T. Hayase, K. Osawa, *Understanding gradient regularization in deep learning: efficient finite-difference computation and implicit
//! bias* (ICML 2023).

mod claims;
pub mod experiments;
mod explore;
mod figures;
mod findings;
mod maps;
mod settings;

use solvable_engine::Paper;
use solvable_theory::bibliography::{
    BARRETT_2021, FORET_2021, ISHIDA_2020, KARAKIDA_2023_GRADIENT, PESME_2023, WOODWORTH_2020,
};

/// Its explorable figures.
pub fn explorables() -> Vec<solvable_shared::explore::ExplorePlan> {
    explore::all()
}

/// Gradient regularization: bias and cost.
pub fn paper() -> Paper {
    Paper {
        id: "gr".into(),
        name: "gradient_regularization".into(),
        title: "Gradient regularization and its implicit bias".into(),
        summary: "A penalty on the gradient, computed by double backpropagation or by finite differences, drives a diagonal linear network to the interpolator of least \
                  hyperbolic entropy at an effective initialisation that is known along the whole trajectory. Forward differences strengthen the bias and cost \
                  two gradients instead of three. Whether the bias is towards sparse solutions depends on the mean of the inputs.".into(),
        findings: findings::all,
        sources: vec![KARAKIDA_2023_GRADIENT, WOODWORTH_2020, FORET_2021, ISHIDA_2020, BARRETT_2021, PESME_2023],
        claims: claims::all(),
        figures: figures::all(),
        maps: maps::all(),
        knobs: solvable_shared::knobs::NETWORK,
    }
}
