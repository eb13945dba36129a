use crate::claims::kernels::proportional;
use crate::claims::learning_rate::{difference, mapped, tilted};
use crate::claims::surrogate::mean_outliers;
use crate::experiments::{
    CentredClassifier, CentredClassifierOutcome, ClassifierTraining, ClassifierTrainingSetting,
};
use crate::settings::statistics;
use solvable_engine::figure::{Axis, Figure, Panel, Point, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, requests};
use solvable_shared::FisherSetting;
use solvable_shared::by;

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("spectra/width", |p| requests::<CentredClassifier>(&proportional(p)?, 40), width),
        FigurePlan::new("spectra/critical-step", step_requests, steps),
    ]
}

fn width(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let settings = proportional(trials.profile())?;
    let width_of = |s: &FisherSetting| s.network.widths()[0] as f64;
    type Read = fn(&CentredClassifierOutcome) -> f64;
    let measured: [(&str, Read); 4] = [
        ("squared error", |o| o.plain_top),
        ("cross entropy", |o| o.ce_top),
        ("squared error, mean subtraction", |o| o.ms_top),
        ("cross entropy, mean subtraction", |o| o.ms_ce_top),
    ];
    let mut series = Vec::new();
    for (group, (label, read)) in measured.into_iter().enumerate() {
        let points = settings.iter().map(|s| trials.mean::<CentredClassifier>(width_of(s), s, read));
        series.push(Series::Points { label: label.into(), group, points: points.collect::<Result<_, _>>()? });
        let curve = settings
            .iter()
            .map(|s| {
                let kernel = statistics(s)?;
                let n = s.samples as f64;
                let value = match group {
                    0 => kernel.lambda_max / n,
                    1 => mean_outliers(s, false)?[0],
                    2 => kernel.bulk / n,
                    _ => 0.5 * kernel.bulk / n,
                };
                Ok((width_of(s), value))
            })
            .collect::<Result<_, JudgeError>>()?;
        // With mean subtraction the theory gives the bulk, whose edge finite networks widen.
        series.push(Series::line("", group, if group < 2 { Stroke::Solid } else { Stroke::Dotted }, curve));
    }
    Ok(Figure {
        id: "spectra/width".into(),
        title: "Sharpness of classifiers against width".into(),
        caption: "Largest eigenvalue of the Fisher information at N = M/10 (tanh, L = 3, C = 3). It grows with the width for either loss; with the mean outputs \
                  subtracted it does not. Solid: theory; dotted: the point mass of the bulk, and half of it for the cross entropy, which finite \
                  networks widen. 99 % intervals."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("width M"),
            y: Axis::log("λ_max"),
            series,
        }],
    })
}

/// Learning rates in units of the critical one.
const RATES: [f64; 4] = [0.5, 0.9, 1.1, 1.5];
/// Steps drawn.
const STEPS: usize = 12;

fn training(ratio: f64, profile: Profile) -> Result<ClassifierTrainingSetting, JudgeError> {
    tilted(by(profile, 500, 1000), ratio, STEPS)
}

fn step_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let settings = RATES.into_iter().map(|ratio| training(ratio, profile)).collect::<Result<Vec<_>, _>>()?;
    requests::<ClassifierTraining>(&settings, 2)
}

fn steps(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut panels = Vec::new();
    for ratio in RATES {
        let s = training(ratio, trials.profile())?;
        let first = &trials.first::<ClassifierTraining>(&s)?;
        let points = (0..=STEPS)
            .map(|t| Ok(Point::exact(t as f64, difference(first, t)?)))
            .collect::<Result<_, JudgeError>>()?;
        let curve =
            (0..=STEPS).map(|t| Ok((t as f64, mapped(&s, first, t)?))).collect::<Result<_, JudgeError>>()?;
        panels.push(Panel {
            title: format!("η = {ratio} η_c"),
            x: Axis::linear("step"),
            y: Axis::linear("mean of f₁ − f₂"),
            series: vec![
                Series::line("kernel map", 0, Stroke::Solid, curve),
                Series::Points { label: "one network".into(), group: 1, points },
            ],
        });
    }
    Ok(Figure {
        id: "spectra/critical-step".into(),
        title: "A classifier around its critical learning rate".into(),
        caption: format!(
            "Difference of the mean outputs of two balanced classes under full-batch gradient descent on the cross entropy (tanh, L = 3, M = {}, N = 200), \
             started with a difference of one, and the same in function space with the kernel of infinite width. Above η_c = 2/(Θ_st β₀) it oscillates \
             instead of diverging; later the bulk is learnt and the oscillation dies.",
            by(trials.profile(), 500, 1000)
        ),
        panels,
    })
}
