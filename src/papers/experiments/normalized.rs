use super::FisherSetting;
use crate::simulate::gram::{TangentOperator, tangent_kernel};
use crate::streams::Streams;
use crate::verify::{Experiment, Record, TrialFailure};

/// The whole tangent kernel of a network with normalization in its hidden layers: `diagonal`, the mean of its diagonal.
pub struct NormalizedDiagonal;

impl Experiment for NormalizedDiagonal {
    type Setting = FisherSetting;
    type Outcome = Record;
    const ID: &'static str = "normalized-diagonal";
    const VERSION: u32 = 1;

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let kernel = tangent_kernel(&network, &signals);
        Ok(Record::new().with("diagonal", kernel.trace() / kernel.nrows() as f64))
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost() * setting.samples as f64
    }
}

/// The top of the tangent kernel of a network with normalization in its hidden layers and one output, without the
/// kernel itself: `rayleigh` $=1^\top\Theta1/N$ and `lambda_max` $=\lambda_{\max}(\Theta)/N$.
pub struct NormalizedOutlier;

impl Experiment for NormalizedOutlier {
    type Setting = FisherSetting;
    type Outcome = Record;
    const ID: &'static str = "normalized-outlier";
    const VERSION: u32 = 1;

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let operator = TangentOperator::new(&network, &signals);
        let samples = setting.samples as f64;
        let rayleigh = operator.apply(&vec![1.0; signals.output.len()]).iter().sum::<f64>() / samples;
        let largest = operator.largest(1)?[0] / samples;
        Ok(Record::new().with("rayleigh", rayleigh).with("lambda_max", largest))
    }

    fn cost(setting: &FisherSetting) -> f64 {
        30.0 * setting.weight_cost()
    }
}
