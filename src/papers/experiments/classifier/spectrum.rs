use super::super::{DataFisherSetting, FisherSetting, shortened};
use crate::simulate::cross_entropy::{dual, softmax};
use crate::simulate::gram::{centred, layer_kernels, tangent_kernel};
use crate::simulate::linalg::{self, Matrix, symmetric_eigenvalues};
use crate::simulate::network::{Network, Signals};
use crate::streams::Streams;
use crate::verify::{Experiment, Record, TrialFailure};

/// Spectra of a random classifier. Measures of $\Theta$: `kernel_top` (the $C+1$ largest eigenvalues), `kernel_bulk` (the mean of all but $C$); `logits`
/// (sample by sample); of the Fisher information for the cross entropy: `outliers` (the $C-1$ largest), `trace`, `square` $=\mathrm{Tr}F^2$,
/// `nonzero` (the number of eigenvalues above $10^{-9}$ of the largest), `largest_share` $=\max_i\lambda_i(F_{CE})/\lambda_i(F)$, `quantiles` (5, 25, 50, 75, 95 per cent of the
/// $(N-1)(C-1)$ below the outliers); `block_top` and `block_next`: the mean of the $C$ largest eigenvalues of the block of every layer over the number of
/// samples, and the one after these.
pub struct ClassifierSpectrum;

/// Levels of the quantiles.
pub const LEVELS: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// How many of `count` values, in descending order, come before the quantile at `level`.
pub fn values_above(level: f64, count: usize) -> usize {
    ((1.0 - level) * (count - 1) as f64).round() as usize
}

impl Experiment for ClassifierSpectrum {
    type Setting = FisherSetting;
    type Outcome = Record;
    const ID: &'static str = "classifier-spectrum";
    const VERSION: u32 = 1;

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<Record, TrialFailure> {
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
        Ok(Record::new()
            .with_list("kernel_top", kernel_values[..=classes].to_vec())
            .with("kernel_bulk", bulk.iter().sum::<f64>() / bulk.len() as f64)
            .with_list("logits", shortened(signals.output.as_slice()))
            .with_list("outliers", ce[..classes - 1].to_vec())
            .with("trace", ce.iter().sum())
            .with("square", ce.iter().map(|v| v * v).sum())
            .with("nonzero", ce.iter().filter(|v| **v > 1e-9 * ce[0]).count() as f64)
            .with("largest_share", share)
            .with_list("quantiles", quantiles.to_vec())
            .with_list("block_top", top)
            .with_list("block_next", next))
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
        top.push(values[..classes].iter().sum::<f64>() / classes as f64);
        next.push(values[classes]);
    }
    Ok((top, next))
}

/// A random classifier with its mean outputs subtracted: `ms_trace` $=\mathrm{Tr}(\Pi\otimes I)\Theta(\Pi\otimes I)$; the largest eigenvalues `plain_top`, `ms_top` of the Fisher
/// information for the squared error, and `ce_top`, `ms_ce_top` for the cross entropy, before and after; `centred_outliers`, the mean of the $C-1$ largest
/// eigenvalues of $\frac1NS^\top\Theta S$ with the softmax of the centred outputs and the kernel as it is.
pub struct CentredClassifier;

impl Experiment for CentredClassifier {
    type Setting = FisherSetting;
    type Outcome = Record;
    const ID: &'static str = "centred-classifier";
    const VERSION: u32 = 1;

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<Record, TrialFailure> {
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
        Ok(Record::new()
            .with("ms_trace", projected.trace())
            .with("plain_top", top(&kernel, 1)?[0] / samples as f64)
            .with("ms_top", top(&projected, 1)?[0] / samples as f64)
            .with("ce_top", top(&dual(&kernel, &softmax(&signals.output)), 1)?[0])
            .with("ms_ce_top", top(&dual(&projected, &g), 1)?[0])
            .with("centred_outliers", outliers.iter().sum::<f64>() / outliers.len() as f64))
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost() + 5.0 * setting.kernel_cost()
    }
}

/// Random classifiers on fixed real inputs: `logits` (sample by sample) and the `outliers` of the Fisher information for the cross entropy.
pub struct DigitsClassifier;

impl Experiment for DigitsClassifier {
    type Setting = DataFisherSetting;
    type Outcome = Record;
    const ID: &'static str = "digits-classifier";
    const VERSION: u32 = 1;

    fn run(setting: &DataFisherSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let network = Network::draw(&setting.network, streams);
        let signals = network.forward(setting.data.inputs())?;
        let kernel = tangent_kernel(&network, &signals);
        let outliers = linalg::largest_eigenvalues(
            &dual(&kernel, &softmax(&signals.output)),
            setting.network.classes() - 1,
        )?;
        Ok(Record::new()
            .with_list("logits", shortened(signals.output.as_slice()))
            .with_list("outliers", outliers))
    }

    fn cost(setting: &DataFisherSetting) -> f64 {
        2.0 * setting.cost()
    }
}

/// All eigenvalues of one classifier: `regression` and `cross_entropy`, both descending, and `logits` (sample by sample).
pub struct BothSpectra;

impl Experiment for BothSpectra {
    type Setting = FisherSetting;
    type Outcome = Record;
    const ID: &'static str = "both-spectra";
    const VERSION: u32 = 1;

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let kernel = tangent_kernel(&network, &signals);
        let regression: Vec<f64> = descending(&kernel)?.iter().map(|v| v / setting.samples as f64).collect();
        Ok(Record::new()
            .with_list("regression", shortened(&regression))
            .with_list("cross_entropy", shortened(&descending(&dual(&kernel, &softmax(&signals.output)))?))
            .with_list("logits", shortened(signals.output.as_slice())))
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost() + 2.0 * setting.kernel_cost()
    }
}
