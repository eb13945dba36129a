//! Stochastic gradients, on new samples and on old ones.

use serde::{Deserialize, Serialize};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{filled, positive, require, within};
use solvable_engine::verify::{Experiment, JudgeError, SettingError, TrialFailure};
use solvable_shared::{checks, kept};
use solvable_simulate::learning_in_time::{multipass_errors, stochastic_errors};
use solvable_simulate::linalg::{self, Matrix};

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

fn ascending(field: &str, steps: &[usize]) -> Result<(), SettingError> {
    filled(field, steps)?;
    let sorted = steps.windows(2).all(|pair| pair[0] < pair[1]);
    require(sorted, field, format!("{steps:?}"), "numbers that increase")?;
    steps.iter().try_for_each(|n| within(field, *n, 0..=checks::MOST_STEPS))
}

/// Numbers that a run draws at once.
const MOST_DRAWN: f64 = 2e8;

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
        let drawn = last as f64 * setting.batch as f64 * (setting.problem.modes as f64 + 1.0);
        let valid = format!("a run of at most {MOST_DRAWN:.0e} random numbers");
        require(drawn <= MOST_DRAWN, "steps", format!("{last} steps of {} samples", setting.batch), valid)
    }

    fn run(setting: &StochasticSetting, streams: &Streams) -> Result<StochasticOutcome, TrialFailure> {
        let (lambda, eta) = setting.problem.lists();
        let last = setting.steps.last().copied().unwrap_or(0);
        let steps = match &setting.alpha {
            Steps::Constant(alpha) => vec![*alpha; last],
            Steps::Each(steps) => steps.clone(),
        };
        let errors = stochastic_errors(
            (&lambda, &eta),
            setting.problem.sigma2,
            setting.batch,
            (&steps, setting.beta),
            &setting.steps,
            setting.runs,
            streams,
        );
        Ok(StochasticOutcome { errors })
    }

    fn cost(setting: &StochasticSetting) -> f64 {
        let last = setting.steps.last().copied().unwrap_or(0) as f64;
        40.0 * (setting.runs * setting.batch * setting.problem.modes) as f64 * last
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
        let streams = Streams::for_trial("learning-in-time", "training set", self.set, 0);
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
