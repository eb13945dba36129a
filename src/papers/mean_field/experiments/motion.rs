use serde::{Deserialize, Serialize};

use solvable_engine::streams::Streams;
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{FisherSetting, checks};

/// What [`ScalingMotion`] measures; means over outputs and samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScalingMotionOutcome {
    /// $D^2$ with $D=\theta\cdot\nabla_\theta f$: the Fisher–Rao norm for each output.
    pub norm: f64,
    /// $fD$.
    pub overlap: f64,
    /// $f^2$.
    pub square: f64,
    /// $D^\top QD$ of classifiers whose two classes are two outputs of the network, of networks with two outputs or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub two_classes: Option<f64>,
}

/// How the outputs of a random network move when all of its parameters are scaled alike.
pub struct ScalingMotion;

impl Experiment for ScalingMotion {
    type Setting = FisherSetting;
    type Outcome = ScalingMotionOutcome;
    const ID: &'static str = "scaling-motion";
    const VERSION: u32 = 1;

    fn check(setting: &FisherSetting) -> Result<(), SettingError> {
        setting.check()?;
        checks::plain(&setting.network)
    }

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<ScalingMotionOutcome, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let (f, d) = (&signals.output, network.scaling_tangent(&signals));
        let count = f.len() as f64;
        // Q = g(1 − g) (1, −1)(1, −1)ᵀ for two classes.
        let (mut weighted, mut pairs) = (0.0, 0.0);
        for (f, d) in f.column_iter().zip(d.column_iter()) {
            for k in (1..f.len()).step_by(2) {
                let (difference, motion) = (f[k] - f[k - 1], d[k] - d[k - 1]);
                weighted += (0.5 * (0.5 * difference).cosh().recip() * motion).powi(2);
                pairs += 1.0;
            }
        }
        Ok(ScalingMotionOutcome {
            norm: d.norm_squared() / count,
            overlap: f.dot(&d) / count,
            square: f.norm_squared() / count,
            two_classes: (pairs > 0.0).then(|| weighted / pairs),
        })
    }

    fn cost(setting: &FisherSetting) -> f64 {
        2.0 * setting.weight_cost()
    }
}
