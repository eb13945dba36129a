//! Figures of augmentation by groups.

use solvable_engine::figure::{Axis, Figure, Panel, Point, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::by;

use super::{entry, entry_point};
use crate::claims::groups::{
    DELTAS, ORDER, crossing, gaussian, gaussian_task, on_sphere, partial, thresholds as crossings,
};
use crate::experiments::{
    Copies, DigitsCopies, DigitsCopiesOutcome, DigitsCopiesSetting, GaussianCopies, GaussianCopiesSetting,
    Moves, SphereGroup,
};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("spa/copies", copies_requests, copies),
        FigurePlan::new("spa/threshold-curve", threshold_requests, threshold),
        FigurePlan::new("spa/digits-copies", digits_requests, digits),
    ]
}

fn copies_settings() -> [GaussianCopiesSetting; 2] {
    [20, 40].map(|n| gaussian(n, (1..=ORDER).map(Copies::Random).collect()))
}

fn copies_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    requests::<GaussianCopies>(&copies_settings(), by(profile, 20, 120))
}

fn copies(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut panels = Vec::new();
    for s in copies_settings() {
        let outcomes = trials.of::<GaussianCopies>(&s)?;
        let task = gaussian_task(&s, 0.0)?;
        let (mut law, mut naive, mut points) = (Vec::new(), Vec::new(), Vec::new());
        for (index, copies) in s.copies.iter().enumerate() {
            let m = copies.count() as f64;
            law.push((m, partial(&s, copies, 0.0)?));
            naive.push((m, task.plain(m * s.samples as f64, s.delta)?));
            points.push(entry_point(m, &outcomes, |o| &o.error, index)?);
        }
        panels.push(Panel {
            title: format!("N = {}", s.samples),
            x: Axis::linear("copies of every sample m").within(0.7, ORDER as f64 + 0.3),
            y: Axis::log("test error E"),
            series: vec![
                Series::line("m shifts", 0, Stroke::Solid, law),
                Series::line("mN samples", 1, Stroke::Dashed, naive),
                Series::Points { label: String::new(), group: 0, points },
            ],
        });
    }
    Ok(Figure {
        id: "spa/copies".into(),
        title: "Copies are worth less than samples".into(),
        caption: format!(
            "Test error of regression on m random shifts of every sample, of six (Gaussian features of the characters of a cyclic group, invariant target, δ = 0.01; points: means over {} \
             data sets, 99 % intervals; lines: theory), and that of m times as many samples without copies.",
            by(trials.profile(), 20, 120)
        ),
        panels,
    })
}

fn sizes(profile: Profile) -> Vec<usize> {
    by(profile, vec![50, 200], vec![20, 50, 100, 200])
}

fn threshold_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let settings = sizes(profile).into_iter().map(on_sphere).collect::<Result<Vec<_>, _>>()?;
    requests::<SphereGroup>(&settings, by(profile, 12, 60))
}

fn threshold(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let curve: Vec<usize> = (0..=40).map(|i| (5.0 * 1.15f64.powi(i)).round() as usize).collect();
    let mut lines = [const { Vec::new() }; DELTAS.len()];
    for n in curve {
        let values = crossings(&on_sphere(n)?)?;
        for (line, nu) in lines.iter_mut().zip(values) {
            line.push((n as f64, nu));
        }
    }
    let mut series = Vec::new();
    for (group, (delta, line)) in DELTAS.into_iter().zip(lines).enumerate() {
        series.push(Series::line("", group, Stroke::Solid, line));
        let mut points: Vec<Point> = Vec::new();
        for n in sizes(trials.profile()) {
            let s = on_sphere(n)?;
            let outcomes = trials.of::<SphereGroup>(&s)?;
            let values = outcomes.iter().map(|o| entry(&crossing(&s, o)?, group));
            points.push(mean_point(n as f64, &values.collect::<Result<Vec<_>, _>>()?)?);
        }
        series.push(Series::Points { label: format!("δ = {delta}"), group, points });
    }
    Ok(Figure {
        id: "spa/threshold-curve".into(),
        title: "How much of a target may break the symmetry".into(),
        caption: format!(
            "Share ν* of a target's power below which augmentation by all twelve shifts of the coordinates helps (tangent kernel of two hidden ReLU layers on the sphere in twelve dimensions, both parts of the \
             target drawn from the kernel's prior; points: means over {} data sets, 99 % intervals; lines: theory). The more samples, the less asymmetry is worth it.",
            by(trials.profile(), 12, 60)
        ),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("samples N"),
            y: Axis::log("threshold ν*"),
            series,
        }],
    })
}

/// Moves of the digits in the order of the legend.
const MOVES: [(Moves, &str); 6] = [
    (Moves::None, "none"),
    (Moves::Horizontal, "8 horizontal shifts"),
    (Moves::Vertical, "8 vertical shifts"),
    (Moves::All, "all 64 shifts"),
    (Moves::Reflection, "reflection"),
    (Moves::Near, "9 shifts by at most a pixel"),
];

fn digits_setting(samples: usize) -> DigitsCopiesSetting {
    DigitsCopiesSetting { samples, test: 400, delta: 0.0, moves: MOVES.map(|(moves, _)| moves).into() }
}

fn digit_sizes(profile: Profile) -> Vec<usize> {
    by(profile, vec![50], vec![50, 200])
}

fn digit_trials(profile: Profile) -> usize {
    by(profile, 6, 24)
}

fn digits_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let settings: Vec<_> = digit_sizes(profile).into_iter().map(digits_setting).collect();
    requests::<DigitsCopies>(&settings, digit_trials(profile))
}

/// What is measured of an augmentation, and the scale at which it is shown.
type Measured = (&'static str, fn(&DigitsCopiesOutcome) -> &[f64], f64);

fn digits(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let measured: [Measured; 2] =
        [("squared error", |o| &o.error, 1.0), ("images mistaken, %", |o| &o.mistaken, 100.0)];
    let mut panels = Vec::new();
    let mut told = Vec::new();
    for n in digit_sizes(trials.profile()) {
        let outcomes = trials.of::<DigitsCopies>(&digits_setting(n))?;
        for (label, list, scale) in measured {
            let mut series = Vec::new();
            for (index, (moves, name)) in MOVES.into_iter().enumerate() {
                let values = outcomes.iter().map(|o| Ok(scale * entry(list(o), index)?));
                let values = values.collect::<Result<Vec<f64>, JudgeError>>()?;
                let point = mean_point(index as f64, &values)?;
                if index == 0 {
                    series.push(Series::rule("", 0, Stroke::Dotted, Position::Y(point.y)));
                }
                // A bar from zero, and on it the mean with its interval.
                let edges = vec![index as f64 - 0.35, index as f64 + 0.35];
                series.push(Series::Histogram {
                    label: name.into(),
                    group: index,
                    edges,
                    heights: vec![point.y],
                });
                series.push(Series::Points { label: String::new(), group: index, points: vec![point] });
                if scale == 1.0 && matches!(moves, Moves::All | Moves::Near) {
                    let paired = outcomes.iter().map(|o| Ok(entry(list(o), index)? - entry(list(o), 0)?));
                    let difference = mean_point(0.0, &paired.collect::<Result<Vec<f64>, JudgeError>>()?)?;
                    let half = 0.5 * (difference.high - difference.low);
                    told.push(format!("{name} {:+.3} ± {half:.3} with {n} images", difference.y));
                }
            }
            panels.push(Panel {
                title: format!("N = {n}"),
                x: Axis::linear("augmentation, in the order of the legend").within(-0.6, 5.6),
                y: Axis::linear(label),
                series,
            });
        }
    }
    Ok(Figure {
        id: "spa/digits-copies".into(),
        title: "Which copies of digits help".into(),
        caption: format!(
            "Kernel regression of the ten classes of digits on their copies on the torus of 8×8 pixels (tangent kernel of two hidden ReLU layers; squared error summed over classes and share of mistaken images among \
             400; means over {} draws, 99 % intervals). Measured, without a theory. Paired differences of squared errors from no augmentation: {}.",
            digit_trials(trials.profile()),
            told.join(", ")
        ),
        panels,
    })
}
