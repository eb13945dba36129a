use super::FisherSetting;
use crate::simulate::gram::tangent_kernel;
use crate::simulate::linalg;
use crate::streams::Streams;
use crate::verify::{Experiment, Record, TrialFailure};

/// The sharpness of a random network of any normalization at initialisation: `lambda_max` $=\lambda_{\max}(\Theta)/N$.
pub struct Sharpness;

impl Experiment for Sharpness {
    type Setting = FisherSetting;
    type Outcome = Record;
    const ID: &'static str = "sharpness";
    const VERSION: u32 = 1;

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let largest = linalg::largest_eigenvalues(&tangent_kernel(&network, &signals), 1)?[0];
        Ok(Record::new().with("lambda_max", largest / setting.samples as f64))
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost() + setting.kernel_cost()
    }
}
