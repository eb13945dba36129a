//! What the theory finds, in words and in its own numbers.

use solvable_engine::verify::JudgeError;
use solvable_shared::told;
use solvable_theory::gradient_regularization::{deep_trap, learned_modes};

/// A paragraph each.
pub(super) fn all() -> Vec<String> {
    told(&[large_values, gaps, digits])
}

fn large_values() -> Result<String, JudgeError> {
    let ratio = |depth: usize| -> Result<f64, JudgeError> {
        Ok(deep_trap(depth, 1.0, 0.0)? / deep_trap(depth, 4.0, 0.0)?)
    };
    let (forward, backward) = (deep_trap(3, 1.0, 0.1)?, deep_trap(3, 1.0, -0.1)?);
    Ok(format!(
        "The penalty blocks the large singular values, the opposite of a bias towards leading modes. A value of 4 is trapped at a strength {:.1}, {:.1} and {:.1} times below that for a \
         value of 1 with 2, 3 and 6 layers (gr/deep-trap). Finite differences change the threshold little: {:.5} exactly, {forward:.5} forward and {backward:.5} backward with \
         $|\\epsilon|=0.1$, three layers and $s_*=1$.",
        ratio(2)?,
        ratio(3)?,
        ratio(6)?,
        deep_trap(3, 1.0, 0.0)?
    ))
}

fn gaps() -> Result<String, JudgeError> {
    let modes = [3.0, 2.0, 1.0];
    let told = |gamma: f64| -> Result<String, JudgeError> {
        let learnt = learned_modes(&modes, gamma)?;
        Ok(learnt.iter().map(f64::to_string).collect::<Vec<_>>().join(", "))
    };
    Ok(format!(
        "With full matrices a trapped mode takes over the hidden direction of a learnt smaller one, unless the gap between them is wider than $1/\\gamma$. Of the modes 1, 2, 3 a \
         penalty of 0.8 ends with {}, though it traps 2 and 3 by themselves (gr/matrix-trap). Noise of any size is needed: without it the trapped weights decay to nothing.",
        told(0.8)?
    ))
}

fn digits() -> Result<String, JudgeError> {
    Ok("On 200 images of digits neither the penalty with either sign of $\\epsilon$, nor sharpness-aware minimisation, nor flooding makes the test error of a small ReLU network \
        visibly lower, and the signs of $\\epsilon$ do not differ. Paired differences with their intervals stand in the figure gr/digits: an experiment, not a theorem."
        .into())
}
