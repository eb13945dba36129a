//! Every paper is complete: its claims, its figures, its sources.

#![allow(clippy::unwrap_used, clippy::panic)]

use solvable::papers;
use solvable::theory::bibliography;
use solvable::verify::{Engine, Options, Profile, TrialStore};

#[test]
fn figures_say_which_trials_they_miss() {
    for paper in papers::all() {
        for plan in paper.figures.iter().filter(|p| !p.requests(Profile::Quick).unwrap().is_empty()) {
            let engine = Engine::new(TrialStore::in_memory(), Options::default());
            let message = plan.figure(&engine).unwrap_err().to_string();
            assert!(message.contains("no trials of"), "{}: {message}", plan.id);
        }
    }
}

#[test]
fn every_source_of_a_claim_has_an_entry() {
    let known = bibliography::ALL;
    for paper in papers::all() {
        let cited = paper.claims.iter().flat_map(|claim| claim.sources.iter().map(String::as_str));
        for key in cited.chain(paper.sources.iter().map(|source| source.key)) {
            assert!(known.iter().any(|source| source.key == key), "{key}");
        }
    }
    let mut keys: Vec<&str> = known.iter().map(|source| source.key).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), known.len(), "a key is given twice");
}

#[test]
fn every_claim_is_complete_in_both_profiles() {
    for paper in papers::all() {
        assert!(!paper.claims.is_empty() && !paper.figures.is_empty());
        for claim in &paper.claims {
            assert!(claim.id.starts_with(&format!("{}/", paper.id)), "{}", claim.id);
            assert!(!claim.formula.is_empty() && !claim.sources.is_empty(), "{}", claim.id);
            for profile in [Profile::Quick, Profile::Full] {
                let cases = claim.cases(profile).unwrap();
                let labels: std::collections::BTreeSet<_> = cases.iter().map(|c| &c.label).collect();
                assert_eq!(labels.len(), cases.len(), "{}: labels are unique", claim.id);
                // The quick profile may leave a claim out; the full one may not.
                assert!(profile == Profile::Quick || !cases.is_empty(), "{} has no cases", claim.id);
            }
        }
    }
}

/// What names a setting in the store is also how a user gives one: it is read back to the byte, and found valid.
#[test]
fn every_setting_is_read_back_from_its_own_name() {
    for paper in papers::all() {
        for claim in &paper.claims {
            for profile in [Profile::Quick, Profile::Full] {
                for case in claim.cases(profile).unwrap() {
                    let settings: Vec<_> = case.requests.iter().map(|r| r.setting().clone()).collect();
                    let again = case.at(&case.label, &settings, 1);
                    let again = again.unwrap_or_else(|error| panic!("{} {}: {error}", claim.id, case.label));
                    assert_eq!(again.margin, case.margin, "{}", claim.id);
                    for (again, own) in again.requests.iter().zip(&case.requests) {
                        assert_eq!(again.key, own.key, "{}", claim.id);
                    }
                }
            }
        }
    }
}
