//! Classifiers at initialisation: kernels, cross entropy, metrics, first steps of training.

mod metric;
mod outputs;
mod pairs;
mod spectrum;
mod training;

use solvable_engine::verify::SettingError;
use solvable_engine::verify::setting::require;
use solvable_theory::Architecture;

pub use metric::{InputMetric, InputMetricOutcome};
pub use outputs::{SHARES, TwoClassOutputs};
pub use pairs::KernelPairs;
pub use spectrum::{
    BothSpectra, CentredClassifier, CentredClassifierOutcome, ClassifierSpectrum, ClassifierSpectrumOutcome,
    DigitsClassifier, DigitsClassifierOutcome, LEVELS, values_above,
};
pub use training::{ClassifierTraining, ClassifierTrainingOutcome, ClassifierTrainingSetting};

fn last_width(network: &Architecture, holds: bool, valid: String) -> Result<(), SettingError> {
    require(holds, "network.widths", format!("{:?}", network.widths()), valid)
}

/// A network of at least `least` classes.
fn classes(network: &Architecture, least: usize) -> Result<(), SettingError> {
    let valid = format!("a list that ends with at least {least}, the number of classes");
    last_width(network, network.classes() >= least, valid)
}

/// A network of two classes.
fn two_classes(network: &Architecture) -> Result<(), SettingError> {
    last_width(network, network.classes() == 2, "a list that ends with 2, the number of classes".into())
}
