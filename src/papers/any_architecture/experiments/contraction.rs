//! Gram matrices of shared weights in several ways.

use serde::{Deserialize, Serialize};
use solvable_engine::streams::Streams;
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_simulate::any_architecture::Contraction;
use solvable_simulate::linalg::Matrix;

use super::setting::LayeredSetting;

/// What [`Contractions`] measures: distances from the kernel of gradients that are formed, over its norm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContractionsOutcome {
    /// Of the kernel from pairs of positions.
    pub pairs: f64,
    /// Of the kernel of weights that every position has of its own.
    pub untied: f64,
}

/// The kernel of one network by both exact contractions.
pub struct Contractions;

impl Experiment for Contractions {
    type Setting = LayeredSetting;
    type Outcome = ContractionsOutcome;
    const ID: &'static str = "contractions";
    const VERSION: u32 = 2;

    fn check(setting: &LayeredSetting) -> Result<(), SettingError> {
        setting.check()
    }

    fn run(setting: &LayeredSetting, streams: &Streams) -> Result<ContractionsOutcome, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let by = |way| network.contracted_kernel(&signals, way);
        let formed = by(Contraction::PerSample);
        let distance = |other: Matrix| (other - &formed).norm() / formed.norm();
        Ok(ContractionsOutcome {
            pairs: distance(by(Contraction::Pair)),
            untied: distance(by(Contraction::Untied)),
        })
    }

    fn cost(setting: &LayeredSetting) -> f64 {
        2.0 * setting.cost()
    }
}
