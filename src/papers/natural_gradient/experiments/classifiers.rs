use rand::RngExt;
use serde::{Deserialize, Serialize};
use solvable_theory::Architecture;
use solvable_theory::natural_gradient::{Damping, Method};

use super::data::{Inputs, Sample};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{positive, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{checks, shortened};
use solvable_simulate::cross_entropy::softmax;
use solvable_simulate::linalg::Matrix;
use solvable_simulate::network::Network;
use solvable_simulate::training::{DescentRule, Loss, NaturalGradient, Rule};

/// Where the classes of the samples come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Labels {
    /// Uniform among all classes.
    Uniform,
    /// Uniform among the classes to which the network gives at least a tenth at its start. The first step of a sample is of the size
    /// $\eta/p_0$: without this the finite-size error is that of the unluckiest sample.
    Safe,
}

/// What a class must have at the start to be safe.
const SAFE: f64 = 0.1;

/// A random classifier trained on drawn labels by a natural gradient of the cross entropy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassifierSetting {
    /// The network.
    pub network: Architecture,
    /// The data.
    #[serde(flatten)]
    pub sample: Sample,
    /// The rule, for the cross entropy.
    #[serde(flatten)]
    pub rule: NaturalGradient,
    /// $\eta$.
    pub learning_rate: f64,
    /// $T$.
    pub steps: usize,
    /// The classes.
    pub labels: Labels,
    /// Whether the outputs of the start are subtracted, so that all logits begin at 0.
    pub centred: bool,
}

/// A classifier in training.
pub struct Classifier;

/// How probabilities change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassifierOutcome {
    /// The number of the data set.
    pub data_set: f64,
    /// The class of every sample, from 0.
    pub labels: Vec<f64>,
    /// The logits at the start, sample by sample.
    pub logits: Vec<f64>,
    /// $1-p$ of the labels, all samples one step after the other, $t=0..T$.
    pub wrong: Vec<f64>,
}

impl Experiment for Classifier {
    type Setting = ClassifierSetting;
    type Outcome = ClassifierOutcome;
    const ID: &'static str = "natural-classifier";
    const VERSION: u32 = 1;

    fn check(setting: &ClassifierSetting) -> Result<(), SettingError> {
        let ClassifierSetting { network, sample, rule, .. } = setting;
        checks::network(network)?;
        checks::plain(network)?;
        checks::trained_biases(network)?;
        checks::classes(network, 2)?;
        sample.check(network)?;
        let valid = "sphere, anisotropic or forster: classes are drawn";
        require(sample.inputs != Inputs::Digits, "inputs", "digits", valid)?;
        within("tests", sample.tests, 0..=0)?;
        let valid = "cross_entropy, of which this is";
        require(rule.loss == Loss::CrossEntropy, "loss", "squared", valid)?;
        let (classes, outputs) = (network.classes(), sample.samples * network.classes());
        rule.check(network.depth(), outputs)?;
        checks::kernel(network, "samples", outputs)?;
        if rule.method == Method::Kfac {
            let damping = format!("{:?}", rule.damping);
            require(rule.damping == Damping::None, "damping", damping, "none for kfac on the cross entropy")?;
            let narrowest = network.widths()[1..network.depth()].iter().copied().min().unwrap_or(usize::MAX);
            let most = (narrowest / (classes - 1)).min(network.widths()[0]);
            let valid =
                format!("at most {most} for kfac: as many as inputs, and N (C - 1) as many as hidden units");
            require(sample.samples <= most, "samples", sample.samples, valid)?;
        }
        positive("learning_rate", setting.learning_rate)?;
        checks::count("steps", setting.steps)?;
        let valid = "uniform, or at most 10 classes: one of them must begin at a tenth";
        require(setting.labels == Labels::Uniform || classes <= 10, "labels", "safe", valid)
    }

    fn run(setting: &ClassifierSetting, streams: &Streams) -> Result<ClassifierOutcome, TrialFailure> {
        let number = setting.sample.draw_number(streams);
        let data = setting.sample.data_set(setting.network.widths()[0], number)?;
        let mut network = Network::draw(&setting.network, streams);
        let drawn = network.forward(&data.train)?.output;
        let offset = if setting.centred { drawn.clone() } else { &drawn * 0.0 };
        let start = drawn - &offset;
        let labels = draw_labels(setting.labels, &softmax(&start), streams);
        let targets =
            Matrix::from_fn(start.nrows(), start.ncols(), |k, n| if labels[n] == k { 1.0 } else { 0.0 });
        let rule = Rule::Natural(setting.rule);
        let mut wrong = Vec::new();
        for step in 0..=setting.steps {
            let mut signals = network.forward(&data.train)?;
            signals.output -= &offset;
            let p = softmax(&signals.output);
            wrong.extend(p.column_iter().zip(&labels).map(|(p, label)| {
                // As a sum over the others: no digits are lost where the label is nearly sure.
                p.iter().enumerate().filter(|(k, _)| k != label).map(|(_, p)| p).sum::<f64>()
            }));
            if step < setting.steps {
                rule.descend(&mut network, signals, &(p - &targets), setting.learning_rate)?;
            }
        }
        Ok(ClassifierOutcome {
            data_set: number as f64,
            labels: labels.iter().map(|&label| label as f64).collect(),
            logits: shortened(start.as_slice()),
            wrong: shortened(&wrong),
        })
    }

    fn cost(setting: &ClassifierSetting) -> f64 {
        let (samples, classes) = (setting.sample.samples as f64, setting.network.classes() as f64);
        let passes = samples * (4.0 + 2.0 * classes) * (1 + setting.steps) as f64;
        setting.network.parameter_count() as f64 * (20.0 + passes)
    }
}

fn draw_labels(labels: Labels, start: &Matrix, streams: &Streams) -> Vec<usize> {
    let mut rng = streams.child("labels").rng(0);
    let draw = |p: nalgebra::DVectorView<'_, f64>| {
        let allowed = |k: &usize| labels == Labels::Uniform || p[*k] >= SAFE;
        let classes: Vec<usize> = (0..p.len()).filter(allowed).collect();
        // The likeliest of at most 10 classes is always safe.
        classes.get(rng.random_range(0..classes.len().max(1))).copied().unwrap_or(0)
    };
    start.column_iter().map(draw).collect()
}
