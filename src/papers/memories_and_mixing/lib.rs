//! Associative memories that attend, forget and mix tokens.

mod claims;
pub mod experiments;
mod explore;
mod figures;
mod findings;
mod maps;

use solvable_engine::Paper;
use solvable_theory::bibliography::{
    DONG_2021, HAYASE_2023, HAYASE_2026, KARAKIDA_2024, LUCIBELLO_2024, OTA_2023, TAKEDA_2026,
};

/// Its explorable figures.
pub fn explorables() -> Vec<solvable_shared::explore::ExplorePlan> {
    explore::all()
}

/// Completion, sharing, forgetting, the temperature of attention, mixing of tokens.
pub fn paper() -> Paper {
    Paper {
        id: "mem".into(),
        name: "memories_and_mixing".into(),
        title: "Memories and mixing: completion, sharing, forgetting, attention at a context length, rank collapse".into(),
        summary: "A memory whose energy is a log-sum-exp attends when it updates. Of its missing units it knows the exact law; its patterns are shared by samples, which \
                  ends learning on plateaus; new patterns raise the energy of old ones, and replay lowers it again. Softmax attention over many keys condenses at a temperature that real \
                  context lengths are far from, and layers of it make tokens alike, doubly exponentially without a skip connection and geometrically with one.".into(),
        findings: findings::all,
        sources: vec![OTA_2023, TAKEDA_2026, HAYASE_2026, KARAKIDA_2024, HAYASE_2023, DONG_2021, LUCIBELLO_2024],
        claims: claims::all(),
        figures: figures::all(),
        maps: maps::all(),
        knobs: &[],
    }
}
