//! What the sharpness says of gradient descent, and how shared weights are counted.

use serde_json::{Value as Json, json};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::by;
use solvable_theory::Normalization;
use solvable_theory::any_architecture::{Blueprint, mean_subtraction_edge};
use solvable_theory::bibliography::{KARAKIDA_2019_NORMALIZATION, LEWKOWYCZ_2020, NOVAK_2019};
use solvable_theory::normalization::{critical_step, visible_boundary};

use crate::experiments::{Contractions, Inputs, LayeredBoundary, LayeredDescentSetting, LayeredSetting};
use crate::settings::{conv, norm, residual};

pub(super) fn all() -> Vec<Claim> {
    vec![boundary(), contraction()]
}

/// Networks whose descent is looked at: their names and layers.
pub(crate) fn trained(width: usize) -> [(&'static str, Json); 4] {
    let blocks = |branch: Json, last: Option<Json>| {
        let mut layers = vec![conv(width)];
        layers.extend(std::iter::repeat_n(residual(1.0, branch), 3));
        layers.extend(last);
        layers.extend([json!("relu"), json!("global-avg-pool"), json!({"dense": 1})]);
        json!(layers)
    };
    let plain = |activation: &str, collected: &str| json!([conv(width), activation, conv(width), activation, collected, {"dense": 1}]);
    [
        ("CNN, pooled", plain("relu", "global-avg-pool")),
        ("ResNet", blocks(json!(["relu", conv(width)]), None)),
        ("pre-norm", blocks(json!([norm(), "relu", conv(width)]), Some(norm()))),
        ("CNN, flattened, erf", plain("erf", "flatten")),
    ]
}

/// Channels of the inputs of trained networks.
const INPUT_CHANNELS: usize = 8;
/// Their samples.
const SAMPLES: usize = 16;

/// A trained network on random inputs, with trained biases.
pub(crate) fn trained_setting(layers: &Json) -> Result<LayeredSetting, JudgeError> {
    let network = Blueprint::read(&json!({
        "input": {"grid": [8], "channels": INPUT_CHANNELS}, "sigma_w2": 2.0, "sigma_b2": 0.1, "train_bias": true, "layers": layers,
    }))?;
    Ok(LayeredSetting { network, inputs: Inputs::Random { samples: SAMPLES } })
}

fn boundary() -> Claim {
    Claim::about::<LayeredBoundary>(
        "arch/boundary",
        "Gradient descent of any architecture leaves its starting point above η = 2/λ_max of its own kernel",
    )
    .formula(r"\eta_T=\frac2{\lambda_{\max}}\Big(1+\frac{\ln(1/a)}{4T}\Big)\quad\text{given the measured }\lambda_{\max},a")
    .sources(&[KARAKIDA_2019_NORMALIZATION, LEWKOWYCZ_2020])
    .cases(|profile| {
        let (widths, trials): (&[usize], usize) = by(profile, (&[32], 12), (&[64, 128], 12));
        let mut cases = Vec::new();
        for &width in widths {
            for (name, layers) in trained(width) {
                for output in [Normalization::None, Normalization::MeanSubtraction] {
                    let system = trained_setting(&layers)?;
                    let setting = LayeredDescentSetting { system, output, steps: 100 };
                    let how = if setting.centred() { ", mean subtracted" } else { "" };
                    cases.push(At::setting(format!("{name} M={width}{how}"), setting, trials));
                }
            }
        }
        Ok(cases)
    })
    .measure(|_, o| Ok(o.boundary))
    .predict_given(|s, o| {
        let overlap = (-o.log_inverse_overlap).exp();
        Ok(visible_boundary(o.lambda_max, s.steps, overlap)?)
    })
    .margin(|_, p| Margin::symmetric(by(p, 0.02, 0.01)))
    .rival_given("1/λ_max", |_, o| Ok(critical_step(o.lambda_max)? / 2.0))
    .rival_given("4/λ_max, the rim of the catapult phase", |_, o| Ok(2.0 * critical_step(o.lambda_max)?))
    .rival_where("2/λ_max of mean subtraction without the spread of the overlaps", LayeredDescentSetting::centred, |s| {
        let edge = mean_subtraction_edge(&s.system.network, s.system.samples())?;
        Ok(critical_step(edge.without_spread)?)
    })
    .finish()
}

fn contraction() -> Claim {
    Claim::about::<Contractions>(
        "arch/contraction",
        "The kernel of shared weights is a sum over pairs of positions, the same as that of gradients which are formed",
    )
    .formula(r"\|\Theta_{\rm pairs}-\Theta\|=0,\quad\Theta_{\rm pairs}=\sum_{p,p'}[\delta(n,p)\cdot\delta(m,p')][x(n,p)\cdot x(m,p')]")
    .sources(&[NOVAK_2019])
    .cases(|_: Profile| {
        let networks = [
            ("convolution", json!([8]), json!([conv(16), "relu", conv(16), "relu", "global-avg-pool", {"dense": 2}])),
            ("recurrence", json!([8]), json!([{"rnn": {"channels": 16, "activation": "erf"}}, "global-avg-pool", {"dense": 2}])),
            (
                "strides",
                json!([9]),
                json!([{"conv": {"channels": 16, "filter": [3], "stride": [2], "padding": "same"}}, "erf", {"conv": {"channels": 8, "filter": [2], "padding": "valid"}}, "relu", "flatten", {"dense": 2}]),
            ),
            (
                "two axes",
                json!([4, 5]),
                json!([{"conv": {"channels": 16, "filter": [3, 2]}}, "relu", {"conv": {"channels": 8, "filter": [2, 2], "stride": [2, 1]}}, "relu", "global-avg-pool", {"dense": 2}]),
            ),
        ];
        networks
            .into_iter()
            .map(|(name, grid, layers)| {
                let network = Blueprint::read(&json!({
                    "input": {"grid": grid, "channels": 3}, "sigma_w2": 2.0, "sigma_b2": 0.1, "train_bias": true, "layers": layers,
                }))?;
                Ok(At::setting(name, LayeredSetting { network, inputs: Inputs::Random { samples: 5 } }, 24))
            })
            .collect()
    })
    .by_difference()
    .measure(|_, o| Ok(o.pairs))
    .predict(|_| Ok(0.0))
    .margin(|_, _| Margin::symmetric(1e-12))
    .rival_given("pairs of equal positions only", |_, o| Ok(o.untied))
    .finish()
}
