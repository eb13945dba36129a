//! Averages over initialisations.

use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use super::kernels::LayerKernels;
use super::{Method, test_kernel};
use crate::TheoryError;
use crate::error::{finite, representable};

/// Mean and variance over initialisations of the output of a trained network, one entry for each test input.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EnsembleMoments {
    /// $E f_t(x')$.
    pub mean: Vec<f64>,
    /// $\mathrm{Var}f_t(x')$.
    pub variance: Vec<f64>,
}

/// The ensemble of networks after $t$ steps of an isotropic method at $\eta\alpha$, from infinite-width kernels (`cross`: test
/// rows by training columns) and `targets` $y$.
///
/// # Formula
/// With $p=1-(1-\eta\alpha)^t$ and $k$ of [`test_kernel`]: $Ef_t(x')=p\,k\,y$ and
/// $\mathrm{Var}f_t(x')=Q_L(x',x')-2p\,k\,Q_L(X,x')+p^2k\,Q_L(X,X)k^\top$; test inputs have the length of training
/// inputs.
///
/// # Errors
/// Another number of targets than of training samples; overflow; those of [`test_kernel`].
///
/// # Source
/// Derived in the notes, from the Gaussian-process prior of $f_0$ with covariance $Q_L$.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::{Activation, InitialScales};
/// use solvable_theory::natural_gradient::{Method, cross_kernels, ensemble_moments, train_kernels};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let train = train_kernels(&scales, 3, &dmatrix![1.0, 0.6; 0.6, 1.0])?;
/// let cross = cross_kernels(&scales, 3, &dmatrix![1.0, 0.6])?;
/// // At a training input, after one full step: the target, without variance.
/// let moments = ensemble_moments(Method::Exact, &train, &cross, &[0.5, -0.5], 1.0, 1)?;
/// assert!((moments.mean[0] - 0.5).abs() < 1e-12 && moments.variance[0] < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn ensemble_moments(
    method: Method,
    train: &LayerKernels,
    cross: &LayerKernels,
    targets: &[f64],
    eta_alpha: f64,
    steps: usize,
) -> Result<EnsembleMoments, TheoryError> {
    finite("eta_alpha", eta_alpha)?;
    for y in targets {
        finite("y", *y)?;
    }
    let kernel = test_kernel(method, train, cross)?;
    if targets.len() != train.columns() {
        let valid = format!("{}, one for every training sample", train.columns());
        return Err(TheoryError::invalid("y", format!("{} targets", targets.len()), valid));
    }
    let progress = representable("the progress of training", 1.0 - contraction(eta_alpha, steps))?;
    let mean = &kernel * DVector::from_column_slice(targets) * progress;
    let (prior, covariance) = (train.forward(train.depth()), cross.forward(cross.depth()));
    let learnt: DMatrix<f64> = &kernel * prior;
    let variance = (0..cross.rows())
        .map(|row| {
            let k = kernel.row(row);
            let (once, twice) = (k.dot(&covariance.row(row)), k.dot(&learnt.row(row)));
            let variance = prior[(0, 0)] - 2.0 * progress * once + progress * progress * twice;
            // Exactly learnt inputs leave rounding of either sign.
            representable("a variance", variance).map(|v| v.max(0.0))
        })
        .collect::<Result<_, _>>()?;
    for x in mean.iter() {
        representable("a mean", *x)?;
    }
    Ok(EnsembleMoments { mean: mean.as_slice().to_vec(), variance })
}

/// What is left of the residual after $t$ steps of an isotropic method: one step suffices at $\eta\alpha=1$; beyond
/// $\eta\alpha=2$ it grows.
///
/// # Formula
/// $(1-\eta\alpha)^t$.
///
/// # Errors
/// None; it overflows to infinity.
///
/// # Source
/// Karakida and Osawa (2020).
///
/// # Example
/// ```
/// use solvable_theory::natural_gradient::contraction;
/// assert!((contraction(2.2, 4) - 2.0736).abs() < 1e-12);
/// ```
pub fn contraction(eta_alpha: f64, steps: usize) -> f64 {
    (1.0 - eta_alpha).powf(steps as f64)
}
