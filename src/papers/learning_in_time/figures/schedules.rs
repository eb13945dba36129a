//! Steps over time.

use solvable_engine::figure::{Axis, Figure, Panel, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials};
use solvable_shared::by;
use solvable_theory::continual_learning::{Spectrum, Target};
use solvable_theory::learning_in_time::{
    Phase, Shape, optimal_schedule, schedule_power_law, sgd_threshold, shape_at_best_peak,
};

use crate::experiments::{Problem, beyond};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("dyn/schedules", |_| Ok(Vec::<Request>::new()), schedules),
        FigurePlan::new("dyn/excess", |_| Ok(Vec::<Request>::new()), excess),
        FigurePlan::new("dyn/slopes", |_| Ok(Vec::<Request>::new()), slopes),
    ]
}

fn horizons(profile: Profile) -> &'static [usize] {
    by(profile, &[100, 1000], &[100, 1000, 10_000])
}

/// Smooth and rough targets.
const PHASES: [(&str, f64, f64); 2] = [("b=2.5, σ²=1", 2.5, 1.0), ("b=1.2, σ²=0.1", 1.2, 0.1)];

/// A power law without end: the power beyond the modes is in the target, never learnt.
fn endless(
    modes: usize,
    decay: f64,
    target_decay: f64,
    sigma2: f64,
) -> Result<(Spectrum, Target), JudgeError> {
    let (spectrum, target) = Problem::power(modes, decay, target_decay, sigma2).theory()?;
    Ok((spectrum, Target::new(target.powers, beyond(target_decay, modes))?))
}

fn schedules(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut panels = Vec::new();
    for (name, decay, sigma2) in PHASES {
        let (spectrum, target) = endless(by(trials.profile(), 100, 300), 1.5, decay, sigma2)?;
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

/// Shapes that are in use, with how they are called.
const SHAPES: [(&str, Shape); 5] = [
    ("constant", Shape::Constant),
    ("linear to zero", Shape::Linear),
    ("cosine", Shape::Cosine),
    ("constant, last fifth to zero", Shape::Wsd(0.2)),
    ("one over time", Shape::Inverse(0.2)),
];

fn excess(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let horizons = by(trials.profile(), &[10, 30, 100, 300][..], &[10, 30, 100, 300, 1000]);
    let mut panels = Vec::new();
    for (name, decay, sigma2) in PHASES {
        let (spectrum, target) = endless(1000, 1.5, decay, sigma2)?;
        let best = horizons
            .iter()
            .map(|&horizon| Ok(optimal_schedule(&spectrum, &target, sigma2, 1, horizon)?.error))
            .collect::<Result<Vec<f64>, JudgeError>>()?;
        let mut series = Vec::new();
        for (group, (name, shape)) in SHAPES.into_iter().enumerate() {
            let mut line = Vec::new();
            for (&horizon, best) in horizons.iter().zip(&best) {
                let error = shape_at_best_peak(&spectrum, &target, sigma2, 1, horizon, shape)?.error;
                line.push((horizon as f64, 100.0 * (error / best - 1.0)));
            }
            series.push(Series::line(name, group, Stroke::Solid, line));
        }
        panels.push(Panel {
            title: name.into(),
            x: Axis::log("horizon T"),
            y: Axis::log("error above the best schedule, %"),
            series,
        });
    }
    Ok(Figure {
        id: "dyn/excess".into(),
        title: "What popular schedules lose".into(),
        caption: "Eigenvalues i^-1.5, batch 1; every shape at its own best peak. Steps that end above zero lose the rate: their excess \
                  grows with the horizon. Linear to zero stays within a few per cent of the best schedule."
            .into(),
        panels,
    })
}

/// $\frac{d\ln\alpha}{d\ln(1-n/T)}$ of the best schedule, over the middle of the training.
fn middle_slope(steps: &[f64]) -> f64 {
    let horizon = steps.len() as f64;
    let points = steps.iter().enumerate().map(|(n, alpha)| (1.0 - (n as f64 + 0.5) / horizon, *alpha));
    let middle: Vec<(f64, f64)> = points
        .filter(|(left, _)| (0.3..0.7).contains(left))
        .map(|(left, alpha)| (left.ln(), alpha.ln()))
        .collect();
    let count = middle.len() as f64;
    let (x, y) = middle.iter().fold((0.0, 0.0), |(x, y), (a, b)| (x + a / count, y + b / count));
    let (above, below) =
        middle.iter().fold((0.0, 0.0), |(u, v), (a, b)| (u + (a - x) * (b - y), v + (a - x).powi(2)));
    above / below
}

fn slopes(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let horizons = by(trials.profile(), &[100, 300, 1000][..], &[100, 300, 1000, 3000, 10_000][..]);
    let mut series = Vec::new();
    for (group, (decay, target_decay)) in [(1.5, 2.5), (2.0, 3.0)].into_iter().enumerate() {
        // More modes than a horizon reaches: a power law without end.
        let (spectrum, target) = endless(by(trials.profile(), 300, 1000), decay, target_decay, 1.0)?;
        let mut line = Vec::new();
        for &horizon in horizons {
            let best = optimal_schedule(&spectrum, &target, 1.0, 1, horizon)?;
            line.push((horizon as f64, middle_slope(&best.steps)));
        }
        series.push(Series::line(format!("a={decay}, b={target_decay}"), group, Stroke::Solid, line));
        if let Phase::Easy { delta, .. } = schedule_power_law(decay, target_decay, 1.0)? {
            let label = format!("2a-1={delta}");
            series.push(Series::Rule { label, group, stroke: Stroke::Dotted, at: Position::Y(delta) });
        }
    }
    let panel = Panel {
        title: String::new(),
        x: Axis::log("horizon T"),
        y: Axis::linear("slope of ln α over ln(1-n/T)").within(0.5, 3.5),
        series,
    };
    Ok(Figure {
        id: "dyn/slopes".into(),
        title: "How slowly the best schedules take their last form".into(),
        caption: "The slope of the best schedule in the middle of the training, batch 1, noise 1, against the exponent 2a-1 that it has in the end. At \
                  horizons that are used, the best steps end more like linear ones."
            .into(),
        panels: vec![panel],
    })
}
