//! Settings and quantities that several claims of the part share.

use solvable_theory::{Architecture, Normalization, TheoryError};

/// Equal widths $M$, $L$ layers, $C$ outputs.
pub(crate) fn equal_widths(
    name: &str,
    (sigma_w2, sigma_b2): (f64, f64),
    depth: usize,
    width: usize,
    classes: usize,
) -> Result<Architecture, TheoryError> {
    Architecture::new([vec![width; depth], vec![classes]].concat(), name.parse()?, sigma_w2, sigma_b2)
}

/// Modes from their short names, one letter a layer: `-` none, `m` mean subtraction, `b` batch, `l` layer normalization.
pub(crate) fn modes(letters: &str) -> Vec<Normalization> {
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
