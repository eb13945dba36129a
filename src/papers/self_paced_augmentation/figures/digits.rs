//! Figures of networks on digits.

use crate::claims::digits::{TAU, digits, of, ratios, trials as seeds};
use crate::experiments::{DigitsAugmentation, DigitsAugmentationSetting};
use solvable_engine::figure::{Axis, Figure, Panel, Point, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::by;
use solvable_simulate::augmentation::Rule;
use solvable_simulate::augmentation::images::Augmentation;

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("spa/digits", accuracy_requests, accuracies),
        FigurePlan::new("spa/digits-ratio", ratio_requests, falling),
    ]
}

fn sizes(profile: Profile) -> Vec<usize> {
    by(profile, vec![500], vec![50, 100, 200, 500, 1000])
}

/// Shifts, and in the full profile noise.
fn augmentations(profile: Profile) -> Vec<(Augmentation, &'static str)> {
    let shift = (Augmentation::Shift, "one-pixel shifts");
    by(profile, vec![shift], vec![shift, (Augmentation::Noise(0.3), "noise of 0.3")])
}

fn accuracy_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let settings: Vec<DigitsAugmentationSetting> = augmentations(profile)
        .into_iter()
        .flat_map(|(augmentation, _)| {
            sizes(profile).into_iter().map(move |n| digits(n, augmentation, profile))
        })
        .collect();
    requests::<DigitsAugmentation>(&settings, seeds(profile))
}

/// Methods of the figure; those that a profile did not run are left out.
const METHODS: [(Rule, &str); 4] = [
    (Rule::None, "none"),
    (Rule::All, "all images"),
    (Rule::Spa(TAU), "self-paced"),
    (Rule::Matched(TAU), "as many random images"),
];

fn accuracies(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let profile = trials.profile();
    let mut panels = Vec::new();
    for (augmentation, title) in augmentations(profile) {
        let (mut levels, mut gains) = (Vec::new(), Vec::new());
        for (group, (rule, label)) in METHODS.into_iter().enumerate() {
            let (mut own, mut paired): (Vec<Point>, Vec<Point>) = (Vec::new(), Vec::new());
            for n in sizes(profile) {
                let s = digits(n, augmentation, profile);
                if !s.rules.contains(&rule) {
                    continue;
                }
                let outcomes = trials.of::<DigitsAugmentation>(&s)?;
                let accuracy = |rule: Rule| {
                    outcomes
                        .iter()
                        .map(|o| Ok(100.0 * of(&s, &o.accuracy, rule)?))
                        .collect::<Result<Vec<_>, JudgeError>>()
                };
                let (with, without) = (accuracy(rule)?, accuracy(Rule::None)?);
                // Methods side by side, lest their bars hide each other.
                let x = n as f64 * 1.04f64.powi(group as i32);
                own.push(mean_point(x, &with)?);
                let differences: Vec<f64> = with.iter().zip(&without).map(|(a, b)| a - b).collect();
                if rule != Rule::None {
                    paired.push(mean_point(x, &differences)?);
                }
            }
            if !own.is_empty() {
                levels.push(Series::Points { label: label.into(), group, points: own });
            }
            if !paired.is_empty() {
                gains.push(Series::Points { label: label.into(), group, points: paired });
            }
        }
        gains.push(Series::rule("none", 0, Stroke::Solid, Position::Y(0.0)));
        panels.push(Panel {
            title: title.into(),
            x: Axis::log("training images N").within(40.0, 1300.0),
            y: Axis::linear("test accuracy, %"),
            series: levels,
        });
        panels.push(Panel {
            title: format!("{title}, paired"),
            x: Axis::log("training images N").within(40.0, 1300.0),
            y: Axis::linear("accuracy over none, % points"),
            series: gains,
        });
    }
    Ok(Figure {
        id: "spa/digits".into(),
        title: "Self-paced augmentation of digits".into(),
        caption: format!(
            "Test accuracy of a network with 64 hidden units after 3000 updates on N of the shipped digits, and its differences from training without augmentation with the same \
             initial weights, batches and draws (means over {} seeds, 99 % intervals; threshold 0.1 on the cross entropy). One-pixel shifts of all images hurt at this size; \
             self-paced shifts help, and as many random ones help as much or more.",
            seeds(profile)
        ),
        panels,
    })
}

/// Training images of the figure of ratios.
fn shown(profile: Profile) -> DigitsAugmentationSetting {
    digits(by(profile, 500, 1000), Augmentation::Shift, profile)
}

fn ratio_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    requests::<DigitsAugmentation>(&[shown(profile)], seeds(profile))
}

fn falling(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let s = shown(trials.profile());
    let outcomes = trials.of::<DigitsAugmentation>(&s)?;
    let mut series = Vec::new();
    let thresholds =
        s.rules.iter().filter_map(|rule| if let Rule::Spa(tau) = rule { Some(*tau) } else { None });
    let mut thresholds: Vec<f64> = thresholds.collect();
    thresholds.sort_by(f64::total_cmp);
    for (group, tau) in thresholds.into_iter().enumerate() {
        let mut points = Vec::new();
        let mut begin = 1;
        for (index, end) in s.training.ranges.iter().enumerate() {
            let values = outcomes.iter().map(|o| Ok(ratios(&s, o, Rule::Spa(tau))?[index]));
            let middle = ((begin * end) as f64).sqrt();
            points.push(mean_point(middle, &values.collect::<Result<Vec<_>, JudgeError>>()?)?);
            begin = end + 1;
        }
        let guide = points.iter().map(|p| (p.x, p.y)).collect();
        series.push(Series::line("", group, Stroke::Dotted, guide));
        series.push(Series::Points { label: format!("τ = {tau}"), group, points });
    }
    Ok(Figure {
        id: "spa/digits-ratio".into(),
        title: "The share of augmented digits falls".into(),
        caption: format!(
            "Mean share of augmented images over ranges of updates, at the middle of each range (one-pixel shifts, N = {}, means over {} seeds, 99 % intervals).",
            s.training.samples,
            seeds(trials.profile())
        ),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("update"),
            y: Axis::linear("augmented share").within(-0.03, 1.03),
            series,
        }],
    })
}
