use serde::{Deserialize, Serialize};

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{positive, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{checks, problem};
use solvable_simulate::SimulationError;
use solvable_simulate::augmentation::Rule;
use solvable_simulate::augmentation::digits::{DigitsResult, DigitsTraining};
use solvable_simulate::augmentation::features::{FourierData, FourierModel, FourierTraining};
use solvable_simulate::augmentation::kernels::NoisedPair;

/// Training on random Fourier features.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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

/// Averages of the descent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FourierFeaturesOutcome {
    /// The number of the problem, which gives the data again.
    pub problem: f64,
    /// $p$.
    pub p: f64,
    /// $v$.
    pub v: f64,
    /// The test error.
    pub test: f64,
}

/// Gradient descent with noise drawn anew for every use.
pub struct FourierFeatures;

/// The data of the problem `number`.
pub fn fourier_problem(model: &FourierModel, number: f64) -> Result<FourierData, SimulationError> {
    model.draw(&Streams::of_problem("fourier problem", "", number as u64))
}

impl Experiment for FourierFeatures {
    type Setting = FourierFeaturesSetting;
    type Outcome = FourierFeaturesOutcome;
    const ID: &'static str = "fourier-features";
    const VERSION: u32 = 2;

    fn check(setting: &FourierFeaturesSetting) -> Result<(), SettingError> {
        let FourierFeaturesSetting { model, training, eta, steps, burn } = setting;
        model.check().map_err(|error| error.within("model"))?;
        training.check().map_err(|error| error.within("training"))?;
        positive("eta", *eta)?;
        checks::steps("steps", *steps)?;
        within("burn", *burn, 0..=steps - 1)
    }

    fn run(
        setting: &FourierFeaturesSetting,
        streams: &Streams,
    ) -> Result<FourierFeaturesOutcome, TrialFailure> {
        let number = problem(streams) as f64;
        let data = fourier_problem(&setting.model, number)?;
        let FourierFeaturesSetting { training, eta, steps, burn, .. } = setting;
        let found = training.descend(&data, *eta, *steps, *burn, &streams.child("descent"))?;
        let (p, v, test) = (found.ratio, found.training, found.test);
        Ok(FourierFeaturesOutcome { problem: number, p, v, test })
    }

    fn cost(setting: &FourierFeaturesSetting) -> f64 {
        let FourierModel { samples, dimension, features, .. } = setting.model;
        // A sine and cosine cost about as much as 30 products.
        let step = samples * features * (4 + dimension + 30);
        setting.steps as f64 * step as f64
    }
}

/// A noised pair of inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SmoothedKernelSetting {
    /// The pair and its noise.
    #[serde(flatten)]
    pub pair: NoisedPair,
    /// Draws of a trial.
    pub draws: usize,
}

/// Means of kernels over draws of the noise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SmoothedKernelOutcome {
    /// Of the error function.
    pub erf: f64,
    /// Of ReLU.
    pub relu: f64,
    /// The Gaussian kernel.
    pub gauss: f64,
}

/// Kernels under independent noise on both inputs.
pub struct SmoothedKernel;

impl Experiment for SmoothedKernel {
    type Setting = SmoothedKernelSetting;
    type Outcome = SmoothedKernelOutcome;
    const ID: &'static str = "smoothed-kernel";
    const VERSION: u32 = 1;

    fn check(setting: &SmoothedKernelSetting) -> Result<(), SettingError> {
        setting.pair.check()?;
        checks::steps("draws", setting.draws)
    }

    fn run(
        setting: &SmoothedKernelSetting,
        streams: &Streams,
    ) -> Result<SmoothedKernelOutcome, TrialFailure> {
        let means = setting.pair.average(setting.draws, &streams.child("noise"))?;
        Ok(SmoothedKernelOutcome { erf: means.erf, relu: means.relu, gauss: means.gauss })
    }

    fn cost(setting: &SmoothedKernelSetting) -> f64 {
        (setting.draws * setting.pair.dimension) as f64 * 40.0
    }
}

/// Networks on digits, trained by several methods from one draw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DigitsAugmentationSetting {
    /// Data, network and training.
    pub training: DigitsTraining,
    /// The methods; those of a trial share initial weights, batches and augmentation draws.
    pub rules: Vec<Rule>,
}

/// Lists over rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DigitsAugmentationOutcome {
    /// Accuracy on the test images, a share.
    pub accuracy: Vec<f64>,
    /// Mean of the batch loss over the last 500 updates.
    pub loss: Vec<f64>,
    /// Its standard deviation over them.
    pub fluctuation: Vec<f64>,
    /// The mean share of augmented images in each range of updates, rule by rule.
    pub ratios: Vec<f64>,
}

/// Every rule on the same images.
pub struct DigitsAugmentation;

impl Experiment for DigitsAugmentation {
    type Setting = DigitsAugmentationSetting;
    type Outcome = DigitsAugmentationOutcome;
    const ID: &'static str = "digits-augmentation";
    const VERSION: u32 = 1;

    fn check(setting: &DigitsAugmentationSetting) -> Result<(), SettingError> {
        setting.training.check().map_err(|error| error.within("training"))?;
        setting.training.check_rules(&setting.rules)
    }

    fn run(
        setting: &DigitsAugmentationSetting,
        streams: &Streams,
    ) -> Result<DigitsAugmentationOutcome, TrialFailure> {
        let results = setting.training.run(&setting.rules, streams)?;
        let list = |f: fn(&DigitsResult) -> f64| results.iter().map(f).collect::<Vec<_>>();
        Ok(DigitsAugmentationOutcome {
            accuracy: list(|r| r.accuracy),
            loss: list(|r| r.loss),
            fluctuation: list(|r| r.fluctuation),
            ratios: results.iter().flat_map(|r| r.ratios.iter().copied()).collect(),
        })
    }

    fn cost(setting: &DigitsAugmentationSetting) -> f64 {
        setting.training.cost(setting.rules.len())
    }
}
