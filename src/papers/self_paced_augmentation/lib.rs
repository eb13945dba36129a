//! T. Takase, R. Karakida, H. Asoh, *Self-paced data augmentation for training neural networks* (Neurocomputing 2021), and a solvable model of it.

mod claims;
pub mod experiments;
mod explore;
mod figures;
mod findings;
mod maps;
mod settings;

use solvable_engine::Paper;
use solvable_theory::bibliography::{BISHOP_1995, DOBRIBAN_2018, MEI_2021, TAKASE_2021};

/// Its explorable figures.
pub fn explorables() -> Vec<solvable_shared::explore::ExplorePlan> {
    explore::all()
}

/// Augmentation of the samples that are still hard.
pub fn paper() -> Paper {
    Paper {
        id: "spa".into(),
        name: "self_paced_augmentation".into(),
        title: "Self-paced data augmentation".into(),
        summary: "Augment only the samples whose loss exceeds a threshold. For a linear model this is ridge regression whose strength the data choose themselves: a fixed point \
                  with a discontinuous transition and hysteresis, which never beats well-tuned augmentation of all samples. With shifted digits the gain comes from the falling share of \
                  augmented images: as many random ones do as well or better. With additive noise augmenting all images is the better choice up to a few hundred. Augmentation by \
                  a group is regression with the averaged kernel: what it gains on invariant targets, what a few copies are worth, and how much of a target may break the symmetry is \
                  predicted.".into(),
        findings: findings::all,
        sources: vec![TAKASE_2021, BISHOP_1995, DOBRIBAN_2018, MEI_2021],
        claims: claims::all(),
        figures: figures::all(),
        maps: maps::all(),
        knobs: solvable_shared::knobs::NETWORK,
    }
}
