//! R. Karakida, T. Takase, T. Hayase, K. Osawa, *Understanding gradient regularization in deep learning: efficient finite-difference computation and implicit
//! bias* (ICML 2023).

mod bias;
mod cost;
mod descent;
mod experiments;
mod figures;
mod limits;
mod means;
mod steps;

use nalgebra::DVector;
use solvable_theory::bibliography::{
    BARRETT_2021, FORET_2021, ISHIDA_2020, KARAKIDA_2023_GRADIENT, PESME_2023, WOODWORTH_2020,
};
use solvable_theory::gradient_regularization::{RegressionData, minimiser};

use super::Paper;
use crate::simulate::diagonal::PlantedSetting;
use crate::verify::JudgeError;
use experiments::{DiagonalFlowOutcome, DiagonalFlowSetting, Penalty, planted_problem};

/// Gradient regularization: bias and cost.
pub(super) fn paper() -> Paper {
    Paper {
        id: "gr",
        name: "gradient_regularization",
        title: "Gradient regularization and its implicit bias",
        summary: "A penalty on the gradient, computed by double backpropagation or by finite differences, drives a diagonal linear network to the interpolator of least \
                  hyperbolic entropy at an effective initialisation that is known along the whole trajectory. Forward differences strengthen the bias and cost \
                  two gradients instead of three. Whether the bias is towards sparse solutions depends on the mean of the inputs.".into(),
        sources: vec![KARAKIDA_2023_GRADIENT, WOODWORTH_2020, FORET_2021, ISHIDA_2020, BARRETT_2021, PESME_2023],
        claims: [
            steps::claims(),
            bias::claims(),
            means::claims(),
            limits::claims(),
            descent::claims(),
            cost::claims(),
        ]
        .into_iter()
        .flatten()
        .collect(),
        figures: figures::all(),
    }
}

/// The time by which every flow has ended.
const END: f64 = 1e5;

/// Twenty samples of fifty coordinates of zero mean, three of them in the truth.
fn zero_mean() -> PlantedSetting {
    PlantedSetting { samples: 20, dimension: 50, mean: 0.0, deviation: 1.0, planted: vec![1.0; 3] }
}

/// The same with inputs of mean 5, and smaller coefficients.
fn large_mean() -> PlantedSetting {
    PlantedSetting { mean: 5.0, planted: vec![0.5; 3], ..zero_mean() }
}

/// The larger problem with a mean of the full profile.
fn larger_mean() -> PlantedSetting {
    let planted = vec![1.0 / 5f64.sqrt(); 5];
    PlantedSetting { samples: 50, dimension: 100, mean: 5.0, deviation: 1.0, planted }
}

/// All pairs of strengths and lengths.
fn penalties(gammas: &[f64], epsilons: &[f64]) -> Vec<Penalty> {
    let pairs = gammas.iter().flat_map(|&gamma| epsilons.iter().map(move |&e| (gamma, e)));
    pairs.map(|(gamma, epsilon)| Penalty { gamma, epsilon }).collect()
}

/// The problem `number`.
fn data(setting: &PlantedSetting, number: f64) -> Result<RegressionData, JudgeError> {
    Ok(planted_problem(setting, number)?)
}

/// $\alpha_0$ and the penalty of flow `flow`.
fn flow_of(s: &DiagonalFlowSetting, flow: usize) -> Result<(f64, Penalty), JudgeError> {
    s.flows().nth(flow).ok_or_else(|| JudgeError::Other(format!("there is no flow {flow}")))
}

/// The part of `list` that belongs to flow `flow` at time `time`, one number a coordinate.
fn part<'a>(
    s: &DiagonalFlowSetting,
    list: &'a [f64],
    flow: usize,
    time: usize,
) -> Result<&'a [f64], JudgeError> {
    let (d, (_, times)) = (s.data.dimension, s.shape());
    let from = (flow * times + time) * d;
    list.get(from..from + d).ok_or(JudgeError::Shape { predicted: from + d, measured: list.len() })
}

/// The part of `list` at the end of flow `flow`.
fn end<'a>(s: &DiagonalFlowSetting, list: &'a [f64], flow: usize) -> Result<&'a [f64], JudgeError> {
    part(s, list, flow, s.times.len() - 1)
}

/// $\log(p_i/\alpha_0^2)$ at the end of flow `flow`.
fn log_ratio(s: &DiagonalFlowSetting, o: &DiagonalFlowOutcome, flow: usize) -> Result<Vec<f64>, JudgeError> {
    let (start, _) = flow_of(s, flow)?;
    Ok(end(s, &o.log_p, flow)?.iter().map(|log| log - 2.0 * start.ln()).collect())
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The interpolator at $\log\alpha_i^2=\log\alpha_0^2+$ `ratio`.
fn interpolator(data: &RegressionData, start: f64, ratio: &[f64]) -> Result<DVector<f64>, JudgeError> {
    let logs: Vec<f64> = ratio.iter().map(|ratio| 2.0 * start.ln() + ratio).collect();
    Ok(minimiser(data, &logs, None)?.beta)
}
