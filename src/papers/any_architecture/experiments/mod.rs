//! Finite networks of any layers, and analytic kernels of random inputs.

use serde::{Deserialize, Serialize};

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::require;
use solvable_engine::verify::{Experiment, JudgeError, SettingError, TrialFailure};
use solvable_shared::shortened;
use solvable_simulate::any_architecture::{LayeredNetwork, LayeredSignals, kernels};
use solvable_simulate::data::Dataset;
use solvable_simulate::gram::{FisherStatistics, centred, class_means};
use solvable_simulate::linalg::{self, Matrix};
use solvable_theory::any_architecture::{Blueprint, Kernels, Layer, Node, Parametrization};

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
        let (samples, classes) = (self.samples(), self.network.classes());
        let most = (MOST_ROWS / classes.max(1)).max(1);
        require((1..=most).contains(&samples), field, samples, format!("from 1 to {most}"))?;
        if let Inputs::Digits { .. } = self.inputs {
            let (size, known) = (self.network.input().size(), DIGIT_PIXELS);
            require(
                size == known,
                "network.input",
                size,
                "the 64 pixels of a digit: grid [8, 8], 1 channel",
            )?;
        }
        let widest =
            self.network.nodes().iter().map(widest).fold(self.network.input().size() as f64, f64::max);
        let numbers = widest * (samples * classes) as f64;
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
                normal(&Streams::for_trial("any-architecture", "inputs", set, 0), samples)
            }
            Inputs::Digits { samples } => digits(samples)?,
        })
    }

    /// Inputs that do not change from trial to trial, a row each.
    ///
    /// # Errors
    /// Inputs that are drawn anew in every trial.
    pub fn rows(&self) -> Result<Vec<Vec<f64>>, JudgeError> {
        if let Inputs::Random { .. } = self.inputs {
            return Err(JudgeError::Other("the inputs are drawn anew in every trial".into()));
        }
        let inputs = self
            .draw_inputs(&Streams::for_trial("", "", 0, 0))
            .map_err(|error| JudgeError::Other(error.to_string()))?;
        Ok(inputs.column_iter().map(|column| column.iter().copied().collect()).collect())
    }

    fn draw(&self, streams: &Streams) -> Result<(LayeredNetwork, LayeredSignals), TrialFailure> {
        let network = LayeredNetwork::draw(&self.network, streams);
        let signals = network.forward(&self.draw_inputs(streams)?)?;
        Ok((network, signals))
    }

    fn cost(&self) -> f64 {
        let outputs = (self.samples() * self.network.classes()) as f64;
        self.network.parameter_count() * (20.0 + 6.0 * outputs * self.network.input().positions() as f64)
            + 8.0 * outputs.powi(3)
    }
}

const DIGIT_PIXELS: usize = 64;

/// The first digits, pixels centred and scaled over the file.
fn digits(samples: usize) -> Result<Matrix, TrialFailure> {
    let all = Dataset::digits()?;
    let all = all.inputs();
    let mean = all.mean();
    let deviation = all.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / all.len() as f64;
    let scale = deviation.sqrt().recip();
    Ok(all.columns(0, samples.min(all.ncols())).map(|x| (x - mean) * scale))
}

/// Numbers of the widest signal of a layer, patches included.
fn widest(node: &Node) -> f64 {
    let inside = |nodes: &[Node]| nodes.iter().map(widest).fold(0.0, f64::max);
    let own = (node.to.positions() * node.to.channels) as f64;
    own.max(match &node.layer {
        Layer::Conv(conv) => node.to.positions() as f64 * conv.size() * node.from.channels as f64,
        Layer::Residual { branch, .. } => inside(branch),
        Layer::Sum(branches) => branches.iter().map(|b| inside(&b.layers)).fold(0.0, f64::max),
        Layer::Attention(a) => (node.from.positions() * a.heads) as f64 * a.key.max(a.value) as f64,
        _ => 0.0,
    })
}

/// What [`LayeredFisher`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayeredFisherOutcome {
    /// $m_\lambda$.
    pub m_lambda: f64,
    /// $s_\lambda$.
    pub s_lambda: f64,
    /// Mean of the $C$ largest eigenvalues.
    pub lambda_top: f64,
    /// Mean diagonal entry of $\Theta$ within a class.
    pub theta_t: f64,
    /// Mean off-diagonal entry of $\Theta$ within a class.
    pub theta_st: f64,
    /// $\lambda_{\max}$ with mean subtraction of the outputs, mean of the $C$ largest; of two samples or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lambda_ms: Option<f64>,
}

/// Fisher information of a random network of any layers.
pub struct LayeredFisher;

impl Experiment for LayeredFisher {
    type Setting = LayeredSetting;
    type Outcome = LayeredFisherOutcome;
    const ID: &'static str = "layered-fisher";
    const VERSION: u32 = 1;

    fn check(setting: &LayeredSetting) -> Result<(), SettingError> {
        setting.check()
    }

    fn run(setting: &LayeredSetting, streams: &Streams) -> Result<LayeredFisherOutcome, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let (classes, samples) = signals.output.shape();
        let kernel = network.tangent_kernel(&signals);
        let parameters = setting.network.parameter_count() as usize;
        let plain = FisherStatistics::of(&kernel, classes, parameters)?;
        let (theta_t, theta_st) = class_means(&kernel, classes);
        let lambda_ms = if samples > 1 {
            Some(FisherStatistics::of(&centred(&kernel, classes), classes, parameters)?.top)
        } else {
            None
        };
        Ok(LayeredFisherOutcome {
            m_lambda: plain.mean,
            s_lambda: plain.second_moment,
            lambda_top: plain.top,
            theta_t,
            theta_st,
            lambda_ms,
        })
    }

    fn cost(setting: &LayeredSetting) -> f64 {
        setting.cost()
    }
}

/// What [`LayeredKernel`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayeredKernelOutcome {
    /// $\Theta$ of one output, the mean over outputs: entries $n\le m$, column by column.
    pub tangent: Vec<f64>,
    /// The trace of what gains and biases of normalizations contribute to it.
    pub affine_trace: f64,
}

/// The tangent kernel of a random network of any layers.
pub struct LayeredKernel;

impl Experiment for LayeredKernel {
    type Setting = LayeredSetting;
    type Outcome = LayeredKernelOutcome;
    const ID: &'static str = "layered-kernel";
    const VERSION: u32 = 1;

    fn check(setting: &LayeredSetting) -> Result<(), SettingError> {
        setting.check()
    }

    fn run(setting: &LayeredSetting, streams: &Streams) -> Result<LayeredKernelOutcome, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let (classes, samples) = signals.output.shape();
        let mean = |kernel: &Matrix| {
            let blocks = (0..classes).map(|k| kernel.view((k * samples, k * samples), (samples, samples)));
            blocks.fold(Matrix::zeros(samples, samples), |sum, block| sum + block) / classes as f64
        };
        Ok(LayeredKernelOutcome {
            tangent: shortened(&upper(&mean(&network.tangent_kernel(&signals)))),
            affine_trace: mean(&network.affine_kernel(&signals)).trace(),
        })
    }

    fn cost(setting: &LayeredSetting) -> f64 {
        setting.cost()
    }
}

/// Entries $n\le m$, column by column.
pub(crate) fn upper(kernel: &Matrix) -> Vec<f64> {
    (0..kernel.ncols()).flat_map(|m| (0..=m).map(move |n| kernel[(n, m)])).collect()
}

/// What [`AnalyticSharpness`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnalyticSharpnessOutcome {
    /// $\lambda_{\max}(HTH)/N$ of the infinite-width kernel.
    pub lambda_ms: f64,
}

/// The sharpness of the infinite-width kernel of the inputs of a trial, with mean subtraction of the outputs.
pub struct AnalyticSharpness;

impl Experiment for AnalyticSharpness {
    type Setting = LayeredSetting;
    type Outcome = AnalyticSharpnessOutcome;
    const ID: &'static str = "analytic-sharpness";
    const VERSION: u32 = 1;

    fn check(setting: &LayeredSetting) -> Result<(), SettingError> {
        setting.check()?;
        require(setting.samples() >= 2, "inputs", setting.samples(), "at least 2 samples")
    }

    fn run(setting: &LayeredSetting, streams: &Streams) -> Result<AnalyticSharpnessOutcome, TrialFailure> {
        let inputs = setting.draw_inputs(streams)?;
        let rows: Vec<Vec<f64>> =
            inputs.column_iter().map(|column| column.iter().copied().collect()).collect();
        let Kernels { tangent, .. } = kernels(&setting.network, &rows, Parametrization::Standard)?;
        let largest = linalg::largest_eigenvalues(&centred(&tangent, 1), 1)?;
        Ok(AnalyticSharpnessOutcome { lambda_ms: largest[0] / rows.len() as f64 })
    }

    fn cost(setting: &LayeredSetting) -> f64 {
        let (n, s) = (setting.samples() as f64, setting.network.input().positions() as f64);
        100.0 * n * n * s * s
    }
}
