//! Gradient descent of networks of any layers.

use serde::{Deserialize, Serialize};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{filled, positive, require};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::checks;
use solvable_simulate::any_architecture::LayeredNetwork;
use solvable_simulate::finite_network::{FiniteNetwork, MeanSubtracted, subtract_means};
use solvable_simulate::linalg::Matrix;
use solvable_simulate::training::{LocalBoundary, final_losses};
use solvable_theory::Normalization;

use super::setting::LayeredSetting;

/// Descent of a network whose outputs stand as they are or are centred over the samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayeredDescentSetting {
    /// Network and inputs.
    #[serde(flatten)]
    pub system: LayeredSetting,
    /// None, or mean subtraction (`ms`).
    pub output: Normalization,
    /// $T$: steps of a run.
    pub steps: usize,
}

impl LayeredDescentSetting {
    /// Whether the outputs are centred.
    pub fn centred(&self) -> bool {
        self.output == Normalization::MeanSubtraction
    }

    fn check(&self) -> Result<(), SettingError> {
        self.system.check()?;
        let known = matches!(self.output, Normalization::None | Normalization::MeanSubtraction);
        require(known, "output", format!("{:?}", self.output), "none or ms")?;
        let samples = self.system.samples();
        require(
            samples >= 2 || !self.centred(),
            "inputs",
            samples,
            "2 samples or more, whose mean is subtracted",
        )?;
        checks::steps("steps", self.steps)
    }

    fn cost(&self, runs: usize) -> f64 {
        let positions = self.system.network.input().positions() as f64;
        let step = self.system.network.parameter_count() * self.system.samples() as f64 * positions;
        6.0 * step * (self.steps * runs) as f64
    }
}

/// The learning rate above which gradient descent leaves the initial point, where the residual is $10^{-4}$ of the outputs.
pub struct LayeredBoundary;

const RESIDUAL: f64 = 1e-4;

impl Experiment for LayeredBoundary {
    type Setting = LayeredDescentSetting;
    type Outcome = LocalBoundary;
    const ID: &'static str = "layered-boundary";
    const VERSION: u32 = 1;

    fn check(setting: &LayeredDescentSetting) -> Result<(), SettingError> {
        setting.check()
    }

    fn run(setting: &LayeredDescentSetting, streams: &Streams) -> Result<LocalBoundary, TrialFailure> {
        let inputs = setting.system.draw_inputs(streams)?;
        let network = LayeredNetwork::draw(&setting.system.network, streams);
        let output = network.forward(&inputs)?.output;
        let (classes, samples) = output.shape();
        let size = RESIDUAL * (output.norm_squared() / output.len() as f64).sqrt();
        let mut residual =
            Matrix::from_vec(classes, samples, streams.child("labels").normals(classes * samples, size));
        Ok(if setting.centred() {
            subtract_means(&mut residual);
            LocalBoundary::find(&MeanSubtracted(network), &inputs, &residual, setting.steps)?
        } else {
            LocalBoundary::find(&network, &inputs, &residual, setting.steps)?
        })
    }

    fn cost(setting: &LayeredDescentSetting) -> f64 {
        setting.cost(LocalBoundary::RUNS)
    }
}

/// Descent on random labels at several learning rates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayeredPlaneSetting {
    /// The network and its descent.
    #[serde(flatten)]
    pub descent: LayeredDescentSetting,
    /// The learning rates.
    pub learning_rates: Vec<f64>,
}

/// What [`LayeredPlane`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayeredPlaneOutcome {
    /// The common logarithm of the loss after $T$ steps at each learning rate; losses above 1000, and infinite ones, count
    /// as 1000.
    pub log10_loss: Vec<f64>,
}

/// Training on random labels of size 1.
pub struct LayeredPlane;

impl Experiment for LayeredPlane {
    type Setting = LayeredPlaneSetting;
    type Outcome = LayeredPlaneOutcome;
    const ID: &'static str = "layered-plane";
    const VERSION: u32 = 1;

    fn check(setting: &LayeredPlaneSetting) -> Result<(), SettingError> {
        setting.descent.check()?;
        filled("learning_rates", &setting.learning_rates)?;
        checks::each("learning_rates", &setting.learning_rates, positive)
    }

    fn run(setting: &LayeredPlaneSetting, streams: &Streams) -> Result<LayeredPlaneOutcome, TrialFailure> {
        let descent = &setting.descent;
        let inputs = descent.system.draw_inputs(streams)?;
        let network = LayeredNetwork::draw(&descent.system.network, streams);
        let (classes, samples) = (network.classes(), inputs.ncols());
        let mut targets =
            Matrix::from_vec(classes, samples, streams.child("labels").normals(classes * samples, 1.0));
        let (rates, steps) = (&setting.learning_rates, descent.steps);
        let log10_loss = if descent.centred() {
            subtract_means(&mut targets);
            final_losses(&MeanSubtracted(network), &inputs, &targets, rates, steps)?
        } else {
            final_losses(&network, &inputs, &targets, rates, steps)?
        };
        Ok(LayeredPlaneOutcome { log10_loss })
    }

    fn cost(setting: &LayeredPlaneSetting) -> f64 {
        setting.descent.cost(setting.learning_rates.len())
    }
}
