//! Settings and quantities that several claims of the part share.

use crate::experiments::{Inputs, NaturalTrainingOutcome, NaturalTrainingSetting, Sample, Task};
use nalgebra::DVector;
use solvable_engine::verify::JudgeError;
use solvable_shared::asked;
use solvable_simulate::training::NaturalGradient;
use solvable_theory::natural_gradient::{Damping, Method, alpha};
use solvable_theory::{Architecture, TheoryError};

/// The scales of the claims: $\sigma_w^2=2$; biases ($\sigma_b^2=0.1$) with tanh only.
pub(crate) fn network(
    activation: &str,
    inputs: usize,
    depth: usize,
    width: usize,
) -> Result<Architecture, TheoryError> {
    let sigma_b2 = if activation == "tanh" { 0.1 } else { 0.0 };
    scaled_network(activation, (2.0, sigma_b2), inputs, depth, width)
}

/// $\sigma_w^2$ and $\sigma_b^2$ of the claims that tell scales apart: not the 2 of the others, and biases of weight.
pub(crate) const OTHER_SCALES: (f64, f64) = (1.5, 0.3);

pub(crate) fn scaled_network(
    activation: &str,
    (sigma_w2, sigma_b2): (f64, f64),
    inputs: usize,
    depth: usize,
    width: usize,
) -> Result<Architecture, TheoryError> {
    let widths = [vec![inputs], vec![width; depth - 1], vec![1]].concat();
    Ok(Architecture::new(widths, activation.parse()?, sigma_w2, sigma_b2)?.with_trained_biases(true))
}

/// The network with other scales, or with layers of the same width added.
pub(crate) fn like(
    network: &Architecture,
    scales: (f64, f64),
    depth: usize,
) -> Result<Architecture, TheoryError> {
    let widths = network.widths();
    scaled_network(&network.scales().activation.to_string(), scales, widths[0], depth, widths[1])
}

/// $\sigma_w^2$ and $\sigma_b^2$ of a network.
pub(crate) fn scales_of(network: &Architecture) -> (f64, f64) {
    (network.scales().sigma_w2, network.scales().sigma_b2)
}

/// $M_0$ of the sphere, and of the digits.
pub(crate) const INPUTS: usize = 64;

/// $N$.
pub(crate) const SAMPLES: usize = 32;

/// $n$.
pub(crate) const TESTS: usize = 64;

/// A network of the claims and a rule without damping on 32 samples, at $\eta=$ `eta_alpha`$/\alpha$.
pub(crate) fn undamped(
    method: Method,
    network: Architecture,
    inputs: Inputs,
    (task, tests): (Task, usize),
    (eta_alpha, steps): (f64, usize),
) -> Result<NaturalTrainingSetting, TheoryError> {
    let learning_rate = eta_alpha / alpha(method, network.depth(), SAMPLES)?;
    Ok(NaturalTrainingSetting {
        network,
        sample: Sample::new(inputs, SAMPLES, tests),
        rule: NaturalGradient::plain(method),
        learning_rate,
        steps,
        task,
        empirical: task == Task::Labels && tests > 0,
    })
}

/// The setting in short.
pub(crate) fn label(setting: &NaturalTrainingSetting) -> String {
    let network = &setting.network;
    let damping = match setting.rule.damping {
        Damping::None => String::new(),
        Damping::Ridge(rho) => format!(" ρ={rho}"),
        Damping::Factored(rho_a, rho_b) if rho_a == rho_b => format!(" ρ_A=ρ_B={rho_a}"),
        Damping::Factored(rho_a, rho_b) => format!(" ρ_A={rho_a} ρ_B={rho_b}"),
    };
    let inputs = if setting.sample.inputs == Inputs::Digits { "digits " } else { "" };
    format!(
        "{inputs}{} {} L={} M={}{damping}",
        setting.rule.method,
        network.scales().activation,
        network.depth(),
        network.widths()[1]
    )
}

/// $\alpha$ that a method would have by the formula of `other`, for the network and the samples of a setting.
pub(crate) fn alpha_by(other: Method, setting: &NaturalTrainingSetting) -> Result<f64, TheoryError> {
    alpha(other, setting.network.depth(), setting.sample.samples)
}

/// $g_t$ of a trial.
pub(crate) fn residual(
    setting: &NaturalTrainingSetting,
    outcome: &NaturalTrainingOutcome,
    t: usize,
) -> Result<DVector<f64>, JudgeError> {
    let n = setting.sample.samples;
    let all = &outcome.residuals;
    let part = all
        .get(t * n..(t + 1) * n)
        .ok_or(JudgeError::Shape { predicted: (t + 1) * n, measured: all.len() })?;
    Ok(DVector::from_column_slice(part))
}

/// $f_t(X')-f_0(X')$ of a trial, $t$ from 1.
pub(crate) fn increment(
    setting: &NaturalTrainingSetting,
    outcome: &NaturalTrainingOutcome,
    t: usize,
) -> Result<DVector<f64>, JudgeError> {
    let n = setting.sample.tests;
    let all = asked(outcome.increments.as_deref(), "increments")?;
    let part =
        all.get((t - 1) * n..t * n).ok_or(JudgeError::Shape { predicted: t * n, measured: all.len() })?;
    Ok(DVector::from_column_slice(part))
}
