//! The recorded atlas: drawn from its recorded trials, complete, and answered with.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "common/alike.rs"]
mod common;

use std::path::Path;

use rayon::prelude::*;
use serde_json::{Value as Json, json};
use solvable::atlas::{self, Measured};
use solvable::map::{Map, MapPlan};
use solvable::papers;
use solvable::theory::catalog;
use solvable::verify::{Claim, Engine, Options, Profile, TrialStore, Verdict};

fn engine() -> Engine {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/recorded/maps.jsonl.gz");
    let store = TrialStore::read(&[path]).expect("the recorded trials are readable");
    assert!(store.warnings().is_empty(), "{:?}", store.warnings());
    Engine::new(store, Options { profile: Profile::Full, ..Options::default() })
}

fn plans() -> Vec<(MapPlan, Claim, &'static [solvable::verify::Knob])> {
    let mut plans = Vec::new();
    for paper in papers::all() {
        let mut claims = paper.claims;
        for plan in paper.maps {
            // A claim with several maps is built again.
            let position = claims.iter().position(|claim| claim.id == plan.claim);
            let claim = match position {
                Some(index) => claims.swap_remove(index),
                None => again(&plan.claim),
            };
            plans.push((plan, claim, paper.knobs));
        }
    }
    plans
}

fn again(id: &str) -> Claim {
    papers::all()
        .into_iter()
        .flat_map(|paper| paper.claims)
        .find(|claim| claim.id == id)
        .expect("a known claim")
}

#[test]
fn the_atlas_is_what_its_trials_say_today() {
    let engine = engine();
    let drawn: Vec<Map> = plans()
        .par_iter()
        .map(|(plan, claim, knobs)| {
            for request in plan.requests(claim, knobs).unwrap() {
                assert_eq!(engine.records(&request).len(), request.trials, "{}: {:?}", plan.id, request.key);
            }
            plan.chart(&engine, claim, knobs).unwrap()
        })
        .collect();
    let recorded = atlas::recorded();
    let ids = |maps: &[Map]| maps.iter().map(|map| map.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&drawn), ids(recorded));
    for (drawn, recorded) in drawn.iter().zip(recorded) {
        common::alike(
            &serde_json::to_value(drawn).unwrap(),
            &serde_json::to_value(recorded).unwrap(),
            &drawn.id,
        );
    }
    for part in papers::all().iter().filter(|paper| paper.id != "data") {
        let count = recorded.iter().filter(|map| map.id.starts_with(&format!("{}/", part.id))).count();
        assert!(count >= 2, "{}: {count} maps", part.id);
    }
}

#[test]
fn limits_are_told_from_other_limits() {
    let verdicts: Vec<Verdict> =
        atlas::recorded().iter().flat_map(|map| &map.columns).map(|column| column.verdict).collect();
    let count = |verdict| verdicts.iter().filter(|v| **v == verdict).count();
    assert!(count(Verdict::Confirmed) >= 10, "{verdicts:?}");
    // A theory that is off by twice its margin at every size has another limit.
    for map in atlas::recorded() {
        for (number, column) in map.columns.iter().enumerate() {
            let (Verdict::Confirmed, Some(found)) =
                (column.verdict, map.column(number).iter().rev().find_map(|cell| cell.found.as_ref()))
            else {
                continue;
            };
            let mut points = map.points(number);
            points.iter_mut().for_each(|point| point.value += 2.0 * found.margin.high);
            let limit = solvable::map::limit(&points, 0.01).unwrap().value;
            assert!(limit.low > 0.0, "{} column {number}: {limit:?}", map.id);
        }
    }
}

fn asked(id: &str, parameters: Json, size: Option<f64>) -> (Json, Vec<atlas::FiniteSize>) {
    let prediction = catalog::find(id).unwrap();
    let parameters = parameters.as_object().unwrap();
    let value = prediction.evaluate(parameters).unwrap().to_json();
    let found = atlas::finite_size(&prediction, parameters, &value, size);
    (value, found)
}

#[test]
fn headline_predictions_carry_their_measured_corrections() {
    let cases = [
        ("step-size", json!({"activation": "relu", "depth": 4, "width": 200}), None, "mf/map-step-size"),
        (
            "mf/fim-stats",
            json!({"activation": "relu", "widths": [100, 100, 100, 1], "N": 100, "sigma_w2": 2, "sigma_b2": 0,
                   "train_bias": true}),
            None,
            "mf/map-step-size",
        ),
        (
            "norm/edge-proportional",
            json!({"activation": "linear", "widths": [80, 80, 80, 1], "N": 80, "sigma_w2": 1, "sigma_b2": 0}),
            None,
            "norm/map-edge",
        ),
        (
            "norm/last-mean-subtraction",
            json!({"activation": "tanh", "widths": [300, 300, 300, 2], "N": 16, "sigma_w2": 3, "sigma_b2": 0.64}),
            None,
            "norm/map-last-ms",
        ),
        (
            "iso/step-size",
            json!({"activation": "hard-tanh(1)", "q0": 0.25, "sigma_w2": 1, "depth": 12,
                   "ensemble": "orthogonal"}),
            Some(100.0),
            "iso/map-step-size",
        ),
        ("ngd/alpha", json!({"method": "bd", "depth": 3, "N": 32}), Some(100.0), "ngd/map-alpha-bd"),
        ("ngd/alpha", json!({"method": "kfac", "depth": 3, "N": 32}), Some(100.0), "ngd/map-alpha-kfac"),
        (
            "cl/two-task",
            json!({"P": 100, "lambda": {"power": 1.5}, "N1": 20, "N2": 8, "rho": 0.7}),
            None,
            "cl/map-two-task",
        ),
        (
            "spa/fixed-point",
            json!({"psi": 2, "r2": 1, "sigma2": 0.25, "s2": 1, "tau": 0.3}),
            Some(50.0),
            "spa/map-fixed-point",
        ),
    ];
    for (id, parameters, size, expected) in cases {
        let (_, found) = asked(id, parameters, size);
        match &found[..] {
            [atlas::FiniteSize { measured: Measured::At { map, value, discrepancy, .. }, .. }] => {
                assert_eq!(*map, expected, "{id}");
                assert!(value.low <= value.value && value.value <= value.high, "{id}: {value:?}");
                assert!(discrepancy.value.abs() < 0.6, "{id}: {discrepancy:?}");
            }
            other => panic!("{id}: {other:?}"),
        }
    }
    // The map measures the outlier's formula; where another one answers, it says nothing.
    let (value, found) = asked("step-size", json!({"activation": "relu", "depth": 4, "width": 200}), None);
    let Measured::At { value: measured, discrepancy, .. } = &found[0].measured else { panic!("{found:?}") };
    let ratio = measured.value / value["lambda_max"].as_f64().unwrap();
    assert!((ratio / (1.0 + discrepancy.value) - 1.0).abs() < 1e-12);
    let (value, found) = asked("step-size", json!({"activation": "relu", "depth": 4, "width": 32}), None);
    assert_ne!(value["formula"], "mf/fim-stats");
    assert!(matches!(found[0].measured, Measured::Uncovered { .. }), "{found:?}");
    // Whole numbers may be spelt with a point, and mean what they say.
    let (_, found) = asked("ngd/alpha", json!({"method": "bd", "depth": 5.0, "N": 32}), Some(100.0));
    assert!(matches!(found[0].measured, Measured::Uncovered { .. }), "{found:?}");
}

#[test]
fn what_no_map_covers_says_why() {
    let cases = [
        (json!({"activation": "tanh", "depth": 4, "width": 200}), "activation is \"tanh\""),
        (json!({"activation": "relu", "depth": 7, "width": 200}), "depth is 7"),
        (json!({"activation": "relu", "depth": 4, "width": 5000}), "width is 5000, the map goes from"),
        (json!({"activation": "relu", "depth": 4, "width": 200, "classes": 3}), "the number of outputs is 3"),
        (
            json!({"activation": "relu", "depth": 4, "width": 200, "normalization": "last-bn"}),
            "normalization is",
        ),
        (json!({"activation": "relu", "widths": [50, 60, 50, 50, 1]}), "the widths are not equal"),
    ];
    for (parameters, expected) in cases {
        let (_, found) = asked("step-size", parameters.clone(), None);
        match &found[0].measured {
            Measured::Uncovered { reasons, .. } => {
                assert!(reasons.iter().any(|reason| reason.contains(expected)), "{parameters}: {reasons:?}");
            }
            other => panic!("{parameters}: {other:?}"),
        }
    }
    // What is not given is not taken for the map's.
    let found = asked("ngd/alpha", json!({"method": "bd", "depth": 3}), Some(100.0)).1;
    let Measured::Uncovered { map, reasons } = &found[0].measured else { panic!("{found:?}") };
    assert_eq!((*map, &reasons[..]), ("ngd/map-alpha-bd", &["N is not given, in the map 32".to_owned()][..]));
    let over = asked("ngd/alpha", json!({"method": "bd", "depth": 3, "N": 32}), None).1;
    assert!(matches!(over[0].measured, Measured::Over { .. }), "{over:?}");
    assert!(
        asked(
            "mf/kappa",
            json!({"activation": "relu", "alphas": [1, 1, 1], "sigma_w2": 2, "sigma_b2": 0}),
            None
        )
        .1
        .is_empty()
    );
}
