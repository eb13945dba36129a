use nalgebra::DVector;
use rand::RngExt;
use serde::{Deserialize, Serialize};
use solvable_theory::Architecture;
use solvable_theory::natural_gradient::{self as ngd, Method};

use super::data::{DataSet, Sample};
use super::kernels::empirical_kernels;
use super::one_sided::{check_told, is_sided, rate_of, response_of};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{positive, require};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{checks, shortened};
use solvable_simulate::linalg::Matrix;
use solvable_simulate::network::{Network, Signals};
use solvable_simulate::training::{Loss, NaturalGradient, Parametrization, Rule, Tangents, Training};

/// What the network is asked to learn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// $y=\pm\frac12$: the classes of the digits, random signs elsewhere.
    Labels,
    /// $y=f_0\pm\frac\epsilon2$ with random signs: a residual so small that curvature plays no part.
    SmallResidual(f64),
    /// $y=f_0+0.05\,v_i$ with the unit eigenvector $v_i$ (ascending, counted from 0) of the infinite-width kernel.
    KernelMode(usize),
}

/// Training of a random network by a preconditioned rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NaturalTrainingSetting {
    /// The network, one output.
    pub network: Architecture,
    /// The data.
    #[serde(flatten)]
    pub sample: Sample,
    /// The rule.
    #[serde(flatten)]
    pub rule: NaturalGradient,
    /// $\eta$.
    pub learning_rate: f64,
    /// $T$: steps.
    pub steps: usize,
    /// The targets.
    pub task: Task,
    /// Whether the predictions of the network's own kernels at its starting point are computed beside it.
    pub empirical: bool,
}

/// Trains $T$ steps from a random network.
pub struct NaturalTraining;

/// A training run, and what the network's own kernels at its start predict of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NaturalTrainingOutcome {
    /// The number of the data set.
    pub data_set: f64,
    /// $y$, where they are labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<Vec<f64>>,
    /// $\alpha_n$ of the unit-wise rule: the number of units active at a sample, plus one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rates: Option<Vec<f64>>,
    /// $g_0,\dots,g_T$ one after the other.
    pub residuals: Vec<f64>,
    /// $f_0(X')$, with test inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Vec<f64>>,
    /// $f_t(X')-f_0(X')$ for $t=1..T$, with test inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub increments: Option<Vec<f64>>,
    /// $g_T$ as the rule's theory has it, from the kernels of the network at its start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub empirical_residual: Option<Vec<f64>>,
    /// The increment after the first step by the test kernel of the exact method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub empirical_increment_exact: Option<Vec<f64>>,
    /// That of the layer-wise method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub empirical_increment_bd: Option<Vec<f64>>,
    /// That of the block tri-diagonal method, where it exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub empirical_increment_btd: Option<Vec<f64>>,
    /// That of K-FAC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub empirical_increment_kfac: Option<Vec<f64>>,
    /// That of a rule of one factor itself, at its own rate: $-\eta R(X',X)g_0$.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub empirical_increment_own: Option<Vec<f64>>,
    /// That of the last layer alone, beside a rule of one factor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub empirical_increment_last: Option<Vec<f64>>,
}

impl NaturalTrainingOutcome {
    /// The increment after the first step by the test kernel of an isotropic method.
    pub fn empirical_increment(&self, method: Method) -> Option<&[f64]> {
        let increment = match method {
            Method::Exact => &self.empirical_increment_exact,
            Method::Bd => &self.empirical_increment_bd,
            Method::Btd => &self.empirical_increment_btd,
            Method::Kfac => &self.empirical_increment_kfac,
            Method::Last => &self.empirical_increment_last,
            _ => &None,
        };
        increment.as_deref()
    }
}

/// The methods that are isotropic without damping, of which test kernels are compared.
pub const ISOTROPIC: [Method; 4] = [Method::Exact, Method::Bd, Method::Btd, Method::Kfac];

impl Experiment for NaturalTraining {
    type Setting = NaturalTrainingSetting;
    type Outcome = NaturalTrainingOutcome;
    const ID: &'static str = "natural-training";
    const VERSION: u32 = 1;

    fn check(setting: &NaturalTrainingSetting) -> Result<(), SettingError> {
        let NaturalTrainingSetting { network, sample, rule, .. } = setting;
        checks::network(network)?;
        checks::plain(network)?;
        checks::one_output(network)?;
        // Unit by unit a bias is one weight more, with or without training.
        if rule.method != Method::Unit {
            checks::trained_biases(network)?;
        }
        sample.check(network)?;
        rule.check(network.depth(), sample.samples)?;
        require(rule.loss == Loss::Squared, "loss", format!("{:?}", rule.loss), "the squared loss")?;
        positive("learning_rate", setting.learning_rate)?;
        checks::count("steps", setting.steps)?;
        match setting.task {
            Task::Labels => {}
            Task::SmallResidual(size) => positive("task.small_residual", size)?,
            Task::KernelMode(index) => {
                let valid = format!("below {}, the number of samples", sample.samples);
                require(index < sample.samples, "task.kernel_mode", index, valid)?;
            }
        }
        if setting.empirical {
            check_told(rule)?;
        }
        let told = match rule.method {
            Method::Unit | Method::Diag => false,
            // Gradient descent has no rate of its own at which test outputs are compared.
            Method::Gd => sample.tests == 0,
            _ => true,
        };
        let valid = format!("false for {} on these data: layer kernels do not tell its steps", rule.method);
        require(told || !setting.empirical, "empirical", setting.empirical, valid)
    }

    fn run(
        setting: &NaturalTrainingSetting,
        streams: &Streams,
    ) -> Result<NaturalTrainingOutcome, TrialFailure> {
        let number = setting.sample.draw_number(streams);
        let data = setting.sample.data_set(setting.network.widths()[0], number)?;
        let network = Network::draw(&setting.network, streams);
        let signals = network.forward(&data.train)?;
        let targets = targets(setting, &data, &signals.output, streams)?;
        let rates = (setting.rule.method == Method::Unit).then(|| active_units(&signals));
        let start = if setting.sample.tests > 0 { Some(network.forward(&data.test)?) } else { None };
        let mut own = ByOwnKernels::default();
        if setting.empirical {
            let residual = DVector::from_column_slice((&signals.output - &targets).as_slice());
            let here = Tangents::new(&network, signals, Parametrization::Ntk)?;
            let there =
                start.clone().map(|s| Tangents::new(&network, s, Parametrization::Ntk)).transpose()?;
            own = by_own_kernels(setting, &residual, &here, there.as_ref())?;
        }
        let (mut residuals, mut increments) = (Vec::new(), Vec::new());
        let rule = Rule::Natural(setting.rule);
        let mut training = Training::new(network, &data.train, &targets, rule, setting.learning_rate)?;
        for _ in 0..setting.steps {
            residuals.extend_from_slice(training.step_from()?.as_slice());
            if let Some(start) = &start {
                let now = training.network().forward(&data.test)?.output;
                increments.extend_from_slice((now - &start.output).as_slice());
            }
        }
        residuals.extend_from_slice(training.residual()?.as_slice());
        let [exact, bd, btd, kfac, last] = own.increments;
        Ok(NaturalTrainingOutcome {
            data_set: number as f64,
            targets: (setting.task == Task::Labels).then(|| targets.as_slice().to_vec()),
            rates,
            residuals: shortened(&residuals),
            start: start.as_ref().map(|start| shortened(start.output.as_slice())),
            increments: start.is_some().then(|| shortened(&increments)),
            empirical_residual: own.residual,
            empirical_increment_exact: exact,
            empirical_increment_bd: bd,
            empirical_increment_btd: btd,
            empirical_increment_kfac: kfac,
            empirical_increment_own: own.own,
            empirical_increment_last: last,
        })
    }

    fn cost(setting: &NaturalTrainingSetting) -> f64 {
        let samples = (setting.sample.samples + setting.sample.tests) as f64;
        setting.network.parameter_count() as f64 * (20.0 + 6.0 * samples * (1 + setting.steps) as f64)
    }
}

/// $\alpha_n$ of the unit-wise rule: one and the number of units active at each sample.
fn active_units(signals: &Signals) -> Vec<f64> {
    let active = |n: usize| {
        let layers = signals.slopes.iter();
        layers.map(|slopes| slopes.column(n).iter().filter(|d| **d != 0.0).count()).sum::<usize>()
    };
    (0..signals.output.ncols()).map(|n| 1.0 + active(n) as f64).collect()
}

/// The methods of which increments are compared.
const COMPARED: [Method; 5] = [Method::Exact, Method::Bd, Method::Btd, Method::Kfac, Method::Last];

/// What the kernels of the network at its start predict: the last residual, and the increments of other methods.
#[derive(Default)]
struct ByOwnKernels {
    residual: Option<Vec<f64>>,
    own: Option<Vec<f64>>,
    increments: [Option<Vec<f64>>; COMPARED.len()],
}

fn by_own_kernels(
    setting: &NaturalTrainingSetting,
    residual: &DVector<f64>,
    here: &Tangents,
    there: Option<&Tangents>,
) -> Result<ByOwnKernels, TrialFailure> {
    let rule = &setting.rule;
    let (eta, depth) = (setting.learning_rate, setting.network.depth());
    let train = empirical_kernels(here, here)?;
    let response = response_of(rule, &train, &train)?;
    let end = ngd::residuals(&response, eta, residual, setting.steps)?.pop().unwrap_or_default();
    let mut own = ByOwnKernels { residual: Some(shortened(end.as_slice())), ..ByOwnKernels::default() };
    let Some(there) = there else { return Ok(own) };
    let cross = empirical_kernels(there, here)?;
    // All methods after one step at the same fraction ηα of their own rates.
    let fraction = eta * rate_of(rule, &setting.network, setting.sample.samples)?;
    let sided = is_sided(rule.method);
    if sided {
        let increment = response_of(rule, &train, &cross)? * residual * -eta;
        own.own = Some(shortened(increment.as_slice()));
    }
    let compared = |other: Method| match other {
        Method::Kfac => true,
        Method::Last => sided,
        // The tri-diagonal method does not exist at every depth.
        other => !sided && ngd::alpha(other, depth, 1).is_ok(),
    };
    let slots = own.increments.iter_mut().zip(COMPARED);
    for (slot, other) in slots.filter(|(_, other)| compared(*other)) {
        let increment = ngd::test_kernel(other, &train, &cross)? * residual * -fraction;
        *slot = Some(shortened(increment.as_slice()));
    }
    Ok(own)
}

fn targets(
    setting: &NaturalTrainingSetting,
    data: &DataSet,
    start: &Matrix,
    streams: &Streams,
) -> Result<Matrix, TrialFailure> {
    let mut rng = streams.child("labels").rng(0);
    let mut signs = || start.map(|_| if rng.random::<bool>() { 0.5 } else { -0.5 });
    Ok(match (setting.task, &data.labels) {
        (Task::Labels, Some((labels, _))) => Matrix::from_row_slice(1, labels.len(), labels),
        (Task::Labels, None) => signs(),
        (Task::SmallResidual(size), _) => start + signs() * size,
        (Task::KernelMode(index), _) => {
            let (cosines, _) = data.cosines();
            let kernels = ngd::train_kernels(setting.network.scales(), setting.network.depth(), &cosines)?;
            let (_, vectors) = ngd::gd_mode_vectors(&kernels)?;
            let mode = vectors.column(index.min(vectors.ncols() - 1)).transpose();
            start + Matrix::from_row_slice(1, mode.len(), mode.transpose().as_slice()) * 0.05
        }
    })
}
