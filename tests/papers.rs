//! Every paper is complete: its claims, its figures, its sources.

#![allow(clippy::unwrap_used)]

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

/// A part has one name: of its rooms of theory and papers, its notes, its tests, its values and its bench.
#[test]
fn every_part_is_found_under_one_name() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for paper in papers::all() {
        let name = paper.name;
        for place in [
            format!("theory/src/{name}/mod.rs"),
            format!("theory/notes/{name}.md"),
            format!("theory/tests/reference/{name}.json"),
            format!("src/papers/{name}/mod.rs"),
            format!("tests/{name}.rs"),
        ] {
            assert!(root.join(&place).exists(), "{place}");
        }
    }
    let names: Vec<&str> = papers::all().iter().map(|paper| paper.name).collect();
    for folder in ["benches", "theory/notes", "theory/tests/reference", "src/papers"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let stem = entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
            let shared =
                ["common", "experiments", "mod", "kept", "real_data", "free_probability", "kernel_spectrum"];
            assert!(names.contains(&stem.as_str()) || shared.contains(&stem.as_str()), "{folder}/{stem}");
        }
    }
}
