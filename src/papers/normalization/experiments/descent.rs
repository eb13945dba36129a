use serde::{Deserialize, Serialize};
use solvable_theory::{Architecture, Normalization};

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{filled, positive};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{FisherSetting, checks};
use solvable_simulate::finite_network::subtract_means;
use solvable_simulate::linalg::Matrix;
use solvable_simulate::training;

/// Gradient descent with an infinitesimal residual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LocalBoundarySetting {
    /// Network and samples.
    #[serde(flatten)]
    pub system: FisherSetting,
    /// $T$: steps of a run.
    pub steps: usize,
}

/// The learning rate above which gradient descent leaves the initial point.
///
/// Labels are $f_0$ plus $10^{-4}$ of its root mean square, so that the kernel stays what it is until an instability
/// has grown.
pub struct LocalBoundary;

const RESIDUAL: f64 = 1e-4;

impl Experiment for LocalBoundary {
    type Setting = LocalBoundarySetting;
    type Outcome = training::LocalBoundary;
    const ID: &'static str = "local-boundary";
    const VERSION: u32 = 1;

    fn check(setting: &LocalBoundarySetting) -> Result<(), SettingError> {
        setting.system.check_kernel()?;
        checks::steps("steps", setting.steps)
    }

    fn run(
        setting: &LocalBoundarySetting,
        streams: &Streams,
    ) -> Result<training::LocalBoundary, TrialFailure> {
        let (network, signals) = setting.system.draw(streams)?;
        let (classes, samples) = signals.output.shape();
        let size = RESIDUAL * (signals.output.norm_squared() / signals.output.len() as f64).sqrt();
        let mut residual =
            Matrix::from_vec(classes, samples, streams.child("labels").normals(classes * samples, size));
        if setting.system.network.modes().last() == Some(&Normalization::MeanSubtraction) {
            subtract_means(&mut residual);
        }
        Ok(training::LocalBoundary::find(&network, &signals.hidden[0], &residual, setting.steps)?)
    }

    fn cost(setting: &LocalBoundarySetting) -> f64 {
        setting.system.weight_cost() * (setting.steps * training::LocalBoundary::RUNS) as f64
    }
}

/// Gradient descent from $O(1)$ residuals at several learning rates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingPlaneSetting {
    /// The network.
    pub network: Architecture,
    /// $N$.
    pub samples: usize,
    /// $T$.
    pub steps: usize,
    /// The learning rates.
    pub learning_rates: Vec<f64>,
}

impl TrainingPlaneSetting {
    fn system(&self) -> FisherSetting {
        FisherSetting { network: self.network.clone(), samples: self.samples }
    }
}

/// What [`TrainingPlane`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingPlaneOutcome {
    /// The common logarithm of the loss after $T$ steps at each learning rate; losses above 1000, and infinite ones,
    /// count as 1000.
    pub log10_loss: Vec<f64>,
}

/// Training on random labels of size 1.
pub struct TrainingPlane;

impl Experiment for TrainingPlane {
    type Setting = TrainingPlaneSetting;
    type Outcome = TrainingPlaneOutcome;
    const ID: &'static str = "training-plane";
    const VERSION: u32 = 1;

    fn check(setting: &TrainingPlaneSetting) -> Result<(), SettingError> {
        setting.system().check()?;
        checks::steps("steps", setting.steps)?;
        filled("learning_rates", &setting.learning_rates)?;
        checks::each("learning_rates", &setting.learning_rates, positive)
    }

    fn run(setting: &TrainingPlaneSetting, streams: &Streams) -> Result<TrainingPlaneOutcome, TrialFailure> {
        let (network, signals) = setting.system().draw(streams)?;
        let (classes, samples) = signals.output.shape();
        let targets =
            Matrix::from_vec(classes, samples, streams.child("labels").normals(classes * samples, 1.0));
        let (inputs, rates) = (&signals.hidden[0], &setting.learning_rates);
        let log10_loss = training::final_losses(&network, inputs, &targets, rates, setting.steps)?;
        Ok(TrainingPlaneOutcome { log10_loss })
    }

    fn cost(setting: &TrainingPlaneSetting) -> f64 {
        setting.system().weight_cost() * (setting.steps * setting.learning_rates.len()) as f64
    }
}
