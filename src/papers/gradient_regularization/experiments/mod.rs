//! Diagonal linear networks: flows, descents and single steps with gradient regularization.

mod descent;
mod flow;
mod steps;

use solvable_engine::streams::Streams;
use solvable_shared::problem;
use solvable_simulate::diagonal::PlantedSetting;
use solvable_simulate::{SimulationError, diagonal};
use solvable_theory::gradient_regularization::RegressionData;

pub use descent::{
    CriticalDescent, CriticalDescentSetting, DiagonalDescent, DiagonalDescentOutcome, DiagonalDescentSetting,
    LabelNoise, LabelNoiseSetting, LinearDescent, LinearDescentOutcome, LinearDescentSetting, linear_problem,
};
pub use diagonal::Penalty;
pub use flow::{DiagonalFlow, DiagonalFlowOutcome, DiagonalFlowSetting, EntropyBudget, EntropyBudgetOutcome};
pub use steps::{PenaltyCost, PenaltyCostSetting, SingleSteps, SingleStepsOutcome, SingleStepsSetting};

/// The regression problem `number`.
pub fn planted_problem(setting: &PlantedSetting, number: f64) -> Result<RegressionData, SimulationError> {
    setting.draw(&planted_streams(number))
}

fn planted_streams(number: f64) -> Streams {
    Streams::for_trial("planted problem", "", number as u64, 0)
}

/// Independent standard normal numbers that belong to the problem `number`.
pub fn planted_normals(number: f64, name: &str, count: usize) -> Vec<f64> {
    planted_streams(number).child(name).normals(count, 1.0)
}
