//! Traps of deep linear networks, and what flattening does for a classifier of digits.

use solvable_theory::gradient_regularization::deep_trap;

use crate::claims::traps::chain;
use crate::experiments::{DeepTrap, DeepTrapSetting, FlatDigits, FlatDigitsSetting};
use solvable_engine::figure::{Axis, Figure, Panel, Point, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::by;
use solvable_simulate::training::Flattening;

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("gr/traps", |_| requests::<DeepTrap>(&flows()?, 1), traps),
        FigurePlan::new("gr/digits", |p| requests::<FlatDigits>(&[digits_setting(p)], by(p, 2, 23)), digits),
    ]
}

/// Depths, and targets of the right panel.
const DEPTHS: [usize; 5] = [2, 3, 4, 5, 6];
const TARGETS: [f64; 5] = [0.5, 1.0, 2.0, 4.0, 8.0];
/// Strengths between which a threshold is caught, in its units.
const SHARES: [f64; 6] = [0.9, 0.94, 0.98, 1.02, 1.06, 1.1];

fn flows() -> Result<Vec<DeepTrapSetting>, JudgeError> {
    let all = DEPTHS.into_iter().map(|depth| (depth, 1.0));
    let all = all.chain([2, 3, 4, 6].into_iter().flat_map(|depth| TARGETS.map(|target| (depth, target))));
    let mut settings: Vec<DeepTrapSetting> = Vec::new();
    for (depth, target) in all {
        let s = chain(depth, target, 0.0, &SHARES)?;
        if !settings.contains(&s) {
            settings.push(s);
        }
    }
    Ok(settings)
}

/// Between the strongest penalty that lets the target be learnt and the weakest that does not.
fn caught(trials: &Trials<'_>, depth: usize, target: f64, x: f64) -> Result<Point, JudgeError> {
    let s = chain(depth, target, 0.0, &SHARES)?;
    let outcomes = trials.of::<DeepTrap>(&s)?;
    let learnt = |share: &&f64| **share > 0.5;
    let count = outcomes[0].learnt.iter().take_while(learnt).count();
    let (low, high) = (s.strengths[count.max(1) - 1], s.strengths[count.min(s.strengths.len() - 1)]);
    Ok(Point { x, y: (low * high).sqrt(), low, high })
}

fn traps(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut line = Vec::new();
    let mut points = Vec::new();
    for depth in 2..=12 {
        line.push((depth as f64, deep_trap(depth, 1.0, 0.0)?));
    }
    for depth in DEPTHS {
        points.push(caught(trials, depth, 1.0, depth as f64)?);
    }
    let against_depth = vec![
        Series::line("γ_c", 0, Stroke::Solid, line),
        Series::Points { label: "flows".into(), group: 0, points },
        Series::rule("1/s*", 1, Stroke::Dashed, Position::Y(1.0)),
    ];
    let mut against_target = Vec::new();
    for (group, depth) in [2, 3, 4, 6].into_iter().enumerate() {
        let curve = (0..=40).map(|i| {
            let target = 0.4 * 25f64.powf(f64::from(i) / 40.0);
            Ok((target, deep_trap(depth, target, 0.0)?))
        });
        let curve = curve.collect::<Result<Vec<_>, JudgeError>>()?;
        against_target.push(Series::line(format!("L = {depth}"), group, Stroke::Solid, curve));
        let points = TARGETS.into_iter().map(|target| caught(trials, depth, target, target));
        let points = points.collect::<Result<Vec<_>, JudgeError>>()?;
        against_target.push(Series::Points { label: String::new(), group, points });
    }
    Ok(Figure {
        id: "gr/traps".into(),
        title: "Traps of deep linear networks".into(),
        caption: "The strength of the penalty beyond which a deep linear network does not learn a singular value s* from small weights (ε = 0). It falls with s*: \
                  the penalty blocks the large singular values, not the small ones. Points: flows of chains of weights, between the strongest penalty that lets \
                  the value be learnt and the weakest that does not."
            .into(),
        panels: vec![
            Panel {
                title: "s* = 1".into(),
                x: Axis::linear("depth L"),
                y: Axis::linear("γ"),
                series: against_depth,
            },
            Panel { title: String::new(), x: Axis::log("s*"), y: Axis::log("γ_c"), series: against_target },
        ],
    })
}

/// What is compared, with its label.
fn methods() -> [(&'static str, Flattening); 6] {
    let penalty = |gamma, epsilon| Flattening::Penalty { gamma, epsilon };
    [
        ("γ = 0.5, ε = 0.1", penalty(0.5, 0.1)),
        ("γ = 0.5, ε = -0.1", penalty(0.5, -0.1)),
        ("γ = 0.03, ε = 0.05", penalty(0.03, 0.05)),
        ("γ = 0.03, ε = -0.05", penalty(0.03, -0.05)),
        ("SAM, ρ = 0.1", Flattening::SharpnessAware { rho: 0.1 }),
        ("flooding at 0.03", Flattening::Flooding { level: 0.03 }),
    ]
}

fn digits_setting(profile: Profile) -> FlatDigitsSetting {
    FlatDigitsSetting {
        width: 50,
        samples: by(profile, 100, 200),
        steps: by(profile, 300, 1200),
        learning_rate: 0.3,
        methods: methods().map(|(_, method)| method).into(),
    }
}

fn digits(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let setting = digits_setting(trials.profile());
    let outcomes = trials.of::<FlatDigits>(&setting)?;
    let values = |of: &dyn Fn(&crate::experiments::FlatDigitsOutcome) -> f64| -> Vec<f64> {
        outcomes.iter().map(of).collect()
    };
    let (mut errors, mut losses, mut words) = (Vec::new(), Vec::new(), Vec::new());
    for (i, (label, _)) in methods().into_iter().enumerate() {
        let error = mean_point(i as f64, &values(&|o| o.more_error[i]))?;
        let loss = mean_point(i as f64, &values(&|o| o.more_loss[i]))?;
        words.push(format!("{}: {label}, {:+.2} [{:+.2}, {:+.2}]", i + 1, error.y, error.low, error.high));
        let group = i;
        let at = |p: Point| Point { x: i as f64 + 1.0, ..p };
        errors.push(Series::Points { label: label.into(), group, points: vec![at(error)] });
        losses.push(Series::Points { label: String::new(), group, points: vec![at(loss)] });
    }
    let pairs = values(&|o| o.more_error[0] - o.more_error[1]);
    let signs = mean_point(0.0, &pairs)?;
    let level = mean_point(0.0, &values(&|o| o.error))?;
    let zero = || Series::rule("", 9, Stroke::Dotted, Position::Y(0.0));
    Ok(Figure {
        id: "gr/digits".into(),
        title: "What flattening does for a classifier of digits".into(),
        caption: format!(
            "Test error of a ReLU network (64-{}-10, {} images, cross entropy, {} steps of full batches of size {}) less that of plain descent from the same weights, \
             {} pairs, 99 % intervals, in per cent points: {}. Level {:.1} %. Between the signs of ε at γ = 0.5: {:+.2} [{:+.2}, {:+.2}]. An experiment, not a theorem.",
            setting.width,
            setting.samples,
            setting.steps,
            setting.learning_rate,
            outcomes.len(),
            words.join("; "),
            level.y,
            signs.y,
            signs.low,
            signs.high
        ),
        panels: vec![
            Panel {
                title: "test error".into(),
                x: Axis::linear("method").within(0.5, 6.5),
                y: Axis::linear("difference, per cent points"),
                series: errors.into_iter().chain([zero()]).collect(),
            },
            Panel {
                title: "test loss".into(),
                x: Axis::linear("method").within(0.5, 6.5),
                y: Axis::linear("difference of the cross entropy"),
                series: losses.into_iter().chain([zero()]).collect(),
            },
        ],
    })
}
