use serde::Serialize;

use super::super::diagonal::problem;
use crate::simulate::SimulationError;
use crate::simulate::augmentation::Rule;
use crate::simulate::augmentation::digits::{DigitsResult, DigitsTraining};
use crate::simulate::augmentation::features::{FourierData, FourierModel, FourierTraining};
use crate::simulate::augmentation::kernels::NoisedPair;
use crate::streams::Streams;
use crate::verify::{Experiment, Record, TrialFailure};

/// Training on random Fourier features.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FourierFeaturesSetting {
    /// Features and data.
    pub model: FourierModel,
    /// Noise, penalty and rule.
    pub training: FourierTraining,
    /// $\eta$.
    pub eta: f64,
    /// Steps of the descent.
    pub steps: usize,
    /// Steps before its averages begin.
    pub burn: usize,
}

/// Averages of gradient descent with noise drawn anew for every use, `p`, `v`, `test`. The number of the `problem` gives the data again.
pub struct FourierFeatures;

/// The data of the problem `number`.
pub fn fourier_problem(model: &FourierModel, number: f64) -> Result<FourierData, SimulationError> {
    model.draw(&Streams::for_trial("fourier problem", "", number as u64, 0))
}

impl Experiment for FourierFeatures {
    type Setting = FourierFeaturesSetting;
    type Outcome = Record;
    const ID: &'static str = "fourier-features";
    const VERSION: u32 = 2;

    fn run(setting: &FourierFeaturesSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let number = problem(streams) as f64;
        let data = fourier_problem(&setting.model, number)?;
        let FourierFeaturesSetting { training, eta, steps, burn, .. } = setting;
        let found = training.descend(&data, *eta, *steps, *burn, &streams.child("descent"))?;
        Ok(Record::new()
            .with("problem", number)
            .with("p", found.ratio)
            .with("v", found.training)
            .with("test", found.test))
    }

    fn cost(setting: &FourierFeaturesSetting) -> f64 {
        let FourierModel { samples, dimension, features, .. } = setting.model;
        // A sine and cosine cost about as much as 30 products.
        let step = samples * features * (4 + dimension + 30);
        (setting.steps * step) as f64
    }
}

/// A noised pair of inputs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SmoothedKernelSetting {
    /// The pair and its noise.
    #[serde(flatten)]
    pub pair: NoisedPair,
    /// Draws of a trial.
    pub draws: usize,
}

/// Means over draws of independent noise on both inputs of the kernels `erf`, `relu` and `gauss`.
pub struct SmoothedKernel;

impl Experiment for SmoothedKernel {
    type Setting = SmoothedKernelSetting;
    type Outcome = Record;
    const ID: &'static str = "smoothed-kernel";
    const VERSION: u32 = 1;

    fn run(setting: &SmoothedKernelSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let means = setting.pair.average(setting.draws, &streams.child("noise"))?;
        Ok(Record::new().with("erf", means.erf).with("relu", means.relu).with("gauss", means.gauss))
    }

    fn cost(setting: &SmoothedKernelSetting) -> f64 {
        (setting.draws * setting.pair.dimension) as f64 * 40.0
    }
}

/// Networks on digits, trained by several methods from one draw.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DigitsAugmentationSetting {
    /// Data, network and training.
    pub training: DigitsTraining,
    /// The methods; those of a trial share initial weights, batches and augmentation draws.
    pub rules: Vec<Rule>,
}

/// For every rule: `accuracy` on the test images (a share), `loss` and `fluctuation`, mean and standard deviation of the batch loss over the last 500 updates;
/// `ratios`, the mean share of augmented images in each range of updates, rule by rule.
pub struct DigitsAugmentation;

impl Experiment for DigitsAugmentation {
    type Setting = DigitsAugmentationSetting;
    type Outcome = Record;
    const ID: &'static str = "digits-augmentation";
    const VERSION: u32 = 1;

    fn run(setting: &DigitsAugmentationSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let results = setting.training.run(&setting.rules, streams)?;
        let list = |f: fn(&DigitsResult) -> f64| results.iter().map(f).collect::<Vec<_>>();
        Ok(Record::new()
            .with_list("accuracy", list(|r| r.accuracy))
            .with_list("loss", list(|r| r.loss))
            .with_list("fluctuation", list(|r| r.fluctuation))
            .with_list("ratios", results.iter().flat_map(|r| r.ratios.iter().copied()).collect()))
    }

    fn cost(setting: &DigitsAugmentationSetting) -> f64 {
        setting.training.cost(setting.rules.len())
    }
}
