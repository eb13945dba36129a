//! Zeros of slopes.

use crate::TheoryError;

/// The zero of a function that is negative at `low` and not at `high`, to `near`: secants with the Illinois rule, every third step a bisection.
pub(super) fn zero(
    mut low: f64,
    mut high: f64,
    near: f64,
    f: impl Fn(f64) -> Result<f64, TheoryError>,
) -> Result<f64, TheoryError> {
    let (mut at_low, mut at_high) = (f(low)?, f(high)?);
    for round in 0..200 {
        if high - low <= near {
            break;
        }
        let secant = low - at_low * (high - low) / (at_high - at_low);
        let inside = secant > low && secant < high && round % 3 != 2;
        let middle = if inside { secant } else { 0.5 * (low + high) };
        let value = f(middle)?;
        if value == 0.0 {
            return Ok(middle);
        }
        if value < 0.0 {
            (low, at_low, at_high) = (middle, value, 0.5 * at_high);
        } else {
            (high, at_high, at_low) = (middle, value, 0.5 * at_low);
        }
    }
    Ok(0.5 * (low + high))
}
