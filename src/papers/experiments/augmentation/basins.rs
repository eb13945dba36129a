//! Where self-paced descent ends that begins at ridge estimators.

use serde::Serialize;

use crate::simulate::augmentation::Rule;
use crate::simulate::augmentation::descent::MeanField;
use crate::simulate::augmentation::linear::LinearModel;
use crate::simulate::augmentation::path::RidgePath;
use crate::streams::Streams;
use crate::verify::{Experiment, Outcome, TrialFailure};

/// Gradient descent from ridge estimators.
#[derive(Debug, Clone, PartialEq, Serialize)]
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

/// `p` at the end of the descent from every ridge estimator, in the mean field of the noise, and `p_start`, at its first step.
pub struct RidgeStart;

impl Experiment for RidgeStart {
    type Setting = RidgeStartSetting;
    const ID: &'static str = "ridge-start";
    const VERSION: u32 = 1;

    fn run(setting: &RidgeStartSetting, streams: &Streams) -> Result<Outcome, TrialFailure> {
        let data = setting.model.draw(streams)?;
        let path = RidgePath::new(&data)?;
        let (mut starts, mut ends) = (Vec::new(), Vec::new());
        for &lambda in &setting.strengths {
            let weights = path.at(lambda, Rule::None)?.weights;
            let states = setting.field.descend_from(&data, weights, &[0, setting.steps.max(1)])?;
            starts.push(states[0].ratio);
            ends.push(states[1].ratio);
        }
        Ok(Outcome::new().with_list("p", ends).with_list("p_start", starts))
    }

    fn cost(setting: &RidgeStartSetting) -> f64 {
        let size = setting.model.samples * setting.model.dimension;
        (setting.strengths.len() * setting.steps * size) as f64 * 4.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descent_begins_at_the_ratio_of_its_estimator_and_ends_at_a_fixed_point() {
        let streams = Streams::for_trial("basins", "", 0, 0);
        let model = LinearModel::isotropic(60, 120, 1.0, 0.25);
        let field = MeanField { rule: Rule::Spa(0.02), s2: 1.0, eta: 0.2 };
        let setting = RidgeStartSetting { model, field, strengths: vec![0.0, 1.0], steps: 800 };
        let outcome = RidgeStart::run(&setting, &streams).unwrap();
        let (start, end) = (outcome.list("p_start").unwrap(), outcome.list("p").unwrap());
        assert_eq!((start[0], end[0]), (0.0, 0.0));
        let data = setting.model.draw(&streams).unwrap();
        let path = RidgePath::new(&data).unwrap();
        assert_eq!(start[1], path.at(1.0, field.rule).unwrap().measured.ratio);
        let again = path.at(end[1], field.rule).unwrap().measured.ratio;
        assert!((again - end[1]).abs() < 0.04 && end[1] > 0.3, "{again} {end:?}");
    }
}
