use serde::Serialize;
use solvable_theory::Architecture;
use solvable_theory::natural_gradient::Method;

use super::super::shortened;
use super::data::Sample;
use crate::simulate::linalg::Matrix;
use crate::simulate::network::Network;
use crate::simulate::training::{NaturalGradient, Parametrization, Tangents};
use crate::streams::Streams;
use crate::verify::{Experiment, Record, TrialFailure};

/// A random network and a rule at its starting point.
#[derive(Debug, Clone, PartialEq, Serialize)]
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

/// The response matrix $\bar R$ of a random network, by taking the rule's step for every unit residual: `alpha`
/// $=\mathrm{tr}\bar R/(CN)$, `isotropy` $\iota=\|\bar R-\hat\alpha I\|_F/(\hat\alpha\sqrt{CN})$; up to 16 outputs
/// `response`, the matrix itself; `live`, the number of parameters with a gradient, for the diagonal rule.
pub struct Response;

impl Experiment for Response {
    type Setting = ResponseSetting;
    type Outcome = Record;
    const ID: &'static str = "response";
    const VERSION: u32 = 1;

    fn run(setting: &ResponseSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        const MOST_STORED: usize = 16;
        let number = setting.sample.draw_number(streams);
        let data = setting.sample.data_set(setting.network.widths()[0], number)?;
        let network = Network::draw(&setting.network, streams);
        let tangents = Tangents::new(&network, network.forward(&data.train)?, Parametrization::Ntk)?;
        let response = setting.rule.prepare(&tangents)?.response_matrix()?;
        let alpha = response.trace() / response.nrows() as f64;
        let mut outcome = Record::new().with("alpha", alpha).with("isotropy", anisotropy(&response));
        if response.nrows() <= MOST_STORED {
            outcome = outcome.with_list("response", shortened(response.as_slice()));
        }
        Ok(outcome)
    }

    fn cost(setting: &ResponseSetting) -> f64 {
        let samples = setting.sample.samples as f64;
        let square = if setting.rule.method == Method::Diag { samples } else { 1.0 };
        setting.network.parameter_count() as f64 * (20.0 + 6.0 * samples * square)
    }
}

/// One hidden layer of a random network under the diagonal rule, whose response is not isotropic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DiagonalLayerSetting {
    /// The network.
    pub network: Architecture,
    /// The data.
    #[serde(flatten)]
    pub sample: Sample,
    /// $l$, from 1.
    pub layer: usize,
}

/// `isotropy` $\iota$ of the response of one layer to the diagonal rule; `data_set`.
pub struct DiagonalLayer;

/// $\|R-\alpha I\|_F/(\alpha\sqrt N)$ with $\alpha=\mathrm{tr}R/N$.
pub fn anisotropy(response: &Matrix) -> f64 {
    let size = response.nrows() as f64;
    let alpha = response.trace() / size;
    (response - Matrix::identity(response.nrows(), response.nrows()) * alpha).norm() / (alpha * size.sqrt())
}

impl Experiment for DiagonalLayer {
    type Setting = DiagonalLayerSetting;
    type Outcome = Record;
    const ID: &'static str = "diagonal-layer";
    const VERSION: u32 = 1;

    fn run(setting: &DiagonalLayerSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let number = setting.sample.draw_number(streams);
        let data = setting.sample.data_set(setting.network.widths()[0], number)?;
        let network = Network::draw(&setting.network, streams);
        let tangents = Tangents::new(&network, network.forward(&data.train)?, Parametrization::Ntk)?;
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
        Ok(Record::new().with("data_set", number as f64).with("isotropy", anisotropy(&response)))
    }

    fn cost(setting: &DiagonalLayerSetting) -> f64 {
        let samples = setting.sample.samples as f64;
        setting.network.parameter_count() as f64 * (20.0 + 6.0 * samples * samples)
    }
}
