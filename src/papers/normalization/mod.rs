//! R. Karakida, S. Akaho, S. Amari, *The normalization method for alleviating pathological sharpness in wide neural
//! networks* (NeurIPS 2019).

mod experiments;
mod figures;
mod hidden;
mod last_layer;
mod step_size;
mod trainability;

use solvable_theory::bibliography::{FAN_2020, KARAKIDA_2019_NORMALIZATION, LEWKOWYCZ_2020};
use solvable_theory::{Architecture, Normalization, TheoryError};

use super::Paper;

/// Normalization methods and the sharpness of wide networks.
pub(super) fn paper() -> Paper {
    Paper {
        id: "norm",
        name: "normalization",
        title: "Normalization and pathological sharpness",
        summary: "The largest eigenvalue of the Fisher information grows like the width M because all outputs share a \
                  common direction. Subtracting the batch mean in the last layer removes it exactly, and with it the \
                  growth; batch normalization there does the same. In hidden layers neither batch nor layer \
                  normalization removes the outlier unless the activation is odd.".into(),
        sources: vec![KARAKIDA_2019_NORMALIZATION, FAN_2020, LEWKOWYCZ_2020],
        claims: [last_layer::claims(), hidden::claims(), trainability::claims(), vec![step_size::claim()]]
            .into_iter()
            .flatten()
            .collect(),
        figures: figures::all().into_iter().chain([step_size::figure()]).collect(),
    }
}

/// Equal widths $M$, $L$ layers, $C$ outputs.
fn equal_widths(
    name: &str,
    (sigma_w2, sigma_b2): (f64, f64),
    depth: usize,
    width: usize,
    classes: usize,
) -> Result<Architecture, TheoryError> {
    Architecture::new([vec![width; depth], vec![classes]].concat(), name.parse()?, sigma_w2, sigma_b2)
}

/// Modes from their short names, one letter a layer: `-` none, `m` mean subtraction, `b` batch, `l` layer normalization.
fn modes(letters: &str) -> Vec<Normalization> {
    letters
        .chars()
        .map(|letter| match letter {
            'm' => Normalization::MeanSubtraction,
            'b' => Normalization::BatchNorm,
            'l' => Normalization::LayerNorm,
            _ => Normalization::None,
        })
        .collect()
}
