//! Networks as JSON, complete: what [`reading`](super::reading) reads.

use serde_json::{Map, Value as Json, json};

use super::layer::{AttentionKind, Layer, Node, Over, Shape, Weights};
use super::windows::Padding;

pub(super) fn network(input: &Shape, defaults: &Weights, nodes: &[Node]) -> Json {
    let Weights { sigma_w2, sigma_b2, train_bias } = defaults;
    json!({
        "input": {"grid": input.grid, "channels": input.channels},
        "sigma_w2": sigma_w2, "sigma_b2": sigma_b2, "train_bias": train_bias,
        "layers": list(nodes, defaults),
    })
}

fn list(nodes: &[Node], defaults: &Weights) -> Json {
    nodes.iter().map(|node| layer(&node.layer, defaults)).collect()
}

/// What differs from the top.
fn own(weights: &Weights, defaults: &Weights) -> Map<String, Json> {
    let mut own = Map::new();
    if weights.sigma_w2 != defaults.sigma_w2 {
        own.insert("sigma_w2".to_owned(), json!(weights.sigma_w2));
    }
    if weights.sigma_b2 != defaults.sigma_b2 {
        own.insert("sigma_b2".to_owned(), json!(weights.sigma_b2));
    }
    if weights.train_bias != defaults.train_bias {
        own.insert("train_bias".to_owned(), json!(weights.train_bias));
    }
    own
}

fn with(mut object: Json, own: Map<String, Json>) -> Json {
    if let Some(fields) = object.as_object_mut() {
        fields.extend(own);
    }
    object
}

fn layer(layer: &Layer, defaults: &Weights) -> Json {
    match layer {
        Layer::Dense { channels, weights } => {
            json!({"dense": with(json!({"channels": channels}), own(weights, defaults))})
        }
        Layer::Conv(conv) => {
            let padding = match conv.padding {
                Padding::Valid => "valid",
                Padding::Same => "same",
                Padding::Circular => "circular",
            };
            let said = json!({
                "channels": conv.channels, "filter": conv.filter, "stride": conv.stride, "padding": padding,
            });
            json!({"conv": with(said, own(&conv.weights, defaults))})
        }
        Layer::Activation(activation) => json!(activation),
        Layer::Residual { scale, branch } => {
            json!({"residual": {"scale": scale, "branch": list(branch, defaults)}})
        }
        Layer::Sum(branches) => {
            let term =
                |scale: f64, layers: &[Node]| json!({"scale": scale, "layers": list(layers, defaults)});
            json!({"sum": branches.iter().map(|b| term(b.scale, &b.layers)).collect::<Vec<_>>()})
        }
        Layer::AvgPool { window, stride, .. } => json!({"avg-pool": {"window": window, "stride": stride}}),
        Layer::GlobalAvgPool => json!("global-avg-pool"),
        Layer::Last => json!("last"),
        Layer::Flatten => json!("flatten"),
        Layer::LayerNorm { over, affine } => {
            let over = match over {
                Over::Channels => "channels",
                Over::All => "all",
            };
            json!({"layer-norm": {"over": over, "affine": affine}})
        }
        Layer::Mix(mix) => {
            let mut said = json!({"tokens": mix.tokens, "sigma_w2": mix.sigma_w2});
            if let Some(matrix) = &mix.matrix {
                let rows: Vec<Vec<f64>> =
                    matrix.row_iter().map(|row| row.iter().copied().collect()).collect();
                said["matrix"] = json!(rows);
            }
            json!({"mix": said})
        }
        Layer::Attention(a) => {
            let mut said = json!({
                "kind": "softmax", "heads": a.heads, "key": a.key, "value": a.value, "channels": a.channels,
                "sigma_qk2": a.sigma_qk2, "sigma_v2": a.sigma_v2, "sigma_o2": a.sigma_o2,
            });
            if let AttentionKind::Linear { scale } = a.kind {
                said["kind"] = json!("linear");
                said["scale"] = json!(scale);
            }
            let weights = Weights { sigma_b2: a.sigma_b2, train_bias: a.train_bias, ..*defaults };
            json!({"attention": with(said, own(&weights, defaults))})
        }
        Layer::Rnn(rnn) => {
            let said = json!({
                "channels": rnn.channels, "activation": rnn.activation, "sigma_u2": rnn.sigma_u2,
            });
            json!({"rnn": with(said, own(&rnn.weights, defaults))})
        }
    }
}
