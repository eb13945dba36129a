//! Kernels of any architecture against those of the library neural-tangents, recorded by `benches/peers/neural_tangents_values.py`, which says how its
//! conventions are translated.

// Helpers of tests may fail like tests do.
#![allow(clippy::unwrap_used, clippy::panic)]

use nalgebra::DMatrix;
use serde_json::Value as Json;
use solvable_theory::any_architecture::{Blueprint, Parametrization, kernels};

/// What both sides round, relative to the largest entry; measured $9\cdot10^{-16}$.
const ROUNDING: f64 = 1e-14;

/// For its tangent kernel of a sample with itself behind a kink, relative to the largest entry: there it takes the arc cosine of 1 less what rounding
/// leaves, off by the root of a rounding, up to $2\cdot10^{-9}$; measured $4\cdot10^{-10}$.
const PARALLEL: f64 = 3e-9;

#[derive(serde::Deserialize)]
struct Record {
    source: String,
    entries: Vec<Entry>,
}

#[derive(serde::Deserialize)]
struct Entry {
    architecture: Json,
    parametrization: String,
    inputs: Vec<Vec<f64>>,
    value: Value,
}

#[derive(serde::Deserialize)]
struct Value {
    gp: Vec<Vec<f64>>,
    tangent: Vec<Vec<f64>>,
}

/// Compares entries of sample pairs to a tolerance relative to the largest.
fn compare(
    found: &DMatrix<f64>,
    expected: &[Vec<f64>],
    tolerance: impl Fn(usize, usize) -> f64,
    context: &str,
) {
    let largest = expected.iter().flatten().fold(0.0f64, |m, x| m.max(x.abs()));
    assert_eq!(found.nrows(), expected.len(), "{context}");
    for (n, row) in expected.iter().enumerate() {
        for (m, expected) in row.iter().enumerate() {
            let (found, difference) = (found[(n, m)], (found[(n, m)] - expected).abs() / largest);
            assert!(
                difference <= tolerance(n, m),
                "{context}, samples {n}, {m}: expected {expected}, found {found}, off by {difference:e}"
            );
        }
    }
}

#[test]
fn kernels_are_those_of_neural_tangents() {
    let record: Record = serde_json::from_str(include_str!("reference/neural_tangents.json")).unwrap();
    for (number, entry) in record.entries.iter().enumerate() {
        let blueprint = Blueprint::read(&entry.architecture).unwrap();
        let parametrization = match entry.parametrization.as_str() {
            "standard" => Parametrization::Standard,
            "ntk" => Parametrization::Ntk,
            other => panic!("{other}"),
        };
        let found = kernels(&blueprint, &entry.inputs, parametrization).unwrap();
        let context = format!("{}, entry {number}, {}", record.source, entry.architecture["layers"]);
        let kinked = context.contains("relu");
        compare(&found.gp, &entry.value.gp, |_, _| ROUNDING, &format!("GP kernel, {context}"));
        let tolerance = |n, m| if kinked && n == m { PARALLEL } else { ROUNDING };
        compare(&found.tangent, &entry.value.tangent, tolerance, &format!("tangent kernel, {context}"));
    }
}
