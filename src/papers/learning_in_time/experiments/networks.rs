//! Finite networks in time.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{at_least, positive, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{Sphere, SphereTarget, checks};
use solvable_simulate::SimulationError;
use solvable_simulate::linalg::Matrix;
use solvable_simulate::network::Network;
use solvable_simulate::training::{Momentum, Parametrization};
use solvable_theory::TheoryError;
use solvable_theory::learning_in_time::{edge, sgd_threshold};

use super::gradients::ascending;

/// By which gradients a network is trained.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Steppers {
    /// Those of all samples at every step; $\alpha s_+$ is the share.
    Descent {
        /// $N$.
        samples: usize,
        /// Of $1/s_+$.
        share: f64,
    },
    /// Those of new samples at every step.
    Stochastic {
        /// $B$.
        batch: usize,
        /// $\alpha$ over the largest stable step.
        share: f64,
    },
}

/// Training of networks on targets from the matched prior, beside the kernel of infinite width on the same samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkInTimeSetting {
    /// The limit of infinite width, and the inputs.
    pub sphere: Sphere,
    /// $M$.
    pub width: usize,
    /// How it is trained.
    pub by: Steppers,
    /// Numbers of steps, ascending.
    pub steps: Vec<usize>,
    /// Test inputs.
    pub tests: usize,
    /// By what the targets are multiplied: small ones keep training close to its linearization.
    pub scale: f64,
}

impl NetworkInTimeSetting {
    fn last(&self) -> usize {
        self.steps.last().copied().unwrap_or(0)
    }

    /// Training inputs.
    fn count(&self) -> usize {
        match self.by {
            Steppers::Descent { samples, .. } => samples,
            Steppers::Stochastic { batch, .. } => batch * self.last(),
        }
    }

    /// $\alpha$ of the theory's convention: of the sum over all samples, or of the mean over a batch.
    ///
    /// # Errors
    /// Those of the kernel's spectrum.
    pub fn alpha(&self) -> Result<f64, TheoryError> {
        let spectrum = self.sphere.theory()?.0;
        Ok(match self.by {
            Steppers::Descent { samples, share } => share / edge(&spectrum, samples, 0.0)?.upper,
            Steppers::Stochastic { batch, share } => share * sgd_threshold(&spectrum, batch, 0.0)?,
        })
    }

    /// The samples of each step, and by what the sum of their gradients is multiplied.
    fn batches(&self) -> Result<(Vec<Range<usize>>, f64), TheoryError> {
        let alpha = self.alpha()?;
        let steps = 0..self.last();
        Ok(match self.by {
            Steppers::Descent { samples, .. } => (steps.map(|_| 0..samples).collect(), alpha),
            Steppers::Stochastic { batch, .. } => {
                (steps.map(|n| n * batch..(n + 1) * batch).collect(), alpha / batch as f64)
            }
        })
    }
}

/// What [`NetworkInTime`] measures, at each number of steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NetworkInTimeOutcome {
    /// The network's mean squared test error over that of the kernel of infinite width.
    pub ratios: Vec<f64>,
    /// The latter over the mean square of the target.
    pub kernel: Vec<f64>,
}

/// Really trained networks of finite width.
pub struct NetworkInTime;

impl Experiment for NetworkInTime {
    type Setting = NetworkInTimeSetting;
    type Outcome = NetworkInTimeOutcome;
    const ID: &'static str = "network-in-time";
    const VERSION: u32 = 1;

    fn check(setting: &NetworkInTimeSetting) -> Result<(), SettingError> {
        setting.sphere.check().map_err(|error| error.within("sphere"))?;
        at_least("sphere.depth", setting.sphere.depth, 2)?;
        let matched = setting.sphere.target == SphereTarget::Matched;
        require(matched, "sphere.target", format!("{:?}", setting.sphere.target), "matched")?;
        checks::count("width", setting.width)?;
        ascending("steps", &setting.steps)?;
        match setting.by {
            Steppers::Descent { samples, share } => {
                checks::count("by.descent.samples", samples)?;
                positive("by.descent.share", share)?;
            }
            Steppers::Stochastic { batch, share } => {
                checks::count("by.stochastic.batch", batch)?;
                positive("by.stochastic.share", share)?;
            }
        }
        within("steps", setting.count(), 1..=checks::MOST)?;
        checks::count("tests", setting.tests)?;
        positive("scale", setting.scale)
    }

    fn run(setting: &NetworkInTimeSetting, streams: &Streams) -> Result<NetworkInTimeOutcome, TrialFailure> {
        let count = setting.count();
        let inputs = setting.sphere.inputs(count + setting.tests, &streams.child("inputs"))?;
        let targets = setting.sphere.draw_targets(&inputs, 1, streams)? * setting.scale;
        let wanted = targets.rows(count, setting.tests).into_owned();
        let error = |f: &Matrix| (f - &wanted).norm_squared() / setting.tests as f64;
        let (batches, rate) = setting.batches()?;

        let by_kernel = kernel_path(setting, &inputs, &targets, (&batches, rate))?;
        let network = Network::draw(&setting.sphere.network(setting.width)?, streams);
        let by_network = network_path(setting, network, &inputs, &targets, (&batches, rate))?;
        let kernel: Vec<f64> = by_kernel.iter().map(error).collect();
        let ratios = by_network.iter().zip(&kernel).map(|(f, e)| error(f) / e).collect();
        let power = error(&Matrix::zeros(setting.tests, 1));
        Ok(NetworkInTimeOutcome { ratios, kernel: kernel.iter().map(|e| e / power).collect() })
    }

    fn cost(setting: &NetworkInTimeSetting) -> f64 {
        let (m, all) = (setting.width as f64, (setting.count() + setting.tests) as f64);
        let shown = match setting.by {
            Steppers::Descent { samples, .. } => samples,
            Steppers::Stochastic { batch, .. } => batch,
        } as f64;
        let layers = setting.sphere.depth as f64;
        layers * m * m * (20.0 + 6.0 * shown * setting.last() as f64) + all * all * (50.0 + all / 3.0)
    }
}

/// The function at the test inputs at each number of steps, of infinite width.
fn kernel_path(
    setting: &NetworkInTimeSetting,
    inputs: &Matrix,
    targets: &Matrix,
    (batches, rate): (&[Range<usize>], f64),
) -> Result<Vec<Matrix>, TheoryError> {
    let count = setting.count();
    let kernel = setting.sphere.between(inputs, &inputs.columns(0, count).into_owned())?;
    let mut f = Matrix::zeros(inputs.ncols(), 1);
    let mut path = Vec::with_capacity(setting.steps.len());
    for step in 0..=setting.last() {
        if setting.steps.contains(&step) {
            path.push(f.rows(count, setting.tests).into_owned());
        }
        let Some(batch) = batches.get(step) else { break };
        let residual: Vec<f64> = batch.clone().map(|b| f[b] - targets[b]).collect();
        for (b, r) in batch.clone().zip(residual) {
            f.column_mut(0).axpy(-rate * r, &kernel.column(b), 1.0);
        }
    }
    Ok(path)
}

/// The same of a network, less what it was at the start.
fn network_path(
    setting: &NetworkInTimeSetting,
    mut network: Network,
    inputs: &Matrix,
    targets: &Matrix,
    (batches, rate): (&[Range<usize>], f64),
) -> Result<Vec<Matrix>, SimulationError> {
    let count = setting.count();
    let tests = inputs.columns(count, setting.tests).into_owned();
    let outputs = |network: &Network, x: &Matrix| Ok::<_, SimulationError>(network.forward(x)?.output);
    let at_start = outputs(&network, &inputs.columns(0, count).into_owned())?;
    let tests_at_start = outputs(&network, &tests)?;
    let labels = targets.rows(0, count).transpose() + &at_start;
    let mut motion = Momentum::at_rest(&network);
    let mut path = Vec::with_capacity(setting.steps.len());
    for step in 0..=setting.last() {
        if setting.steps.contains(&step) {
            path.push((outputs(&network, &tests)? - &tests_at_start).transpose());
        }
        let Some(batch) = batches.get(step) else { break };
        let signals = network.forward(&inputs.columns(batch.start, batch.len()).into_owned())?;
        let residual = &signals.output - labels.columns(batch.start, batch.len());
        motion.step(&mut network, &signals, residual, (rate, 0.0), Parametrization::Ntk);
    }
    Ok(path)
}
