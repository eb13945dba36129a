//! What the theory finds, in words and in its own numbers.

use solvable_engine::verify::JudgeError;
use solvable_shared::{FisherSetting, told};
use solvable_theory::mean_field::{FisherRao, fim_statistics, fisher_rao};
use solvable_theory::{Architecture, InitialScales};

use crate::claims::motion::{independent, motion};
use crate::figures::motion::critical;

/// A paragraph each.
pub(super) fn all() -> Vec<String> {
    told(&[independence, decay])
}

fn norm(s: &FisherSetting) -> Result<FisherRao, JudgeError> {
    Ok(fisher_rao(s.network.scales(), s.network.depth())?)
}

fn independence() -> Result<String, JudgeError> {
    let ratio = |activation: &str, depth: usize, sigma_w2: f64, sigma_b2: f64| -> Result<f64, JudgeError> {
        let setting = motion(activation, depth, sigma_w2, sigma_b2, 1)?;
        Ok(independent(&setting)? / norm(&setting)?.s)
    };
    let excess = |activation, depth, w, b| -> Result<f64, JudgeError> {
        Ok(100.0 * (ratio(activation, depth, w, b)? - 1.0))
    };
    // λ_max ‖θ‖² against θᵀFθ: the mean square of a layer's parameters is M_l (σ_w² + σ_b²).
    let (width, samples) = (400usize, 40);
    let network = Architecture::new(vec![width, width, width, 2], "tanh".parse()?, 3.0, 0.64)?;
    let network = network.with_trained_biases(true);
    let squares = network.widths()[1..].iter().sum::<usize>() as f64 * (3.0 + 0.64);
    let bound = fim_statistics(&network, samples)?.lambda_max * squares;
    let true_norm = 2.0 * fisher_rao(network.scales(), network.depth())?.s;
    Ok(format!(
        "Parameters and gradients are not independent. The estimate $\\sum_iE\\theta_i^2F_{{ii}}$ of the Fisher-Rao norm is {:.3} of it for ReLU without biases at \
         $L=3$, as it is $1/L$ in every homogeneous network, and {:.3} with $\\sigma_b^2=0.1$; for tanh it is {:+.0} per cent off at $L=3$, {:+.0} at $L=8$, for erf {:+.0} at \
         $L=4$ (mf/fisher-rao). The bound $\\lambda_{{\\max}}\\|\\theta\\|^2$ is true and {:.0e} times too large for that tanh network with two outputs at $M={width}$.",
        ratio("relu", 3, 2.0, 0.0)?,
        ratio("relu", 3, 2.0, 0.1)?,
        excess("tanh", 3, 3.0, 0.64)?,
        excess("tanh", 8, 3.0, 0.64)?,
        excess("erf", 4, 2.0, 0.3)?,
        bound / true_norm
    ))
}

fn decay() -> Result<String, JudgeError> {
    let share = |activation: &str, depth, sigma_w2, sigma_b2| -> Result<(f64, f64), JudgeError> {
        let norm = fisher_rao(&InitialScales::new(activation.parse()?, sigma_w2, sigma_b2)?, depth)?;
        Ok((norm.rescaling_share(), (norm.s / norm.q).sqrt()))
    };
    let edge = critical()?;
    let [(relu, relu_motion), (three, motion), (eight, _), (critical, critical_motion)] = [
        share("relu", 3, 2.0, 0.0)?,
        share("tanh", 3, 3.0, 0.64)?,
        share("tanh", 8, 3.0, 0.64)?,
        share("tanh", 20, edge.sigma_w2, edge.sigma_b2)?,
    ];
    Ok(format!(
        "One step of weight decay, $\\theta\\leftarrow(1-\\eta\\lambda)\\theta$, moves every output by $-\\eta\\lambda D$: by {relu_motion:.1}, {motion:.2} and {critical_motion:.2} times $\\eta\\lambda$ of its \
         own size for ReLU ($L=3$, no biases), tanh ($L=3$) and critical tanh ($q^*=0.5$, $L=20$). Only the share $R^2/(qS)$ of that rescales the output: {relu:.2} for ReLU, {three:.2} for tanh \
         at $L=3$, {eight:.2} at $L=8$, {critical:.2} for critical tanh at $L=20$. The rest is noise on the function (figure mf/fisher-rao)."
    ))
}
