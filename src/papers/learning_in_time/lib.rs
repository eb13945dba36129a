//! Generalisation during training, stochastic gradients, schedules, self-distillation.

mod claims;
pub mod experiments;
mod explore;
mod figures;
mod findings;
mod maps;

use solvable_engine::Paper;
use solvable_theory::bibliography::{
    ADVANI_2017, BORDELON_2020, BORDELON_2021, KARAKIDA_2022_CONTINUAL, MOBAHI_2020, PAQUETTE_2021,
};

/// Its explorable figures.
pub fn explorables() -> Vec<solvable_shared::explore::ExplorePlan> {
    explore::all()
}

/// Learning in time.
pub fn paper() -> Paper {
    Paper {
        id: "dyn".into(),
        name: "learning_in_time".into(),
        title: "Learning in time: training curves, stochastic gradients, schedules, self-distillation".into(),
        summary: "What kernel regression has learnt at any time follows from one object, the error at two complex ridges: gradient flow, descent with \
                  momentum, rounds of distillation are filters of the spectrum, and each filter is a sum of ridges. Stopping early beats the best \
                  ridge for targets that are smoother than the prior and never for matched ones; two scales of the spectrum give two minima in time. \
                  Stochastic gradients have exact second moments, a threshold that depends on the batch, and a best schedule that decays to zero; \
                  training on one's own predictions pays where the best ridge leaves something to be gained.".into(),
        findings: findings::all,
        sources: vec![
            BORDELON_2020,
            BORDELON_2021,
            KARAKIDA_2022_CONTINUAL,
            MOBAHI_2020,
            PAQUETTE_2021,
            ADVANI_2017,
        ],
        claims: claims::all(),
        figures: figures::all(),
        maps: maps::all(),
        knobs: &[],
    }
}
