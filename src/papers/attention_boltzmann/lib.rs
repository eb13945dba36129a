//! T. Ota, R. Karakida, *Attention in a family of Boltzmann machines emerging from modern Hopfield networks* (Neural Computation 2023).

mod claims;
pub mod experiments;
mod explore;
mod figures;
mod maps;

use solvable_engine::Paper;
use solvable_theory::bibliography::{LUCIBELLO_2024, OTA_2023, RAMSAUER_2021};

/// Its explorable figures.
pub fn explorables() -> Vec<solvable_shared::explore::ExplorePlan> {
    explore::all()
}

/// Attention as a Boltzmann machine.
pub fn paper() -> Paper {
    Paper {
        id: "attn".into(),
        name: "attention_boltzmann".into(),
        title: "Attentional Boltzmann machines".into(),
        summary: "The energy behind self-attention makes a Boltzmann machine whose partition function and gradients are finite sums at inverse temperatures 1/n. Early \
                  learning follows the principal components of the data, maximum likelihood finds the patterns that made them, retrieval is a mean-field Potts model, and random patterns are stored up to an \
                  exponential number.".into(),
        findings: Vec::new,
        sources: vec![OTA_2023, LUCIBELLO_2024, RAMSAUER_2021],
        claims: claims::all(),
        figures: figures::all(),
        maps: maps::all(),
        knobs: solvable_shared::knobs::NETWORK,
    }
}
