//! Largest eigenvalues of a symmetric operator by block Lanczos.

use super::{Matrix, product, symmetric_eigen, transpose_product};
use crate::SimulationError;

/// What a column keeps of its length when the basis already holds it, up to rounding.
const DEPENDENT: f64 = 1e-10;

/// The `count` largest eigenvalues of a symmetric operator on $\mathbb R^n$, descending, by block Lanczos with full reorthogonalisation from the columns
/// of `start` ($n\times b$; columns that depend on earlier ones are dropped).
///
/// `apply(X)` is $AX$. Rayleigh–Ritz on $\mathrm{span}(X,AX,A^2X,\dots)$; stops when for every wanted Ritz value $\theta_i$ with residual $r_i$ the error
/// $\min(r_i,r_i^2/(\theta_i-\theta'))$, $\theta'$ the first value that is not wanted, is below `tolerance` times $\theta_i$. Eigenvalues of multiplicity up to
/// $b$ are found as often as they occur. A start near the wanted eigenvectors saves steps; one orthogonal to an invariant space never sees it.
pub fn block_lanczos_largest(
    start: &Matrix,
    count: usize,
    tolerance: f64,
    mut apply: impl FnMut(&Matrix) -> Matrix,
) -> Result<Vec<f64>, SimulationError> {
    let n = start.nrows();
    let mut basis = Matrix::zeros(n, 0);
    let mut reduced = Matrix::zeros(0, 0);
    let (mut block, _) = orthonormalized(start.clone(), &basis);
    loop {
        let image = apply(&block);
        if image.iter().any(|x| !x.is_finite()) {
            return Err(SimulationError::NotFinite { what: "an operator whose eigenvalues are asked for" });
        }
        basis = joined(&basis, &block);
        let overlaps = transpose_product(&basis, &image);
        let (size, new) = overlaps.shape();
        reduced = Matrix::from_fn(size, size, |i, j| match (i + new < size, j + new < size) {
            (true, true) => reduced[(i, j)],
            (_, false) => overlaps[(i, j + new - size)],
            (false, true) => overlaps[(j, i + new - size)],
        });
        let (next, rest) = orthonormalized(image, &basis);
        let (values, vectors) = symmetric_eigen(&reduced)?;
        let exhausted = next.ncols() == 0;
        let residuals = product(&rest, &vectors.rows(size - new, new).into_owned());
        let unwanted = if size > count { values[size - count - 1] } else { f64::INFINITY };
        let converged = |i: usize| {
            let (value, residual) = (values[size - i], residuals.column(size - i).norm());
            let gap = (value - unwanted).max(0.0);
            size > count && residual.min(residual * residual / gap) <= tolerance * value.abs()
        };
        if exhausted || (1..=count).all(converged) {
            return Ok(values.into_iter().rev().take(count).collect());
        }
        block = next;
    }
}

/// An orthonormal basis of what the columns of `block` ($n\times b$) have outside of the span of the orthonormal `basis`, and its coefficients ($\le b\times b$) in it.
fn orthonormalized(mut block: Matrix, basis: &Matrix) -> (Matrix, Matrix) {
    let lengths: Vec<f64> = block.column_iter().map(|column| column.norm()).collect();
    for _ in 0..2 {
        if basis.ncols() > 0 {
            block -= product(basis, &transpose_product(basis, &block));
        }
    }
    let mut kept: Vec<nalgebra::DVector<f64>> = Vec::new();
    let mut coefficients = Matrix::zeros(block.ncols(), block.ncols());
    for (j, length) in lengths.iter().enumerate() {
        let mut column = block.column(j).into_owned();
        for _ in 0..2 {
            for (i, vector) in kept.iter().enumerate() {
                let overlap = vector.dot(&column);
                column.axpy(-overlap, vector, 1.0);
                coefficients[(i, j)] += overlap;
            }
        }
        let norm = column.norm();
        let room = basis.ncols() + kept.len() < basis.nrows();
        if room && norm > DEPENDENT * length && norm > f64::MIN_POSITIVE {
            coefficients[(kept.len(), j)] = norm;
            kept.push(column / norm);
        }
    }
    let coefficients = coefficients.rows(0, kept.len()).into_owned();
    (Matrix::from_fn(block.nrows(), kept.len(), |i, j| kept[j][i]), coefficients)
}

fn joined(left: &Matrix, right: &Matrix) -> Matrix {
    let mut out = left.clone().resize_horizontally(left.ncols() + right.ncols(), 0.0);
    out.columns_mut(left.ncols(), right.ncols()).copy_from(right);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use solvable_engine::streams::Streams;

    fn random(rows: usize, columns: usize, seed: u64) -> Matrix {
        let normals = Streams::for_trial("block-lanczos", "", seed, 0).normals(rows * columns, 1.0);
        Matrix::from_vec(rows, columns, normals)
    }

    #[test]
    fn finds_degenerate_eigenvalues_as_often_as_they_occur() {
        let (n, basis) = (80, nalgebra::linalg::QR::new(random(80, 80, 0)).q());
        let wanted = [9.0, 7.0, 7.0, 7.0, 4.0];
        let diagonal = Matrix::from_fn(n, n, |i, j| {
            let own = wanted.get(i).copied().unwrap_or(1.0 / (i as f64 + 1.0));
            if i == j { own } else { 0.0 }
        });
        let a = &basis * diagonal * basis.transpose();
        let found = block_lanczos_largest(&random(n, 4, 1), 5, 1e-10, |x| &a * x).unwrap();
        for (found, wanted) in found.iter().zip(wanted) {
            assert!((found / wanted - 1.0).abs() < 1e-9, "{found} is not {wanted}");
        }
    }

    #[test]
    fn dependent_starts_small_spaces_and_zero_operators_end() {
        let a = Matrix::from_diagonal(&nalgebra::dvector![3.0, 2.0, 1.0]);
        let start = random(3, 1, 2);
        let twice = joined(&start, &(&start * 2.0));
        let found = block_lanczos_largest(&twice, 2, 1e-12, |x| &a * x).unwrap();
        assert!((found[0] - 3.0).abs() < 1e-12 && (found[1] - 2.0).abs() < 1e-12);
        assert_eq!(block_lanczos_largest(&start, 5, 1e-12, |x| &a * x).unwrap().len(), 3);
        assert_eq!(block_lanczos_largest(&start, 1, 1e-12, |x| x * 0.0).unwrap(), vec![0.0]);
        assert!(block_lanczos_largest(&start, 1, 1e-12, |x| x * f64::NAN).is_err());
    }
}
