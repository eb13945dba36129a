//! Speed of one step of approximate natural gradient, as a ratio to one step of plain gradient descent on the same
//! network: both need the forward and the backward pass and the outer products; natural gradient adds Gram matrices and
//! small solves. The rules take turns in one process, on the same threads; medians and their ratios are printed beside the
//! ratios of operations that `ngd/cost` counts. `cargo bench --bench natural_gradient [-- WIDTH]`.

#![allow(clippy::expect_used, clippy::panic)]

mod common;

use std::process::ExitCode;
use std::time::Instant;

use solvable::simulate::data::{gaussian_inputs, on_sphere};
use solvable::simulate::linalg::Matrix;
use solvable::simulate::network::Network;
use solvable::simulate::training::{NaturalGradient, Parametrization, Rule, Training};
use solvable::streams::Streams;
use solvable::theory::natural_gradient::{Method, step_cost};
use solvable::theory::{Activation, Architecture};

use common::{Ratio, Size, median};

const SAMPLES: usize = 100;
const ROUNDS: usize = 9;
const METHODS: [Method; 8] = [
    Method::Last,
    Method::OneSided,
    Method::OneSidedScaled,
    Method::OutputSided,
    Method::Exact,
    Method::Bd,
    Method::Btd,
    Method::Kfac,
];

fn main() -> ExitCode {
    common::bench(|size: &Size| steps(size.size.unwrap_or(2048)))
}

fn steps(width: usize) -> Vec<Ratio> {
    let widths = vec![width, width, width, 1];
    let architecture =
        Architecture::new(widths.clone(), Activation::relu(), 2.0, 0.0).expect("a valid network");
    let streams = Streams::for_trial("bench", "", 0, 0);
    let inputs =
        on_sphere(gaussian_inputs(width, SAMPLES, &streams.child("inputs"))).expect("no zero inputs");
    let targets = Matrix::from_element(1, SAMPLES, 0.5);
    let network = Network::draw(&architecture, &streams);
    let natural = METHODS.map(|method| Rule::Natural(NaturalGradient::plain(method)));
    let rules: Vec<Rule> = [Rule::Gradient(Parametrization::Ntk)].into_iter().chain(natural).collect();

    let mut times = vec![Vec::new(); rules.len()];
    for round in 0..=ROUNDS {
        for (rule, times) in rules.iter().zip(&mut times) {
            let mut training =
                Training::new(network.clone(), &inputs, &targets, *rule, 1e-3).expect("shapes fit");
            let begin = Instant::now();
            training.step().expect("kernels are invertible");
            // The first round warms caches and the allocator.
            if round > 0 {
                times.push(begin.elapsed().as_secs_f64());
            }
        }
    }
    let medians: Vec<f64> = times.iter_mut().map(|t| median(t)).collect();
    let operations = |method| {
        let cost = step_cost(method, &widths, SAMPLES);
        cost.map(|cost| cost.pass + cost.precondition)
    };
    let gradient = operations(Method::Gd).expect("a counted method");
    println!("one step, relu, L=3, M={width}, N={SAMPLES}, C=1, {} threads", rayon::current_num_threads());
    println!("  gradient descent             {:9.2} ms", 1e3 * medians[0]);
    let ratio = |(method, time): (&Method, &f64)| {
        let name = format!("natural gradient step, {}", method.name());
        let ratio = Ratio::new(name, "a gradient step", [*time, medians[0]]);
        let ratio = match method {
            Method::Kfac => ratio.promised(3.0),
            Method::OneSidedScaled => ratio.promised(1.15),
            _ => ratio,
        };
        let ratio = ratio.shown();
        if let Ok(operations) = operations(*method) {
            println!("    counted {:.2}", operations / gradient);
        }
        ratio
    };
    METHODS.iter().zip(&medians[1..]).map(ratio).collect()
}
