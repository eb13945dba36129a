//! Fisher information of networks of any layers.

use serde::{Deserialize, Serialize};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::require;
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_simulate::any_architecture::LayeredNetwork;
use solvable_simulate::data::Dataset;
use solvable_simulate::gram::{FisherStatistics, centred, class_means};
use solvable_theory::any_architecture::Blueprint;

use super::setting::{Inputs, LayeredSetting};

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

/// A network on given inputs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayeredSharpnessSetting {
    /// The network.
    pub network: Blueprint,
    /// The inputs; as many Gaussian ones, new in every trial, as `samples` where there are none.
    pub data: Option<Dataset>,
    /// $N$.
    pub samples: usize,
    /// Whether the outputs are centred over the samples.
    pub centred: bool,
}

/// What [`LayeredSharpness`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayeredSharpnessOutcome {
    /// $\lambda_{\max}$ of the dual Fisher matrix.
    pub lambda_max: f64,
    /// Mean of its $C$ largest eigenvalues.
    pub lambda_top: f64,
}

/// The sharpness of random networks of any layers, on the user's inputs too.
pub struct LayeredSharpness;

impl LayeredSharpnessSetting {
    fn system(&self) -> LayeredSetting {
        LayeredSetting { network: self.network.clone(), inputs: Inputs::Random { samples: self.samples } }
    }
}

impl Experiment for LayeredSharpness {
    type Setting = LayeredSharpnessSetting;
    type Outcome = LayeredSharpnessOutcome;
    const ID: &'static str = "layered-sharpness";
    const VERSION: u32 = 1;

    fn check(setting: &LayeredSharpnessSetting) -> Result<(), SettingError> {
        setting.system().check_size("samples")?;
        require(
            setting.samples >= 2 || !setting.centred,
            "samples",
            setting.samples,
            "2 or more, whose mean is subtracted",
        )?;
        let Some(data) = &setting.data else { return Ok(()) };
        let size = setting.network.input().size();
        require(
            data.dimension() == size,
            "data",
            format!("{} numbers a sample", data.dimension()),
            format!("{size}, as the input of the network has"),
        )?;
        let samples = setting.samples;
        require(
            data.samples() == samples,
            "samples",
            samples,
            format!("{}, as many as there are", data.samples()),
        )
    }

    fn run(
        setting: &LayeredSharpnessSetting,
        streams: &Streams,
    ) -> Result<LayeredSharpnessOutcome, TrialFailure> {
        let network = LayeredNetwork::draw(&setting.network, streams);
        let signals = match &setting.data {
            Some(data) => network.forward(data.inputs())?,
            None => network.forward(&setting.system().draw_inputs(streams)?)?,
        };
        let largest = network.sharpness(&signals, setting.centred)?;
        let lambda_top = largest.iter().sum::<f64>() / largest.len() as f64;
        Ok(LayeredSharpnessOutcome { lambda_max: largest[0], lambda_top })
    }

    fn cost(setting: &LayeredSharpnessSetting) -> f64 {
        setting.system().cost()
    }
}
