use serde::{Deserialize, Serialize};

use solvable_engine::streams::Streams;
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{FisherSetting, checks};
use solvable_simulate::gram::{TangentOperator, tangent_kernel};

/// What [`NormalizedDiagonal`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NormalizedDiagonalOutcome {
    /// The mean of the diagonal of $\Theta$.
    pub diagonal: f64,
}

/// The whole tangent kernel of a network with normalization in its hidden layers.
pub struct NormalizedDiagonal;

impl Experiment for NormalizedDiagonal {
    type Setting = FisherSetting;
    type Outcome = NormalizedDiagonalOutcome;
    const ID: &'static str = "normalized-diagonal";
    const VERSION: u32 = 1;

    fn check(setting: &FisherSetting) -> Result<(), SettingError> {
        setting.check_kernel()
    }

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<NormalizedDiagonalOutcome, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let kernel = tangent_kernel(&network, &signals);
        Ok(NormalizedDiagonalOutcome { diagonal: kernel.trace() / kernel.nrows() as f64 })
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost() * setting.samples as f64
    }
}

/// What [`NormalizedOutlier`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NormalizedOutlierOutcome {
    /// $1^\top\Theta1/N$.
    pub rayleigh: f64,
    /// $\lambda_{\max}(\Theta)/N$.
    pub lambda_max: f64,
}

/// The top of the tangent kernel of a network with normalization in its hidden layers and one output, without the
/// kernel itself.
pub struct NormalizedOutlier;

impl Experiment for NormalizedOutlier {
    type Setting = FisherSetting;
    type Outcome = NormalizedOutlierOutcome;
    const ID: &'static str = "normalized-outlier";
    const VERSION: u32 = 1;

    fn check(setting: &FisherSetting) -> Result<(), SettingError> {
        setting.check()?;
        checks::one_output(&setting.network)
    }

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<NormalizedOutlierOutcome, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let operator = TangentOperator::new(&network, &signals);
        let samples = setting.samples as f64;
        let rayleigh = operator.apply(&vec![1.0; signals.output.len()]).iter().sum::<f64>() / samples;
        let lambda_max = operator.largest(1)?[0] / samples;
        Ok(NormalizedOutlierOutcome { rayleigh, lambda_max })
    }

    fn cost(setting: &FisherSetting) -> f64 {
        30.0 * setting.weight_cost()
    }
}
