//! Random parameters of any layers.

use solvable_theory::any_architecture::{AttentionKind, Layer, Node};

use super::records::Parameters;
use crate::linalg::Matrix;
use solvable_engine::streams::Streams;

pub(super) fn list(nodes: &[Node], streams: &Streams, parameters: &mut Vec<Parameters>) {
    for node in nodes {
        match &node.layer {
            Layer::Residual { branch, .. } => list(branch, streams, parameters),
            Layer::Sum(branches) => branches.iter().for_each(|b| list(&b.layers, streams, parameters)),
            _ => {}
        }
        // Behind what lies within it, as in the reading order.
        let own = streams.nth_child("layer", parameters.len());
        parameters.push(of_layer(node, &own));
    }
}

fn of_layer(node: &Node, streams: &Streams) -> Parameters {
    let c = node.from.channels;
    let matrix = |name: &str, rows: usize, fan_in: usize, sigma2: f64| {
        let deviation = (sigma2 / fan_in as f64).sqrt();
        Matrix::from_vec(rows, fan_in, streams.child(name).normals(rows * fan_in, deviation))
    };
    let biases = |count: usize, sigma2: f64| streams.child("biases").normals(count, sigma2.sqrt());
    match &node.layer {
        Layer::Dense { channels, weights } => Parameters::Linear {
            weights: matrix("weights", *channels, c, weights.sigma_w2),
            biases: biases(*channels, weights.sigma_b2),
        },
        Layer::Conv(conv) => Parameters::Linear {
            weights: matrix("weights", conv.channels, c * conv.taps(), conv.weights.sigma_w2),
            biases: biases(conv.channels, conv.weights.sigma_b2),
        },
        Layer::LayerNorm { affine: true, .. } => {
            Parameters::Affine { gains: vec![1.0; c], biases: vec![0.0; c] }
        }
        Layer::Mix(mix) => {
            let positions = node.from.positions();
            Parameters::Mix(match &mix.matrix {
                Some(matrix) => matrix.clone(),
                None => matrix("weights", mix.tokens, positions, mix.sigma_w2),
            })
        }
        Layer::Attention(a) => {
            let separate = matches!(a.kind, AttentionKind::Linear { .. });
            Parameters::Attention {
                keys: matrix("keys", a.heads * a.key, c, a.sigma_qk2),
                queries: separate.then(|| matrix("queries", a.heads * a.key, c, a.sigma_qk2)),
                values: matrix("values", a.heads * a.value, c, a.sigma_v2),
                output: matrix("output", a.channels, a.heads * a.value, a.sigma_o2),
                biases: biases(a.channels, a.sigma_b2),
            }
        }
        Layer::Rnn(rnn) => Parameters::Rnn {
            recurrent: matrix("recurrent", rnn.channels, rnn.channels, rnn.weights.sigma_w2),
            input: matrix("input", rnn.channels, c, rnn.sigma_u2),
            biases: biases(rnn.channels, rnn.weights.sigma_b2),
        },
        _ => Parameters::None,
    }
}
