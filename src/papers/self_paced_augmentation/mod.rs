//! T. Takase, R. Karakida, H. Asoh, *Self-paced data augmentation for training neural networks* (Neurocomputing 2021), and a solvable model of it.

mod beyond;
mod branches;
mod curve;
mod digits;
mod ends;
pub mod experiments;
mod figures;
mod noise;

use solvable_theory::TheoryError;
use solvable_theory::bibliography::{BISHOP_1995, DOBRIBAN_2018, TAKASE_2021};
use solvable_theory::self_paced_augmentation::{LinearTask, RidgeObservables};

use self::experiments::{AugmentedRidgeOutcome, AugmentedRidgeSetting};
use super::Paper;
use crate::simulate::augmentation::linear::LinearModel;
use crate::verify::JudgeError;

/// Augmentation of the samples that are still hard.
pub(super) fn paper() -> Paper {
    Paper {
        id: "spa",
        name: "self_paced_augmentation",
        title: "Self-paced data augmentation",
        summary: "Augment only the samples whose loss exceeds a threshold. For a linear model this is ridge regression whose strength the data choose themselves: a fixed point \
                  with a discontinuous transition and hysteresis, which never beats well-tuned augmentation of all samples. With shifted digits the gain comes from the falling share of \
                  augmented images: as many random ones do as well or better. With additive noise augmenting all images is the better choice up to a few hundred.".into(),
        sources: vec![TAKASE_2021, BISHOP_1995, DOBRIBAN_2018],
        claims: [
            ends::claims(),
            branches::claims(),
            curve::claims(),
            noise::claims(),
            beyond::claims(),
            digits::claims(),
        ]
        .into_iter()
        .flatten()
        .collect(),
        figures: figures::all(),
    }
}

/// Isotropic inputs, a teacher of norm 1, `psi` samples for each of `dimension` dimensions.
fn model(psi: f64, sigma2: f64, dimension: usize) -> LinearModel {
    LinearModel::isotropic((psi * dimension as f64).round() as usize, dimension, 1.0, sigma2)
}

/// The theory's view of a model with isotropic inputs and a teacher of norm 1; of a mixture of noises it sees the mean variance.
fn task(model: &LinearModel) -> Result<LinearTask, TheoryError> {
    let sigma2 = model.noise.iter().map(|(share, variance)| share * variance).sum();
    LinearTask::new(model.samples as f64 / model.dimension as f64, 1.0, sigma2)
}

/// Whether a rival's value is further from the prediction than twice the margin, relative to it.
fn apart(rival: Result<f64, TheoryError>, prediction: Result<f64, TheoryError>, margin: f64) -> bool {
    // Where either cannot be evaluated the rival is asked for, and says why.
    match (rival, prediction) {
        (Ok(rival), Ok(prediction)) => (prediction / rival - 1.0).abs() > 2.0 * margin,
        _ => true,
    }
}

/// The first threshold.
fn tau(s: &AugmentedRidgeSetting) -> f64 {
    s.taus.first().copied().unwrap_or(f64::NAN)
}

/// The first number of a list.
fn first(values: &[f64]) -> Result<f64, JudgeError> {
    values.first().copied().ok_or_else(|| JudgeError::Other("a list over thresholds is empty".into()))
}

/// What a claim observes where training ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Observable {
    /// $R$.
    TestError,
    /// $v$.
    TrainingError,
    /// $W$.
    SquaredNorm,
}

impl Observable {
    /// At the first threshold.
    fn at_end(self, o: &AugmentedRidgeOutcome) -> Result<f64, JudgeError> {
        first(match self {
            Self::TestError => &o.r,
            Self::TrainingError => &o.v,
            Self::SquaredNorm => &o.w,
        })
    }

    /// With augmentation of all samples.
    fn with_all(self, o: &AugmentedRidgeOutcome) -> f64 {
        match self {
            Self::TestError => o.r_all,
            Self::TrainingError => o.v_all,
            Self::SquaredNorm => o.w_all,
        }
    }

    /// Of ridge regression on isotropic inputs.
    fn of_ridge(self, ridge: &RidgeObservables) -> f64 {
        match self {
            Self::TestError => ridge.test_error,
            Self::TrainingError => ridge.training_error,
            Self::SquaredNorm => ridge.squared_norm,
        }
    }
}
