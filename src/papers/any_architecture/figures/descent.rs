//! Learning rates at which images of a fixed size can be learnt.

use serde_json::{Value as Json, json};
use solvable_engine::figure::Figure;
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, requests};
use solvable_shared::{Plane, by};
use solvable_theory::Normalization;
use solvable_theory::any_architecture::{Blueprint, mean_subtraction_edge};

use crate::claims::predicted::statistics;
use crate::experiments::{
    Inputs, LayeredBoundary, LayeredDescentSetting, LayeredPlane, LayeredPlaneSetting, LayeredSetting,
};
use crate::settings::{conv, residual};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![FigurePlan::new("arch/trainability", plane_requests, plane)]
}

const STEPS: usize = 100;
const OUTPUTS: [(Normalization, &str); 2] =
    [(Normalization::None, "no normalization"), (Normalization::MeanSubtraction, "mean subtraction")];

fn networks(width: usize) -> [(&'static str, Json); 2] {
    let pooled = |mut layers: Vec<Json>| {
        layers.extend([json!("relu"), json!("global-avg-pool"), json!({"dense": 1})]);
        json!(layers)
    };
    [
        ("CNN", pooled(vec![conv(width), json!("relu"), conv(width)])),
        ("ResNet", {
            let block = residual(1.0, json!(["relu", conv(width)]));
            pooled(vec![conv(width), block.clone(), block])
        }),
    ]
}

fn widths(profile: Profile) -> &'static [usize] {
    by(profile, &[10, 16, 26], &[16, 25, 40, 63, 100])
}

/// In geometric progression.
fn rates(profile: Profile) -> Vec<f64> {
    let count = by(profile, 9, 20);
    (0..count).map(|i| 3e-4 * 1e4f64.powf(i as f64 / (count - 1) as f64)).collect()
}

fn setting(layers: &Json, width: usize, output: Normalization) -> Result<LayeredDescentSetting, JudgeError> {
    let network = Blueprint::read(&json!({
        "input": {"grid": [8], "channels": 2}, "sigma_w2": 2.0, "sigma_b2": 0.1, "train_bias": true, "layers": layers,
    }))?;
    let system = LayeredSetting { network, inputs: Inputs::Random { samples: width } };
    Ok(LayeredDescentSetting { system, output, steps: STEPS })
}

fn with_rates(descent: LayeredDescentSetting, profile: Profile) -> LayeredPlaneSetting {
    LayeredPlaneSetting { descent, learning_rates: rates(profile) }
}

fn plane_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let (mut planes, mut boundaries) = (Vec::new(), Vec::new());
    for &width in widths(profile) {
        for (_, layers) in networks(width) {
            for (output, _) in OUTPUTS {
                let descent = setting(&layers, width, output)?;
                planes.push(with_rates(descent.clone(), profile));
                boundaries.push(descent);
            }
        }
    }
    let mut all = requests::<LayeredPlane>(&planes, by(profile, 1, 4))?;
    all.extend(requests::<LayeredBoundary>(&boundaries, by(profile, 8, 24))?);
    Ok(all)
}

fn plane(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let profile = trials.profile();
    let mut panels = Vec::new();
    for kind in 0..networks(1).len() {
        for (output, how) in OUTPUTS {
            let mut plane = Plane { rates: rates(profile), ..Plane::default() };
            for &width in widths(profile) {
                let (_, layers) = &networks(width)[kind];
                let descent = setting(layers, width, output)?;
                let outcomes = trials.of::<LayeredPlane>(&with_rates(descent.clone(), profile))?;
                let mean =
                    |i: usize| outcomes.iter().map(|o| o.log10_loss[i]).sum::<f64>() / outcomes.len() as f64;
                plane.losses.push((0..plane.rates.len()).map(mean).collect());

                let (m, network) = (width as f64, &descent.system.network);
                let sharpness = if descent.centred() {
                    mean_subtraction_edge(network, width)?.lambda_ms
                } else {
                    statistics(network, width)?.lambda_max
                };
                plane.widths.push(m);
                plane.theory.push((m, 2.0 / sharpness));
                plane.boundary.push(trials.mean::<LayeredBoundary>(m, &descent, |o| o.boundary)?);
            }
            let title = format!("{}, {how}", networks(1)[kind].0);
            panels.push(plane.panel(title, "width M = samples N", "2/λ"));
        }
    }
    Ok(Figure {
        id: "arch/trainability".into(),
        title: "Trainable learning rates of convolutional and residual networks against width".into(),
        caption: "Full-batch gradient descent on random labels of size 1, images of 8 positions and 2 channels, pooled. Mean subtraction of \
                  the outputs raises the stable rates by a constant factor, but they go on shrinking with the width, as the images do not grow \
                  with it. Lines: 2/λ_max from order parameters, and from the edge of the overlaps under mean subtraction. Markers: the boundary \
                  of local stability of infinitesimal residuals."
            .into(),
        panels,
    })
}
