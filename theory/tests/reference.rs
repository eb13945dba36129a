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
    /// The isotropy constant, where one is stated beside the value.
    alpha: Option<f64>,
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
        (Json::Object(expected), Json::Object(found)) => {
            assert!(expected.keys().eq(found.keys()), "{context}");
            for (expected, found) in expected.values().zip(found.values()) {
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

/// The numbers of a value, row by row.
fn numbers(value: &Json) -> Vec<f64> {
    match value {
        Json::Array(values) => values.iter().flat_map(numbers).collect(),
        other => vec![other.as_f64().unwrap_or_else(|| panic!("{other} is not a number"))],
    }
}

/// Compares matrices to a tolerance relative to the largest entry, field by field.
fn compare_norms(expected: &Json, found: &Json, tolerance: f64, context: &str) {
    if let (Json::Object(expected), Json::Object(found)) = (expected, found) {
        assert_eq!(expected.len(), found.len(), "{context}");
        for (name, expected) in expected {
            compare_norms(expected, &found[name], tolerance, context);
        }
        return;
    }
    let (expected, found) = (numbers(expected), numbers(found));
    assert_eq!(expected.len(), found.len(), "{context}");
    let largest = expected.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    for (e, f) in expected.iter().zip(&found) {
        assert!((f - e).abs() <= tolerance * largest, "{context}: expected {e}, found {f}");
    }
}

/// The isotropy constant that belongs to the parameters of another prediction.
fn alpha_of(id: &str, params: &Map<String, Json>) -> f64 {
    let method = if id == "ngd/btd-coefficients" { Json::from("btd") } else { params["method"].clone() };
    let mut question =
        Map::from_iter([("method".to_owned(), method), ("depth".to_owned(), params["depth"].clone())]);
    if let Some(rows) = params.get("cos_train").and_then(Json::as_array) {
        question.insert("N".to_owned(), rows.len().into());
    }
    catalog::find("ngd/alpha").unwrap().evaluate(&question).unwrap().to_json().as_f64().unwrap()
}

fn check(file: &str) {
    check_with(file, &|expected, found, digits, context| {
        compare(expected, found, 10f64.powi(-digits), context);
    });
}

fn check_with(file: &str, compare: &dyn Fn(&Json, &Json, i32, &str)) {
    let entries: Vec<Entry> = serde_json::from_str(file).unwrap();
    for Entry { id, params, alpha, value, error, digits } in entries {
        if let Some(alpha) = alpha {
            assert_eq!(alpha_of(&id, &params), alpha, "{id}");
        }
        let context = format!("{id} {}", Json::from(params.clone()));
        let prediction = catalog::find(&id).unwrap();
        let result = prediction.evaluate(&params);
        match (value, error) {
            (Some(expected), None) => {
                let found = result.unwrap_or_else(|error| panic!("{context}: {error}"));
                compare(&expected, &found.to_json(), digits.unwrap(), &context);
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
    check(include_str!("reference/mean_field.json"));
}

#[test]
fn normalization_values_are_reproduced() {
    check(include_str!("reference/normalization.json"));
}

#[test]
fn natural_gradient_values_are_reproduced() {
    check_with(include_str!("reference/natural_gradient.json"), &|expected, found, digits, context| {
        compare_norms(expected, found, 10f64.powi(1 - digits), context);
    });
}

/// Degree weights have an absolute error floor, kernel values too where they vanish; all else is relative.
#[test]
fn continual_learning_values_are_reproduced() {
    check_with(include_str!("reference/continual_learning.json"), &|expected, found, digits, context| {
        if context.starts_with("cl/ntk") {
            for (e, f) in numbers(expected).iter().zip(&numbers(found)) {
                assert!((f - e).abs() <= 1e-10 * e.abs().max(1.0), "{context}: expected {e}, found {f}");
            }
        } else {
            compare_norms(expected, found, 10f64.powi(-digits.min(12)), context);
        }
    });
}

/// Transforms are relative to their modulus, moments carry the rounding of a few operations.
#[test]
fn dynamical_isometry_values_are_reproduced() {
    check_with(include_str!("reference/dynamical_isometry.json"), &|expected, found, digits, context| {
        if context.starts_with("iso/cauchy") || context.starts_with("iso/depth") {
            compare_norms(expected, found, 10f64.powi(1 - digits), context);
        } else {
            compare(expected, found, 10f64.powi(1 - digits), context);
        }
    });
}

/// Sums over outputs carry the rounding of their number.
#[test]
fn pathological_spectra_values_are_reproduced() {
    check_with(include_str!("reference/pathological_spectra.json"), &|expected, found, digits, context| {
        compare(expected, found, 10f64.powi(1 - digits), context);
    });
}

/// Vectors to their largest entry.
#[test]
fn gradient_regularization_values_are_reproduced() {
    check_with(
        include_str!("reference/gradient_regularization.json"),
        &|expected, found, digits, context| {
            compare_norms(expected, found, 10f64.powi(1 - digits), context);
        },
    );
}

#[test]
fn attention_boltzmann_values_are_reproduced() {
    check_with(include_str!("reference/attention_boltzmann.json"), &|expected, found, digits, context| {
        compare_norms(expected, found, 10f64.powi(1 - digits).max(1e-12), context);
    });
}

/// Everything to its digits; training curves to the same number of decimals, as they fall over many decades.
#[test]
fn self_paced_augmentation_values_are_reproduced() {
    check_with(
        include_str!("reference/self_paced_augmentation.json"),
        &|expected, found, digits, context| {
            if context.starts_with("spa/flow") {
                for (e, f) in numbers(expected).iter().zip(&numbers(found)) {
                    assert!((f - e).abs() <= 10f64.powi(-digits), "{context}: expected {e}, found {f}");
                }
            } else {
                compare(expected, found, 10f64.powi(-digits), context);
            }
        },
    );
}

/// Matrices and modes to their largest entry, numbers to their digits.
#[test]
fn any_architecture_values_are_reproduced() {
    check_with(include_str!("reference/any_architecture.json"), &|expected, found, digits, context| {
        let tolerance = 10f64.powi(1 - digits);
        if context.starts_with("arch/kernels") || context.starts_with("arch/spatial-modes") {
            compare_norms(expected, found, tolerance, context);
        } else {
            compare(expected, found, tolerance, context);
        }
    });
}

/// Errors to ten digits, or to 12 digits of the largest of their curve, as training errors fall over many decades; times, ridges and steps, at which errors
/// are stationary, to fewer.
#[test]
fn learning_in_time_values_are_reproduced() {
    check_with(include_str!("reference/learning_in_time.json"), &|expected, found, digits, context| {
        let stationary = ["dyn/early-stopping", "dyn/schedule", "dyn/batch-steps", "dyn/distill-"];
        if stationary.iter().any(|id| context.starts_with(id)) {
            let tolerance: f64 = if context.starts_with("dyn/schedule ") { 1e-6 } else { 1e-8 };
            return compare(expected, found, tolerance.max(10f64.powi(1 - digits)), context);
        }
        let (expected, found) = (numbers(expected), numbers(found));
        assert_eq!(expected.len(), found.len(), "{context}");
        let largest = expected.iter().fold(0.0f64, |m, x| m.max(x.abs()));
        for (e, f) in expected.iter().zip(&found) {
            let allowed = (1e-10 * e.abs()).max(1e-12 * largest);
            assert!((f - e).abs() <= allowed, "{context}: expected {e}, found {f}");
        }
    });
}

/// Lists to their largest entry.
#[test]
fn memories_and_mixing_values_are_reproduced() {
    check_with(include_str!("reference/memories_and_mixing.json"), &|expected, found, digits, context| {
        compare_norms(expected, found, 10f64.powi(1 - digits).max(1e-12), context);
    });
}
