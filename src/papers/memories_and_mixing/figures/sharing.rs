//! Figures of likelihood ascent.

use solvable_engine::figure::{Axis, Figure, Panel, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, requests};
use solvable_shared::by;
use solvable_theory::memories_and_mixing::sharing_plateau;

use crate::claims::sharing::{ascent, at_rest, ended, in_use};
use crate::experiments::{AscentSetting, SharedPatterns};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![FigurePlan::new("mem/ascent", ascent_requests, plateaus)]
}

const SQUARE: f64 = 256.0;

fn followed() -> AscentSetting {
    ascent(16, 16, SQUARE, 0.1, 800)
}

/// $s_0R$ of the starts whose patterns are counted.
const STARTS: [f64; 6] = [1.6e-5, 1.6e-4, 1.6e-3, 1.6e-2, 0.16, 1.6];

fn counted(start: f64, centred: bool) -> AscentSetting {
    AscentSetting { centred, ..ascent(16, 16, SQUARE, start / SQUARE.sqrt(), 2000) }
}

fn ascent_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let mut all = requests::<SharedPatterns>(&[followed()], 6)?;
    let starts: Vec<_> = STARTS.iter().flat_map(|s| [counted(*s, false), counted(*s, true)]).collect();
    all.extend(requests::<SharedPatterns>(&starts, by(profile, 30, 300))?);
    Ok(all)
}

fn plateaus(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let s = followed();
    let mut series = Vec::new();
    for (run, o) in trials.of::<SharedPatterns>(&s)?.into_iter().take(6).enumerate() {
        let stages = (o.course.len() - 1) as f64;
        let step = |stage: usize| s.steps as f64 * stage as f64 / stages;
        let course = o.course.iter().enumerate().skip(1).map(|(stage, l)| (step(stage), *l)).collect();
        series.push(Series::line(if run == 0 { "runs" } else { "" }, run, Stroke::Solid, course));
        let rest = at_rest(&s, &ended(&o))?;
        let end = s.steps as f64;
        let label = if run == 0 { "at rest, given the occupation" } else { "" };
        series.push(Series::line(label, run, Stroke::Dashed, vec![(0.9 * end, rest), (1.08 * end, rest)]));
    }
    let all_alone = vec![1; s.samples];
    let mut all_in_one = vec![0; s.patterns];
    all_in_one[0] = s.samples;
    for (label, group, occupation) in
        [("full memorisation", 6, &all_alone), ("one mean pattern", 7, &all_in_one)]
    {
        let position = Position::Y(at_rest(&s, occupation)?);
        series.push(Series::rule(label, group, Stroke::Dotted, position));
    }
    let mut counts = Vec::new();
    for (group, centred, label) in [(0, false, "orthogonal samples"), (1, true, "centred samples")] {
        let points = STARTS
            .iter()
            .map(|start| trials.mean::<SharedPatterns>(*start, &counted(*start, centred), in_use))
            .collect::<Result<_, JudgeError>>()?;
        counts.push(Series::Points { label: label.into(), group, points });
    }
    let dealt = sharing_plateau(s.samples, s.patterns)?.1;
    counts.push(Series::rule("dealt out at random", 2, Stroke::Dashed, Position::Y(dealt)));
    Ok(Figure {
        id: "mem/ascent".into(),
        title: "Learning stops where samples share patterns".into(),
        caption: "Left: likelihood of sixteen orthogonal samples (R² = 256) under gradient ascent of sixteen patterns, six runs, and what the theory gives for the occupation that each \
                  ends with. Right: patterns in use at the end against the size of the starts (means over runs, 99 % intervals); a line where every sample picks a pattern \
                  at random."
            .into(),
        panels: vec![
            Panel {
                title: "likelihood".into(),
                x: Axis::linear("steps"),
                y: Axis::linear("mean log-likelihood"),
                series,
            },
            Panel {
                title: "patterns in use".into(),
                x: Axis::log("size of the start s_0 R"),
                y: Axis::linear("patterns in use"),
                series: counts,
            },
        ],
    })
}
