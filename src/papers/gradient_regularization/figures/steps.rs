use solvable_theory::gradient_regularization::{DiagonalWeights, matrix_products, regulariser_gradient};

use crate::claims::cost::{DEPTHS, setting as cost_setting};
use crate::claims::descent::strengths;
use crate::experiments::{CriticalDescent, PenaltyCost, SingleSteps, SingleStepsSetting};
use crate::settings::{data, zero_mean};
use solvable_engine::figure::{Axis, Figure, Panel, Point, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::by;

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("gr/differences", |_| requests::<SingleSteps>(&lengths(), 5), differences),
        FigurePlan::new(
            "gr/stability",
            |p| requests::<CriticalDescent>(&strengths(), by(p, 3, 16)),
            stability,
        ),
        FigurePlan::new("gr/cost", cost_requests, cost),
    ]
}

/// Lengths of differences, by half a decade.
fn lengths() -> Vec<SingleStepsSetting> {
    let all = (0..=18).map(|k| 10f64.powf(-9.0 + 0.5 * f64::from(k)));
    all.map(|epsilon| SingleStepsSetting { data: zero_mean(), epsilon, rho: 0.05, eta: 0.02 }).collect()
}

fn differences(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let (mut single, mut mean) = (Vec::new(), Vec::new());
    let (mut single_theory, mut mean_theory) = (Vec::new(), Vec::new());
    let relative = |a: &[f64], b: &[f64]| {
        let distance: f64 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
        (distance / b.iter().map(|b| b * b).sum::<f64>()).sqrt()
    };
    for s in lengths() {
        let mut errors = (Vec::new(), Vec::new());
        let mut predicted = (Vec::new(), Vec::new());
        for o in trials.of::<SingleSteps>(&s)? {
            let data = data(&s.data, o.problem)?;
            let w = DiagonalWeights::new(&data, &o.w)?;
            let exact = regulariser_gradient(&data, &w, 0.0)?;
            let middle =
                |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| 0.5 * (a + b)).collect() };
            let (forward, backward) = (&o.forward, &o.backward);
            errors.0.push(relative(forward, &exact));
            errors.1.push(relative(&middle(forward, backward), &exact));
            let ahead = regulariser_gradient(&data, &w, s.epsilon)?;
            let back = regulariser_gradient(&data, &w, -s.epsilon)?;
            predicted.0.push(relative(&ahead, &exact));
            predicted.1.push(relative(&middle(&ahead, &back), &exact));
        }
        single.push(geometric(s.epsilon, &errors.0)?);
        mean.push(geometric(s.epsilon, &errors.1)?);
        single_theory.push((s.epsilon, geometric(s.epsilon, &predicted.0)?.y));
        let second = geometric(s.epsilon, &predicted.1)?.y;
        // Below the rounding of the closed form itself there is nothing to draw.
        if second > 1e-14 {
            mean_theory.push((s.epsilon, second));
        }
    }
    Ok(Figure {
        id: "gr/differences".into(),
        title: "Finite differences against double backpropagation".into(),
        caption: "Distance of the gradient of the penalty by finite differences along the gradient from the one by double backpropagation, relative to its length, \
                  at random weights of a diagonal linear network (N = 20, d = 50; geometric means over five data sets and 99 % intervals). Lines: the closed form, of \
                  first order for one difference and of second order for the mean of both; short differences show the rounding of their quotient, of order \
                  10⁻¹⁶/ε."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("ε"),
            y: Axis::log("relative distance"),
            series: vec![
                Series::line("", 0, Stroke::Solid, single_theory),
                Series::Points { label: "forward".into(), group: 0, points: single },
                Series::line("", 1, Stroke::Solid, mean_theory),
                Series::Points { label: "mean of forward and backward".into(), group: 1, points: mean },
            ],
        }],
    })
}

/// Geometric mean and its 99 % interval.
fn geometric(x: f64, values: &[f64]) -> Result<Point, JudgeError> {
    let logs: Vec<f64> = values.iter().map(|v| v.max(f64::MIN_POSITIVE).ln()).collect();
    let point = mean_point(x, &logs)?;
    Ok(Point { x, y: point.y.exp(), low: point.low.exp(), high: point.high.exp() })
}

fn stability(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut series = Vec::new();
    let mut furthest: f64 = 0.0;
    for (group, s) in strengths().into_iter().enumerate() {
        let points = trials
            .of::<CriticalDescent>(&s)?
            .iter()
            .map(|o| {
                let sharpness = o.sharpness;
                let x = s.penalty.gamma * sharpness;
                furthest = furthest.max(x);
                Ok(Point::exact(x, 0.5 * sharpness * o.threshold))
            })
            .collect::<Result<_, JudgeError>>()?;
        series.push(Series::Points { label: format!("γ = {}", s.penalty.gamma), group, points });
    }
    let curve = (0..=100).map(|k| {
        let x = 1.05 * furthest * f64::from(k) / 100.0;
        (x, 1.0 / (1.0 + x))
    });
    series.insert(0, Series::line("η_c λ_max/2 = 1/(1 + γ λ_max)", 4, Stroke::Solid, curve.collect()));
    series.push(Series::rule("2/λ_max", 5, Stroke::Dashed, Position::Y(1.0)));
    Ok(Figure {
        id: "gr/stability".into(),
        title: "The learning rate at which a minimum becomes unstable".into(),
        caption: "Divergence boundary of gradient descent with the penalty at interpolating minima of diagonal linear networks, by bisection (points, one a data \
                  set), in units of 2/λ_max, against γ λ_max."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("γ λ_max"),
            y: Axis::linear("η_c λ_max / 2").within(0.0, 1.1),
            series,
        }],
    })
}

fn cost_requests(_: Profile) -> Result<Vec<Request>, JudgeError> {
    let settings = DEPTHS.iter().map(|&depth| cost_setting(depth)).collect::<Result<Vec<_>, _>>()?;
    requests::<PenaltyCost>(&settings, 1)
}

fn cost(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut series = Vec::new();
    let labels = ["finite difference", "double backpropagation"];
    for (k, label) in labels.into_iter().enumerate() {
        let points = DEPTHS
            .iter()
            .map(|&depth| {
                let o = trials.first::<PenaltyCost>(&cost_setting(depth)?)?;
                let products = o.products;
                Ok(Point::exact(depth as f64, products[k + 1] / products[0]))
            })
            .collect::<Result<_, JudgeError>>()?;
        let curve = (1..=8_u64)
            .map(|depth| {
                let [gradient, difference, double] = matrix_products(depth)?;
                let own = if k == 0 { difference } else { double };
                Ok((depth as f64, own as f64 / gradient as f64))
            })
            .collect::<Result<_, JudgeError>>()?;
        series.push(Series::line("", k, Stroke::Solid, curve));
        series.push(Series::Points { label: label.into(), group: k, points });
    }
    series.push(Series::rule("many layers", 1, Stroke::Dashed, Position::Y(3.0)));
    Ok(Figure {
        id: "gr/cost".into(),
        title: "What the penalty costs".into(),
        caption: "Matrix products of one step with the penalty in units of those of one gradient, counted in running code (points) and (6L − 2)/(3L − 1), \
                  (9L − 5)/(3L − 1) (lines), for dense networks with L layers. Times are measured by the benchmark gradient_regularization."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("layers L"),
            y: Axis::linear("products / products of a gradient").within(0.0, 3.5),
            series,
        }],
    })
}
