use super::super::FisherSetting;
use crate::streams::Streams;
use crate::verify::{Experiment, Record, TrialFailure};

/// The outputs of a random network with two classes, and what the softmax makes of them: `mean`, the mean over samples of the eigenvalue
/// $w(d)=\frac12\mathrm{sech}^2\frac d2$ of $Q_n$, $d=f_1-f_2$; and `below`, the share of samples with $w$ below each of [`SHARES`].
pub struct TwoClassOutputs;

/// Levels between 0 and the largest eigenvalue, ½.
pub const SHARES: [f64; 4] = [0.1, 0.2, 0.3, 0.4];

impl Experiment for TwoClassOutputs {
    type Setting = FisherSetting;
    type Outcome = Record;
    const ID: &'static str = "two-class-outputs";
    const VERSION: u32 = 1;

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let (_, signals) = setting.draw(streams)?;
        if signals.output.nrows() != 2 {
            return Err("two classes are needed".into());
        }
        let weights: Vec<f64> =
            signals.output.column_iter().map(|f| 0.5 * (0.5 * (f[0] - f[1])).cosh().powi(-2)).collect();
        let share = |level: f64| weights.iter().filter(|w| **w < level).count() as f64 / weights.len() as f64;
        Ok(Record::new()
            .with("mean", weights.iter().sum::<f64>() / weights.len() as f64)
            .with_list("below", SHARES.map(share).to_vec()))
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost()
    }
}
