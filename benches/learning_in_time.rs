//! Speed of learning in time: gradient flow at many times as a ratio to one complex division for every time, node of the contour and mode;
//! the best schedule as a ratio to one curve of as many steps; and the exact recursion of stochastic gradients as a ratio to a plain pass over the same memory for every step. Both
//! sides of a ratio take turns, in one process, on one thread; medians are printed. `cargo bench --bench learning_in_time [-- MODES]`.

#![allow(clippy::expect_used, clippy::panic)]

mod common;

use std::hint::black_box;
use std::process::ExitCode;

use solvable::theory::continual_learning::{Spectrum, Target};
use solvable::theory::learning_in_time::{StepSizes, flow_curve, optimal_schedule, sgd_curve};

use common::{Ratio, Size, in_turn};

const ROUNDS: usize = 9;
/// Times of flow, and nodes of the contour at each.
const TIMES: usize = 50;
const NODES: usize = 16;
/// Modes whose moments, eigenvalues and degeneracies fit no cache.
const MANY: usize = 4_000_000;
const STEPS: usize = 20;

fn main() -> ExitCode {
    common::bench(|size: &Size| vec![flow(size.size.unwrap_or(1000)), schedule(), recursion()])
}

fn flow(modes: usize) -> Ratio {
    let (spectrum, target) = power_laws(2.0, modes);
    let times: Vec<f64> = (0..TIMES).map(|i| 10f64.powf(-5.0 + 0.2 * i as f64)).collect();
    let mut inverses = vec![[0.0; 2]; modes];
    let seconds = in_turn(
        ROUNDS,
        [
            &mut || {
                black_box(flow_curve(&spectrum, &target, 200, 0.1, &times).expect("a valid curve"));
            },
            &mut || {
                for node in 0..TIMES * NODES {
                    let (re, im) = (node as f64, black_box(1.0));
                    for (inverse, eigenvalue) in inverses.iter_mut().zip(spectrum.eigenvalues()) {
                        let shifted = re + eigenvalue;
                        let scale = 1.0 / (shifted * shifted + im * im);
                        *inverse = [shifted * scale, -im * scale];
                    }
                    black_box(&mut inverses);
                }
            },
        ],
    );
    println!("gradient flow at {TIMES} times, P = {modes} modes (promised: at most 60 ms at P = 1000)");
    let name = format!("gradient flow at {TIMES} times");
    Ratio::new(name, "a complex division for each time, node and mode", seconds).shown()
}

fn schedule() -> Ratio {
    let (spectrum, target) = power_laws(2.5, 300);
    let (alpha, horizon) = (StepSizes::Constant(0.1), 3000);
    let seconds = in_turn(
        ROUNDS,
        [
            &mut || {
                black_box(optimal_schedule(&spectrum, &target, 1.0, 1, horizon).expect("a valid horizon"));
            },
            &mut || {
                black_box(
                    sgd_curve(&spectrum, &target, 1.0, 1, &alpha, 0.0, &[horizon]).expect("a valid curve"),
                );
            },
        ],
    );
    println!("best schedule, P = 300 modes, T = {horizon} steps (promised: at most 3 s)");
    Ratio::new("best schedule of 3000 steps", "one curve of as many steps", seconds).shown()
}

fn recursion() -> Ratio {
    let (spectrum, target) = power_laws(2.0, MANY);
    let (alpha, mut moments) = (StepSizes::Constant(0.1), target.powers.clone());
    let [none, steps, passes] = in_turn(
        ROUNDS,
        [
            &mut || {
                black_box(sgd_curve(&spectrum, &target, 0.1, 1, &alpha, 0.0, &[0]).expect("a valid curve"));
            },
            &mut || {
                black_box(
                    sgd_curve(&spectrum, &target, 0.1, 1, &alpha, 0.0, &[STEPS]).expect("a valid curve"),
                );
            },
            &mut || {
                for _ in 0..STEPS {
                    let others = spectrum.eigenvalues().iter().zip(spectrum.degeneracies());
                    for (moment, (eigenvalue, count)) in moments.iter_mut().zip(others) {
                        *moment = *moment * eigenvalue + count;
                    }
                    black_box(&mut moments);
                }
            },
        ],
    );
    let (step, pass) = ((steps - none) / STEPS as f64, passes / STEPS as f64);
    println!("stochastic gradients, P = {MANY} modes");
    Ratio::new("a step of stochastic gradients", "a plain pass over the modes", [step, pass])
        .promised(1.5)
        .shown()
}

/// $\lambda_i=i^{-3/2}$ and $\eta_i=i^{-b}$.
fn power_laws(b: f64, modes: usize) -> (Spectrum, Target) {
    let spectrum = Spectrum::power(1.5, modes).expect("a valid spectrum");
    (spectrum, Target::power_law(b, modes).expect("a valid target"))
}
