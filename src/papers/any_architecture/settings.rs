//! Networks that several claims look at, and what rivals take them for.

use serde_json::{Value as Json, json};
use solvable_engine::verify::{JudgeError, Knob};
use solvable_theory::any_architecture::Blueprint;

/// What users turn.
pub(crate) const KNOBS: &[Knob] = &[Knob {
    name: "width",
    meaning: "the channels of all hidden layers",
    turn: |setting, value| {
        let Some(Json::Array(layers)) = setting.pointer_mut("/network/layers") else { return false };
        // The last weights are the read-out.
        let weighs =
            |layer: &Json| ["dense", "conv", "attention"].iter().any(|name| layer.get(name).is_some());
        let Some(read_out) = layers.iter().rposition(weighs) else { return false };
        widen_all(&mut layers[..read_out], value)
    },
}];

/// Sets the channels of each layer; whether any has some.
fn widen_all(layers: &mut [Json], width: &Json) -> bool {
    layers.iter_mut().filter_map(|layer| widen(layer, width).then_some(())).count() > 0
}

/// Sets the channels of a layer and of all within it.
fn widen(layer: &mut Json, width: &Json) -> bool {
    match layer {
        Json::Object(fields) => {
            let mut found = false;
            for (name, field) in fields.iter_mut() {
                if name == "channels" || (name == "dense" && field.is_number()) {
                    *field = width.clone();
                    found = true;
                } else {
                    found |= widen(field, width);
                }
            }
            found
        }
        Json::Array(layers) => widen_all(layers, width),
        _ => false,
    }
}

/// Positions of the base setting.
pub(crate) const POSITIONS: usize = 8;
/// Input channels of the base setting.
pub(crate) const CHANNELS: usize = 32;
/// Samples of the base setting.
pub(crate) const SAMPLES: usize = 20;

/// A circular convolution of three taps.
pub(crate) fn conv(channels: usize) -> Json {
    json!({"conv": {"channels": channels, "filter": [3]}})
}

/// A residual block.
pub(crate) fn residual(scale: f64, branch: Json) -> Json {
    json!({"residual": {"scale": scale, "branch": branch}})
}

/// A layer normalization over channels.
pub(crate) fn norm() -> Json {
    json!({"layer-norm": {"over": "channels"}})
}

/// The base setting with these layers: ReLU variances, weights only.
pub(crate) fn base(layers: Json) -> Result<Blueprint, JudgeError> {
    network(POSITIONS, CHANNELS, 2.0, 0.1, layers)
}

/// A network on an axis of `positions`.
pub(crate) fn network(
    positions: usize,
    channels: usize,
    sigma_w2: f64,
    sigma_b2: f64,
    layers: Json,
) -> Result<Blueprint, JudgeError> {
    Ok(Blueprint::read(&json!({
        "input": {"grid": [positions], "channels": channels}, "sigma_w2": sigma_w2, "sigma_b2": sigma_b2, "layers": layers,
    }))?)
}

/// Two convolutions with activations, collected by pooling or flattening.
pub(crate) fn convolutional(
    width: usize,
    activation: &str,
    collected: &str,
    classes: usize,
) -> Result<Blueprint, JudgeError> {
    let layers = json!([conv(width), activation, conv(width), activation, collected, {"dense": classes}]);
    let sigma_w2 = if activation == "erf" { 2.5 } else { 2.0 };
    network(POSITIONS, CHANNELS, sigma_w2, 0.1, layers)
}

/// `blocks` residual blocks of scale `scale`, pooled.
pub(crate) fn residual_network(width: usize, blocks: usize, scale: f64) -> Json {
    let block = residual(scale, json!(["relu", conv(width)]));
    let mut layers = vec![conv(width)];
    layers.extend(std::iter::repeat_n(block, blocks));
    layers.extend([json!("relu"), json!("global-avg-pool"), json!({"dense": 2})]);
    json!(layers)
}

/// `blocks` residual blocks with normalized branches, and a last normalization, pooled.
pub(crate) fn normalized_network(width: usize, blocks: usize) -> Json {
    let block = residual(1.0, json!([norm(), "relu", conv(width)]));
    let mut layers = vec![conv(width)];
    layers.extend(std::iter::repeat_n(block, blocks));
    layers.extend([norm(), json!("relu"), json!("global-avg-pool"), json!({"dense": 2})]);
    json!(layers)
}

/// The network with every layer (those in branches too) replaced as `change` says; `None` leaves a layer out.
pub(crate) fn altered(
    network: &Blueprint,
    change: &dyn Fn(&Json) -> Option<Json>,
) -> Result<Blueprint, JudgeError> {
    let mut description =
        serde_json::to_value(network).map_err(|error| JudgeError::Other(error.to_string()))?;
    if let Some(layers) = description.get_mut("layers") {
        *layers = changed(layers, change);
    }
    Ok(Blueprint::read(&description)?)
}

fn changed(layers: &Json, change: &dyn Fn(&Json) -> Option<Json>) -> Json {
    let inner = |layer: Json| {
        let mut layer = layer;
        if let Some(branch) = layer.pointer_mut("/residual/branch") {
            *branch = changed(branch, change);
        }
        if let Some(Json::Array(branches)) = layer.get_mut("sum") {
            for own in branches.iter_mut().filter_map(|branch| branch.get_mut("layers")) {
                *own = changed(own, change);
            }
        }
        layer
    };
    layers.as_array().into_iter().flatten().filter_map(change).map(inner).collect()
}

/// Convolutions taken for dense layers: fan-in = channels.
pub(crate) fn without_filters(network: &Blueprint) -> Result<Blueprint, JudgeError> {
    altered(network, &|layer| {
        let Some(conv) = layer.get("conv") else { return Some(layer.clone()) };
        Some(json!({"dense": conv["channels"]}))
    })
}

/// The collecting layer replaced.
pub(crate) fn collected_by(network: &Blueprint, other: &str) -> Result<Blueprint, JudgeError> {
    let collects = ["global-avg-pool", "flatten", "last"];
    altered(network, &|layer| {
        let collected = layer.as_str().is_some_and(|name| collects.contains(&name));
        Some(if collected { json!(other) } else { layer.clone() })
    })
}

/// Zero padding taken for circular.
pub(crate) fn circular(network: &Blueprint) -> Result<Blueprint, JudgeError> {
    altered(network, &|layer| {
        let mut layer = layer.clone();
        if let Some(padding) = layer.pointer_mut("/conv/padding") {
            *padding = json!("circular");
        }
        Some(layer)
    })
}

/// All layers of this kind left out.
pub(crate) fn without(network: &Blueprint, kind: &'static str) -> Result<Blueprint, JudgeError> {
    altered(network, &|layer| layer.get(kind).is_none().then(|| layer.clone()))
}

/// Branches with another scale.
pub(crate) fn rescaled(network: &Blueprint, scale: impl Fn(f64) -> f64) -> Result<Blueprint, JudgeError> {
    altered(network, &|layer| {
        let mut layer = layer.clone();
        if let Some(own) = layer.pointer_mut("/residual/scale") {
            *own = json!(scale(own.as_f64().unwrap_or(f64::NAN)));
        }
        Some(layer)
    })
}
