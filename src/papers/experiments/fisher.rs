use serde::Serialize;
use solvable_theory::Architecture;

use crate::simulate::data::{Dataset, gaussian_inputs};
use crate::simulate::gram::{
    FisherStatistics, batch_normalized, centred, class_means, output_variances, tangent_kernel,
};
use crate::simulate::linalg::{self, Matrix};
use crate::simulate::network::{Network, Signals};
use crate::streams::Streams;
use crate::verify::{Experiment, Record, TrialFailure};

/// A network and $N$ independent Gaussian inputs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FisherSetting {
    /// The network.
    pub network: Architecture,
    /// $N$.
    pub samples: usize,
}

impl FisherSetting {
    /// A random network with random inputs.
    pub(super) fn draw(&self, streams: &Streams) -> Result<(Network, Signals), TrialFailure> {
        let inputs = gaussian_inputs(self.network.widths()[0], self.samples, &streams.child("inputs"));
        let network = Network::draw(&self.network, streams);
        let signals = network.forward(&inputs)?;
        Ok((network, signals))
    }

    /// Flops of drawing and propagating, in rough units.
    pub(super) fn weight_cost(&self) -> f64 {
        self.network.parameter_count() as f64 * (20.0 + 6.0 * self.samples as f64)
    }

    /// Flops of the full kernel and its eigenvalues.
    pub(super) fn kernel_cost(&self) -> f64 {
        let outputs = (self.samples * self.network.classes()) as f64;
        let units: usize = self.network.widths().iter().sum();
        2.0 * outputs * outputs * units as f64 + 8.0 * outputs.powi(3)
    }
}

/// Fisher information of a random network at initialisation, plain and with its last layer normalized.
///
/// Measures, of the dual $F^*=\Theta/N$: `m_lambda`, `s_lambda`, `lambda_top` (mean of the $C$ largest), `lambda_max`; the
/// bias block $\sum_l\delta^l\cdot\delta^{l\prime}$ (`bias_diagonal`, `bias_off_diagonal`); with mean subtraction in the last
/// layer `ms_m_lambda`, `ms_s_lambda`, `ms_lambda_top`, `ms_lambda_max`; with batch normalization ($\gamma=1$) `bn_m_lambda` and
/// the variances `bn_variances` of the outputs.
pub struct Fisher;

impl Experiment for Fisher {
    type Setting = FisherSetting;
    type Outcome = Record;
    const ID: &'static str = "fisher";
    const VERSION: u32 = 1;

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let (classes, samples) = signals.output.shape();
        let parameters = setting.network.parameter_count();
        let kernel = tangent_kernel(&network, &signals);
        let plain = FisherStatistics::of(&kernel, classes, parameters)?;
        let mut outcome = Record::new()
            .with("m_lambda", plain.mean)
            .with("s_lambda", plain.second_moment)
            .with("lambda_top", plain.top)
            .with("lambda_max", plain.largest);
        if setting.network.train_bias() {
            let (diagonal, off_diagonal) = bias_block(&network, &signals);
            outcome = outcome.with("bias_diagonal", diagonal).with("bias_off_diagonal", off_diagonal);
        }
        if samples >= 2 {
            let ms = FisherStatistics::of(&centred(&kernel, classes), classes, parameters)?;
            outcome = outcome
                .with("ms_m_lambda", ms.mean)
                .with("ms_s_lambda", ms.second_moment)
                .with("ms_lambda_top", ms.top)
                .with("ms_lambda_max", ms.largest);
        }
        if samples >= 3 {
            let bn = batch_normalized(&kernel, &signals.output, 1.0)?;
            outcome = outcome
                .with("bn_m_lambda", bn.trace() / samples as f64 / parameters as f64)
                .with_list("bn_variances", output_variances(&signals.output));
        }
        Ok(outcome)
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost() + setting.kernel_cost()
    }
}

/// Means of the diagonal and of the off-diagonal entries of $\sum_l\delta^{l\top}_k\delta^l_k$, over classes.
fn bias_block(network: &Network, signals: &Signals) -> (f64, f64) {
    let (classes, samples) = signals.output.shape();
    let mut block = Matrix::zeros(classes * samples, classes * samples);
    for delta in network.output_gradients(signals) {
        block += linalg::transpose_product(&delta, &delta);
    }
    class_means(&block, classes)
}

/// All eigenvalues of $F^*$: `eigenvalues`, and `ms_eigenvalues` with mean subtraction in the last layer; both ascending.
pub struct FisherSpectrum;

impl Experiment for FisherSpectrum {
    type Setting = FisherSetting;
    type Outcome = Record;
    const ID: &'static str = "fisher-spectrum";
    const VERSION: u32 = 1;

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let kernel = tangent_kernel(&network, &signals) / setting.samples as f64;
        let ms = centred(&kernel, setting.network.classes());
        Ok(Record::new()
            .with_list("eigenvalues", linalg::symmetric_eigenvalues(&kernel)?)
            .with_list("ms_eigenvalues", linalg::symmetric_eigenvalues(&ms)?))
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost() + setting.kernel_cost()
    }
}

/// Batch normalization ($\gamma=1$) of the outputs of a plain network: `lambda_max` of $F^*$.
pub struct LastBatchNorm;

impl Experiment for LastBatchNorm {
    type Setting = FisherSetting;
    type Outcome = Record;
    const ID: &'static str = "last-batch-norm";
    const VERSION: u32 = 1;

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let kernel = batch_normalized(&tangent_kernel(&network, &signals), &signals.output, 1.0)?;
        Ok(Record::new()
            .with("lambda_max", linalg::largest_eigenvalues(&kernel, 1)?[0] / setting.samples as f64))
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost() + setting.kernel_cost()
    }
}

/// A network and given inputs.
#[derive(Debug, Clone, Serialize)]
pub struct DataFisherSetting {
    /// The network.
    pub network: Architecture,
    /// The inputs.
    pub data: Dataset,
}

impl DataFisherSetting {
    /// Flops of a trial, in rough units.
    pub(super) fn cost(&self) -> f64 {
        let twin = FisherSetting { network: self.network.clone(), samples: self.data.samples() };
        twin.weight_cost() + twin.kernel_cost()
    }
}

/// Fisher information of random networks on fixed real inputs: `m_lambda`, `s_lambda`, `lambda_top`.
pub struct DataFisher;

impl Experiment for DataFisher {
    type Setting = DataFisherSetting;
    type Outcome = Record;
    const ID: &'static str = "data-fisher";
    const VERSION: u32 = 1;

    fn run(setting: &DataFisherSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let network = Network::draw(&setting.network, streams);
        let signals = network.forward(setting.data.inputs())?;
        let kernel = tangent_kernel(&network, &signals);
        let statistics =
            FisherStatistics::of(&kernel, setting.network.classes(), setting.network.parameter_count())?;
        Ok(Record::new()
            .with("m_lambda", statistics.mean)
            .with("s_lambda", statistics.second_moment)
            .with("lambda_top", statistics.top))
    }

    fn cost(setting: &DataFisherSetting) -> f64 {
        setting.cost()
    }
}
