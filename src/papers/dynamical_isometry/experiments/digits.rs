use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{filled, positive, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::checks;
use solvable_simulate::data::Dataset;
use solvable_simulate::deep::{DeepSetting, online_step, random_residual};
use solvable_simulate::linalg::{Matrix, haar_orthogonal, product, symmetric_eigenvalues};
use solvable_simulate::network::Network;

/// One pass over images of digits, one image a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OnlineDigitsSetting {
    /// The network, of at least 64 units a layer.
    #[serde(flatten)]
    pub network: DeepSetting,
    /// Images, drawn among the shipped ones.
    pub samples: usize,
    /// Residuals start with $\|r\|=\rho\sqrt{Mq_0}$, or one-hot targets have this length.
    pub rho: f64,
    /// $\eta_c$, the unit of learning rates.
    pub unit: f64,
    /// Learning rates in this unit; for the boundary, its bracket.
    pub rates: Vec<f64>,
}

/// Images that are shipped, and their pixels.
const IMAGES: (usize, usize) = (1797, 64);
/// Logarithms of losses beyond this do not come back.
const LOST: f64 = 200.0;

impl OnlineDigitsSetting {
    fn check(&self) -> Result<(), SettingError> {
        self.network.check()?;
        let width = self.network.width;
        within("width", width, IMAGES.1..=4096)?;
        within("samples", self.samples, 1..=IMAGES.0)?;
        within("rho", self.rho, 1e-12..=1e3)?;
        positive("unit", self.unit)?;
        filled("rates", &self.rates)?;
        checks::each("rates", &self.rates, positive)
    }

    /// A network, images turned into its space at random with $\|x\|^2=Mq_0$, and their labels.
    fn draw(&self, streams: &Streams) -> Result<(Network, Matrix, Vec<usize>), TrialFailure> {
        let digits = Dataset::digits()?;
        let mut order: Vec<usize> = (0..digits.samples()).collect();
        order.shuffle(&mut streams.child("images").rng(0));
        order.truncate(self.samples);
        let frame = haar_orthogonal(self.network.width, &streams.child("embedding"));
        let frame = frame.columns(0, IMAGES.1).into_owned();
        let mut inputs = product(&frame, &digits.inputs().select_columns(&order));
        let length = (self.network.width as f64 * self.network.q0).sqrt();
        for mut column in inputs.column_iter_mut() {
            let own = column.norm();
            column *= length / own;
        }
        let labels = digits.labels().unwrap_or_default();
        let labels = order.iter().map(|&n| usize::from(labels[n])).collect();
        Ok((self.network.network(streams)?, inputs, labels))
    }

    fn cost(&self, runs: usize) -> f64 {
        8.0 * self.network.weights() * (self.samples * runs) as f64
    }
}

/// One pass at `rate`: the sum of the losses of the last `tail` images before their steps, and the network at the end; none where training is lost.
fn pass(
    start: &Network,
    inputs: &Matrix,
    targets: &Matrix,
    rate: f64,
    tail: usize,
) -> Result<Option<(f64, Network)>, TrialFailure> {
    let samples = inputs.ncols();
    let ceiling = LOST.exp() * targets.norm_squared().max(f64::MIN_POSITIVE);
    let (mut network, mut sum) = (start.clone(), 0.0);
    for n in 0..samples {
        let signals = network.forward(&inputs.columns(n, 1).into_owned())?;
        let residual = &signals.output - targets.columns(n, 1);
        let loss = residual.norm_squared();
        if loss.is_nan() || loss >= ceiling {
            return Ok(None);
        }
        if n + tail >= samples {
            sum += loss;
        }
        online_step(&mut network, &signals, residual, rate);
    }
    Ok(Some((sum, network)))
}

/// The loss on all images after one pass with small residuals, over that before.
pub struct OnlineDigits;

/// What [`OnlineDigits`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OnlineDigitsOutcome {
    /// $\ln[\ell(T)/\ell(0)]$, from -200 to 200, one a learning rate.
    pub log_ratios: Vec<f64>,
    /// The largest eigenvalue of the images' cosines over their number.
    pub common: f64,
}

impl Experiment for OnlineDigits {
    type Setting = OnlineDigitsSetting;
    type Outcome = OnlineDigitsOutcome;
    const ID: &'static str = "online-digits";
    const VERSION: u32 = 1;

    fn check(setting: &OnlineDigitsSetting) -> Result<(), SettingError> {
        setting.check()
    }

    fn run(setting: &OnlineDigitsSetting, streams: &Streams) -> Result<OnlineDigitsOutcome, TrialFailure> {
        let (network, inputs, _) = setting.draw(streams)?;
        let mut targets = network.forward(&inputs)?.output;
        for (n, mut target) in targets.column_iter_mut().enumerate() {
            let residual = random_residual(&setting.network, setting.rho, &streams.nth_child("residual", n));
            target -= residual.column(0);
        }
        let loss = |network: &Network| -> Result<f64, TrialFailure> {
            Ok((network.forward(&inputs)?.output - &targets).norm_squared())
        };
        let start = loss(&network)?;
        let mut log_ratios = Vec::new();
        for rate in &setting.rates {
            let end = match pass(&network, &inputs, &targets, rate * setting.unit, 0)? {
                Some((_, end)) => loss(&end)?,
                None => f64::INFINITY,
            };
            let ratio = (end / start).ln();
            log_ratios.push(if ratio.is_nan() { LOST } else { ratio.clamp(-LOST, LOST) });
        }
        let size = setting.network.width as f64 * setting.network.q0 * setting.samples as f64;
        let mut gram = Matrix::zeros(inputs.nrows(), inputs.nrows());
        solvable_simulate::linalg::add_product_transpose(&mut gram, 1.0 / size, &inputs, &inputs);
        let values = symmetric_eigenvalues(&gram)?;
        Ok(OnlineDigitsOutcome { log_ratios, common: values.last().copied().unwrap_or(0.0) })
    }

    fn cost(setting: &OnlineDigitsSetting) -> f64 {
        setting.cost(setting.rates.len())
    }
}

/// The learning rate from which on one pass with one-hot targets leaves the last images worse than no training.
pub struct VisibleDigits;

/// What [`VisibleDigits`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VisibleDigitsOutcome {
    /// In the unit of the setting, by geometric bisection between the first and the last of the rates.
    pub boundary: f64,
}

/// Images at the end whose losses are compared.
const TAIL: usize = 50;
/// Halvings of the logarithm of the bracket.
const HALVINGS: usize = 6;

impl Experiment for VisibleDigits {
    type Setting = OnlineDigitsSetting;
    type Outcome = VisibleDigitsOutcome;
    const ID: &'static str = "visible-digits";
    const VERSION: u32 = 1;

    fn check(setting: &OnlineDigitsSetting) -> Result<(), SettingError> {
        setting.check()?;
        let bracket = matches!(setting.rates[..], [first, .., last] if first < last);
        let valid = "a bracket: two learning rates or more, the first below the last";
        require(bracket, "rates", format!("{:?}", setting.rates), valid)
    }

    fn run(setting: &OnlineDigitsSetting, streams: &Streams) -> Result<VisibleDigitsOutcome, TrialFailure> {
        let [first, .., last] = setting.rates[..] else {
            return Err("a boundary needs a bracket of two learning rates".into());
        };
        let (network, inputs, labels) = setting.draw(streams)?;
        let length = setting.rho * (setting.network.width as f64 * setting.network.q0).sqrt();
        let targets =
            Matrix::from_fn(
                setting.network.width,
                labels.len(),
                |k, n| {
                    if labels[n] == k { length } else { 0.0 }
                },
            );
        let tail = TAIL.min(labels.len());
        let from = labels.len() - tail;
        let untaught = network.forward(&inputs.columns(from, tail).into_owned())?.output;
        let reference = (untaught - targets.columns(from, tail)).norm_squared();
        let (mut low, mut high) = (first.ln(), last.ln());
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            let end = pass(&network, &inputs, &targets, middle.exp() * setting.unit, tail)?;
            if end.is_some_and(|(loss, _)| loss < reference) { low = middle } else { high = middle }
        }
        Ok(VisibleDigitsOutcome { boundary: (0.5 * (low + high)).exp() })
    }

    fn cost(setting: &OnlineDigitsSetting) -> f64 {
        setting.cost(HALVINGS)
    }
}
