//! Filters of the spectrum: flow, descent, distillation.

use serde::{Deserialize, Serialize};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{filled, finite, non_negative, positive, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::checks;
use solvable_simulate::learning_in_time::{FilteredRegression, descent_filter, distillation_filter};

use super::problem::Problem;

/// One round of distillation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoundSetting {
    /// $\delta$.
    pub delta: f64,
    /// $\xi$; the first round takes the labels.
    pub xi: f64,
}

/// How the target is learnt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Path {
    /// Gradient flow.
    Flow {
        /// Times.
        times: Vec<f64>,
    },
    /// Descent.
    Descent {
        /// $\alpha$.
        alpha: f64,
        /// $\beta$.
        beta: f64,
        /// Numbers of steps.
        steps: Vec<usize>,
    },
    /// Rounds of distillation.
    Distillation {
        /// The rounds.
        rounds: Vec<RoundSetting>,
    },
}

/// Regression on random inputs in time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InTimeSetting {
    /// Spectrum, target, noise.
    pub problem: Problem,
    /// $N$.
    pub samples: usize,
    /// How it is learnt.
    pub path: Path,
}

/// What [`InTime`] measures, entry by entry of the path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InTimeOutcome {
    /// Test errors, without noise.
    pub test: Vec<f64>,
    /// Training errors, with it.
    pub training: Vec<f64>,
}

/// Kernel regression on Gaussian inputs, errors averaged exactly over targets and noise.
pub struct InTime;

impl Experiment for InTime {
    type Setting = InTimeSetting;
    type Outcome = InTimeOutcome;
    const ID: &'static str = "regression-in-time";
    const VERSION: u32 = 1;

    fn check(setting: &InTimeSetting) -> Result<(), SettingError> {
        setting.problem.check()?;
        within("samples", setting.samples, 1..=4000)?;
        match &setting.path {
            Path::Flow { times } => {
                filled("path.flow.times", times)?;
                checks::each("path.flow.times", times, non_negative)
            }
            Path::Descent { alpha, beta, steps } => {
                positive("path.descent.alpha", *alpha)?;
                let slows = (0.0..1.0).contains(beta);
                require(slows, "path.descent.beta", *beta, "a number from 0 to below 1")?;
                filled("path.descent.steps", steps)?;
                steps.iter().try_for_each(|n| within("path.descent.steps", *n, 0..=checks::MOST_STEPS))
            }
            Path::Distillation { rounds } => {
                filled("path.distillation.rounds", rounds)?;
                for round in rounds {
                    positive("path.distillation.rounds", round.delta)?;
                    finite("path.distillation.rounds", round.xi)?;
                }
                Ok(())
            }
        }
    }

    fn run(setting: &InTimeSetting, streams: &Streams) -> Result<InTimeOutcome, TrialFailure> {
        let (lambda, eta) = setting.problem.lists();
        let drawn =
            FilteredRegression::draw((&lambda, &eta), setting.samples, setting.problem.sigma2, streams)?;
        let errors: Vec<[f64; 2]> = match &setting.path {
            Path::Flow { times } => times.iter().map(|t| drawn.errors(|a| (-a * t).exp())).collect(),
            Path::Descent { alpha, beta, steps } => {
                steps.iter().map(|n| drawn.errors(|a| descent_filter(a, (*alpha, *beta), *n))).collect()
            }
            Path::Distillation { rounds } => {
                let rounds: Vec<(f64, f64)> = rounds.iter().map(|round| (round.delta, round.xi)).collect();
                (1..=rounds.len())
                    .map(|count| drawn.errors(|a| distillation_filter(a, &rounds[..count])))
                    .collect()
            }
        };
        let (test, training) = errors.into_iter().map(|[test, training]| (test, training)).unzip();
        Ok(InTimeOutcome { test, training })
    }

    fn cost(setting: &InTimeSetting) -> f64 {
        let (n, p) = (setting.samples as f64, setting.problem.modes as f64);
        8.0 * n * n * p + 20.0 * n.powi(3)
    }
}
