//! R. Karakida, S. Akaho, *Learning curves for continual learning in neural networks: self-knowledge transfer and
//! forgetting* (ICLR 2022).

mod digits;
pub mod experiments;
mod figures;
mod gaussian;
mod networks;
mod sphere;
mod theory;

use solvable_theory::bibliography::{BIETTI_2021, BORDELON_2020, CANATAR_2021, KARAKIDA_2022_CONTINUAL};
use solvable_theory::{Activation, InitialScales, TheoryError};

use self::experiments::{Features, Sphere, SphereTarget};
use super::Paper;

/// Continual learning in the tangent-kernel regime.
pub(super) fn paper() -> Paper {
    Paper {
        id: "cl",
        name: "continual_learning",
        title: "Continual learning: transfer and forgetting",
        summary: "Networks in the tangent-kernel regime that learn one task after the other do kernel regression stage after stage. \
                  Learning curves of any sequence of tasks follow in closed form from the eigenvalues of the kernel: when \
                  knowledge transfers, how much of an old task is forgotten, and that the same task learnt twice can be \
                  learnt worse.".into(),
        sources: vec![KARAKIDA_2022_CONTINUAL, BORDELON_2020, CANATAR_2021, BIETTI_2021],
        claims: [gaussian::claims(), sphere::claims(), digits::claims(), networks::claims()]
            .into_iter()
            .flatten()
            .collect(),
        figures: figures::all(),
    }
}

/// Gaussian features of decay $a$, targets of decay $b$.
fn gaussian(decay: f64, target_decay: f64, modes: usize) -> Features {
    Features::Gaussian { decay, target_decay, modes, unlearnable_beyond: None }
}

/// The tangent kernel of bias-free ReLU networks with $L=3$ on the sphere in $d$ dimensions.
fn relu_sphere(dimension: usize, target: SphereTarget) -> Result<Sphere, TheoryError> {
    Ok(Sphere { dimension, scales: InitialScales::new(Activation::relu(), 2.0, 0.0)?, depth: 3, target })
}
