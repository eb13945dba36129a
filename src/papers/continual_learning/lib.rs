//! R. Karakida, S. Akaho, *Learning curves for continual learning in neural networks: self-knowledge transfer and
//! forgetting* (ICLR 2022).

mod claims;
pub mod experiments;
mod explore;
mod figures;
mod findings;
mod maps;
mod settings;

use solvable_engine::Paper;
use solvable_theory::bibliography::{BIETTI_2021, BORDELON_2020, CANATAR_2021, KARAKIDA_2022_CONTINUAL};

/// Its explorable figures.
pub fn explorables() -> Vec<solvable_shared::explore::ExplorePlan> {
    explore::all()
}

/// Continual learning in the tangent-kernel regime.
pub fn paper() -> Paper {
    Paper {
        id: "cl".into(),
        name: "continual_learning".into(),
        title: "Continual learning: transfer and forgetting".into(),
        summary: "Networks in the tangent-kernel regime that learn one task after the other do kernel regression stage after stage. \
                  Learning curves of any sequence of tasks follow in closed form from the eigenvalues of the kernel: when \
                  knowledge transfers, how much of an old task is forgotten, and that the same task learnt twice can be \
                  learnt worse. Heads of their own share what their weights have in common; averages of models lose what is random.".into(),
        findings: findings::all,
        sources: vec![KARAKIDA_2022_CONTINUAL, BORDELON_2020, CANATAR_2021, BIETTI_2021],
        claims: claims::all(),
        figures: figures::all(),
        maps: maps::all(),
        knobs: solvable_shared::knobs::NETWORK,
    }
}
