//! Speed of spectra of deep networks: a distribution function by free probability in absolute terms, and the spectrum of one network as a
//! ratio to the work that no implementation can avoid, two products a layer (of the units with a slope) and one eigenvalue decomposition.
//! Both run in turn, in one process; medians are printed. `cargo bench --bench dynamical_isometry [-- WIDTH]`.

#![allow(clippy::expect_used, clippy::panic)]

mod common;

use std::hint::black_box;
use std::process::ExitCode;

use solvable::simulate::deep::{DeepSetting, dual};
use solvable::simulate::linalg::{self, Matrix, symmetric_eigenvalues};
use solvable::streams::Streams;
use solvable::theory::Activation;
use solvable::theory::dynamical_isometry::{isometry_path, mean_field_law};
use solvable::theory::free_probability::Ensemble;

use common::{Ratio, Size, in_turn};

const ROUNDS: usize = 5;

fn main() -> ExitCode {
    common::bench(|size: &Size| {
        laws();
        vec![spectrum(size.size.unwrap_or(1000))]
    })
}

/// Distribution functions: no work is known that they cannot avoid, so that their times have no ratio.
fn laws() {
    println!("distribution function at 400 points, hard tanh, L = 50, E = 1/4, one thread");
    for ensemble in [Ensemble::Orthogonal, Ensemble::Gaussian] {
        let q0 = isometry_path(50, 0.25).expect("on the path");
        let law = mean_field_law(&hard_tanh(), q0, 1.0, 50, ensemble, 2).expect("a valid network");
        let edge = law.upper_edge().expect("an edge");
        let [seconds] = in_turn(
            ROUNDS,
            [&mut || {
                let distribution = law.distribution().expect("a law");
                for i in 0..400 {
                    black_box(distribution.cdf(edge * (f64::from(i) + 0.5) / 380.0).expect("converges"));
                }
            }],
        );
        println!("  {ensemble:<28} {:9.2} ms    (promised: under 50)", 1e3 * seconds);
    }
}

fn hard_tanh() -> Activation {
    Activation::hard_tanh(1.0).expect("a valid threshold")
}

fn spectrum(width: usize) -> Ratio {
    let depth = 20;
    let q0 = isometry_path(depth, 0.25).expect("on the path");
    let ensemble = Ensemble::Orthogonal;
    let setting = DeepSetting { activation: hard_tanh(), q0, sigma_w2: 1.0, depth, width, ensemble };
    let streams = Streams::for_trial("bench", "", 0, 0);
    let network = setting.network(&streams).expect("a valid network");
    let signals = network.forward(&setting.inputs(1, &streams)).expect("inputs that fit");
    let weights = &network.weights[0];
    let values = dual(&network, &signals);
    let active = signals.slopes.iter().map(|d| d.iter().filter(|d| **d != 0.0).count());
    let blocks: Vec<(Matrix, Matrix)> = active
        .map(|k| (weights.columns(0, k).into_owned(), values.view((0, 0), (k, k)).into_owned()))
        .collect();
    let seconds = in_turn(
        ROUNDS,
        [
            &mut || {
                black_box(symmetric_eigenvalues(&dual(&network, &signals)).expect("converges"));
            },
            &mut || {
                for (left, middle) in &blocks {
                    let product = linalg::product(left, middle);
                    let mut out = Matrix::zeros(width, width);
                    linalg::add_product_transpose(&mut out, 1.0, &product, left);
                    black_box(out);
                }
                black_box(symmetric_eigenvalues(&values).expect("converges"));
            },
        ],
    );
    println!("spectrum of one network, hard tanh, L = {depth}, M = {width}");
    let name = "spectrum of a network of 20 layers";
    Ratio::new(name, "its products and eigenvalues", seconds).promised(1.5).shown()
}
