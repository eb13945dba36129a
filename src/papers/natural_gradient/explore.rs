//! Explorable figures.

use serde_json::Value as Json;
use solvable_engine::Trials;
use solvable_engine::figure::{Axis, Scale, Series, Stroke};
use solvable_engine::verify::{JudgeError, Request};
use solvable_shared::explore::{
    Ask, Dot, Explorable, ExplorePlan, Knob, Measured, Panel, Readout, Trace, Values, json, measured, points,
    stored,
};
use solvable_theory::TheoryError;
use solvable_theory::natural_gradient::{self, Method};

use crate::experiments::{
    ISOTROPIC, Inputs, NaturalTraining, NaturalTrainingOutcome, NaturalTrainingSetting, Sample, Task,
};
use crate::settings::{INPUTS, SAMPLES, network, undamped};

pub(super) fn all() -> Vec<ExplorePlan> {
    vec![ExplorePlan::new("ngd/explore-training", |_| requests(), training)]
}

const DEPTHS: [usize; 2] = [3, 4];
const ACTIVATIONS: [&str; 3] = ["relu", "erf", "tanh"];
const WIDTHS: [usize; 7] = [64, 128, 256, 512, 1024, 2048, 4096];

/// The width of the runs of several steps.
const WIDE: usize = 2048;

/// Residuals that leave the curvature aside, and those of labels.
const SMALL: Task = Task::SmallResidual(0.01);

/// Targets, $\eta\alpha$ and steps of the runs that claims rest on.
const RUNS: [(Task, f64, usize); 4] =
    [(Task::Labels, 0.5, 3), (SMALL, 2.2, 4), (Task::Labels, 1.0, 1), (SMALL, 0.5, 1)];

/// Runs of one step, at every width.
const STEPS_OF_ONE: [(Task, f64); 2] = [(Task::Labels, 1.0), (SMALL, 0.5)];

/// A method with an activation and a depth.
type Row = (Method, &'static str, usize);

fn rows() -> Vec<Row> {
    let pairs = DEPTHS.iter().flat_map(|depth| ACTIVATIONS.map(|activation| (activation, *depth)));
    pairs.flat_map(|(activation, depth)| ISOTROPIC.map(|method| (method, activation, depth))).collect()
}

fn run(
    (method, activation, depth): Row,
    width: usize,
    (task, pace, steps): (Task, f64, usize),
) -> Result<NaturalTrainingSetting, TheoryError> {
    undamped(method, network(activation, INPUTS, depth, width)?, Inputs::Sphere, (task, 0), (pace, steps))
}

fn over_widths(
    row: Row,
    (task, pace): (Task, f64),
) -> Result<Vec<(f64, NaturalTrainingSetting)>, TheoryError> {
    WIDTHS.iter().map(|&width| Ok((width as f64, run(row, width, (task, pace, 1))?))).collect()
}

fn requests() -> Result<Vec<Request>, JudgeError> {
    let mut settings = Vec::new();
    for row in rows() {
        for what in RUNS {
            settings.push(run(row, WIDE, what)?);
        }
        for what in STEPS_OF_ONE {
            settings.extend(over_widths(row, what)?.into_iter().map(|(_, setting)| setting));
        }
    }
    settings.dedup();
    stored::<NaturalTraining>(settings)
}

/// $\|g_t\|/\|g_0\|$.
fn left(outcome: &NaturalTrainingOutcome, t: usize) -> f64 {
    let norm = |t: usize| {
        outcome.residuals.iter().skip(t * SAMPLES).take(SAMPLES).map(|g| g * g).sum::<f64>().sqrt()
    };
    norm(t) / norm(0)
}

/// $\hat\alpha$ from the first step.
fn rate(outcome: &NaturalTrainingOutcome, learning_rate: f64) -> f64 {
    let (start, end) = outcome.residuals.split_at(SAMPLES.min(outcome.residuals.len()));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    (1.0 - product(start, end) / product(start, start)) / learning_rate
}

fn at(row: Row, pace: f64) -> Json {
    let (method, activation, depth) = row;
    json!({
        "method": method.to_string(), "activation": activation, "depth": depth, "samples": SAMPLES, "pace": pace
    })
}

fn all_measured(trials: &Trials<'_>) -> Result<Vec<Measured>, JudgeError> {
    let mut all = Vec::new();
    for row in rows() {
        for what @ (_, pace, steps) in RUNS {
            let setting = run(row, WIDE, what)?;
            let mut found = Vec::new();
            for t in 1..=steps {
                found.extend(points::<NaturalTraining>(trials, [(t as f64, setting.clone())], |o| {
                    left(o, t)
                })?);
            }
            all.extend(measured(0, at(row, pace), "networks", 1, found));
        }
        for what @ (_, pace) in STEPS_OF_ONE {
            let found = points::<NaturalTraining>(trials, over_widths(row, what)?, |o| left(o, 1))?;
            all.extend(measured(1, at(row, pace), "networks", 1, found));
        }
    }
    for activation in ACTIVATIONS {
        for (group, method) in ISOTROPIC.into_iter().enumerate() {
            let mut found = Vec::new();
            for depth in DEPTHS {
                let setting = run((method, activation, depth), WIDE, (SMALL, 0.5, 1))?;
                let learning_rate = setting.learning_rate;
                let of_one = [(depth as f64, setting)];
                found.extend(points::<NaturalTraining>(trials, of_one, |o| rate(o, learning_rate))?);
            }
            let at = json!({"activation": activation, "samples": SAMPLES});
            all.extend(measured(2, at, "", group, found));
        }
    }
    Ok(all)
}

/// Depths at which $\alpha$ is drawn.
const DEEPEST: usize = 12;

/// $\alpha$ of a method that asks for no samples; by pseudo-inverse where the tri-diagonal matrix of ones is singular.
fn whole_alpha(method: Method, depth: usize) -> Result<f64, TheoryError> {
    let method = if method == Method::Btd && depth % 3 == 2 { Method::BtdPinv } else { method };
    natural_gradient::alpha(method, depth, SAMPLES)
}

fn alpha(method: &str, depth: &str) -> Ask {
    Ask::new("ngd/alpha", json!({"method": method, "depth": depth, "N": "$samples"}))
}

/// The rate of gradient descent at its best learning rate, as what natural gradient would need: 1 less its residual after a step.
/// On the inputs of one of the data sets.
fn descent(activation: &str, depth: &str) -> Result<Json, JudgeError> {
    let inputs = Sample::new(Inputs::Sphere, SAMPLES, 0).data_set(INPUTS, 0)?.train;
    let cosines = inputs.tr_mul(&inputs) / INPUTS as f64;
    let row = |i: usize| {
        let entry = |j: usize| if i == j { 1.0 } else { (cosines[(i, j)] * 1e4).round() / 1e4 };
        (0..SAMPLES).map(entry).collect::<Vec<_>>()
    };
    let cosines: Vec<Vec<f64>> = (0..SAMPLES).map(row).collect();
    let question = json!({
        "activation": activation, "depth": depth, "sigma_w2": 2, "sigma_b2": 0, "cos_train": cosines
    });
    Ok(json!({"$sum": [1, {"$product": [-1, {"$answer": ["ngd/gd-modes", question, "rate_opt"]}]}]}))
}

fn training(trials: &Trials<'_>) -> Result<Explorable, JudgeError> {
    let contraction = |t: Json| Ask::new("ngd/divergence", json!({"eta_alpha": "$pace", "t": t}));
    let depths = || Values::new(2, DEEPEST as i64, DEEPEST - 1, Scale::Linear).whole();
    let rate = |label: &str, group, method| {
        let line = (2..=DEEPEST).map(|depth| Ok((depth as f64, whole_alpha(method, depth)?)));
        let line = line.collect::<Result<_, TheoryError>>()?;
        Ok::<_, TheoryError>(Trace::Fixed(Series::line(label, group, Stroke::Solid, line)))
    };
    let one_sided = Ask::new(
        "ngd/one-sided",
        json!({"activation": "$activation", "depth": "$x", "sigma_w2": 2, "sigma_b2": 0}),
    );
    let step = Ask::new(
        "step-size",
        json!({"method": "$method", "depth": "$depth", "N": "$samples", "activation": "$activation"}),
    );
    let descent =
        Ask::new("ngd/divergence", json!({"eta_alpha": descent("$activation", "$depth")?, "t": "$x"}));
    let left = || Axis::linear("‖g_t‖ / ‖g_0‖").within(0.0, 2.5);
    let steps = || Values::new(0, 6, 7, Scale::Linear).whole();
    Ok(Explorable {
        id: "ngd/explore-training".into(),
        title: "Natural gradient with approximate Fisher matrices".into(),
        caption: "Every approximation shrinks all residuals by 1 − ηα a step, with a constant α of its own (right): at η = 1/α one step suffices, \
                  beyond 2/α training diverges. Left, training curves, and the slowest mode of gradient descent at its best rate on 32 samples (dashed); points, networks of \
                  2048 units on 32 samples of the sphere, at ηα = 0.5, 1 and 2.2. Middle, what the first step leaves against the width: at ηα = 1 the curvature of narrow networks. Means \
                  with 99 % intervals; σ_w² = 2, no biases (tanh: σ_b² = 0.1)."
            .into(),
        knobs: vec![
            Knob::choice("method", "approximation", "How the Fisher matrix is approximated.", vec![
                (json!("kfac"), "K-FAC"),
                (json!("bd"), "block-diagonal"),
                (json!("btd"), "block tri-diagonal"),
                (json!("exact"), "none: exact"),
            ]),
            Knob::real("pace", "rate ηα", "Learning rate in units of 1/α.", 0.0, 2.4, 0.5),
            Knob::words("activation", "activation φ", "The activation of all hidden layers.", ACTIVATIONS),
            Knob::whole("depth", "depth L", "Layers of weights.", 2, 12, 3),
            Knob::whole("samples", "samples N", "Training samples.", 2, 1000, SAMPLES as i64).logarithmic(),
        ],
        panels: vec![
            Panel {
                title: "training".into(),
                x: Axis::linear("step t").within(0.0, 6.0),
                y: left(),
                traces: vec![
                    Trace::sweep("theory |1 − ηα|^t", 0, Stroke::Solid, contraction(json!("$x")), steps(), "ratio"),
                    Trace::sweep("gradient descent at its best", 2, Stroke::Dashed, descent, steps(), "ratio"),
                ],
            },
            Panel {
                title: "the first step".into(),
                x: Axis::log("width M").within(50.0, 6000.0),
                y: left(),
                traces: vec![Trace::level("theory", 0, Stroke::Solid, contraction(json!(1)), "ratio")],
            },
            Panel {
                title: "rates of all methods".into(),
                x: Axis::linear("depth L").within(1.5, 12.5),
                y: Axis::log("α").within(0.8, 2e4),
                traces: vec![
                    rate("exact", 0, Method::Exact)?,
                    rate("block-diagonal", 1, Method::Bd)?,
                    rate("tri-diagonal", 2, Method::Btd)?,
                    Trace::sweep("K-FAC", 3, Stroke::Solid, alpha("kfac", "$x"), depths(), "alpha"),
                    Trace::sweep("one factor of K-FAC", 4, Stroke::Dashed, one_sided, depths(), "alpha"),
                    Trace::Dot(Dot {
                        label: "here".into(),
                        group: 5,
                        ask: Some(alpha("$method", "$depth")),
                        x: json!("$depth"),
                        y: json!("alpha"),
                    }),
                ],
            },
        ],
        readouts: vec![
            Readout::new("α", alpha("$method", "$depth"), "alpha"),
            Readout::new("one step suffices at η = 1/α", step.clone(), "eta_one_step"),
            Readout::new("training diverges above η = 2/α", step, "eta_c"),
            Readout::new("left after three steps", contraction(json!(3)), "ratio"),
        ],
        checks: vec![Ask::new(
            "ngd/isotropy",
            json!({"method": "$method", "network.activation": "$activation", "depth": "$depth", "samples": "$samples"}),
        )],
        measured: all_measured(trials)?,
    })
}
