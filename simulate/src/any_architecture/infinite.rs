//! Kernels of infinitely wide networks, pairs of samples shared out over threads.

use rayon::prelude::*;
use solvable_theory::TheoryError;
use solvable_theory::any_architecture::{Blueprint, Kernels, Parametrization, PreparedKernels};

use crate::linalg::Matrix;

/// [`kernels`](solvable_theory::any_architecture::kernels) of the same arguments, to the same bits, on all threads.
///
/// # Errors
/// Those of that function.
pub fn kernels(
    blueprint: &Blueprint,
    inputs: &[Vec<f64>],
    parametrization: Parametrization,
) -> Result<Kernels, TheoryError> {
    let prepared = PreparedKernels::new(blueprint, inputs, parametrization)?;
    let count = inputs.len();
    // Long columns first, so that threads end together.
    let columns: Result<Vec<Vec<(f64, f64)>>, TheoryError> = (0..count)
        .into_par_iter()
        .rev()
        .with_max_len(1)
        .map(|m| (0..=m).map(|n| prepared.pair(n, m)).collect())
        .collect();
    let (mut gp, mut tangent) = (Matrix::zeros(count, count), Matrix::zeros(count, count));
    for (m, column) in columns?.into_iter().rev().enumerate() {
        for (n, (k, t)) in column.into_iter().enumerate() {
            (gp[(n, m)], gp[(m, n)], tangent[(n, m)], tangent[(m, n)]) = (k, k, t, t);
        }
    }
    Ok(Kernels { gp, tangent })
}
