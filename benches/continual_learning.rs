//! Speed of continual learning: the closed form of two tasks as a ratio to one sum over the modes, and sequential kernel regression as a
//! ratio to the work that no implementation can avoid, the kernel evaluations and one bare Cholesky factorization for each stage. Both
//! run in turn, in one process; medians are printed. `cargo bench --bench continual_learning [-- SAMPLES]`.

#![allow(clippy::expect_used, clippy::panic)]

mod common;

use std::hint::black_box;
use std::process::ExitCode;

use solvable::papers::continual_learning::experiments::{Sphere, SphereTarget};
use solvable::simulate::linalg::{self, LargeCholesky, Matrix};
use solvable::simulate::regression::SequentialRegression;
use solvable::streams::Streams;
use solvable::theory::continual_learning::{Spectrum, Target, two_task};
use solvable::theory::{Activation, InitialScales};

use common::{Ratio, Size, in_turn};

const ROUNDS: usize = 9;
const MODES: usize = 10_000;

fn main() -> ExitCode {
    common::bench(|size: &Size| vec![law(), regression(size.size.unwrap_or(1000))])
}

fn law() -> Ratio {
    let spectrum = Spectrum::power(1.5, MODES).expect("a valid spectrum");
    let target = Target::power_law(2.0, MODES).expect("a valid target");
    let seconds = in_turn(
        ROUNDS,
        [
            &mut || {
                black_box(two_task(&spectrum, &target, 200, 50, 0.7).expect("valid sizes"));
            },
            &mut || {
                let ridge = black_box(1e-3);
                let learned =
                    spectrum.eigenvalues().iter().map(|eigenvalue| eigenvalue / (eigenvalue + ridge));
                black_box(learned.sum::<f64>());
            },
        ],
    );
    println!("two tasks in closed form, P = {MODES} modes (promised: under 1 ms)");
    Ratio::new("law of two tasks, 10000 modes", "one sum over the modes", seconds).shown()
}

fn regression(samples: usize) -> Ratio {
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
    let seconds = in_turn(
        ROUNDS,
        [
            &mut || {
                let mut regression = SequentialRegression::new();
                let own = kernel(&inputs[0], &inputs[0]);
                regression.learn(&own, &[], &labels, 0.0).expect("a regular kernel");
                let cross = kernel(&inputs[1], &inputs[0]);
                let own = kernel(&inputs[1], &inputs[1]);
                regression.learn(&own, &[cross], &labels, 0.0).expect("a regular kernel");
                black_box(&regression);
            },
            &mut || {
                let factor =
                    |inputs| LargeCholesky::new(&kernel(inputs, inputs), 0.0, "bench").expect("regular");
                black_box(factor(&inputs[0]));
                black_box(kernel(&inputs[1], &inputs[0]));
                black_box(factor(&inputs[1]));
            },
        ],
    );
    println!("sequential kernel regression, ReLU, L=3, d=10, N=({samples}, {samples})");
    let name = "kernel regression on two tasks in turn";
    Ratio::new(name, "its kernels and factorizations", seconds).promised(1.5).shown()
}
