//! Speed of the cross-entropy spectrum: the outliers without any matrix of outputs, by block Lanczos, as a ratio to the dense eigenproblem of the dual. Both
//! run in turn, in one process, from the same network; medians are printed, and that of the ratios where all outliers are clear of the bulk is kept.
//! `cargo bench --bench pathological_spectra [-- WIDTH]`.

#![allow(clippy::expect_used, clippy::panic)]

mod common;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use solvable::simulate::cross_entropy::{dual, largest, softmax};
use solvable::simulate::data::gaussian_inputs;
use solvable::simulate::gram::{class_means, tangent_kernel};
use solvable::simulate::linalg::symmetric_eigenvalues;
use solvable::simulate::network::Network;
use solvable::streams::Streams;
use solvable::theory::pathological_spectra::GivenOutputs;
use solvable::theory::{Activation, Architecture};

use common::{Ratio, Size, median};

const ROUNDS: usize = 3;
/// Networks: in some, the smallest outliers are absorbed by the bulk, and what is found there are eigenvalues of the bulk.
const DRAWS: u64 = 4;

fn main() -> ExitCode {
    common::bench(|size: &Size| vec![outliers(size.size.unwrap_or(1000))])
}

fn outliers(width: usize) -> Ratio {
    let (samples, classes) = (200, 10);
    let architecture = Architecture::new(vec![width, width, width, classes], Activation::tanh(), 3.0, 0.64)
        .expect("a valid network")
        .with_trained_biases(true);
    println!("cross-entropy outliers, tanh, L = 3, M = {width}, N = {samples}, C = {classes}");
    let mut ratios = Vec::new();
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
        println!("    ratio                       {:9.2}", sparse / dense);
        if outliers == classes - 1 {
            ratios.push(sparse / dense);
        }
        println!("    largest relative difference {worst:9.1e}");
    }
    assert!(!ratios.is_empty(), "in some network all outliers are clear of the bulk");
    let name = "outliers of the cross entropy, block Lanczos";
    Ratio::of(name, "all eigenvalues", median(&mut ratios)).promised(0.2).shown()
}
