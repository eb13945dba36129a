use serde::{Deserialize, Serialize};
use solvable_theory::{Architecture, Normalization};

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{at_least, non_negative, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{FisherSetting, checks, shortened};
use solvable_simulate::gram::{batch_normalized, centred, layer_normalized, tangent_kernel};
use solvable_simulate::linalg::{self, Matrix};
use solvable_simulate::network::{Network, Signals};

/// What [`LastBatchNorm`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LastBatchNormOutcome {
    /// $\lambda_{\max}$ of $F^*$.
    pub lambda_max: f64,
}

/// Batch normalization ($\gamma=1$) of the outputs of a plain network.
pub struct LastBatchNorm;

impl Experiment for LastBatchNorm {
    type Setting = FisherSetting;
    type Outcome = LastBatchNormOutcome;
    const ID: &'static str = "last-batch-norm";
    const VERSION: u32 = 1;

    fn check(setting: &FisherSetting) -> Result<(), SettingError> {
        setting.check_kernel()?;
        check_bare_output(&setting.network)?;
        at_least("samples", setting.samples, 3)
    }

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<LastBatchNormOutcome, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let kernel = batch_normalized(&tangent_kernel(&network, &signals), &signals.output, 1.0)?;
        Ok(LastBatchNormOutcome {
            lambda_max: linalg::largest_eigenvalues(&kernel, 1)?[0] / setting.samples as f64,
        })
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost() + setting.kernel_cost()
    }
}

/// Outputs that are left to the experiment to normalize.
fn check_bare_output(network: &Architecture) -> Result<(), SettingError> {
    let bare = network.modes().last() == Some(&Normalization::None);
    checks::modes(network, bare, "no normalization of the last layer, which the experiment normalizes itself")
}

/// What [`LayerNormOutliers`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerNormOutliersOutcome {
    /// $\lambda_{\max}$ of $F^*$.
    pub lambda_max: f64,
    /// Sum of the $C-1$ largest eigenvalues of $F^*$.
    pub top_sum: f64,
    /// The plain outputs ($C\times N$), one sample after the other.
    pub outputs: Vec<f64>,
}

/// Layer normalization ($\gamma=1$) of the $C$ outputs of a plain network.
pub struct LayerNormOutliers;

impl Experiment for LayerNormOutliers {
    type Setting = FisherSetting;
    type Outcome = LayerNormOutliersOutcome;
    const ID: &'static str = "layer-norm-outliers";
    const VERSION: u32 = 1;

    fn check(setting: &FisherSetting) -> Result<(), SettingError> {
        setting.check_kernel()?;
        check_bare_output(&setting.network)?;
        checks::classes(&setting.network, 3)
    }

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<LayerNormOutliersOutcome, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let kernel = tangent_kernel(&network, &signals) / setting.samples as f64;
        let normalized = layer_normalized(&kernel, &signals.output, 1.0)?;
        let top = linalg::largest_eigenvalues(&normalized, setting.network.classes() - 1)?;
        Ok(LayerNormOutliersOutcome {
            lambda_max: top[0],
            top_sum: top.iter().sum(),
            outputs: signals.output.as_slice().to_vec(),
        })
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost() + setting.kernel_cost()
    }
}

/// What [`NormalizedOutput`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NormalizedOutputOutcome {
    /// The trace of $F^*$, by backpropagation through the normalization.
    pub trace: f64,
    /// The plain outputs ($C\times N$), one sample after the other, of the same weights.
    pub outputs: Vec<f64>,
}

/// A network whose output alone is normalized, with its gain.
pub struct NormalizedOutput;

impl Experiment for NormalizedOutput {
    type Setting = FisherSetting;
    type Outcome = NormalizedOutputOutcome;
    const ID: &'static str = "normalized-output";
    const VERSION: u32 = 1;

    fn check(setting: &FisherSetting) -> Result<(), SettingError> {
        setting.check_kernel()?;
        let modes = setting.network.modes();
        let (hidden, last) = modes.split_at(modes.len() - 1);
        let alone = hidden.iter().all(|mode| *mode == Normalization::None)
            && matches!(last, [Normalization::BatchNorm | Normalization::LayerNorm]);
        checks::modes(&setting.network, alone, "batch or layer normalization of the last layer alone")
    }

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<NormalizedOutputOutcome, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let trace = tangent_kernel(&network, &signals).trace() / setting.samples as f64;
        let bare =
            FisherSetting { network: setting.network.without_output_normalization(), ..setting.clone() };
        let (_, plain) = bare.draw(streams)?;
        Ok(NormalizedOutputOutcome { trace, outputs: shortened(plain.output.as_slice()) })
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost() + setting.kernel_cost()
    }
}

/// What [`LastLayerIdentities`] measures: trace, Frobenius norm and largest eigenvalue of $F^*$, by each route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LastLayerIdentitiesOutcome {
    /// Of the normalized network, by backpropagation.
    pub normalized: [f64; 3],
    /// Of the projected kernel.
    pub projected: [f64; 3],
    /// Of the plain kernel.
    pub plain: [f64; 3],
    /// For batch normalization with trained $\gamma_k,\beta_k$, the number of eigenvalues equal to 1 to ten digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<f64>,
}

/// The exact identities of a normalized last layer, by two routes: backpropagation through the normalized network, and
/// projection of the plain kernel. The setting's network carries the last layer's mode.
pub struct LastLayerIdentities;

impl Experiment for LastLayerIdentities {
    type Setting = FisherSetting;
    type Outcome = LastLayerIdentitiesOutcome;
    const ID: &'static str = "last-layer-identities";
    const VERSION: u32 = 1;

    fn check(setting: &FisherSetting) -> Result<(), SettingError> {
        setting.check_kernel()?;
        let normalized = setting.network.modes().last() != Some(&Normalization::None);
        checks::modes(&setting.network, normalized, "a last layer with normalization")
    }

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<LastLayerIdentitiesOutcome, TrialFailure> {
        let samples = setting.samples as f64;
        let (network, signals) = setting.draw(streams)?;
        let normalized = tangent_kernel(&network, &signals) / samples;
        let bare =
            FisherSetting { network: setting.network.without_output_normalization(), ..setting.clone() };
        let (network, signals): (Network, Signals) = bare.draw(streams)?;
        let plain = tangent_kernel(&network, &signals) / samples;
        let classes = setting.network.classes();
        let gamma = setting.network.gamma();
        let projected = match setting.network.modes().last() {
            Some(Normalization::MeanSubtraction) => centred(&plain, classes),
            Some(Normalization::BatchNorm) => batch_normalized(&plain, &signals.output, gamma)?,
            Some(Normalization::LayerNorm) => layer_normalized(&plain, &signals.output, gamma)?,
            _ => return Err("the last layer must be normalized".into()),
        };
        let (normalized, plain) = (summary(&normalized)?, summary(&plain)?);
        let summarized = summary(&projected)?;
        let units = if setting.network.modes().last() == Some(&Normalization::BatchNorm) {
            let affine = projected + affine_gradients(&signals.output) / samples;
            let values = linalg::symmetric_eigenvalues(&affine)?;
            Some(values.iter().filter(|v| (*v - 1.0).abs() < 1e-10).count() as f64)
        } else {
            None
        };
        Ok(LastLayerIdentitiesOutcome { normalized, projected: summarized, plain, units })
    }
}

fn summary(dual: &Matrix) -> Result<[f64; 3], TrialFailure> {
    Ok([dual.trace(), dual.norm(), linalg::largest_eigenvalues(dual, 1)?[0]])
}

/// Gram matrix of the gradients with respect to $\gamma_k$ and $\beta_k$ of $\gamma_k\hat u_k+\beta_k$.
fn affine_gradients(output: &Matrix) -> Matrix {
    let (classes, samples) = output.shape();
    let mut kernel = Matrix::zeros(classes * samples, classes * samples);
    for (k, row) in output.row_iter().enumerate() {
        let mean = row.mean();
        let deviation = (row.iter().map(|u| (u - mean).powi(2)).sum::<f64>() / samples as f64).sqrt();
        let unit = |n: usize| (row[n] - mean) / deviation;
        for n in 0..samples {
            for m in 0..samples {
                kernel[(k * samples + n, k * samples + m)] = 1.0 + unit(n) * unit(m);
            }
        }
    }
    kernel
}

/// Outputs that are Gaussian around a common mean with $\lambda=\|P\bar u\|^2$, within-sample variance 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GaussianOutputsSetting {
    /// $C$.
    pub classes: usize,
    /// $\lambda$.
    pub lambda: f64,
    /// Samples averaged in one trial.
    pub samples: usize,
}

/// What [`GaussianOutputs`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GaussianOutputsOutcome {
    /// The eigenvalue along the common mean.
    pub parallel: f64,
    /// The mean eigenvalue across it.
    pub perpendicular: f64,
}

/// Eigenvalues of $\bar Q=\overline{J^2}$ under layer normalization of Gaussian outputs.
pub struct GaussianOutputs;

impl Experiment for GaussianOutputs {
    type Setting = GaussianOutputsSetting;
    type Outcome = GaussianOutputsOutcome;
    const ID: &'static str = "gaussian-outputs";
    const VERSION: u32 = 1;

    fn check(setting: &GaussianOutputsSetting) -> Result<(), SettingError> {
        within("classes", setting.classes, 3..=10_000)?;
        within("samples", setting.samples, 1..=1_000_000)?;
        non_negative("lambda", setting.lambda)
    }

    fn run(
        setting: &GaussianOutputsSetting,
        streams: &Streams,
    ) -> Result<GaussianOutputsOutcome, TrialFailure> {
        let GaussianOutputsSetting { classes, lambda, samples } = *setting;
        // In coordinates of the centred space (dimension C-1) the mean lies along the first axis.
        let dimension = classes - 1;
        let draws = streams.normals(dimension * samples, 1.0);
        let (mut parallel, mut perpendicular) = (0.0, 0.0);
        for draw in draws.chunks(dimension) {
            let first = draw[0] + lambda.sqrt();
            let rest: f64 = draw[1..].iter().map(|z| z * z).sum();
            let norm = first * first + rest;
            // J² = (C/|x|²)(I - xx'/|x|²) on the centred space, σ² being |x|²/C.
            let gain = classes as f64 / norm;
            parallel += gain * rest / norm;
            perpendicular += gain * (1.0 - rest / norm / (dimension - 1) as f64);
        }
        let n = samples as f64;
        Ok(GaussianOutputsOutcome { parallel: parallel / n, perpendicular: perpendicular / n })
    }
}
