//! Diagonal and deep linear networks, and a classifier of digits, with gradient regularization.

mod descent;
mod flow;
mod steps;
mod traps;

use solvable_engine::streams::Streams;
use solvable_engine::verify::SettingError;
use solvable_engine::verify::setting::{positive_to, require};
use solvable_shared::problem;
use solvable_simulate::diagonal::{FlowRule, PlantedSetting};
use solvable_simulate::{SimulationError, diagonal};
use solvable_theory::gradient_regularization::RegressionData;

pub use descent::{
    CriticalDescent, CriticalDescentSetting, DiagonalDescent, DiagonalDescentOutcome, DiagonalDescentSetting,
    LabelNoise, LabelNoiseSetting, LinearDescent, LinearDescentOutcome, LinearDescentSetting, linear_problem,
};
pub use diagonal::Penalty;
pub use flow::{DiagonalFlow, DiagonalFlowOutcome, DiagonalFlowSetting, EntropyBudget, EntropyBudgetOutcome};
pub use steps::{PenaltyCost, PenaltyCostSetting, SingleSteps, SingleStepsOutcome, SingleStepsSetting};
pub use traps::{
    DeepTrap, DeepTrapSetting, FlatDigits, FlatDigitsOutcome, FlatDigitsSetting, MatrixTrap,
    MatrixTrapSetting,
};

/// The regression problem `number`.
pub fn planted_problem(setting: &PlantedSetting, number: f64) -> Result<RegressionData, SimulationError> {
    setting.draw(&planted_streams(number))
}

fn planted_streams(number: f64) -> Streams {
    Streams::of_problem("planted problem", "", number as u64)
}

/// Independent standard normal numbers that belong to the problem `number`.
pub fn planted_normals(number: f64, name: &str, count: usize) -> Vec<f64> {
    planted_streams(number).child(name).normals(count, 1.0)
}

/// Data that can be drawn.
fn check_data(data: &PlantedSetting) -> Result<(), SettingError> {
    data.check().map_err(|error| error.within("data"))
}

/// A penalty whose gradient can be computed.
fn check_penalty(penalty: &Penalty) -> Result<(), SettingError> {
    penalty.check().map_err(|error| error.within("penalty"))
}

/// Initial weights beside which the coefficients are not lost.
fn check_start(field: &str, start: f64) -> Result<(), SettingError> {
    require((1e-150..=1e3).contains(&start), field, start, "from 1e-150 to 1000")
}

/// The size of a step.
fn check_size(field: &str, value: f64) -> Result<(), SettingError> {
    positive_to(field, value, 1e3)
}

/// How flows from weights `start` are integrated until the loss falls below `stop`.
fn flow_rule(start: f64, stop: f64) -> FlowRule {
    // Small weights are far below any absolute tolerance while they decay.
    FlowRule { stop, absolute: if start < 0.05 { 1e-290 } else { 1e-12 } }
}
