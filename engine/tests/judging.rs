//! Verdicts as pages show them: the values that `web/tests/site.test.mjs` holds the scripts of the site to.
//!
//! `UPDATE=1 cargo test --release -p solvable-engine --test judging` writes them anew.

#![allow(clippy::expect_used)]

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use solvable_engine::streams::Streams;
use solvable_engine::verify::{
    At, Claim, Engine, Experiment, Judgement, Margin, Options, TrialFailure, TrialStore, Verdict,
};

/// A measurement of what is predicted to be 1.
struct Measured;

#[derive(Clone, Serialize, Deserialize)]
struct Setting {
    offset: f64,
    scatter: f64,
    margin: f64,
    rival: f64,
}

#[derive(Serialize, Deserialize)]
struct Number {
    value: f64,
}

impl Experiment for Measured {
    type Setting = Setting;
    type Outcome = Number;
    const ID: &'static str = "measured";
    const VERSION: u32 = 1;

    fn run(setting: &Setting, streams: &Streams) -> Result<Number, TrialFailure> {
        Ok(Number { value: 1.0 + setting.offset + streams.normals(1, setting.scatter)[0] })
    }
}

/// Offset, scatter, margin, what the rival predicts, trials.
const CASES: [(f64, f64, f64, f64, usize); 12] = [
    (0.0, 0.1, 0.06, 1.2, 64),
    (0.01, 0.12, 0.06, 1.2, 64),
    (0.0, 0.02, 0.06, 1.02, 64),
    (0.1, 0.05, 0.06, 1.3, 64),
    (0.06, 0.1, 0.06, 1.3, 16),
    (-0.2, 0.3, 0.1, 0.7, 8),
    (0.0, 0.3, 0.05, 1.4, 4),
    (0.0, 0.01, 0.05, 0.95, 32),
    (0.0, 0.2, 0.1, 1.1, 128),
    (-0.05, 0.02, 0.06, 1.15, 2),
    (0.03, 0.05, 0.04, 0.8, 200),
    (0.0, 0.001, 0.001, 1.01, 3),
];

fn judged(judgement: &Judgement) -> Value {
    let component = &judgement.components[0];
    let interval = component.discrepancy;
    json!({"value": interval.value, "low": interval.low, "high": interval.high, "verdict": judgement.verdict})
}

#[test]
fn the_cases_of_the_scripts_are_judged_so() {
    let claim = Claim::about::<Measured>("toy/measured", "what is measured is 1")
        .cases(|_| {
            let case = |(n, &(offset, scatter, margin, rival, trials)): (usize, &_)| {
                At::setting(n.to_string(), Setting { offset, scatter, margin, rival }, trials)
            };
            Ok(CASES.iter().enumerate().map(case).collect())
        })
        .measure(|_, outcome| Ok(outcome.value))
        .predict(|_| Ok(1.0))
        .margin(|setting, _| Margin::symmetric(setting.margin))
        .rival("another value", |setting| Ok(setting.rival))
        .finish();
    let engine = Engine::new(TrialStore::in_memory(), Options::default());
    let results = engine.verify(std::slice::from_ref(&claim), &()).expect("an in-memory store cannot fail");
    let cases = claim.cases(engine.options().profile).expect("the cases");
    let told: Vec<Value> = results.claims[0]
        .cases
        .iter()
        .zip(&cases)
        .map(|(result, case)| {
            let (trials, declared) = (result.trials[0], case.requests[0].trials);
            let look = (trials / declared).ilog2();
            let records = engine.records(&case.requests[0].with_trials(trials));
            let measured: Vec<f64> =
                records.iter().map(|record| record.number("value").expect("a number")).collect();
            let setting: Setting = serde_json::from_value(result.settings[0].clone()).expect("a setting");
            json!({
                "measured": measured, "predicted": 1, "rival": setting.rival, "margin": setting.margin,
                "alpha": 0.75 * 0.01 * 0.25f64.powi(look as i32),
                "judged": {
                    "claim": judged(&result.claim), "rival": judged(&result.rivals[0].judgement),
                    "verdict": result.verdict,
                },
            })
        })
        .collect();
    for verdict in [Verdict::Confirmed, Verdict::Inconclusive, Verdict::Powerless, Verdict::Refuted] {
        let is_there = results.claims[0].cases.iter().any(|case| case.verdict == verdict);
        assert!(is_there, "no case is {verdict}");
    }
    let lines: Vec<String> = told.iter().map(Value::to_string).collect();
    let text = format!("[\n{}\n]\n", lines.join(",\n"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/tests/judging.json");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &text).expect("the file can be written");
    }
    let kept = std::fs::read_to_string(&path).expect("the file is there");
    assert!(kept == text, "web/tests/judging.json holds other verdicts; UPDATE=1 writes it anew");
}
