//! Kernels, Fisher information and learning rates of convolutional, residual, normalized, mixing, attention and recurrent networks.

mod claims;
pub mod experiments;
mod figures;
mod maps;
mod settings;

use solvable_engine::Paper;
use solvable_theory::bibliography::{
    ALEMOHAMMAD_2021, ARORA_2019, HRON_2020, KARAKIDA_2019_NORMALIZATION, KARAKIDA_2019_UNIVERSAL,
    NOVAK_2019, TOLSTIKHIN_2021, XIAO_2018, YANG_2017, YANG_2019,
};

/// Any architecture.
pub fn paper() -> Paper {
    Paper {
        id: "arch",
        name: "any_architecture",
        title: "Any architecture: convolutions, residuals, normalization, mixing, attention, recurrence",
        summary: "The Fisher information of a wide network of any layers follows from two numbers for each pair of samples and positions. \
                  Without pooling a convolutional network is the fully connected one with fan-ins in place of widths; global average pooling \
                  keeps the outlier and divides the rest of the spectrum by the number of positions. Residual networks sharpen exponentially \
                  with their depth, with normalized branches logarithmically. Mean subtraction lowers the sharpness of networks on images of a \
                  fixed size by a constant factor, but does not keep it from growing with the width.".into(),
        sources: vec![
            KARAKIDA_2019_UNIVERSAL,
            KARAKIDA_2019_NORMALIZATION,
            XIAO_2018,
            NOVAK_2019,
            ARORA_2019,
            YANG_2017,
            YANG_2019,
            HRON_2020,
            ALEMOHAMMAD_2021,
            TOLSTIKHIN_2021,
        ],
        claims: claims::all(),
        figures: figures::all(),
        maps: maps::all(),
        knobs: settings::KNOBS,
    }
}
