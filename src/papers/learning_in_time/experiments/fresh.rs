//! Distillation on new inputs.

use serde::{Deserialize, Serialize};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{filled, finite, non_negative, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::checks;
use solvable_simulate::learning_in_time::{Round, fresh_rounds};

use super::problem::Problem;

/// One round on new inputs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreshSetting {
    /// $N$.
    pub samples: usize,
    /// $\delta$.
    pub delta: f64,
    /// $\xi$; the first round takes the labels.
    pub xi: f64,
}

/// Students from scratch, each on new inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreshRoundsSetting {
    /// Spectrum, target, noise of the labels of all rounds.
    pub problem: Problem,
    /// The rounds.
    pub rounds: Vec<FreshSetting>,
    /// Runs of which a trial is the mean.
    pub runs: usize,
}

/// What [`FreshRounds`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FreshRoundsOutcome {
    /// The mean test error behind each round.
    pub errors: Vec<f64>,
}

/// Rounds of distillation with random targets.
pub struct FreshRounds;

impl Experiment for FreshRounds {
    type Setting = FreshRoundsSetting;
    type Outcome = FreshRoundsOutcome;
    const ID: &'static str = "fresh-rounds";
    const VERSION: u32 = 1;

    fn check(setting: &FreshRoundsSetting) -> Result<(), SettingError> {
        setting.problem.check()?;
        checks::count("runs", setting.runs)?;
        filled("rounds", &setting.rounds)?;
        for round in &setting.rounds {
            within("rounds", round.samples, 1..=4000)?;
            non_negative("rounds", round.delta)?;
            finite("rounds", round.xi)?;
        }
        Ok(())
    }

    fn run(setting: &FreshRoundsSetting, streams: &Streams) -> Result<FreshRoundsOutcome, TrialFailure> {
        let (lambda, eta) = setting.problem.lists();
        let sigma2 = setting.problem.sigma2;
        let of = |round: &FreshSetting| Round {
            samples: round.samples,
            ridge: round.delta,
            labels: round.xi,
            sigma2,
        };
        let rounds: Vec<Round> = setting.rounds.iter().map(of).collect();
        let mut sums = vec![0.0; rounds.len()];
        for run in 0..setting.runs {
            let errors = fresh_rounds((&lambda, &eta), &rounds, &streams.nth_child("run", run))?;
            sums.iter_mut().zip(errors).for_each(|(sum, error)| *sum += error);
        }
        Ok(FreshRoundsOutcome { errors: sums.iter().map(|sum| sum / setting.runs as f64).collect() })
    }

    fn cost(setting: &FreshRoundsSetting) -> f64 {
        let p = setting.problem.modes as f64;
        let each = |round: &FreshSetting| (round.samples as f64).powi(2) * (2.0 * p + round.samples as f64);
        setting.runs as f64 * setting.rounds.iter().map(each).sum::<f64>()
    }
}
