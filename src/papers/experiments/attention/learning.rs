//! Maximum likelihood learnt to its end: teacher and student, estimates and their errors, expectation maximisation, rivals by contrastive divergence.

use nalgebra::DMatrix;
use serde::Serialize;
use solvable_theory::TheoryError;
use solvable_theory::attention_boltzmann::AttentionMachine;

use super::super::shortened;
use super::machine::RandomMachine;
use crate::simulate::attention::{
    Chains, Divergence, GaussianBernoulli, ascend, attention_products, em_start, em_step, log_likelihoods,
    polish, random_samples, samples, worst_matched_cosine,
};
use crate::simulate::data::Dataset;
use crate::simulate::{SimulationError, linalg};
use crate::streams::Streams;
use crate::verify::{Experiment, Record, TrialFailure};

/// Step size of gradient ascent: the largest eigenvalue of the Fisher information of patterns of norm 3 is near 2.
const ETA: f64 = 0.3;

/// The shipped digits without their mean, one image a column: every fifth from the first for tests, the others for training.
pub fn digits() -> Result<(DMatrix<f64>, DMatrix<f64>), SimulationError> {
    let digits = Dataset::digits()?;
    let part =
        |test: bool| -> Vec<usize> { (0..digits.samples()).filter(|i| (i % 5 == 0) == test).collect() };
    let mut train = digits.inputs().select_columns(&part(false));
    let mut test = digits.inputs().select_columns(&part(true));
    let mean = train.column_mean();
    train.column_iter_mut().chain(test.column_iter_mut()).for_each(|mut image| image -= &mean);
    Ok((train, test))
}

/// The best of several ascents from half-size random samples, at the maximum.
fn fit(
    data: &DMatrix<f64>,
    patterns: usize,
    order: usize,
    restarts: usize,
    streams: &Streams,
) -> Result<AttentionMachine, SimulationError> {
    const STEPS: usize = 150;
    let mut best: Option<(f64, AttentionMachine)> = None;
    for restart in 0..restarts.max(1) {
        let start = random_samples(data, patterns, &streams.nth_child("restart", restart))? * 0.5;
        let start = AttentionMachine::new(start, None, None, 1.0, (order as f64).recip())?;
        let end = ascend(start, data, ETA, STEPS)?;
        let likelihood = log_likelihoods(&end, data)?.mean();
        if best.as_ref().is_none_or(|(so_far, _)| likelihood > *so_far) {
            best = Some((likelihood, end));
        }
    }
    let (_, best) = best.ok_or(SimulationError::NotConverged { what: "every ascent" })?;
    polish(best, data)
}

/// Mean log-likelihood of `test` under the Gaussian with the mean and covariance of `train`.
fn gaussian_likelihood(train: &DMatrix<f64>, test: &DMatrix<f64>) -> Result<f64, SimulationError> {
    let mean = train.column_mean();
    let centred = |data: &DMatrix<f64>| {
        let mut data = data.clone();
        data.column_iter_mut().for_each(|mut v| v -= &mean);
        data
    };
    let (train, test) = (centred(train), centred(test));
    let covariance = &train * train.transpose() / train.ncols() as f64;
    let factor = linalg::cholesky(covariance, "the covariance of the data")?;
    let log_determinant = 2.0 * factor.l_dirty().diagonal().map(f64::ln).sum();
    let square = test.dot(&factor.solve(&test)) / test.ncols() as f64;
    Ok(-0.5 * (test.nrows() as f64 * (2.0 * std::f64::consts::PI).ln() + log_determinant + square))
}

/// Students of a random teacher's samples.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TeacherStudentSetting {
    /// The teacher; the student has its $K$, $d$ and $n$.
    #[serde(flatten)]
    pub teacher: RandomMachine,
    /// $N$.
    pub samples: usize,
    /// Fresh samples for the comparison.
    pub held_out: usize,
    /// Ascents of which the best is kept.
    pub restarts: usize,
}

/// The student's `cosine`, the smallest of matched patterns, and `unrelated`, the same for random ones; its loss `gap` $=\langle\log p_{\rm teacher}-\log p_{\rm student}\rangle$ on
/// fresh data, and the gaps of other models: attention of `order_one` (for teachers of higher order), Gaussian–Bernoulli machines with as many units trained by
/// `contrastive` and `persistent` divergence, the full `gaussian`.
pub struct TeacherStudent;

impl Experiment for TeacherStudent {
    type Setting = TeacherStudentSetting;
    type Outcome = Record;
    const ID: &'static str = "teacher-student";
    const VERSION: u32 = 1;

    fn run(setting: &TeacherStudentSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let RandomMachine { dimension, patterns, order, .. } = setting.teacher;
        let (xi, b, c) = setting.teacher.draw(streams);
        let teacher = setting.teacher.machine(&xi, &b, &c)?;
        let data = samples(&teacher, setting.samples, &streams.child("train"))?;
        let fresh = samples(&teacher, setting.held_out, &streams.child("held out"))?;
        let best = log_likelihoods(&teacher, &fresh)?.mean();
        let loss = |student: &AttentionMachine| -> Result<f64, SimulationError> {
            Ok(best - log_likelihoods(student, &fresh)?.mean())
        };
        let student = fit(&data, patterns, order, setting.restarts, &streams.child("student"))?;
        let unrelated = streams.child("unrelated").normals(patterns * dimension, 1.0);
        let unrelated = DMatrix::from_vec(patterns, dimension, unrelated);
        let mut outcome = Record::new()
            .with("cosine", worst_matched_cosine(student.patterns(), teacher.patterns())?)
            .with("unrelated", worst_matched_cosine(&unrelated, teacher.patterns())?)
            .with("gap", loss(&student)?)
            .with("gaussian", best - gaussian_likelihood(&data, &fresh)?);
        if order > 1 {
            let first = fit(&data, patterns, 1, setting.restarts, &streams.child("order one"))?;
            outcome = outcome.with("order_one", loss(&first)?);
        }
        for (name, chains) in [("contrastive", Chains::Data), ("persistent", Chains::Persistent)] {
            let how = Divergence { chains, batch: 100, eta: 0.02, epochs: 80 };
            let machine = GaussianBernoulli::train(&data, patterns, &how, &streams.child(name), |_| Ok(()))?;
            outcome = outcome.with(name, best - machine.log_likelihoods(&fresh)?.mean());
        }
        Ok(outcome)
    }

    fn cost(setting: &TeacherStudentSetting) -> f64 {
        let size = setting.teacher.dimension * setting.teacher.patterns;
        (4000 * setting.samples * size * setting.restarts) as f64
    }
}

/// Estimates of known patterns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EstimationSetting {
    /// $d$.
    pub dimension: usize,
    /// $K$: $\xi_\mu=\sqrt3e_\mu+e_{K+1}$.
    pub patterns: usize,
    /// $n$.
    pub order: usize,
    /// $N$.
    pub samples: usize,
}

impl EstimationSetting {
    /// The machine that the samples come from.
    pub fn teacher(&self) -> Result<AttentionMachine, TheoryError> {
        if self.patterns >= self.dimension {
            let range = format!("below d = {}", self.dimension);
            return Err(TheoryError::invalid("patterns", self.patterns, range));
        }
        let mut xi = DMatrix::zeros(self.patterns, self.dimension);
        xi.fill_diagonal(3f64.sqrt());
        xi.column_mut(self.patterns).fill(1.0);
        AttentionMachine::new(xi, None, None, 1.0, (self.order as f64).recip())
    }
}

/// The maximum of the likelihood near the truth: `error` $=N\|\hat\xi-\xi\|^2$ and the likelihood `ratio` $2N(\langle\log\hat p\rangle-\langle\log p\rangle)$.
pub struct Estimation;

impl Experiment for Estimation {
    type Setting = EstimationSetting;
    type Outcome = Record;
    const ID: &'static str = "estimation";
    const VERSION: u32 = 1;

    fn run(setting: &EstimationSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let teacher = setting.teacher()?;
        let data = samples(&teacher, setting.samples, streams)?;
        let fitted = polish(teacher.clone(), &data)?;
        let n = setting.samples as f64;
        let difference = log_likelihoods(&fitted, &data)? - log_likelihoods(&teacher, &data)?;
        Ok(Record::new()
            .with("error", n * (fitted.patterns() - teacher.patterns()).norm_squared())
            .with("ratio", 2.0 * difference.sum()))
    }

    fn cost(setting: &EstimationSetting) -> f64 {
        (20 * setting.samples * (setting.patterns * setting.dimension).pow(2)) as f64
    }
}

/// Expectation maximisation at $n=1$ on the shipped digits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExpectationMaximisationSetting {
    /// $K$.
    pub patterns: usize,
    /// Steps.
    pub steps: usize,
}

/// Log-likelihoods per image of `train`ing and `test` images at the end, the `least_rise` of a step; after the third step `products` $=\langle p(v)v^\top\rangle$ under the machine
/// before it, the `before` machine and the one `after` it: $\xi$ row by row, $c$, $\sigma^2$.
pub struct ExpectationMaximisation;

impl ExpectationMaximisation {
    /// Training and test images of every trial ($d\times N$).
    pub fn data() -> Result<(DMatrix<f64>, DMatrix<f64>), SimulationError> {
        digits()
    }

    /// A machine from the list of its numbers.
    pub fn machine(patterns: usize, numbers: &[f64]) -> Result<AttentionMachine, TheoryError> {
        let d = numbers.len().saturating_sub(patterns + 1) / patterns.max(1);
        let (xi, rest) = numbers.split_at(patterns * d);
        let sigma2 = rest.last().copied().unwrap_or(f64::NAN);
        let xi = DMatrix::from_row_slice(patterns, d, xi);
        AttentionMachine::new(xi, None, Some(rest[..patterns].to_vec()), sigma2, 1.0)
    }

    fn numbers(machine: &AttentionMachine) -> Vec<f64> {
        let xi = machine.patterns().transpose();
        xi.iter().chain(machine.pattern_bias().iter()).copied().chain([machine.sigma2()]).collect()
    }
}

impl Experiment for ExpectationMaximisation {
    type Setting = ExpectationMaximisationSetting;
    type Outcome = Record;
    const ID: &'static str = "expectation-maximisation";
    const VERSION: u32 = 1;

    fn run(setting: &ExpectationMaximisationSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        const EARLY: usize = 2;
        let (train, test) = digits()?;
        let mut machine = em_start(&train, setting.patterns, streams)?;
        let (mut last, mut least_rise) = (f64::NEG_INFINITY, f64::INFINITY);
        let mut outcome = Record::new();
        for step in 0..setting.steps.max(EARLY + 1) {
            let (next, likelihood) = em_step(&machine, &train)?;
            least_rise = least_rise.min(likelihood - last);
            if step == EARLY {
                let products = attention_products(&machine, &train)?;
                outcome = outcome
                    .with_list("products", products.transpose().iter().copied().collect())
                    .with_list("before", Self::numbers(&machine))
                    .with_list("after", Self::numbers(&next));
            }
            (machine, last) = (next, likelihood);
        }
        Ok(outcome
            .with("train", log_likelihoods(&machine, &train)?.mean())
            .with("test", log_likelihoods(&machine, &test)?.mean())
            .with("least_rise", least_rise))
    }

    fn cost(setting: &ExpectationMaximisationSetting) -> f64 {
        (200_000 * setting.patterns * setting.steps) as f64
    }
}

/// Likelihood during learning.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LearningCurvesSetting {
    /// A teacher and its number of samples; without it the shipped digits.
    pub planted: Option<(RandomMachine, usize)>,
    /// $K$, patterns or hidden units.
    pub units: usize,
    /// Passes over the data.
    pub passes: usize,
}

/// Log-likelihoods of fresh samples after every pass: of `attention` (exact ascent on planted data, expectation maximisation on digits), of Gaussian–Bernoulli machines by
/// `contrastive` and `persistent` divergence, with the same variance; of the `teacher`. On digits the means $\sigma^2\xi_\mu$ as `patterns` and the rows $\sigma^2w_j$ of the
/// persistent machine as `weights`.
pub struct LearningCurves;

impl Experiment for LearningCurves {
    type Setting = LearningCurvesSetting;
    type Outcome = Record;
    const ID: &'static str = "learning-curves";
    const VERSION: u32 = 1;

    fn run(setting: &LearningCurvesSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        const HELD_OUT: usize = 5000;
        let mut outcome = Record::new();
        let mut attention = Vec::new();
        let (train, test, sigma2);
        if let Some((teacher, count)) = &setting.planted {
            let (xi, b, c) = teacher.draw(streams);
            let machine = teacher.machine(&xi, &b, &c)?;
            train = samples(&machine, *count, &streams.child("train"))?;
            test = samples(&machine, HELD_OUT, &streams.child("held out"))?;
            sigma2 = 1.0;
            outcome = outcome.with("teacher", log_likelihoods(&machine, &test)?.mean());
            let start = random_samples(&train, setting.units, &streams.child("student"))? * 0.5;
            let mut student = AttentionMachine::new(start, None, None, 1.0, machine.beta())?;
            for _ in 0..setting.passes {
                student = ascend(student, &train, ETA, 1)?;
                attention.push(log_likelihoods(&student, &test)?.mean());
            }
        } else {
            (train, test) = digits()?;
            let mut student = em_start(&train, setting.units, &streams.child("student"))?;
            for _ in 0..setting.passes {
                student = em_step(&student, &train)?.0;
                attention.push(log_likelihoods(&student, &test)?.mean());
            }
            sigma2 = student.sigma2();
            let means = student.patterns().transpose() * sigma2;
            outcome = outcome.with_list("patterns", shortened(means.as_slice()));
        }
        // Gaussian–Bernoulli machines have unit variance: the data are rescaled, densities back.
        let sigma = sigma2.sqrt();
        let (scaled, scaled_test) = (&train / sigma, &test / sigma);
        let shift = train.nrows() as f64 * sigma.ln();
        for (name, chains) in [("contrastive", Chains::Data), ("persistent", Chains::Persistent)] {
            let how = Divergence { chains, batch: 100, eta: 0.02, epochs: setting.passes };
            let mut curve = Vec::new();
            let machine =
                GaussianBernoulli::train(&scaled, setting.units, &how, &streams.child(name), |m| {
                    curve.push(m.log_likelihoods(&scaled_test)?.mean() - shift);
                    Ok(())
                })?;
            outcome = outcome.with_list(name, shortened(&curve));
            if setting.planted.is_none() && chains == Chains::Persistent {
                let rows = machine.weights.transpose() * sigma;
                outcome = outcome.with_list("weights", shortened(rows.as_slice()));
            }
        }
        Ok(outcome.with_list("attention", shortened(&attention)))
    }

    fn cost(setting: &LearningCurvesSetting) -> f64 {
        (2_000_000 * setting.units * setting.passes) as f64
    }
}
