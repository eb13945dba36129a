//! What all benchmarks share: their command line, work timed in turn, and ratios that are kept.

// Each benchmark, and the test of what is committed, uses a part.
#![allow(dead_code, unused_imports)]

pub mod figures;
mod ratios;

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;

pub use ratios::{Finding, Measured, README, Ratio, Recorded, TOLERANCE, committed, with_table};

/// So often is a benchmark run again before a ratio counts as worse.
const REPEATS: usize = 2;

/// What a benchmark is asked for.
#[derive(Parser)]
struct Command<A: clap::Args> {
    #[command(flatten)]
    own: A,
    /// Fail where a ratio is worse than the recorded one by 30 %, also after two repeats, of which the best counts.
    #[arg(long, conflicts_with = "record")]
    check: bool,
    /// Put the ratios in place of the recorded ones, and into the README.
    #[arg(long)]
    record: bool,
    /// What `cargo bench` passes.
    #[arg(long, hide = true)]
    bench: bool,
}

/// No arguments.
#[derive(clap::Args)]
pub struct Nothing {}

/// Another size than the usual one, of which nothing is recorded.
#[derive(clap::Args)]
pub struct Size {
    /// The size; see the head of the benchmark.
    #[arg(conflicts_with_all = ["check", "record"])]
    pub size: Option<usize>,
}

/// Measures, prints, writes `benchmarks/<bench>.json` in the target folder, and records or checks where that is asked for.
pub fn bench<A: clap::Args>(measure: impl Fn(&A) -> Vec<Ratio>) -> ExitCode {
    let command = Command::<A>::parse();
    let name = env!("CARGO_CRATE_NAME");
    let mut measured = Measured::here(measure(&command.own));
    measured.write(name);
    if measured.ratios.is_empty() {
        return ExitCode::SUCCESS;
    }
    let mut recorded = Recorded::read();
    if command.record {
        recorded.put(name, measured);
        recorded.write();
        return ExitCode::SUCCESS;
    }
    if !command.check {
        for finding in recorded.judge(name, &measured).iter().filter(|finding| finding.is_worse()) {
            println!("remark: {finding}");
        }
        return ExitCode::SUCCESS;
    }
    for _ in 0..REPEATS {
        if !recorded.judge(name, &measured).iter().any(Finding::is_worse) {
            break;
        }
        println!("again, since a ratio is worse than the recorded one; the best of the repeats counts");
        measured.keep_best(measure(&command.own));
        measured.write(name);
    }
    let findings = recorded.judge(name, &measured);
    findings.iter().for_each(|finding| eprintln!("{finding}"));
    if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Draws the figures of speed, or holds the committed ones against what they are drawn from where that is asked for.
pub fn draw_figures() -> ExitCode {
    let stale: Vec<_> = figures::all().into_iter().filter(|figure| !figure.is_committed()).collect();
    if !Command::<Nothing>::parse().check {
        stale.iter().for_each(figures::Drawn::commit);
        return ExitCode::SUCCESS;
    }
    stale
        .iter()
        .for_each(|figure| eprintln!("{} is not drawn from the committed data", figure.path().display()));
    if stale.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The middle one of `values`.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Median seconds of works that take turns, over so many rounds; one more, which warms caches and the allocator, does not count.
pub fn in_turn<const K: usize>(rounds: usize, mut works: [&mut dyn FnMut(); K]) -> [f64; K] {
    let mut times = [(); K].map(|()| Vec::new());
    for round in 0..=rounds {
        for (work, times) in works.iter_mut().zip(&mut times) {
            let begin = Instant::now();
            work();
            if round > 0 {
                times.push(begin.elapsed().as_secs_f64());
            }
        }
    }
    times.map(|mut times| median(&mut times))
}

/// Seconds of processor time of this thread where the system tells them, else of time.
pub fn thread_seconds() -> f64 {
    #[cfg(unix)]
    {
        let spent = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        spent.tv_sec as f64 + 1e-9 * spent.tv_nsec as f64
    }
    #[cfg(not(unix))]
    {
        static BEGIN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        BEGIN.get_or_init(Instant::now).elapsed().as_secs_f64()
    }
}
