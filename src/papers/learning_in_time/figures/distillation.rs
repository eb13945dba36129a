//! Whether distillation pays.

use solvable_engine::figure::{Axis, Figure, Panel, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile};
use solvable_engine::{FigurePlan, Trials, requests};
use solvable_shared::by;
use solvable_theory::learning_in_time::{Round, distill, distill_gain};

use crate::experiments::{InTime, InTimeSetting, Path, Problem, RoundSetting};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![FigurePlan::new(
        "dyn/distillation",
        |p| requests::<InTime>(&settings(p), by(p, 8, 60)),
        distillation,
    )]
}

const RIDGES: [f64; 3] = [0.3, 0.9, 2.7];
const SHARES: [f64; 5] = [-1.0, -0.5, 0.0, 0.5, 1.0];
const NOISE: f64 = 0.3;

fn setting(delta: f64, xi: f64, profile: Profile) -> InTimeSetting {
    let rounds = vec![RoundSetting { delta, xi: 1.0 }, RoundSetting { delta, xi }];
    let problem = Problem::power(by(profile, 300, 600), 1.5, 2.5, NOISE);
    InTimeSetting { problem, samples: by(profile, 60, 100), path: Path::Distillation { rounds } }
}

fn settings(profile: Profile) -> Vec<InTimeSetting> {
    RIDGES.iter().flat_map(|delta| SHARES.map(|xi| setting(*delta, xi, profile))).collect()
}

fn distillation(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let profile = trials.profile();
    let mut series = Vec::new();
    for (group, delta) in RIDGES.into_iter().enumerate() {
        let (mut line, mut points) = (Vec::new(), Vec::new());
        for i in 0..=40 {
            let xi = -1.0 + 0.05 * i as f64;
            let own = setting(delta, xi, profile);
            let (spectrum, target) = own.problem.theory()?;
            let rounds = [Round { ridge: delta, labels: 1.0 }, Round { ridge: delta, labels: xi }];
            line.push((xi, distill(&spectrum, &target, own.samples, NOISE, &rounds)?[1][0]));
        }
        for xi in SHARES {
            points.push(trials.mean::<InTime>(xi, &setting(delta, xi, profile), |o| o.test[1])?);
        }
        series.push(Series::line(format!("δ={delta}, theory"), group, Stroke::Solid, line));
        series.push(Series::Points { label: String::new(), group, points });
    }
    let shares = Panel {
        title: "two rounds of one ridge".into(),
        x: Axis::linear("share ξ of the labels"),
        y: Axis::log("test error behind the second round"),
        series,
    };
    let mut line = Vec::new();
    for i in 0..=24 {
        let decay = 1.1 + 0.1 * i as f64;
        let (spectrum, target) = Problem::power(300, 1.5, decay, NOISE).theory()?;
        line.push((decay, distill_gain(&spectrum, &target, 60, NOISE)?.chi));
    }
    let gain = Panel {
        title: "at the best ridge".into(),
        x: Axis::linear("decay b of the target"),
        y: Axis::linear("χ"),
        series: vec![
            Series::line("a=1.5, N=60", 0, Stroke::Solid, line),
            Series::Rule { label: "matched".into(), group: 1, stroke: Stroke::Dotted, at: Position::X(1.5) },
            Series::Rule { label: String::new(), group: 2, stroke: Stroke::Dotted, at: Position::Y(0.0) },
        ],
    };
    Ok(Figure {
        id: "dyn/distillation".into(),
        title: "When training on one's own predictions pays".into(),
        caption: "Left: two rounds of ridge regression on the same inputs, the second on ξ of the labels and the rest of the first one's predictions; \
                  lines: theory, markers: means over random inputs with 99 % intervals; at ξ=1 nothing is distilled. Right: two rounds beat the \
                  best single ridge where χ is positive, for targets smoother than the kernel's prior."
            .into(),
        panels: vec![shares, gain],
    })
}
