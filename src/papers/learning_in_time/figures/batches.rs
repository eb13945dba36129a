//! Batches: what they allow, and what they cost.

use solvable_engine::figure::{Axis, Figure, Panel, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, requests};
use solvable_shared::by;
use solvable_theory::learning_in_time::{batch_steps, sgd_threshold};

use crate::experiments::{AtThreshold, AtThresholdSetting, Problem};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new(
            "dyn/thresholds",
            |p| requests::<AtThreshold>(&BATCHES.map(|batch| at_threshold(batch, p)), by(p, 8, 24)),
            thresholds,
        ),
        FigurePlan::new("dyn/batches", |_| Ok(Vec::<Request>::new()), batches),
    ]
}

const BATCHES: [usize; 3] = [1, 4, 32];

fn at_threshold(batch: usize, profile: Profile) -> AtThresholdSetting {
    AtThresholdSetting {
        modes: 100,
        decay: 1.5,
        batch,
        steps: vec![1, 2, 3, 4, 6],
        runs: by(profile, 100, 1000),
    }
}

fn typical(trials: &Trials<'_>) -> Result<Panel, JudgeError> {
    let mut series = Vec::new();
    for (group, batch) in BATCHES.into_iter().enumerate() {
        let setting = at_threshold(batch, trials.profile());
        let mut points = Vec::new();
        for (k, n) in setting.steps.iter().enumerate() {
            points.push(trials.mean::<AtThreshold>(*n as f64, &setting, |o| o.median[k])?);
        }
        series.push(Series::Points { label: format!("median, B={batch}"), group, points });
    }
    series.push(Series::Rule {
        label: "mean".into(),
        group: 3,
        stroke: Stroke::Dashed,
        at: Position::Y(1.0),
    });
    Ok(Panel {
        title: "at the largest step".into(),
        x: Axis::linear("steps n"),
        y: Axis::log("error over that at the start"),
        series,
    })
}

fn batches(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    const TARGET: f64 = 0.03;
    let (spectrum, target) = Problem::power(100, 1.5, 2.5, 1.0).theory()?;
    let sizes: Vec<usize> = (0..=by(trials.profile(), 10, 12)).map(|k| 1 << k).collect();
    let found = batch_steps(&spectrum, &target, 1.0, TARGET, &sizes)?;
    let line: Vec<(f64, f64)> = found.iter().map(|b| (b.steps as f64, b.samples)).collect();
    let fewest = found.iter().map(|b| b.samples).fold(f64::INFINITY, f64::min);
    let shortest = batch_steps(&spectrum, &target, 1.0, TARGET, &[1 << 20])?[0].steps as f64;
    // (S/S_min − 1)(D/D_min − 1) = 1.
    let hyperbola = (0..60)
        .map(|k| {
            let steps = 1.05 * (1600.0f64 / 1.05 / shortest).powf(k as f64 / 59.0);
            (steps * shortest, fewest * (1.0 + 1.0 / (steps - 1.0)))
        })
        .filter(|(_, samples)| *samples < 1e4)
        .collect();
    let panel = Panel {
        title: String::new(),
        x: Axis::log("steps"),
        y: Axis::log("samples"),
        series: vec![
            Series::line("batches 1, 2, 4, ..., each at its best step", 0, Stroke::Solid, line),
            Series::line("the hyperbola of the critical batch", 1, Stroke::Dashed, hyperbola),
        ],
    };
    Ok(Figure {
        id: "dyn/batches".into(),
        title: "Steps against samples".into(),
        caption: "Eigenvalues i^-1.5, target i^-2.5, label noise 1, 100 modes: steps and samples to the test error 0.03, at the best constant step of each \
                  batch. Up to a batch of 16 larger ones save steps at next to no cost in samples; the trade-off is a little better than the \
                  hyperbola."
            .into(),
        panels: vec![panel],
    })
}

fn thresholds(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let (spectrum, _) = Problem::power(100, 1.5, 1.5, 0.0).theory()?;
    let trace: f64 = spectrum.trace();
    let batches: Vec<usize> = (0..=12).map(|k| 1 << k).collect();
    let mut series = Vec::new();
    for (group, beta) in [0.0, 0.9].into_iter().enumerate() {
        let line = batches
            .iter()
            .map(|&batch| Ok((batch as f64, sgd_threshold(&spectrum, batch, beta)?)))
            .collect::<Result<Vec<_>, JudgeError>>()?;
        series.push(Series::line(format!("β={beta}"), group, Stroke::Solid, line));
        let small = |batch: &usize| (*batch as f64, 2.0 * *batch as f64 * (1.0 - beta) / trace);
        let line = batches.iter().map(small).filter(|(_, y)| *y < 6.0).collect();
        series.push(Series::line(format!("β={beta}, small batches"), group, Stroke::Dashed, line));
        let large = |batch: &usize| (*batch as f64, 2.0 * (1.0 + beta));
        series.push(Series::line(
            format!("β={beta}, large batches"),
            group,
            Stroke::Dotted,
            batches.iter().map(large).collect(),
        ));
    }
    let panel =
        Panel { title: "largest stable step".into(), x: Axis::log("batch B"), y: Axis::log("step"), series };
    Ok(Figure {
        id: "dyn/thresholds".into(),
        title: "The largest stable step of stochastic gradients".into(),
        caption: "Eigenvalues i^-1.5, 100 modes. Left: small batches are bounded by the trace of the kernel, large ones by its largest eigenvalue; \
                  momentum helps above the batch at which they meet, below it only rescales the step. Right: at the largest step the mean square \
                  error stays for ever, but the typical run falls (medians with 99 % intervals): rare runs carry the mean."
            .into(),
        panels: vec![panel, typical(trials)?],
    })
}
