//! Figures of forgetting and replay.

use solvable_engine::figure::{Axis, Figure, Panel, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, requests};
use solvable_shared::{by, rounded};
use solvable_theory::memories_and_mixing::{ReplayBuffer, survival_capacity};

use crate::claims::forgetting::{among, boundary, buffer, cluster, replaying, survives};
use crate::experiments::{Outliers, Replay, ReplaySetting, Survival, SurvivalSetting};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("mem/survival", survival_requests, survival),
        FigurePlan::new("mem/replay", replay_requests, replay),
        FigurePlan::new("mem/outliers", outlier_requests, outliers),
    ]
}

const SIZE: usize = 12;
const ALIKE: f64 = 0.7;
const CENTRES: [f64; 4] = [0.0, 0.3, 0.6, 0.9];

/// New patterns at a distance from the capacity, in units of $1/N$.
fn loaded(centre: f64, shift: f64) -> Result<SurvivalSetting, JudgeError> {
    let capacity = survival_capacity(1.0, centre, ALIKE)?;
    let patterns = (SIZE as f64 * capacity + shift).exp().round().max(1.0) as usize;
    Ok(among(SIZE, 1.0, centre, ALIKE, patterns))
}

const SHIFTS: [f64; 5] = [-3.0, -2.0, -1.0, 0.0, 1.0];

fn survival_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let mut all = Vec::new();
    for centre in CENTRES {
        let settings = SHIFTS.iter().map(|shift| loaded(centre, *shift)).collect::<Result<Vec<_>, _>>()?;
        all.extend(requests::<Survival>(&settings, by(profile, 20, 200))?);
    }
    Ok(all)
}

fn survival(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let load = |s: &SurvivalSetting| (s.patterns as f64).ln() / SIZE as f64;
    let mut series = Vec::new();
    for (group, centre) in CENTRES.into_iter().enumerate() {
        let curve = (0..=24)
            .map(|j| loaded(centre, -4.0 + 0.25 * f64::from(j)))
            .map(|s| s.and_then(|s| Ok((load(&s), survives(&s)?))))
            .collect::<Result<_, JudgeError>>()?;
        series.push(Series::line("", group, Stroke::Solid, curve));
        let mut points = Vec::new();
        for shift in SHIFTS {
            let s = loaded(centre, shift)?;
            points.push(trials.mean::<Survival>(load(&s), &s, |o| o.weight)?);
        }
        series.push(Series::Points { label: format!("r = {centre}"), group, points });
    }
    let mut boundaries = Vec::new();
    for (group, beta) in [0.5, 1.0, 2.0, 8.0].into_iter().enumerate() {
        let curve = (-40..=40)
            .map(|j| f64::from(j) / 40.0)
            .map(|r| Ok((r, survival_capacity(beta, r, ALIKE)?)))
            .collect::<Result<_, JudgeError>>()?;
        boundaries.push(Series::line(format!("β = {beta}"), group, Stroke::Solid, curve));
    }
    Ok(Figure {
        id: "mem/survival".into(),
        title: "What an old memory survives".into(),
        caption: "Left: attention on an old pattern among e^{αN} new ones (N = 12, β = 1), whose centre has overlap r with it and which have overlap ρ = 0.7 with each other: exact \
                  (lines) and drawn (points, 99 % intervals). Right: the load up to which it survives at infinite size, against the overlap r."
            .into(),
        panels: vec![
            Panel {
                title: "attention on the old pattern".into(),
                x: Axis::linear("load α"),
                y: Axis::linear("mean attention").within(0.0, 1.02),
                series,
            },
            Panel {
                title: "boundary".into(),
                x: Axis::linear("overlap r of the new task"),
                y: Axis::linear("capacity α_c"),
                series: boundaries,
            },
        ],
    })
}

/// Overlaps of clustered and of isolated old patterns.
const OVERLAPS: [(f64, &str); 2] = [(0.3, "q = 0.3"), (0.0, "q = 0")];
const BUFFERS: [usize; 6] = [1, 4, 10, 20, 30, 40];

fn replayed(overlap: f64, count: usize) -> ReplaySetting {
    replaying(overlap, count, 0.5)
}

fn replay_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let all: Vec<_> = OVERLAPS.iter().flat_map(|(q, _)| BUFFERS.map(|m| replayed(*q, m))).collect();
    requests::<Replay>(&all, by(profile, 10, 50))
}

fn replay(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut series = Vec::new();
    for (group, (overlap, label)) in OVERLAPS.into_iter().enumerate() {
        let stored = replayed(overlap, 1).stored;
        let share = |m: usize| m as f64 / stored as f64;
        let curve = (1..=stored)
            .map(|m| Ok((share(m), buffer(&replayed(overlap, m)).gain()?)))
            .collect::<Result<_, JudgeError>>()?;
        series.push(Series::line(label, group, Stroke::Solid, curve));
        let full = ReplayBuffer { replayed: stored, ..buffer(&replayed(overlap, 1)) }.gain()?;
        let label = format!("identity of full replay, {label}");
        series.push(Series::rule(label, group, Stroke::Dashed, Position::Y(full)));
        let points = BUFFERS
            .into_iter()
            .map(|m| trials.mean::<Replay>(share(m), &replayed(overlap, m), |o| o.gain))
            .collect::<Result<_, JudgeError>>()?;
        series.push(Series::Points { label: String::new(), group, points });
    }
    Ok(Figure {
        id: "mem/replay".into(),
        title: "What replay of a part buys".into(),
        caption: "Energy saved at an old pattern by replaying a random part of forty old ones with weight p = 0.5 (β = 2, R² = 4, overlap 0.2 of the new task): expected gain (solid), random \
                  buffers (points, 99 % intervals) and the identity of full replay (dashed). Isolated memories get least from a buffer that they are seldom in."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("share of the old patterns in the buffer"),
            y: Axis::linear("energy saved").within(-0.3, 1.3),
            series,
        }],
    })
}

const NEW_OVERLAPS: [f64; 7] = [0.5, 0.6, 0.66, 0.72, 0.78, 0.82, 0.88];

fn outlier_requests(_: Profile) -> Result<Vec<Request>, JudgeError> {
    requests::<Outliers>(&NEW_OVERLAPS.map(|r| cluster(rounded(r, 6))), 2)
}

fn outliers(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut outlier = Vec::new();
    let mut clustered = Vec::new();
    for r in NEW_OVERLAPS {
        let s = cluster(rounded(r, 6));
        outlier.push(trials.mean::<Outliers>(r, &s, |o| o.outlier)?);
        clustered.push(trials.mean::<Outliers>(r, &s, |o| o.cluster)?);
    }
    let at = boundary(&cluster(0.0))?;
    Ok(Figure {
        id: "mem/outliers".into(),
        title: "Outliers do not always forget more".into(),
        caption: format!(
            "Rise of the energy of an outlier and of a pattern in a cluster of a hundred (overlap 0.8, β = 0.5, R² = 6, five outliers) when a new task with overlap r with the cluster takes \
             their place: explicit vectors. The boundary of the theory is at r* = {at:.3}."
        ),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("overlap r of the new task with the cluster"),
            y: Axis::linear("rise of the energy"),
            series: vec![
                Series::Points { label: "outlier".into(), group: 0, points: outlier },
                Series::Points { label: "cluster".into(), group: 1, points: clustered },
                Series::rule("r*", 2, Stroke::Dashed, Position::X(at)),
            ],
        }],
    })
}
