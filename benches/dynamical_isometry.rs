//! Speed of spectra of deep networks: a distribution function by free probability in absolute terms, and the spectrum of one network as a
//! ratio to the work that no implementation can avoid, two products a layer (of the units with a slope) and one eigenvalue decomposition.
//! Both run in turn, in one process; medians are printed. `cargo bench --bench dynamical_isometry [WIDTH]`.

#![allow(clippy::expect_used)]

mod common;

use std::hint::black_box;
use std::time::Instant;

use solvable::simulate::deep::{DeepSetting, dual};
use solvable::simulate::linalg::{self, Matrix, symmetric_eigenvalues};
use solvable::streams::Streams;
use solvable::theory::Activation;
use solvable::theory::dynamical_isometry::{isometry_path, mean_field_law};
use solvable::theory::free_probability::Ensemble;

use common::median;

const ROUNDS: usize = 5;

fn main() {
    let width = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(1000);
    let hard_tanh = Activation::hard_tanh(1.0).expect("a valid threshold");
    println!("distribution function at 400 points, hard tanh, L = 50, E = 1/4, one thread");
    for ensemble in [Ensemble::Orthogonal, Ensemble::Gaussian] {
        let q0 = isometry_path(50, 0.25).expect("on the path");
        let law = mean_field_law(&hard_tanh, q0, 1.0, 50, ensemble, 2).expect("a valid network");
        let edge = law.upper_edge().expect("an edge");
        let mut times: Vec<f64> = (0..=ROUNDS)
            .map(|_| {
                let begin = Instant::now();
                let distribution = law.distribution().expect("a law");
                for i in 0..400 {
                    black_box(distribution.cdf(edge * (f64::from(i) + 0.5) / 380.0).expect("converges"));
                }
                begin.elapsed().as_secs_f64()
            })
            .collect();
        println!("  {ensemble:<28} {:9.2} ms    (promised: under 50)", 1e3 * median(&mut times));
    }

    let depth = 20;
    let q0 = isometry_path(depth, 0.25).expect("on the path");
    let setting = DeepSetting {
        activation: hard_tanh,
        q0,
        sigma_w2: 1.0,
        depth,
        width,
        ensemble: Ensemble::Orthogonal,
    };
    let streams = Streams::for_trial("bench", "", 0, 0);
    let network = setting.network(&streams).expect("a valid network");
    let signals = network.forward(&setting.inputs(1, &streams)).expect("inputs that fit");
    let active: Vec<usize> = signals.slopes.iter().map(|d| d.iter().filter(|d| **d != 0.0).count()).collect();
    let weights = &network.weights[0];
    let (mut spectrum, mut bare) = (Vec::new(), Vec::new());
    let mut values = Matrix::zeros(0, 0);
    for round in 0..=ROUNDS {
        let begin = Instant::now();
        let h = dual(&network, &signals);
        black_box(symmetric_eigenvalues(&h).expect("converges"));
        let one = begin.elapsed().as_secs_f64();
        values = h;
        let blocks: Vec<(Matrix, Matrix)> = active
            .iter()
            .map(|&k| (weights.columns(0, k).into_owned(), values.view((0, 0), (k, k)).into_owned()))
            .collect();
        let begin = Instant::now();
        for (left, middle) in &blocks {
            let product = linalg::product(left, middle);
            let mut out = Matrix::zeros(width, width);
            linalg::add_product_transpose(&mut out, 1.0, &product, left);
            black_box(out);
        }
        black_box(symmetric_eigenvalues(&values).expect("converges"));
        // The first round warms caches and the allocator.
        if round > 0 {
            spectrum.push(one);
            bare.push(begin.elapsed().as_secs_f64());
        }
    }
    black_box(values);
    let (spectrum, bare) = (median(&mut spectrum), median(&mut bare));
    println!("spectrum of one network, hard tanh, L = {depth}, M = {width}");
    println!("  spectrum                     {:9.2} ms", 1e3 * spectrum);
    println!("  products and eigenvalues     {:9.2} ms", 1e3 * bare);
    println!("  ratio                        {:9.2}    (promised: at most 1.5)", spectrum / bare);
}
