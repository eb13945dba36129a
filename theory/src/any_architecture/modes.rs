//! Spatial modes of circular convolutions, and what their Gram matrices cost.

use std::f64::consts::PI;

use crate::TheoryError;
use crate::error::{at_least, non_negative};

/// How much a perturbation of the fixed point with each wave number shrinks in a layer.
///
/// # Formula
/// $\chi\prod_i|\frac1{f_i}\sum_{a<f_i}e^{2\pi i\kappa_ia/n_i}|$ for $\kappa_i=0..\lfloor n_i/2\rfloor$, last axis fastest.
///
/// # Errors
/// No axis or more than two; filters that are empty or longer than the axis; $\chi<0$.
///
/// # Source
/// Xiao et al. (2018).
///
/// # Example
/// ```
/// use solvable_theory::any_architecture::spatial_modes;
/// let modes = spatial_modes(&[8], &[3], 0.9)?;
/// assert!((modes[2] - 0.3).abs() < 1e-15 && modes.len() == 5);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn spatial_modes(grid: &[usize], filter: &[usize], chi: f64) -> Result<Vec<f64>, TheoryError> {
    non_negative("chi", chi)?;
    if grid.is_empty() || grid.len() > 2 {
        return Err(TheoryError::invalid("grid", format!("{grid:?}"), "one or two axes"));
    }
    if filter.len() != grid.len() {
        let valid = format!("one length for each axis of the grid {grid:?}");
        return Err(TheoryError::invalid("filter", format!("{filter:?}"), valid));
    }
    grid.iter().try_for_each(|&n| at_least("grid", n, 1).map(|_| ()))?;
    for (&f, &n) in filter.iter().zip(grid) {
        if f < 1 || f > n {
            return Err(TheoryError::invalid("filter", f, format!("from 1 to {n}, the length of the axis")));
        }
    }
    let axis = |(&n, &f): (&usize, &usize)| -> Vec<f64> { (0..=n / 2).map(|k| mode(n, f, k)).collect() };
    let axes: Vec<Vec<f64>> = grid.iter().zip(filter).map(axis).collect();
    let last = axes.last().map_or(&[][..], Vec::as_slice);
    Ok(match &axes[..] {
        [rows, _] => rows.iter().flat_map(|a| last.iter().map(move |b| chi * a * b)).collect(),
        _ => last.iter().map(|b| chi * b).collect(),
    })
}

/// $|\frac1f\sum_{a<f}e^{2\pi i\kappa a/n}|=|\sin(\pi\kappa f/n)/(f\sin(\pi\kappa/n))|$.
fn mode(n: usize, f: usize, k: usize) -> f64 {
    if k == 0 {
        return 1.0;
    }
    // The phase within a turn, exactly.
    let turn = |times: usize| PI * ((k as u128 * times as u128) % n as u128) as f64 / n as f64;
    (turn(f).sin() / (f as f64 * turn(1).sin())).abs()
}

/// Sizes of a layer with shared weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedLayer {
    /// $C$.
    pub classes: usize,
    /// $N$.
    pub samples: usize,
    /// $S$: positions of the result.
    pub positions: usize,
    /// $S_i$: positions of the input.
    pub input_positions: usize,
    /// $c_i$.
    pub input_channels: usize,
    /// $c_o$.
    pub channels: usize,
    /// $f$.
    pub filter: usize,
}

/// Floating point operations of the two exact ways to the Gram matrix of a layer's gradients.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ContractionCost {
    /// Forming the gradient of every sample and output.
    pub per_sample: f64,
    /// Overlaps of signals and of backward signals, pair by pair.
    pub pair: f64,
}

/// What the two contractions cost.
///
/// # Formula
/// With $G=CN$: per sample $2GSfc_ic_o+G(G+1)fc_ic_o$; pair $GS(GS+1)c_o+NS_i(NS_i+1)c_i+fN^2S^2+2G^2S^2$.
///
/// # Source
/// Counted.
pub fn contraction_cost(layer: &SharedLayer) -> ContractionCost {
    let real = |x: usize| x as f64;
    let (g, s, f) = (real(layer.classes) * real(layer.samples), real(layer.positions), real(layer.filter));
    let (ci, co) = (real(layer.input_channels), real(layer.channels));
    let (n, si) = (real(layer.samples), real(layer.input_positions));
    ContractionCost {
        per_sample: 2.0 * g * s * f * ci * co + g * (g + 1.0) * f * ci * co,
        pair: g * s * (g * s + 1.0) * co
            + n * si * (n * si + 1.0) * ci
            + f * n * n * s * s
            + 2.0 * g * g * s * s,
    }
}
