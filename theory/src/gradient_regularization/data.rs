//! The regression problem that a diagonal linear network solves.

use nalgebra::{DMatrix, DVector};

use crate::TheoryError;
use crate::error::finite;

/// Inputs $X$ ($N\times d$) and targets $y$; the loss of coefficients $\beta$ is $L=\frac1{4N}\|X\beta-y\|^2$.
#[derive(Debug, Clone, PartialEq)]
pub struct RegressionData {
    x: DMatrix<f64>,
    y: DVector<f64>,
}

impl RegressionData {
    /// Checks shapes and numbers.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) for `X` without rows or columns, lengths that do not match, entries that are not finite.
    ///
    /// # Example
    /// ```
    /// use nalgebra::{dmatrix, dvector};
    /// use solvable_theory::gradient_regularization::RegressionData;
    /// let data = RegressionData::new(dmatrix![1.0, 2.0], dvector![1.0])?;
    /// assert_eq!(data.loss(&dvector![1.0, 1.0]), 1.0);
    /// assert!(RegressionData::new(dmatrix![1.0, 2.0], dvector![1.0, 2.0]).is_err());
    /// # Ok::<(), solvable_theory::TheoryError>(())
    /// ```
    pub fn new(x: DMatrix<f64>, y: DVector<f64>) -> Result<Self, TheoryError> {
        let (n, d) = x.shape();
        if n == 0 || d == 0 {
            return Err(TheoryError::invalid(
                "X",
                format!("{n} x {d}"),
                "at least one sample and one coordinate",
            ));
        }
        if y.len() != n {
            return Err(TheoryError::invalid(
                "y",
                format!("{} numbers", y.len()),
                format!("{n}, one a row of X"),
            ));
        }
        x.iter().try_for_each(|v| finite("X", *v).map(drop))?;
        y.iter().try_for_each(|v| finite("y", *v).map(drop))?;
        Ok(Self { x, y })
    }

    /// $X$, $N\times d$.
    pub fn x(&self) -> &DMatrix<f64> {
        &self.x
    }

    /// $y$.
    pub fn y(&self) -> &DVector<f64> {
        &self.y
    }

    /// $N$.
    pub fn samples(&self) -> usize {
        self.x.nrows()
    }

    /// $d$.
    pub fn dimension(&self) -> usize {
        self.x.ncols()
    }

    /// $L$.
    pub fn loss(&self, beta: &DVector<f64>) -> f64 {
        (&self.x * beta - &self.y).norm_squared() / (4.0 * self.samples() as f64)
    }

    /// $s=\nabla_\beta L=\frac1{2N}X^\top(X\beta-y)$.
    pub fn slope(&self, beta: &DVector<f64>) -> DVector<f64> {
        self.x.tr_mul(&(&self.x * beta - &self.y)) / (2.0 * self.samples() as f64)
    }

    /// $Gv=\frac1{2N}X^\top Xv$.
    pub fn curvature(&self, v: &DVector<f64>) -> DVector<f64> {
        self.x.tr_mul(&(&self.x * v)) / (2.0 * self.samples() as f64)
    }

    /// `list`, if it has one entry for each coordinate and all are finite.
    pub(super) fn coordinates(&self, name: &str, list: &[f64]) -> Result<DVector<f64>, TheoryError> {
        if list.len() != self.dimension() {
            return Err(TheoryError::invalid(
                name,
                format!("{} numbers", list.len()),
                format!("{}, one a coordinate", self.dimension()),
            ));
        }
        list.iter().try_for_each(|v| finite(name, *v).map(drop))?;
        Ok(DVector::from_column_slice(list))
    }
}
