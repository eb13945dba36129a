use serde::{Deserialize, Serialize};
use solvable_theory::Architecture;
use solvable_theory::natural_gradient::{Damping, Method};

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{non_negative, require};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::checks;
use solvable_simulate::data::{gaussian_inputs, on_sphere, orthogonal_inputs};
use solvable_simulate::linalg::{self, Matrix};
use solvable_simulate::network::Network;
use solvable_simulate::training::{NaturalGradient, Parametrization, Tangents};

/// A plain network of one output and two hidden layers or more.
fn check_network(network: &Architecture) -> Result<(), SettingError> {
    checks::network(network)?;
    checks::plain(network)?;
    checks::trained_biases(network)?;
    checks::one_output(network)?;
    checks::layers(network, 3)
}

/// The damped unit-wise rule on a single sample.
pub struct UnitShares;

/// The shares of the layers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitSharesOutcome {
    /// $\mathrm{tr}\bar R_l/M_l$ of the hidden layers.
    pub shares: Vec<f64>,
}

/// A network, one sample and the damping.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitSharesSetting {
    /// The network.
    pub network: Architecture,
    /// $\rho$.
    pub rho: f64,
}

impl Experiment for UnitShares {
    type Setting = UnitSharesSetting;
    type Outcome = UnitSharesOutcome;
    const ID: &'static str = "unit-shares";
    const VERSION: u32 = 1;

    fn check(setting: &UnitSharesSetting) -> Result<(), SettingError> {
        check_network(&setting.network)?;
        checks::equal_hidden_widths(&setting.network)?;
        non_negative("rho", setting.rho)
    }

    fn run(setting: &UnitSharesSetting, streams: &Streams) -> Result<UnitSharesOutcome, TrialFailure> {
        let dimension = setting.network.widths()[0];
        let input = on_sphere(gaussian_inputs(dimension, 1, &streams.child("inputs")))?;
        let network = Network::draw(&setting.network, streams);
        let tangents = Tangents::new(&network, network.forward(&input)?, Parametrization::Ntk)?;
        let rule = NaturalGradient::damped(Method::Unit, Damping::Ridge(setting.rho));
        let steps = rule.prepare(&tangents)?.steps(&Matrix::from_element(1, 1, 1.0))?;
        let hidden = steps.iter().take(tangents.depth() - 1).enumerate();
        let shares = hidden
            .map(|(l, step)| {
                let units = setting.network.widths()[l + 1] as f64;
                tangents.layer_response(&tangents, l + 1, step)[(0, 0)] / units
            })
            .collect();
        Ok(UnitSharesOutcome { shares })
    }

    fn cost(setting: &UnitSharesSetting) -> f64 {
        setting.network.parameter_count() as f64 * 20.0
    }
}

/// Two inputs at a given cosine in one random network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BackwardRatioSetting {
    /// The network.
    pub network: Architecture,
    /// $x\cdot x'/M_0$.
    pub cosine: f64,
}

/// The backward signals of the first layer at two inputs.
pub struct BackwardRatio;

/// How backward signals compare.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BackwardRatioOutcome {
    /// The average over the units of the first layer of $\xi_i(x')/\xi_i(x)$, $\xi_i$ being the derivative of the output with
    /// respect to $h^1_i$.
    pub ratio: f64,
}

impl Experiment for BackwardRatio {
    type Setting = BackwardRatioSetting;
    type Outcome = BackwardRatioOutcome;
    const ID: &'static str = "backward-ratio";
    const VERSION: u32 = 1;

    fn check(setting: &BackwardRatioSetting) -> Result<(), SettingError> {
        check_network(&setting.network)?;
        let valid = "a list that begins with at least 2, for two inputs of any angle";
        checks::widths(&setting.network, setting.network.widths()[0] >= 2, valid)?;
        // Equal and opposite inputs have a law without a width.
        require(setting.cosine.abs() < 1.0, "cosine", setting.cosine, "a number with -1 < cosine < 1")
    }

    fn run(setting: &BackwardRatioSetting, streams: &Streams) -> Result<BackwardRatioOutcome, TrialFailure> {
        let dimension = setting.network.widths()[0];
        let frame = orthogonal_inputs(dimension, 2, &streams.child("inputs"));
        let sine = (1.0 - setting.cosine * setting.cosine).max(0.0).sqrt();
        let mut inputs = frame.clone();
        inputs.set_column(1, &(frame.column(0) * setting.cosine + frame.column(1) * sine));
        let network = Network::draw(&setting.network, streams);
        let signals = network.forward(&inputs)?;
        let deltas = network.output_gradients(&signals);
        let signal = linalg::transpose_product(&network.weights[1], &deltas[1]);
        let ratios = signal.row_iter().map(|row| row[1] / row[0]).sum::<f64>();
        Ok(BackwardRatioOutcome { ratio: ratios / signal.nrows() as f64 })
    }

    fn cost(setting: &BackwardRatioSetting) -> f64 {
        setting.network.parameter_count() as f64 * 20.0
    }
}
