//! The probability of a label under isotropic natural gradient, sample by sample.

use crate::TheoryError;
use crate::error::positive;

/// $1-p_t$: what the probability of a sample's label lacks after `steps` $=t$ steps of an isotropic natural gradient on the cross entropy, from
/// `start` $=p_0$, at the rate `eta` in units of $1/\alpha$.
///
/// # Formula
/// $\kappa=\frac{1-p}p$ takes the map $\kappa\leftarrow\kappa\,e^{-\eta(1+\kappa)}$. Every $\eta>0$ contracts; for small $\eta$ it is
/// $1-p_t=(1-p_0)e^{-\eta t}$.
///
/// # Accuracy and cost
/// $\ln\kappa$ is iterated, without cancellation: rounding times the number of steps until $\kappa<10^{-17}$, from where on steps are added up
/// at once.
///
/// # Errors
/// $p_0$ not between 0 and 1, $\eta\le0$.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::natural_gradient::ce_map;
/// assert!((ce_map(0.2, 0.5, 4)? - 0.05168730027925465).abs() < 1e-15);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn ce_map(start: f64, eta: f64, steps: u64) -> Result<f64, TheoryError> {
    let mut log = checked(start, eta)?;
    if steps == 0 {
        return Ok(1.0 - start);
    }
    for done in 0..steps {
        if log < NEGLIGIBLE {
            log -= eta * (steps - done) as f64;
            break;
        }
        log -= eta * (1.0 + log.exp());
    }
    let kappa = log.exp();
    Ok(kappa / (1.0 + kappa))
}

/// Below this logarithm $1+\kappa$ is 1 to rounding.
const NEGLIGIBLE: f64 = -38.0;

/// $\ln\kappa_0$.
fn checked(start: f64, eta: f64) -> Result<f64, TheoryError> {
    if !(start > 0.0 && start < 1.0) {
        return Err(TheoryError::invalid("p0", start, "a probability between 0 and 1, neither of them"));
    }
    positive("eta", eta)?;
    Ok((-start).ln_1p() - start.ln())
}

/// About how many elementary operations [`ce_map`] takes.
///
/// # Errors
/// Those of [`ce_map`].
pub fn ce_map_operations(start: f64, eta: f64, steps: u64) -> Result<f64, TheoryError> {
    let falls = (checked(start, eta)? - NEGLIGIBLE).max(0.0) / eta + 2.0;
    Ok(20.0 * falls.min(steps as f64))
}
