//! What is told of speed is what was recorded, and the check of it can fail.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../benches/common/mod.rs"]
mod common;

use std::collections::BTreeSet;
use std::fs;

use common::{Measured, README, Ratio, Recorded, committed, figures, with_table};

fn measured(ratios: &[(&str, f64)]) -> Measured {
    Measured::here(ratios.iter().map(|(work, ratio)| Ratio::of(*work, "a baseline", *ratio)).collect())
}

/// Findings beside a record of two ratios, 1 and 2.
fn findings(now: &Measured) -> Vec<String> {
    let mut recorded = Recorded::default();
    recorded.put("bench", measured(&[("one", 1.0), ("two", 2.0)]));
    recorded.judge("bench", now).iter().map(ToString::to_string).collect()
}

#[test]
fn a_ratio_fails_where_it_is_worse_than_the_recorded_one_by_thirty_percent() {
    assert_eq!(findings(&measured(&[("one", 1.29), ("two", 2.59)])), [""; 0]);
    let [finding] = &findings(&measured(&[("one", 0.5), ("two", 2.61)]))[..] else { panic!("one finding") };
    assert!(finding.starts_with("bench: two / a baseline: recorded 2.000, now 2.610"), "{finding}");
    let mut broken = measured(&[("one", 1.0), ("two", 2.0)]);
    broken.ratios[0].ratio = f64::NAN;
    assert_eq!(findings(&broken).len(), 1);
}

#[test]
fn a_ratio_without_its_counterpart_fails() {
    let lost = findings(&measured(&[("one", 1.0)]));
    assert!(lost.len() == 1 && lost[0].ends_with("two / a baseline: recorded 2.000, not measured any more"));
    let new = findings(&measured(&[("one", 1.0), ("two", 2.0), ("three", 3.0)]));
    assert!(new.len() == 1 && new[0].contains("three / a baseline: now 3.000, not recorded"), "{new:?}");
    assert_eq!(Recorded::default().judge("bench", &measured(&[("one", 1.0)])).len(), 1);
}

#[test]
fn the_best_of_the_repeats_counts() {
    let mut first = measured(&[("one", 1.5), ("two", 1.8)]);
    first.keep_best(measured(&[("one", 1.1), ("two", 3.0)]).ratios);
    assert_eq!(first, measured(&[("one", 1.1), ("two", 1.8)]));
}

#[test]
fn the_readme_shows_the_recorded_ratios() {
    let readme = fs::read_to_string(committed(README)).unwrap();
    let shown = with_table(&readme, &Recorded::read().table()).unwrap();
    assert_eq!(shown, readme, "`cargo bench -- --record` writes the table");
}

#[test]
fn every_bench_is_recorded() {
    let manifest = fs::read_to_string(committed("Cargo.toml")).unwrap();
    let benches = manifest.split("[[bench]]").skip(1).map(|bench| bench.split('"').nth(1).unwrap());
    // The bench `scale` draws and measures nothing.
    let benches: Vec<&str> = benches.filter(|bench| *bench != "scale").collect();
    let recorded = Recorded::read().0;
    assert_eq!(recorded.keys().map(String::as_str).collect::<BTreeSet<_>>(), benches.into_iter().collect());
    for ratio in recorded.values().flat_map(|measured| &measured.ratios) {
        assert!(ratio.ratio.is_finite() && ratio.ratio > 0.0, "{ratio}");
    }
}

#[test]
fn the_figures_of_speed_are_drawn_from_what_was_measured_and_shown() {
    let readme = fs::read_to_string(committed(README)).unwrap();
    let figures = figures::all();
    for figure in &figures {
        assert!(figure.is_committed(), "{}: `cargo bench --bench scale` draws it", figure.name);
        assert!(readme.contains(&format!("(benches/figures/{}.svg)", figure.name)), "{}", figure.name);
    }
    let files = fs::read_dir(committed("benches/figures")).unwrap();
    assert_eq!(files.count(), figures.len());
}
