//! Fisher information of networks of any layers.

use serde::{Deserialize, Serialize};
use solvable_engine::streams::Streams;
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_simulate::gram::{FisherStatistics, centred, class_means};

use super::setting::LayeredSetting;

/// What [`LayeredFisher`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayeredFisherOutcome {
    /// $m_\lambda$.
    pub m_lambda: f64,
    /// $s_\lambda$.
    pub s_lambda: f64,
    /// Mean of the $C$ largest eigenvalues.
    pub lambda_top: f64,
    /// Mean diagonal entry of $\Theta$ within a class.
    pub theta_t: f64,
    /// Mean off-diagonal entry of $\Theta$ within a class.
    pub theta_st: f64,
    /// $\lambda_{\max}$ with mean subtraction of the outputs, mean of the $C$ largest; of two samples or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lambda_ms: Option<f64>,
}

/// Fisher information of a random network of any layers.
pub struct LayeredFisher;

impl Experiment for LayeredFisher {
    type Setting = LayeredSetting;
    type Outcome = LayeredFisherOutcome;
    const ID: &'static str = "layered-fisher";
    const VERSION: u32 = 1;

    fn check(setting: &LayeredSetting) -> Result<(), SettingError> {
        setting.check()
    }

    fn run(setting: &LayeredSetting, streams: &Streams) -> Result<LayeredFisherOutcome, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let (classes, samples) = signals.output.shape();
        let kernel = network.tangent_kernel(&signals);
        let parameters = setting.network.parameter_count() as usize;
        let plain = FisherStatistics::of(&kernel, classes, parameters)?;
        let (theta_t, theta_st) = class_means(&kernel, classes);
        let lambda_ms = if samples > 1 {
            Some(FisherStatistics::of(&centred(&kernel, classes), classes, parameters)?.top)
        } else {
            None
        };
        Ok(LayeredFisherOutcome {
            m_lambda: plain.mean,
            s_lambda: plain.second_moment,
            lambda_top: plain.top,
            theta_t,
            theta_st,
            lambda_ms,
        })
    }

    fn cost(setting: &LayeredSetting) -> f64 {
        setting.cost()
    }
}
