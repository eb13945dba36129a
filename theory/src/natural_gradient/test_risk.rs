//! The test error of trained networks for random targets, and the first step from a zero output layer.

use std::fmt;
use std::str::FromStr;

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

use super::kernels::LayerKernels;
use super::linear::Definite;
use super::{Method, test_kernel};
use crate::TheoryError;
use crate::error::{finite, non_negative, representable};

/// The Gaussian process from which targets are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Teacher {
    /// `linear`: a random linear function of the inputs, of variance 1; the covariances are their cosines.
    Linear,
    /// `gp`: a network of the same kind at initialisation; the covariances are $Q_L$.
    Gp,
}

impl fmt::Display for Teacher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Linear => "linear",
            Self::Gp => "gp",
        })
    }
}

impl FromStr for Teacher {
    type Err = TheoryError;

    fn from_str(text: &str) -> Result<Self, TheoryError> {
        match text {
            "linear" => Ok(Self::Linear),
            "gp" => Ok(Self::Gp),
            _ => Err(TheoryError::invalid("teacher", text, "linear or gp")),
        }
    }
}

/// The covariances of a target: of a test input with itself, of test inputs (rows) with training inputs, among training inputs.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetCovariance {
    /// $\mathcal C(x',x')$, one number for all test inputs.
    pub own: f64,
    /// $\mathcal C(x',X)$.
    pub cross: DMatrix<f64>,
    /// $\mathcal C(X,X)$.
    pub train: DMatrix<f64>,
}

impl TargetCovariance {
    /// Of the process $Q_L$ to which the outputs of the network belong.
    pub fn of_network(train: &LayerKernels, cross: &LayerKernels) -> Self {
        let depth = train.depth();
        let among = train.forward(depth).clone();
        Self { own: among[(0, 0)], cross: cross.forward(depth).clone(), train: among }
    }
}

/// The expected squared error at test inputs of networks that were trained to the end, initial outputs subtracted, on targets drawn from a
/// Gaussian process.
///
/// # Formula
/// $\mathcal C(x',x')-2k\,\mathcal C(X,x')+k\,\mathcal C(X,X)k^\top$ with the test kernel $k(x',X)$ of the method without damping.
///
/// # Errors
/// Methods other than exact, bd, kfac, one_sided, last, output_sided; shapes that do not fit; those of [`test_kernel`].
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::{Activation, InitialScales};
/// use solvable_theory::natural_gradient::{Method, TargetCovariance, cross_kernels, test_risk, train_kernels};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let among = dmatrix![1.0, 0.3, -0.2; 0.3, 1.0, 0.5; -0.2, 0.5, 1.0];
/// let across = dmatrix![0.4, 0.3, 0.1];
/// let (train, cross) = (train_kernels(&scales, 3, &among)?, cross_kernels(&scales, 3, &across)?);
/// let linear = TargetCovariance { own: 1.0, cross: across, train: among };
/// let risk = test_risk(Method::OneSided, &train, &cross, &linear)?;
/// assert!((risk[0] - 0.8048610616732126).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn test_risk(
    method: Method,
    train: &LayerKernels,
    cross: &LayerKernels,
    target: &TargetCovariance,
) -> Result<Vec<f64>, TheoryError> {
    if !matches!(
        method,
        Method::Exact | Method::Bd | Method::Kfac | Method::OneSided | Method::Last | Method::OutputSided
    ) {
        let valid =
            "exact, bd, kfac, one_sided (one_sided_scaled has the same test kernel), last or output_sided";
        return Err(TheoryError::invalid("method", method, valid));
    }
    let kernel = test_kernel(method, train, cross)?;
    let samples = train.columns();
    if target.cross.shape() != kernel.shape() || target.train.shape() != (samples, samples) {
        let found = format!("{:?} and {:?}", target.cross.shape(), target.train.shape());
        let valid = format!("covariances of the shapes {:?} and {:?}", kernel.shape(), (samples, samples));
        return Err(TheoryError::invalid("target", found, valid));
    }
    (0..kernel.nrows())
        .map(|row| {
            let k = kernel.row(row).transpose();
            let risk =
                target.own - 2.0 * k.dot(&target.cross.row(row).transpose()) + k.dot(&(&target.train * &k));
            // A variance: what lies below zero is rounding.
            Ok(representable("the test risk", risk)?.max(0.0))
        })
        .collect()
}

/// The outputs at test inputs after one full step (kfac with the damping $\rho_B$ of its other factor: $\eta=1+\rho_B$) of kfac or one_sided from an
/// output layer that starts at zero: ridge regression with the conjugate kernel.
///
/// # Formula
/// $f_1(x')=Q_L(x',X)(Q_L+N\rho)^{-1}y$: all hidden signals vanish, so that only the output layer moves.
///
/// # Errors
/// $\rho<0$; targets of another number than the samples, or not finite; $Q_L$ singular at $\rho=0$; overflow.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::{Activation, InitialScales};
/// use solvable_theory::natural_gradient::{cross_kernels, train_kernels, zero_output};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let train = train_kernels(&scales, 3, &dmatrix![1.0, 0.3, -0.2; 0.3, 1.0, 0.5; -0.2, 0.5, 1.0])?;
/// let cross = cross_kernels(&scales, 3, &dmatrix![0.4, 0.3, 0.1])?;
/// let outputs = zero_output(0.05, &[1.0, -1.0, 0.5], &train, &cross)?;
/// assert!((outputs[0] - 0.2793409354731385).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn zero_output(
    rho: f64,
    targets: &[f64],
    train: &LayerKernels,
    cross: &LayerKernels,
) -> Result<Vec<f64>, TheoryError> {
    train.square()?.matches(cross)?;
    let samples = train.columns();
    if targets.len() != samples {
        let valid = format!("{samples} numbers, one for every training input");
        return Err(TheoryError::invalid("y", format!("{} numbers", targets.len()), valid));
    }
    for y in targets {
        finite("y", *y)?;
    }
    let shift = representable("N rho", samples as f64 * non_negative("rho", rho)?)?;
    let instead = "remove duplicates, or give rho > 0";
    let kernel = Definite::damped(train.forward(train.depth()), shift, "the conjugate kernel", instead)?;
    let outputs = kernel.solve_right(cross.forward(train.depth())) * DVector::from_column_slice(targets);
    outputs.iter().map(|f| representable("an output", *f)).collect()
}
