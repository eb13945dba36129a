//! Explorable figures hold together: every question is one that the theory answers, and measurements are where they are said to be.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "common/alike.rs"]
mod common;

use std::fs;
use std::path::Path;

use serde_json::Value as Json;
use solvable::verify::{Engine, Options, Profile, TrialStore};
use solvable::{explore, papers};
use solvable_explore::{Detail, Explorable, Range};

fn recorded() -> Vec<Explorable> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/recorded");
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let store = TrialStore::read(&files).unwrap();
    let engine = Engine::new(store, Options { profile: Profile::Full, ..Options::default() });
    explore::over(&engine).unwrap()
}

/// `snapshots/explorables.json` is what pages show: drawn from the recorded trials by the theory of today. With `EXPLORE_UPDATE` set
/// it is written anew.
#[test]
fn the_recorded_figures_are_those_of_today() {
    let figures = recorded();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/explorables.json");
    if std::env::var_os("EXPLORE_UPDATE").is_some() {
        let lines: Vec<String> =
            figures.iter().map(|figure| serde_json::to_string(figure).unwrap()).collect();
        fs::write(&path, format!("[\n{}\n]\n", lines.join(",\n"))).unwrap();
    }
    let stored: Json = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    common::alike(&stored, &serde_json::to_value(&figures).unwrap(), "");
}

/// With `EXPLORE` naming a folder the pictures are written there, to be looked at.
#[test]
fn every_figure_draws_over_its_measurements() {
    for figure in recorded() {
        let picture = figure.picture(&figure.start(), Detail::Fine).unwrap();
        let id = &figure.id;
        assert!(picture.problems.is_empty(), "{id}: {:?}", picture.problems);
        assert!(picture.readouts.iter().all(|shown| shown.value.is_some()), "{id}: {:?}", picture.readouts);
        assert!(picture.measured > 0, "{id} starts where nothing was measured");
        assert!(figure.knobs.len() >= 2, "{id} has too few knobs");
        if let Some(folder) = std::env::var_os("EXPLORE") {
            fs::create_dir_all(&folder).unwrap();
            let name = Path::new(&folder).join(explore::anchor(id));
            fs::write(name.with_extension("svg"), solvable::report::render_svg(&picture.figure).unwrap())
                .unwrap();
            fs::write(name.with_extension("json"), serde_json::to_string(&figure).unwrap()).unwrap();
            println!("{id}: {} measured settings, {:?}", figure.measured.len(), picture.readouts);
        }
    }
}

#[test]
fn every_part_has_a_figure_to_move_under_its_own_name() {
    let figures = explore::recorded();
    for part in papers::all() {
        assert!(figures.iter().any(|figure| figure.id.starts_with(&format!("{}/", part.id))), "{}", part.id);
    }
    let ids: std::collections::BTreeSet<_> = figures.iter().map(|figure| &figure.id).collect();
    assert_eq!(ids.len(), figures.len());
}

/// A knob at its ends is answered or refused by name, and most of what is shown there can be computed.
#[test]
fn knobs_move_from_end_to_end() {
    for figure in recorded() {
        for knob in &figure.knobs {
            let ends = match &knob.range {
                Range::Real { low, high, .. } => vec![(*low).into(), (*high).into()],
                Range::Whole { low, high, .. } => vec![(*low).into(), (*high).into()],
                Range::Words(words) => words.iter().map(|word| word.value.clone()).collect(),
            };
            for end in ends {
                let mut setting = figure.start();
                setting.insert(knob.name.clone(), end.clone());
                let picture = figure.picture(&setting, Detail::Coarse).unwrap();
                let series: usize = picture.figure.panels.iter().map(|panel| panel.series.len()).sum();
                assert!(
                    series > 0,
                    "{}: {} = {end} leaves nothing: {:?}",
                    figure.id,
                    knob.name,
                    picture.problems
                );
                for problem in &picture.problems {
                    assert!(!problem.why.to_string().contains("internal"), "{}: {problem:?}", figure.id);
                }
            }
        }
    }
}
