//! Settings at the border: whatever a user puts into a field is run, or refused by the field's name; nothing panics.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;
use serde_json::{Value as Json, json};
use solvable::papers;
use solvable::verify::{Case, Claim, Engine, Options, Profile, TrialStore};

/// The cheapest case of every experiment.
fn cases() -> Vec<Case> {
    let mut cheapest: BTreeMap<String, Case> = BTreeMap::new();
    for claim in papers::all().iter().flat_map(|paper| &paper.claims) {
        for profile in [Profile::Quick, Profile::Full] {
            for case in claim.cases(profile).unwrap() {
                let key = case.requests[0].key.experiment.clone();
                let cost = |case: &Case| case.requests[0].cost;
                if cheapest.get(&key).is_none_or(|known| cost(known) > cost(&case)) {
                    cheapest.insert(key, case);
                }
            }
        }
    }
    cheapest.into_values().collect()
}

/// Pointers to all fields of `value`, innermost ones and lists.
fn fields(value: &Json, at: &str, found: &mut Vec<String>) {
    match value {
        Json::Object(inner) => inner.iter().for_each(|(name, v)| fields(v, &format!("{at}/{name}"), found)),
        Json::Array(items) => {
            found.push(at.to_owned());
            for (n, item) in items.iter().enumerate().take(2) {
                fields(item, &format!("{at}/{n}"), found);
            }
        }
        _ => found.push(at.to_owned()),
    }
}

/// What users put into fields.
fn slips() -> Vec<Json> {
    vec![
        json!(0),
        json!(1),
        json!(-1),
        json!(2),
        json!(0.5),
        json!(1e300),
        json!("a"),
        json!([]),
        json!(null),
    ]
}

#[test]
fn whatever_stands_in_a_field_is_run_or_refused() {
    let cases = cases();
    assert!(cases.len() > 60, "{} experiments", cases.len());
    let faults: Vec<String> = cases.par_iter().flat_map(faults_of).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

fn faults_of(case: &Case) -> Vec<String> {
    let request = &case.requests[0];
    let others: Vec<Json> = case.requests[1..].iter().map(|r| r.setting().clone()).collect();
    let mut pointers = Vec::new();
    fields(request.setting(), "", &mut pointers);
    let mut faults = Vec::new();
    let mut run = BTreeMap::new();
    for (pointer, slip) in pointers.iter().flat_map(|p| slips().into_iter().map(move |slip| (p, slip))) {
        let mut setting = request.setting().clone();
        *setting.pointer_mut(pointer).unwrap() = slip.clone();
        let named = format!("{} {pointer}={slip}", request.key.experiment);
        let given: Vec<Json> = [setting].into_iter().chain(others.clone()).collect();
        match catch_unwind(AssertUnwindSafe(|| case.at("", &given, 1))) {
            Err(_) => faults.push(format!("{named}: reading panics")),
            Ok(Err(error)) => {
                let message = error.to_string();
                if !message.starts_with("field `") {
                    faults.push(format!("{named}: {message}"));
                }
            }
            // Of each field two that are accepted, and cost no more than before, are run.
            Ok(Ok(changed))
                if changed.requests[0].cost <= request.cost && *run.entry(pointer).or_insert(0) < 2 =>
            {
                run.entry(pointer).and_modify(|count| *count += 1);
                if catch_unwind(AssertUnwindSafe(|| changed.requests[0].run_trial(0, 0))).is_err() {
                    faults.push(format!("{named}: a trial panics"));
                }
            }
            Ok(Ok(_)) => {}
        }
    }
    faults
}

/// `value` with one number of it a little larger: the ways to do that, in the order of the fields.
fn moved(value: &Json) -> Vec<Json> {
    let mut pointers = Vec::new();
    fields(value, "", &mut pointers);
    let larger = |pointer: &String| {
        let mut moved = value.clone();
        let field = moved.pointer_mut(pointer)?;
        *field = match field.as_u64() {
            Some(n) => json!(n + 1),
            None => json!(1.05 * field.as_f64()?),
        };
        Some(moved)
    };
    pointers.iter().rev().filter_map(larger).filter(|moved| moved != value).collect()
}

/// Every claim answers at a setting that is none of its own.
#[test]
fn every_claim_is_judged_at_a_setting_of_the_users_own() {
    let papers = papers::all();
    let claims: Vec<&Claim> = papers.iter().flat_map(|paper| &paper.claims).collect();
    let faults: Vec<String> = claims.par_iter().filter_map(|claim| fault_of(claim)).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

fn fault_of(claim: &Claim) -> Option<String> {
    let quick = claim.cases(Profile::Quick).unwrap();
    let cases = if quick.is_empty() { claim.cases(Profile::Full).unwrap() } else { quick };
    let cost = |case: &Case| case.requests.iter().map(|request| request.cost).sum::<f64>();
    let case = cases.iter().min_by(|a, b| cost(a).total_cmp(&cost(b)))?;
    let settings: Vec<Json> = case.requests.iter().map(|request| request.setting().clone()).collect();
    let mut refusals = Vec::new();
    // Where the theory refuses a setting (an integral too costly, no transition there), the next field is moved.
    for first in moved(&settings[0]) {
        let given: Vec<Json> = [first].into_iter().chain(settings[1..].iter().cloned()).collect();
        let Ok(changed) = case.at("moved", &given, 2) else { continue };
        let engine = Engine::new(TrialStore::in_memory(), Options::default());
        match engine.draw(&changed, 2, &(), || true).unwrap().result.error {
            None => return None,
            // A median asks for more than two.
            Some(error) if error.contains("needs at least") => return None,
            Some(error) => refusals.push(error),
        }
    }
    Some(format!("{}: no field can be moved: {}", claim.id, refusals.join("; ")))
}
