//! Figures of self-paced augmentation.

mod digits;
mod groups;

use solvable_theory::self_paced_augmentation::{
    FlowState, all_fixed_points, fixed_point, interior_extrema, lowest_fixed_point, optimal_augmentation,
    ridge_observables, spinodal, stability_slope,
};

use crate::claims::branches::near_spinodal;
use crate::claims::curve::{POINTS, STEPS, flow, theory, trials as flow_trials};
use crate::experiments::{
    AugmentedFlow, AugmentedFlowOutcome, AugmentedRidge, AugmentedRidgeOutcome, AugmentedRidgeSetting,
};
use crate::settings::{model, task};
use solvable_engine::figure::{Axis, Figure, Panel, Point, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::by;

pub(super) fn all() -> Vec<FigurePlan> {
    [
        FigurePlan::new("spa/branches", branch_requests, branches),
        FigurePlan::new("spa/transition", transition_requests, transition),
        FigurePlan::new("spa/curves", curve_requests, curves),
        FigurePlan::new("spa/gain", gain_requests, gain),
        FigurePlan::new("spa/winner", |_| Ok(Vec::new()), winner),
    ]
    .into_iter()
    .chain(digits::all())
    .chain(groups::all())
    .collect()
}

fn thresholds(low: f64, high: f64, count: usize) -> Vec<f64> {
    let step = (high / low).ln() / (count - 1) as f64;
    (0..count).map(|i| low * (step * i as f64).exp()).collect()
}

/// The entry `index` of a list.
fn entry(list: &[f64], index: usize) -> Result<f64, JudgeError> {
    list.get(index).copied().ok_or_else(|| JudgeError::Other(format!("a list has no entry {index}")))
}

/// Mean and 99 % interval of the entry `index` of a list, as a point at `x`.
fn entry_point<O>(x: f64, outcomes: &[O], list: fn(&O) -> &[f64], index: usize) -> Result<Point, JudgeError> {
    let values = outcomes.iter().map(|o| entry(list(o), index));
    mean_point(x, &values.collect::<Result<Vec<_>, _>>()?)
}

/// Many thresholds on the same data: three dimensions of two samples each that are bistable below a spinodal, and more samples with two spinodals.
fn branch_settings(profile: Profile) -> [AugmentedRidgeSetting; 2] {
    let dimension = by(profile, 200, 400);
    [(0.5, 0.25, 0.004, 0.2), (1.2, 0.01, 0.005, 0.3)].map(|(psi, sigma2, low, high)| AugmentedRidgeSetting {
        model: model(psi, sigma2, dimension),
        s2: 1.0,
        taus: thresholds(low, high, 14),
    })
}

fn branch_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    requests::<AugmentedRidge>(&branch_settings(profile), by(profile, 20, 60))
}

/// The shares of augmented samples at the stable and the unstable ends for many thresholds: upper, lower, unstable.
fn ends(s: &AugmentedRidgeSetting) -> Result<[Vec<(f64, f64)>; 3], JudgeError> {
    let task = task(&s.model)?;
    let [mut upper, mut lower, mut unstable] = [const { Vec::new() }; 3];
    let (low, high) = (s.taus[0], s.taus[s.taus.len() - 1]);
    for tau in thresholds(low, high, 400) {
        // Next to a spinodal the iteration creeps: the line has a gap there.
        let value = |end: Result<f64, _>| end.unwrap_or(f64::NAN);
        upper.push((tau, value(fixed_point(&task, s.s2, tau).map(|end| end.ratio))));
        lower.push((tau, value(lowest_fixed_point(&task, s.s2, tau).map(|end| end.ratio))));
        let points = all_fixed_points(&task, s.s2, tau).unwrap_or_default();
        let middle = points.iter().find(|lambda| {
            **lambda > 0.0 && stability_slope(&task, s.s2, tau, **lambda).is_ok_and(|slope| slope > 1.0)
        });
        unstable.push((tau, middle.map_or(f64::NAN, |lambda| lambda / s.s2)));
    }
    Ok([upper, lower, unstable])
}

fn branches(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut panels = Vec::new();
    for s in branch_settings(trials.profile()) {
        let outcomes = trials.of::<AugmentedRidge>(&s)?;
        let task = task(&s.model)?;
        let points = |list: fn(&AugmentedRidgeOutcome) -> &[f64]| {
            let at = |(index, tau): (usize, &f64)| entry_point(*tau, &outcomes, list, index);
            s.taus.iter().enumerate().map(at).collect::<Result<Vec<_>, JudgeError>>()
        };
        let edges: Vec<f64> = if task.psi() <= 1.0 {
            vec![spinodal(&task, s.s2)?.tau]
        } else {
            interior_extrema(&task, s.s2)?.iter().map(|e| e.tau).collect()
        };
        let [upper, lower, unstable] = ends(&s)?;
        let rules = |series: &mut Vec<Series>| {
            for (index, edge) in edges.iter().enumerate() {
                let label = if index == 0 { "spinodal" } else { "" };
                series.push(Series::rule(label, 2, Stroke::Dotted, Position::X(*edge)));
            }
        };
        let mut series = vec![
            Series::line("from w = 0", 0, Stroke::Solid, upper.clone()),
            Series::line("from least squares", 1, Stroke::Solid, lower.clone()),
            Series::line("unstable", 3, Stroke::Dashed, unstable.clone()),
            Series::Points { label: String::new(), group: 0, points: points(|o| &o.p)? },
            Series::Points { label: String::new(), group: 1, points: points(|o| &o.p_low)? },
        ];
        rules(&mut series);
        let title = format!("ψ = {}, σ² = {}", task.psi(), task.sigma2());
        panels.push(Panel {
            title: title.clone(),
            x: Axis::log("threshold τ"),
            y: Axis::linear("augmented share p").within(-0.03, 1.03),
            series,
        });
        let errors = |curve: &[(f64, f64)]| -> Vec<(f64, f64)> {
            let error = |p: f64| ridge_observables(&task, p * s.s2).map_or(f64::NAN, |r| r.test_error);
            curve.iter().map(|(tau, p)| (*tau, if p.is_nan() { *p } else { error(*p) })).collect()
        };
        let mut series = vec![
            Series::line("from w = 0", 0, Stroke::Solid, errors(&upper)),
            Series::line("from least squares", 1, Stroke::Solid, errors(&lower)),
            Series::line("unstable", 3, Stroke::Dashed, errors(&unstable)),
            Series::Points { label: String::new(), group: 0, points: points(|o| &o.r)? },
            Series::Points { label: String::new(), group: 1, points: points(|o| &o.r_low)? },
        ];
        rules(&mut series);
        panels.push(Panel { title, x: Axis::log("threshold τ"), y: Axis::linear("test error R"), series });
    }
    Ok(Figure {
        id: "spa/branches".into(),
        title: "Where self-paced training ends".into(),
        caption: format!(
            "Share of augmented samples and test error against the threshold (s² = 1, d = {}; points: means over {} data sets, 99 % intervals; lines: fixed points). Training from w = 0 \
             and from least squares ends on different branches between the spinodals. At these sizes single runs cross over next to a spinodal.",
            by(trials.profile(), 200, 400),
            by(trials.profile(), 20, 60)
        ),
        panels,
    })
}

/// Sizes, and multiples of the spinodal, of the figure of its rounding.
const FACTORS: [f64; 9] = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.4, 1.75];

fn sizes(profile: Profile) -> Vec<usize> {
    by(profile, vec![50, 100, 200], vec![100, 200, 400, 800])
}

fn near(dimension: usize) -> Result<AugmentedRidgeSetting, JudgeError> {
    let edge = near_spinodal(1.0, dimension)?;
    let taus = edge.taus.iter().flat_map(|tau| FACTORS.map(|f| f * tau)).collect();
    Ok(AugmentedRidgeSetting { taus, ..edge })
}

fn transition_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let settings = sizes(profile).into_iter().map(near).collect::<Result<Vec<_>, _>>()?;
    requests::<AugmentedRidge>(&settings, by(profile, 60, 100))
}

fn transition(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut series = vec![Series::line(
        "infinite size",
        3,
        Stroke::Solid,
        vec![(0.45, 1.0), (1.0, 1.0), (1.0, 0.0), (1.8, 0.0)],
    )];
    for (group, dimension) in sizes(trials.profile()).into_iter().enumerate() {
        let outcomes = trials.of::<AugmentedRidge>(&near(dimension)?)?;
        let mut points = Vec::new();
        for (index, factor) in FACTORS.into_iter().enumerate() {
            let still = outcomes.iter().map(|o| Ok(f64::from(u8::from(entry(&o.p, index)? > 0.01))));
            points.push(mean_point(factor, &still.collect::<Result<Vec<_>, JudgeError>>()?)?);
        }
        let group = if group == 3 { 4 } else { group };
        series.push(Series::Points { label: format!("d = {dimension}"), group, points });
    }
    Ok(Figure {
        id: "spa/transition".into(),
        title: "The transition at finite size".into(),
        caption: "Share of runs from w = 0 that are still augmented at their end, against the threshold over the spinodal (ψ = 1/2, σ² = 1/4, s² = 1; 99 % intervals). Finite sizes \
                  round the jump; claims keep away from it."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("threshold over spinodal τ/τ_c"),
            y: Axis::linear("runs still augmented").within(-0.05, 1.05),
            series,
        }],
    })
}

fn curve_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    requests::<AugmentedFlow>(&POINTS.map(|(psi, tau)| flow(psi, tau, profile)), flow_trials(profile))
}

/// A curve as it is measured, and a point of it as it is predicted.
type Measured = fn(&AugmentedFlowOutcome) -> &[f64];
type Predicted = fn(&FlowState) -> f64;

fn curves(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let settings = POINTS.map(|(psi, tau)| flow(psi, tau, trials.profile()));
    let steps: Vec<usize> = (0..=120).map(|i| (1.06f64.powi(i) - 1.0).round() as usize).collect();
    let steps: Vec<usize> =
        steps.into_iter().collect::<std::collections::BTreeSet<_>>().into_iter().collect();
    // The first state is drawn at step 1/2 of the logarithmic axis.
    let x = |step: usize| (step as f64).max(0.5);
    let mut panels = Vec::new();
    let quantities: [(&str, Measured, Predicted); 3] = [
        ("augmented share p", |o| &o.p, |state| state.ratio),
        ("training error v", |o| &o.v, |state| state.training_error),
        ("test error R", |o| &o.r, |state| state.test_error),
    ];
    for (label, list, value) in quantities {
        let mut series = Vec::new();
        for (group, (s, (psi, tau))) in settings.iter().zip(POINTS).enumerate() {
            let curve = theory(s, None, &steps)?;
            let line = curve.iter().map(|state| (x(state.step), value(state))).collect();
            series.push(Series::line("", group, Stroke::Solid, line));
            let outcomes = trials.of::<AugmentedFlow>(s)?;
            let mut points = Vec::new();
            for (index, step) in STEPS.into_iter().enumerate() {
                points.push(entry_point(x(step), &outcomes, list, index)?);
            }
            series.push(Series::Points { label: format!("ψ = {psi}, τ = {tau}"), group, points });
        }
        panels.push(Panel {
            title: String::new(),
            x: Axis::log("step (η = 0.1; the start at 0.5)"),
            y: Axis::linear(label),
            series,
        });
    }
    Ok(Figure {
        id: "spa/curves".into(),
        title: "The whole training curve".into(),
        caption: format!(
            "Augmented share, training and test error of gradient descent from w = 0 (σ² = 1/4, s² = 1, d = {}; points: means over {} data sets, 99 % intervals) and the theory without \
             parameters (lines). At ψ = 1/2 and τ = 0.16 augmentation dies out and the error passes a minimum.",
            by(trials.profile(), 200, 400),
            flow_trials(trials.profile())
        ),
        panels,
    })
}

/// Noise and threshold of the figure of gains.
const GAIN: (f64, f64, f64) = (0.25, 0.5, 0.3);
const RATIOS: [f64; 7] = [0.25, 0.5, 0.75, 1.4, 2.0, 4.0, 8.0];

fn gain_settings(profile: Profile) -> [AugmentedRidgeSetting; 7] {
    let (sigma2, s2, tau) = GAIN;
    let size = by(profile, 300, 800);
    RATIOS.map(|psi| {
        // The larger of N and d is fixed.
        let dimension = (size as f64 / psi.max(1.0)).round() as usize;
        AugmentedRidgeSetting { model: model(psi, sigma2, dimension), s2, taus: vec![tau] }
    })
}

fn gain_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    requests::<AugmentedRidge>(&gain_settings(profile), by(profile, 20, 60))
}

fn gain(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let (sigma2, s2, tau) = GAIN;
    let ratios = thresholds(0.2, 30.0, 241);
    let curve = |of: &dyn Fn(f64) -> Result<f64, JudgeError>| -> Vec<(f64, f64)> {
        ratios.iter().map(|psi| (*psi, of(*psi).unwrap_or(f64::NAN))).collect()
    };
    let task = |psi: f64| solvable_theory::self_paced_augmentation::LinearTask::new(psi, 1.0, sigma2);
    let none = curve(&|psi| Ok(ridge_observables(&task(psi)?, 0.0)?.test_error));
    let all = curve(&|psi| Ok(ridge_observables(&task(psi)?, s2)?.test_error));
    let own = curve(&|psi| Ok(fixed_point(&task(psi)?, s2, tau)?.ridge.test_error));
    let best = curve(&|psi| Ok(optimal_augmentation(&task(psi)?)?.test_error));
    let [mut p_none, mut p_all, mut p_own] = [const { Vec::<Point>::new() }; 3];
    for (psi, s) in RATIOS.into_iter().zip(gain_settings(trials.profile())) {
        p_none.push(trials.mean::<AugmentedRidge>(psi, &s, |o| o.r_none)?);
        p_all.push(trials.mean::<AugmentedRidge>(psi, &s, |o| o.r_all)?);
        p_own.push(entry_point(psi, &trials.of::<AugmentedRidge>(&s)?, |o| &o.r, 0)?);
    }
    Ok(Figure {
        id: "spa/gain".into(),
        title: "When augmenting pays".into(),
        caption: "Test error against the number of samples for each dimension (σ² = 1/4; noise s² = 1/2, threshold 0.3; points: means over data sets, 99 % intervals; lines: theory). \
                  Self-paced augmentation beats both none and all in a window, and nowhere the best strength of augmenting all samples."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("samples over dimensions ψ = N/d"),
            y: Axis::log("test error R").within(0.005, 10.0),
            series: vec![
                Series::line("no augmentation", 0, Stroke::Solid, none),
                Series::line("all samples", 1, Stroke::Solid, all),
                Series::line("self-paced", 2, Stroke::Solid, own),
                Series::line("all samples, best strength", 3, Stroke::Dashed, best),
                Series::Points { label: String::new(), group: 0, points: p_none },
                Series::Points { label: String::new(), group: 1, points: p_all },
                Series::Points { label: String::new(), group: 2, points: p_own },
            ],
        }],
    })
}

fn winner(_: &Trials<'_>) -> Result<Figure, JudgeError> {
    let (sigma2, s2, _) = GAIN;
    let (x_edges, y_edges) = (thresholds(0.2, 30.0, 61), thresholds(0.01, 2.0, 41));
    let mut values = Vec::new();
    for y in y_edges.windows(2) {
        for x in x_edges.windows(2) {
            let (psi, tau) = ((x[0] * x[1]).sqrt(), (y[0] * y[1]).sqrt());
            let task = solvable_theory::self_paced_augmentation::LinearTask::new(psi, 1.0, sigma2)?;
            let none = ridge_observables(&task, 0.0)?.test_error;
            let all = ridge_observables(&task, s2)?.test_error;
            let own = fixed_point(&task, s2, tau).map_or(f64::NAN, |end| end.ridge.test_error);
            // Positive where self-paced augmentation is better than the better of the two others.
            values.push((none.min(all) / own).ln().clamp(-0.5, 0.5));
        }
    }
    Ok(Figure {
        id: "spa/winner".into(),
        title: "Where self-paced augmentation beats both rivals".into(),
        caption: "Theory for σ² = 1/4, s² = 1/2: logarithm of the test error of the better one of no augmentation and augmentation of all samples over that of self-paced \
                  augmentation; above zero the latter wins. Values beyond ±0.5 are cut."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("samples over dimensions ψ = N/d"),
            y: Axis::log("threshold τ"),
            series: vec![Series::HeatMap {
                label: "log ratio of test errors".into(),
                x_edges,
                y_edges,
                values,
                range: Some((-0.5, 0.5)),
            }],
        }],
    })
}
