//! What the theory finds, in words and in its own numbers.

use solvable_engine::verify::JudgeError;
use solvable_shared::told;
use solvable_theory::mean_field::theta;
use solvable_theory::normalization::MiniBatch;

use crate::claims::mini_batch::setting;

/// A paragraph each.
pub(super) fn all() -> Vec<String> {
    told(&[lines, critical_batch, epochs])
}

/// The batches of the ReLU networks of the claim, of `samples` samples.
fn relu(samples: usize, batch: usize) -> Result<MiniBatch, JudgeError> {
    let theta = theta(&setting(400, 1)?.system.network)?;
    Ok(MiniBatch::new(theta.theta_d, theta.theta_st, samples, batch)?)
}

fn lines() -> Result<String, JudgeError> {
    let samples = setting(400, 1)?.system.samples;
    let over = |batch: usize| -> Result<(f64, f64), JudgeError> {
        let of = relu(samples, batch)?;
        let step = of.critical_step()?;
        Ok((of.full_batch_step()? / step, of.own_batch_step()? / step))
    };
    let ((one, _), (four, own)) = (over(1)?, over(4)?);
    Ok(format!(
        "Neither line of $2/\\lambda_{{\\max}}$ tells the largest step on random batches of $1<B\\ll N$ samples. Of a ReLU network of three layers and {samples} samples that \
         of all samples is {one:.1} times too large at $B=1$ and {four:.2} times at $B=4$, where that of one batch is too small, {own:.2} of the step (norm/mini-batch)."
    ))
}

fn critical_batch() -> Result<String, JudgeError> {
    let theta = theta(&setting(400, 1)?.system.network)?;
    let critical = theta.theta_d / theta.theta_st;
    let many = 1_000_000;
    let limit = relu(many, many)?.critical_step()?;
    let at = |batch: usize| -> Result<f64, JudgeError> { Ok(relu(many, batch)?.critical_step()? / limit) };
    Ok(format!(
        "With a million samples the step of that network grows with the batch up to $B^*=\\theta_D/\\theta_S={critical:.1}$ only: it is {:.2} of its limit at $B=1$, {:.2} at $B=4$ \
         and {:.3} at $B=32$. Mean subtraction in the last layer makes $\\theta_S=0$, and steps grow like $B$ up to all samples.",
        at(1)?,
        at(4)?,
        at(32)?
    ))
}

fn epochs() -> Result<String, JudgeError> {
    Ok("One epoch on digits is no theorem. With the squared loss the rates that end below the start follow $2/\\lambda_{\\max}$ of the initial Fisher matrix at every width, several \
        times above it; with the cross entropy at hard labels they do not: the visible boundary is not parallel to that line (figure norm/digits-epoch, with the ratios at each width)."
        .into())
}
