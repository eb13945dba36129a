use serde::{Deserialize, Serialize};
use solvable_theory::{Architecture, Normalization};

use solvable_engine::streams::{StreamVersion, Streams};
use solvable_engine::verify::setting::require;
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_simulate::data::{Dataset, gaussian_inputs};
use solvable_simulate::gram::{
    FisherStatistics, batch_normalized, centred, class_means, output_variances, tangent_kernel,
};
use solvable_simulate::layers::{Layers, PassedNetwork};
use solvable_simulate::linalg::{self, Matrix, Real};
use solvable_simulate::network::{Network, Signals};

use crate::checks;

/// A network and $N$ independent Gaussian inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FisherSetting {
    /// The network.
    pub network: Architecture,
    /// $N$.
    pub samples: usize,
}

impl FisherSetting {
    /// Whether the network and its signals can be drawn.
    ///
    /// # Errors
    /// The first field that is out of range.
    pub fn check(&self) -> Result<(), SettingError> {
        checks::network(&self.network)?;
        checks::samples(&self.network, "samples", self.samples)
    }

    /// Whether the tangent kernel can be computed too.
    ///
    /// # Errors
    /// The first field that is out of range.
    pub fn check_kernel(&self) -> Result<(), SettingError> {
        self.check()?;
        checks::kernel(&self.network, "samples", self.samples)
    }

    /// A random network with random inputs.
    pub fn draw(&self, streams: &Streams) -> Result<(Network, Signals), TrialFailure> {
        let network = Network::draw(&self.network, streams);
        let signals = network.forward(&self.inputs(streams))?;
        Ok((network, signals))
    }

    /// $N$ independent Gaussian inputs.
    fn inputs(&self, streams: &Streams) -> Matrix {
        gaussian_inputs(self.network.widths()[0], self.samples, &streams.child("inputs"))
    }

    /// Whether signals in single precision leave the statistics of the Fisher matrix within a tenth of their standard errors, as a test
    /// holds them to: in networks of few layers, each of which can double the relative error of a signal, without normalization, which
    /// takes differences of signals. Gram matrices and what follows are in double precision.
    fn bears_single_precision(&self) -> bool {
        const LAYERS: usize = 8;
        let plain = self.network.modes().iter().all(|mode| *mode == Normalization::None);
        plain && self.network.depth() <= LAYERS
    }

    /// Flops of drawing and propagating, in rough units.
    pub fn weight_cost(&self) -> f64 {
        self.network.parameter_count() as f64 * (20.0 + 6.0 * self.samples as f64)
    }

    /// Bytes of the signals of a batch, forward and backward, with the full kernel; weights take what a [`PassedNetwork`] keeps of them.
    ///
    /// Doubles: $2N$ a unit forward, $3CN$ a unit backward ($CN^2$ more where normalization mixes the samples of the batch), and
    /// five kernels of $(CN)^2$, of which the eigenvalues take two.
    pub fn memory(&self) -> f64 {
        let count = |n: usize| n as f64;
        let (samples, classes) = (count(self.samples), count(self.network.classes()));
        let units: f64 = self.network.widths().iter().copied().map(count).sum();
        let mixed = if checks::mixes(&self.network) { samples } else { 0.0 };
        let outputs = samples * classes;
        let signals = units * (2.0 * samples + outputs * (3.0 + mixed));
        let weights = count(PassedNetwork::<f64>::KEPT).min(8.0 * count(self.network.parameter_count()));
        weights + 8.0 * (signals + 5.0 * outputs * outputs)
    }

    /// Flops of the full kernel and its eigenvalues.
    pub fn kernel_cost(&self) -> f64 {
        let outputs = (self.samples * self.network.classes()) as f64;
        let units: usize = self.network.widths().iter().sum();
        2.0 * outputs * outputs * units as f64 + 8.0 * outputs.powi(3)
    }
}

/// What [`Fisher`] measures, of the dual $F^*=\Theta/N$.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FisherOutcome {
    /// $m_\lambda$.
    pub m_lambda: f64,
    /// $s_\lambda$.
    pub s_lambda: f64,
    /// Mean of the $C$ largest eigenvalues.
    pub lambda_top: f64,
    /// $\lambda_{\max}$.
    pub lambda_max: f64,
    /// Mean of the diagonal of the bias block $\sum_l\delta^l\cdot\delta^{l\prime}$, of networks with trained biases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bias_diagonal: Option<f64>,
    /// Mean of its off-diagonal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bias_off_diagonal: Option<f64>,
    /// $m_\lambda$ with mean subtraction in the last layer, of two samples or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms_m_lambda: Option<f64>,
    /// $s_\lambda$ with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms_s_lambda: Option<f64>,
    /// Mean of the $C$ largest eigenvalues with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms_lambda_top: Option<f64>,
    /// $\lambda_{\max}$ with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms_lambda_max: Option<f64>,
    /// $m_\lambda$ with batch normalization ($\gamma=1$), of three samples or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bn_m_lambda: Option<f64>,
    /// Variances of the outputs that it divides by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bn_variances: Option<Vec<f64>>,
}

/// Fisher information of a random network at initialisation, plain and with its last layer normalized.
pub struct Fisher;

impl Experiment for Fisher {
    type Setting = FisherSetting;
    type Outcome = FisherOutcome;
    const ID: &'static str = "fisher";
    const VERSION: u32 = 1;

    fn check(setting: &FisherSetting) -> Result<(), SettingError> {
        setting.check_kernel()?;
        let apart = !(setting.network.train_bias() && checks::mixes(&setting.network));
        require(apart, "network.train_bias", true, "false where normalization mixes samples")
    }

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<FisherOutcome, TrialFailure> {
        // Trials of the first streams were drawn in double precision and come out as they did.
        if setting.bears_single_precision() && streams.version() > StreamVersion::First {
            measured::<f32>(setting, streams)
        } else {
            measured::<f64>(setting, streams)
        }
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost() + setting.kernel_cost()
    }

    fn memory(setting: &FisherSetting) -> Option<f64> {
        Some(setting.memory())
    }
}

/// The trial with signals of the precision `T`.
fn measured<T: Real>(setting: &FisherSetting, streams: &Streams) -> Result<FisherOutcome, TrialFailure> {
    let network = PassedNetwork::<T>::draw(&setting.network, streams);
    let signals = network.forward(&setting.inputs(streams))?;
    let (classes, samples) = signals.output.shape();
    let parameters = setting.network.parameter_count();
    let kernel = tangent_kernel(&network, &signals);
    let plain = FisherStatistics::of(&kernel, classes, parameters)?;
    let bias = setting.network.train_bias().then(|| bias_block(&network, &signals));
    let ms = if samples >= 2 {
        Some(FisherStatistics::of(&centred(&kernel, classes), classes, parameters)?)
    } else {
        None
    };
    let bn = if samples >= 3 { Some(batch_normalized(&kernel, &signals.output, 1.0)?) } else { None };
    Ok(FisherOutcome {
        m_lambda: plain.mean,
        s_lambda: plain.second_moment,
        lambda_top: plain.top,
        lambda_max: plain.largest,
        bias_diagonal: bias.map(|(diagonal, _)| diagonal),
        bias_off_diagonal: bias.map(|(_, off_diagonal)| off_diagonal),
        ms_m_lambda: ms.as_ref().map(|ms| ms.mean),
        ms_s_lambda: ms.as_ref().map(|ms| ms.second_moment),
        ms_lambda_top: ms.as_ref().map(|ms| ms.top),
        ms_lambda_max: ms.as_ref().map(|ms| ms.largest),
        bn_m_lambda: bn.as_ref().map(|bn| bn.trace() / samples as f64 / parameters as f64),
        bn_variances: bn.map(|_| output_variances(&signals.output)),
    })
}

/// Means of the diagonal and of the off-diagonal entries of $\sum_l\delta^{l\top}_k\delta^l_k$, over classes.
fn bias_block<L: Layers>(network: &L, signals: &Signals<L::Number>) -> (f64, f64) {
    let (classes, samples) = signals.output.shape();
    let mut block = Matrix::zeros(classes * samples, classes * samples);
    for delta in network.output_gradients(signals) {
        let delta = Real::double(&delta);
        block += linalg::transpose_product(&delta, &delta);
    }
    class_means(&block, classes)
}

/// What [`FisherSpectrum`] measures; both ascending.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FisherSpectrumOutcome {
    /// The eigenvalues of $F^*$.
    pub eigenvalues: Vec<f64>,
    /// The same with mean subtraction in the last layer.
    pub ms_eigenvalues: Vec<f64>,
}

/// All eigenvalues of $F^*$, plain and with mean subtraction in the last layer.
pub struct FisherSpectrum;

impl Experiment for FisherSpectrum {
    type Setting = FisherSetting;
    type Outcome = FisherSpectrumOutcome;
    const ID: &'static str = "fisher-spectrum";
    const VERSION: u32 = 1;

    fn check(setting: &FisherSetting) -> Result<(), SettingError> {
        setting.check_kernel()
    }

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<FisherSpectrumOutcome, TrialFailure> {
        let network = PassedNetwork::<f64>::draw(&setting.network, streams);
        let signals = network.forward(&setting.inputs(streams))?;
        let kernel = tangent_kernel(&network, &signals) / setting.samples as f64;
        let ms = centred(&kernel, setting.network.classes());
        Ok(FisherSpectrumOutcome {
            eigenvalues: linalg::symmetric_eigenvalues(&kernel)?,
            ms_eigenvalues: linalg::symmetric_eigenvalues(&ms)?,
        })
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost() + setting.kernel_cost()
    }

    fn memory(setting: &FisherSetting) -> Option<f64> {
        Some(setting.memory())
    }
}

/// A network and given inputs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DataFisherSetting {
    /// The network.
    pub network: Architecture,
    /// The inputs.
    pub data: Dataset,
}

impl DataFisherSetting {
    /// Flops of a trial, in rough units.
    pub fn cost(&self) -> f64 {
        let twin = FisherSetting { network: self.network.clone(), samples: self.data.samples() };
        twin.weight_cost() + twin.kernel_cost()
    }
}

/// What [`DataSharpness`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataSharpnessOutcome {
    /// $\lambda_{\max}(\Theta)/N$.
    pub lambda_max: f64,
}

/// The sharpness of random networks on fixed real inputs.
pub struct DataSharpness;

impl Experiment for DataSharpness {
    type Setting = DataFisherSetting;
    type Outcome = DataSharpnessOutcome;
    const ID: &'static str = "data-sharpness";
    const VERSION: u32 = 1;

    fn check(setting: &DataFisherSetting) -> Result<(), SettingError> {
        DataFisher::check(setting)
    }

    fn run(setting: &DataFisherSetting, streams: &Streams) -> Result<DataSharpnessOutcome, TrialFailure> {
        let network = Network::draw(&setting.network, streams);
        let signals = network.forward(setting.data.inputs())?;
        let largest = linalg::largest_eigenvalues(&tangent_kernel(&network, &signals), 1)?[0];
        Ok(DataSharpnessOutcome { lambda_max: largest / setting.data.samples() as f64 })
    }

    fn cost(setting: &DataFisherSetting) -> f64 {
        setting.cost()
    }
}

/// What [`DataFisher`] measures, of the dual $F^*=\Theta/N$.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataFisherOutcome {
    /// $m_\lambda$.
    pub m_lambda: f64,
    /// $s_\lambda$.
    pub s_lambda: f64,
    /// Mean of the $C$ largest eigenvalues.
    pub lambda_top: f64,
}

/// Fisher information of random networks on fixed real inputs.
pub struct DataFisher;

impl Experiment for DataFisher {
    type Setting = DataFisherSetting;
    type Outcome = DataFisherOutcome;
    const ID: &'static str = "data-fisher";
    const VERSION: u32 = 1;

    fn check(setting: &DataFisherSetting) -> Result<(), SettingError> {
        checks::network(&setting.network)?;
        checks::inputs(&setting.network, setting.data.dimension())?;
        checks::kernel(&setting.network, "data.samples", setting.data.samples())
    }

    fn run(setting: &DataFisherSetting, streams: &Streams) -> Result<DataFisherOutcome, TrialFailure> {
        let network = Network::draw(&setting.network, streams);
        let signals = network.forward(setting.data.inputs())?;
        let kernel = tangent_kernel(&network, &signals);
        let statistics =
            FisherStatistics::of(&kernel, setting.network.classes(), setting.network.parameter_count())?;
        Ok(DataFisherOutcome {
            m_lambda: statistics.mean,
            s_lambda: statistics.second_moment,
            lambda_top: statistics.top,
        })
    }

    fn cost(setting: &DataFisherSetting) -> f64 {
        setting.cost()
    }
}

#[cfg(test)]
mod tests {
    use solvable_theory::Activation;

    use super::*;

    /// Claims average over this many trials at most.
    const MOST_TRIALS: f64 = 1000.0;

    fn statistics(outcome: &FisherOutcome) -> Vec<f64> {
        let fields = serde_json::to_value(outcome).unwrap();
        let fields = fields.as_object().unwrap().values();
        fields
            .flat_map(|field| {
                field
                    .as_f64()
                    .into_iter()
                    .chain(field.as_array().into_iter().flatten().filter_map(serde_json::Value::as_f64))
            })
            .collect()
    }

    /// Rounding every signal moves no statistic, averaged over all the trials that any claim draws, by a tenth of its standard error.
    #[test]
    fn single_precision_is_far_below_the_scatter_of_networks() {
        let settings = [
            (Activation::tanh(), vec![400; 3], 1, 3.0, 0.64, 100),
            (Activation::tanh(), vec![200; 9], 2, 3.0, 0.64, 40),
            (Activation::tanh(), vec![100; 8], 1, 16.0, 0.1, 3),
            (Activation::relu(), vec![300; 4], 4, 2.0, 0.1, 50),
            (Activation::linear(), vec![300; 4], 1, 1.0, 0.0, 50),
            (Activation::gelu(), vec![50, 300, 100], 10, 1.5, 0.5, 20),
        ];
        for (activation, mut widths, classes, sigma_w2, sigma_b2, samples) in settings {
            *widths.last_mut().unwrap() = classes;
            let network = Architecture::new(widths, activation, sigma_w2, sigma_b2).unwrap();
            let setting = FisherSetting { network, samples };
            assert!(setting.bears_single_precision());
            let trials = (0..12).map(|trial| {
                let streams = Streams::for_trial("precision", "", trial, 0);
                let single = statistics(&measured::<f32>(&setting, &streams).unwrap());
                (single, statistics(&measured::<f64>(&setting, &streams).unwrap()))
            });
            let trials: Vec<_> = trials.collect();
            let n = trials.len() as f64;
            for i in 0..trials[0].0.len() {
                let mean = |of: &dyn Fn(f64, f64) -> f64| {
                    trials.iter().map(|(single, double)| of(single[i], double[i])).sum::<f64>() / n
                };
                let level = mean(&|_, double| double);
                let scatter = (mean(&|_, double| (double - level).powi(2)) * n / (n - 1.0)).sqrt();
                let change = mean(&|single, double| single - double).abs();
                assert!(
                    change < 0.1 * scatter / MOST_TRIALS.sqrt(),
                    "{setting:?}: statistic {i}: {change} {scatter}"
                );
            }
        }
    }

    #[test]
    fn signals_that_rounding_spoils_are_in_double_precision() {
        let of = |layers: usize, mode| {
            let network = Architecture::new(vec![10; layers + 1], Activation::tanh(), 1.0, 0.0).unwrap();
            let network = network.with_modes(vec![mode; layers], 1.0, 0.0).unwrap();
            FisherSetting { network, samples: 5 }.bears_single_precision()
        };
        assert!(of(8, Normalization::None));
        assert!(!of(9, Normalization::None) && !of(3, Normalization::LayerNorm));
    }
}
