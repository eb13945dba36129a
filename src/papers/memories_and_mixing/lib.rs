//! Associative memories that attend, forget and mix tokens.

mod claims;
pub mod experiments;
mod figures;
mod maps;

use solvable_engine::Paper;
use solvable_theory::bibliography::{LUCIBELLO_2024, OTA_2023};

/// Completion, sharing, forgetting, the temperature of attention, mixing of tokens.
pub fn paper() -> Paper {
    Paper {
        id: "mem",
        name: "memories_and_mixing",
        title: "Memories and mixing: completion, sharing, forgetting, attention at a context length, rank collapse",
        summary: "A memory whose energy is a log-sum-exp attends when it updates. Of its missing units it knows the exact law; its patterns are shared by samples, which \
                  ends learning on plateaus; new patterns raise the energy of old ones, and replay lowers it again. Softmax attention over many keys condenses at a temperature that real \
                  context lengths are far from, and layers of it make tokens alike, doubly exponentially without a skip connection and geometrically with one.".into(),
        findings: Vec::new,
        sources: vec![OTA_2023, LUCIBELLO_2024],
        claims: claims::all(),
        figures: figures::all(),
        maps: maps::all(),
        knobs: &[],
    }
}
