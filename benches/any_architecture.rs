//! Speed of networks of any layers: the largest eigenvalue of a convolutional network, as a ratio to the matrix products that no
//! implementation can avoid, and the analytic kernels of images, as a ratio to an arc cosine for every pair of positions and activation.
//!
//! The baseline multiplies matrices of the same shapes: the weights by the patches, their transposes by the backward signals (not in the
//! first layer), and the gradients of every sample with their Gram matrix. Both run in turn, in one process, on the same threads; medians
//! and their ratio are printed. What others take for the kernels lies in `benches/peers`.
//! `cargo bench --bench any_architecture [-- CHANNELS]`.

#![allow(clippy::expect_used, clippy::panic)]

mod common;

use std::hint::black_box;
use std::process::ExitCode;

use rayon::prelude::*;
use serde_json::json;
use solvable::simulate::any_architecture::{LayeredNetwork, kernels};
use solvable::simulate::data::Dataset;
use solvable::simulate::linalg::{self, Matrix};
use solvable::streams::Streams;
use solvable::theory::any_architecture::{Blueprint, Layer, Parametrization, SharedLayer, contraction_cost};

use common::{Ratio, Size, in_turn};

const SAMPLES: usize = 50;
const DIGITS: usize = 100;
/// Layers of ReLU in the network of the digits.
const ACTIVATIONS: usize = 3;
const ROUNDS: usize = 9;

fn main() -> ExitCode {
    common::bench(|size: &Size| {
        let channels = size.size.unwrap_or(64);
        println!("{} threads", rayon::current_num_threads());
        [3, channels].map(|inputs| sharpness(inputs, channels)).into_iter().chain([analytic()]).collect()
    })
}

/// One trial against its bare products.
fn sharpness(input_channels: usize, channels: usize) -> Ratio {
    let conv = json!({"conv": {"channels": channels, "filter": [3, 3], "padding": "circular"}});
    let blueprint = Blueprint::read(&json!({
        "input": {"grid": [16, 16], "channels": input_channels}, "sigma_w2": 2, "sigma_b2": 0.1,
        "layers": [conv, "relu", conv, "relu", conv, "relu", "global-avg-pool", {"dense": 1}]
    }))
    .expect("a valid network");
    let streams = Streams::for_trial("bench", "", 0, 0);
    let network = LayeredNetwork::draw(&blueprint, &streams);
    let size = blueprint.input().size();
    let inputs = Matrix::from_vec(size, SAMPLES, streams.child("inputs").normals(size * SAMPLES, 1.0));
    let layers = bare_layers(&blueprint, &streams);
    let seconds = in_turn(
        ROUNDS,
        [
            &mut || {
                let signals = network.forward(&inputs).expect("finite signals");
                let kernel = network.tangent_kernel(&signals);
                black_box(linalg::largest_eigenvalues(&kernel, 1).expect("a finite kernel"));
            },
            &mut || layers.iter().for_each(BareLayer::multiply),
        ],
    );
    println!(
        "lambda_max, three 3x3 convolutions of {channels} channels, ReLU, pool; 16x16 grid of {input_channels} channels, N={SAMPLES}, C=1"
    );
    let name = format!("`λ_max` of a network of three convolutions from {input_channels} channels");
    Ratio::new(name, "its bare products", seconds).promised(1.5).shown()
}

/// Random matrices of the shapes that a layer with weights multiplies.
struct BareLayer {
    weights: Matrix,
    patches: Matrix,
    deltas: Matrix,
    /// Backward signal and patches of every sample.
    own: Vec<(Matrix, Matrix)>,
    first: bool,
    pairs: bool,
}

fn bare_layers(blueprint: &Blueprint, streams: &Streams) -> Vec<BareLayer> {
    let normal = |rows: usize, columns: usize| {
        Matrix::from_vec(rows, columns, streams.child("bare").normals(rows * columns, 0.1))
    };
    let nodes = blueprint.nodes().iter().enumerate();
    let bare = nodes.filter_map(|(place, node)| {
        let filter = match &node.layer {
            Layer::Conv(conv) => conv.taps(),
            Layer::Dense { .. } => 1,
            _ => return None,
        };
        let (positions, fan_in) = (node.to.positions(), node.from.channels * filter);
        let cost = contraction_cost(&SharedLayer {
            classes: 1,
            samples: SAMPLES,
            positions,
            input_positions: node.from.positions(),
            input_channels: node.from.channels,
            channels: node.to.channels,
            filter,
        });
        let (patches, deltas) =
            (normal(fan_in, positions * SAMPLES), normal(node.to.channels, positions * SAMPLES));
        let own = |n: usize| {
            let columns = |m: &Matrix| m.columns(n * positions, positions).into_owned();
            (columns(&deltas), columns(&patches))
        };
        let own = (0..SAMPLES).map(own).collect();
        let pairs = positions == 1 || cost.pair < cost.per_sample;
        let weights = normal(node.to.channels, fan_in);
        Some(BareLayer { weights, patches, deltas, own, first: place == 0, pairs })
    });
    bare.collect()
}

impl BareLayer {
    fn multiply(&self) {
        black_box(linalg::product(&self.weights, &self.patches));
        if !self.first {
            black_box(linalg::transpose_product(&self.weights, &self.deltas));
        }
        if self.pairs {
            black_box(linalg::transpose_product(&self.deltas, &self.deltas));
            black_box(linalg::transpose_product(&self.patches, &self.patches));
        } else {
            let (rows, columns) = (self.weights.nrows(), self.weights.ncols());
            let mut gradients = Matrix::zeros(rows * columns, SAMPLES);
            let blocks = gradients.as_mut_slice().par_chunks_mut(rows * columns).zip(&self.own);
            blocks.for_each(|(out, (deltas, patches))| {
                let mut gradient = Matrix::zeros(rows, columns);
                linalg::add_product_transpose(&mut gradient, 1.0, deltas, patches);
                out.copy_from_slice(gradient.as_slice());
            });
            black_box(linalg::transpose_product(&gradients, &gradients));
        }
    }
}

/// The kernels of the first digits, pixels centred and scaled over the file.
fn analytic() -> Ratio {
    let conv = json!({"conv": {"channels": 64, "filter": [3, 3], "padding": "same"}});
    let blueprint = Blueprint::read(&json!({
        "input": {"grid": [8, 8], "channels": 1}, "sigma_w2": 2, "sigma_b2": 0.1, "train_bias": true,
        "layers": [conv, "relu", conv, "relu", conv, "relu", "global-avg-pool", {"dense": 1}]
    }))
    .expect("a valid network");
    let digits = Dataset::digits().expect("the shipped digits");
    let pixels = digits.inputs();
    let mean = pixels.mean();
    let deviation = pixels.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / pixels.len() as f64;
    let scaled = |n: usize| pixels.column(n).iter().map(|x| (x - mean) / deviation.sqrt()).collect();
    let rows: Vec<Vec<f64>> = (0..DIGITS).map(scaled).collect();
    let pairs = DIGITS * (DIGITS + 1) / 2;
    let positions = blueprint.input().positions();
    let cosines: Vec<f64> =
        (0..positions * positions).map(|i| i as f64 / (positions * positions) as f64).collect();
    let mut found = None;
    let seconds = in_turn(
        ROUNDS,
        [
            &mut || found = Some(kernels(&blueprint, &rows, Parametrization::Standard).expect("kernels")),
            &mut || {
                (0..ACTIVATIONS * pairs).into_par_iter().for_each(|_| {
                    black_box(
                        black_box(&cosines).iter().map(|c| c.acos() + (1.0 - c * c).sqrt()).sum::<f64>(),
                    );
                });
            },
        ],
    );
    let found = found.expect("a round");
    println!("kernels of {DIGITS} digits, three 3x3 convolutions (`same`), ReLU, pool");
    println!("  traces, GP and tangent       {:.12e} {:.12e}", found.gp.trace(), found.tangent.trace());
    println!("  sums, GP and tangent         {:.12e} {:.12e}", found.gp.sum(), found.tangent.sum());
    Ratio::new(
        "kernels of 100 digits, three convolutions",
        "an arc cosine and a root for each activation and pair of positions",
        seconds,
    )
    .shown()
}
