//! Steps over time.

use solvable_engine::figure::{Axis, Figure, Panel, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials};
use solvable_shared::by;
use solvable_theory::learning_in_time::{Shape, optimal_schedule, sgd_threshold, shape_at_best_peak};

use crate::experiments::Problem;

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("dyn/schedules", |_| Ok(Vec::<Request>::new()), schedules),
        FigurePlan::new("dyn/thresholds", |_| Ok(Vec::<Request>::new()), thresholds),
    ]
}

fn horizons(profile: Profile) -> &'static [usize] {
    by(profile, &[100, 1000], &[100, 1000, 10_000])
}

/// Smooth and rough targets.
const PHASES: [(&str, f64, f64); 2] = [("b=2.5, σ²=1", 2.5, 1.0), ("b=1.2, σ²=0.1", 1.2, 0.1)];

fn schedules(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut panels = Vec::new();
    for (name, decay, sigma2) in PHASES {
        let (spectrum, target) =
            Problem::power(by(trials.profile(), 100, 300), 1.5, decay, sigma2).theory()?;
        let threshold = sgd_threshold(&spectrum, 1, 0.0)?;
        let mut series = Vec::new();
        for (group, &horizon) in horizons(trials.profile()).iter().enumerate() {
            let best = optimal_schedule(&spectrum, &target, sigma2, 1, horizon)?;
            let at = |n: usize| ((n as f64 + 0.5) / horizon as f64, best.steps[n] / threshold);
            let every = (horizon / 200).max(1);
            let line = (0..horizon).step_by(every).map(at).collect();
            series.push(Series::line(format!("T={horizon}, best"), group, Stroke::Solid, line));
            let peak = shape_at_best_peak(&spectrum, &target, sigma2, 1, horizon, Shape::Linear)?.alpha;
            let line = vec![(0.0, peak / threshold), (1.0, 0.0)];
            series.push(Series::line(format!("T={horizon}, linear"), group, Stroke::Dashed, line));
        }
        panels.push(Panel {
            title: name.into(),
            x: Axis::linear("time n/T"),
            y: Axis::linear("step over the threshold"),
            series,
        });
    }
    Ok(Figure {
        id: "dyn/schedules".into(),
        title: "The best schedules of steps".into(),
        caption: "Eigenvalues i^-1.5, batch 1. Solid: the best schedule for each horizon; dashed: linear to zero at its best peak. For smooth targets \
                  steps warm up while the error itself is most of the noise and then decay; for rough ones they begin near the threshold of \
                  stability and fall late."
            .into(),
        panels,
    })
}

fn thresholds(_: &Trials<'_>) -> Result<Figure, JudgeError> {
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
        Panel { title: String::new(), x: Axis::log("batch B"), y: Axis::log("largest stable step"), series };
    Ok(Figure {
        id: "dyn/thresholds".into(),
        title: "The largest stable step of stochastic gradients".into(),
        caption: "Eigenvalues i^-1.5, 100 modes. Small batches are bounded by the trace of the kernel, large ones by its largest eigenvalue; momentum \
                  helps above the batch at which they meet, below it only rescales the step."
            .into(),
        panels: vec![panel],
    })
}
