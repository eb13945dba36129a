//! Where one theory meets its experiments: claims, settings, rivals, figures. One file for each paper.

mod attention_boltzmann;
mod continual_learning;
mod dynamical_isometry;
pub mod experiments;
mod figure_plan;
mod gradient_regularization;
mod kept;
mod mean_field;
mod natural_gradient;
mod normalization;
mod pathological_spectra;
mod real_data;
mod self_paced_augmentation;

use solvable_theory::bibliography::Source;

use crate::simulate::data::Dataset;
use crate::verify::{Claim, Profile};

pub use figure_plan::{FigurePlan, Trials};

/// A body of theory, its claims and its figures.
pub struct Paper {
    /// The part of the ids before the slash.
    pub id: &'static str,
    /// Title.
    pub title: &'static str,
    /// What the theory says, in a few sentences.
    pub summary: &'static str,
    /// The publications.
    pub sources: &'static [Source],
    /// What is claimed.
    pub claims: Vec<Claim>,
    /// What is drawn.
    pub figures: Vec<FigurePlan>,
}

/// Every paper, in the order of the report.
pub fn all() -> Vec<Paper> {
    vec![
        mean_field::paper(),
        normalization::paper(),
        natural_gradient::paper(),
        continual_learning::paper(),
        dynamical_isometry::paper(),
        pathological_spectra::paper(),
        gradient_regularization::paper(),
        attention_boltzmann::paper(),
        self_paced_augmentation::paper(),
    ]
}

/// The experiment that user's inputs are named in.
pub const DATA_EXPERIMENT: &str = <experiments::DataFisher as crate::verify::Experiment>::ID;

/// The data-dependent predictions, on the user's own inputs.
pub fn on_data(data: &Dataset) -> Paper {
    real_data::paper(data)
}

/// An activation's name in labels: the scale of erf that theory likes best is spelled out.
fn label_of(activation: &str) -> &str {
    if activation == "erf(0.7071067811865476)" { "erf(u/√2)" } else { activation }
}

/// The choice of a profile.
fn by<T>(profile: Profile, quick: T, full: T) -> T {
    match profile {
        Profile::Quick => quick,
        Profile::Full => full,
    }
}
