//! K-FAC with more samples than input dimensions.

use nalgebra::{DMatrix, DVector, SVD};

use super::linear::eigen;
use crate::TheoryError;
use crate::error::finite;
use crate::mean_field::valid_depth;

/// Singular values below this share of the largest do not count.
const RANK_CUTOFF: f64 = 1e-10;

/// Rows of unit length; the rows of the input must be finite and not zero.
fn unit_rows(x: &DMatrix<f64>) -> Result<DMatrix<f64>, TheoryError> {
    if x.is_empty() {
        return Err(TheoryError::invalid("X", "empty", "at least one sample and one dimension"));
    }
    let mut unit = x.clone();
    for (n, mut row) in unit.row_iter_mut().enumerate() {
        for value in row.iter() {
            finite("X", *value)?;
        }
        let largest = row.amax();
        if largest == 0.0 {
            return Err(TheoryError::invalid("X", format!("zero in row {}", n + 1), "rows other than zero"));
        }
        row /= largest;
        let norm = row.norm();
        row /= norm;
    }
    Ok(unit)
}

/// The leverages $p_n=[X(X^\top X)^+X^\top]_{nn}$ of the rows of $X$ ($N\times M_0$).
///
/// # Formula
/// $p_n=\sum_jU_{nj}^2$ over the left singular vectors of singular values above $10^{-10}$ of the largest; $\sum_np_n$ is the
/// rank. They are not invariant under scaling of rows.
///
/// # Errors
/// Entries that are not finite, zero rows, an empty matrix.
///
/// # Source
/// Textbook.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::natural_gradient::leverages;
/// let p = leverages(&dmatrix![1.0, 0.0; 0.0, 1.0; 1.0, 1.0])?;
/// assert!((p[2] - 2.0 / 3.0).abs() < 1e-14 && (p.iter().sum::<f64>() - 2.0).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn leverages(x: &DMatrix<f64>) -> Result<Vec<f64>, TheoryError> {
    unit_rows(x)?;
    let svd =
        SVD::try_new(x / x.amax(), true, false, f64::EPSILON, 1000 + 100 * x.len()).ok_or_else(|| {
            TheoryError::NotConverged {
                procedure: "the singular value decomposition of X".to_owned(),
                detail: "no progress within its cap".to_owned(),
            }
        })?;
    let cutoff = RANK_CUTOFF * svd.singular_values.max();
    let kept: Vec<usize> =
        (0..svd.singular_values.len()).filter(|&j| svd.singular_values[j] > cutoff).collect();
    let u = svd.u.unwrap_or_else(|| DMatrix::zeros(x.nrows(), svd.singular_values.len()));
    Ok((0..x.nrows()).map(|n| kept.iter().map(|&j| u[(n, j)] * u[(n, j)]).sum()).collect())
}

/// The rates $\alpha_n$ of K-FAC's diagonal response for inputs $X$ ($N\times M_0$) of any rank, all other kernels invertible,
/// no biases.
///
/// # Formula
/// $\bar R=\mathrm{diag}(\alpha_n)$, $\alpha_n=Np_n+N(L-2)+1$ with the leverages $p_n$.
///
/// # Errors
/// Depth below 2, where the response is a projection; those of [`leverages`].
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::natural_gradient::kfac_leverage;
/// let rates = kfac_leverage(&dmatrix![1.0, 0.0; 0.0, 1.0; 1.0, 1.0; 2.0, -1.0], 3)?;
/// assert!((rates[0] - 5.705882352941177).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn kfac_leverage(x: &DMatrix<f64>, depth: usize) -> Result<Vec<f64>, TheoryError> {
    if valid_depth(depth)? < 2 {
        return Err(TheoryError::invalid(
            "depth",
            depth,
            "at least 2: a single layer has a projection as its response",
        ));
    }
    let n = x.nrows() as f64;
    Ok(leverages(x)?.into_iter().map(|p| n * p + n * (depth as f64 - 2.0) + 1.0).collect())
}

/// Inputs in Forster's position.
#[derive(Debug, Clone, PartialEq)]
pub struct Forster {
    /// The transformed rows, of norm $\sqrt{M_0}$.
    pub rows: DMatrix<f64>,
    /// The linear map ($M_0\times M_0$): a row $x$ becomes $xS$, scaled to norm $\sqrt{M_0}$. Test inputs take the same.
    pub map: DMatrix<f64>,
    /// How many iterations it took.
    pub iterations: usize,
}

/// Forster's transform: the linear map, followed by normalization of rows, after which all leverages are equal
/// ($p_n=M_0/N$) and K-FAC is isotropic again with $\alpha=M_0+N(L-2)+1$.
///
/// # Formula
/// Repeat $Z\leftarrow Z(Z^\top ZM_0/N)^{-1/2}$ and normalize rows until $\|Z^\top ZM_0/N-I\|_F\le10^{-12}\sqrt{M_0}$. The result
/// is unique up to a rotation; compare Gram matrices.
///
/// # Errors
/// Fewer rows than dimensions plus one; zero rows; rank deficiency; rows that are not in general position, for which the
/// iteration does not converge within 5000 steps.
///
/// # Source
/// Forster (2002).
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::natural_gradient::{forster, leverages};
/// let x = dmatrix![1.0, 0.0; 0.0, 1.0; 1.0, 1.0; 2.0, -1.0; 1.0, 3.0];
/// let p = leverages(&forster(&x)?.rows)?;
/// assert!(p.iter().all(|p| (p - 0.4).abs() < 1e-11));
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn forster(x: &DMatrix<f64>) -> Result<Forster, TheoryError> {
    const CAP: usize = 5000;
    let unit = unit_rows(x)?;
    let (samples, dimension) = x.shape();
    if samples <= dimension {
        let found = format!("{samples} rows of {dimension} columns");
        let valid = "more rows than columns; with fewer all leverages can be 1 and no transform is needed";
        return Err(TheoryError::invalid("X", found, valid));
    }
    let mut map = DMatrix::identity(dimension, dimension);
    let mut distance = f64::INFINITY;
    for iterations in 0..=CAP {
        let rows = unit_rows(&(&unit * &map)).map_err(|_| degenerate())?;
        let second = rows.transpose() * &rows * (dimension as f64 / samples as f64);
        distance = (&second - DMatrix::identity(dimension, dimension)).norm();
        let root = (dimension as f64).sqrt();
        if distance <= 1e-12 * root {
            return Ok(Forster { rows: rows * root, map, iterations });
        }
        let (values, vectors) = eigen(&second, "the second moment of the inputs")?;
        if values[0] <= 1e-14 * values[values.len() - 1] {
            return Err(degenerate());
        }
        let inverse = DVector::from_iterator(dimension, values.iter().map(|v| 1.0 / v.sqrt()));
        map *= &vectors * DMatrix::from_diagonal(&inverse) * vectors.transpose();
        let scale = map.amax();
        map /= scale;
    }
    Err(TheoryError::NotConverged {
        procedure: "Forster's transform".to_owned(),
        detail: format!(
            "after {CAP} iterations the second moment is {distance:.2e} from the identity: the rows are not in general \
             position (too many of them lie in one subspace)"
        ),
    })
}

fn degenerate() -> TheoryError {
    TheoryError::undefined(
        "Forster's transform",
        "X is rank deficient, or too many of its rows lie in one subspace; drop dimensions or duplicates",
    )
}
