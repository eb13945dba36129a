//! Training on one's own predictions.

use solvable_engine::Trials;
use solvable_engine::figure::{Axis, Point, Scale, Stroke};
use solvable_engine::verify::JudgeError;
use solvable_shared::explore::{
    Ask, Explorable, ExplorePlan, Knob, Panel, Readout, Trace, Values, json, listed, measured, standing,
    stored,
};

use super::power_laws;
use crate::experiments::{InTime, InTimeSetting, Path, Problem, RoundSetting};

pub(super) fn plan() -> ExplorePlan {
    ExplorePlan::new(
        "dyn/explore-distillation",
        |_| {
            let shares = SHARES.into_iter().map(|xi| setting(SAMPLES, xi));
            stored::<InTime>(shares.chain(COUNTS.into_iter().map(|samples| setting(samples, 0.0))))
        },
        distillation,
    )
}

const MODES: usize = 600;
const DECAYS: (f64, f64) = (1.5, 2.5);
const NOISE: f64 = 0.3;
const RIDGE: f64 = 0.5;
/// Shares of the labels in a second round, simulated with so many samples.
const SHARES: [f64; 3] = [-1.0, 0.0, 0.5];
const SAMPLES: usize = 100;
/// Numbers of samples simulated without labels in the second round.
const COUNTS: [usize; 4] = [25, 50, 100, 200];

fn setting(samples: usize, xi: f64) -> InTimeSetting {
    let rounds = [1.0, xi].map(|xi| RoundSetting { delta: RIDGE, xi }).to_vec();
    let problem = Problem::power(MODES, DECAYS.0, DECAYS.1, NOISE);
    InTimeSetting { problem, samples, path: Path::Distillation { rounds } }
}

/// The test errors behind both rounds, as points at `x`.
fn behind(trials: &Trials<'_>, s: &InTimeSetting, x: f64) -> Result<Vec<Point>, JudgeError> {
    listed::<InTime>(trials, s, &[x, x], |o| &o.test)
}

fn distillation(trials: &Trials<'_>) -> Result<Explorable, JudgeError> {
    const ROUNDS: [(&str, usize); 2] = [("one round", 1), ("two rounds", 0)];
    let mut all = Vec::new();
    let at = json!({"a": DECAYS.0, "b": DECAYS.1, "sigma2": NOISE, "delta": RIDGE});
    let over = |name: &str, value: f64| {
        let mut at = at.clone();
        at[name] = json!(value);
        at
    };
    let mut shares = [Vec::new(), Vec::new()];
    for xi in SHARES {
        let found = behind(trials, &setting(SAMPLES, xi), xi)?;
        shares.iter_mut().zip(found).for_each(|(points, point)| points.push(point));
    }
    let mut counts = [Vec::new(), Vec::new()];
    for samples in COUNTS {
        let found = behind(trials, &setting(samples, 0.0), samples as f64)?;
        counts.iter_mut().zip(found).for_each(|(points, point)| points.push(point));
    }
    for (((label, group), shares), counts) in ROUNDS.into_iter().zip(shares).zip(counts) {
        all.extend(measured(0, over("N", SAMPLES as f64), label, group, shares));
        all.extend(measured(1, over("xi", 0.0), label, group, counts));
    }
    let rounds = |samples: &str, xi: &str| {
        let rounds = json!([{"delta": "$delta", "xi": 1}, {"delta": "$delta", "xi": xi}]);
        Ask::new("dyn/distill", power_laws(MODES, &[("N", json!(samples)), ("rounds", rounds)]))
    };
    let best = |samples: &str| Ask::new("dyn/distill-gain", power_laws(MODES, &[("N", json!(samples))]));
    let share = |label: &str, group: usize, output: &str| {
        Trace::sweep(
            label,
            group,
            Stroke::Solid,
            rounds("$N", "$x"),
            Values::new(-2, 1, 16, Scale::Linear),
            output,
        )
    };
    let count = |label: &str, group: usize, output: &str| {
        Trace::sweep(
            label,
            group,
            Stroke::Solid,
            rounds("$x", "$xi"),
            Values::new(10, 500, 16, Scale::Log).whole(),
            output,
        )
    };
    Ok(Explorable {
        id: "dyn/explore-distillation".into(),
        title: "Training on one's own predictions".into(),
        caption: "Kernel ridge regression, and a second round with the same ridge δ whose labels are ξ times the old ones and 1 − ξ times the predictions of the first. Left: test \
                  errors over ξ; right: over the number of samples; dashed, the best single ridge. With ξ = 0 the second round regularises further, with ξ < 0 it goes beyond. A \
                  second round pays where χ > 0, for targets other than the prior (b ≠ a). Points: simulations, 99 % intervals (a = 1.5, b = 2.5, σ² = 0.3, δ = 0.5; ξ = −1, 0, 0.5 \
                  at N = 100; N = 25 to 200 at ξ = 0)."
            .into(),
        knobs: vec![
            Knob::whole("N", "samples N", "For training.", 10, 500, SAMPLES as i64).logarithmic(),
            Knob::real("xi", "share ξ", "Of the true labels in the second round.", -2.0, 1.0, 0.0),
            Knob::real("delta", "ridge δ", "Of both rounds.", 0.01, 10.0, RIDGE).logarithmic(),
            Knob::real("a", "kernel a", "Decay of its eigenvalues.", 1.1, 3.0, DECAYS.0),
            Knob::real("b", "target b", "Decay of its powers.", 1.1, 4.0, DECAYS.1),
            Knob::real("sigma2", "noise σ²", "Variance of the noise of labels.", 0.0, 1.0, NOISE),
        ],
        panels: vec![
            Panel {
                title: "N = $N".into(),
                x: Axis::linear("share of the labels ξ").within(-2.0, 1.0),
                y: Axis::log("test error").within(1e-2, 1.0),
                traces: vec![
                    share("one round", 1, "E[0]"),
                    share("two rounds", 0, "E[1]"),
                    Trace::level("best single ridge", 2, Stroke::Dashed, best("$N"), "E_1"),
                    standing("$xi"),
                ],
            },
            Panel {
                title: "ξ = $xi".into(),
                x: Axis::log("samples N").within(10.0, 500.0),
                y: Axis::log("test error").within(1e-2, 1.0),
                traces: vec![count("one round", 1, "E[0]"), count("two rounds", 0, "E[1]"), standing("$N")],
            },
        ],
        readouts: vec![
            Readout::new("error of one round", rounds("$N", "$xi"), "E[0]"),
            Readout::new("error of two rounds", rounds("$N", "$xi"), "E[1]"),
            Readout::new("best single ridge δ^*", best("$N"), "delta_star"),
            Readout::new("its error", best("$N"), "E_1"),
            Readout::new("χ", best("$N"), "chi"),
        ],
        checks: vec![Ask::new(
            "dyn/distill",
            json!({
                "problem.lambda.power": "$a", "problem.eta.power": "$b", "problem.sigma2": "$sigma2", "samples": "$N",
                "path.distillation.rounds": [{"delta": "$delta", "xi": 1}, {"delta": "$delta", "xi": "$xi"}]
            }),
        )],
        measured: all,
    })
}
