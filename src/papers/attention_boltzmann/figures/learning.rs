//! Figures of learning.

use solvable_theory::attention_boltzmann::early_rate;

use crate::claims::learning::{early_setting, early_trials};
use crate::experiments::{
    EarlyLearning, LearningCurves, LearningCurvesOutcome, LearningCurvesSetting, RandomMachine,
};
use solvable_engine::figure::{Axis, Figure, Panel, Point, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::{by, picture};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("attn/early-learning", early_requests, early),
        FigurePlan::new("attn/learning", curve_requests, curves),
        FigurePlan::new(
            "attn/patterns",
            |profile| requests::<LearningCurves>(&[on_digits(profile)], 1),
            patterns,
        ),
    ]
}

fn early_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    requests::<EarlyLearning>(&[1, 2, 4].map(|n| early_setting(n, profile)), early_trials(profile))
}

fn early(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut series = Vec::new();
    for (group, n) in [1usize, 2, 4].into_iter().enumerate() {
        let s = early_setting(n, trials.profile());
        let o = trials.first::<EarlyLearning>(&s)?;
        let amplitudes = &o.amplitudes;
        let time = |j: usize| s.eta * 10.0 * j as f64;
        let rate = early_rate(s.patterns, (n as f64).recip(), 1.0, o.eigenvalues[0])?;
        let grown = |t: f64| (1.0 + s.eta * rate).powf(t / s.eta);
        let curve = (0..amplitudes.len()).map(|j| (time(j), amplitudes[0] * grown(time(j)))).collect();
        let points = amplitudes.iter().enumerate().map(|(j, a)| Point::exact(time(j), *a)).collect();
        series.push(Series::line("", group, Stroke::Solid, curve));
        series.push(Series::Points { label: format!("n = {n}"), group, points });
    }
    Ok(Figure {
        id: "attn/early-learning".into(),
        title: "The first steps of maximum likelihood".into(),
        caption: format!(
            "Spread of the patterns along the first principal component of Gaussian data (d = {}, K = 3) under exact gradient ascent from patterns of size \
             10⁻⁴ (points, one run) and the rates β(λ − σ²)/K (lines).",
            by(trials.profile(), 10, 50)
        ),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("time ηt"),
            y: Axis::log("spread along the first component"),
            series,
        }],
    })
}

fn planted(profile: Profile) -> LearningCurvesSetting {
    let teacher = RandomMachine { dimension: 8, patterns: 4, order: 1, square: Some(9.0) };
    LearningCurvesSetting { planted: Some((teacher, 2000)), units: 4, passes: by(profile, 80, 200) }
}

fn on_digits(profile: Profile) -> LearningCurvesSetting {
    LearningCurvesSetting { planted: None, units: 10, passes: by(profile, 30, 300) }
}

/// Runs of a learning curve.
const RUNS: usize = 3;

fn curve_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    requests::<LearningCurves>(&[planted(profile), on_digits(profile)], by(profile, RUNS, 10))
}

/// A quantity that trials of the one kind of data have.
fn needed<T>(quantity: Option<T>) -> Result<T, JudgeError> {
    quantity.ok_or_else(|| JudgeError::Other("a learning curve lacks what its data should give".into()))
}

fn curves(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    type Curve = fn(&LearningCurvesOutcome) -> &[f64];
    const MODELS: [(Curve, &str); 3] = [
        (|o| &o.attention, "attention, exact likelihood"),
        (|o| &o.contrastive, "Gaussian-Bernoulli, CD-1"),
        (|o| &o.persistent, "Gaussian-Bernoulli, persistent chains"),
    ];
    let mut panels = Vec::new();
    for (setting, title) in
        [(planted(trials.profile()), "planted patterns"), (on_digits(trials.profile()), "digits")]
    {
        let outcomes = trials.of::<LearningCurves>(&setting)?;
        let planted = setting.planted.is_some();
        let mut series = Vec::new();
        for (group, (curve, label)) in MODELS.into_iter().enumerate() {
            let mut points = Vec::new();
            // About two dozen passes, denser at the beginning.
            let mut pass = 0;
            while pass < setting.passes {
                let values = outcomes.iter().map(|o| {
                    let missing = || JudgeError::Other(format!("no likelihood after pass {}", pass + 1));
                    let likelihood = curve(o).get(pass).ok_or_else(missing)?;
                    Ok(likelihood - if planted { needed(o.teacher)? } else { 0.0 })
                });
                let values = values.collect::<Result<Vec<_>, JudgeError>>()?;
                points.push(mean_point((pass + 1) as f64, &values)?);
                pass += 1 + pass / 6;
            }
            // Simulations throughout: a thin line through the means guides the eye.
            let guide = points.iter().map(|p| (p.x, p.y)).collect();
            series.push(Series::line("", group, Stroke::Dotted, guide));
            series.push(Series::Points { label: label.into(), group, points });
        }
        let y = if planted {
            series.push(Series::rule("teacher", 3, Stroke::Solid, Position::Y(0.0)));
            Axis::linear("log-likelihood less the teacher's")
        } else {
            Axis::linear("log-likelihood of an image").within(-15.0, 15.0)
        };
        panels.push(Panel { title: title.into(), x: Axis::log("passes over the data"), y, series });
    }
    Ok(Figure {
        id: "attn/learning".into(),
        title: "Likelihood during learning".into(),
        caption: format!(
            "Exact log-likelihoods of fresh samples (means over {} runs, 99 % intervals). Left: four planted patterns (d = 8, N = 2000) learnt by gradient ascent of attention's \
             exact likelihood, and by Gaussian-Bernoulli machines of four hidden units. Right: the shipped digits, ten patterns by expectation maximisation against ten hidden \
             units of the same variance.",
            by(trials.profile(), RUNS, 10)
        ),
        panels,
    })
}

fn patterns(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    const ACROSS: usize = 4;
    let setting = on_digits(trials.profile());
    let outcome = trials.first::<LearningCurves>(&setting)?;
    let mut panels = Vec::new();
    for (images, title) in
        [(outcome.patterns, "attention: patterns σ²ξ"), (outcome.weights, "Gaussian-Bernoulli: weights σ²w")]
    {
        let label = "pixel value less the mean image";
        panels.push(picture(title, label, &needed(images)?, ACROSS));
    }
    Ok(Figure {
        id: "attn/patterns".into(),
        title: "What the machines learn from digits".into(),
        caption: "Ten patterns of attention after expectation maximisation, and the weights of ten hidden units after persistent contrastive divergence, as images \
                  (one run; the mean image is subtracted)."
            .into(),
        panels,
    })
}
