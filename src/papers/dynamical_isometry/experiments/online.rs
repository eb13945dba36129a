use serde::{Deserialize, Serialize};

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{filled, finite, positive, require};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::checks;
use solvable_simulate::deep::{
    DeepSetting, dual, mean_square_slopes, mean_squares, online_step, random_residual,
};
use solvable_simulate::linalg::{Matrix, symmetric_eigenvalues};
use solvable_simulate::network::Network;

/// One sample, learnt from a small residual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepThresholdSetting {
    /// The network.
    #[serde(flatten)]
    pub network: DeepSetting,
    /// $\rho$: the residual starts with $\|r\|=\rho\sqrt{Mq_0}$.
    pub rho: f64,
    /// Steps of gradient descent behind every decision.
    pub steps: usize,
}

/// The learning rate at which one sample stops being learnt.
pub struct StepThreshold;

/// A threshold, and what theory knows of the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepThresholdOutcome {
    /// The learning rate at which the sample stops being learnt, by bisection.
    pub threshold: f64,
    /// The largest eigenvalue of the network's own $H_L$.
    pub lambda_max: f64,
    /// $\hat q_0,\dots,\hat q_{L-1}$.
    pub q: Vec<f64>,
    /// $\hat\alpha_1,\dots,\hat\alpha_{L-1}$.
    pub alpha: Vec<f64>,
}

/// Bisection steps for a threshold, over a bracket of ratio 3 around the linear one.
const BISECTIONS: usize = 13;
/// Growth of the loss that decides for instability at once.
const DIVERGED: f64 = 1e6;
/// Decay of the loss that decides for stability at once: near the rounding floor slopes are noise.
const LEARNT: f64 = 1e-8;
/// Steps at the end over which the slope of the logarithm of the loss is fitted.
const TAIL: usize = 10;

/// Whether one sample is learnt at learning rate `rate`.
fn learns(
    start: &Network,
    x: &Matrix,
    target: &Matrix,
    rate: f64,
    steps: usize,
) -> Result<bool, TrialFailure> {
    let mut network = start.clone();
    let mut logs = Vec::with_capacity(steps + 1);
    for _ in 0..=steps {
        let signals = network.forward(x)?;
        let residual = &signals.output - target;
        let loss = residual.norm_squared();
        if !loss.is_finite() {
            return Ok(false);
        }
        logs.push(loss.max(f64::MIN_POSITIVE).ln());
        let growth = (logs[logs.len() - 1] - logs[0]).exp();
        if growth > DIVERGED {
            return Ok(false);
        }
        if growth < LEARNT {
            return Ok(true);
        }
        online_step(&mut network, &signals, residual, rate);
    }
    let tail = &logs[logs.len().saturating_sub(TAIL)..];
    let centre = (tail.len() as f64 - 1.0) / 2.0;
    let slope: f64 = tail.iter().enumerate().map(|(t, log)| (t as f64 - centre) * log).sum();
    Ok(slope < 0.0)
}

impl Experiment for StepThreshold {
    type Setting = StepThresholdSetting;
    type Outcome = StepThresholdOutcome;
    const ID: &'static str = "step-threshold";
    const VERSION: u32 = 1;

    fn check(setting: &StepThresholdSetting) -> Result<(), SettingError> {
        setting.network.check()?;
        positive("rho", setting.rho)?;
        checks::steps("steps", setting.steps)
    }

    fn run(setting: &StepThresholdSetting, streams: &Streams) -> Result<StepThresholdOutcome, TrialFailure> {
        let (network, signals) = setting.network.draw(streams)?;
        let x = &signals.hidden[0];
        let residual = random_residual(&setting.network, setting.rho, &streams.child("residual"));
        let target = &signals.output - residual;
        let values = symmetric_eigenvalues(&dual(&network, &signals))?;
        let largest = values.last().copied().unwrap_or(0.0);
        let (mut low, mut high) = (0.5 * 2.0 / largest, 1.5 * 2.0 / largest);
        for _ in 0..BISECTIONS {
            let middle = 0.5 * (low + high);
            if learns(&network, x, &target, middle, setting.steps)? { low = middle } else { high = middle }
        }
        Ok(StepThresholdOutcome {
            threshold: 0.5 * (low + high),
            lambda_max: largest,
            q: mean_squares(&signals, 0),
            alpha: mean_square_slopes(&signals, 0),
        })
    }

    fn cost(setting: &StepThresholdSetting) -> f64 {
        6.0 * setting.network.weights() * (setting.steps * BISECTIONS) as f64
    }
}

/// One step at several learning rates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OneStepSetting {
    /// The network.
    #[serde(flatten)]
    pub network: DeepSetting,
    /// $\rho$.
    pub rho: f64,
    /// $\eta$.
    pub rates: Vec<f64>,
    /// Residuals of random direction over which the ratio is averaged.
    pub directions: usize,
}

/// The loss after one step over that before, for residuals of random direction.
pub struct OneStep;

/// Ratios of losses, and what theory knows of the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OneStepOutcome {
    /// The mean ratio over the directions, one a learning rate.
    pub ratios: Vec<f64>,
    /// $\hat q_0,\dots,\hat q_{L-1}$.
    pub q: Vec<f64>,
    /// $\hat\alpha_1,\dots,\hat\alpha_{L-1}$.
    pub alpha: Vec<f64>,
}

impl Experiment for OneStep {
    type Setting = OneStepSetting;
    type Outcome = OneStepOutcome;
    const ID: &'static str = "one-step";
    const VERSION: u32 = 1;

    fn check(setting: &OneStepSetting) -> Result<(), SettingError> {
        setting.network.check()?;
        positive("rho", setting.rho)?;
        filled("rates", &setting.rates)?;
        checks::each("rates", &setting.rates, finite)?;
        checks::count("directions", setting.directions)
    }

    fn run(setting: &OneStepSetting, streams: &Streams) -> Result<OneStepOutcome, TrialFailure> {
        let (network, signals) = setting.network.draw(streams)?;
        let x = &signals.hidden[0];
        let mut ratios = vec![0.0; setting.rates.len()];
        for direction in 0..setting.directions {
            let residual =
                random_residual(&setting.network, setting.rho, &streams.nth_child("residual", direction));
            for (ratio, rate) in ratios.iter_mut().zip(&setting.rates) {
                let mut moved = network.clone();
                online_step(&mut moved, &signals, residual.clone(), *rate);
                let change = moved.forward(x)?.output - &signals.output;
                let after = &residual + change;
                *ratio += after.norm_squared() / residual.norm_squared() / setting.directions as f64;
            }
        }
        Ok(OneStepOutcome { ratios, q: mean_squares(&signals, 0), alpha: mean_square_slopes(&signals, 0) })
    }

    fn cost(setting: &OneStepSetting) -> f64 {
        10.0 * setting.network.weights() * (setting.rates.len() * setting.directions) as f64
    }
}

/// Online training on several samples in turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OnlineSetting {
    /// The network.
    #[serde(flatten)]
    pub network: DeepSetting,
    /// $\rho$ of every sample.
    pub rho: f64,
    /// $N$.
    pub samples: usize,
    /// $T$: steps in all, one sample a step.
    pub steps: usize,
    /// $\eta_c$, the unit of learning rates.
    pub unit: f64,
    /// Learning rates in this unit; for the boundary, its bracket.
    pub rates: Vec<f64>,
}

/// A drawn problem: network, inputs and targets.
struct Problem {
    network: Network,
    inputs: Matrix,
    targets: Matrix,
}

impl OnlineSetting {
    fn check(&self) -> Result<(), SettingError> {
        self.network.check()?;
        positive("rho", self.rho)?;
        checks::count("samples", self.samples)?;
        checks::steps("steps", self.steps)?;
        positive("unit", self.unit)?;
        filled("rates", &self.rates)?;
        checks::each("rates", &self.rates, positive)
    }

    fn draw(&self, streams: &Streams) -> Result<Problem, TrialFailure> {
        let network = self.network.network(streams)?;
        let inputs = self.network.inputs(self.samples, &streams.child("inputs"));
        let mut targets = network.forward(&inputs)?.output;
        for (n, mut target) in targets.column_iter_mut().enumerate() {
            target -= random_residual(&self.network, self.rho, &streams.nth_child("residual", n)).column(0);
        }
        Ok(Problem { network, inputs, targets })
    }

    fn cost(&self, runs: usize) -> f64 {
        6.0 * self.network.weights() * (self.steps * runs) as f64
    }
}

impl Problem {
    fn loss(&self, network: &Network) -> Result<f64, TrialFailure> {
        Ok((network.forward(&self.inputs)?.output - &self.targets).norm_squared())
    }

    /// $\log_{10}[\ell(T)/\ell(0)]$, cut at $\pm16$; 16 where training diverges.
    fn train(&self, rate: f64, steps: usize) -> Result<f64, TrialFailure> {
        let columns = |m: &Matrix, n: usize| m.columns(n, 1).into_owned();
        let samples = self.inputs.ncols();
        let start = self.loss(&self.network)?;
        let mut network = self.network.clone();
        for t in 0..steps {
            let signals = network.forward(&columns(&self.inputs, t % samples))?;
            let residual = &signals.output - columns(&self.targets, t % samples);
            let loss = residual.norm_squared();
            if !loss.is_finite() || loss > 1e16 * start {
                return Ok(16.0);
            }
            online_step(&mut network, &signals, residual, rate);
        }
        let end = self.loss(&network)?;
        Ok(if end.is_finite() { (end / start).log10().clamp(-16.0, 16.0) } else { 16.0 })
    }
}

/// The loss after online training at several learning rates.
pub struct OnlineTraining;

/// What training has made of the loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OnlineTrainingOutcome {
    /// $\log_{10}[\ell(T)/\ell(0)]$, mean over the samples, one a learning rate.
    pub log_ratios: Vec<f64>,
}

impl Experiment for OnlineTraining {
    type Setting = OnlineSetting;
    type Outcome = OnlineTrainingOutcome;
    const ID: &'static str = "online-training";
    const VERSION: u32 = 1;

    fn check(setting: &OnlineSetting) -> Result<(), SettingError> {
        setting.check()
    }

    fn run(setting: &OnlineSetting, streams: &Streams) -> Result<OnlineTrainingOutcome, TrialFailure> {
        let problem = setting.draw(streams)?;
        let ratios = setting
            .rates
            .iter()
            .map(|rate| problem.train(rate * setting.unit, setting.steps))
            .collect::<Result<_, _>>()?;
        Ok(OnlineTrainingOutcome { log_ratios: ratios })
    }

    fn cost(setting: &OnlineSetting) -> f64 {
        setting.cost(setting.rates.len())
    }
}

/// The learning rate at which the loss after online training equals that before.
pub struct OnlineBoundary;

/// Where online training begins to fail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OnlineBoundaryOutcome {
    /// The learning rate in its unit, by geometric bisection between the first and the last of the rates.
    pub boundary: f64,
}

/// Halvings of the logarithm of the bracket.
const HALVINGS: usize = 7;

impl Experiment for OnlineBoundary {
    type Setting = OnlineSetting;
    type Outcome = OnlineBoundaryOutcome;
    const ID: &'static str = "online-boundary";
    const VERSION: u32 = 1;

    fn check(setting: &OnlineSetting) -> Result<(), SettingError> {
        setting.check()?;
        let bracket = matches!(setting.rates[..], [first, .., last] if first < last);
        let valid = "a bracket: two learning rates or more, the first below the last";
        require(bracket, "rates", format!("{:?}", setting.rates), valid)
    }

    fn run(setting: &OnlineSetting, streams: &Streams) -> Result<OnlineBoundaryOutcome, TrialFailure> {
        let [first, .., last] = setting.rates[..] else {
            return Err("a boundary needs a bracket of two learning rates".into());
        };
        let problem = setting.draw(streams)?;
        let (mut low, mut high) = (first.ln(), last.ln());
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if problem.train(middle.exp() * setting.unit, setting.steps)? < 0.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok(OnlineBoundaryOutcome { boundary: (0.5 * (low + high)).exp() })
    }

    fn cost(setting: &OnlineSetting) -> f64 {
        setting.cost(HALVINGS)
    }
}
