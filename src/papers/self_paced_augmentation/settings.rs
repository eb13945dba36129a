//! Settings and quantities that several claims of the part share.

use crate::experiments::{AugmentedRidgeOutcome, AugmentedRidgeSetting};
use solvable_engine::verify::JudgeError;
use solvable_shared::Sphere;
use solvable_simulate::augmentation::linear::{InputLaw, LinearModel};
use solvable_theory::TheoryError;
use solvable_theory::self_paced_augmentation::{
    CoordinateGroup, LinearTask, RidgeObservables, invariant_dimensions,
};

/// Isotropic inputs, a teacher of norm 1, `psi` samples for each of `dimension` dimensions.
pub(crate) fn model(psi: f64, sigma2: f64, dimension: usize) -> LinearModel {
    LinearModel::isotropic((psi * dimension as f64).round() as usize, dimension, 1.0, sigma2)
}

/// The variance of the labels without their noise.
pub(crate) fn signal(model: &LinearModel) -> f64 {
    match &model.inputs {
        InputLaw::Isotropic { r2 } => *r2,
        InputLaw::PowerLaw { .. } => 1.0,
        InputLaw::Diagonal { eigenvalues, teacher } => {
            eigenvalues.iter().zip(teacher).map(|(e, b)| e * b * b).sum()
        }
    }
}

/// The theory's view of a model with isotropic inputs and one noise.
pub(crate) fn task(model: &LinearModel) -> Result<LinearTask, TheoryError> {
    if !matches!(model.inputs, InputLaw::Isotropic { .. }) {
        return Err(TheoryError::invalid("model.inputs", "not isotropic", "`isotropic` for this claim"));
    }
    if model.noise.len() != 1 {
        let found = format!("a mixture of {}", model.noise.len());
        return Err(TheoryError::invalid("model.noise", found, "one share of 1 for this claim"));
    }
    averaged_task(model)
}

/// The view that knows neither the covariance of inputs nor a mixture of noises: isotropic inputs, and the mean variance.
pub(crate) fn averaged_task(model: &LinearModel) -> Result<LinearTask, TheoryError> {
    let sigma2 = model.noise.iter().map(|(share, variance)| share * variance).sum();
    LinearTask::new(model.samples as f64 / model.dimension as f64, signal(model), sigma2)
}

/// Whether a rival's value is further from the prediction than twice the margin, relative to it.
pub(crate) fn apart(
    rival: Result<f64, TheoryError>,
    prediction: Result<f64, TheoryError>,
    margin: f64,
) -> bool {
    // Where either cannot be evaluated the rival is asked for, and says why.
    match (rival, prediction) {
        (Ok(rival), Ok(prediction)) => (prediction / rival - 1.0).abs() > 2.0 * margin,
        _ => true,
    }
}

/// The first threshold.
pub(crate) fn tau(s: &AugmentedRidgeSetting) -> f64 {
    s.taus.first().copied().unwrap_or(f64::NAN)
}

/// The first number of a list.
pub(crate) fn first(values: &[f64]) -> Result<f64, JudgeError> {
    values.first().copied().ok_or_else(|| JudgeError::Other("a list over thresholds is empty".into()))
}

/// What a claim observes where training ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Observable {
    /// $R$.
    TestError,
    /// $v$.
    TrainingError,
    /// $W$.
    SquaredNorm,
}

impl Observable {
    /// At the first threshold.
    pub(crate) fn at_end(self, o: &AugmentedRidgeOutcome) -> Result<f64, JudgeError> {
        first(match self {
            Self::TestError => &o.r,
            Self::TrainingError => &o.v,
            Self::SquaredNorm => &o.w,
        })
    }

    /// With augmentation of all samples.
    pub(crate) fn with_all(self, o: &AugmentedRidgeOutcome) -> f64 {
        match self {
            Self::TestError => o.r_all,
            Self::TrainingError => o.v_all,
            Self::SquaredNorm => o.w_all,
        }
    }

    /// Of ridge regression on isotropic inputs.
    pub(crate) fn of_ridge(self, ridge: &RidgeObservables) -> f64 {
        match self {
            Self::TestError => ridge.test_error,
            Self::TrainingError => ridge.training_error,
            Self::SquaredNorm => ridge.squared_norm,
        }
    }
}

/// A level of a kernel on a sphere, seen by the shifts of the coordinates along a ring.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SphereLevel {
    /// $\lambda_k$; 0 for all levels that are not listed.
    pub eigenvalue: f64,
    /// $N_k$.
    pub dimensions: f64,
    /// $n_k$.
    pub invariant: f64,
    /// The power of the kernel's prior in invariant harmonics.
    pub own: f64,
    /// Its power in the others.
    pub rest: f64,
}

/// The levels of the kernel, and as a last one all that are not listed.
pub(crate) fn sphere_levels(sphere: &Sphere) -> Result<Vec<SphereLevel>, TheoryError> {
    let (spectrum, d) = (sphere.spectrum()?, sphere.dimension);
    let counts = |highest: usize| invariant_dimensions(CoordinateGroup::Cyclic, d, highest).ok();
    let known = (0..spectrum.levels()).rev().find_map(counts).unwrap_or_default();
    let order = d as f64;
    let level = |k: usize| {
        let (eigenvalue, all) = (spectrum.eigenvalue(k), spectrum.degeneracy(k).round());
        // Where there are more than numbers tell, all but a share of next to nothing of the shifts move them.
        let invariant = known.get(k).copied().unwrap_or(all / order);
        let dimensions = all.max(invariant);
        SphereLevel {
            eigenvalue,
            dimensions,
            invariant,
            own: eigenvalue * invariant,
            rest: eigenvalue * (dimensions - invariant),
        }
    };
    let tail = SphereLevel {
        eigenvalue: 0.0,
        dimensions: 1.0,
        invariant: 1.0,
        own: spectrum.tail / order,
        rest: spectrum.tail * (1.0 - 1.0 / order),
    };
    Ok((0..spectrum.levels()).map(level).chain([tail]).collect())
}
