//! The predictions of natural gradient by name.

mod approximations;
mod cross_entropy;
mod given;
mod one_sided;
mod steps;
mod widths;

use crate::catalog::Prediction;

/// The predictions of this part.
pub fn catalog() -> Vec<Prediction> {
    [approximations::all(), one_sided::all(), steps::all(), cross_entropy::all(), widths::all()].concat()
}
