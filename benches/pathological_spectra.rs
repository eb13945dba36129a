//! Speed of the cross-entropy spectrum: the outliers without any matrix of outputs, by block Lanczos, as a ratio to the dense eigenproblem of the dual. Both
//! run in turn, in one process, from the same network; medians are printed. `cargo bench --bench pathological_spectra [WIDTH]`.

#![allow(clippy::expect_used)]

mod common;

use std::hint::black_box;
use std::time::Instant;

use solvable::simulate::cross_entropy::{dual, largest, softmax};
use solvable::simulate::data::gaussian_inputs;
use solvable::simulate::gram::{class_means, tangent_kernel};
use solvable::simulate::linalg::symmetric_eigenvalues;
use solvable::simulate::network::Network;
use solvable::streams::Streams;
use solvable::theory::pathological_spectra::GivenOutputs;
use solvable::theory::{Activation, Architecture};

use common::median;

const ROUNDS: usize = 3;
/// Networks: in some, the smallest outliers are absorbed by the bulk, and what is found there are eigenvalues of the bulk.
const DRAWS: u64 = 4;

fn main() {
    let width = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(1000);
    let (samples, classes) = (200, 10);
    let architecture = Architecture::new(vec![width, width, width, classes], Activation::tanh(), 3.0, 0.64)
        .expect("a valid network")
        .with_trained_biases(true);
    println!("cross-entropy outliers, tanh, L = 3, M = {width}, N = {samples}, C = {classes}");
    for draw in 0..DRAWS {
        let streams = Streams::for_trial("bench", "", 0, draw);
        let network = Network::draw(&architecture, &streams);
        let signals = network.forward(&gaussian_inputs(width, samples, &streams)).expect("inputs that fit");
        let (mut sparse, mut dense, mut values) = (Vec::new(), Vec::new(), (Vec::new(), Vec::new()));
        let mut outliers = 0;
        for round in 0..=ROUNDS {
            let begin = Instant::now();
            values.0 = largest(&network, &signals, classes - 1).expect("converges");
            let one = begin.elapsed().as_secs_f64();
            let begin = Instant::now();
            let kernel = tangent_kernel(&network, &signals);
            values.1 = symmetric_eigenvalues(&dual(&kernel, &softmax(&signals.output))).expect("converges");
            // The first round warms caches and the allocator.
            if round > 0 {
                sparse.push(one);
                dense.push(begin.elapsed().as_secs_f64());
            }
            let (own, other) = class_means(&kernel, classes);
            let logits: Vec<Vec<f64>> =
                signals.output.column_iter().map(|column| column.iter().copied().collect()).collect();
            let given = GivenOutputs::new(&logits, own, other).expect("order parameters in their domain");
            outliers = given.outliers().iter().flatten().count();
        }
        let relative = values.0.iter().zip(values.1.iter().rev()).map(|(a, b)| (a / b - 1.0).abs());
        let worst = relative.fold(0.0, f64::max);
        black_box(&values);
        let (sparse, dense) = (median(&mut sparse), median(&mut dense));
        println!("  draw {draw}: {outliers} of {} outliers are clear of the bulk", classes - 1);
        println!("    block Lanczos               {:9.2} ms", 1e3 * sparse);
        println!("    dense eigenproblem          {:9.2} ms", 1e3 * dense);
        let promise = if outliers == classes - 1 { "    (promised: at least 5)" } else { "" };
        println!("    ratio                       {:9.2}{promise}", dense / sparse);
        println!("    largest relative difference {worst:9.1e}");
    }
}
