//! Classifiers at initialisation: kernels, cross entropy, metrics, first steps of training.

mod metric;
mod outputs;
mod pairs;
mod spectrum;
mod training;
mod vectors;

pub use metric::{InputMetric, InputMetricOutcome};
pub use outputs::{SHARES, TwoClassOutputs};
pub use pairs::KernelPairs;
pub use spectrum::{
    BothSpectra, CentredClassifier, CentredClassifierOutcome, ClassifierSpectrum, ClassifierSpectrumOutcome,
    DigitsClassifier, DigitsClassifierOutcome, LEVELS, values_above,
};
pub use training::{ClassifierTraining, ClassifierTrainingOutcome, ClassifierTrainingSetting};
pub use vectors::{
    ClassifierVector, ClassifierVectorOutcome, DigitsVectors, DigitsVectorsOutcome, OutlierVectors,
    OutlierVectorsOutcome,
};
