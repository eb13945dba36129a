//! The first steps of maximum likelihood.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};
use solvable_theory::attention_boltzmann::AttentionMachine;

use super::{check_samples, check_scale, check_sizes};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{centred_digits, checks};
use solvable_simulate::attention::ascend;
use solvable_simulate::linalg::symmetric_eigen;

/// The first steps of maximum likelihood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EarlyLearningSetting {
    /// Samples, and the eigenvalues of their covariance; without them the shipped digits.
    pub gaussian: Option<(usize, Vec<f64>)>,
    /// $K$.
    pub patterns: usize,
    /// $n=1/\beta$.
    pub order: usize,
    /// $\eta$.
    pub eta: f64,
    /// Steps.
    pub steps: usize,
}

/// The patterns' spread along the principal components of the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EarlyLearningOutcome {
    /// Rates along the two largest principal components.
    pub rates: [f64; 2],
    /// Their eigenvalues.
    pub eigenvalues: [f64; 2],
    /// The spread along the first at every tenth step.
    pub amplitudes: Vec<f64>,
    /// The variance: 1 on Gaussian data, on digits the mean eigenvalue.
    pub sigma2: f64,
}

/// Exact ascent from small patterns, and how fast they spread along the principal components of the data.
pub struct EarlyLearning;

impl Experiment for EarlyLearning {
    type Setting = EarlyLearningSetting;
    type Outcome = EarlyLearningOutcome;
    const ID: &'static str = "early-learning";
    const VERSION: u32 = 2;

    fn check(setting: &EarlyLearningSetting) -> Result<(), SettingError> {
        let EarlyLearningSetting { gaussian, patterns, order, eta, steps } = setting;
        if let Some((samples, spectrum)) = gaussian {
            let two = spectrum.len() >= 2;
            require(two, "gaussian.1", format!("a list of {}", spectrum.len()), "at least 2 eigenvalues")?;
            spectrum.iter().try_for_each(|e| within("gaussian.1", *e, 0.0..=1e6))?;
            check_samples("gaussian.0", *samples, spectrum.len())?;
            require(*samples >= 2, "gaussian.0", samples, "at least 2 samples")?;
        }
        // The spread of a single pattern is 0.
        within("patterns", *patterns, 2..=checks::MOST)?;
        check_sizes(1, *patterns, *order)?;
        check_scale("eta", *eta)?;
        within("steps", *steps, 2..=checks::MOST_STEPS)
    }

    fn run(setting: &EarlyLearningSetting, streams: &Streams) -> Result<EarlyLearningOutcome, TrialFailure> {
        let first = setting.steps / 8;
        let data = match &setting.gaussian {
            Some((samples, spectrum)) => gaussian(*samples, spectrum, streams),
            None => centred_digits()?.0,
        };
        let d = data.nrows();
        let (values, vectors) = symmetric_eigen(&(&data * data.transpose() / data.ncols() as f64))?;
        let mean_eigenvalue = values.iter().sum::<f64>() / d as f64;
        let sigma2 = if setting.gaussian.is_some() { 1.0 } else { mean_eigenvalue };
        let k = setting.patterns;
        let xi = DMatrix::from_vec(k, d, streams.child("patterns").normals(k * d, 1e-4));
        let beta = (setting.order as f64).recip();
        let mut machine = AttentionMachine::new(xi, None, None, sigma2, beta)?;
        let spread = |xi: &DMatrix<f64>, component: usize| {
            let along = xi * vectors.column(component);
            along.iter().map(|a| (a - along.mean()).abs()).sum::<f64>()
        };
        let mut logs = [Vec::new(), Vec::new()];
        let mut amplitudes = Vec::new();
        for step in 0..setting.steps {
            machine = ascend(machine, &data, setting.eta, 1)?;
            if step % 10 == 0 {
                amplitudes.push(spread(machine.patterns(), d - 1));
            }
            for (j, logs) in logs.iter_mut().enumerate() {
                logs.push(spread(machine.patterns(), d - 1 - j).ln());
            }
        }
        let slope = |logs: &[f64]| {
            let tail = &logs[first..];
            let centre = (tail.len() as f64 - 1.0) / 2.0;
            let mean = tail.iter().sum::<f64>() / tail.len() as f64;
            let points = tail.iter().enumerate().map(|(t, log)| (t as f64 - centre, log - mean));
            let (top, bottom) =
                points.fold((0.0, 0.0), |(top, bottom), (t, log)| (top + t * log, bottom + t * t));
            top / (bottom * setting.eta)
        };
        Ok(EarlyLearningOutcome {
            rates: logs.each_ref().map(|logs| slope(logs)),
            eigenvalues: [values[d - 1], values[d - 2]],
            amplitudes,
            sigma2,
        })
    }

    fn cost(setting: &EarlyLearningSetting) -> f64 {
        let numbers =
            setting.gaussian.as_ref().map_or(100_000, |(samples, spectrum)| samples * spectrum.len());
        (setting.steps * setting.patterns) as f64 * numbers as f64
    }
}

/// Centred Gaussian data with the given eigenvalues of the covariance ($d\times N$).
fn gaussian(samples: usize, spectrum: &[f64], streams: &Streams) -> DMatrix<f64> {
    let d = spectrum.len();
    let mut data = DMatrix::from_vec(d, samples, streams.child("data").normals(d * samples, 1.0));
    for (mut row, variance) in data.row_iter_mut().zip(spectrum) {
        row *= variance.sqrt();
        let mean = row.mean();
        row.add_scalar_mut(-mean);
    }
    data
}
