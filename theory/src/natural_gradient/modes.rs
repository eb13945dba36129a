//! Gradient descent, mode by mode: what natural gradient is compared with.

use nalgebra::DMatrix;
use serde::Serialize;

use super::kernels::LayerKernels;
use super::linear::eigen;
use crate::TheoryError;

/// Gradient descent in the tangent-kernel regime.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GdModes {
    /// $\lambda_i/N$: eigenvalues of $K/N$, ascending; mode $i$ shrinks by $1-\eta\lambda_i/N$ a step.
    pub eigenvalues: Vec<f64>,
    /// $\eta_{\rm opt}=2N/(\lambda_{\max}+\lambda_{\min})$: the rate of fastest convergence.
    pub eta_opt: f64,
    /// $\frac{\kappa-1}{\kappa+1}$, $\kappa=\lambda_{\max}/\lambda_{\min}$: the contraction at that rate.
    pub rate_opt: f64,
    /// $\eta_c=2N/\lambda_{\max}$: the largest stable rate.
    pub eta_critical: f64,
}

/// The modes of gradient descent.
///
/// # Formula
/// $\bar R=K/N$; see the fields of [`GdModes`].
///
/// # Errors
/// A kernel that is zero, or is not square.
///
/// # Source
/// Jacot, Gabriel and Hongler (2018); the optimal rate is textbook.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::{Activation, InitialScales, natural_gradient::{gd_modes, train_kernels}};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let modes = gd_modes(&train_kernels(&scales, 3, &dmatrix![1.0, 0.6; 0.6, 1.0])?)?;
/// assert!((modes.eta_critical * modes.eigenvalues[1] - 2.0).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn gd_modes(train: &LayerKernels) -> Result<GdModes, TheoryError> {
    let (eigenvalues, _) = gd_mode_vectors(train)?;
    let (smallest, largest) = (eigenvalues[0], eigenvalues[eigenvalues.len() - 1]);
    if largest <= 0.0 {
        return Err(TheoryError::undefined("the rates of gradient descent", "the tangent kernel is zero"));
    }
    let sum = largest + smallest;
    Ok(GdModes {
        eta_opt: 2.0 / sum,
        rate_opt: (largest - smallest) / sum,
        eta_critical: 2.0 / largest,
        eigenvalues,
    })
}

/// The eigenvalues $\lambda_i/N$ of $K/N$, ascending, and its unit eigenvectors as columns.
///
/// # Errors
/// As for [`gd_modes`].
///
/// # Source
/// As for [`gd_modes`].
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::{Activation, InitialScales, natural_gradient::{gd_mode_vectors, train_kernels}};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let (_, vectors) = gd_mode_vectors(&train_kernels(&scales, 3, &dmatrix![1.0, 0.6; 0.6, 1.0])?)?;
/// assert!((vectors[(0, 1)] - 0.5f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn gd_mode_vectors(train: &LayerKernels) -> Result<(Vec<f64>, DMatrix<f64>), TheoryError> {
    let kernel = train.square()?.total() / train.columns() as f64;
    let (mut values, vectors) = eigen(&kernel, "the tangent kernel")?;
    // Kernels are positive semi-definite; what lies below is rounding.
    values.iter_mut().for_each(|v| *v = v.max(0.0));
    Ok((values, vectors))
}
