//! Tangent kernels, of networks and analytic.

use serde::{Deserialize, Serialize};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::require;
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::shortened;
use solvable_simulate::any_architecture::kernels;
use solvable_simulate::gram::centred;
use solvable_simulate::linalg::{self, Matrix};
use solvable_theory::TheoryError;
use solvable_theory::any_architecture::{Blueprint, Parametrization};

use super::setting::LayeredSetting;

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
        let tangent = analytic_kernel(&setting.network, &inputs, Parametrization::Standard)?;
        let samples = inputs.ncols();
        let largest = linalg::largest_eigenvalues(&centred(&tangent, 1), 1)?;
        Ok(AnalyticSharpnessOutcome { lambda_ms: largest[0] / samples as f64 })
    }

    fn cost(setting: &LayeredSetting) -> f64 {
        let (n, s) = (setting.samples() as f64, setting.network.input().positions() as f64);
        100.0 * n * n * s * s
    }
}

/// $\Theta$ of one output at infinite width for `inputs`, one sample a column.
///
/// # Errors
/// As for the kernels of theory.
pub fn analytic_kernel(
    network: &Blueprint,
    inputs: &Matrix,
    parametrization: Parametrization,
) -> Result<Matrix, TheoryError> {
    let rows: Vec<Vec<f64>> = inputs.column_iter().map(|column| column.iter().copied().collect()).collect();
    Ok(kernels(network, &rows, parametrization)?.tangent)
}

/// What [`LayeredSpectrum`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayeredSpectrumOutcome {
    /// Eigenvalues of $\Theta/N$, descending.
    pub eigenvalues: Vec<f64>,
}

/// All nonzero eigenvalues of the Fisher information of a random network of any layers.
pub struct LayeredSpectrum;

impl Experiment for LayeredSpectrum {
    type Setting = LayeredSetting;
    type Outcome = LayeredSpectrumOutcome;
    const ID: &'static str = "layered-spectrum";
    const VERSION: u32 = 1;

    fn check(setting: &LayeredSetting) -> Result<(), SettingError> {
        setting.check()
    }

    fn run(setting: &LayeredSetting, streams: &Streams) -> Result<LayeredSpectrumOutcome, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let kernel = network.tangent_kernel(&signals) / signals.output.ncols() as f64;
        let mut eigenvalues = linalg::symmetric_eigenvalues(&kernel)?;
        eigenvalues.reverse();
        Ok(LayeredSpectrumOutcome { eigenvalues: shortened(&eigenvalues) })
    }

    fn cost(setting: &LayeredSetting) -> f64 {
        setting.cost()
    }
}
