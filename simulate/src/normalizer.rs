//! Normalization of one layer: its forward pass, and its Jacobian applied to many vectors at once.

use rayon::prelude::*;
use solvable_theory::Normalization;

use super::SimulationError;
use super::linalg::Matrix;

/// A normalization layer at the point where it was evaluated. Its Jacobian is symmetric: the same map carries tangents
/// forward and cotangents backward.
#[derive(Debug, Clone)]
pub(super) enum Normalizer {
    /// Does nothing.
    Identity,
    /// Subtracts the mean over samples.
    Centering,
    /// $\gamma\hat u+\beta$ per unit: `unit` is $\hat u$ ($M\times N$), `gain` $\gamma/\sigma_i$.
    Batch { unit: Matrix, gain: Vec<f64> },
    /// $\gamma\hat u$ per sample: `unit` is $\hat u$ ($M\times N$), `gain` $\gamma/\sigma(n)$.
    Layer { unit: Matrix, gain: Vec<f64> },
}

impl Normalizer {
    /// Normalizes `values` ($M\times N$) of `layer` (its name, for errors) in place.
    pub fn apply(
        mode: Normalization,
        gamma: f64,
        beta: f64,
        layer: &str,
        values: &mut Matrix,
    ) -> Result<Self, SimulationError> {
        let (units, samples) = values.shape();
        match mode {
            Normalization::None => Ok(Self::Identity),
            Normalization::MeanSubtraction => {
                center(values.as_mut_slice(), units, samples);
                Ok(Self::Centering)
            }
            Normalization::BatchNorm => {
                let size: Vec<f64> = values.row_iter().map(|row| row.norm_squared()).collect();
                center(values.as_mut_slice(), units, samples);
                let rest = values.row_iter().map(|row| row.norm_squared());
                let inverse = size
                    .iter()
                    .zip(rest)
                    .map(|(size, rest)| inverse_deviation(*size, rest, samples))
                    .collect::<Option<Vec<_>>>()
                    .ok_or(SimulationError::NoVariance {
                        layer: layer.to_owned(),
                        detail: "over the samples",
                    })?;
                for mut column in values.column_iter_mut() {
                    column.iter_mut().zip(&inverse).for_each(|(x, s)| *x *= s);
                }
                let unit = values.clone();
                values.iter_mut().for_each(|x| *x = gamma * *x + beta);
                Ok(Self::Batch { unit, gain: inverse.iter().map(|s| gamma * s).collect() })
            }
            Normalization::LayerNorm => {
                let mut gain = Vec::with_capacity(samples);
                for mut column in values.column_iter_mut() {
                    let size = column.norm_squared();
                    let mean = column.sum() / units as f64;
                    column.add_scalar_mut(-mean);
                    let inverse = inverse_deviation(size, column.norm_squared(), units).ok_or(
                        SimulationError::NoVariance {
                            layer: layer.to_owned(),
                            detail: "over the units of a sample",
                        },
                    )?;
                    column *= inverse;
                    gain.push(gamma * inverse);
                }
                let unit = values.clone();
                *values *= gamma;
                Ok(Self::Layer { unit, gain })
            }
        }
    }

    /// Whether the output for a sample depends on the other samples of the batch.
    pub fn mixes_samples(&self) -> bool {
        matches!(self, Self::Centering | Self::Batch { .. })
    }

    /// Applies the Jacobian, in place, to each block of `samples` columns of `vectors`.
    pub fn jacobian(&self, vectors: &mut Matrix, samples: usize) {
        let units = vectors.nrows();
        let blocks = vectors.as_mut_slice().par_chunks_mut((units * samples).max(1));
        match self {
            Self::Identity => {}
            Self::Centering => blocks.for_each(|block| center(block, units, samples)),
            Self::Batch { unit, gain } => blocks.for_each(|block| {
                let (mut mean, mut overlap) = (vec![0.0; units], vec![0.0; units]);
                for (column, unit) in block.chunks(units).zip(unit.as_slice().chunks(units)) {
                    for i in 0..units {
                        mean[i] += column[i];
                        overlap[i] += column[i] * unit[i];
                    }
                }
                let n = samples as f64;
                for (column, unit) in block.chunks_mut(units).zip(unit.as_slice().chunks(units)) {
                    for i in 0..units {
                        column[i] = gain[i] * (column[i] - mean[i] / n - unit[i] * overlap[i] / n);
                    }
                }
            }),
            Self::Layer { unit, gain } => blocks.for_each(|block| {
                let m = units as f64;
                let columns = block.chunks_mut(units).zip(unit.as_slice().chunks(units)).zip(gain);
                for ((column, unit), gain) in columns {
                    let mean = column.iter().sum::<f64>() / m;
                    let overlap = super::linalg::dot(column, unit) / m;
                    column.iter_mut().zip(unit).for_each(|(x, u)| *x = gain * (*x - mean - u * overlap));
                }
            }),
        }
    }
}

/// Subtracts from every row of a column-major block its mean over the columns.
fn center(block: &mut [f64], units: usize, samples: usize) {
    let mut mean = vec![0.0; units];
    for column in block.chunks(units) {
        mean.iter_mut().zip(column).for_each(|(m, x)| *m += x);
    }
    mean.iter_mut().for_each(|m| *m /= samples as f64);
    for column in block.chunks_mut(units) {
        column.iter_mut().zip(&mean).for_each(|(x, m)| *x -= m);
    }
}

/// $1/\sigma$ from the sum of squares after centring; `None` where nothing but rounding of the sum `before` is left.
fn inverse_deviation(before: f64, after: f64, count: usize) -> Option<f64> {
    let rounding = before * count as f64 * f64::EPSILON.powi(2);
    (after > rounding).then(|| (count as f64 / after).sqrt())
}
