//! Random batches: the critical step against their size, and one epoch on digits.

use solvable_theory::normalization::MiniBatch;
use solvable_theory::{Activation, Architecture};

use crate::claims::mini_batch::{infinite, setting};
use crate::experiments::{DigitsEpoch, DigitsEpochOutcome, DigitsEpochSetting, MiniBatchKernel};
use solvable_engine::figure::{Axis, Figure, Panel, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, requests};
use solvable_shared::by;
use solvable_simulate::training::Loss;

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("norm/critical-batch", step_requests, steps),
        FigurePlan::new("norm/digits-epoch", epoch_requests, epochs),
    ]
}

const BATCHES: [usize; 8] = [1, 2, 4, 8, 12, 20, 32, 48];

fn step_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let settings = BATCHES.map(|batch| setting(by(profile, 200, 800), batch));
    requests::<MiniBatchKernel>(&settings.into_iter().collect::<Result<Vec<_>, _>>()?, by(profile, 6, 12))
}

fn steps(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let width = by(trials.profile(), 200, 800);
    let first = setting(width, 1)?.system;
    let curve = |of: fn(&MiniBatch) -> Result<f64, solvable_theory::TheoryError>| {
        let at = |batch: usize| Ok((batch as f64, of(&infinite(&first.network, first.samples, batch)?)?));
        (1..=first.samples).map(at).collect::<Result<Vec<_>, JudgeError>>()
    };
    let mut points = Vec::new();
    for batch in BATCHES {
        points.push(trials.mean::<MiniBatchKernel>(batch as f64, &setting(width, batch)?, |o| o.step)?);
    }
    let theta = solvable_theory::mean_field::theta(&first.network)?;
    Ok(Figure {
        id: "norm/critical-batch".into(),
        title: "Critical steps of random batches".into(),
        caption: format!(
            "Largest stable step of descent on fresh random batches of B out of {} samples (ReLU, L = 3, M = {width}). Solid: the law of two numbers of the \
             kernel. Dashed: 2/λ_max of all samples and of one batch, neither of which holds for 1 < B ≪ N. Dotted: the critical batch B* = θ_D/θ_S, \
             up to which steps grow. Points: the kernels of finite networks, entry by entry, with 99 % intervals; lower by O(1/M), most at B = 1, where the \
             largest diagonal entry decides.",
            first.samples
        ),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("batch B"),
            y: Axis::log("learning rate η"),
            series: vec![
                Series::line("η_c", 0, Stroke::Solid, curve(MiniBatch::critical_step)?),
                Series::line("2/λ_max of all samples", 1, Stroke::Dashed, curve(MiniBatch::full_batch_step)?),
                Series::line("2/λ_max of one batch", 2, Stroke::Dashed, curve(MiniBatch::own_batch_step)?),
                Series::rule("B*", 3, Stroke::Dotted, Position::X(theta.theta_d / theta.theta_st)),
                Series::Points { label: "networks".into(), group: 0, points },
            ],
        }],
    })
}

const LOSSES: [(Loss, &str); 2] = [(Loss::Squared, "squared loss"), (Loss::CrossEntropy, "cross entropy")];

fn epoch_widths(profile: Profile) -> &'static [usize] {
    by(profile, &[25, 50, 100], &[50, 100, 200, 400])
}

/// Base-2 logarithms of learning rates, in steps of a half, for either loss.
fn log2_rates(loss: Loss, profile: Profile) -> Vec<f64> {
    let low = match loss {
        Loss::Squared => -8.0,
        Loss::CrossEntropy => -6.0,
    };
    let (count, step) = by(profile, (9, 1.0), (20, 0.5));
    (0..count).map(|i| low + step * f64::from(i)).collect()
}

fn epoch_setting(width: usize, loss: Loss, profile: Profile) -> Result<DigitsEpochSetting, JudgeError> {
    Ok(DigitsEpochSetting {
        network: Architecture::new(vec![64, width, width, 10], Activation::relu(), 2.0, 0.1)?,
        loss,
        samples: by(profile, 200, 1000),
        batch: by(profile, 20, 50),
        learning_rates: log2_rates(loss, profile).into_iter().map(f64::exp2).collect(),
    })
}

fn epoch_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let mut settings = Vec::new();
    for (loss, _) in LOSSES {
        for &width in epoch_widths(profile) {
            settings.push(epoch_setting(width, loss, profile)?);
        }
    }
    requests::<DigitsEpoch>(&settings, by(profile, 1, 3))
}

/// What is drawn of an outcome: the loss over its start, or over that of an untaught classifier.
fn drawn(loss: Loss, o: &DigitsEpochOutcome) -> &[f64] {
    match loss {
        Loss::Squared => &o.log10_ratio,
        Loss::CrossEntropy => &o.log10_loss,
    }
}

/// The largest rate from the smallest on up to which the epoch leaves a loss below the reference, log-linear between rates.
fn visible(log2_rates: &[f64], values: &[f64]) -> f64 {
    let Some(first) = values.iter().position(|v| *v >= 0.0) else { return log2_rates[log2_rates.len() - 1] };
    if first == 0 {
        return log2_rates[0];
    }
    let (low, high) = (values[first - 1], values[first]);
    log2_rates[first - 1] + (log2_rates[first] - log2_rates[first - 1]) * (-low) / (high - low)
}

fn epochs(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let profile = trials.profile();
    let widths = epoch_widths(profile);
    let logs: Vec<f64> = widths.iter().map(|&m| (m as f64).log2()).collect();
    let (mut panels, mut words) = (Vec::new(), Vec::new());
    for (loss, title) in LOSSES {
        let rates = log2_rates(loss, profile);
        let mut values = vec![0.0; widths.len() * rates.len()];
        let (mut line, mut boundary, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for (column, &width) in widths.iter().enumerate() {
            let outcomes = trials.of::<DigitsEpoch>(&epoch_setting(width, loss, profile)?)?;
            let count = outcomes.len() as f64;
            for o in &outcomes {
                for (row, value) in drawn(loss, o).iter().enumerate() {
                    values[row * widths.len() + column] += value.clamp(-2.0, 2.0) / count;
                }
            }
            let mean = |of: &dyn Fn(&DigitsEpochOutcome) -> f64| outcomes.iter().map(of).sum::<f64>() / count;
            let critical = mean(&|o| (2.0 / o.lambda_max).log2());
            let seen = mean(&|o| visible(&rates, drawn(loss, o)));
            line.push((logs[column], critical));
            boundary.push((logs[column], seen));
            ratios.push(format!("{:.0}", (seen - critical).exp2()));
        }
        words.push(format!("{title}: {}", ratios.join(", ")));
        let half = 0.5 * (rates[1] - rates[0]);
        let mut y_edges: Vec<f64> = rates.iter().map(|r| r - half).collect();
        y_edges.push(rates[rates.len() - 1] + half);
        let mut x_edges: Vec<f64> = logs.iter().map(|l| l - 0.5).collect();
        x_edges.push(logs[logs.len() - 1] + 0.5);
        panels.push(Panel {
            title: title.into(),
            x: Axis::linear("log₂ width M"),
            y: Axis::linear("log₂ learning rate η"),
            series: vec![
                Series::HeatMap {
                    label: "log₁₀ loss".into(),
                    x_edges,
                    y_edges,
                    values,
                    range: Some((-2.0, 2.0)),
                },
                Series::line("2/λ_max", 3, Stroke::Solid, line),
                Series::line("boundary", 1, Stroke::Dashed, boundary),
            ],
        });
    }
    Ok(Figure {
        id: "norm/digits-epoch".into(),
        title: "One epoch on digits".into(),
        caption: format!(
            "Loss after one pass over {} images of digits in batches of {} (ReLU, 64-M-M-10), over its start for the squared loss and over ln 10 for the \
             cross entropy. Solid: 2/λ_max of the Fisher information of the loss at the start; dashed: the rate up to which the loss is below the \
             reference, in units of 2/λ_max at these widths: {}. Where these numbers change with the width, the boundary is not parallel to the line. An experiment, not a theorem.",
            by(profile, 200, 1000),
            by(profile, 20, 50),
            words.join("; ")
        ),
        panels,
    })
}
