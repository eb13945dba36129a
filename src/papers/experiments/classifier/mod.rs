//! Classifiers at initialisation: kernels, cross entropy, metrics, first steps of training.

mod metric;
mod outputs;
mod pairs;
mod spectrum;
mod training;

pub use metric::InputMetric;
pub use outputs::{SHARES, TwoClassOutputs};
pub use pairs::KernelPairs;
pub use spectrum::{
    BothSpectra, CentredClassifier, ClassifierSpectrum, DigitsClassifier, LEVELS, values_above,
};
pub use training::{ClassifierTraining, ClassifierTrainingSetting};
