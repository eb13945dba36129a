//! The upper end of a support: the largest critical point of the inverse map on the real axis.

use crate::TheoryError;
use crate::error::representable;

use super::InverseMap;

/// Bisection on $\ln d$ with the predicate "rising at every step", which is monotone. `start` is the mass of the first coordinate,
/// $d\,u$, and `scale` the mean.
pub(crate) fn upper(map: &impl InverseMap, start: f64, scale: f64) -> Result<f64, TheoryError> {
    let (mut low, mut high) = (start.min(scale).ln() - 40.0, scale.ln() + 60.0);
    let lost = || TheoryError::NotConverged {
        procedure: "the search for the upper edge".to_owned(),
        detail: "the inverse map is not monotone far outside the spectrum".to_owned(),
    };
    let mut best = map.real_image(high.exp()).ok_or_else(lost)?;
    if let Some(z) = map.real_image(low.exp()) {
        // No critical point: the top is an atom, reached as d goes to zero.
        return representable("the upper edge", z);
    }
    // At the critical point z is flat: a square root of the rounding in d is enough, a hundredth of it is taken.
    while high - low > 1e-10 {
        let middle = 0.5 * (low + high);
        match map.real_image(middle.exp()) {
            Some(z) => (high, best) = (middle, z),
            None => low = middle,
        }
    }
    representable("the upper edge", best)
}
