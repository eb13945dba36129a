use serde::{Deserialize, Serialize};

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{at_least, finite, positive, require};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{FisherSetting, checks, shortened};
use solvable_simulate::cross_entropy::descend;

/// The first steps of a classifier on balanced random labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassifierTrainingSetting {
    /// The network and the number of samples.
    #[serde(flatten)]
    pub fisher: FisherSetting,
    /// $\eta$.
    pub rate: f64,
    /// Steps.
    pub steps: usize,
    /// The mean outputs to start from, one a class: the biases of the last layer are shifted.
    pub tilt: Vec<f64>,
}

/// What [`ClassifierTraining`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassifierTrainingOutcome {
    /// The outputs at the start, sample by sample.
    pub logits: Vec<f64>,
    /// The mean output of every class before the first step and after each one.
    pub means: Vec<f64>,
}

/// Gradient descent on the cross entropy; sample $n$ has the label $n\bmod C$.
pub struct ClassifierTraining;

impl Experiment for ClassifierTraining {
    type Setting = ClassifierTrainingSetting;
    type Outcome = ClassifierTrainingOutcome;
    const ID: &'static str = "classifier-training";
    const VERSION: u32 = 1;

    fn check(setting: &ClassifierTrainingSetting) -> Result<(), SettingError> {
        let ClassifierTrainingSetting { fisher, rate, steps, tilt } = setting;
        fisher.check()?;
        checks::plain(&fisher.network)?;
        checks::two_classes(&fisher.network)?;
        checks::trained_biases(&fisher.network)?;
        at_least("samples", fisher.samples, 2)?;
        positive("rate", *rate)?;
        checks::steps("steps", *steps)?;
        require(tilt.len() == 2, "tilt", format!("a list of {}", tilt.len()), "2 numbers, one a class")?;
        checks::each("tilt", tilt, finite)
    }

    fn run(
        setting: &ClassifierTrainingSetting,
        streams: &Streams,
    ) -> Result<ClassifierTrainingOutcome, TrialFailure> {
        let (mut network, signals) = setting.fisher.draw(streams)?;
        let (inputs, output) = (&signals.hidden[0], &signals.output);
        let classes = output.nrows();
        let last = setting.fisher.network.depth() - 1;
        for (k, (bias, wanted)) in network.biases[last].iter_mut().zip(&setting.tilt).enumerate() {
            *bias += wanted - output.row(k).mean();
        }
        let labels: Vec<usize> = (0..setting.fisher.samples).map(|n| n % classes).collect();
        let start = network.forward(inputs)?.output;
        let mut means = Vec::new();
        for _ in 0..setting.steps {
            let output = descend(&mut network, inputs, &labels, setting.rate)?;
            means.extend(output.row_iter().map(|row| row.mean()));
        }
        means.extend(network.forward(inputs)?.output.row_iter().map(|row| row.mean()));
        Ok(ClassifierTrainingOutcome { logits: shortened(start.as_slice()), means })
    }

    fn cost(setting: &ClassifierTrainingSetting) -> f64 {
        setting.fisher.weight_cost() * (1 + setting.steps) as f64
    }
}
