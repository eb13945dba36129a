//! Networks of any layers and their inputs.

use serde::{Deserialize, Serialize};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::require;
use solvable_engine::verify::{JudgeError, SettingError, TrialFailure};
use solvable_simulate::any_architecture::{LayeredNetwork, LayeredSignals};
use solvable_simulate::data::Dataset;
use solvable_simulate::linalg::Matrix;
use solvable_theory::any_architecture::{Blueprint, Layer, Node};

/// Where inputs come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Inputs {
    /// Independent standard normal numbers, new ones in every trial.
    Random {
        /// $N$.
        samples: usize,
    },
    /// The same in all trials.
    Fixed {
        /// $N$.
        samples: usize,
        /// Which of the sets of such inputs.
        set: u64,
    },
    /// The first images of the shipped digits, pixels centred and scaled to variance 1 over the file.
    Digits {
        /// $N$.
        samples: usize,
    },
}

/// A network and its inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayeredSetting {
    /// The network.
    pub network: Blueprint,
    /// The inputs.
    pub inputs: Inputs,
}

/// Numbers of a signal in all samples, outputs and positions that memory holds.
const MOST_NUMBERS: f64 = 3e8;
/// Rows of a kernel.
const MOST_ROWS: usize = 4000;

impl LayeredSetting {
    /// $N$.
    pub fn samples(&self) -> usize {
        match self.inputs {
            Inputs::Random { samples } | Inputs::Fixed { samples, .. } | Inputs::Digits { samples } => {
                samples
            }
        }
    }

    /// Whether the network and its kernel can be computed.
    ///
    /// # Errors
    /// The first field that is out of range.
    pub fn check(&self) -> Result<(), SettingError> {
        let field = match self.inputs {
            Inputs::Random { .. } => "inputs.random.samples",
            Inputs::Fixed { .. } => "inputs.fixed.samples",
            Inputs::Digits { .. } => "inputs.digits.samples",
        };
        if let Inputs::Digits { .. } = self.inputs {
            let (size, known) = (self.network.input().size(), DIGIT_PIXELS);
            require(
                size == known,
                "network.input",
                size,
                "the 64 pixels of a digit: grid [8, 8], 1 channel",
            )?;
        }
        let most = (MOST_ROWS / self.network.classes().max(1)).max(1);
        require((1..=most).contains(&self.samples()), field, self.samples(), format!("from 1 to {most}"))?;
        self.check_size(field)
    }

    /// Whether signals of all outputs and parameters fit into memory; `field` is that of the number of samples.
    pub(super) fn check_size(&self, field: &str) -> Result<(), SettingError> {
        let (samples, classes) = (self.samples(), self.network.classes());
        require(samples >= 1, field, samples, "1 or more")?;
        let widest = self
            .network
            .all_nodes()
            .into_iter()
            .map(widest)
            .fold(self.network.input().size() as f64, f64::max);
        let numbers = widest * samples as f64 * classes as f64;
        let valid = format!(
            "networks whose widest signal, times samples and outputs, has at most {MOST_NUMBERS:.0e} numbers"
        );
        require(numbers <= MOST_NUMBERS, "network", format!("one of {numbers:.1e}"), valid)?;
        let parameters = self.network.parameter_count();
        require(
            parameters <= MOST_NUMBERS,
            "network",
            format!("one of {parameters:.1e} parameters"),
            "fewer parameters",
        )
    }

    /// The inputs ($Sc_0\times N$).
    ///
    /// # Errors
    /// Digits that cannot be read.
    pub fn draw_inputs(&self, streams: &Streams) -> Result<Matrix, TrialFailure> {
        let size = self.network.input().size();
        let normal = |streams: &Streams, samples: usize| {
            Matrix::from_vec(size, samples, streams.child("inputs").normals(size * samples, 1.0))
        };
        Ok(match self.inputs {
            Inputs::Random { samples } => normal(streams, samples),
            Inputs::Fixed { samples, set } => {
                normal(&Streams::of_problem("any-architecture", "inputs", set), samples)
            }
            Inputs::Digits { samples } => digits(samples)?,
        })
    }

    /// Inputs that do not change from trial to trial, a column each.
    ///
    /// # Errors
    /// Inputs that are drawn anew in every trial.
    pub fn matrix(&self) -> Result<Matrix, JudgeError> {
        if let Inputs::Random { .. } = self.inputs {
            return Err(JudgeError::Other("the inputs are drawn anew in every trial".into()));
        }
        self.draw_inputs(&Streams::of_problem("", "", 0))
            .map_err(|error| JudgeError::Other(error.to_string()))
    }

    /// The same, a row each.
    ///
    /// # Errors
    /// Inputs that are drawn anew in every trial.
    pub fn rows(&self) -> Result<Vec<Vec<f64>>, JudgeError> {
        Ok(self.matrix()?.column_iter().map(|column| column.iter().copied().collect()).collect())
    }

    pub(super) fn draw(&self, streams: &Streams) -> Result<(LayeredNetwork, LayeredSignals), TrialFailure> {
        let network = LayeredNetwork::draw(&self.network, streams);
        let signals = network.forward(&self.draw_inputs(streams)?)?;
        Ok((network, signals))
    }

    pub(super) fn cost(&self) -> f64 {
        let outputs = (self.samples() * self.network.classes()) as f64;
        self.network.parameter_count() * (20.0 + 6.0 * outputs * self.network.input().positions() as f64)
            + 8.0 * outputs.powi(3)
    }
}

const DIGIT_PIXELS: usize = 64;

/// 1 for even digits, -1 for odd ones, of the first images.
///
/// # Errors
/// Digits that cannot be read.
pub fn digit_parity(samples: usize) -> Result<Vec<f64>, TrialFailure> {
    let all = Dataset::digits()?;
    let labels = all.labels().unwrap_or_default().iter().take(samples);
    Ok(labels.map(|label| if label % 2 == 0 { 1.0 } else { -1.0 }).collect())
}

/// The first digits, pixels centred and scaled over the file.
pub(super) fn digits(samples: usize) -> Result<Matrix, TrialFailure> {
    let all = Dataset::digits()?;
    let all = all.inputs();
    let mean = all.mean();
    let deviation = all.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / all.len() as f64;
    let scale = deviation.sqrt().recip();
    Ok(all.columns(0, samples.min(all.ncols())).map(|x| (x - mean) * scale))
}

/// Numbers of the widest signal of a layer, patches included.
fn widest(node: &Node) -> f64 {
    let own = (node.to.positions() * node.to.channels) as f64;
    own.max(match &node.layer {
        Layer::Conv(conv) => node.to.positions() as f64 * conv.size() * node.from.channels as f64,
        // Keys and values of all heads, and their weights of all pairs of positions.
        Layer::Attention(a) => {
            let positions = node.from.positions() as f64;
            positions * a.heads as f64 * (a.key.max(a.value) as f64).max(positions)
        }
        // Gradients of the mixing matrix.
        Layer::Mix(mix) => mix.tokens as f64 * node.from.positions() as f64,
        _ => 0.0,
    })
}
