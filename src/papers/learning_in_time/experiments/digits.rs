//! Random subsets of real data in time.

use std::sync::{Arc, Mutex, PoisonError};

use rand::seq::index::sample;
use serde::{Deserialize, Serialize};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{filled, non_negative, require, within};
use solvable_engine::verify::{Experiment, JudgeError, SettingError, TrialFailure};
use solvable_shared::checks;
use solvable_simulate::SimulationError;
use solvable_simulate::data::{Dataset, on_sphere};
use solvable_simulate::linalg::{self, Matrix};
use solvable_theory::continual_learning::{Spectrum, Target};
use solvable_theory::kernel_spectrum::NtkMap;
use solvable_theory::{Activation, InitialScales};

use super::filters::InTimeOutcome;

/// What is asked about an image: yes is 1, no $-1$.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DigitLabels {
    /// Is the digit even?
    Parity,
    /// Is it this one?
    Is(u8),
}

impl DigitLabels {
    fn of(self, digit: u8) -> f64 {
        let yes = match self {
            Self::Parity => digit.is_multiple_of(2),
            Self::Is(other) => digit == other,
        };
        if yes { 1.0 } else { -1.0 }
    }
}

/// Gradient flow on images drawn without replacement from all the digits, with the tangent kernel of a bias-free ReLU network of two hidden layers
/// on the images less the mean of all pixels, scaled to the sphere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DigitsInTimeSetting {
    /// The question.
    pub labels: DigitLabels,
    /// $N$.
    pub samples: usize,
    /// Times $t\mu_1N/n$ with the largest eigenvalue $\mu_1$ of the kernel matrix of all $n$ images.
    pub times: Vec<f64>,
}

/// $L$.
const DEPTH: usize = 3;

/// All the images.
struct Population {
    kernel: Matrix,
    mu: Vec<f64>,
    vectors: Matrix,
    digits: Vec<u8>,
}

static POPULATION: Mutex<Option<Arc<Population>>> = Mutex::new(None);

impl Population {
    fn all() -> Result<Arc<Self>, SimulationError> {
        let mut kept = POPULATION.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = &*kept {
            return Ok(Arc::clone(found));
        }
        let data = Dataset::digits()?;
        let mean = data.inputs().mean();
        let inputs = on_sphere(data.inputs().map(|x| x - mean))?;
        let mut cosines = linalg::transpose_product(&inputs, &inputs) / inputs.nrows() as f64;
        cosines.apply(|t| *t = t.clamp(-1.0, 1.0));
        cosines.fill_diagonal(1.0);
        let map = NtkMap::new(&InitialScales::new(Activation::relu(), 2.0, 0.0)?, DEPTH)?;
        let values = cosines.iter().map(|t| map.at(*t)).collect::<Result<Vec<_>, _>>()?;
        let kernel = Matrix::from_vec(inputs.ncols(), inputs.ncols(), values);
        let (mu, vectors) = linalg::symmetric_eigen(&kernel)?;
        let digits = data.labels().unwrap_or_default().to_vec();
        let mu = mu.into_iter().map(|m| m.max(0.0)).collect();
        let found = Arc::new(Self { kernel, mu, vectors, digits });
        *kept = Some(Arc::clone(&found));
        Ok(found)
    }

    fn labels(&self, labels: DigitLabels) -> Vec<f64> {
        self.digits.iter().map(|digit| labels.of(*digit)).collect()
    }

    fn largest(&self) -> f64 {
        self.mu.last().copied().unwrap_or(0.0)
    }
}

impl DigitsInTimeSetting {
    /// Eigenvalues of the kernel matrix of all images, and the squared projections of their labels.
    ///
    /// # Errors
    /// Eigenvalues that cannot be found.
    pub fn spectrum(&self) -> Result<(Vec<f64>, Vec<f64>), JudgeError> {
        let population = Population::all()?;
        let labels = population.labels(self.labels);
        let labels = Matrix::from_vec(labels.len(), 1, labels);
        let projections = linalg::transpose_product(&population.vectors, &labels);
        Ok((population.mu.clone(), projections.iter().map(|y| y * y).collect()))
    }

    /// The same taken for the law behind the images, which it is not.
    ///
    /// # Errors
    /// Eigenvalues that cannot be found.
    pub fn as_population(&self) -> Result<(Spectrum, Target), JudgeError> {
        let (mu, y2) = self.spectrum()?;
        let n = mu.len() as f64;
        let over = |list: Vec<f64>| list.into_iter().map(|x| x / n).collect();
        Ok((Spectrum::simple(over(mu), 0.0)?, Target::new(over(y2), 0.0)?))
    }

    /// $t$.
    ///
    /// # Errors
    /// Eigenvalues that cannot be found.
    pub fn real_times(&self) -> Result<Vec<f64>, SimulationError> {
        let population = Population::all()?;
        let unit = population.digits.len() as f64 / (population.largest() * self.samples as f64);
        Ok(self.times.iter().map(|t| t * unit).collect())
    }
}

/// How many images are shipped.
const IMAGES: usize = 1797;

/// Kernel regression on random subsets of the digits.
pub struct DigitsInTime;

impl Experiment for DigitsInTime {
    type Setting = DigitsInTimeSetting;
    type Outcome = InTimeOutcome;
    const ID: &'static str = "digits-in-time";
    const VERSION: u32 = 1;

    fn check(setting: &DigitsInTimeSetting) -> Result<(), SettingError> {
        within("samples", setting.samples, 1..=IMAGES - 1)?;
        filled("times", &setting.times)?;
        checks::each("times", &setting.times, non_negative)?;
        match setting.labels {
            DigitLabels::Is(digit) => require(digit < 10, "labels.is", digit, "from 0 to 9"),
            DigitLabels::Parity => Ok(()),
        }
    }

    fn run(setting: &DigitsInTimeSetting, streams: &Streams) -> Result<InTimeOutcome, TrialFailure> {
        let population = Population::all()?;
        let labels = population.labels(setting.labels);
        let (n, all) = (setting.samples, labels.len());
        // The first n are learnt, the others asked.
        let order = sample(&mut streams.child("subset").rng(0), all, all).into_vec();
        let part = |rows: &[usize], columns: &[usize]| {
            Matrix::from_fn(rows.len(), columns.len(), |i, j| population.kernel[(rows[i], columns[j])])
        };
        let (drawn, left) = order.split_at(n);
        let answers =
            |which: &[usize]| Matrix::from_iterator(which.len(), 1, which.iter().map(|&i| labels[i]));
        let (y, wanted) = (answers(drawn), answers(left));
        let (mu, vectors) = linalg::symmetric_eigen(&part(drawn, drawn))?;
        let projections = linalg::transpose_product(&vectors, &y);
        let to_left = linalg::product(&part(left, drawn), &vectors);
        let largest = mu.last().copied().unwrap_or(0.0);
        let mut outcome = InTimeOutcome { test: Vec::new(), training: Vec::new() };
        for t in setting.real_times()? {
            let residual = |k: usize| if mu[k] > 1e-12 * largest { (-mu[k] * t).exp() } else { 1.0 };
            let learnt = Matrix::from_fn(n, 1, |k, _| {
                if mu[k] > 1e-12 * largest { -(-mu[k] * t).exp_m1() / mu[k] * projections[k] } else { 0.0 }
            });
            let f = linalg::product(&to_left, &learnt);
            outcome.test.push((f - &wanted).norm_squared() / (all - n) as f64);
            let training: f64 = (0..n).map(|k| (residual(k) * projections[k]).powi(2)).sum();
            outcome.training.push(training / n as f64);
        }
        Ok(outcome)
    }

    fn cost(setting: &DigitsInTimeSetting) -> f64 {
        let n = setting.samples as f64;
        2.0 * n * n * IMAGES as f64 + 20.0 * n.powi(3)
    }
}
