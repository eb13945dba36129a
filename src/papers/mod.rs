//! Where one theory meets its experiments: claims, settings, rivals, figures. One file for each paper.

pub mod attention_boltzmann;
pub mod continual_learning;
mod dynamical_isometry;
pub mod experiments;
mod gradient_regularization;
mod kept;
mod mean_field;
mod natural_gradient;
mod normalization;
mod pathological_spectra;
mod real_data;
pub mod self_paced_augmentation;

pub use solvable_engine::{FigurePlan, Paper, Trials};

use crate::simulate::data::Dataset;
use crate::verify::{JudgeError, Profile};

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

/// A quantity that a trial has only where its setting asks for it.
fn asked<T>(quantity: Option<T>, name: &str) -> Result<T, JudgeError> {
    quantity.ok_or_else(|| JudgeError::Other(format!("the setting does not ask for `{name}`")))
}

/// The choice of a profile.
fn by<T>(profile: Profile, quick: T, full: T) -> T {
    match profile {
        Profile::Quick => quick,
        Profile::Full => full,
    }
}
