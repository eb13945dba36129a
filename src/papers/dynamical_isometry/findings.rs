//! What the theory finds, in words and in its own numbers.

use solvable_engine::verify::JudgeError;
use solvable_shared::told;

use crate::claims::digits::online;

/// A paragraph each.
pub(super) fn all() -> Vec<String> {
    told(&[digits])
}

fn digits() -> Result<String, JudgeError> {
    let step = |depth: usize| -> Result<f64, JudgeError> { Ok(online(depth, 500, 1e-6, &[1.0])?.unit) };
    Ok(format!(
        "On images of digits, whose kernels are far from independent, online learning of small residuals still begins to diverge at $2/\\lambda_{{\\max}}$ of a single image \
         (iso/step-size-digits): {:.2} at three layers, {:.2} at twelve, {:.2} at fifty. Visible training goes further: with one-hot targets its limit stops falling at a depth of about \
         twelve, while that rate goes on (figure iso/digits).",
        step(3)?,
        step(12)?,
        step(50)?
    ))
}
