use serde::{Deserialize, Serialize};

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{at_least, require};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{DataFisher, DataFisherSetting, FisherSetting, checks, shortened};
use solvable_simulate::cross_entropy::{dual, softmax};
use solvable_simulate::gram::{centred, layer_kernels, tangent_kernel};
use solvable_simulate::linalg::{self, Matrix, symmetric_eigenvalues};
use solvable_simulate::network::{Network, Signals};

/// What [`ClassifierSpectrum`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassifierSpectrumOutcome {
    /// The $C+1$ largest eigenvalues of $\Theta$.
    pub kernel_top: Vec<f64>,
    /// Mean of all but the $C$ largest.
    pub kernel_bulk: f64,
    /// The outputs, sample by sample.
    pub logits: Vec<f64>,
    /// The $C-1$ largest eigenvalues of the Fisher information for the cross entropy, $F_{CE}$.
    pub outliers: Vec<f64>,
    /// $\mathrm{Tr}F_{CE}$.
    pub trace: f64,
    /// $\mathrm{Tr}F_{CE}^2$.
    pub square: f64,
    /// Number of eigenvalues of $F_{CE}$ above $10^{-9}$ of the largest.
    pub nonzero: f64,
    /// $\max_i\lambda_i(F_{CE})/\lambda_i(F)$.
    pub largest_share: f64,
    /// Quantiles at [`LEVELS`] of the $(N-1)(C-1)$ eigenvalues of $F_{CE}$ below the outliers.
    pub quantiles: [f64; LEVELS.len()],
    /// Mean of the $C$ largest eigenvalues of the block of every layer over the number of samples.
    pub block_top: Vec<f64>,
    /// The eigenvalue after these.
    pub block_next: Vec<f64>,
}

/// Spectra of a random classifier.
pub struct ClassifierSpectrum;

/// Levels of the quantiles.
pub const LEVELS: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// How many of `count` values, in descending order, come before the quantile at `level`.
pub fn values_above(level: f64, count: usize) -> usize {
    ((1.0 - level) * (count - 1) as f64).round() as usize
}

impl Experiment for ClassifierSpectrum {
    type Setting = FisherSetting;
    type Outcome = ClassifierSpectrumOutcome;
    const ID: &'static str = "classifier-spectrum";
    const VERSION: u32 = 1;

    fn check(setting: &FisherSetting) -> Result<(), SettingError> {
        let network = &setting.network;
        setting.check_kernel()?;
        checks::plain(network)?;
        checks::layers(network, 2)?;
        checks::classes(network, 2)?;
        at_least("samples", setting.samples, 2)?;
        // Shares of eigenvalues of Θ: it must have none that are 0.
        let most = network.parameter_count() / network.classes();
        let valid = format!("at most {most}, the parameters over the classes");
        require(setting.samples <= most, "samples", setting.samples, valid)
    }

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<ClassifierSpectrumOutcome, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let (classes, samples) = signals.output.shape();
        if classes < 2 || samples < 2 {
            return Err("a classifier needs two classes and two samples".into());
        }
        let kernel = tangent_kernel(&network, &signals);
        let kernel_values = descending(&kernel)?;
        let ce = descending(&dual(&kernel, &softmax(&signals.output)))?;
        let rank = samples * (classes - 1);
        let share =
            ce[..rank].iter().zip(&kernel_values).map(|(c, k)| c * samples as f64 / k).fold(0.0, f64::max);
        let below = &ce[classes - 1..rank];
        let quantiles = LEVELS.map(|level| below[values_above(level, below.len())]);
        let bulk = &kernel_values[classes..];
        let (top, next) = blocks(&network, &signals)?;
        Ok(ClassifierSpectrumOutcome {
            kernel_top: kernel_values[..=classes].to_vec(),
            kernel_bulk: bulk.iter().sum::<f64>() / bulk.len() as f64,
            logits: shortened(signals.output.as_slice()),
            outliers: ce[..classes - 1].to_vec(),
            trace: ce.iter().sum(),
            square: ce.iter().map(|v| v * v).sum(),
            nonzero: ce.iter().filter(|v| **v > 1e-9 * ce[0]).count() as f64,
            largest_share: share,
            quantiles,
            block_top: top,
            block_next: next,
        })
    }

    fn cost(setting: &FisherSetting) -> f64 {
        let outputs = (setting.samples * setting.network.classes()) as f64;
        setting.weight_cost() + 2.0 * setting.kernel_cost() + 10.0 * outputs.powi(3)
    }
}

fn descending(matrix: &Matrix) -> Result<Vec<f64>, TrialFailure> {
    let mut values = symmetric_eigenvalues(matrix)?;
    values.reverse();
    Ok(values)
}

/// The mean of the $C$ largest eigenvalues of the dual of every block of the Fisher information, and the next one.
fn blocks(network: &Network, signals: &Signals) -> Result<(Vec<f64>, Vec<f64>), TrialFailure> {
    let (classes, samples) = signals.output.shape();
    let (mut top, mut next) = (Vec::new(), Vec::new());
    for kernel in layer_kernels(network, signals) {
        let block = kernel / samples as f64;
        let values = linalg::largest_eigenvalues(&block, classes + 1)?;
        let (largest, after) = match values[..] {
            [ref largest @ .., after] if largest.len() == classes => (largest, after),
            _ => return Err(format!("a block has {} different eigenvalues", values.len()).into()),
        };
        top.push(largest.iter().sum::<f64>() / classes as f64);
        next.push(after);
    }
    Ok((top, next))
}

/// What [`CentredClassifier`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CentredClassifierOutcome {
    /// $\mathrm{Tr}(\Pi\otimes I)\Theta(\Pi\otimes I)$.
    pub ms_trace: f64,
    /// Largest eigenvalue of the Fisher information for the squared error.
    pub plain_top: f64,
    /// The same with the mean outputs subtracted.
    pub ms_top: f64,
    /// Largest eigenvalue of the Fisher information for the cross entropy.
    pub ce_top: f64,
    /// The same with the mean outputs subtracted.
    pub ms_ce_top: f64,
    /// Mean of the $C-1$ largest eigenvalues of $\frac1NS^\top\Theta S$ with the softmax of the centred outputs and the kernel as it is.
    pub centred_outliers: f64,
}

/// A random classifier before and after its mean outputs are subtracted.
pub struct CentredClassifier;

impl Experiment for CentredClassifier {
    type Setting = FisherSetting;
    type Outcome = CentredClassifierOutcome;
    const ID: &'static str = "centred-classifier";
    const VERSION: u32 = 1;

    fn check(setting: &FisherSetting) -> Result<(), SettingError> {
        setting.check_kernel()?;
        checks::plain(&setting.network)?;
        checks::classes(&setting.network, 2)?;
        at_least("samples", setting.samples, 2)
    }

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<CentredClassifierOutcome, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let (classes, samples) = signals.output.shape();
        let kernel = tangent_kernel(&network, &signals);
        let projected = centred(&kernel, classes);
        let mut outputs = signals.output.clone();
        for mut row in outputs.row_iter_mut() {
            let mean = row.mean();
            row.add_scalar_mut(-mean);
        }
        let g = softmax(&outputs);
        let top = |m: &Matrix, count: usize| linalg::largest_eigenvalues(m, count);
        let outliers = top(&dual(&kernel, &g), classes - 1)?;
        Ok(CentredClassifierOutcome {
            ms_trace: projected.trace(),
            plain_top: top(&kernel, 1)?[0] / samples as f64,
            ms_top: top(&projected, 1)?[0] / samples as f64,
            ce_top: top(&dual(&kernel, &softmax(&signals.output)), 1)?[0],
            ms_ce_top: top(&dual(&projected, &g), 1)?[0],
            centred_outliers: outliers.iter().sum::<f64>() / outliers.len() as f64,
        })
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost() + 5.0 * setting.kernel_cost()
    }
}

/// What [`DigitsClassifier`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DigitsClassifierOutcome {
    /// The outputs, sample by sample.
    pub logits: Vec<f64>,
    /// The $C-1$ largest eigenvalues of the Fisher information for the cross entropy.
    pub outliers: Vec<f64>,
}

/// Random classifiers on fixed real inputs.
pub struct DigitsClassifier;

impl Experiment for DigitsClassifier {
    type Setting = DataFisherSetting;
    type Outcome = DigitsClassifierOutcome;
    const ID: &'static str = "digits-classifier";
    const VERSION: u32 = 1;

    fn check(setting: &DataFisherSetting) -> Result<(), SettingError> {
        DataFisher::check(setting)?;
        checks::plain(&setting.network)?;
        // Three outliers are compared.
        checks::classes(&setting.network, 4)
    }

    fn run(setting: &DataFisherSetting, streams: &Streams) -> Result<DigitsClassifierOutcome, TrialFailure> {
        let network = Network::draw(&setting.network, streams);
        let signals = network.forward(setting.data.inputs())?;
        let kernel = tangent_kernel(&network, &signals);
        let outliers = linalg::largest_eigenvalues(
            &dual(&kernel, &softmax(&signals.output)),
            setting.network.classes() - 1,
        )?;
        Ok(DigitsClassifierOutcome { logits: shortened(signals.output.as_slice()), outliers })
    }

    fn cost(setting: &DataFisherSetting) -> f64 {
        2.0 * setting.cost()
    }
}

/// What [`BothSpectra`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BothSpectraOutcome {
    /// The eigenvalues of the Fisher information for the squared error, descending.
    pub regression: Vec<f64>,
    /// The eigenvalues of the Fisher information for the cross entropy, descending.
    pub cross_entropy: Vec<f64>,
    /// The outputs, sample by sample.
    pub logits: Vec<f64>,
}

/// All eigenvalues of one classifier.
pub struct BothSpectra;

impl Experiment for BothSpectra {
    type Setting = FisherSetting;
    type Outcome = BothSpectraOutcome;
    const ID: &'static str = "both-spectra";
    const VERSION: u32 = 1;

    fn check(setting: &FisherSetting) -> Result<(), SettingError> {
        setting.check_kernel()?;
        checks::plain(&setting.network)?;
        checks::classes(&setting.network, 2)
    }

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<BothSpectraOutcome, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let kernel = tangent_kernel(&network, &signals);
        let regression: Vec<f64> = descending(&kernel)?.iter().map(|v| v / setting.samples as f64).collect();
        Ok(BothSpectraOutcome {
            regression: shortened(&regression),
            cross_entropy: shortened(&descending(&dual(&kernel, &softmax(&signals.output)))?),
            logits: shortened(signals.output.as_slice()),
        })
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost() + 2.0 * setting.kernel_cost()
    }
}
