//! R. Karakida, K. Osawa, *Understanding approximate Fisher information for fast convergence of natural gradient descent
//! in wide neural networks* (NeurIPS 2020).

mod damping;
mod experiments;
mod figures;
mod infinite;
mod isotropy;
mod limits;
mod training;

use nalgebra::DVector;
use solvable_theory::bibliography::{FORSTER_2002, KARAKIDA_2020_NATURAL, MARTENS_2015};
use solvable_theory::natural_gradient::{Damping, Method, alpha};
use solvable_theory::{Architecture, TheoryError};

use super::{Paper, asked};
use crate::simulate::training::NaturalGradient;
use crate::verify::JudgeError;
use experiments::{Inputs, NaturalTrainingOutcome, NaturalTrainingSetting, Sample, Task};

/// Natural gradient with approximate Fisher matrices.
pub(super) fn paper() -> Paper {
    Paper {
        id: "ngd",
        name: "natural_gradient",
        title: "Natural gradient with approximate Fisher matrices",
        summary: "In wide networks layer-wise, block tri-diagonal and Kronecker-factored approximations of the Fisher \
                  matrix train as fast as the exact one: their response matrix is a multiple α of the identity, so \
                  that one step at the rate 1/α removes the training residual. The constants α, the predictions at \
                  test inputs, the dynamics under damping and the places where isotropy is lost are in closed form.".into(),
        sources: vec![KARAKIDA_2020_NATURAL, MARTENS_2015, FORSTER_2002],
        claims: [isotropy::claims(), training::claims(), damping::claims(), limits::claims()]
            .into_iter()
            .flatten()
            .collect(),
        figures: figures::all(),
    }
}

/// The scales of the claims: $\sigma_w^2=2$; biases ($\sigma_b^2=0.1$) with tanh only.
fn network(activation: &str, inputs: usize, depth: usize, width: usize) -> Result<Architecture, TheoryError> {
    let sigma_b2 = if activation == "tanh" { 0.1 } else { 0.0 };
    scaled_network(activation, (2.0, sigma_b2), inputs, depth, width)
}

/// $\sigma_w^2$ and $\sigma_b^2$ of the claims that tell scales apart: not the 2 of the others, and biases of weight.
const OTHER_SCALES: (f64, f64) = (1.5, 0.3);

fn scaled_network(
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
fn like(network: &Architecture, scales: (f64, f64), depth: usize) -> Result<Architecture, TheoryError> {
    let widths = network.widths();
    scaled_network(&network.scales().activation.to_string(), scales, widths[0], depth, widths[1])
}

/// $\sigma_w^2$ and $\sigma_b^2$ of a network.
fn scales_of(network: &Architecture) -> (f64, f64) {
    (network.scales().sigma_w2, network.scales().sigma_b2)
}

/// $M_0$ of the sphere, and of the digits.
const INPUTS: usize = 64;

/// $N$.
const SAMPLES: usize = 32;

/// $n$.
const TESTS: usize = 64;

/// A network of the claims and a rule without damping on 32 samples, at $\eta=$ `eta_alpha`$/\alpha$.
fn undamped(
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
fn label(setting: &NaturalTrainingSetting) -> String {
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
fn alpha_by(other: Method, setting: &NaturalTrainingSetting) -> Result<f64, TheoryError> {
    alpha(other, setting.network.depth(), setting.sample.samples)
}

/// $g_t$ of a trial.
fn residual(
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
fn increment(
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
