//! Figures of the temperature of attention.

use solvable_engine::figure::{Axis, Figure, Panel, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, requests};
use solvable_shared::by;
use solvable_theory::memories_and_mixing::{
    Attended, Scores, Tail, attention_statistics, attention_temperature, critical_temperature,
};

use crate::claims::attention::rows;
use crate::experiments::{AttentionRows, AttentionRowsSetting};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("mem/attended", attended_requests, attended),
        FigurePlan::new("mem/temperature", |_| Ok(Vec::new()), temperature),
    ]
}

/// Keys, and whether rows of so many are drawn.
const KEYS: [(usize, bool); 4] = [(128, true), (1024, true), (8192, false), (131_072, false)];
const RATIOS: [f64; 5] = [0.4, 0.8, 1.2, 1.6, 2.4];

fn critical(dimension: Option<usize>, keys: usize) -> Result<f64, JudgeError> {
    let tail = match dimension {
        None => Tail::Gaussian { correlation: 0.0, copies: 1.0 },
        Some(d) => Tail::Sphere(d),
    };
    Ok(critical_temperature(tail, keys as f64)?)
}

fn drawn(dimension: Option<usize>, keys: usize, ratio: f64) -> Result<AttentionRowsSetting, JudgeError> {
    let beta = (ratio * critical(dimension, keys)? * 1e6).round() / 1e6;
    Ok(rows(if dimension.is_some() { "sphere" } else { "gaussian" }, dimension, keys, beta, 100))
}

/// Scores of the panels: Gaussian, or on spheres of these dimensions at 1024 keys.
const DIMENSIONS: [usize; 2] = [16, 64];

fn attended_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let mut all = Vec::new();
    for ratio in RATIOS {
        for (keys, _) in KEYS.into_iter().filter(|(_, simulated)| *simulated) {
            all.push(drawn(None, keys, ratio)?);
        }
        for d in DIMENSIONS {
            all.push(drawn(Some(d), 1024, ratio)?);
        }
    }
    requests::<AttentionRows>(&all, by(profile, 10, 100))
}

fn curve(dimension: Option<usize>, keys: usize) -> Result<Vec<(f64, f64)>, JudgeError> {
    let critical = critical(dimension, keys)?;
    let scores = dimension.map_or(Scores::Gaussian, Scores::Sphere);
    (1..=24)
        .map(|j| 0.11 * f64::from(j))
        .map(|ratio| {
            let statistics = attention_statistics(scores, keys as f64, ratio * critical)?;
            Ok((ratio, statistics.participation.recip()))
        })
        .collect()
}

fn attended(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let points = |dimension: Option<usize>, keys: usize| {
        RATIOS
            .iter()
            .map(|ratio| {
                let s = drawn(dimension, keys, *ratio)?;
                // The inverse of a mean, with the interval of the mean.
                let mean = trials.mean::<AttentionRows>(*ratio, &s, |o| o.participation)?;
                Ok(solvable_engine::figure::Point {
                    x: *ratio,
                    y: mean.y.recip(),
                    low: mean.high.recip(),
                    high: mean.low.recip(),
                })
            })
            .collect::<Result<Vec<_>, JudgeError>>()
    };
    let mut gaussian = Vec::new();
    for (group, (keys, simulated)) in KEYS.into_iter().enumerate() {
        let label = format!("n = {keys}");
        gaussian.push(Series::line(label, group, Stroke::Solid, curve(None, keys)?));
        if simulated {
            gaussian.push(Series::Points { label: String::new(), group, points: points(None, keys)? });
        }
    }
    let mut sphere = Vec::new();
    for (group, d) in DIMENSIONS.into_iter().enumerate() {
        sphere.push(Series::line(format!("d = {d}"), group, Stroke::Solid, curve(Some(d), 1024)?));
        sphere.push(Series::Points { label: String::new(), group, points: points(Some(d), 1024)? });
    }
    let panel = |title: &str, series| Panel {
        title: title.into(),
        x: Axis::linear("inverse temperature over the critical one"),
        y: Axis::log("effective keys 1 / E Σ p²"),
        series,
    };
    Ok(Figure {
        id: "mem/attended".into(),
        title: "How many keys are attended".into(),
        caption: "Effective number of keys against the inverse temperature over the one at which infinitely many would condense: exact (lines) and drawn rows (points, 99 % intervals). At \
                  the critical temperature of the limit real rows still spread over several keys."
            .into(),
        panels: vec![panel("Gaussian scores", gaussian), panel("keys on a sphere, n = 1024", sphere)],
    })
}

fn temperature(_: &Trials<'_>) -> Result<Figure, JudgeError> {
    let lengths: Vec<f64> = (4..=20).map(|j| 2f64.powi(j)).collect();
    let curve = |wanted: &dyn Fn(f64) -> Attended| {
        lengths
            .iter()
            .map(|&n| Ok((n, attention_temperature(Scores::Gaussian, n, wanted(n))?)))
            .collect::<Result<Vec<_>, JudgeError>>()
    };
    let critical = lengths
        .iter()
        .map(|&n| Ok((n, critical_temperature(Tail::Gaussian { correlation: 0.0, copies: 1.0 }, n)?)))
        .collect::<Result<Vec<_>, JudgeError>>()?;
    Ok(Figure {
        id: "mem/temperature".into(),
        title: "The temperature for a context length".into(),
        caption: "Inverse temperature of scores of unit variance at which attention spreads over two effective keys, over as many as the entropy of eight, and at which it keeps half of the \
                  entropy of uniform attention; the critical one of infinitely many keys (dashed); and that of the usual scaling by the root of the head size (dotted), at which attention \
                  is a flat average."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("context length n"),
            y: Axis::linear("inverse temperature β"),
            series: vec![
                Series::line("two keys by participation", 0, Stroke::Solid, curve(&|_| Attended::Participation(0.5))?),
                Series::line("eight keys by entropy", 1, Stroke::Solid, curve(&|_| Attended::Entropy(8f64.ln()))?),
                Series::line("half of the entropy", 2, Stroke::Solid, curve(&|n| Attended::Entropy(0.5 * n.ln()))?),
                Series::line("critical", 3, Stroke::Dashed, critical),
                Series::line("unit variance", 4, Stroke::Dotted, lengths.iter().map(|&n| (n, 1.0)).collect()),
            ],
        }],
    })
}
