use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use solvable_theory::Architecture;
use solvable_theory::normalization::mini_batch_gram;

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{filled, positive, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{FisherSetting, checks, shortened};
use solvable_simulate::cross_entropy;
use solvable_simulate::data::{Dataset, on_sphere};
use solvable_simulate::gram::{TangentOperator, class_means, tangent_kernel};
use solvable_simulate::linalg::Matrix;
use solvable_simulate::network::Network;
use solvable_simulate::training::{Loss, Parametrization, Samples, descend_on, epoch, fresh_batches};

/// Descent on random batches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MiniBatchSetting {
    /// Network and samples.
    #[serde(flatten)]
    pub system: FisherSetting,
    /// $B$.
    pub batch: usize,
}

/// Most samples whose second moments are searched.
const MOST: usize = 400;

impl MiniBatchSetting {
    fn check(&self, most: usize) -> Result<(), SettingError> {
        let Self { system: FisherSetting { network, samples }, batch } = self;
        self.system.check_kernel()?;
        checks::plain(network)?;
        checks::one_output(network)?;
        within("samples", *samples, 2..=most)?;
        within("batch", *batch, 1..=*samples)
    }
}

/// The kernel of a network, and the step at which descent on random batches loses stability there.
pub struct MiniBatchKernel;

/// What [`MiniBatchKernel`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MiniBatchKernelOutcome {
    /// The mean of the diagonal of $\Theta$.
    pub diagonal: f64,
    /// The mean of its other entries.
    pub off_diagonal: f64,
    /// $\eta_c$ of the whole matrix.
    pub step: f64,
}

impl Experiment for MiniBatchKernel {
    type Setting = MiniBatchSetting;
    type Outcome = MiniBatchKernelOutcome;
    const ID: &'static str = "mini-batch-kernel";
    const VERSION: u32 = 1;

    fn check(setting: &MiniBatchSetting) -> Result<(), SettingError> {
        setting.check(MOST)
    }

    fn run(setting: &MiniBatchSetting, streams: &Streams) -> Result<MiniBatchKernelOutcome, TrialFailure> {
        let (network, signals) = setting.system.draw(streams)?;
        let kernel = tangent_kernel(&network, &signals);
        let (diagonal, off_diagonal) = class_means(&kernel, 1);
        Ok(MiniBatchKernelOutcome { diagonal, off_diagonal, step: mini_batch_gram(&kernel, setting.batch)? })
    }

    fn cost(setting: &MiniBatchSetting) -> f64 {
        setting.system.weight_cost() + 2e2 * (setting.system.samples as f64).powi(3)
    }
}

/// A few steps from an isotropic residual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MiniBatchDescentSetting {
    /// Network, samples and batches.
    #[serde(flatten)]
    pub system: MiniBatchSetting,
    /// $\eta$.
    pub learning_rate: f64,
    /// $T$.
    pub steps: usize,
    /// Runs of one network, each with a residual and batches of its own.
    pub orders: usize,
}

/// The loss of a network after a few steps on random batches, over that before.
pub struct MiniBatchDescent;

/// What [`MiniBatchDescent`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MiniBatchDescentOutcome {
    /// $\|r_T\|^2/\|r_0\|^2$, mean over the runs.
    pub ratio: f64,
}

/// The root mean square of residuals, small enough for the kernel to stay what it is.
const RESIDUAL: f64 = 1e-6;

impl Experiment for MiniBatchDescent {
    type Setting = MiniBatchDescentSetting;
    type Outcome = MiniBatchDescentOutcome;
    const ID: &'static str = "mini-batch-descent";
    const VERSION: u32 = 1;

    fn check(setting: &MiniBatchDescentSetting) -> Result<(), SettingError> {
        setting.system.check(checks::MOST)?;
        positive("learning_rate", setting.learning_rate)?;
        checks::steps("steps", setting.steps)?;
        checks::count("orders", setting.orders)
    }

    fn run(
        setting: &MiniBatchDescentSetting,
        streams: &Streams,
    ) -> Result<MiniBatchDescentOutcome, TrialFailure> {
        let MiniBatchSetting { system, batch } = &setting.system;
        let (network, signals) = system.draw(streams)?;
        let (inputs, samples) = (&signals.hidden[0], system.samples);
        let how = (Parametrization::Standard, Loss::Squared, setting.learning_rate);
        let mut sum = 0.0;
        for order in 0..setting.orders {
            let residual = streams.nth_child("residual", order).normals(samples, RESIDUAL);
            let residual = Matrix::from_vec(1, samples, residual);
            let targets = &signals.output - &residual;
            let mut rng = streams.nth_child("batches", order).rng(0);
            let batches = fresh_batches(samples, *batch, setting.steps, &mut rng);
            let end =
                descend_on(network.clone(), Samples { inputs, targets: &targets }, &batches, how, |_| true)?;
            sum += (end.forward(inputs)?.output - &targets).norm_squared() / residual.norm_squared();
        }
        Ok(MiniBatchDescentOutcome { ratio: sum / setting.orders as f64 })
    }

    fn cost(setting: &MiniBatchDescentSetting) -> f64 {
        let MiniBatchSetting { system, batch } = &setting.system;
        let step = (20.0 + 6.0 * *batch as f64) * system.network.parameter_count() as f64;
        system.weight_cost() + (setting.steps * setting.orders) as f64 * step
    }
}

/// One pass over images of digits at several learning rates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DigitsEpochSetting {
    /// The network, of 64 inputs and ten outputs.
    pub network: Architecture,
    /// What is minimised.
    pub loss: Loss,
    /// $N$: images, drawn among the shipped ones.
    pub samples: usize,
    /// $B$.
    pub batch: usize,
    /// The learning rates.
    pub learning_rates: Vec<f64>,
}

/// The loss after one epoch on digits, over that before.
pub struct DigitsEpoch;

/// What [`DigitsEpoch`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DigitsEpochOutcome {
    /// $\lambda_{\max}$ of the Fisher information of the loss at the start, on at most 300 of the images.
    pub lambda_max: f64,
    /// The loss of an untaught network: half the mean square of the labels, or $\ln C$.
    pub reference: f64,
    /// The common logarithm of the loss after the epoch over that before, from -4 to 4, at each learning rate.
    pub log10_ratio: Vec<f64>,
    /// The same over `reference`.
    pub log10_loss: Vec<f64>,
}

/// Images that are shipped, and those of which a sharpness is found.
const IMAGES: (usize, usize) = (1797, 300);
/// Losses beyond this factor of the start do not come back.
const LOST: f64 = 1e8;

impl Experiment for DigitsEpoch {
    type Setting = DigitsEpochSetting;
    type Outcome = DigitsEpochOutcome;
    const ID: &'static str = "digits-epoch";
    const VERSION: u32 = 1;

    fn check(setting: &DigitsEpochSetting) -> Result<(), SettingError> {
        let DigitsEpochSetting { network, samples, batch, learning_rates, .. } = setting;
        checks::network(network)?;
        checks::plain(network)?;
        checks::inputs(network, 64)?;
        checks::widths(network, network.classes() == 10, "a list that ends with 10, one output a digit")?;
        within("samples", *samples, 1..=IMAGES.0)?;
        within("batch", *batch, 1..=*samples)?;
        filled("learning_rates", learning_rates)?;
        checks::each("learning_rates", learning_rates, positive)?;
        let valid = "at most 1000 learning rates";
        require(learning_rates.len() <= 1000, "learning_rates", learning_rates.len(), valid)
    }

    fn run(setting: &DigitsEpochSetting, streams: &Streams) -> Result<DigitsEpochOutcome, TrialFailure> {
        let DigitsEpochSetting { network: architecture, loss, samples, batch, learning_rates } = setting;
        let digits = Dataset::digits()?;
        let mut order: Vec<usize> = (0..digits.samples()).collect();
        order.shuffle(&mut streams.child("images").rng(0));
        order.truncate(*samples);
        let inputs = on_sphere(digits.inputs().select_columns(&order))?;
        let labels = digits.labels().unwrap_or_default();
        let targets = Matrix::from_fn(10, order.len(), |k, n| f64::from(usize::from(labels[order[n]]) == k));
        let network = Network::draw(architecture, streams);
        let head = inputs.columns(0, order.len().min(IMAGES.1)).into_owned();
        let signals = network.forward(&head)?;
        let lambda_max = match loss {
            Loss::Squared => TangentOperator::new(&network, &signals).largest(1)?[0] / head.ncols() as f64,
            Loss::CrossEntropy => cross_entropy::largest(&network, &signals, 1)?[0],
        };
        let start = loss.value(&network.forward(&inputs)?.output, &targets);
        let reference = loss.value(&Matrix::zeros(10, order.len()), &targets);
        let (mut log10_ratio, mut log10_loss) = (Vec::new(), Vec::new());
        for rate in learning_rates {
            let batches = epoch(order.len(), *batch, &mut streams.child("batches").rng(0));
            let how = (Parametrization::Standard, *loss, *rate);
            let mut lost = false;
            let watch = |residual: &Matrix| {
                let size = residual.norm_squared();
                lost = size.is_nan() || size >= LOST * residual.len() as f64;
                !lost
            };
            let end = descend_on(
                network.clone(),
                Samples { inputs: &inputs, targets: &targets },
                &batches,
                how,
                watch,
            )?;
            let value =
                if lost { f64::INFINITY } else { loss.value(&end.forward(&inputs)?.output, &targets) };
            let value = if value.is_nan() { f64::INFINITY } else { value };
            log10_ratio.push((value / start).log10().clamp(-4.0, 4.0));
            log10_loss.push((value / reference).log10().clamp(-4.0, 4.0));
        }
        Ok(DigitsEpochOutcome {
            lambda_max,
            reference,
            log10_ratio: shortened(&log10_ratio),
            log10_loss: shortened(&log10_loss),
        })
    }

    fn cost(setting: &DigitsEpochSetting) -> f64 {
        let parameters = setting.network.parameter_count() as f64;
        parameters * setting.samples as f64 * (8.0 * setting.learning_rates.len() as f64 + 1e3)
    }
}
