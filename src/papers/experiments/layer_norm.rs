use serde::Serialize;
use solvable_theory::Normalization;

use super::{FisherSetting, shortened};
use crate::simulate::gram::{batch_normalized, centred, layer_normalized, tangent_kernel};
use crate::simulate::linalg::{self, Matrix};
use crate::simulate::network::{Network, Signals};
use crate::streams::Streams;
use crate::verify::{Experiment, Record, TrialFailure};

/// Layer normalization ($\gamma=1$) of the $C$ outputs of a plain network: `lambda_max` and `top_sum` (the sum of the $C-1$
/// largest eigenvalues of $F^*$), and the plain `outputs` ($C\times N$, one sample after the other).
pub struct LayerNormOutliers;

impl Experiment for LayerNormOutliers {
    type Setting = FisherSetting;
    type Outcome = Record;
    const ID: &'static str = "layer-norm-outliers";
    const VERSION: u32 = 1;

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let kernel = tangent_kernel(&network, &signals) / setting.samples as f64;
        let normalized = layer_normalized(&kernel, &signals.output, 1.0)?;
        let top = linalg::largest_eigenvalues(&normalized, setting.network.classes() - 1)?;
        Ok(Record::new()
            .with("lambda_max", top[0])
            .with("top_sum", top.iter().sum())
            .with_list("outputs", signals.output.as_slice().to_vec()))
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost() + setting.kernel_cost()
    }
}

/// A network whose output alone is normalized, with its gain: the `trace` of $F^*$ by backpropagation through the normalization, and
/// the plain `outputs` ($C\times N$, one sample after the other) of the same weights.
pub struct NormalizedOutput;

impl Experiment for NormalizedOutput {
    type Setting = FisherSetting;
    type Outcome = Record;
    const ID: &'static str = "normalized-output";
    const VERSION: u32 = 1;

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let trace = tangent_kernel(&network, &signals).trace() / setting.samples as f64;
        let bare =
            FisherSetting { network: setting.network.without_output_normalization(), ..setting.clone() };
        let (_, plain) = bare.draw(streams)?;
        Ok(Record::new().with("trace", trace).with_list("outputs", shortened(plain.output.as_slice())))
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost() + setting.kernel_cost()
    }
}

/// The exact identities of a normalized last layer, by two routes: backpropagation through the normalized network, and
/// projection of the plain kernel. The setting's network carries the last layer's mode.
///
/// Measures `[trace, Frobenius norm, largest eigenvalue]` of $F^*$ as `normalized`, `projected` and `plain`; and, for batch
/// normalization with trained $\gamma_k,\beta_k$, the number `units` of eigenvalues equal to 1 to ten digits.
pub struct LastLayerIdentities;

impl Experiment for LastLayerIdentities {
    type Setting = FisherSetting;
    type Outcome = Record;
    const ID: &'static str = "last-layer-identities";
    const VERSION: u32 = 1;

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<Record, TrialFailure> {
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
        let mut outcome = Record::new()
            .with_list("normalized", summary(&normalized)?)
            .with_list("projected", summary(&projected)?)
            .with_list("plain", summary(&plain)?);
        if setting.network.modes().last() == Some(&Normalization::BatchNorm) {
            let affine = projected + affine_gradients(&signals.output) / samples;
            let units =
                linalg::symmetric_eigenvalues(&affine)?.iter().filter(|v| (*v - 1.0).abs() < 1e-10).count();
            outcome = outcome.with("units", units as f64);
        }
        Ok(outcome)
    }
}

fn summary(dual: &Matrix) -> Result<Vec<f64>, TrialFailure> {
    Ok(vec![dual.trace(), dual.norm(), linalg::largest_eigenvalues(dual, 1)?[0]])
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
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GaussianOutputsSetting {
    /// $C$.
    pub classes: usize,
    /// $\lambda$.
    pub lambda: f64,
    /// Samples averaged in one trial.
    pub samples: usize,
}

/// Eigenvalues of $\bar Q=\overline{J^2}$ under layer normalization of Gaussian outputs: `parallel` along the common mean,
/// `perpendicular` across it.
pub struct GaussianOutputs;

impl Experiment for GaussianOutputs {
    type Setting = GaussianOutputsSetting;
    type Outcome = Record;
    const ID: &'static str = "gaussian-outputs";
    const VERSION: u32 = 1;

    fn run(setting: &GaussianOutputsSetting, streams: &Streams) -> Result<Record, TrialFailure> {
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
        Ok(Record::new().with("parallel", parallel / n).with("perpendicular", perpendicular / n))
    }
}
