//! Powers of kernels, and how far a response is from isotropy.

use nalgebra::{DMatrix, DVector};

use super::linear::eigen;
use crate::TheoryError;

/// Eigenvalues below this share of the largest are rounding: outside the range of the kernel.
pub(super) const NULL: f64 = 1e-13;

/// $M^p$, $0\le p\le1$, of a positive semi-definite kernel; $M^0$ is the projection on its range.
pub(super) fn power(matrix: &DMatrix<f64>, exponent: f64, what: &str) -> Result<DMatrix<f64>, TheoryError> {
    if exponent == 1.0 {
        return Ok(matrix.clone());
    }
    let (values, vectors) = eigen(matrix, what)?;
    let least = NULL * values.len() as f64 * values[values.len() - 1];
    if exponent == 0.0 && values[0] > least {
        return Ok(DMatrix::identity(values.len(), values.len()));
    }
    Ok(with_values(&vectors, values.iter().map(|v| if *v > least { v.powf(exponent) } else { 0.0 })))
}

/// $U\mathrm{diag}(f)U^\top$.
pub(super) fn with_values(vectors: &DMatrix<f64>, values: impl Iterator<Item = f64>) -> DMatrix<f64> {
    let values = DVector::from_iterator(vectors.ncols(), values);
    vectors * DMatrix::from_diagonal(&values) * vectors.transpose()
}

/// $\iota=\|\bar R-\hat\alpha I\|_F/(\hat\alpha\sqrt N)$ with $\hat\alpha=\mathrm{tr}\bar R/N$.
pub(super) fn anisotropy(response: &DMatrix<f64>) -> Result<f64, TheoryError> {
    let samples = response.nrows() as f64;
    let alpha = response.trace() / samples;
    if !(alpha > 0.0 && alpha.is_finite()) {
        return Err(TheoryError::undefined("the anisotropy", "the mean rate vanishes, or overflows"));
    }
    let scaled = response / alpha;
    Ok((scaled - DMatrix::identity(response.nrows(), response.nrows())).norm() / samples.sqrt())
}

/// $\lambda_{\max}/\lambda_{\min}$ of a symmetric response; infinite where the least eigenvalue is rounding.
pub(super) fn condition(response: &DMatrix<f64>) -> Result<f64, TheoryError> {
    let (values, _) = eigen(response, "the response")?;
    let (least, largest) = (values[0], values[values.len() - 1]);
    if largest <= 0.0 {
        return Err(TheoryError::undefined("the condition number of the response", "the response vanishes"));
    }
    Ok(if least > NULL * values.len() as f64 * largest { largest / least } else { f64::INFINITY })
}
