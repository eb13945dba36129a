//! The whole catalogue over the whole of its domains: parameters are drawn log-uniformly, extremes included, and every
//! prediction must answer with digits that survive or with a typed error, without NaN or panic, in time.
//!
//! `SOLVABLE_DRAWS` sets the draws for each prediction (default 25, two minutes on two cores), `SOLVABLE_SEED` the seed,
//! `SOLVABLE_ONLY` a part of the ids, `SOLVABLE_PATIENCE` a factor for all times where the machine is shared. What is not finite and what is slow is listed, for a reader, in `SOLVABLE_REPORT`.

// Helpers of tests may fail like tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod usual;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Map, Value as Json, json};
use solvable_theory::catalog::{self, Prediction};
use usual::{DATA, on_data, usual};

/// An evaluation may take two seconds; a shared machine may be four times as slow.
const LONGEST: Duration = Duration::from_secs(8);
/// After this an evaluation is taken for one that never ends.
const ENDLESS: Duration = Duration::from_secs(40);

/// The generator splitmix64: seeded, the same everywhere.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// Uniform on [0, 1).
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / 2f64.powi(53)
    }

    fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }

    fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    fn log_uniform(&mut self, low: f64, high: f64) -> f64 {
        self.uniform(low.ln(), high.ln()).exp()
    }

    fn integer(&mut self, low: f64, high: f64) -> Json {
        json!(self.log_uniform(low, high + 1.0).floor() as u64)
    }

    fn one_of(&mut self, values: &[&str]) -> Json {
        json!(values[self.below(values.len())])
    }
}

fn activation(draws: &mut Draws) -> Json {
    let parameter = draws.log_uniform(1e-3, 1e3);
    match draws.below(12) {
        0 => json!("linear"),
        1 => json!("tanh"),
        2 => json!("sine"),
        3 => json!("gelu"),
        4 => json!(format!("erf({parameter})")),
        5 => json!("erf"),
        6 => json!(format!("leaky-relu({})", draws.uniform(-1.0, 1.0))),
        7 => json!(format!("hard-tanh({parameter})")),
        8 => json!(format!("shifted-relu({})", draws.uniform(-3.0, 3.0))),
        _ => json!("relu"),
    }
}

/// A real number: near its usual value, anywhere over 24 decades, or special.
fn real(draws: &mut Draws, usual: f64) -> f64 {
    let sign = if usual < 0.0 || draws.below(12) == 0 { -1.0 } else { 1.0 };
    let size = if usual == 0.0 { 1.0 } else { usual.abs() };
    match draws.below(10) {
        0 => 0.0,
        1 => [1.0, 0.5, 2.0, 1.0 - f64::EPSILON, 1.0 + 1e-9, 1e-300, 1e300][draws.below(7)],
        2..=4 => sign * draws.log_uniform(1e-12, 1e12),
        5 => sign * draws.log_uniform(1e-30, 1e30),
        _ => sign * size * draws.log_uniform(0.2, 5.0),
    }
}

/// Something of the shape of `usual`, with lists that may be longer or shorter.
fn like(draws: &mut Draws, usual: &Json) -> Json {
    match usual {
        Json::Number(number) if number.is_u64() && draws.below(2) == 0 => draws.integer(1.0, 1e4),
        Json::Number(number) => json!(real(draws, number.as_f64().unwrap())),
        Json::Array(items) => {
            // Rows of one matrix keep one length; a scale of their own makes spectra of many decades.
            let scale = if draws.below(4) == 0 { draws.log_uniform(1e-15, 1e15) } else { 1.0 };
            let wide = draws.below(3) == 0;
            items
                .iter()
                .map(|item| match item.as_f64() {
                    Some(x) if item.is_f64() || wide => json!(scale * real(draws, x)),
                    Some(x) => json!(x),
                    None => like(draws, item),
                })
                .collect()
        }
        Json::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), like(draws, value)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// Cosines between random directions, some of them all but parallel: `rows` of the first against `columns` of the others.
fn cosines(draws: &mut Draws, rows: usize, columns: usize, train: bool) -> Json {
    let dimension = 2 + draws.below(6);
    let near = if draws.below(3) == 0 { draws.log_uniform(1e-9, 1.0) } else { 1.0 };
    let centre: Vec<f64> = (0..dimension).map(|_| draws.uniform(-1.0, 1.0)).collect();
    let mut direction = || {
        let v: Vec<f64> = centre.iter().map(|c| (1.0 - near) * c + near * draws.uniform(-1.0, 1.0)).collect();
        let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        v.into_iter().map(|x| x / norm).collect::<Vec<f64>>()
    };
    let left: Vec<_> = (0..rows).map(|_| direction()).collect();
    let right: Vec<_> = if train { left.clone() } else { (0..columns).map(|_| direction()).collect() };
    let cosine = |i: usize, j: usize| {
        let dot = left[i].iter().zip(&right[j]).map(|(a, b)| a * b).sum::<f64>();
        if train && i == j { 1.0 } else { dot.clamp(-1.0, 1.0) }
    };
    (0..rows).map(|i| (0..right.len()).map(|j| json!(cosine(i, j))).collect::<Json>()).collect()
}

/// A network on four positions of two channels: any layers in any order, most of which do not fit.
fn architecture(draws: &mut Draws) -> Json {
    let mut layers: Vec<Json> = Vec::new();
    let length =
        if draws.below(8) == 0 { draws.log_uniform(6.0, 600.0) as usize } else { 1 + draws.below(6) };
    for _ in 0..length {
        let channels = draws.integer(1.0, 1e6);
        match draws.below(12) {
            0 => layers.extend([json!({"dense": channels}), activation(draws)]),
            1 => layers.extend([json!({"conv": {"channels": channels, "filter": [3]}}), activation(draws)]),
            2 => layers.push(json!({"conv": {"channels": channels, "filter": [2], "padding": "same", "stride": [2]}})),
            3 => layers.push(json!({"residual": {"scale": real(draws, 1.0), "branch": [activation(draws), {"dense": 8}]}})),
            4 => layers.push(json!({"sum": [{"scale": real(draws, 1.0), "layers": []}, {"layers": [{"dense": 8}]}]})),
            5 => layers.push(json!({"layer-norm": {"over": draws.one_of(&["channels", "all"]), "affine": draws.below(2) == 0}})),
            6 => layers.push(json!({"mix": draws.integer(1.0, 9.0)})),
            7 => layers.push(json!({"attention": {"kind": draws.one_of(&["softmax", "linear"]), "heads": 3, "key": 4, "value": 5,
                "channels": channels, "sigma_qk2": draws.log_uniform(1e-6, 1e6)}})),
            8 => layers.push(json!({"rnn": {"channels": channels, "activation": activation(draws)}})),
            9 => layers.push(activation(draws)),
            10 => layers.push(json!({"avg-pool": {"window": [2]}})),
            _ => layers.push(json!({"dense": 8})),
        }
    }
    layers.extend([
        draws.one_of(&["flatten", "global-avg-pool", "last"]),
        json!({"dense": draws.integer(1.0, 1e4)}),
    ]);
    json!({
        "input": {"grid": [4], "channels": 2}, "sigma_w2": draws.log_uniform(1e-3, 1e3), "sigma_b2": draws.log_uniform(1e-6, 1e2),
        "train_bias": draws.below(2) == 0, "layers": layers,
    })
}

fn drawn(draws: &mut Draws, keep: f64, id: &str, name: &str) -> Json {
    let usual = usual(id, name);
    if draws.unit() < keep {
        return usual;
    }
    match name {
        "architecture" => architecture(draws),
        "inputs" => {
            (0..1 + draws.below(4)).map(|_| (0..8).map(|_| real(draws, 1.0)).collect::<Json>()).collect()
        }
        "same" | "cross" => cosines(draws, 4, 4, name == "same"),
        "kind" => draws.one_of(&["plain", "residual", "pre-norm", "pre-norm-open", "post-norm", "resnet"]),
        "scale" if draws.below(2) == 0 => json!("inverse-sqrt"),
        "scores" => draws.one_of(&["gaussian", "sphere", "laplace", "stretched"]),
        "d" if usual.is_null() && draws.below(2) == 0 => draws.integer(1.0, 1e3),
        "n" if id.starts_with("mem/") && draws.below(4) == 0 => json!(draws.log_uniform(1e15, 1e140).floor()),
        "observed" => (0..1 + draws.below(2)).map(|_| json!(draws.below(4))).collect(),
        "values" if usual == "random" => draws.one_of(&["identity", "random"]),
        "occupation" => (0..1 + draws.below(8)).map(|_| draws.integer(1.0, 1e4)).chain([json!(0)]).collect(),
        "participation" | "entropy" if id == "mem/attention-temperature" => match draws.below(3) {
            0 => Json::Null,
            1 => json!(draws.unit()),
            _ => json!(draws.log_uniform(1e-20, 20.0)),
        },
        "beta" if id.starts_with("mem/") && draws.below(2) == 0 => json!(draws.log_uniform(1e-3, 1e3)),
        "fan_ins" => (0..3).map(|_| draws.integer(1.0, 1e6)).collect(),
        "blocks" | "positions" => draws.integer(1.0, 1e6),
        "grid" | "filter" => (0..1 + draws.below(2)).map(|_| draws.integer(1.0, 300.0)).collect(),
        "parametrization" => draws.one_of(&["standard", "ntk"]),
        "output" => draws.one_of(&["none", "ms"]),
        "cos_train" | "gram" => cosines(draws, 3, 3, true),
        "cos_cross" => cosines(draws, 2, 3, false),
        "t" if id.starts_with("cl/") => (0..4).map(|_| json!(draws.uniform(-1.0, 1.0))).collect(),
        "C" if id.starts_with("cl/") => {
            let (a, c) = (draws.log_uniform(1e-6, 1e6), draws.log_uniform(1e-6, 1e6));
            let b = (a * c).sqrt() * draws.uniform(-1.0, 1.0);
            json!([[a, b], [b, c]])
        }
        "depth" if draws.below(2) == 0 => draws.integer(1.0, 8.0),
        "activation" => activation(draws),
        "widths" => {
            let length =
                if draws.below(5) == 0 { draws.log_uniform(2.0, 2001.0) } else { draws.uniform(2.0, 9.0) };
            (0..length as usize).map(|_| draws.integer(1.0, 1e6)).collect()
        }
        "depth" => draws.integer(1.0, 2000.0),
        "width" | "M" => draws.integer(1.0, 1e6),
        "N" | "N1" | "N2" => draws.integer(1.0, 1e6),
        "C" | "classes" => draws.integer(1.0, 1e3),
        "shape" => {
            draws.one_of(&["constant", "linear", "cosine", "wsd", "inverse", "polynomial", "triangle"])
        }
        "q" if draws.below(2) == 0 => Json::Null,
        "B" if id == "norm/mini-batch-gram" => draws.integer(1.0, 4.0),
        "B" | "T" if usual.is_number() => draws.integer(1.0, 1e6),
        "K" | "P" | "d" | "kmax" => draws.integer(1.0, 1e5),
        "n" | "steps" | "iterations" | "layers" if usual.is_number() => draws.integer(1.0, 1e6),
        "sigma_w2" => {
            json!(if draws.below(2) == 0 { draws.log_uniform(1e-12, 1e12) } else { draws.uniform(0.3, 4.0) })
        }
        "sigma_b2" => json!(match draws.below(3) {
            0 => 0.0,
            1 => draws.log_uniform(1e-12, 1e12),
            _ => draws.uniform(0.0, 1.0),
        }),
        "normalization" => {
            draws.one_of(&["none", "last-ms", "last-bn", "last-ln", "hidden-ms", "hidden-bn", "hidden-ln"])
        }
        "method" if id.starts_with("ngd") || id == "step-size" => draws.one_of(&[
            "gd",
            "exact",
            "bd",
            "btd",
            "kfac",
            "kfac_scaled",
            "kfac_joint",
            "unit",
            "diag",
            "btd_pinv",
            "one_sided",
            "one_sided_scaled",
            "one_sided_softmax",
            "output_sided",
            "last",
        ]),
        "loss" => draws.one_of(&["squared", "cross-entropy"]),
        "ensemble" if usual == "ising" => draws.one_of(&["ising", "gaussian", "spherical"]),
        "ensemble" => draws.one_of(&["orthogonal", "gaussian"]),
        "side" => draws.one_of(&["input", "output"]),
        "teacher" => draws.one_of(&["linear", "gp"]),
        "layers" if id.starts_with("ngd") && draws.below(3) == 0 => Json::Null,
        "layers" if id.starts_with("ngd") => {
            (0..1 + draws.below(2)).map(|_| draws.integer(1.0, 4.0)).collect()
        }
        "exponent" => json!([0.25, 0.5, 1.0][draws.below(3)]),
        "rank" => json!(draws.below(5)),
        "residual" if draws.below(2) == 0 => {
            (0..3).map(|_| json!(draws.uniform(-1.0, 1.0) * draws.log_uniform(1e-20, 1e20))).collect()
        }
        "logits" if id.starts_with("ngd") => {
            let (classes, size) = (2 + draws.below(9), draws.log_uniform(1e-3, 1e3));
            (0..3)
                .map(|_| (0..classes).map(|_| json!(size * draws.uniform(-1.0, 1.0))).collect::<Json>())
                .collect()
        }
        "labels" if id.starts_with("ngd") => (0..3).map(|_| json!(draws.below(4))).collect(),
        "p0" => json!(if draws.below(2) == 0 {
            draws.log_uniform(1e-320, 1.0)
        } else {
            1.0 - draws.log_uniform(1e-16, 1.0)
        }),
        "p_input" | "p_output" => json!([0.0, 0.25, 0.5, 1.0, draws.unit()][draws.below(5)]),
        "time" => json!(draws.log_uniform(1e-300, 1e300)),
        "t" if id.starts_with("ngd") && draws.below(2) == 0 => draws.integer(1.0, 1e15),
        "rho" if id.starts_with("ngd/ce") && draws.below(2) == 0 => json!(0.0),
        "rho" if id.starts_with("ngd") => json!(draws.log_uniform(1e-20, 1e3)),
        "lambda" | "eta" if id.starts_with("cl/") && name == "lambda" || id.starts_with("dyn/") => {
            match draws.below(4) {
                0 => json!({"power": draws.uniform(0.0, 6.0)}),
                1 => {
                    json!({"values": (0..1 + draws.below(40)).map(|_| draws.log_uniform(1e-30, 1.0)).collect::<Vec<_>>()})
                }
                _ => json!({"power": draws.uniform(1.01, 3.0)}),
            }
        }
        "alpha" if id.starts_with("iso/") => {
            let of = |draws: &mut Draws| {
                json!(if draws.below(4) == 0 { 1.0 - draws.log_uniform(1e-15, 1.0) } else { draws.unit() })
            };
            match &usual {
                Json::Array(items) => items.iter().map(|_| of(draws)).collect(),
                _ => of(draws),
            }
        }
        _ => like(draws, &usual),
    }
}

fn draw(draws: &mut Draws, prediction: &Prediction) -> Map<String, Json> {
    // From all parameters anywhere to all but one or two at their usual values, where something else may refuse them.
    let keep = [0.2, 0.6, 0.85][draws.below(3)];
    let data = DATA.contains(&prediction.id) && draws.below(2) == 0;
    let of = |p: &catalog::Parameter| {
        let value = match on_data(p.name).filter(|_| data) {
            Some(usual) if usual.is_array() && draws.unit() > keep => like(draws, &usual),
            Some(usual) if draws.unit() < keep || usual.is_null() || usual == json!(0) => usual,
            _ => drawn(draws, keep, prediction.id, p.name),
        };
        (p.name.to_owned(), value)
    };
    prediction.parameters.iter().map(of).collect()
}

/// What is wrong with the answer, if anything.
fn fault(prediction: &Prediction, given: &Map<String, Json>) -> (Option<String>, Duration, bool, bool) {
    let start = Instant::now();
    let value = catch_unwind(AssertUnwindSafe(|| prediction.evaluate(given)));
    let taken = start.elapsed();
    let infinite = matches!(&value, Ok(Ok(value)) if value.to_json().to_string().contains("inf"));
    let answered = matches!(value, Ok(Ok(_)));
    let wrong = match value {
        Err(_) => Some("panics".to_owned()),
        Ok(Ok(value)) if value.to_json().to_string().contains("NaN") => Some("is not a number".to_owned()),
        Ok(Ok(_)) if taken < LONGEST / 8 => match catch_unwind(AssertUnwindSafe(|| prediction.answer(given)))
        {
            Err(_) => Some("panics when its digits are counted".to_owned()),
            Ok(_) => None,
        },
        _ => None,
    };
    let slow =
        (taken > LONGEST * setting("SOLVABLE_PATIENCE", 1) as u32).then(|| format!("takes {taken:.1?}"));
    (wrong.or(slow), taken, infinite, answered)
}

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn every_prediction_answers_or_refuses_over_its_whole_domain() {
    let (count, seed) = (setting("SOLVABLE_DRAWS", 25), setting("SOLVABLE_SEED", 0) as u64);
    let only = std::env::var("SOLVABLE_ONLY").unwrap_or_default();
    let report = std::env::var("SOLVABLE_REPORT").is_ok();
    let all: Vec<Prediction> = catalog::all().into_iter().filter(|p| p.id.contains(&only)).collect();
    let next = AtomicUsize::new(0);
    let faults = Mutex::new(Vec::new());
    let answered: Vec<AtomicUsize> = all.iter().map(|_| AtomicUsize::new(0)).collect();
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let running: Vec<Mutex<Option<(Instant, String)>>> = (0..workers).map(|_| Mutex::new(None)).collect();
    std::panic::set_hook(Box::new(|_| {}));
    std::thread::scope(|scope| {
        let work = |worker: usize| {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= all.len() * count {
                    return;
                }
                // Round by round, so that slow predictions do not gather at the end.
                let (round, prediction) = (index / all.len(), &all[index % all.len()]);
                let name: u64 =
                    prediction.id.bytes().fold(17, |h, b| h.wrapping_mul(31).wrapping_add(b.into()));
                let mut draws = Draws(name ^ (round as u64) << 32 ^ seed << 50);
                let given = draw(&mut draws, prediction);
                let text = format!("{} {}", prediction.id, Json::from(given.clone()));
                *running[worker].lock().unwrap() = Some((Instant::now(), text.clone()));
                let (fault, taken, infinite, ok) = fault(prediction, &given);
                answered[index % all.len()].fetch_add(usize::from(ok), Ordering::Relaxed);
                *running[worker].lock().unwrap() = None;
                if report && (taken > Duration::from_millis(500) || infinite) {
                    let what = if infinite { "infinite" } else { "slow" };
                    eprintln!("{what} {taken:.2?} {}", &text[..text.len().min(600)]);
                }
                if let Some(fault) = fault {
                    if report {
                        eprintln!("FAULT {fault}: {}", &text[..text.len().min(3000)]);
                    }
                    faults.lock().unwrap().push(format!("{fault}: {text}"));
                }
            }
        };
        let handles: Vec<_> = (0..workers).map(|worker| scope.spawn(move || work(worker))).collect();
        while handles.iter().any(|handle| !handle.is_finished()) {
            std::thread::sleep(Duration::from_millis(50));
            for slot in &running {
                if let Some((since, text)) = &*slot.lock().unwrap()
                    && since.elapsed() > ENDLESS * setting("SOLVABLE_PATIENCE", 1) as u32
                {
                    eprintln!("does not end: {text}");
                    std::process::exit(101);
                }
            }
        }
    });
    let _ = std::panic::take_hook();
    let answered: Vec<usize> = answered.into_iter().map(AtomicUsize::into_inner).collect();
    if report {
        for (prediction, answered) in all.iter().zip(&answered).filter(|(_, answered)| **answered < count / 5)
        {
            eprintln!("answered {answered} of {count} {}", prediction.id);
        }
        eprintln!("answered {} of {}", answered.iter().sum::<usize>(), count * all.len());
    }
    let mut faults = faults.into_inner().unwrap();
    faults.sort();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
