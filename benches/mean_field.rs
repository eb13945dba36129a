//! Speed of one trial of the Fisher information, as a ratio to the work that no implementation can avoid.
//!
//! The baseline multiplies matrices of the same shapes in the trial's single precision, two forward products ($W^lh$) and one backward
//! product ($W^\top\delta$) of a three-layer network with one output, by weights that are there before the clock runs; to it come 3 ns for each
//! normal number of the network and its inputs, divided by the threads. Both sides run in turn, in one process, on the same threads;
//! medians and their ratio are printed. The time of a normal number by one thread is that of blocks in the cache.
//!
//! `cargo bench --bench mean_field [-- WIDTH | --wide]`: without a width 1024, 2048 and 4096; `--wide` runs one trial of width 65536 only.

#![allow(clippy::expect_used, clippy::panic)]

mod common;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use nalgebra::DMatrix;
use solvable::papers::shared::{Fisher, FisherSetting};
use solvable::simulate::linalg;
use solvable::streams::Streams;
use solvable::theory::{Activation, Architecture};
use solvable::verify::Experiment;

use common::{Ratio, in_turn, median, thread_seconds};

const WIDTHS: [usize; 3] = [1024, 2048, 4096];
const WIDE: usize = 65_536;
const SAMPLES: usize = 100;
const ROUNDS: usize = 9;
/// Seconds that a normal number may take.
const NORMAL: f64 = 3e-9;
const GIBIBYTE: f64 = (1u64 << 30) as f64;

#[derive(clap::Args)]
struct Arguments {
    /// This width alone.
    #[arg(conflicts_with_all = ["wide", "check", "record"])]
    width: Option<usize>,
    /// One trial of width 65536: its seconds and its memory.
    #[arg(long, conflicts_with_all = ["check", "record"])]
    wide: bool,
}

fn main() -> ExitCode {
    common::bench(|arguments: &Arguments| {
        if arguments.wide {
            wide();
            return Vec::new();
        }
        let widths = arguments.width.map_or(WIDTHS.to_vec(), |width| vec![width]);
        // Before anything else takes memory.
        let peaks: Vec<_> = widths.iter().map(|&width| peak_of_trial(width)).collect();
        one_normal();
        widths.into_iter().zip(peaks).map(|(width, peak)| trial(width, peak)).collect()
    })
}

fn setting(width: usize) -> FisherSetting {
    let network = Architecture::new(vec![width, width, width, 1], Activation::tanh(), 3.0, 0.64)
        .expect("a valid network");
    FisherSetting { network, samples: SAMPLES }
}

fn run(setting: &FisherSetting, trial: u64) {
    let streams = Streams::for_trial("bench", "", trial, 0);
    black_box(Fisher::run(setting, &streams).expect("the trial runs"));
}

/// Nanoseconds of a normal number, of blocks as streams draw them, by one thread.
fn one_normal() {
    const BLOCK: usize = 1 << 14;
    const BLOCKS: usize = 256;
    let streams = Streams::for_trial("bench", "normals", 0, 0);
    let mut block = vec![0f32; BLOCK];
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let begin = thread_seconds();
            for _ in 0..BLOCKS {
                streams.fill_normal(black_box(&mut block), 0.1);
            }
            (thread_seconds() - begin) / (BLOCK * BLOCKS) as f64
        })
        .collect();
    println!("a normal number, one thread: {:.2} ns (promised: at most 3)", 1e9 * median(&mut rounds));
}

fn trial(width: usize, peak: Option<f64>) -> Ratio {
    let setting = setting(width);
    let streams = Streams::for_trial("bench", "baseline", 0, 0);
    let draw = |name: &str, columns: usize| {
        let mut entries = vec![0f32; width * columns];
        streams.child(name).fill_normal(&mut entries, 0.1);
        DMatrix::from_vec(width, columns, entries)
    };
    let (first, second, inputs) = (draw("first", width), draw("second", width), draw("inputs", SAMPLES));
    let mut trials = 0;
    let [seconds, products] = in_turn(
        ROUNDS,
        [
            &mut || {
                trials += 1;
                run(&setting, trials);
            },
            &mut || {
                let signal = linalg::product(&second, &linalg::product(&first, &inputs));
                black_box(linalg::transpose_product(&second, &signal));
            },
        ],
    );
    let threads = rayon::current_num_threads();
    let normals = setting.network.parameter_count() + width * SAMPLES;
    let drawing = NORMAL * normals as f64 / threads as f64;
    println!("Fisher trial, tanh, L=3, M={width}, N={SAMPLES}, C=1, {threads} threads");
    println!("  bare products {:.2} ms, {normals} normals at 3 ns {:.2} ms", 1e3 * products, 1e3 * drawing);
    if let Some(peak) = peak {
        let weights = (2 * width * width * size_of::<f32>()) as f64;
        let promise = if width >= 4096 { " (promised: at most 0.5)" } else { "" };
        println!(
            "  peak memory {:.1} MiB, {:.2} of the weights{promise}",
            1024.0 * peak / GIBIBYTE,
            peak / weights
        );
    }
    let name = format!("Fisher trial of width {width}");
    Ratio::new(name, "its products and 3 ns a normal", [seconds, products + drawing]).promised(1.25).shown()
}

/// A trial whose weights would take 32 GiB in single precision.
fn wide() {
    let begin = Instant::now();
    let peak = peak_of_trial(WIDE);
    println!("Fisher trial, tanh, L=3, M={WIDE}, N={SAMPLES}, C=1: {:.1} s", begin.elapsed().as_secs_f64());
    if let Some(peak) = peak {
        println!("  peak memory {:.2} GiB (promised: at most 4)", peak / GIBIBYTE);
    }
}

/// Peak resident memory in bytes up to the end of one trial, where the system tells.
fn peak_of_trial(width: usize) -> Option<f64> {
    run(&setting(width), 0);
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kib| 1024.0 * kib)
}
