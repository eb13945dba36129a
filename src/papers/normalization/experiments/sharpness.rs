use serde::{Deserialize, Serialize};

use solvable_engine::streams::Streams;
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::FisherSetting;
use solvable_simulate::gram::tangent_kernel;
use solvable_simulate::linalg;

/// What [`Sharpness`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SharpnessOutcome {
    /// $\lambda_{\max}(\Theta)/N$.
    pub lambda_max: f64,
}

/// The sharpness of a random network of any normalization at initialisation.
pub struct Sharpness;

impl Experiment for Sharpness {
    type Setting = FisherSetting;
    type Outcome = SharpnessOutcome;
    const ID: &'static str = "sharpness";
    const VERSION: u32 = 1;

    fn check(setting: &FisherSetting) -> Result<(), SettingError> {
        setting.check_kernel()
    }

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<SharpnessOutcome, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let largest = linalg::largest_eigenvalues(&tangent_kernel(&network, &signals), 1)?[0];
        Ok(SharpnessOutcome { lambda_max: largest / setting.samples as f64 })
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost() + setting.kernel_cost()
    }
}
