//! Figures of completion: digits, random patterns.

use solvable_engine::figure::{Axis, Figure, Panel, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::{by, picture};
use solvable_theory::memories_and_mixing::completion_success;

use crate::experiments::{ABSENT, DigitCompletion, DigitsOutcome, DigitsSetting, Success, SuccessSetting};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new(
            "mem/digits",
            |profile| requests::<DigitCompletion>(&[pictured(profile)], 1),
            pictures,
        ),
        FigurePlan::new(
            "mem/digits-errors",
            |profile| requests::<DigitCompletion>(&machines(profile), 1),
            errors,
        ),
        FigurePlan::new("mem/success", success_requests, success),
    ]
}

fn digits(profile: Profile, patterns: usize, seen: &str) -> DigitsSetting {
    DigitsSetting { patterns, seen: seen.into(), steps: by(profile, 25, 150), starts: by(profile, 1, 3) }
}

fn pictured(profile: Profile) -> DigitsSetting {
    digits(profile, 16, "top half")
}

const MASKS: [&str; 3] = ["top half", "left half", "top quarter"];

fn machines(profile: Profile) -> Vec<DigitsSetting> {
    let all = [10, 16].into_iter().flat_map(|k| MASKS.map(|seen| digits(profile, k, seen)));
    all.filter(|s| profile == Profile::Full || s.patterns == 16).collect()
}

fn pictures(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let o = trials.first::<DigitCompletion>(&pictured(trials.profile()))?;
    let pixels: Vec<f64> = o.pictures.iter().map(|x| if *x == ABSENT { f64::NAN } else { *x }).collect();
    Ok(Figure {
        id: "mem/digits".into(),
        title: "Digits that complete themselves".into(),
        caption: "Test digits whose upper half is seen, one in a row: what is seen, the conditional mean of a machine of sixteen patterns fitted to other digits, one update of \
                  attention, the mode that updates end in, the digit. The mean image is subtracted."
            .into(),
        panels: vec![picture("seen, conditional mean, one update, mode, digit", "pixel value less the mean image", &pixels, 5)],
    })
}

/// A kind of completion, by its name and its errors.
type Kind = (&'static str, fn(&DigitsOutcome) -> &[f64]);

const KINDS: [Kind; 7] = [
    ("conditional mean", |o| &o.exact),
    ("what the machine expects of it", |o| &o.expected),
    ("one update", |o| &o.one_step),
    ("mode", |o| &o.mode),
    ("mode next to the mean", |o| &o.mode_of_mean),
    ("linear regression", |o| &o.regression),
    ("mean image", |o| &o.mean_image),
];

fn errors(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let settings = machines(trials.profile());
    let mut series = Vec::new();
    for (group, (label, errors)) in KINDS.into_iter().enumerate() {
        let mut points = Vec::new();
        for (index, s) in settings.iter().enumerate() {
            let o = trials.first::<DigitCompletion>(s)?;
            points.push(mean_point(1.0 + index as f64 + 0.08 * (group as f64 - 3.0), errors(&o))?);
        }
        series.push(Series::Points { label: label.into(), group, points });
    }
    // The machine's understatement, and what the mode next to the mean costs, image by image.
    let mut told = Vec::new();
    for (index, s) in settings.iter().enumerate() {
        let o = trials.first::<DigitCompletion>(s)?;
        let mean = |list: &[f64]| list.iter().sum::<f64>() / list.len() as f64;
        let excess: Vec<f64> = o.mode_of_mean.iter().zip(&o.exact).map(|(a, b)| a - b).collect();
        let excess = mean_point(0.0, &excess)?;
        told.push(format!(
            "{}: K = {}, {} seen, the machine expects {:.0} per cent less error than there is, the mode next to the mean misses {:.4} more ({:.4} to {:.4})",
            index + 1,
            s.patterns,
            s.seen,
            100.0 * (1.0 - mean(&o.expected) / mean(&o.exact)),
            excess.y,
            excess.low,
            excess.high
        ));
    }
    Ok(Figure {
        id: "mem/digits-errors".into(),
        title: "What completions of digits miss".into(),
        caption: format!(
            "Mean squared error a missing pixel over the test digits (99 % intervals over digits), for machines fitted to the others. The data are not the machine's own: no \
             completion is claimed to be best. {}.",
            told.join("; ")
        ),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("case").within(0.5, settings.len() as f64 + 0.5),
            y: Axis::linear("squared error a pixel"),
            series,
        }],
    })
}

const COUNTS: [usize; 4] = [100, 1000, 10_000, 100_000];
const SEEN: [usize; 7] = [4, 8, 12, 16, 20, 28, 36];

/// Simulated where the patterns can be drawn in the time of the profile.
fn simulated(profile: Profile) -> Vec<SuccessSetting> {
    let counts = COUNTS.into_iter().take(by(profile, 1, 3));
    let draws = by(profile, 100, 200);
    counts
        .flat_map(|patterns| SEEN.map(|seen| SuccessSetting { seen, theta: 1.0, patterns, draws }))
        .collect()
}

fn success_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    requests::<Success>(&simulated(profile), by(profile, 10, 20))
}

fn success(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut series = Vec::new();
    for (group, patterns) in COUNTS.into_iter().enumerate() {
        let curve = (1..=60)
            .map(|m| Ok((f64::from(m), completion_success(m as usize, 1.0, patterns as f64)?)))
            .collect::<Result<_, JudgeError>>()?;
        let power = (patterns as f64).log10().round();
        series.push(Series::line(format!("K = 10^{power}"), group, Stroke::Solid, curve));
        let points = simulated(trials.profile())
            .iter()
            .filter(|s| s.patterns == patterns)
            .map(|s| trials.mean::<Success>(s.seen as f64, s, |o| o.share))
            .collect::<Result<Vec<_>, JudgeError>>()?;
        if !points.is_empty() {
            series.push(Series::Points { label: String::new(), group, points });
        }
        let capacity = 2.0 * (patterns as f64).ln() / 2f64.ln();
        series.push(Series::rule("", group, Stroke::Dotted, Position::X(capacity)));
    }
    Ok(Figure {
        id: "mem/success".into(),
        title: "How much of a pattern must be seen".into(),
        caption: "Probability that the right one of K random patterns is found from m seen units at signal-to-noise θ = 1: exact (lines) and simulated (points, 99 % intervals). \
                  Dotted: the capacity of the Gaussian channel, m = 2 log K / log(1 + θ), which infinitely many units would make a threshold."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("seen units m"),
            y: Axis::linear("probability of success").within(0.0, 1.02),
            series,
        }],
    })
}
