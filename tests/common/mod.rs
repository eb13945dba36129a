//! The reproduction of one part, shared by the tests of all parts.

/// The four tests of a part.
macro_rules! reproduction {
    ($part:literal) => {
        #[test]
        fn fresh_quick_trials_confirm_every_claim_and_refute_every_rival() {
            common::fresh_quick_trials_confirm($part);
        }

        #[test]
        fn recorded_full_trials_confirm_every_claim() {
            common::recorded_full_trials_confirm($part);
        }

        #[test]
        fn recorded_trials_are_of_todays_experiments() {
            common::recorded_trials_are_of_todays_experiments($part);
        }

        #[test]
        fn predictions_are_unchanged() {
            common::predictions_are_unchanged($part);
        }
    };
}

use std::path::Path;

use solvable::papers::{self, Paper};
use solvable::theory::catalog;
use solvable::verify::{Breakage, Claim, Engine, Options, Profile, Request, Results, TrialStore, Verdict};

fn paper(part: &str) -> Paper {
    papers::all().into_iter().find(|p| p.id == part).expect("a known part")
}

pub fn claims(part: &str) -> Vec<Claim> {
    paper(part).claims
}

/// Runs the quick trials of a part and asserts that every claim stands and every rival falls; then breaks every
/// prediction and asserts that the same trials refute it.
pub fn fresh_quick_trials_confirm(part: &str) {
    let claims = claims(part);
    let engine = Engine::new(TrialStore::in_memory(), Options::default());
    let results = engine.verify(&claims, &()).expect("an in-memory store cannot fail");
    assert_stands(&results);
    assert_broken_claims_fall(&engine, &claims);
    assert_rivals_would_stand(&engine, &claims);
}

/// Judges the recorded full-profile trials of a part by the theory of today.
pub fn recorded_full_trials_confirm(part: &str) {
    let store = TrialStore::read(&[recorded(part)]).expect("the recorded trials are readable");
    assert!(store.warnings().is_empty(), "{:?}", store.warnings());
    let engine = Engine::new(store, Options { profile: Profile::Full, ..Options::default() });
    let claims = claims(part);
    for request in engine.requests(&claims) {
        assert_eq!(engine.records(&request).len(), request.trials, "recorded trials of {:?}", request.key);
    }
    let results = engine.judge(&claims, &Default::default());
    assert_stands(&results);
    assert_broken_claims_fall(&engine, &claims);
    insta::with_settings!({ snapshot_path => "../../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(format!("{part}-full"), summary(&results));
    });
}

/// The recorded trials are those of the experiments as they are now: an experiment that was changed without a new
/// version betrays itself here. Five cheap trials of each kind are run again: two have to come out as they did,
/// and the middle one nearly so. What counts steps or events can gain or lose one where a product is rounded otherwise.
pub fn recorded_trials_are_of_todays_experiments(part: &str) {
    const AGAIN: usize = 5;
    let store = TrialStore::read(&[recorded(part)]).expect("the recorded trials are readable");
    let engine = Engine::new(store, Options { profile: Profile::Full, ..Options::default() });
    let mut requests = engine.requests(&claims(part));
    requests.sort_by(|a, b| a.key.experiment.cmp(&b.key.experiment).then(a.cost.total_cmp(&b.cost)));
    requests.dedup_by(|b, a| a.key == b.key);
    let kinds: Vec<_> = requests.chunk_by(|a, b| a.key.experiment == b.key.experiment).collect();
    assert!(kinds.len() > 2);
    for of_kind in kinds {
        let distance = |(request, trial): (&Request, u64)| {
            let streams = engine.store().streams(request, 0, trial).expect("a recorded trial");
            let again = request.run_trial_of(streams, trial, 0).expect("a recorded trial runs again");
            engine.records(request)[trial as usize].distance(&again)
        };
        let trials = of_kind.iter().flat_map(|request| (0..request.trials as u64).map(move |t| (request, t)));
        let mut distances: Vec<f64> = trials.take(AGAIN).map(distance).collect();
        distances.sort_by(f64::total_cmp);
        let (same, middle) = (distances[1.min(distances.len() - 1)], distances[distances.len() / 2]);
        assert!(same < 1e-6 && middle < 0.01, "{}: {distances:?}", of_kind[0].key.experiment);
    }
}

/// The predictions behind the claims, as numbers.
pub fn predictions_are_unchanged(part: &str) {
    let name = paper(part).name;
    let text = std::fs::read_to_string(manifest().join(format!("theory/tests/reference/{name}.json")))
        .expect("the reference file");
    let entries: Vec<serde_json::Value> = serde_json::from_str(&text).expect("JSON");
    let mut table = String::new();
    for entry in &entries {
        let id = entry["id"].as_str().expect("an id");
        let params = entry["params"].as_object().expect("parameters");
        let value = match catalog::find(id).and_then(|p| p.evaluate(params)) {
            Ok(value) => rounded(&value.to_json()),
            Err(error) => format!("{}: {error}", error.kind()),
        };
        table += &format!("{id} {}\n    {value}\n", entry["params"]);
    }
    insta::with_settings!({ snapshot_path => "../../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(format!("{part}-predictions"), table);
    });
}

fn assert_stands(results: &Results) {
    for claim in &results.claims {
        for case in &claim.cases {
            assert_eq!(case.verdict, Verdict::Confirmed, "{} [{}]: {case:#?}", claim.id, case.label);
            assert!(!case.rivals.is_empty(), "{} [{}] has no rival", claim.id, case.label);
            for rival in &case.rivals {
                assert_eq!(
                    rival.judgement.verdict,
                    Verdict::Refuted,
                    "{} [{}] {}",
                    claim.id,
                    case.label,
                    rival.name
                );
            }
        }
    }
}

fn assert_broken_claims_fall(engine: &Engine, claims: &[Claim]) {
    let too_large = engine.judge_broken(claims, Breakage::TooLarge).claims;
    let too_small = engine.judge_broken(claims, Breakage::TooSmall).claims;
    for (large, small) in too_large.iter().zip(&too_small) {
        for (up, down) in large.cases.iter().zip(&small.cases) {
            // A margin that leans to one side may leave the other direction open; it may never confirm it.
            let verdicts = [up.claim.verdict, down.claim.verdict];
            assert!(!verdicts.contains(&Verdict::Confirmed), "{} [{}]: {verdicts:?}", large.id, up.label);
            assert!(verdicts.contains(&Verdict::Refuted), "{} [{}]: {verdicts:?}", large.id, up.label);
        }
    }
}

/// Each rival takes the place of its claim, and the measurement is moved to it: the rival has to stand, and the claim to
/// fall, or the trials could not have told them apart.
fn assert_rivals_would_stand(engine: &Engine, claims: &[Claim]) {
    let exchanges = engine.exchanges(claims).expect("judged claims can be exchanged");
    assert!(exchanges.len() >= claims.len());
    for (id, label, exchange) in exchanges {
        assert_eq!(exchange.as_truth.verdict, Verdict::Confirmed, "{id} [{label}] {}", exchange.rival);
        assert_eq!(exchange.claim.verdict, Verdict::Refuted, "{id} [{label}] {}", exchange.rival);
    }
}

fn manifest() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn recorded(part: &str) -> std::path::PathBuf {
    manifest().join(format!("snapshots/recorded/{part}.jsonl.gz"))
}

/// Verdicts and predictions; measurements are left out, their last digits being those of one machine.
fn summary(results: &Results) -> String {
    let mut text = String::new();
    for claim in &results.claims {
        text += &format!("{} {} ({}, {})\n", claim.verdict, claim.id, claim.statistic, claim.comparison);
        for case in &claim.cases {
            let refuted = case.rivals.iter().filter(|r| r.judgement.verdict == Verdict::Refuted).count();
            let margin = case.claim.components.first().map(|c| c.margin);
            let margin = margin.map_or_else(String::new, |m| format!("[{}, {}]", m.low, m.high));
            text += &format!(
                "    {}: {:?} trials, margin {margin}, rivals refuted {refuted}/{}\n",
                case.label,
                case.trials,
                case.rivals.len()
            );
        }
    }
    text
}

/// Nine significant digits: fewer than any platform's rounding, more than any change of a theory.
fn rounded(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Number(n) => format!("{:.8e}", n.as_f64().unwrap_or(f64::NAN) + 0.0),
        serde_json::Value::Array(items) => {
            format!("[{}]", items.iter().map(rounded).collect::<Vec<_>>().join(", "))
        }
        serde_json::Value::Object(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|(name, value)| format!("{name}: {}", rounded(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}
