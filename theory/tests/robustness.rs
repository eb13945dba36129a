//! Odd, extreme and wrong parameters: every prediction answers with a number or a typed error, never with NaN.

// Helpers of tests may fail like tests do.
#![allow(clippy::unwrap_used, clippy::panic)]

mod usual;

use std::time::{Duration, Instant};

use serde_json::{Map, Value as Json, json};
use solvable_theory::{TheoryError, catalog, nearest};
use usual::{DATA, on_data, usual};

fn odd() -> Vec<Json> {
    let numbers =
        [0.0, -1.0, 1.0, 2.0, 3.0, 1e-300, 1e-12, 0.5, 1e3, 1e9, 1e17, 1e150, 1e300, -1e300, 5e-324, 1e308];
    let mut values: Vec<Json> = numbers.iter().map(|&x| json!(x)).collect();
    values.extend([
        Json::Null,
        json!(true),
        json!(""),
        json!("NaN"),
        json!([]),
        json!([1]),
        json!([0, 1]),
        json!([1, 1]),
        json!([1e300, 1e-300]),
        json!([1u64 << 62, 1u64 << 62, 1u64 << 62]),
        json!([-1, 2, 3]),
        json!(["ln", "ln", "ln"]),
        json!(["ln", "bn", "bn"]),
        json!(["ms", null]),
        json!([[1, 2, 3, 4, 5], [1, 1, 1, 1, 1]]),
        json!([[1, 1, 1], [1, 1, 1], [1, 1, 1]]),
        json!([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]),
        json!([[1, 0.3], [0.3]]),
        json!([[1], [0.3]]),
        json!([[0, 0], [1, 2], [1, 1]]),
        json!([[1e300, 1], [1e-300, 0], [1, 1e300]]),
        json!("exact"),
        json!("bd"),
        json!("btd"),
        json!("btd_pinv"),
        json!("kfac_joint"),
        json!("unit"),
        json!("gd"),
        json!("diag"),
        json!([[1, 2, 3, 4, 6], [5, 1e150, 1, -1e150, 1]]),
        json!({"a": 1}),
        json!({"power": 1e300}),
        json!({"power": -1}),
        json!({"values": []}),
        json!({"values": [1, 0, -1]}),
        json!({"values": [1e300, 1e-300, 0]}),
        json!({"values": [0, 0, 0]}),
        json!([{"N": [0, 0]}]),
        json!([{"N": [1e30, 1]}]),
        json!([{"N": [1000000000u64, 1]}]),
        json!([{"N": [3, 3], "sigma2": [-1, 0]}, {"N": [3, 3], "delta": -1}]),
        json!([{"N": [40, 0]}]),
        json!([{"N": [3, 3], "speed": 1}]),
        json!([[1, 2], [2, 1]]),
        json!([[0, 0], [0, 0]]),
        json!([[1e300, 0], [0, 1e300]]),
        json!([0.5, 0.5, 0.5]),
        json!([1, 1, 1, 1]),
        json!([1, 1e-9, 0.999999999]),
        json!([1e150, 1e150, 1e150, 1e150]),
        json!([1e-300, 1, 1]),
        json!([[1, 0], [1, -1]]),
        json!([[1e300, 1e300], [1e-300, 1e-300], [0, 5e-324]]),
        json!([["1/0", "2"], ["x", "1"]]),
        json!([[1, 1], [0, 1]]),
        json!("gaussian"),
        json!("Orthogonal"),
        json!("linear"),
        json!("sine"),
        json!("gelu"),
        json!("tanh"),
        json!("erf(1e200)"),
        json!("erf(1e-200)"),
        json!("hard-tanh(1e-200)"),
        json!("hard-tanh(1e200)"),
        json!("shifted-relu(1e200)"),
        json!("shifted-relu(-1e200)"),
        json!("leaky-relu(1e200)"),
        json!("leaky-relu(0)"),
        json!("erf(inf)"),
    ]);
    values
}

fn assert_answered(prediction: &catalog::Prediction, given: &Map<String, Json>) {
    let context = || format!("{} {}", prediction.id, Json::from(given.clone()));
    match prediction.evaluate(given) {
        Ok(value) => assert!(!value.to_json().to_string().contains("NaN"), "{}", context()),
        Err(error) => assert!(!error.to_string().is_empty() && !error.kind().is_empty(), "{}", context()),
    }
}

#[test]
fn usual_parameters_are_answered() {
    for prediction in catalog::all() {
        let given: Map<String, Json> =
            prediction.parameters.iter().map(|p| (p.name.to_owned(), usual(prediction.id, p.name))).collect();
        assert_answered(&prediction, &given);
    }
}

#[test]
fn odd_parameters_never_give_nan() {
    for prediction in catalog::all() {
        let usual: Map<String, Json> =
            prediction.parameters.iter().map(|p| (p.name.to_owned(), usual(prediction.id, p.name))).collect();
        for parameter in prediction.parameters {
            for value in odd() {
                let mut given = usual.clone();
                given.insert(parameter.name.to_owned(), value.clone());
                assert_answered(&prediction, &given);
                // The same with an activation that needs no care at zero.
                if parameter.name != "activation" && usual.contains_key("activation") {
                    // A spectrum costs hundreds of quadratures where there is no closed form, and so do moments of a softmax.
                    let spectrum = usual.contains_key("kmax") || prediction.id == "spectra/ce-moments";
                    let activations = ["linear", "erf", "hard-tanh(1)"];
                    for activation in &activations[..if spectrum { 2 } else { 3 }] {
                        given.insert("activation".to_owned(), json!(activation));
                        assert_answered(&prediction, &given);
                    }
                }
            }
        }
    }
}

/// The predictions that take the spectrum of data in place of one of a source.
#[test]
fn odd_data_never_give_nan() {
    for prediction in DATA.map(|id| catalog::find(id).unwrap()) {
        let value = |name| on_data(name).unwrap_or_else(|| usual(prediction.id, name));
        let usual: Map<String, Json> =
            prediction.parameters.iter().map(|p| (p.name.to_owned(), value(p.name))).collect();
        assert!(
            prediction.evaluate(&usual).is_ok_and(|value| value.to_json().is_object()),
            "{}",
            prediction.id
        );
        for parameter in prediction.parameters {
            for value in odd() {
                let mut given = usual.clone();
                given.insert(parameter.name.to_owned(), value.clone());
                assert_answered(&prediction, &given);
            }
        }
    }
}

#[test]
fn missing_and_unknown_parameters_are_named() {
    for prediction in catalog::all() {
        let error = prediction.evaluate(json!({"speed": 1}).as_object().unwrap()).unwrap_err();
        assert!(error.to_string().contains("speed"), "{error}");
        if let Some(required) = prediction.parameters.iter().find(|p| p.default.is_none()) {
            let error = prediction.evaluate(&Map::new()).unwrap_err();
            assert!(error.to_string().contains(required.name), "{error}");
        }
    }
}

#[test]
fn ids_are_unique_and_every_entry_is_documented() {
    let all = catalog::all();
    for (i, prediction) in all.iter().enumerate() {
        assert!(all[..i].iter().all(|other| other.id != prediction.id), "{}", prediction.id);
        for text in [prediction.title, prediction.formula, prediction.value, prediction.validity] {
            assert!(!text.is_empty(), "{}", prediction.id);
        }
        assert!(!prediction.sources.is_empty(), "{}", prediction.id);
    }
}

/// Kernels of piecewise linear functions count as well: each is cheap, and a spectrum in hundreds of dimensions asks for many.
#[test]
fn deep_spectra_of_hard_tanh_are_refused_by_their_cost() {
    let given = json!({"activation": "hard-tanh(0.135)", "d": 707, "depth": 38, "kmax": 9, "sigma_b2": 0.1,
                       "sigma_w2": 1.35, "C": [[1.0]], "stages": [{"N": [5.0]}]});
    let start = Instant::now();
    let refused = catalog::find("cl/sphere-stages").unwrap().evaluate(given.as_object().unwrap());
    assert!(matches!(refused, Err(TheoryError::TooCostly { .. })), "{refused:?}");
    // Two seconds on an idle machine; a shared one may be four times as slow.
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
}

/// Quadratures count what they cost: a deep network of a steep function is refused, not waited for.
#[test]
fn deep_networks_of_steep_functions_are_refused_by_their_cost() {
    let prediction = catalog::find("cl/ntk-values").unwrap();
    let given = |depth: u32, limit: f64| {
        let given = json!({"activation": "tanh", "depth": depth, "sigma_w2": 39.0, "sigma_b2": 0.1, "t": [0.3],
                           "cost_limit": limit});
        prediction.evaluate(given.as_object().unwrap())
    };
    for (depth, most) in [(2, 5e3), (1105, 1e5)] {
        let refused = given(depth, most);
        assert!(matches!(refused, Err(TheoryError::TooCostly { limit, .. }) if limit == most), "{refused:?}");
    }
    assert!(given(2, 2e9).is_ok());
}

#[test]
fn slips_of_the_hand_find_their_name() {
    let known: Vec<&str> = catalog::all().iter().map(|p| p.id).collect();
    for (slip, meant) in [
        ("mf/fim-stat", "mf/fim-stats"),
        ("mf/fimstats", "mf/fim-stats"),
        ("mf/fim_stats", "mf/fim-stats"),
        ("fim-stats", "mf/fim-stats"),
        ("MF/KAPPA", "mf/kappa"),
        ("stepsize", "step-size"),
        ("step_size", "step-size"),
        ("iso/stepsize", "iso/step-size"),
    ] {
        assert!(
            nearest(slip, known.iter().copied()).contains(&meant),
            "{slip}: {:?}",
            nearest(slip, known.iter().copied())
        );
    }
    // Every name with two neighbours exchanged is found again.
    for name in &known {
        let mut letters: Vec<char> = name.chars().collect();
        let last = letters.len() - 1;
        letters.swap(last - 1, last);
        let slip: String = letters.into_iter().collect();
        if slip != *name {
            assert_eq!(nearest(&slip, known.iter().copied()).first(), Some(name), "{slip}");
        }
    }
}
