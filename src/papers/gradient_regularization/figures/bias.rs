use nalgebra::DVector;
use solvable_theory::gradient_regularization::{Coordinate, RegressionData, mean_mode_log_ratio, minimiser};

use crate::claims::bias::{large_mean_flows, zero_mean_flows};
use crate::claims::limits::{STRENGTHS, vanishing};
use crate::claims::means::{LENGTHS, changes, ends, predicted_ends, sparsity};
use crate::experiments::{DiagonalFlow, DiagonalFlowSetting, Penalty};
use crate::settings::{END, data, end, log_ratio, part, penalties};
use solvable_engine::figure::{Axis, Figure, Panel, Point, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request, statistic};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::by;
use solvable_simulate::diagonal::PlantedSetting;

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("gr/effective", effective_requests, effective),
        FigurePlan::new("gr/sparsity", sparsity_requests, sizes),
        FigurePlan::new("gr/plane", |_| requests::<DiagonalFlow>(&[plane_flows()], 1), plane),
        FigurePlan::new("gr/exponent", |_| requests::<DiagonalFlow>(&[vanishing()], 1), exponent),
    ]
}

fn effective_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    requests::<DiagonalFlow>(&[zero_mean_flows(0.1), large_mean_flows(profile)], 3)
}

/// The way of computing the penalty, in words.
fn way(penalty: Penalty) -> String {
    match penalty.epsilon {
        0.0 => "double backpropagation".into(),
        e if e > 0.0 => format!("forward, ε = {e}"),
        e => format!("backward, ε = {e}"),
    }
}

fn effective(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut panels = Vec::new();
    for (large, s) in [(false, zero_mean_flows(0.1)), (true, large_mean_flows(trials.profile()))] {
        let o = &trials.first::<DiagonalFlow>(&s)?;
        let strength = if large { 0.005 } else { 0.3 };
        let mut series = Vec::new();
        let flows = s.flows().enumerate().filter(|(_, (_, p))| p.gamma == strength && p.epsilon <= 0.1);
        let shown = flows.filter(|(_, (_, p))| !large || p.epsilon != 0.02);
        for (group, (flow, (start, penalty))) in shown.enumerate() {
            let measured = log_ratio(&s, o, flow)?;
            let theory: Vec<f64> = if large {
                mean_mode_log_ratio(&data(&s.data, o.problem)?, start, penalty.gamma, penalty.epsilon)?
            } else {
                end(&s, &o.drive, flow)?.iter().map(|v| -8.0 * penalty.gamma * v).collect()
            };
            let scale = |z: &f64| (0.5 * z).exp();
            let curve = theory.iter().enumerate().map(|(i, z)| (i as f64, scale(z))).collect();
            let points = measured.iter().enumerate().map(|(i, z)| Point::exact(i as f64, scale(z)));
            series.push(Series::line("", group, Stroke::Solid, curve));
            series.push(Series::Points { label: way(penalty), group, points: points.collect() });
        }
        panels.push(Panel {
            title: if large { "mean 5, γ = 0.005" } else { "mean 0, γ = 0.3" }.into(),
            x: Axis::linear("coordinate i"),
            y: Axis::linear("α_eff,i / α₀"),
            series,
        });
    }
    Ok(Figure {
        id: "gr/effective".into(),
        title: "The effective initialisation, coordinate by coordinate".into(),
        caption: format!(
            "√(w₊w₋)/α₀ at the end of the flow of one diagonal linear network (points; d = 50 with mean 0, {} with mean 5; α₀ = 0.1; the first coordinates are \
             those of the truth). Lines: left the exponential law with the integral of the same flow, right the theory of the mean mode, which needs no \
             trajectory. Without a mean the support shrinks most; with a mean all coordinates shrink alike.",
            by(trials.profile(), 50, 100)
        ),
        panels,
    })
}

fn sparsity_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let mut all = requests::<DiagonalFlow>(&[sparsity(true)], by(profile, 8, 24))?;
    all.extend(requests::<DiagonalFlow>(&[sparsity(false)], by(profile, 16, 64))?);
    Ok(all)
}

fn sizes(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut panels = Vec::new();
    for large in [true, false] {
        let s = sparsity(large);
        let outcomes = trials.of::<DiagonalFlow>(&s)?;
        let measured = outcomes
            .iter()
            .map(|o| Ok(changes(&s, &ends(&s, o)?)))
            .collect::<Result<Vec<_>, JudgeError>>()?;
        let lengths: Vec<f64> = s.penalties[1..].iter().map(|p| p.epsilon).collect();
        let count = lengths.len();
        let mut series = Vec::new();
        for (k, label) in ["Δ‖β‖₁", "Δ‖β − β*‖"].into_iter().enumerate() {
            let points = lengths.iter().enumerate().map(|(j, &e)| {
                let values: Vec<f64> = measured.iter().map(|m| m[k * count + j]).collect();
                mean_point(e, &values)
            });
            let points = points.collect::<Result<_, _>>()?;
            if large {
                let predicted = outcomes
                    .iter()
                    .map(|o| Ok(changes(&s, &predicted_ends(&s, o, None, 1.0)?)))
                    .collect::<Result<Vec<_>, JudgeError>>()?;
                let curve = LENGTHS.iter().enumerate().map(|(j, &e)| {
                    let values: Vec<f64> = predicted.iter().map(|p| p[k * count + j]).collect();
                    Ok((e, statistic::mean(&values, statistic::ALPHA)?.value))
                });
                series.push(Series::line("", k, Stroke::Solid, curve.collect::<Result<_, JudgeError>>()?));
            }
            series.push(Series::Points { label: label.into(), group: k, points });
        }
        series.push(Series::rule("interpolator at α₀", 3, Stroke::Dashed, Position::Y(0.0)));
        panels.push(Panel {
            title: if large { "mean 5, γ = 0.005" } else { "mean 0, γ = 0.3" }.into(),
            x: Axis::linear("ε of the difference"),
            y: Axis::linear("change by the penalty"),
            series,
        });
    }
    Ok(Figure {
        id: "gr/sparsity".into(),
        title: "Where gradient regularization makes solutions sparser, and where not".into(),
        caption: "Changes of the L1 norm and of the distance to the planted coefficients by the penalty (N = 20, d = 50, α₀ = 0.1, same data with and without; \
                  means and 99 % intervals over data). Left of zero are backward differences, right of it forward ones. With a large mean of the inputs both \
                  fall, as the theory of the mean mode predicts without a trajectory (lines); without a mean both rise."
            .into(),
        panels,
    })
}

/// One sample of two coordinates.
fn plane_flows() -> DiagonalFlowSetting {
    let data =
        PlantedSetting { samples: 1, dimension: 2, mean: 1.5, deviation: 1.0, planted: vec![1.0, 0.2] };
    let times = (1..=60).map(|k| 0.05 * f64::from(k)).chain([5.0, 20.0, END]).collect();
    let penalties = [penalties(&[0.0], &[0.0]), penalties(&[0.05, 0.15], &[0.0])].concat();
    DiagonalFlowSetting { data, starts: vec![0.05, 0.5], penalties, times, stop: 1e-14 }
}

fn plane(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let s = plane_flows();
    let o = &trials.first::<DiagonalFlow>(&s)?;
    let data = data(&s.data, o.problem)?;
    let (x, y) = (data.x(), data.y()[0]);
    let mut panels = Vec::new();
    for (half, start) in s.starts.iter().enumerate() {
        let mut series = Vec::new();
        let line = (0..=1).map(|k| {
            let b = 1.1 * f64::from(k) * y / x[(0, 0)];
            (b, (y - x[(0, 0)] * b) / x[(0, 1)])
        });
        series.push(Series::line("Xβ = y", 4, Stroke::Dotted, line.collect()));
        for (group, penalty) in s.penalties.iter().enumerate() {
            let flow = half * s.penalties.len() + group;
            let (mut points, mut curve) = (Vec::new(), vec![(0.0, 0.0)]);
            for time in 0..s.times.len() {
                let beta = part(&s, &o.beta, flow, time)?;
                points.push(Point::exact(beta[0], beta[1]));
                let drive = part(&s, &o.drive, flow, time)?;
                let logs: Vec<f64> =
                    drive.iter().map(|v| 2.0 * start.ln() - 8.0 * penalty.gamma * v).collect();
                let outputs = x * DVector::from_column_slice(beta);
                let found = minimiser(&RegressionData::new(x.clone(), outputs)?, &logs, None)?.beta;
                curve.push((found[0], found[1]));
            }
            series.push(Series::line("", group, Stroke::Solid, curve));
            series.push(Series::Points { label: format!("γ = {}", penalty.gamma), group, points });
        }
        panels.push(Panel {
            title: format!("α₀ = {start}"),
            x: Axis::linear("β₁"),
            y: Axis::linear("β₂"),
            series,
        });
    }
    Ok(Figure {
        id: "gr/plane".into(),
        title: "Trajectories of two coefficients".into(),
        caption: "Flows of one diagonal linear network with two coordinates and one sample, from the origin to the line of interpolators, at intervals of 0.05 (points), \
                  and the minimisers of the hyperbolic entropy at the effective initialisation and the outputs of that time (lines). Small weights move along \
                  one axis first, large ones nearly straight."
            .into(),
        panels,
    })
}

fn exponent(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let s = vanishing();
    let o = &trials.first::<DiagonalFlow>(&s)?;
    let mut series = Vec::new();
    for (group, x) in STRENGTHS.into_iter().enumerate() {
        let (mut points, mut curve) = (Vec::new(), Vec::new());
        for (k, &start) in s.starts.iter().enumerate() {
            let unit = std::f64::consts::LN_10;
            let measured = part(&s, &o.log_p, k * STRENGTHS.len() + group, 0)?[0];
            let theory = Coordinate::new(0.5, 1.0, start)?.rich_log_alpha_squared(x)?;
            points.push(Point::exact(2.0 * start.log10(), measured / unit));
            curve.push((2.0 * start.log10(), theory / unit));
        }
        series.push(Series::line("", group, Stroke::Solid, curve));
        series.push(Series::Points {
            label: format!("x = {x}, slope {:.3}", 1.0 / (1.0 - x)),
            group,
            points,
        });
    }
    Ok(Figure {
        id: "gr/exponent".into(),
        title: "The penalty changes the exponent of the initial scale".into(),
        caption: "Effective against initial scale of one coordinate (κ = 1/2, β* = 1) at x = 2γκβ*: flows (points) and the limit of vanishing weights (lines), \
                  whose slopes are 1/(1 − x). Beyond x = 1 the origin attracts."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("log₁₀ α₀²"),
            y: Axis::linear("log₁₀ α_eff²"),
            series,
        }],
    })
}
