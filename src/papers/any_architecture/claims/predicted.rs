//! Theory at the settings of claims.

use solvable_engine::verify::setting::require;
use solvable_engine::verify::{JudgeError, SettingError};
use solvable_theory::any_architecture::{Blueprint, Overlaps, fim_statistics};
use solvable_theory::mean_field::FimStatistics;

use crate::experiments::{Inputs, LayeredSetting};

/// The statistics of independent inputs.
pub(crate) fn statistics(network: &Blueprint, samples: usize) -> Result<FimStatistics, JudgeError> {
    Ok(fim_statistics(network, samples, &Overlaps::independent(network))?)
}

/// $m_\lambda$ and $s_\lambda$ that a network has per parameter of another: the theory of one held against networks of the other.
pub(crate) fn as_if(setting: &LayeredSetting, other: &Blueprint) -> Result<FimStatistics, JudgeError> {
    let theory = statistics(other, setting.samples())?;
    let share = other.parameter_count() / setting.network.parameter_count();
    Ok(FimStatistics { m_lambda: theory.m_lambda * share, s_lambda: theory.s_lambda * share, ..theory })
}

/// Inputs that are independent of each other and new in every trial.
pub(crate) fn random_inputs(setting: &LayeredSetting) -> Result<(), SettingError> {
    let random = matches!(setting.inputs, Inputs::Random { .. });
    require(random, "inputs", "the same in every trial", "random inputs, of which the prediction speaks")
}
