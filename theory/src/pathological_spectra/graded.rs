//! Eigenvalues of graph Laplacians to relative accuracy, however widely they are spread.

use nalgebra::DMatrix;

/// Sweeps of rotations; each squares the remaining overlaps.
const SWEEPS: usize = 40;

/// Eigenvalues and eigenvectors scaled by their roots, from the `weights` $w_{kl}\ge0$ of the graph (diagonal 0).
///
/// Elimination of one vertex after the other, largest degree first, leaves Laplacians of smaller graphs: no
/// subtraction. Rotations of the columns of the factor then keep every eigenvalue to relative accuracy.
pub(super) fn modes(weights: &DMatrix<f64>, classes: usize) -> (Vec<f64>, DMatrix<f64>) {
    let mut w = weights.clone();
    let mut factor = DMatrix::zeros(classes, classes);
    let mut left: Vec<usize> = (0..classes).collect();
    for column in 0..classes.saturating_sub(1) {
        let degree = |k: usize| -> f64 { left.iter().map(|&l| w[(k, l)]).sum() };
        let Some((at, pivot, size)) =
            left.iter().enumerate().map(|(at, &k)| (at, k, degree(k))).max_by(|a, b| a.2.total_cmp(&b.2))
        else {
            break;
        };
        if size <= 0.0 {
            break;
        }
        left.swap_remove(at);
        factor[(pivot, column)] = size.sqrt();
        for &k in &left {
            factor[(k, column)] = -w[(k, pivot)] / size.sqrt();
        }
        for &k in &left {
            for &l in &left {
                if k != l {
                    let through = w[(k, pivot)] / size * w[(pivot, l)];
                    w[(k, l)] += through;
                }
            }
        }
    }
    rotate(&mut factor);
    let values = factor.column_iter().map(|column| column.norm_squared()).collect();
    (values, factor)
}

/// Makes the columns of `factor` orthogonal (one-sided Jacobi method).
fn rotate(factor: &mut DMatrix<f64>) {
    let columns = factor.ncols();
    for _ in 0..SWEEPS {
        let mut settled = true;
        for i in 0..columns {
            for j in 0..i {
                let (a, b) = (factor.column(i).norm(), factor.column(j).norm());
                if a == 0.0 || b == 0.0 {
                    continue;
                }
                let overlap = factor.column(i).dot(&factor.column(j)) / a / b;
                if overlap.abs() <= 1e-15 {
                    continue;
                }
                settled = false;
                let zeta = (b / a - a / b) / (2.0 * overlap);
                let t = 1f64.copysign(zeta) / (zeta.abs() + 1f64.hypot(zeta));
                let cos = 1.0 / 1f64.hypot(t);
                let sin = cos * t;
                for row in 0..factor.nrows() {
                    let (x, y) = (factor[(row, i)], factor[(row, j)]);
                    factor[(row, i)] = cos * x - sin * y;
                    factor[(row, j)] = sin * x + cos * y;
                }
            }
        }
        if settled {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_eigenvalues_keep_their_digits() {
        // Softmax of (0, −40, −100, −100): the eigenvalues of diag(g) − ggᵀ with 120 digits (mpmath).
        let logits = [0.0f64, -40.0, -100.0, -100.0];
        let g: Vec<f64> = logits.iter().map(|f| f.exp()).collect();
        let weights = DMatrix::from_fn(4, 4, |k, l| if k == l { 0.0 } else { g[k] * g[l] });
        let (mut values, _) = modes(&weights, 4);
        values.sort_by(|a, b| b.total_cmp(a));
        for (value, expected) in
            values.iter().zip([8.496708510583178e-18, 7.440151952041672e-44, 3.720075976020836e-44])
        {
            assert!((value - expected).abs() <= 1e-13 * expected, "{value} {expected}");
        }
    }
}
