//! Small dense linear algebra with typed errors.

use nalgebra::{Cholesky, DMatrix, Dyn, SymmetricEigen};

use crate::TheoryError;
use crate::error::representable;

/// A kernel counts as singular when its smallest eigenvalue is below this share of its largest.
const SINGULAR: f64 = 1e-12;

/// The largest side of a matrix whose spectrum is computed; beyond it the answer would take minutes.
pub(super) const LARGEST: usize = 2048;

/// Eigenvalues, ascending, and the eigenvectors as columns, their largest entries positive. `matrix` is symmetric.
pub(super) fn eigen(matrix: &DMatrix<f64>, what: &str) -> Result<(Vec<f64>, DMatrix<f64>), TheoryError> {
    let size = matrix.nrows();
    check_size(size, what)?;
    let scale = checked_scale(matrix, what)?;
    if scale == 0.0 {
        return Ok((vec![0.0; size], DMatrix::identity(size, size)));
    }
    let parts = SymmetricEigen::try_new(matrix / scale, f64::EPSILON, 1000 + 100 * size)
        .ok_or_else(|| not_converged(what))?;
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|&i, &j| parts.eigenvalues[i].total_cmp(&parts.eigenvalues[j]));
    let values = order.iter().map(|&i| parts.eigenvalues[i] * scale).collect();
    let mut vectors = parts.eigenvectors.select_columns(&order);
    for mut column in vectors.column_iter_mut() {
        if column[column.iamax()] < 0.0 {
            column.neg_mut();
        }
    }
    Ok((values, vectors))
}

fn check_size(size: usize, what: &str) -> Result<(), TheoryError> {
    if size <= LARGEST {
        return Ok(());
    }
    let reason = format!("a matrix of {size} rows; at most {LARGEST}: fewer samples or layers");
    Err(TheoryError::undefined(format!("the spectrum of {what}"), reason))
}

fn checked_scale(matrix: &DMatrix<f64>, what: &str) -> Result<f64, TheoryError> {
    if matrix.iter().all(|x| x.is_finite()) {
        Ok(matrix.amax())
    } else {
        Err(TheoryError::undefined(what, "its entries exceed the range of 64-bit floating point numbers"))
    }
}

fn not_converged(what: &str) -> TheoryError {
    TheoryError::NotConverged {
        procedure: format!("the eigenvalue iteration of {what}"),
        detail: "no progress within its cap".to_owned(),
    }
}

/// A positive definite matrix, factorized.
pub(super) struct Definite(Cholesky<f64, Dyn>);

impl Definite {
    /// Factorizes a kernel; refuses a singular one and says `instead`.
    pub fn new(matrix: &DMatrix<f64>, what: &str, instead: &str) -> Result<Self, TheoryError> {
        let (values, _) = eigen(matrix, what)?;
        let (smallest, largest) = (values[0], values[values.len() - 1]);
        let singular = || {
            TheoryError::undefined(
                format!("the inverse of {what}"),
                format!(
                    "it is singular (eigenvalues from {smallest:.2e} to {largest:.2e}): duplicate or parallel inputs, \
                     or more samples than dimensions; {instead}"
                ),
            )
        };
        if smallest < SINGULAR * largest || largest <= 0.0 {
            return Err(singular());
        }
        Self::shifted(matrix, 0.0).ok_or_else(singular)
    }

    /// Factorizes a kernel $+sI$; a singular one is refused without a shift, and with one that is lost in its rounding.
    pub fn damped(matrix: &DMatrix<f64>, shift: f64, what: &str, instead: &str) -> Result<Self, TheoryError> {
        if shift > SINGULAR * matrix.nrows() as f64 * matrix.amax() {
            Self::shifted(matrix, representable("N rho", shift)?).ok_or_else(|| {
                TheoryError::undefined(
                    format!("the inverse of {what}"),
                    "it is not positive definite; use a larger damping",
                )
            })
        } else {
            let mut matrix = matrix.clone();
            for i in 0..matrix.nrows() {
                matrix[(i, i)] += shift;
            }
            Self::new(&matrix, what, instead)
        }
    }

    /// Factorizes `matrix` $+sI$; `None` where it is not positive definite.
    pub fn shifted(matrix: &DMatrix<f64>, shift: f64) -> Option<Self> {
        let mut matrix = matrix.clone();
        for i in 0..matrix.nrows() {
            matrix[(i, i)] += shift;
        }
        Cholesky::new(matrix).map(Self)
    }

    /// $A^{-1}b$.
    pub fn solve(&self, right: &DMatrix<f64>) -> DMatrix<f64> {
        self.0.solve(right)
    }

    /// $bA^{-1}$, for a symmetric $A$.
    pub fn solve_right(&self, left: &DMatrix<f64>) -> DMatrix<f64> {
        self.0.solve(&left.transpose()).transpose()
    }
}
