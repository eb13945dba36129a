//! Speed of networks of any layers: the largest eigenvalue of a convolutional network, as a ratio to the matrix products that no
//! implementation can avoid, and the analytic kernels of images, in seconds.
//!
//! The baseline multiplies matrices of the same shapes: the weights by the patches, their transposes by the backward signals (not in the
//! first layer), and the gradients of every sample with their Gram matrix. Both run in turn, in one process, on the same threads; medians
//! and their ratio are printed. What the kernels are compared with lies in `benches/peers`.
//! `cargo bench --bench any_architecture [CHANNELS]`.

#![allow(clippy::expect_used)]

mod common;

use std::hint::black_box;
use std::time::Instant;

use rayon::prelude::*;
use serde_json::json;
use solvable::simulate::any_architecture::{LayeredNetwork, kernels};
use solvable::simulate::data::Dataset;
use solvable::simulate::linalg::{self, Matrix};
use solvable::streams::Streams;
use solvable::theory::any_architecture::{Blueprint, Layer, Parametrization, SharedLayer, contraction_cost};

use common::median;

const SAMPLES: usize = 50;
const DIGITS: usize = 100;
const ROUNDS: usize = 9;

fn main() {
    let channels = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(64);
    println!("{} threads", rayon::current_num_threads());
    for input_channels in [3, channels] {
        sharpness(input_channels, channels);
    }
    analytic();
}

/// One trial against its bare products.
fn sharpness(input_channels: usize, channels: usize) {
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
    let (mut trials, mut baselines) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let begin = Instant::now();
        let signals = network.forward(&inputs).expect("finite signals");
        let kernel = network.tangent_kernel(&signals);
        black_box(linalg::largest_eigenvalues(&kernel, 1).expect("a finite kernel"));
        let trial = begin.elapsed().as_secs_f64();
        drop(signals);
        let begin = Instant::now();
        layers.iter().for_each(BareLayer::multiply);
        let bare = begin.elapsed().as_secs_f64();
        // The first round warms caches and the allocator.
        if round > 0 {
            trials.push(trial);
            baselines.push(bare);
        }
    }
    let (trial, bare) = (median(&mut trials), median(&mut baselines));
    println!(
        "lambda_max, three 3x3 convolutions of {channels} channels, ReLU, pool; 16x16 grid of {input_channels} channels, N={SAMPLES}, C=1"
    );
    println!("  trial                        {:9.2} ms", 1e3 * trial);
    println!("  bare products                {:9.2} ms", 1e3 * bare);
    println!("  ratio                        {:9.2}    (promised: at most 1.5)", trial / bare);
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
fn analytic() {
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
    let (mut times, mut found) = (Vec::new(), None);
    for round in 0..=ROUNDS {
        let begin = Instant::now();
        found = Some(kernels(&blueprint, &rows, Parametrization::Standard).expect("kernels"));
        if round > 0 {
            times.push(begin.elapsed().as_secs_f64());
        }
    }
    let found = found.expect("a round");
    println!("kernels of {DIGITS} digits, three 3x3 convolutions (`same`), ReLU, pool");
    println!("  seconds                      {:9.3}", median(&mut times));
    println!("  traces, GP and tangent       {:.12e} {:.12e}", found.gp.trace(), found.tangent.trace());
    println!("  sums, GP and tangent         {:.12e} {:.12e}", found.gp.sum(), found.tangent.sum());
}
