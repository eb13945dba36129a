//! Whether distillation pays.

use solvable_engine::figure::{Axis, Figure, Panel, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile};
use solvable_engine::{FigurePlan, Trials, requests};
use solvable_shared::by;
use solvable_theory::learning_in_time::{Round, distill, distill_gain, distill_optimal, early_stopping};

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
    let gains = gains(profile)?;
    Ok(Figure {
        id: "dyn/distillation".into(),
        title: "When training on one's own predictions pays".into(),
        caption: "Left: two rounds of ridge regression on the same inputs, the second on ξ of the labels and the rest of the first one's predictions; \
                  lines: theory, markers: means over random inputs with 99 % intervals; at ξ=1 nothing is distilled. Middle: two rounds beat the \
                  best single ridge where χ is positive, for targets smoother than the kernel's prior. Right: by how much the best mixtures of k \
                  rounds do, and flow stopped at its best time; two rounds get most of it."
            .into(),
        panels: vec![shares, gain, gains],
    })
}

/// The least error of `rounds` rounds over ridges, by golden section in the logarithm about `near`.
fn best_mixture(problem: &Problem, samples: usize, rounds: usize, near: f64) -> Result<f64, JudgeError> {
    let (spectrum, target) = problem.theory()?;
    let at = |log: f64| -> Result<f64, JudgeError> {
        Ok(distill_optimal(&spectrum, &target, samples, problem.sigma2, log.exp(), rounds)?.0)
    };
    let golden = 0.5 * (5f64.sqrt() - 1.0);
    let (mut low, mut high) = (near.ln() - 2.0, near.ln() + 3.0);
    let (mut left, mut right) = (high - golden * (high - low), low + golden * (high - low));
    let (mut at_left, mut at_right) = (at(left)?, at(right)?);
    for _ in 0..12 {
        if at_left < at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - golden * (high - low);
            at_left = at(left)?;
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + golden * (high - low);
            at_right = at(right)?;
        }
    }
    Ok(at_left.min(at_right))
}

fn gains(profile: Profile) -> Result<Panel, JudgeError> {
    let mut lines: [Vec<(f64, f64)>; 3] = Default::default();
    for i in 0..=by(profile, 5, 10) {
        let decay = 1.5 + by(profile, 0.4, 0.2) * i as f64;
        let problem = Problem::power(by(profile, 200, 400), 1.5, decay, NOISE);
        let (spectrum, target) = problem.theory()?;
        let best = early_stopping(&spectrum, &target, 60, NOISE)?;
        let Some(ridge) = best.ridge.filter(|ridge| *ridge > 0.0) else { continue };
        let gain = |error: f64| (decay, 100.0 * (1.0 - error / best.ridge_error));
        lines[0].push(gain(best_mixture(&problem, 60, 2, ridge)?));
        lines[1].push(gain(best_mixture(&problem, 60, 4, ridge)?));
        lines[2].push(gain(best.error));
    }
    let [two, four, flow] = lines;
    Ok(Panel {
        title: "over the best ridge".into(),
        x: Axis::linear("decay b of the target"),
        y: Axis::linear("gain, %"),
        series: vec![
            Series::line("two rounds", 0, Stroke::Solid, two),
            Series::line("four rounds", 1, Stroke::Solid, four),
            Series::line("flow at its best time", 2, Stroke::Dashed, flow),
        ],
    })
}
