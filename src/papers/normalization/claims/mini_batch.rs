//! Random batches: the step at which descent on them loses stability.

use solvable_theory::Architecture;
use solvable_theory::bibliography::MA_2018;
use solvable_theory::mean_field::theta;
use solvable_theory::normalization::MiniBatch;

use crate::experiments::{
    MiniBatchDescent, MiniBatchDescentSetting, MiniBatchKernel, MiniBatchKernelOutcome, MiniBatchSetting,
};
use crate::settings::equal_widths;
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::{FisherSetting, by};

pub(crate) fn claims() -> Vec<Claim> {
    vec![kernels(), descent()]
}

/// $N$.
const SAMPLES: usize = 48;
/// Batches, and by how many units of $1/M$ the kernels of networks lower the step.
const DEFICITS: [(usize, f64); 4] = [(1, 56.0), (2, 40.0), (4, 18.0), (12, 8.0)];

/// ReLU networks of three layers and one output.
pub(crate) fn setting(width: usize, batch: usize) -> Result<MiniBatchSetting, JudgeError> {
    let network = equal_widths("relu", (2.0, 0.1), 3, width, 1)?;
    Ok(MiniBatchSetting { system: FisherSetting { network, samples: SAMPLES }, batch })
}

/// The batches of an infinite network.
pub(crate) fn infinite(
    network: &Architecture,
    samples: usize,
    batch: usize,
) -> Result<MiniBatch, JudgeError> {
    let theta = theta(network)?;
    Ok(MiniBatch::new(theta.theta_d, theta.theta_st, samples, batch)?)
}

fn of(s: &MiniBatchSetting) -> Result<MiniBatch, JudgeError> {
    infinite(&s.system.network, s.system.samples, s.batch)
}

/// The batches of a kernel that is the same for all samples.
fn averaged(s: &MiniBatchSetting, o: &MiniBatchKernelOutcome) -> Result<MiniBatch, JudgeError> {
    let rest = o.off_diagonal.max(0.0);
    Ok(MiniBatch::new(o.diagonal - rest, rest, s.system.samples, s.batch)?)
}

/// Units of $1/M$ between those that are stated, in the logarithm of the batch.
fn deficit(batch: usize) -> f64 {
    let log = |b: usize| (b as f64).ln();
    for pair in DEFICITS.windows(2) {
        let ((b, low), (next, high)) = (pair[0], pair[1]);
        if batch <= next {
            return low + (high - low) * (log(batch) - log(b)) / (log(next) - log(b));
        }
    }
    DEFICITS[DEFICITS.len() - 1].1
}

/// Whether a line is told apart from the step of an infinite network, at the widths of the quick profile.
fn apart(s: &MiniBatchSetting, line: fn(&MiniBatch) -> Result<f64, solvable_theory::TheoryError>) -> bool {
    let ratio = || -> Result<f64, JudgeError> {
        let batch = of(s)?;
        Ok(line(&batch)? / batch.critical_step()?)
    };
    ratio().is_ok_and(|ratio| !(0.94..1.1).contains(&ratio))
}

fn kernels() -> Claim {
    Claim::about::<MiniBatchKernel>(
        "norm/mini-batch",
        "The largest step on random batches follows from two numbers of the kernel, and from neither sharpness",
    )
    .formula(r"\eta_c=\frac{4B}{s+\sqrt{s^2-4\beta T\theta_D}},\ T=\theta_D+N\theta_S,\ \beta=\tfrac{B-1}{N-1},\ s=\beta T+\theta_D+(1-\beta)\theta_S")
    .sources(&[MA_2018])
    .cases(|profile: Profile| {
        let width = by(profile, 400, 800);
        let case = |(batch, _)| Ok(At::setting(format!("ReLU L=3 M={width} N={SAMPLES} B={batch}"), setting(width, batch)?, 12));
        DEFICITS.into_iter().map(case).collect()
    })
    .measure(|_, o| Ok(o.step))
    .predict_given(|s, o| Ok(averaged(s, o)?.critical_step()?))
    .margin(|s, _| {
        let width = s.system.network.widths().iter().rev().skip(1).copied().min().unwrap_or(1);
        Margin { low: -deficit(s.batch) / width as f64, high: 0.0 }
    })
    .rival_given_where(
        "2/λ_max of all samples",
        |s| apart(s, MiniBatch::full_batch_step),
        |s, o| Ok(averaged(s, o)?.full_batch_step()?),
    )
    .rival_given_where(
        "2/λ_max of one batch",
        |s| apart(s, MiniBatch::own_batch_step),
        |s, o| Ok(averaged(s, o)?.own_batch_step()?),
    )
    .finish()
}

/// The share of the critical step, and the steps.
const SHARE: f64 = 0.6;
const STEPS: usize = 4;

fn descent() -> Claim {
    // Rivals that the trials tell apart.
    let differs = |s: &MiniBatchDescentSetting, rival: f64| {
        predicted(s).is_ok_and(|mean| (mean / rival - 1.0).abs() > 0.2)
    };
    Claim::about::<MiniBatchDescent>(
        "norm/mini-batch-loss",
        "The mean loss after a few steps on random batches",
    )
    .formula(r"X'=X-2ep(\theta_DX+\theta_SY)+e^2[\theta_D^2pX+(2\theta_D\theta_S+N\theta_S^2)Z],\ Y'=Y-2epTY+e^2T^2Z,\ Z=(p-p_2)X+p_2Y")
    .sources(&[MA_2018])
    .cases(|profile: Profile| {
        let (width, networks, orders) = by(profile, (400, 32, 8), (400, 64, 8));
        let case = |batch| {
            let system = setting(width, batch)?;
            let learning_rate = SHARE * of(&system)?.critical_step()?;
            let s = MiniBatchDescentSetting { system, learning_rate, steps: STEPS, orders };
            Ok(At::setting(format!("ReLU L=3 M={width} N={SAMPLES} B={batch}"), s, networks))
        };
        [1, 4, 12].into_iter().map(case).collect()
    })
    .measure(|_, o| Ok(o.ratio))
    .predict(predicted)
    .margin(|_, _| Margin::symmetric(0.12))
    .rival_where(
        "descent on all samples: no noise of batches",
        move |s| noiseless(s).is_ok_and(|rival| differs(s, rival)),
        noiseless,
    )
    .rival_where(
        "the same mean square of gradients, uncorrelated",
        move |s| uncorrelated(s).is_ok_and(|rival| differs(s, rival)),
        uncorrelated,
    )
    .finish()
}

fn predicted(s: &MiniBatchDescentSetting) -> Result<f64, JudgeError> {
    Ok(of(&s.system)?.mean_loss(s.learning_rate, s.steps)?)
}

fn noiseless(s: &MiniBatchDescentSetting) -> Result<f64, JudgeError> {
    let FisherSetting { network, samples } = &s.system.system;
    Ok(infinite(network, *samples, *samples)?.mean_loss(s.learning_rate, s.steps)?)
}

fn uncorrelated(s: &MiniBatchDescentSetting) -> Result<f64, JudgeError> {
    let FisherSetting { network, samples } = &s.system.system;
    let theta = theta(network)?;
    Ok(MiniBatch::new(theta.theta_t, 0.0, *samples, s.system.batch)?.mean_loss(s.learning_rate, s.steps)?)
}
