//! Classifiers and widths.

use solvable_theory::natural_gradient::{Damping, Method, ce_margin};
use solvable_theory::{Architecture, TheoryError};

use super::title_of;
use crate::claims::classifiers::{alone, classifier, flow, labelled, recursed, wrong_at};
use crate::claims::widths::{
    KFAC, NAMES, ONE_SIDED, SEEDS, SGD, check_setting, exponents, powers, rules, slopes,
};
use crate::experiments::{
    Classifier, ClassifierSetting, CoordinateCheck, CoordinateCheckSetting, Inputs, Preconditioner, Sample,
    WidthRule, WidthTraining, WidthTrainingSetting,
};
use solvable_engine::figure::{Axis, Figure, Panel, Point, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request, statistic};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::by;

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("ngd/cross-entropy", error_requests, errors),
        FigurePlan::new("ngd/coordinate-check", check_requests, checked),
        FigurePlan::new(
            "ngd/rate-transfer",
            |p| requests::<WidthTraining>(&transfer_settings(p)?, NETWORKS),
            transfer,
        ),
    ]
}

/// Networks for every curve: as few as a median has an interval for.
const NETWORKS: usize = 8;

/// $\alpha\tau$ of the flow, and Euler steps to it.
const TIME: f64 = 10.0;
const EULER_STEPS: usize = 100;
const RHO: f64 = 0.3;

/// Curves of single samples: the rule, its damping and its name.
const FLOWS: [(Method, Damping, &str); 5] = [
    (Method::Exact, Damping::None, "exact"),
    (Method::OneSidedSoftmax, Damping::None, "one-sided, softmax"),
    (Method::Exact, Damping::Ridge(RHO), "exact, ρ = 0.3"),
    (Method::Gd, Damping::None, "descent at the rate 1/ρ"),
    (Method::OneSided, Damping::None, "one-sided"),
];

fn width(profile: Profile) -> usize {
    by(profile, 256, 1024)
}

fn flow_setting(method: Method, damping: Damping, profile: Profile) -> Result<ClassifierSetting, JudgeError> {
    let mut setting = alone((method, damping), classifier("erf", width(profile), 3)?, TIME, EULER_STEPS)?;
    if method == Method::Gd {
        setting.learning_rate /= RHO;
    }
    Ok(setting)
}

/// Methods whose recursion from the networks' own logits is drawn.
const STEPPED: [Method; 4] = [Method::Exact, Method::Kfac, Method::OneSidedSoftmax, Method::OneSided];
const STEPS: usize = 12;

fn stepped_setting(method: Method, profile: Profile) -> Result<ClassifierSetting, JudgeError> {
    labelled(method, "erf", width(profile), (0.3, STEPS))
}

fn stepped_title(method: Method) -> &'static str {
    if method == Method::OneSidedSoftmax { "one-sided, softmax" } else { title_of(method) }
}

fn error_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let alone = FLOWS.iter().map(|(method, damping, _)| flow_setting(*method, *damping, profile));
    let stepped = STEPPED.iter().map(|method| stepped_setting(*method, profile));
    requests::<Classifier>(&alone.chain(stepped).collect::<Result<Vec<_>, _>>()?, NETWORKS)
}

fn errors(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    Ok(Figure {
        id: "ngd/cross-entropy".into(),
        title: "What ends the exponential decay of a classifier's error".into(),
        caption: format!(
            "Left: one sample of three classes from equal logits, in small steps (erf, L = 3, {NETWORKS} networks, 99 % intervals), and the \
             closed forms. Undamped natural gradient and the one-sided method with the curvature of the softmax are exponential for ever, the latter with \
             the network's own rate in the exponent, which scatters about α; any \
             damping ρ ends as gradient descent at the rate 1/ρ; without that curvature the one-sided method is gradient descent in the \
             logits. Right: twelve samples with random labels at η = 0.3/α, mean of 1 − p over samples; lines are the recursions of infinite \
             width from the networks' own logits."
        ),
        panels: vec![flows(trials)?, recursions(trials)?],
    })
}

fn flows(trials: &Trials<'_>) -> Result<Panel, JudgeError> {
    let mut series = Vec::new();
    for (group, (method, damping, name)) in FLOWS.into_iter().enumerate() {
        let s = flow_setting(method, damping, trials.profile())?;
        let flow = flow(&s)?;
        let at = |step: f64| {
            Ok((TIME * step / EULER_STEPS as f64, ce_margin(flow, 3, s.learning_rate * step)?.error))
        };
        let line = (0..=EULER_STEPS).map(|step| at(step as f64)).collect::<Result<_, TheoryError>>()?;
        // Of curves that lie upon another the second is dashed.
        let stroke = if method == Method::OneSidedSoftmax { Stroke::Dashed } else { Stroke::Solid };
        series.push(Series::line("", group, stroke, line));
        let outcomes = trials.of::<Classifier>(&s)?;
        let point = |step: usize| {
            let wrong = outcomes.iter().map(|o| Ok(wrong_at(&s, o, step)?[0]));
            mean_point(
                TIME * step as f64 / EULER_STEPS as f64,
                &wrong.collect::<Result<Vec<_>, JudgeError>>()?,
            )
        };
        let points = (0..=EULER_STEPS).step_by(10).map(point).collect::<Result<_, _>>()?;
        series.push(Series::Points { label: name.into(), group, points });
    }
    Ok(Panel {
        title: "one sample, small steps".into(),
        x: Axis::linear("ατ"),
        y: Axis::log("1 − p").within(1e-5, 1.0),
        series,
    })
}

fn recursions(trials: &Trials<'_>) -> Result<Panel, JudgeError> {
    let average = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let mut series = Vec::new();
    for (group, method) in STEPPED.into_iter().enumerate() {
        let s = stepped_setting(method, trials.profile())?;
        let outcomes = trials.of::<Classifier>(&s)?;
        let (mut line, mut points) = (Vec::new(), Vec::new());
        for t in 0..=STEPS {
            let until = ClassifierSetting { steps: t, ..s.clone() };
            let predicted = outcomes.iter().map(|o| Ok(average(&recursed(method, &until, o)?)));
            line.push((t as f64, average(&predicted.collect::<Result<Vec<_>, JudgeError>>()?)));
            let measured = outcomes.iter().map(|o| Ok(average(&wrong_at(&s, o, t)?)));
            points.push(mean_point(t as f64, &measured.collect::<Result<Vec<_>, JudgeError>>()?)?);
        }
        series.push(Series::line("", group, Stroke::Solid, line));
        series.push(Series::Points { label: stepped_title(method).into(), group, points });
    }
    Ok(Panel {
        title: "twelve samples, η = 0.3/α".into(),
        x: Axis::linear("step t"),
        y: Axis::log("mean of 1 − p").within(1e-2, 1.0),
        series,
    })
}

fn checks(profile: Profile) -> Result<Vec<(&'static str, CoordinateCheckSetting)>, TheoryError> {
    rules()?.into_iter().map(|(name, rule)| Ok((name, check_setting(rule, profile)?))).collect()
}

/// The trials of the claim itself.
fn check_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let settings: Vec<_> = checks(profile)?.into_iter().map(|(_, setting)| setting).collect();
    requests::<CoordinateCheck>(&settings, SEEDS)
}

/// What is predicted of every rule, and what was measured.
type Dashes = (Vec<(f64, f64)>, Vec<Point>);

fn checked(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let checks = checks(trials.profile())?;
    let mut series: Vec<Dashes> = vec![Default::default(); NAMES.len()];
    for (i, (_, s)) in checks.iter().enumerate() {
        let outcomes = trials.of::<CoordinateCheck>(s)?;
        let measured = outcomes.iter().map(|o| slopes(s, o)).collect::<Result<Vec<_>, _>>()?;
        let (x, predicted) = ((i + 1) as f64, exponents(&s.rule)?);
        for (k, ((dashes, points), exponent)) in series.iter_mut().zip(predicted).enumerate() {
            dashes.extend([(x - 0.45, exponent), (x + 0.45, exponent), (f64::NAN, f64::NAN)]);
            points.push(mean_point(x, &measured.iter().map(|slopes| slopes[k]).collect::<Vec<_>>())?);
        }
    }
    let panel = |(name, (dashes, points)): (&str, Dashes)| Panel {
        title: name.into(),
        x: Axis::linear("rule").within(0.0, checks.len() as f64 + 1.0),
        y: Axis::linear("exponent of M").within(-1.3, 1.3),
        series: vec![
            Series::line("", 1, Stroke::Solid, dashes),
            Series::Points { label: String::new(), group: 0, points },
        ],
    };
    let named = |(i, (name, _)): (usize, &(&str, _))| format!("{}: {name}", i + 1);
    let names = checks.iter().enumerate().map(named).collect::<Vec<_>>().join("; ");
    Ok(Figure {
        id: "ngd/coordinate-check".into(),
        title: "How what one step changes grows with the width".into(),
        caption: format!(
            "Slopes of ln(root mean square) over ln M in ReLU networks (L = 3, N = 8, {SEEDS} seeds, 99 % intervals) and the predicted exponents \
             (dashes): changes of the first, second and output layer by their own weights, and of the second layer and the output in all. \
             Rules, with maximal update where nothing else is said: {names}. The rates are the predicted ones, or 0 where said and where damping \
             is fixed."
        ),
        panels: NAMES.into_iter().zip(series).map(panel).collect(),
    })
}

/// Rules of the figure of transfer, in words; prefactors of their rates are swept.
fn transferred() -> Result<Vec<(&'static str, WidthRule)>, TheoryError> {
    let of = |(input, output)| powers(input, output);
    let constant = Some([0.0; 3]);
    let fixed = WidthRule::at_rates(of(KFAC), 1.0, [0.0; 3]);
    Ok(vec![
        ("SGD, standard", WidthRule::at_rates(of(SGD), 0.5, [0.0; 3])),
        ("SGD, maximal update", WidthRule::scaled(of(SGD), 1.0, false)?),
        ("K-FAC, scaled damping", WidthRule::scaled(of(KFAC), 1.0, true)?),
        ("K-FAC, fixed damping", WidthRule { damping_input: constant, damping_output: constant, ..fixed }),
        ("one-sided", WidthRule::scaled(of(ONE_SIDED), 1.0, false)?),
        ("Muon", WidthRule::scaled(Preconditioner::Orthogonal, 1.0, false)?),
    ])
}

fn transfer_widths(profile: Profile) -> &'static [usize] {
    by(profile, &[64, 128, 256], &[64, 128, 256, 512, 1024])
}

/// Prefactors of the rates: factors of 2.
fn prefactors() -> Vec<f64> {
    (0..12).map(|i| 0.8 / f64::from(1 << i)).rev().collect()
}

fn transfer_setting(rule: WidthRule, width: usize, rate: f64) -> Result<WidthTrainingSetting, JudgeError> {
    let network = Architecture::new(vec![64, width, width, 1], "relu".parse()?, 2.0, 0.0)?;
    Ok(WidthTrainingSetting {
        network: network.with_trained_biases(false),
        sample: Sample::new(Inputs::Sphere, 16, 0),
        rule: WidthRule { learning_rate: rate, ..rule },
        steps: 6,
    })
}

fn transfer_settings(profile: Profile) -> Result<Vec<WidthTrainingSetting>, JudgeError> {
    let mut all = Vec::new();
    for (_, rule) in transferred()? {
        for &width in transfer_widths(profile) {
            for rate in prefactors() {
                all.push(transfer_setting(rule, width, rate)?);
            }
        }
    }
    Ok(all)
}

fn transfer(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut panels = Vec::new();
    for (title, rule) in transferred()? {
        let mut series = Vec::new();
        for (group, &width) in transfer_widths(trials.profile()).iter().enumerate() {
            let point = |rate: f64| {
                let losses =
                    trials.values::<WidthTraining>(&transfer_setting(rule, width, rate)?, |o| o.loss)?;
                Ok(Point::new(rate, statistic::median(&losses, statistic::ALPHA)?))
            };
            let points: Vec<Point> =
                prefactors().into_iter().map(point).collect::<Result<_, JudgeError>>()?;
            let line = points.iter().map(|point| (point.x, point.y)).collect();
            series.push(Series::line("", group, Stroke::Dotted, line));
            // One legend for all panels.
            let label = if panels.is_empty() { format!("M = {width}") } else { String::new() };
            series.push(Series::Points { label, group, points });
        }
        panels.push(Panel {
            title: title.into(),
            x: Axis::log("prefactor of the rates"),
            y: Axis::log("loss / loss at f = 0").within(1e-6, 10.0),
            series,
        });
    }
    Ok(Figure {
        id: "ngd/rate-transfer".into(),
        title: "Which learning rates carry over to other widths".into(),
        caption: format!(
            "Loss after six steps against the prefactor of the rates (ReLU, L = 3, N = 16; medians of {NETWORKS} networks with 99 % intervals; \
             diverged runs lie above). In the standard parametrisation the best rate of gradient descent falls like 1/M; with the predicted \
             exponents of rates, and of dampings, the curves of all widths agree. K-FAC with fixed damping transfers too, while its features cease \
             to change: a rate that transfers does not show that features are learnt."
        ),
        panels,
    })
}
