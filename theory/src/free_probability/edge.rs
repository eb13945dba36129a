//! The upper end of a support: the largest critical point of the inverse map on the real axis.

use crate::TheoryError;
use crate::error::representable;

use super::InverseMap;

/// Bisection on $\ln d$ with the predicate "rising at every step", which is monotone.
pub(crate) fn upper(map: &impl InverseMap, scale: f64) -> Result<f64, TheoryError> {
    let (mut low, mut high) = (scale.ln() - 40.0, scale.ln() + 60.0);
    let lost = || TheoryError::NotConverged {
        procedure: "the search for the upper edge".to_owned(),
        detail: "the inverse map is not monotone far outside the spectrum".to_owned(),
    };
    let mut best = map.real_image(high.exp()).ok_or_else(lost)?;
    if let Some(z) = map.real_image(low.exp()) {
        // No critical point: the top is an atom, reached as d goes to zero.
        return representable("the upper edge", z);
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        match map.real_image(middle.exp()) {
            Some(z) => (high, best) = (middle, z),
            None => low = middle,
        }
    }
    representable("the upper edge", best)
}
