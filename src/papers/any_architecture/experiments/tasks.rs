//! The same task learnt twice, by networks of any layers.

use std::collections::BTreeSet;

use rand::RngExt;
use serde::{Deserialize, Serialize};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{positive, require, within};
use solvable_engine::verify::{Experiment, JudgeError, SettingError, TrialFailure};
use solvable_shared::{checks, kept};
use solvable_simulate::SimulationError;
use solvable_simulate::any_architecture::LayeredNetwork;
use solvable_simulate::linalg::Matrix;
use solvable_simulate::regression::SequentialRegression;
use solvable_simulate::training::HeavyBall;
use solvable_theory::any_architecture::{Blueprint, Parametrization};

use super::kernels::analytic_kernel;
use super::setting::{Inputs, LayeredSetting, digit_parity, digits};

/// Even or odd digits, learnt from one set of images and then from another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayeredTasksSetting {
    /// The network, of one output.
    pub network: Blueprint,
    /// The images, all of which are tested: the first ones of the shipped digits.
    pub population: usize,
    /// $N_1$ and $N_2$, drawn from the population with replacement.
    pub samples: [usize; 2],
    /// Which of such draws: the same in all trials.
    pub set: u64,
    /// The size of the labels: small ones keep training close to its linearization.
    pub scale: f64,
}

/// Images that are shipped.
const IMAGES: usize = 1797;

/// Mean squared errors over the population, in units of the labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayeredTasksOutcome {
    /// Behind the first and behind the second set of images.
    pub errors: [f64; 2],
    /// Steps of both trainings.
    pub steps: [f64; 2],
}

/// What regression with the kernel at infinite width makes of the same images.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KernelTasks {
    /// Mean squared errors behind both sets.
    pub errors: [f64; 2],
    /// Behind the second set without the first.
    pub alone: f64,
    /// Behind both sets at once.
    pub joint: f64,
}

impl LayeredTasksSetting {
    /// The images of both sets. One that is drawn twice is learnt as once.
    fn sets(&self) -> [Vec<usize>; 2] {
        let mut choice = Streams::of_problem("any-architecture", "images", self.set).rng(0);
        self.samples.map(|samples| {
            let drawn: BTreeSet<usize> =
                (0..samples).map(|_| choice.random_range(0..self.population)).collect();
            drawn.into_iter().collect()
        })
    }

    /// Errors of kernel regression on the same images.
    ///
    /// # Errors
    /// Digits that cannot be read; a network without a kernel for them; a kernel that is singular.
    pub fn kernel_regression(&self) -> Result<KernelTasks, JudgeError> {
        let failed = |error: &dyn std::fmt::Display| JudgeError::Other(error.to_string());
        let kernel = digits_kernel(&self.network, self.population)?;
        let labels = digit_parity(self.population).map_err(|error| failed(&error))?;
        let part = |rows: &[usize], columns: &[usize]| kernel.select_rows(rows).select_columns(columns);
        let regression = |sets: &[&[usize]]| -> Result<f64, SimulationError> {
            let mut regression = SequentialRegression::new();
            for (stage, set) in sets.iter().enumerate() {
                let before: Vec<Matrix> = sets[..stage].iter().map(|other| part(set, other)).collect();
                let wanted = Matrix::from_fn(set.len(), 1, |j, _| labels[set[j]]);
                regression.learn(&part(set, set), &before, &wanted, 0.0)?;
            }
            let to: Vec<Matrix> = sets.iter().map(|set| kernel.select_columns(*set)).collect();
            Ok(mean_square(&regression.predict(&to, (self.population, 1))?, &labels))
        };
        let [first, second] = &self.sets();
        let both: BTreeSet<usize> = first.iter().chain(second).copied().collect();
        let both: Vec<usize> = both.into_iter().collect();
        let at = |sets: &[&[usize]]| regression(sets).map_err(|error| failed(&error));
        Ok(KernelTasks {
            errors: [at(&[first])?, at(&[first, second])?],
            alone: at(&[second])?,
            joint: at(&[&both])?,
        })
    }
}

fn mean_square(learnt: &Matrix, labels: &[f64]) -> f64 {
    let squares = learnt.iter().zip(labels).map(|(f, y)| (f - y).powi(2));
    squares.sum::<f64>() / labels.len() as f64
}

/// Networks trained to convergence on one set of images and then on another of the same task, by gradient descent with momentum in the NTK
/// parametrization.
pub struct LayeredTasks;

/// Training ends at this share of the labels.
const TOLERANCE: f64 = 1e-3;
/// Steps after which it is given up.
const CAP: usize = 5000;

impl Experiment for LayeredTasks {
    type Setting = LayeredTasksSetting;
    type Outcome = LayeredTasksOutcome;
    const ID: &'static str = "layered-tasks";
    const VERSION: u32 = 1;

    fn check(setting: &LayeredTasksSetting) -> Result<(), SettingError> {
        within("population", setting.population, 2..=IMAGES)?;
        setting.samples.iter().try_for_each(|n| checks::count("samples", *n))?;
        positive("scale", setting.scale)?;
        let classes = setting.network.classes();
        require(classes == 1, "network", format!("one of {classes} outputs"), "networks of one output")?;
        let samples = setting.population;
        LayeredSetting { network: setting.network.clone(), inputs: Inputs::Digits { samples } }.check()
    }

    fn run(setting: &LayeredTasksSetting, streams: &Streams) -> Result<LayeredTasksOutcome, TrialFailure> {
        let population = digits(setting.population)?;
        let labels = digit_parity(setting.population)?;
        let start = LayeredNetwork::draw(&setting.network, streams);
        let at_start = start.forward(&population)?.output;
        let ball = HeavyBall { tolerance: TOLERANCE, cap: CAP };
        let mut network = start;
        let mut outcome = LayeredTasksOutcome { errors: [0.0; 2], steps: [0.0; 2] };
        for (stage, set) in setting.sets().iter().enumerate() {
            let images = population.select_columns(set);
            let wanted = Matrix::from_fn(1, set.len(), |_, j| labels[set[j]] * setting.scale);
            let offset = at_start.select_columns(set);
            outcome.steps[stage] = ball.train(&mut network, &images, &wanted, &offset)? as f64;
            let learnt = (network.forward(&population)?.output - &at_start) / setting.scale;
            outcome.errors[stage] = mean_square(&learnt, &labels);
        }
        Ok(outcome)
    }

    fn cost(setting: &LayeredTasksSetting) -> f64 {
        const STEPS: f64 = 100.0;
        let images = setting.population as f64 + 3.0 * STEPS * setting.samples.iter().sum::<usize>() as f64;
        2.0 * setting.network.parameter_count() * setting.network.input().positions() as f64 * images
    }
}

/// $\Theta$ at infinite width, in the NTK parametrization, among the first images of the digits; kept.
///
/// # Errors
/// Digits that cannot be read; a network without a kernel for them.
pub fn digits_kernel(network: &Blueprint, population: usize) -> Result<Matrix, JudgeError> {
    let text = serde_json::to_string(network).map_err(|error| JudgeError::Other(error.to_string()))?;
    let table = kept(&format!("kernel of {population} digits {text}"), || {
        let setting =
            LayeredSetting { network: network.clone(), inputs: Inputs::Digits { samples: population } };
        Ok(analytic_kernel(network, &setting.matrix()?, Parametrization::Ntk)?.as_slice().to_vec())
    })?;
    Ok(Matrix::from_column_slice(population, population, &table))
}
