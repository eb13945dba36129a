//! Speed of `solvable predict --batch`: an ordinary mixture of predictions over all parts, each entry with parameters of its own.
//!
//! Prints the time of an entry by prediction (one thread, in process), and the time of the whole batch as the program
//! answers it. `cargo bench --bench batch [-- [ENTRIES] [--all] [--write FILE]]`: `--all` times every prediction of the
//! catalogue, `--write` writes the entries and leaves.

#![allow(clippy::expect_used, clippy::panic)]

mod common;
#[path = "../theory/tests/usual/mod.rs"]
#[allow(dead_code)]
mod usual;

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Instant;

use serde_json::{Map, Value as Json, json};
use solvable::theory::catalog::{self, Prediction};

use common::median;

/// Entries of the batch that is promised to take [`PROMISED`] seconds on two cores.
const ENTRIES: usize = 100_000;
const PROMISED: f64 = 2.0;
/// Entries of one prediction in a table, asked again and again for so many seconds: the system counts ticks of some milliseconds.
const SAMPLE: usize = 40;
const LONG: f64 = 0.1;
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
    ("ngd/layer-kernels", r#"{"activation": "tanh", "cos": [-0.4, 0.2, 0.7]}"#),
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

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let entries = arguments.iter().find_map(|a| a.parse().ok()).unwrap_or(ENTRIES);
    if let Some(at) = arguments.iter().position(|a| a == "--write") {
        let path = arguments.get(at + 1).expect("--write takes a file");
        return write(Path::new(path), entries);
    }
    if arguments.iter().any(|a| a == "--all") {
        for prediction in catalog::all() {
            row(prediction.id, &|n| entry(&prediction, &Map::new(), n));
        }
        return;
    }
    for (i, (id, _)) in MIXTURE.iter().enumerate() {
        row(id, &|n| of_mixture(n * MIXTURE.len() + i));
    }
    let folder = tempfile::tempdir().expect("a folder for the entries");
    let path = folder.path().join("entries.json");
    write(&path, entries);
    let mut seconds: Vec<f64> = (0..ROUNDS).map(|_| answered(&path)).collect();
    println!(
        "{entries} entries, {} threads: {:.2} s (promised: {ENTRIES} in {PROMISED} s on two idle cores)",
        std::thread::available_parallelism().map_or(1, usize::from),
        median(&mut seconds)
    );
}

/// Microseconds of an entry of one prediction.
fn row(id: &str, entry: &dyn Fn(usize) -> Json) {
    let prediction = catalog::find(id).unwrap_or_else(|error| panic!("{error}"));
    let given: Vec<Json> = (0..SAMPLE).map(entry).collect();
    let ask = |entry: &Json| prediction.answer(entry["params"].as_object().expect("parameters"));
    let refused = given.iter().filter_map(|entry| ask(entry).err()).last();
    let (begin, mut asked) = (clock(), 0);
    while clock() - begin < LONG {
        given.iter().for_each(|entry| drop(black_box(ask(entry))));
        asked += SAMPLE;
    }
    let each = (clock() - begin) / asked as f64;
    let activation = given[0]["params"]["activation"].as_str().unwrap_or_default();
    let refused = refused.map_or_else(String::new, |error| format!("refused: {error}"));
    println!("{:10.1} us  {id} {activation} {refused}", 1e6 * each);
}

/// Seconds of processor time of this thread where the system tells them, else of time.
fn clock() -> f64 {
    static BEGIN: OnceLock<Instant> = OnceLock::new();
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = spent.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| BEGIN.get_or_init(Instant::now).elapsed().as_secs_f64(), |n| 1e-9 * n)
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
