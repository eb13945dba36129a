//! Maximum likelihood learnt to its end: teacher and student, estimates and their errors, expectation maximisation, rivals by contrastive divergence.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};
use solvable_theory::TheoryError;
use solvable_theory::attention_boltzmann::{AttentionMachine, MOST_UNITS};

use super::machine::RandomMachine;
use super::{MOST_HELD, check_samples, check_sizes};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{TRAINING_DIGITS, centred_digits, checks, shortened};
use solvable_simulate::attention::{
    Chains, Divergence, GaussianBernoulli, ascend, attention_products, em_start, em_step, log_likelihoods,
    polish, random_samples, samples, worst_matched_cosine,
};
use solvable_simulate::{SimulationError, linalg};

/// Step size of gradient ascent: the largest eigenvalue of the Fisher information of patterns of norm 3 is near 2.
const ETA: f64 = 0.3;

/// Samples that the maximum of the likelihood over the patterns can be found from.
fn check_fitted(samples: usize, patterns: usize, dimension: usize) -> Result<(), SettingError> {
    const MOST: usize = 30_000;
    let parameters = patterns * dimension;
    let valid = format!("at most {} with {patterns} patterns", MOST / patterns);
    require(parameters <= MOST, "dimension", dimension, valid)?;
    let range = parameters + 1..=MOST_HELD / parameters;
    let valid = format!("above {parameters}, the parameters, and at most {}", range.end());
    require(range.contains(&samples), "samples", samples, valid)
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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

/// The student's patterns, and the gaps $\langle\log p_{\rm teacher}-\log p_{\rm model}\rangle$ of models on fresh data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TeacherStudentOutcome {
    /// The smallest cosine between the student's patterns and those that they are matched to.
    pub cosine: f64,
    /// The same for random patterns.
    pub unrelated: f64,
    /// The gap of the student.
    pub gap: f64,
    /// The gap of the full Gaussian.
    pub gaussian: f64,
    /// The gap of attention of order one; for teachers of higher order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_one: Option<f64>,
    /// The gap of a Gaussian–Bernoulli machine with as many units, trained by contrastive divergence.
    pub contrastive: f64,
    /// The gap of one trained by persistent divergence.
    pub persistent: f64,
}

/// The student against its teacher, and against other models, on fresh data.
pub struct TeacherStudent;

impl Experiment for TeacherStudent {
    type Setting = TeacherStudentSetting;
    type Outcome = TeacherStudentOutcome;
    const ID: &'static str = "teacher-student";
    const VERSION: u32 = 1;

    fn check(setting: &TeacherStudentSetting) -> Result<(), SettingError> {
        let TeacherStudentSetting { teacher, samples, held_out, restarts } = setting;
        teacher.check_unbiased()?;
        // All assignments of patterns to patterns are compared.
        within("patterns", teacher.patterns, 1..=16)?;
        check_fitted(*samples, teacher.patterns, teacher.dimension)?;
        check_samples("held_out", *held_out, teacher.dimension)?;
        checks::count("restarts", *restarts)
    }

    fn run(
        setting: &TeacherStudentSetting,
        streams: &Streams,
    ) -> Result<TeacherStudentOutcome, TrialFailure> {
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
        let order_one = if order > 1 {
            let first = fit(&data, patterns, 1, setting.restarts, &streams.child("order one"))?;
            Some(loss(&first)?)
        } else {
            None
        };
        let divergence = |name: &str, chains: Chains| -> Result<f64, SimulationError> {
            let how = Divergence { chains, batch: 100, eta: 0.02, epochs: 80 };
            let machine = GaussianBernoulli::train(&data, patterns, &how, &streams.child(name), |_| Ok(()))?;
            Ok(best - machine.log_likelihoods(&fresh)?.mean())
        };
        Ok(TeacherStudentOutcome {
            cosine: worst_matched_cosine(student.patterns(), teacher.patterns())?,
            unrelated: worst_matched_cosine(&unrelated, teacher.patterns())?,
            gap: loss(&student)?,
            gaussian: best - gaussian_likelihood(&data, &fresh)?,
            order_one,
            contrastive: divergence("contrastive", Chains::Data)?,
            persistent: divergence("persistent", Chains::Persistent)?,
        })
    }

    fn cost(setting: &TeacherStudentSetting) -> f64 {
        let size = setting.teacher.dimension * setting.teacher.patterns;
        (4000 * setting.restarts) as f64 * (setting.samples * size) as f64
    }
}

/// Estimates of known patterns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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

/// How far the maximum is from the truth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EstimationOutcome {
    /// $N\|\hat\xi-\xi\|^2$.
    pub error: f64,
    /// The likelihood ratio $2N(\langle\log\hat p\rangle-\langle\log p\rangle)$.
    pub ratio: f64,
}

/// The maximum of the likelihood near the truth.
pub struct Estimation;

impl Experiment for Estimation {
    type Setting = EstimationSetting;
    type Outcome = EstimationOutcome;
    const ID: &'static str = "estimation";
    const VERSION: u32 = 1;

    fn check(setting: &EstimationSetting) -> Result<(), SettingError> {
        let EstimationSetting { dimension, patterns, order, samples } = *setting;
        check_sizes(dimension, patterns, order)?;
        require(patterns < dimension, "patterns", patterns, format!("below {dimension}, the dimension"))?;
        check_fitted(samples, patterns, dimension)
    }

    fn run(setting: &EstimationSetting, streams: &Streams) -> Result<EstimationOutcome, TrialFailure> {
        let teacher = setting.teacher()?;
        let data = samples(&teacher, setting.samples, streams)?;
        let fitted = polish(teacher.clone(), &data)?;
        let n = setting.samples as f64;
        let difference = log_likelihoods(&fitted, &data)? - log_likelihoods(&teacher, &data)?;
        Ok(EstimationOutcome {
            error: n * (fitted.patterns() - teacher.patterns()).norm_squared(),
            ratio: 2.0 * difference.sum(),
        })
    }

    fn cost(setting: &EstimationSetting) -> f64 {
        (20 * setting.samples * (setting.patterns * setting.dimension).pow(2)) as f64
    }
}

/// Expectation maximisation at $n=1$ on the shipped digits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExpectationMaximisationSetting {
    /// $K$.
    pub patterns: usize,
    /// Steps.
    pub steps: usize,
}

/// Log-likelihoods per image, and the machines of the third step: $\xi$ row by row, $c$, $\sigma^2$.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExpectationMaximisationOutcome {
    /// Of training images at the end.
    pub train: f64,
    /// Of test images at the end.
    pub test: f64,
    /// The least rise of the likelihood in a step.
    pub least_rise: f64,
    /// $\langle p(v)v^\top\rangle$ under the machine before the third step, row by row.
    pub products: Vec<f64>,
    /// That machine.
    pub before: Vec<f64>,
    /// The machine after that step.
    pub after: Vec<f64>,
}

/// Expectation maximisation to its end, with a look at its third step.
pub struct ExpectationMaximisation;

impl ExpectationMaximisation {
    /// Training and test images of every trial ($d\times N$).
    pub fn data() -> Result<(DMatrix<f64>, DMatrix<f64>), SimulationError> {
        centred_digits()
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
    type Outcome = ExpectationMaximisationOutcome;
    const ID: &'static str = "expectation-maximisation";
    const VERSION: u32 = 1;

    fn check(setting: &ExpectationMaximisationSetting) -> Result<(), SettingError> {
        within("patterns", setting.patterns, 1..=TRAINING_DIGITS)?;
        // The third step is looked at.
        within("steps", setting.steps, 3..=checks::MOST_STEPS)
    }

    fn run(
        setting: &ExpectationMaximisationSetting,
        streams: &Streams,
    ) -> Result<ExpectationMaximisationOutcome, TrialFailure> {
        const EARLY: usize = 2;
        let (train, test) = centred_digits()?;
        let mut machine = em_start(&train, setting.patterns, streams)?;
        let (mut last, mut least_rise) = (f64::NEG_INFINITY, f64::INFINITY);
        let [mut products, mut before, mut after] = [const { Vec::new() }; 3];
        for step in 0..setting.steps.max(EARLY + 1) {
            let (next, likelihood) = em_step(&machine, &train)?;
            least_rise = least_rise.min(likelihood - last);
            if step == EARLY {
                products = attention_products(&machine, &train)?.transpose().iter().copied().collect();
                (before, after) = (Self::numbers(&machine), Self::numbers(&next));
            }
            (machine, last) = (next, likelihood);
        }
        Ok(ExpectationMaximisationOutcome {
            train: log_likelihoods(&machine, &train)?.mean(),
            test: log_likelihoods(&machine, &test)?.mean(),
            least_rise,
            products,
            before,
            after,
        })
    }

    fn cost(setting: &ExpectationMaximisationSetting) -> f64 {
        (200_000 * setting.patterns * setting.steps) as f64
    }
}

/// Likelihood during learning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LearningCurvesSetting {
    /// A teacher and its number of samples; without it the shipped digits.
    pub planted: Option<(RandomMachine, usize)>,
    /// $K$, patterns or hidden units.
    pub units: usize,
    /// Passes over the data.
    pub passes: usize,
}

/// Log-likelihoods of fresh samples after every pass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LearningCurvesOutcome {
    /// Of attention.
    pub attention: Vec<f64>,
    /// Of a Gaussian–Bernoulli machine by contrastive divergence.
    pub contrastive: Vec<f64>,
    /// Of one by persistent divergence.
    pub persistent: Vec<f64>,
    /// Of the teacher; on planted data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teacher: Option<f64>,
    /// The means $\sigma^2\xi_\mu$; on digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patterns: Option<Vec<f64>>,
    /// The rows $\sigma^2w_j$ of the persistent machine; on digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<Vec<f64>>,
}

/// Exact ascent of attention on planted data, expectation maximisation on digits, and Gaussian–Bernoulli machines of the same variance.
pub struct LearningCurves;

impl Experiment for LearningCurves {
    type Setting = LearningCurvesSetting;
    type Outcome = LearningCurvesOutcome;
    const ID: &'static str = "learning-curves";
    const VERSION: u32 = 1;

    fn check(setting: &LearningCurvesSetting) -> Result<(), SettingError> {
        let LearningCurvesSetting { planted, units, passes } = setting;
        within("units", *units, 1..=MOST_UNITS)?;
        if let Some((teacher, samples)) = planted {
            teacher.check().map_err(|error| error.within("planted.0"))?;
            check_samples("planted.1", *samples, teacher.dimension)?;
            require(samples >= units, "planted.1", samples, format!("at least {units}, the units"))?;
            check_sizes(teacher.dimension, *units, teacher.order)
                .map_err(|error| error.within("planted.0"))?;
        }
        checks::steps("passes", *passes)
    }

    fn run(
        setting: &LearningCurvesSetting,
        streams: &Streams,
    ) -> Result<LearningCurvesOutcome, TrialFailure> {
        const HELD_OUT: usize = 5000;
        let (mut teacher_likelihood, mut patterns) = (None, None);
        let mut attention = Vec::new();
        let (train, test, sigma2);
        if let Some((teacher, count)) = &setting.planted {
            let (xi, b, c) = teacher.draw(streams);
            let machine = teacher.machine(&xi, &b, &c)?;
            train = samples(&machine, *count, &streams.child("train"))?;
            test = samples(&machine, HELD_OUT, &streams.child("held out"))?;
            sigma2 = 1.0;
            teacher_likelihood = Some(log_likelihoods(&machine, &test)?.mean());
            let start = random_samples(&train, setting.units, &streams.child("student"))? * 0.5;
            let mut student = AttentionMachine::new(start, None, None, 1.0, machine.beta())?;
            for _ in 0..setting.passes {
                student = ascend(student, &train, ETA, 1)?;
                attention.push(log_likelihoods(&student, &test)?.mean());
            }
        } else {
            (train, test) = centred_digits()?;
            let mut student = em_start(&train, setting.units, &streams.child("student"))?;
            for _ in 0..setting.passes {
                student = em_step(&student, &train)?.0;
                attention.push(log_likelihoods(&student, &test)?.mean());
            }
            sigma2 = student.sigma2();
            let means = student.patterns().transpose() * sigma2;
            patterns = Some(shortened(means.as_slice()));
        }
        // Gaussian–Bernoulli machines have unit variance: the data are rescaled, densities back.
        let sigma = sigma2.sqrt();
        let (scaled, scaled_test) = (&train / sigma, &test / sigma);
        let shift = train.nrows() as f64 * sigma.ln();
        let divergence = |name: &str, chains: Chains| -> Result<_, SimulationError> {
            let how = Divergence { chains, batch: 100, eta: 0.02, epochs: setting.passes };
            let mut curve = Vec::new();
            let machine =
                GaussianBernoulli::train(&scaled, setting.units, &how, &streams.child(name), |m| {
                    curve.push(m.log_likelihoods(&scaled_test)?.mean() - shift);
                    Ok(())
                })?;
            Ok((shortened(&curve), machine))
        };
        let (contrastive, _) = divergence("contrastive", Chains::Data)?;
        let (persistent, machine) = divergence("persistent", Chains::Persistent)?;
        let rows = machine.weights.transpose() * sigma;
        let weights = setting.planted.is_none().then(|| shortened(rows.as_slice()));
        Ok(LearningCurvesOutcome {
            attention: shortened(&attention),
            contrastive,
            persistent,
            teacher: teacher_likelihood,
            patterns,
            weights,
        })
    }

    fn cost(setting: &LearningCurvesSetting) -> f64 {
        (2_000_000 * setting.units * setting.passes) as f64
    }
}
