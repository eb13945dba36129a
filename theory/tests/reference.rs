//! Every reference value, evaluated through the catalog and compared to its stated digits.

// Helpers of tests may fail like tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Map, Value as Json};
use solvable_theory::catalog;

/// Values that vanish exactly.
const ZERO: f64 = 1e-12;

#[derive(serde::Deserialize)]
struct Entry {
    id: String,
    params: Map<String, Json>,
    value: Option<Json>,
    error: Option<String>,
    digits: Option<i32>,
}

fn compare(expected: &Json, found: &Json, tolerance: f64, context: &str) {
    match (expected, found) {
        (Json::Array(expected), Json::Array(found)) => {
            assert_eq!(expected.len(), found.len(), "{context}");
            for (expected, found) in expected.iter().zip(found) {
                compare(expected, found, tolerance, context);
            }
        }
        (Json::Number(expected), Json::Number(found)) => {
            let (expected, found) = (expected.as_f64().unwrap(), found.as_f64().unwrap());
            let allowed = if expected == 0.0 { ZERO } else { tolerance * expected.abs() };
            assert!((found - expected).abs() <= allowed, "{context}: expected {expected}, found {found}");
        }
        _ => assert_eq!(expected, found, "{context}"),
    }
}

fn check(file: &str) {
    let entries: Vec<Entry> = serde_json::from_str(file).unwrap();
    for Entry { id, params, value, error, digits } in entries {
        let context = format!("{id} {}", Json::from(params.clone()));
        let prediction = catalog::find(&id).unwrap();
        let result = prediction.evaluate(&params);
        match (value, error) {
            (Some(expected), None) => {
                let tolerance = 10f64.powi(-digits.unwrap());
                let found = result.unwrap_or_else(|error| panic!("{context}: {error}"));
                compare(&expected, &found.to_json(), tolerance, &context);
            }
            (None, Some(reason)) => {
                let error = result.map(|value| value.to_json()).expect_err(&context);
                assert!(error.to_string().len() > 10, "{context}: {error} should say why ({reason})");
            }
            _ => panic!("{context}: neither value nor error"),
        }
    }
}

#[test]
fn mean_field_values_are_reproduced() {
    check(include_str!("reference/mean-field.json"));
}

#[test]
fn normalization_values_are_reproduced() {
    check(include_str!("reference/normalization.json"));
}
