use super::forward::forward;
use crate::error::positive;
use crate::{Activation, TheoryError};

/// $E=\sum_{l=1}^{L-1}\epsilon_l$ of a network of projections at infinite width.
///
/// # Formula
/// $\epsilon_l=1-E\phi'(\sqrt{v_l}z)^2$, summed without cancellation.
///
/// # Errors
/// As [`forward`]; [`Undefined`](TheoryError::Undefined) for activations that are no projections.
///
/// # Source
/// Hayase and Karakida (2021).
///
/// # Example
/// ```
/// use solvable_theory::{Activation, dynamical_isometry::total_defect};
/// assert_eq!(total_defect(&Activation::relu(), 1.0, 2.0, 4)?, 1.5);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn total_defect(phi: &Activation, q0: f64, sigma_w2: f64, depth: usize) -> Result<f64, TheoryError> {
    let layers = forward(phi, q0, sigma_w2, depth)?;
    let defects = layers.defects.ok_or_else(|| {
        TheoryError::undefined("the total defect E", format!("the slopes of `{phi}` are not only 0 and 1"))
    })?;
    Ok(defects.iter().sum())
}

/// The range of $q_0$ in which a path is sought.
const RANGE: (f64, f64) = (1e-3, 50.0);

/// The scale $q_0(L,c)$ of the inputs at which a hard-tanh network ($\sigma_w^2=1$, threshold 1) has $E=c$: deep networks along this
/// path achieve dynamical isometry, $\epsilon_l=O(1/L)$.
///
/// # Formula
/// Root of the monotone $E(q_0)=c$.
///
/// # Accuracy and cost
/// Rounding; bisection in $\ln q_0$.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) for a depth below 2, or $c$ outside $[E(10^{-3}),E(50)]$.
///
/// # Source
/// Hayase and Karakida (2021).
///
/// # Example
/// ```
/// let q0 = solvable_theory::dynamical_isometry::isometry_path(6, 0.25)?;
/// assert!((q0 - 0.3212).abs() < 1e-4);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn isometry_path(depth: usize, c: f64) -> Result<f64, TheoryError> {
    positive("c", c)?;
    crate::error::at_least("depth", depth, 2)?;
    let phi = Activation::hard_tanh(1.0)?;
    let at = |q0: f64| total_defect(&phi, q0, 1.0, depth);
    let ends = (at(RANGE.0)?, at(RANGE.1)?);
    if !(ends.0 <= c && c <= ends.1) {
        return Err(TheoryError::invalid("c", c, format!("a number from {:e} to {}", ends.0, ends.1)));
    }
    let (mut low, mut high) = (RANGE.0.ln(), RANGE.1.ln());
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if at(middle.exp())? < c { low = middle } else { high = middle }
    }
    Ok((0.5 * (low + high)).exp())
}
