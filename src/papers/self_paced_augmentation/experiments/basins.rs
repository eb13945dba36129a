//! Where self-paced descent ends that begins at ridge estimators.

use serde::{Deserialize, Serialize};

use super::check_model;
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::filled;
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::checks;
use solvable_simulate::augmentation::Rule;
use solvable_simulate::augmentation::check_variance;
use solvable_simulate::augmentation::descent::MeanField;
use solvable_simulate::augmentation::linear::LinearModel;
use solvable_simulate::augmentation::path::RidgePath;

/// Gradient descent from ridge estimators.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RidgeStartSetting {
    /// The data.
    pub model: LinearModel,
    /// The descent.
    pub field: MeanField,
    /// $\lambda_0$ of the estimators at which it begins, all on the same data.
    pub strengths: Vec<f64>,
    /// Steps.
    pub steps: usize,
}

/// Ratios of the descent from every ridge estimator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RidgeStartOutcome {
    /// $p$ at its end.
    pub p: Vec<f64>,
    /// $p$ at its first step.
    pub p_start: Vec<f64>,
}

/// Descent from every ridge estimator, in the mean field of the noise.
pub struct RidgeStart;

impl Experiment for RidgeStart {
    type Setting = RidgeStartSetting;
    type Outcome = RidgeStartOutcome;
    const ID: &'static str = "ridge-start";
    const VERSION: u32 = 1;

    fn check(setting: &RidgeStartSetting) -> Result<(), SettingError> {
        let RidgeStartSetting { model, field, strengths, steps } = setting;
        check_model(model)?;
        field.check().map_err(|error| error.within("field"))?;
        filled("strengths", strengths)?;
        checks::each("strengths", strengths, check_variance)?;
        checks::steps("steps", *steps)
    }

    fn run(setting: &RidgeStartSetting, streams: &Streams) -> Result<RidgeStartOutcome, TrialFailure> {
        let data = setting.model.draw(streams)?;
        let path = RidgePath::new(&data)?;
        let (mut starts, mut ends) = (Vec::new(), Vec::new());
        for &lambda in &setting.strengths {
            let weights = path.at(lambda, Rule::None)?.weights;
            let states = setting.field.descend_from(&data, weights, &[0, setting.steps.max(1)])?;
            starts.push(states[0].ratio);
            ends.push(states[1].ratio);
        }
        Ok(RidgeStartOutcome { p: ends, p_start: starts })
    }

    fn cost(setting: &RidgeStartSetting) -> f64 {
        let size = setting.model.samples * setting.model.dimension;
        (setting.strengths.len() * setting.steps) as f64 * size as f64 * 4.0
    }
}
