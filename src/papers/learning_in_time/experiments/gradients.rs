//! Stochastic gradients, on new samples and on old ones.

use serde::{Deserialize, Serialize};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{filled, non_negative, positive, require, within};
use solvable_engine::verify::{Experiment, JudgeError, SettingError, TrialFailure};
use solvable_shared::{checks, kept};
use solvable_simulate::learning_in_time::{mean_of_runs, multipass_errors, stochastic_runs};
use solvable_simulate::linalg::{self, Matrix};
use solvable_theory::TheoryError;
use solvable_theory::continual_learning::Spectrum;
use solvable_theory::learning_in_time::sgd_threshold;

use super::problem::Problem;

/// The steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Steps {
    /// The same at all times.
    Constant(f64),
    /// One for each time.
    Each(Vec<f64>),
}

/// One-pass stochastic gradients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StochasticSetting {
    /// Spectrum, target, noise.
    pub problem: Problem,
    /// $B$.
    pub batch: usize,
    /// $\alpha$.
    pub alpha: Steps,
    /// $\beta$.
    pub beta: f64,
    /// Numbers of steps at which the error is measured, ascending.
    pub steps: Vec<usize>,
    /// Runs of which a trial is the mean.
    pub runs: usize,
}

/// What [`Stochastic`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StochasticOutcome {
    /// The mean test error at each number of steps.
    pub errors: Vec<f64>,
}

/// Runs of stochastic gradients on Gaussian features.
pub struct Stochastic;

pub(super) fn ascending(field: &str, steps: &[usize]) -> Result<(), SettingError> {
    filled(field, steps)?;
    let sorted = steps.windows(2).all(|pair| pair[0] < pair[1]);
    require(sorted, field, format!("{steps:?}"), "numbers that increase")?;
    steps.iter().try_for_each(|n| within(field, *n, 0..=checks::MOST_STEPS))
}

/// Numbers that a run draws at once.
const MOST_DRAWN: f64 = 2e8;

fn drawable(steps: usize, batch: usize, modes: usize) -> Result<(), SettingError> {
    let drawn = steps as f64 * batch as f64 * (modes as f64 + 1.0);
    let valid = format!("a run of at most {MOST_DRAWN:.0e} random numbers");
    require(drawn <= MOST_DRAWN, "steps", format!("{steps} steps of {batch} samples"), valid)
}

impl Experiment for Stochastic {
    type Setting = StochasticSetting;
    type Outcome = StochasticOutcome;
    const ID: &'static str = "stochastic-gradients";
    const VERSION: u32 = 1;

    fn check(setting: &StochasticSetting) -> Result<(), SettingError> {
        setting.problem.check()?;
        checks::count("batch", setting.batch)?;
        checks::count("runs", setting.runs)?;
        ascending("steps", &setting.steps)?;
        let slows = (0.0..1.0).contains(&setting.beta);
        require(slows, "beta", setting.beta, "a number from 0 to below 1")?;
        let last = setting.steps.last().copied().unwrap_or(0);
        match &setting.alpha {
            Steps::Constant(alpha) => positive("alpha.constant", *alpha)?,
            Steps::Each(steps) => {
                checks::each("alpha.each", steps, positive)?;
                let valid = format!("at least {last}, as many as there are steps");
                require(steps.len() >= last, "alpha.each", format!("{} numbers", steps.len()), valid)?;
            }
        }
        drawable(last, setting.batch, setting.problem.modes)
    }

    fn run(setting: &StochasticSetting, streams: &Streams) -> Result<StochasticOutcome, TrialFailure> {
        let (lambda, eta) = setting.problem.lists();
        let last = setting.steps.last().copied().unwrap_or(0);
        let steps = match &setting.alpha {
            Steps::Constant(alpha) => vec![*alpha; last],
            Steps::Each(steps) => steps.clone(),
        };
        let errors = stochastic_runs(
            (&lambda, &eta),
            setting.problem.sigma2,
            setting.batch,
            (&steps, setting.beta),
            &setting.steps,
            setting.runs,
            streams,
        );
        Ok(StochasticOutcome { errors: mean_of_runs(&errors) })
    }

    fn cost(setting: &StochasticSetting) -> f64 {
        let last = setting.steps.last().copied().unwrap_or(0) as f64;
        40.0 * (setting.runs * setting.batch * setting.problem.modes) as f64 * last
    }
}

/// One-pass stochastic gradients at the largest step whose mean square stays, without label noise, begun in the direction that then neither
/// grows nor falls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AtThresholdSetting {
    /// $P$.
    pub modes: usize,
    /// $a$ of $\lambda=i^{-a}$.
    pub decay: f64,
    /// $B$.
    pub batch: usize,
    /// Numbers of steps, ascending.
    pub steps: Vec<usize>,
    /// Runs of which a trial is the mean, or the median.
    pub runs: usize,
}

impl AtThresholdSetting {
    /// $\lambda$, the powers at the start, and the step.
    ///
    /// # Errors
    /// Those of the threshold.
    pub fn start(&self) -> Result<(Vec<f64>, Vec<f64>, f64), TheoryError> {
        let lambda: Vec<f64> = (1..=self.modes).map(|i| (i as f64).powf(-self.decay)).collect();
        let alpha = sgd_threshold(&Spectrum::simple(lambda.clone(), 0.0)?, self.batch, 0.0)?;
        let eigenvector = |l: &f64| {
            let x = alpha * l;
            let kept = (1.0 - x).powi(2) + x * x / self.batch as f64;
            l * l / (1.0 - kept)
        };
        let eta: Vec<f64> = lambda.iter().map(eigenvector).collect();
        Ok((lambda, eta, alpha))
    }
}

/// What [`AtThreshold`] measures, over the error at the start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AtThresholdOutcome {
    /// Means over the runs.
    pub mean: Vec<f64>,
    /// Medians over the runs.
    pub median: Vec<f64>,
}

/// Runs of stochastic gradients at the threshold.
pub struct AtThreshold;

impl Experiment for AtThreshold {
    type Setting = AtThresholdSetting;
    type Outcome = AtThresholdOutcome;
    const ID: &'static str = "at-threshold";
    const VERSION: u32 = 1;

    fn check(setting: &AtThresholdSetting) -> Result<(), SettingError> {
        checks::count("modes", setting.modes)?;
        non_negative("decay", setting.decay)?;
        checks::count("batch", setting.batch)?;
        checks::count("runs", setting.runs)?;
        ascending("steps", &setting.steps)?;
        let last = setting.steps.last().copied().unwrap_or(0);
        drawable(last, setting.batch, setting.modes)
    }

    fn run(setting: &AtThresholdSetting, streams: &Streams) -> Result<AtThresholdOutcome, TrialFailure> {
        let (lambda, eta, alpha) = setting.start()?;
        let steps = vec![alpha; setting.steps.last().copied().unwrap_or(0)];
        let (batch, counts) = (setting.batch, &setting.steps);
        let runs = stochastic_runs((&lambda, &eta), 0.0, batch, (&steps, 0.0), counts, setting.runs, streams);
        let start: f64 = eta.iter().sum();
        let median = |k: usize| {
            let mut errors: Vec<f64> = runs.iter().map(|run| run[k]).collect();
            errors.sort_by(f64::total_cmp);
            let (low, high) = ((errors.len() - 1) / 2, errors.len() / 2);
            0.5 * (errors[low] + errors[high]) / start
        };
        Ok(AtThresholdOutcome {
            mean: mean_of_runs(&runs).iter().map(|e| e / start).collect(),
            median: (0..counts.len()).map(median).collect(),
        })
    }

    fn cost(setting: &AtThresholdSetting) -> f64 {
        let last = setting.steps.last().copied().unwrap_or(0) as f64;
        40.0 * (setting.runs * setting.batch * setting.modes) as f64 * last
    }
}

/// Stochastic gradients with replacement on one training set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManyPassesSetting {
    /// Spectrum, target, noise.
    pub problem: Problem,
    /// $N$.
    pub samples: usize,
    /// Which training set: the same in all trials.
    pub set: u64,
    /// $B$.
    pub batch: usize,
    /// $\alpha$ over the largest stable step.
    pub share: f64,
    /// Numbers of steps, ascending.
    pub steps: Vec<usize>,
    /// Runs of which a trial is the mean.
    pub runs: usize,
}

/// What [`ManyPasses`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ManyPassesOutcome {
    /// The mean training error at each number of steps.
    pub errors: Vec<f64>,
}

impl ManyPassesSetting {
    /// The kernel matrix and the labels.
    fn data(&self) -> (Matrix, Vec<f64>) {
        let (lambda, eta) = self.problem.lists();
        let (p, n) = (lambda.len(), self.samples);
        let streams = Streams::of_problem("learning-in-time", "training set", self.set);
        let mut features = Matrix::from_vec(p, n, streams.child("inputs").normals(p * n, 1.0));
        let weights = Matrix::from_vec(p, 1, streams.child("target").normals(p, 1.0));
        let weights = Matrix::from_fn(p, 1, |i, _| weights[i] * eta[i].sqrt());
        let noise = streams.child("noise").normals(n, self.problem.sigma2.sqrt());
        let clean = linalg::transpose_product(&features, &weights);
        let labels = clean.iter().zip(noise).map(|(f, e)| f + e).collect();
        for (i, mut row) in features.row_iter_mut().enumerate() {
            row *= lambda[i].sqrt();
        }
        (linalg::transpose_product(&features, &features), labels)
    }

    /// The eigenvalues of the kernel matrix, and the squared projections of the labels.
    ///
    /// # Errors
    /// Eigenvalues that cannot be found.
    pub fn spectrum(&self) -> Result<(Vec<f64>, Vec<f64>), JudgeError> {
        let table = kept(&format!("training set {self:?}"), || {
            let (kernel, labels) = self.data();
            let failed = |error: solvable_simulate::SimulationError| JudgeError::Other(error.to_string());
            let (values, vectors) = linalg::symmetric_eigen(&kernel).map_err(failed)?;
            let labels = Matrix::from_vec(self.samples, 1, labels);
            let projections = linalg::transpose_product(&vectors, &labels);
            let values = values.iter().map(|m| m.max(0.0));
            Ok(values.chain(projections.iter().map(|y| y * y)).collect())
        })?;
        let (mu, y2) = table.split_at(self.samples);
        Ok((mu.to_vec(), y2.to_vec()))
    }

    /// $\alpha$.
    ///
    /// # Errors
    /// Eigenvalues that cannot be found; a threshold that there is not.
    pub fn alpha(&self) -> Result<f64, JudgeError> {
        let (mu, _) = self.spectrum()?;
        let threshold =
            solvable_theory::learning_in_time::multipass_threshold(&mu, self.samples, self.batch)?;
        Ok(self.share * threshold)
    }
}

/// Runs of stochastic gradients that pass one training set again and again.
pub struct ManyPasses;

impl Experiment for ManyPasses {
    type Setting = ManyPassesSetting;
    type Outcome = ManyPassesOutcome;
    const ID: &'static str = "many-passes";
    const VERSION: u32 = 1;

    fn check(setting: &ManyPassesSetting) -> Result<(), SettingError> {
        setting.problem.check()?;
        within("samples", setting.samples, 1..=4000)?;
        checks::count("batch", setting.batch)?;
        checks::count("runs", setting.runs)?;
        positive("share", setting.share)?;
        ascending("steps", &setting.steps)
    }

    fn run(setting: &ManyPassesSetting, streams: &Streams) -> Result<ManyPassesOutcome, TrialFailure> {
        let (kernel, labels) = setting.data();
        let alpha = setting.alpha().map_err(|error| TrialFailure::from(error.to_string()))?;
        let rates = (setting.batch, alpha);
        let errors = multipass_errors((&kernel, &labels), rates, &setting.steps, setting.runs, streams);
        Ok(ManyPassesOutcome { errors })
    }

    fn cost(setting: &ManyPassesSetting) -> f64 {
        let last = setting.steps.last().copied().unwrap_or(0) as f64;
        2.0 * (setting.runs * setting.batch * setting.samples) as f64 * last
    }
}
