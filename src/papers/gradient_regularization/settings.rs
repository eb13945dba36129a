//! Settings and quantities that several claims of the part share.

use crate::experiments::{DiagonalFlowOutcome, DiagonalFlowSetting, Penalty, planted_problem};
use nalgebra::DVector;
use solvable_engine::verify::JudgeError;
use solvable_simulate::diagonal::PlantedSetting;
use solvable_theory::gradient_regularization::{RegressionData, minimiser};

/// The time by which every flow has ended.
pub(crate) const END: f64 = 1e5;

/// Twenty samples of fifty coordinates of zero mean, three of them in the truth.
pub(crate) fn zero_mean() -> PlantedSetting {
    PlantedSetting { samples: 20, dimension: 50, mean: 0.0, deviation: 1.0, planted: vec![1.0; 3] }
}

/// The same with inputs of mean 5, and smaller coefficients.
pub(crate) fn large_mean() -> PlantedSetting {
    PlantedSetting { mean: 5.0, planted: vec![0.5; 3], ..zero_mean() }
}

/// The larger problem with a mean of the full profile.
pub(crate) fn larger_mean() -> PlantedSetting {
    let planted = vec![1.0 / 5f64.sqrt(); 5];
    PlantedSetting { samples: 50, dimension: 100, mean: 5.0, deviation: 1.0, planted }
}

/// All pairs of strengths and lengths.
pub(crate) fn penalties(gammas: &[f64], epsilons: &[f64]) -> Vec<Penalty> {
    let pairs = gammas.iter().flat_map(|&gamma| epsilons.iter().map(move |&e| (gamma, e)));
    pairs.map(|(gamma, epsilon)| Penalty { gamma, epsilon }).collect()
}

/// The problem `number`.
pub(crate) fn data(setting: &PlantedSetting, number: f64) -> Result<RegressionData, JudgeError> {
    Ok(planted_problem(setting, number)?)
}

/// $\alpha_0$ and the penalty of flow `flow`.
pub(crate) fn flow_of(s: &DiagonalFlowSetting, flow: usize) -> Result<(f64, Penalty), JudgeError> {
    s.flows().nth(flow).ok_or_else(|| JudgeError::Other(format!("there is no flow {flow}")))
}

/// The part of `list` that belongs to flow `flow` at time `time`, one number a coordinate.
pub(crate) fn part<'a>(
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
pub(crate) fn end<'a>(
    s: &DiagonalFlowSetting,
    list: &'a [f64],
    flow: usize,
) -> Result<&'a [f64], JudgeError> {
    part(s, list, flow, s.times.len() - 1)
}

/// $\log(p_i/\alpha_0^2)$ at the end of flow `flow`.
pub(crate) fn log_ratio(
    s: &DiagonalFlowSetting,
    o: &DiagonalFlowOutcome,
    flow: usize,
) -> Result<Vec<f64>, JudgeError> {
    let (start, _) = flow_of(s, flow)?;
    Ok(end(s, &o.log_p, flow)?.iter().map(|log| log - 2.0 * start.ln()).collect())
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The interpolator at $\log\alpha_i^2=\log\alpha_0^2+$ `ratio`.
pub(crate) fn interpolator(
    data: &RegressionData,
    start: f64,
    ratio: &[f64],
) -> Result<DVector<f64>, JudgeError> {
    let logs: Vec<f64> = ratio.iter().map(|ratio| 2.0 * start.ln() + ratio).collect();
    Ok(minimiser(data, &logs, None)?.beta)
}
