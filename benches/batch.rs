//! Speed of `solvable predict --batch`: an ordinary mixture of predictions over all parts, each entry with parameters of its own.
//!
//! Prints the time of an entry by prediction (one thread, in process), and the time of the whole batch as the program
//! answers it. Ratios are kept of the whole batch to its bare answers (processor time of the entries by the threads), and of an entry to a
//! thousand exponential functions, a unit of what a processor computes.
//! `cargo bench --bench batch [-- [ENTRIES] [--all] [--write FILE]]`: `--all` times every prediction of the catalogue, `--write` writes the
//! entries and leaves.

#![allow(clippy::expect_used, clippy::panic)]

mod common;
#[path = "../theory/tests/usual/mod.rs"]
#[allow(dead_code)]
mod usual;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use serde_json::{Map, Value as Json, json};
use solvable::theory::catalog::{self, Prediction};

use common::{Ratio, median, thread_seconds};

/// Entries of the batch that is promised to take [`PROMISED`] seconds on two cores.
const ENTRIES: usize = 100_000;
const PROMISED: f64 = 2.0;
/// Entries of one prediction in a table.
const SAMPLE: usize = 40;
const ROUNDS: usize = 3;

/// What people ask, in closed form or nearly so: the usual value of every parameter, but for those named here.
const MIXTURE: [(&str, &str); 50] = [
    ("mf/fim-stats", r#"{"activation": "tanh", "widths": [500, 500, 500, 1], "N": 100}"#),
    (
        "mf/fim-stats",
        r#"{"activation": "tanh", "sigma_w2": 3.1, "widths": [500, 500, 500, 500, 500, 1], "N": 100}"#,
    ),
    ("mf/fim-stats", r#"{"activation": "relu", "widths": [500, 500, 500, 10], "N": 100}"#),
    ("mf/fim-stats", r#"{"activation": "gelu", "widths": [200, 400, 200, 1], "N": 50}"#),
    ("mf/fim-stats", r#"{"activation": "erf", "widths": [500, 500, 500, 500, 1], "N": 100}"#),
    ("mf/fim-stats", r#"{"activation": "hard-tanh(1.5)", "widths": [500, 500, 500, 1], "N": 100}"#),
    ("mf/kappa", r#"{"activation": "tanh"}"#),
    ("mf/kappa", r#"{"activation": "relu", "alphas": [1, 1, 1, 1], "depth": 4}"#),
    ("mf/kernel-pair", r#"{"activation": "tanh"}"#),
    ("mf/ntk-pair", r#"{"activation": "tanh", "widths": [100, 400, 400, 1]}"#),
    ("mf/fixed-point", r#"{"activation": "tanh"}"#),
    ("mf/order-parameters", r#"{"activation": "sine", "depth": 10}"#),
    ("norm/mini-batch", "{}"),
    ("norm/last-mean-subtraction", "{}"),
    ("norm/last-batch-norm", r#"{"activation": "tanh"}"#),
    ("norm/last-layer-norm", "{}"),
    ("norm/hidden-modes", "{}"),
    ("ngd/alpha", "{}"),
    ("ngd/cost", "{}"),
    ("ngd/one-sided", "{}"),
    ("ngd/kfac-leverage", "{}"),
    ("ngd/layer-kernels", r#"{"activation": "tanh", "cos": [0.5, 0.4, 0.2]}"#),
    ("ngd/test-risk", "{}"),
    ("cl/two-task", "{}"),
    ("cl/many-task", "{}"),
    ("cl/forgetting", "{}"),
    ("cl/noise-floor", "{}"),
    ("cl/ntk-values", "{}"),
    ("iso/jacobian", "{}"),
    ("iso/moments", "{}"),
    ("iso/step-size", "{}"),
    ("iso/lambda-max", "{}"),
    ("spectra/fim-blocks", r#"{"activation": "tanh"}"#),
    ("spectra/kappa", "{}"),
    ("gr/argmin", "{}"),
    ("gr/sam-gradient", "{}"),
    ("gr/critical-step", "{}"),
    ("gr/mean-mode", "{}"),
    ("attn/log-z", "{}"),
    ("attn/moments", "{}"),
    ("attn/fisher-xi", "{}"),
    ("spa/fixed-point", "{}"),
    ("spa/gain", "{}"),
    ("spa/group-curve", "{}"),
    ("arch/step-size", "{}"),
    ("arch/shape", "{}"),
    ("dyn/sgd-curve", "{}"),
    ("dyn/multipass-curve", "{}"),
    ("mem/completion", "{}"),
    ("step-size", r#"{"activation": "tanh", "widths": [500, 500, 500, 1], "N": 100}"#),
];

#[derive(clap::Args)]
struct Arguments {
    /// How many entries.
    #[arg(conflicts_with_all = ["check", "record"])]
    entries: Option<usize>,
    /// Times every prediction of the catalogue.
    #[arg(long, conflicts_with_all = ["check", "record"])]
    all: bool,
    /// Writes the entries to this file.
    #[arg(long, conflicts_with_all = ["check", "record"])]
    write: Option<PathBuf>,
}

fn main() -> ExitCode {
    common::bench(|arguments: &Arguments| {
        let entries = arguments.entries.unwrap_or(ENTRIES);
        if let Some(path) = &arguments.write {
            write(path, entries);
            return Vec::new();
        }
        if arguments.all {
            for prediction in catalog::all() {
                row(prediction.id, &|n| entry(&prediction, &Map::new(), n));
            }
            return Vec::new();
        }
        mixture(entries)
    })
}

fn mixture(entries: usize) -> Vec<Ratio> {
    let of_row = |(i, (id, _)): (usize, &(&str, _))| row(id, &|n| of_mixture(n * MIXTURE.len() + i));
    let answer = MIXTURE.iter().enumerate().map(of_row).sum::<f64>() / MIXTURE.len() as f64;
    let folder = tempfile::tempdir().expect("a folder for the entries");
    let path = folder.path().join("entries.json");
    write(&path, entries);
    let mut seconds: Vec<f64> = (0..ROUNDS).map(|_| answered(&path)).collect();
    let threads = rayon::current_num_threads();
    let batch = median(&mut seconds);
    println!(
        "{entries} entries, {threads} threads: {batch:.2} s (promised: {ENTRIES} in {PROMISED} s on two idle cores)"
    );
    let bare = answer * entries as f64 / threads as f64;
    vec![
        Ratio::new("`predict --batch` of 100000 entries", "its bare answers", [batch, bare]).shown(),
        Ratio::new(
            "an answer, mean of 50 predictions",
            "1000 exponential functions",
            [answer, exponentials()],
        )
        .shown(),
    ]
}

/// Seconds of a thousand exponential functions.
fn exponentials() -> f64 {
    let mut rounds: Vec<f64> = (0..SAMPLE)
        .map(|_| {
            let begin = thread_seconds();
            for i in 0..100_000 {
                black_box(black_box(1e-5 * f64::from(i)).exp());
            }
            (thread_seconds() - begin) / 100.0
        })
        .collect();
    median(&mut rounds)
}

/// Seconds of an entry of one prediction.
fn row(id: &str, entry: &dyn Fn(usize) -> Json) -> f64 {
    let prediction = catalog::find(id).unwrap_or_else(|error| panic!("{error}"));
    let given: Vec<Json> = (0..SAMPLE).map(entry).collect();
    let ask = |entry: &Json| prediction.answer(entry["params"].as_object().expect("parameters"));
    let refused = given.iter().filter_map(|entry| ask(entry).err()).next_back();
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let begin = thread_seconds();
            given.iter().for_each(|entry| drop(black_box(ask(entry))));
            (thread_seconds() - begin) / SAMPLE as f64
        })
        .collect();
    let activation = given[0]["params"]["activation"].as_str().unwrap_or_default();
    let refused = refused.map_or_else(String::new, |error| format!("refused: {error}"));
    let seconds = median(&mut rounds);
    println!("{:10.1} us  {id} {activation} {refused}", 1e6 * seconds);
    seconds
}

/// The seconds in which the program answers a file.
fn answered(path: &Path) -> f64 {
    let begin = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_solvable"))
        .args(["predict", "--json", "--batch"])
        .arg(path)
        .stdout(Stdio::null())
        .status()
        .expect("the program runs");
    assert!(status.success(), "the batch is answered");
    begin.elapsed().as_secs_f64()
}

fn write(path: &Path, count: usize) {
    let entries: Vec<String> = (0..count).map(|n| of_mixture(n).to_string()).collect();
    std::fs::write(path, format!("[{}]\n", entries.join(",\n"))).expect("the entries are written");
}

/// Entry `n` of the mixture.
fn of_mixture(n: usize) -> Json {
    let (id, own) = MIXTURE[n % MIXTURE.len()];
    let prediction = catalog::find(id).unwrap_or_else(|error| panic!("{error}"));
    let own = serde_json::from_str(own).expect("JSON");
    entry(&prediction, &own, n)
}

/// Usual parameters but for `own`, every fraction moved by up to 5 % of itself, equal ones equally.
fn entry(prediction: &Prediction, own: &Map<String, Json>, n: usize) -> Json {
    let mut params = Map::new();
    for parameter in prediction.parameters {
        let mut value =
            own.get(parameter.name).cloned().unwrap_or_else(|| usual::usual(prediction.id, parameter.name));
        jitter(&mut value, n as u64);
        if !value.is_null() {
            params.insert(parameter.name.to_owned(), value);
        }
    }
    json!({"id": prediction.id, "params": params})
}

fn jitter(value: &mut Json, seed: u64) {
    match value {
        Json::Number(number) if number.is_f64() => {
            let x = number.as_f64().unwrap_or_default();
            *value = json!(x * (0.95 + 0.1 * draw(x.to_bits().wrapping_add(seed))));
        }
        Json::Array(items) => items.iter_mut().for_each(|item| jitter(item, seed)),
        Json::Object(fields) => fields.values_mut().for_each(|field| jitter(field, seed)),
        _ => {}
    }
}

/// From 0 to 1, by the generator splitmix64.
fn draw(state: u64) -> f64 {
    let mut x = state.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}
