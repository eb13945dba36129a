use serde::{Deserialize, Serialize};

use solvable_engine::streams::Streams;
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{FisherSetting, checks};

/// What [`TwoClassOutputs`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TwoClassOutputsOutcome {
    /// Mean over samples of the eigenvalue $w(d)=\frac12\mathrm{sech}^2\frac d2$ of $Q_n$, $d=f_1-f_2$.
    pub mean: f64,
    /// Share of samples with $w$ below each of [`SHARES`].
    pub below: [f64; SHARES.len()],
}

/// The outputs of a random network with two classes, and what the softmax makes of them.
pub struct TwoClassOutputs;

/// Levels between 0 and the largest eigenvalue, ½.
pub const SHARES: [f64; 4] = [0.1, 0.2, 0.3, 0.4];

impl Experiment for TwoClassOutputs {
    type Setting = FisherSetting;
    type Outcome = TwoClassOutputsOutcome;
    const ID: &'static str = "two-class-outputs";
    const VERSION: u32 = 1;

    fn check(setting: &FisherSetting) -> Result<(), SettingError> {
        setting.check()?;
        checks::plain(&setting.network)?;
        checks::two_classes(&setting.network)
    }

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<TwoClassOutputsOutcome, TrialFailure> {
        let (_, signals) = setting.draw(streams)?;
        if signals.output.nrows() != 2 {
            return Err("two classes are needed".into());
        }
        let weights: Vec<f64> =
            signals.output.column_iter().map(|f| 0.5 * (0.5 * (f[0] - f[1])).cosh().powi(-2)).collect();
        let share = |level: f64| weights.iter().filter(|w| **w < level).count() as f64 / weights.len() as f64;
        Ok(TwoClassOutputsOutcome {
            mean: weights.iter().sum::<f64>() / weights.len() as f64,
            below: SHARES.map(share),
        })
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost()
    }
}
