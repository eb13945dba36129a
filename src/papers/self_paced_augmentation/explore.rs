//! Explorable figures.

use solvable_engine::Trials;
use solvable_engine::figure::{Axis, Scale, Stroke};
use solvable_engine::verify::{JudgeError, Profile};
use solvable_shared::by;
use solvable_shared::explore::{
    Ask, Explorable, ExplorePlan, Json, Knob, Measured, Panel, Readout, Trace, Values, json, listed,
    measured, standing, stored,
};
use solvable_theory::self_paced_augmentation::{optimal_augmentation, optimal_threshold};

use crate::claims::branches::near_spinodal;
use crate::claims::curve::{POINTS, STEPS, flow};
use crate::experiments::{
    AugmentedFlow, AugmentedRidge, AugmentedRidgeSetting, PairedOptimum, PairedOptimumSetting,
};
use crate::settings::{model, task};

pub(super) fn all() -> Vec<ExplorePlan> {
    vec![ExplorePlan::new(
        "spa/explore-hysteresis",
        |profile| {
            let mut all = stored::<AugmentedRidge>(ridges(profile)?.into_iter().map(|(_, s)| s))?;
            all.extend(stored::<PairedOptimum>(paired(profile)?)?);
            all.extend(stored::<AugmentedFlow>(POINTS.map(|(psi, tau)| flow(psi, tau, profile)))?);
            Ok(all)
        },
        hysteresis,
    )]
}

/// A task and an augmentation: $\psi$, $\sigma^2$, $s^2$.
type Place = (f64, f64, f64);

/// Where training was simulated to its end, with a threshold.
const ENDS: [(Place, f64); 7] = [
    ((0.5, 0.25, 1.0), 0.02),
    ((1.0, 0.25, 0.5), 0.05),
    ((1.2, 0.04, 1.0), 0.055),
    ((1.5, 0.01, 0.5), 0.0225),
    ((2.0, 0.25, 1.0), 0.3),
    ((2.0, 1.0, 0.5), 0.6),
    ((4.0, 0.25, 1.0), 0.4),
];
/// Where it was simulated at many thresholds against the best ridge.
const PAIRED: Place = (2.0, 0.25, 0.5);
/// Learning rate of the curves.
const ETA: f64 = 0.1;

fn ridges(profile: Profile) -> Result<Vec<(Place, AugmentedRidgeSetting)>, JudgeError> {
    let one = |((psi, sigma2, s2), tau): (Place, f64)| {
        let model = model(psi, sigma2, by(profile, 200, 400));
        ((psi, sigma2, s2), AugmentedRidgeSetting { model, s2, taus: vec![tau] })
    };
    let mut all: Vec<_> = ENDS.into_iter().map(one).collect();
    for factor in by(profile, [0.75, 1.4], [0.75, 1.25]) {
        all.push((ENDS[0].0, near_spinodal(factor, by(profile, 400, 800))?));
    }
    Ok(all)
}

fn paired(profile: Profile) -> Result<Vec<PairedOptimumSetting>, JudgeError> {
    let (psi, sigma2, s2) = PAIRED;
    let model = model(psi, sigma2, by(profile, 200, 400));
    let task = task(&model)?;
    let (ridge, best) = (optimal_augmentation(&task)?.lambda, optimal_threshold(&task, s2)?.tau);
    let sets = [vec![0.05], vec![0.7 * best, 1.3 * best], vec![best], vec![0.5]];
    let setting = |taus| PairedOptimumSetting { model: model.clone(), s2, taus, ridge };
    Ok(sets.map(setting).into())
}

const ZERO: &str = "from w = 0";
const SQUARES: &str = "from least squares";

fn simulated(trials: &Trials<'_>) -> Result<Vec<Measured>, JudgeError> {
    let profile = trials.profile();
    let mut all = Vec::new();
    for place in ENDS.map(|(place, _)| place).into_iter().chain([PAIRED]) {
        let (psi, sigma2, s2) = place;
        let at = json!({"psi": psi, "sigma2": sigma2, "s2": s2});
        let [mut share, mut low_share, mut error, mut low_error] = [const { Vec::new() }; 4];
        for (_, s) in ridges(profile)?.iter().filter(|(other, _)| *other == place) {
            share.extend(listed::<AugmentedRidge>(trials, s, &s.taus, |o| &o.p)?);
            low_share.extend(listed::<AugmentedRidge>(trials, s, &s.taus, |o| &o.p_low)?);
            error.extend(listed::<AugmentedRidge>(trials, s, &s.taus, |o| &o.r)?);
            low_error.extend(listed::<AugmentedRidge>(trials, s, &s.taus, |o| &o.r_low)?);
        }
        if place == PAIRED {
            for s in paired(profile)? {
                error.extend(listed::<PairedOptimum>(trials, &s, &s.taus, |o| &o.r)?);
            }
        }
        all.extend(measured(0, at.clone(), ZERO, 0, share));
        all.extend(measured(0, at.clone(), SQUARES, 1, low_share));
        all.extend(measured(1, at.clone(), ZERO, 0, error));
        all.extend(measured(1, at, SQUARES, 1, low_error));
    }
    for (psi, tau) in POINTS {
        let s = flow(psi, tau, profile);
        let points = listed::<AugmentedFlow>(trials, &s, &STEPS.map(|step| step as f64), |o| &o.r)?;
        let at = json!({"psi": psi, "sigma2": 0.25, "s2": 1.0, "tau": tau});
        all.extend(measured(2, at, ZERO, 0, points));
    }
    Ok(all)
}

fn hysteresis(trials: &Trials<'_>) -> Result<Explorable, JudgeError> {
    let task = json!({"psi": "$psi", "r2": 1, "sigma2": "$sigma2"});
    let with = |id: &str, more: &[(&str, Json)]| {
        let mut params = task.clone();
        for (name, value) in more {
            params[*name] = value.clone();
        }
        Ask::new(id, params)
    };
    let end = |id: &str, tau: &str| with(id, &[("s2", json!("$s2")), ("tau", json!(tau))]);
    let ridge = |strength: &str| with("spa/ridge-observables", &[("lambda_ridge", json!(strength))]);
    let steps: Vec<usize> = (0..=32).map(|n| 10 * n).collect();
    let curve = |start: &str| {
        let more = [
            ("s2", json!("$s2")),
            ("tau", json!("$tau")),
            ("eta", json!(ETA)),
            ("steps", json!(steps)),
            ("start", json!(start)),
        ];
        with("spa/flow", &more)
    };
    let inverse = with(
        "spa/inverse-threshold",
        &[("s2", json!("$s2")), ("lambda_ridge", json!({"$product": ["$s2", "$x"]}))],
    );
    let thresholds = || Values::new(2e-3, 2.0, 80, Scale::Log);
    let threshold = || Axis::log("threshold τ").within(2e-3, 2.0);
    let error = || Axis::linear("test error R").within(0.0, 1.2);
    Ok(Explorable {
        id: "spa/explore-hysteresis".into(),
        title: "Hysteresis of self-paced augmentation".into(),
        caption: format!(
            "Noise of variance s² is added to those samples whose squared residual exceeds τ. Left: all fixed points of their share p, a curve that folds where two meet; training \
             from w = 0 ends on its upper branch, training from least squares on the lower one (p = 0 for ψ ≤ 1). Middle: the test error of both ends; dashed, the best constant \
             augmentation, which no threshold beats. Right: the error during training (learning rate {ETA}). Raise τ through the fold and augmentation dies out; for ψ < 1 \
             lowering it again does not bring it back. Points: simulations of a linear model of {} dimensions, near the fold {}, 99 % intervals (σ² = 0.25: ψ = 0.5, 1, 2, 4; \
             others at ψ = 1.2, 1.5, 2).",
            by(trials.profile(), 200, 400),
            by(trials.profile(), 400, 800)
        ),
        knobs: vec![
            Knob::real("psi", "ψ = N/d", "Samples per dimension.", 0.2, 5.0, 0.5),
            Knob::real(
                "sigma2",
                "noise σ²",
                "Variance of the noise of labels, over that of the signal.",
                0.01,
                1.0,
                0.25,
            ),
            Knob::real(
                "s2",
                "augmentation s²",
                "Variance of the noise that is added to an input.",
                0.1,
                2.0,
                1.0,
            ),
            Knob::real(
                "tau",
                "threshold τ",
                "Of the squared residual; for the curves on the right and the numbers.",
                2e-3,
                2.0,
                0.02,
            )
            .logarithmic(),
        ],
        panels: vec![
            Panel {
                title: "share of augmented samples".into(),
                x: threshold(),
                y: Axis::linear("share p").within(0.0, 1.0),
                traces: vec![
                    Trace::sweep(
                        "fixed points",
                        6,
                        Stroke::Solid,
                        inverse,
                        Values::new(2e-4, 0.999, 160, Scale::Linear),
                        "$x",
                    )
                    .against("tau"),
                    standing("$tau"),
                ],
            },
            Panel {
                title: "where training ends".into(),
                x: threshold(),
                y: error(),
                traces: vec![
                    Trace::sweep(ZERO, 0, Stroke::Solid, end("spa/fixed-point", "$x"), thresholds(), "R")
                        .ending(),
                    Trace::sweep(
                        SQUARES,
                        1,
                        Stroke::Solid,
                        end("spa/fixed-point-lowest", "$x"),
                        thresholds(),
                        "R",
                    )
                    .ending(),
                    Trace::level(
                        "best constant augmentation",
                        2,
                        Stroke::Dashed,
                        with("spa/optimal-ca", &[]),
                        "R",
                    ),
                    standing("$tau"),
                ],
            },
            Panel {
                title: "training at τ = $tau".into(),
                x: Axis::linear("steps").within(0.0, 320.0),
                y: error(),
                traces: vec![
                    Trace::listed(ZERO, 0, Stroke::Solid, curve("zero"), json!(steps), "R"),
                    Trace::listed(SQUARES, 1, Stroke::Solid, curve("least-squares"), json!(steps), "R"),
                ],
            },
        ],
        readouts: vec![
            Readout::new("share p from w = 0", end("spa/fixed-point", "$tau"), "p"),
            Readout::new("share p from least squares", end("spa/fixed-point-lowest", "$tau"), "p"),
            Readout::new("test error from w = 0", end("spa/fixed-point", "$tau"), "R"),
            Readout::new("with all samples augmented", ridge("$s2"), "R"),
            Readout::new("with the best constant augmentation", with("spa/optimal-ca", &[]), "R"),
        ],
        checks: vec![Ask::new(
            "spa/fixed-point",
            json!({
                "model.dimension": 200, "model.samples": {"$round": [{"$product": [200, "$psi"]}]}, "model.noise": [[1, "$sigma2"]],
                "s2": "$s2", "taus": ["$tau"]
            }),
        )],
        measured: simulated(trials)?,
    })
}
