//! Mean-field theory.
use crate::catalog::Prediction;
/// Predictions of this part.
pub fn catalog() -> Vec<Prediction> {
    Vec::new()
}
