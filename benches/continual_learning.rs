//! Speed of continual learning: the closed form of two tasks, in absolute terms and per mode, and sequential kernel regression as a
//! ratio to the work that no implementation can avoid, the kernel evaluations and one bare Cholesky factorization for each stage. Both
//! run in turn, in one process; medians are printed. `cargo bench --bench continual_learning [SAMPLES]`.

#![allow(clippy::expect_used)]

mod common;

use std::hint::black_box;
use std::time::Instant;

use solvable::papers::continual_learning::experiments::{Sphere, SphereTarget};
use solvable::simulate::linalg::{self, LargeCholesky, Matrix};
use solvable::simulate::regression::SequentialRegression;
use solvable::streams::Streams;
use solvable::theory::continual_learning::{Spectrum, Target, two_task};
use solvable::theory::{Activation, InitialScales};

use common::median;

const ROUNDS: usize = 9;

fn main() {
    let samples = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(1000);
    let spectrum = Spectrum::power(1.5, 10_000).expect("a valid spectrum");
    let target = Target::power_law(2.0, 10_000).expect("a valid target");
    let law = time(|| {
        black_box(two_task(&spectrum, &target, 200, 50, 0.7).expect("valid sizes"));
    });
    println!("two tasks in closed form, P = 10000 modes");
    println!("  prediction                   {:9.3} ms    (promised: under 1)", 1e3 * law);

    let sphere = Sphere {
        dimension: 10,
        scales: InitialScales::new(Activation::relu(), 2.0, 0.0).expect("valid scales"),
        depth: 3,
        target: SphereTarget::Matched,
    };
    let streams = Streams::for_trial("bench", "", 0, 0);
    let all = sphere.inputs(2 * samples, &streams).expect("no zero inputs");
    let inputs = [all.columns(0, samples).into_owned(), all.columns(samples, samples).into_owned()];
    let kernel = |rows: &Matrix, columns: &Matrix| {
        let mut cosines = linalg::transpose_product(rows, columns) / 10.0;
        cosines.apply(|t| *t = t.clamp(-1.0, 1.0));
        sphere.kernel(&cosines, 3).expect("cosines")
    };
    let labels = Matrix::from_fn(samples, 1, |i, _| (i as f64).cos());
    let (mut sequential, mut bare) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let begin = Instant::now();
        let mut regression = SequentialRegression::new();
        regression.learn(&kernel(&inputs[0], &inputs[0]), &[], &labels, 0.0).expect("a regular kernel");
        let cross = kernel(&inputs[1], &inputs[0]);
        regression.learn(&kernel(&inputs[1], &inputs[1]), &[cross], &labels, 0.0).expect("a regular kernel");
        black_box(&regression);
        let one = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        black_box(LargeCholesky::new(&kernel(&inputs[0], &inputs[0]), 0.0, "bench").expect("regular"));
        black_box(kernel(&inputs[1], &inputs[0]));
        black_box(LargeCholesky::new(&kernel(&inputs[1], &inputs[1]), 0.0, "bench").expect("regular"));
        // The first round warms caches and the allocator.
        if round > 0 {
            sequential.push(one);
            bare.push(begin.elapsed().as_secs_f64());
        }
    }
    let (sequential, bare) = (median(&mut sequential), median(&mut bare));
    println!("sequential kernel regression, ReLU, L=3, d=10, N=({samples}, {samples})");
    println!("  regression                   {:9.2} ms", 1e3 * sequential);
    println!("  kernels and factorizations   {:9.2} ms", 1e3 * bare);
    println!("  ratio                        {:9.2}    (promised: at most 1.5)", sequential / bare);
}

fn time(mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..=ROUNDS)
        .map(|_| {
            let begin = Instant::now();
            work();
            begin.elapsed().as_secs_f64()
        })
        .collect();
    median(&mut times)
}
