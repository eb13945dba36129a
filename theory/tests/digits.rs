//! Digits that survive: every reference value keeps the digits that its file states.

// Helpers of tests may fail like tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Map, Value as Json};
use solvable_theory::catalog;

#[derive(serde::Deserialize)]
struct Entry {
    id: String,
    params: Map<String, Json>,
    value: Option<Json>,
    digits: Option<u32>,
}

/// Whether a number is zero, or zero to rounding beside the others.
fn holds_zero(value: &Json) -> bool {
    fn collect(value: &Json, all: &mut Vec<f64>) {
        match value {
            Json::Number(x) => all.push(x.as_f64().unwrap().abs()),
            Json::Array(items) => items.iter().for_each(|item| collect(item, all)),
            Json::Object(fields) => fields.values().for_each(|item| collect(item, all)),
            _ => (),
        }
    }
    let mut all = Vec::new();
    collect(value, &mut all);
    let largest = all.iter().copied().fold(0.0, f64::max);
    all.iter().any(|x| *x <= 1e-12 * largest)
}

#[test]
fn reference_values_keep_their_digits() {
    let files = [
        include_str!("reference/mean_field.json"),
        include_str!("reference/normalization.json"),
        include_str!("reference/natural_gradient.json"),
        include_str!("reference/continual_learning.json"),
        include_str!("reference/dynamical_isometry.json"),
        include_str!("reference/pathological_spectra.json"),
        include_str!("reference/gradient_regularization.json"),
        include_str!("reference/attention_boltzmann.json"),
        include_str!("reference/self_paced_augmentation.json"),
        include_str!("reference/any_architecture.json"),
        include_str!("reference/learning_in_time.json"),
        include_str!("reference/memories_and_mixing.json"),
    ];
    let mut lost = Vec::new();
    for entry in files.iter().flat_map(|file| serde_json::from_str::<Vec<Entry>>(file).unwrap()) {
        if entry.value.is_none() {
            continue;
        }
        let context = format!("{} {}", entry.id, Json::from(entry.params.clone()));
        let stated = entry.digits.unwrap();
        match catalog::find(&entry.id).unwrap().answer(&entry.params) {
            // Two digits of room, and for values whose inputs lie where digits are lost by nature; training errors are right to digits of
            // their start, not of what is left at late times.
            Ok(answer)
                if answer.digits + if entry.id.starts_with("dyn/") { 5 } else { 2 } >= stated.min(13) =>
            {
                let zeros = holds_zero(entry.value.as_ref().unwrap());
                assert!(answer.vanishing.is_empty() || zeros, "{context}: {:?}", answer.vanishing)
            }
            Ok(answer) => lost.push(format!("{} of {stated} {context}", answer.digits)),
            Err(error) => lost.push(format!("{context}: {error}")),
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

/// Problems whose inputs hold too few digits for an answer: refused, with the parameter to change.
#[test]
fn lost_digits_are_refused_with_the_parameter_to_change() {
    let lost = [(
        "mf/kernel-pair",
        serde_json::json!({"activation": "sine", "q1": 1e17, "q2": 1e17, "q12": 9.999_999_999_999_998e16}),
    )];
    for (id, params) in lost {
        let error = catalog::find(id).unwrap().answer(params.as_object().unwrap()).unwrap_err();
        assert_eq!(error.kind(), "loss-of-precision", "{id}: {error}");
        assert!(error.to_string().contains(id) && error.to_string().contains('`'), "{error}");
    }
}

/// Integers, words and flags never move; what only they decide keeps every digit.
#[test]
fn integers_do_not_move() {
    let given = serde_json::json!({"method": "kfac", "depth": 3, "N": 100});
    assert_eq!(catalog::find("ngd/alpha").unwrap().answer(given.as_object().unwrap()).unwrap().digits, 15);
}
