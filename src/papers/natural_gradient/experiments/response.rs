use serde::{Deserialize, Serialize};
use solvable_theory::Architecture;
use solvable_theory::natural_gradient::Method;

use super::data::Sample;
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::within;
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{checks, shortened};
use solvable_simulate::linalg::Matrix;
use solvable_simulate::training::NaturalGradient;

/// A random network and a rule at its starting point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResponseSetting {
    /// The network.
    pub network: Architecture,
    /// The data.
    #[serde(flatten)]
    pub sample: Sample,
    /// The rule.
    #[serde(flatten)]
    pub rule: NaturalGradient,
}

impl ResponseSetting {
    pub(super) fn check(&self) -> Result<(), SettingError> {
        let ResponseSetting { network, sample, rule } = self;
        checks::network(network)?;
        checks::plain(network)?;
        checks::trained_biases(network)?;
        sample.check(network)?;
        checks::kernel(network, "samples", sample.samples)?;
        rule.check(network.depth(), sample.samples * network.classes())
    }
}

/// The response matrix $\bar R$ of a random network, by taking the rule's step for every unit residual.
pub struct Response;

/// A response matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResponseOutcome {
    /// $\hat\alpha=\mathrm{tr}\bar R/(CN)$.
    pub alpha: f64,
    /// $\iota=\|\bar R-\hat\alpha I\|_F/(\hat\alpha\sqrt{CN})$.
    pub isotropy: f64,
    /// $\bar R$ column by column, up to 16 outputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Vec<f64>>,
}

impl Experiment for Response {
    type Setting = ResponseSetting;
    type Outcome = ResponseOutcome;
    const ID: &'static str = "response";
    const VERSION: u32 = 1;

    fn check(setting: &ResponseSetting) -> Result<(), SettingError> {
        setting.check()
    }

    fn run(setting: &ResponseSetting, streams: &Streams) -> Result<ResponseOutcome, TrialFailure> {
        const MOST_STORED: usize = 16;
        let (_, tangents) = setting.sample.draw_tangents(&setting.network, streams)?;
        let response = setting.rule.prepare(&tangents)?.response_matrix()?;
        let alpha = response.trace() / response.nrows() as f64;
        Ok(ResponseOutcome {
            alpha,
            isotropy: anisotropy(&response),
            response: (response.nrows() <= MOST_STORED).then(|| shortened(response.as_slice())),
        })
    }

    fn cost(setting: &ResponseSetting) -> f64 {
        let samples = setting.sample.samples as f64;
        let square = if setting.rule.method == Method::Diag { samples } else { 1.0 };
        setting.network.parameter_count() as f64 * (20.0 + 6.0 * samples * square)
    }
}

/// One hidden layer of a random network under the diagonal rule, whose response is not isotropic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DiagonalLayerSetting {
    /// The network.
    pub network: Architecture,
    /// The data.
    #[serde(flatten)]
    pub sample: Sample,
    /// $l$, from 1.
    pub layer: usize,
}

/// The response of one layer to the diagonal rule.
pub struct DiagonalLayer;

/// How far a layer is from an isotropic one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DiagonalLayerOutcome {
    /// The number of the data set.
    pub data_set: f64,
    /// $\iota$ of the response of the layer.
    pub isotropy: f64,
}

/// $\|R-\alpha I\|_F/(\alpha\sqrt N)$ with $\alpha=\mathrm{tr}R/N$.
pub fn anisotropy(response: &Matrix) -> f64 {
    let size = response.nrows() as f64;
    let alpha = response.trace() / size;
    (response - Matrix::identity(response.nrows(), response.nrows()) * alpha).norm() / (alpha * size.sqrt())
}

impl Experiment for DiagonalLayer {
    type Setting = DiagonalLayerSetting;
    type Outcome = DiagonalLayerOutcome;
    const ID: &'static str = "diagonal-layer";
    const VERSION: u32 = 1;

    fn check(setting: &DiagonalLayerSetting) -> Result<(), SettingError> {
        let DiagonalLayerSetting { network, sample, layer } = setting;
        checks::network(network)?;
        checks::plain(network)?;
        checks::trained_biases(network)?;
        checks::one_output(network)?;
        checks::layers(network, 3)?;
        sample.check(network)?;
        // The first hidden layer has another law, and the last layer is no hidden one.
        within("layer", *layer, 2..=network.depth() - 1)
    }

    fn run(setting: &DiagonalLayerSetting, streams: &Streams) -> Result<DiagonalLayerOutcome, TrialFailure> {
        let (number, tangents) = setting.sample.draw_tangents(&setting.network, streams)?;
        let rule = NaturalGradient::plain(Method::Diag);
        let prepared = rule.prepare(&tangents)?;
        let size = setting.sample.samples;
        let mut response = Matrix::zeros(size, size);
        for n in 0..size {
            let mut residual = Matrix::zeros(1, size);
            residual[n] = 1.0;
            let steps = prepared.steps(&residual)?;
            let change = tangents.layer_response(&tangents, setting.layer, &steps[setting.layer - 1]);
            response.column_mut(n).copy_from_slice(change.as_slice());
        }
        Ok(DiagonalLayerOutcome { data_set: number as f64, isotropy: anisotropy(&response) })
    }

    fn cost(setting: &DiagonalLayerSetting) -> f64 {
        let samples = setting.sample.samples as f64;
        setting.network.parameter_count() as f64 * (20.0 + 6.0 * samples * samples)
    }
}
