//! What the ways to compute the penalty cost: matrix products of multilayer networks.

use solvable_theory::bibliography::KARAKIDA_2023_GRADIENT;
use solvable_theory::gradient_regularization::matrix_products;
use solvable_theory::{Activation, Architecture};

use crate::experiments::{PenaltyCost, PenaltyCostSetting};
use solvable_engine::verify::{At, Claim, JudgeError, Margin};

pub(crate) fn claims() -> Vec<Claim> {
    vec![products()]
}

/// Depths at which products are counted.
pub(crate) const DEPTHS: [usize; 5] = [1, 2, 3, 4, 6];

pub(crate) fn setting(depth: usize) -> Result<PenaltyCostSetting, JudgeError> {
    let mut widths = vec![32; depth];
    widths.push(4);
    Ok(PenaltyCostSetting { network: Architecture::new(widths, Activation::tanh(), 1.5, 0.1)?, samples: 16 })
}

fn counts(s: &PenaltyCostSetting) -> Result<Vec<f64>, JudgeError> {
    Ok(matrix_products(s.network.depth() as u64)?.map(|c| c as f64).to_vec())
}

fn products() -> Claim {
    Claim::about::<PenaltyCost>("gr/matrix-products", "Matrix products of a step, counted in running code")
        .formula(r"3L-1\ (\nabla L),\quad6L-2\ (\text{finite difference}),\quad9L-5\ (\text{double backpropagation})")
        .sources(&[KARAKIDA_2023_GRADIENT])
        .cases(|_| {
            DEPTHS.iter().map(|&depth| Ok(At::setting(format!("L={depth}"), setting(depth)?, 1))).collect()
        })
        .components(["gradient", "finite difference", "double backpropagation"])
        .identity()
        .measure(|_, o| Ok(o.products))
        .predict(counts)
        .margin(|_, _| Margin::symmetric(1e-12))
        .rival("3L, 6L, 9L", |s| Ok([3.0, 6.0, 9.0].map(|c| c * s.network.depth() as f64).to_vec()))
        .rival("double backpropagation that shares nothing", |s| {
            let mut counts = counts(s)?;
            counts[2] = 12.0 * s.network.depth() as f64 - 6.0;
            Ok(counts)
        })
        .finish()
}
