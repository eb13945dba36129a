//! Speed of one trial of the Fisher information, as a ratio to the work that no implementation can avoid.
//!
//! The baseline draws the same weights by the same streams and multiplies the same matrices: two forward products
//! ($W^lh$) and one backward product ($W^\top\delta$) of a three-layer network with one output. Both run in turn, in one
//! process, on the same threads; medians and their ratio are printed. `cargo bench --bench mean_field [WIDTH]`.

#![allow(clippy::expect_used)]

mod common;

use std::hint::black_box;
use std::time::Instant;

use solvable::papers::shared::{Fisher, FisherSetting};
use solvable::simulate::linalg::{self, Matrix};
use solvable::streams::Streams;
use solvable::theory::{Activation, Architecture};
use solvable::verify::Experiment;

use common::median;

const SAMPLES: usize = 100;
const ROUNDS: usize = 9;

fn main() {
    let width = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(2048);
    let network = Architecture::new(vec![width, width, width, 1], Activation::tanh(), 3.0, 0.64)
        .expect("a valid network");
    let setting = FisherSetting { network, samples: SAMPLES };
    let (mut trials, mut baselines) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let streams = Streams::for_trial("bench", "", round as u64, 0);
        let begin = Instant::now();
        black_box(Fisher::run(&setting, &streams).expect("the trial runs"));
        let trial = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        black_box(baseline(width, &streams));
        let bare = begin.elapsed().as_secs_f64();
        // The first round warms caches and the allocator.
        if round > 0 {
            trials.push(trial);
            baselines.push(bare);
        }
    }
    let (trial, bare) = (median(&mut trials), median(&mut baselines));
    println!(
        "fisher trial, tanh, L=3, M={width}, N={SAMPLES}, C=1, {} threads",
        rayon::current_num_threads()
    );
    println!("  trial                        {:9.2} ms", 1e3 * trial);
    println!("  drawing and bare products    {:9.2} ms", 1e3 * bare);
    println!("  ratio                        {:9.2}    (promised: at most 2)", trial / bare);
    let weights = (2 * width * width * size_of::<f64>()) as f64;
    if let Some(peak) = peak_memory() {
        println!("  peak memory / weights        {:9.2}    (promised: at most 1.5)", peak / weights);
    }
}

fn baseline(width: usize, streams: &Streams) -> f64 {
    let draw = |l: usize, rows: usize, columns: usize| {
        Matrix::from_vec(rows, columns, streams.nth_child("weights", l).normals(rows * columns, 0.1))
    };
    let mut signal = Matrix::from_element(width, SAMPLES, 1.0);
    let mut last = Matrix::zeros(0, 0);
    for l in 1..=2 {
        last = draw(l, width, width);
        signal = linalg::product(&last, &signal);
    }
    linalg::transpose_product(&last, &signal)[(0, 0)]
}

/// Peak resident memory in bytes, where the system tells.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kib| 1024.0 * kib)
}
