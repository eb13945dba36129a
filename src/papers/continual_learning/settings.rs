//! Settings and quantities that several claims of the part share.

use crate::experiments::{Features, Sphere, SphereTarget};
use solvable_theory::TheoryError;

/// Gaussian features of decay $a$, targets of decay $b$.
pub(crate) fn gaussian(decay: f64, target_decay: f64, modes: usize) -> Features {
    Features::Gaussian { decay, target_decay, modes, unlearnable_beyond: None }
}

/// The tangent kernel of bias-free ReLU networks with $L=3$ on the sphere in $d$ dimensions.
pub(crate) fn relu_sphere(dimension: usize, target: SphereTarget) -> Result<Sphere, TheoryError> {
    Sphere::relu(dimension, 3, target)
}
