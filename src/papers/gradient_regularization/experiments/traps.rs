use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::{Penalty, check_penalty};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{filled, non_negative, positive, positive_to, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::checks;
use solvable_simulate::data::Dataset;
use solvable_simulate::linalg::Matrix;
use solvable_simulate::linear_networks::{Chain, TwoLayers};
use solvable_simulate::network::Network;
use solvable_simulate::training::{Flattening, Loss, flattened_step};
use solvable_theory::{Activation, Architecture};

/// Flows of one singular mode of a deep linear network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeepTrapSetting {
    /// $L$.
    pub depth: usize,
    /// $s_*$.
    pub s_star: f64,
    /// $w_0$, of all layers.
    pub start: f64,
    /// $\epsilon$.
    pub epsilon: f64,
    /// Values of $\gamma$.
    pub strengths: Vec<f64>,
}

/// Where flows of a chain of weights end.
pub struct DeepTrap;

/// What [`DeepTrap`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeepTrapOutcome {
    /// $w^L/s_*$ at the end, one a strength.
    pub learnt: Vec<f64>,
}

impl Experiment for DeepTrap {
    type Setting = DeepTrapSetting;
    type Outcome = DeepTrapOutcome;
    const ID: &'static str = "deep-trap";
    const VERSION: u32 = 1;

    fn check(setting: &DeepTrapSetting) -> Result<(), SettingError> {
        within("depth", setting.depth, 2..=20)?;
        within("s_star", setting.s_star, 0.01..=100.0)?;
        within("start", setting.start, 1e-3..=3.0)?;
        filled("strengths", &setting.strengths)?;
        for &gamma in &setting.strengths {
            check_penalty(&Penalty { gamma, epsilon: setting.epsilon })?;
        }
        Ok(())
    }

    fn run(setting: &DeepTrapSetting, _: &Streams) -> Result<DeepTrapOutcome, TrialFailure> {
        let chain = Chain { depth: setting.depth, target: setting.s_star };
        let end = |gamma: &f64| -> Result<f64, TrialFailure> {
            Ok(chain.end(setting.start, Penalty { gamma: *gamma, epsilon: setting.epsilon })?
                / setting.s_star)
        };
        Ok(DeepTrapOutcome { learnt: setting.strengths.iter().map(end).collect::<Result<_, _>>()? })
    }

    fn cost(setting: &DeepTrapSetting) -> f64 {
        1e5 * (setting.depth * setting.strengths.len()) as f64
    }
}

/// Gradient descent of a two-layer linear network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MatrixTrapSetting {
    /// The singular values of the target.
    pub modes: Vec<f64>,
    /// $\gamma$.
    pub gamma: f64,
    /// Rows and columns of both layers.
    pub size: usize,
    /// The deviation of the initial weights.
    pub start: f64,
    /// $\eta$.
    pub learning_rate: f64,
    /// Steps.
    pub steps: usize,
    /// The deviation of the noise that every weight receives in a step.
    pub noise: f64,
}

/// Which singular values of full matrices are learnt.
pub struct MatrixTrap;

/// What [`MatrixTrap`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MatrixTrapOutcome {
    /// $(W_2W_1)_{jj}/s_j$ of every mode.
    pub learnt: Vec<f64>,
}

impl Experiment for MatrixTrap {
    type Setting = MatrixTrapSetting;
    type Outcome = MatrixTrapOutcome;
    const ID: &'static str = "matrix-trap";
    const VERSION: u32 = 1;

    fn check(setting: &MatrixTrapSetting) -> Result<(), SettingError> {
        let MatrixTrapSetting { modes, gamma, size, start, learning_rate, steps, noise } = setting;
        within("size", *size, 1..=100)?;
        filled("modes", modes)?;
        require(modes.len() <= *size, "modes", modes.len(), format!("at most {size} modes, the size"))?;
        checks::each("modes", modes, positive)?;
        let mut sorted = modes.clone();
        sorted.sort_by(f64::total_cmp);
        let distinct = sorted.windows(2).all(|pair| pair[0] < pair[1]);
        require(distinct, "modes", format!("{modes:?}"), "distinct numbers")?;
        positive_to("gamma", *gamma, 1e3)?;
        positive_to("start", *start, 1.0)?;
        positive_to("learning_rate", *learning_rate, 1.0)?;
        checks::steps("steps", *steps)?;
        non_negative("noise", *noise)
    }

    fn run(setting: &MatrixTrapSetting, streams: &Streams) -> Result<MatrixTrapOutcome, TrialFailure> {
        let MatrixTrapSetting { modes, gamma, size, start, learning_rate, steps, noise } = setting;
        let layers = TwoLayers {
            modes: modes.clone(),
            size: *size,
            gamma: *gamma,
            start: *start,
            rate: *learning_rate,
            noise: *noise,
        };
        let product = layers.descend(*steps, streams);
        Ok(MatrixTrapOutcome { learnt: modes.iter().enumerate().map(|(j, s)| product[(j, j)] / s).collect() })
    }

    fn cost(setting: &MatrixTrapSetting) -> f64 {
        setting.steps as f64 * (2e3 + 40.0 * (setting.size as f64).powi(3))
    }
}

/// A ReLU network with one hidden layer on digits, trained with and without what flattens minima.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlatDigitsSetting {
    /// Units of the hidden layer.
    pub width: usize,
    /// Images to learn from; all others are tested.
    pub samples: usize,
    /// Steps of gradient descent on the cross entropy of all of them.
    pub steps: usize,
    /// $\eta$.
    pub learning_rate: f64,
    /// What is compared with plain descent from the same weights on the same images.
    pub methods: Vec<Flattening>,
}

/// Test errors of a network, paired with those of plain descent.
pub struct FlatDigits;

/// What [`FlatDigits`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlatDigitsOutcome {
    /// The test error of plain descent, in per cent.
    pub error: f64,
    /// Its cross entropy on the test images.
    pub loss: f64,
    /// By how many per cent points the test error of every method is larger.
    pub more_error: Vec<f64>,
    /// By how much its cross entropy is larger.
    pub more_loss: Vec<f64>,
}

const IMAGES: usize = 1797;

impl Experiment for FlatDigits {
    type Setting = FlatDigitsSetting;
    type Outcome = FlatDigitsOutcome;
    const ID: &'static str = "flat-digits";
    const VERSION: u32 = 1;

    fn check(setting: &FlatDigitsSetting) -> Result<(), SettingError> {
        let FlatDigitsSetting { width, samples, steps, learning_rate, methods } = setting;
        within("width", *width, 1..=10_000)?;
        within("samples", *samples, 1..=IMAGES - 1)?;
        checks::steps("steps", *steps)?;
        positive_to("learning_rate", *learning_rate, 1e3)?;
        filled("methods", methods)?;
        let sound = |method: &Flattening| match *method {
            Flattening::None => true,
            Flattening::Penalty { gamma, epsilon } => {
                Penalty { gamma, epsilon }.check().is_ok() && epsilon != 0.0
            }
            Flattening::SharpnessAware { rho: size } | Flattening::Flooding { level: size } => {
                (0.0..=1e3).contains(&size)
            }
        };
        let valid = "strengths, lengths and levels from 0 to 1000, epsilon of size 1e-12 or more";
        require(methods.iter().all(sound), "methods", format!("{methods:?}"), valid)
    }

    fn run(setting: &FlatDigitsSetting, streams: &Streams) -> Result<FlatDigitsOutcome, TrialFailure> {
        let digits = Dataset::digits()?;
        let mut order: Vec<usize> = (0..digits.samples()).collect();
        order.shuffle(&mut streams.child("images").rng(0));
        // Pixels as they are, from 0 to 1.
        let inputs = digits.inputs().select_columns(&order);
        let labels = digits.labels().unwrap_or_default();
        let targets = Matrix::from_fn(10, order.len(), |k, n| f64::from(usize::from(labels[order[n]]) == k));
        let part = |of: &Matrix, from: usize, count: usize| of.columns(from, count).into_owned();
        let (learn, rest) = (setting.samples, order.len() - setting.samples);
        let (x, y) = (part(&inputs, 0, learn), part(&targets, 0, learn));
        let (x_test, y_test) = (part(&inputs, learn, rest), part(&targets, learn, rest));
        let architecture = Architecture::new(vec![64, setting.width, 10], Activation::relu(), 2.0, 0.0)?;
        let start = Network::draw(&architecture, streams);
        let trained = |how: Flattening| -> Result<(f64, f64), TrialFailure> {
            let mut network = start.clone();
            for _ in 0..setting.steps {
                flattened_step(&mut network, &x, &y, Loss::CrossEntropy, how, setting.learning_rate)?;
            }
            let output = network.forward(&x_test)?.output;
            let wrong = output.column_iter().zip(y_test.column_iter()).filter(|(f, y)| f.imax() != y.imax());
            Ok((100.0 * wrong.count() as f64 / rest as f64, Loss::CrossEntropy.value(&output, &y_test)))
        };
        let (error, loss) = trained(Flattening::None)?;
        let (mut more_error, mut more_loss) = (Vec::new(), Vec::new());
        for method in &setting.methods {
            let (other, its_loss) = trained(*method)?;
            more_error.push(other - error);
            more_loss.push(its_loss - loss);
        }
        Ok(FlatDigitsOutcome { error, loss, more_error, more_loss })
    }

    fn cost(setting: &FlatDigitsSetting) -> f64 {
        let step = 12.0 * (74 * setting.width * setting.samples) as f64;
        step * (setting.steps * (1 + setting.methods.len())) as f64
    }
}
