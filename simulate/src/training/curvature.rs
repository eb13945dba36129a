//! The curvature of the softmax, as another basis of the outputs.

use super::tangents::Tangents;
use crate::SimulationError;
use crate::cross_entropy::softmax;
use crate::linalg::{self, Matrix};

/// What natural gradient of the cross entropy sees of a network: outputs in the basis in which $S_n=\mathrm{diag}(p_n)-p_np_n^\top$ is one.
///
/// $S_n=\Sigma_n\Sigma_n^\top$ with $\Sigma_n$ of shape $C\times(C-1)$ from the eigenpairs of $S_n$ but the null one, along which all logits move
/// alike. The Fisher matrix $\frac1NJ^\top SJ$ is that of the outputs $\Sigma_n^\top f(n)$ for the squared loss, and the gradient $J^\top r$ belongs to
/// the residuals $\Sigma_n^+r_n$.
pub(super) struct Curved {
    pub tangents: Tangents,
    /// $\Sigma_n^+$ of every sample ($(C-1)\times C$).
    inverses: Vec<Matrix>,
    /// $\bar S^+=(\frac1N\sum_nS_n)^+$.
    pub mean_inverse: Matrix,
}

impl Curved {
    pub fn new(at: &Tangents) -> Result<Self, SimulationError> {
        let p = softmax(at.output());
        let (classes, samples) = p.shape();
        let (mut roots, mut inverses) = (Vec::with_capacity(samples), Vec::with_capacity(samples));
        let mut mean = Matrix::zeros(classes, classes);
        for p in p.column_iter() {
            // 1 − p_k as a sum of the others: no digits are lost where one of them is nearly sure.
            let total: f64 = p.sum();
            let others = |k: usize| (0..classes).filter(|j| *j != k).map(|j| p[j]).sum::<f64>() / total;
            let curvature =
                Matrix::from_fn(
                    classes,
                    classes,
                    |j, k| {
                        if j == k { p[k] * others(k) } else { -p[j] * p[k] }
                    },
                );
            let (values, vectors) = linalg::symmetric_eigen(&curvature)?;
            let column = |j: usize| values[j + 1].max(0.0).sqrt();
            roots.push(Matrix::from_fn(classes, classes - 1, |k, j| vectors[(k, j + 1)] * column(j)));
            inverses.push(Matrix::from_fn(classes - 1, classes, |j, k| {
                let scale = column(j);
                if scale > 0.0 { vectors[(k, j + 1)] / scale } else { 0.0 }
            }));
            mean += curvature / samples as f64;
        }
        Ok(Self { tangents: at.combined(&roots), inverses, mean_inverse: pseudo_inverse(&mean)? })
    }

    /// $\Sigma_n^+r_n$ ($(C-1)\times N$).
    pub fn residual(&self, residual: &Matrix) -> Matrix {
        let columns: Vec<Matrix> =
            self.inverses.iter().enumerate().map(|(n, inverse)| inverse * residual.columns(n, 1)).collect();
        Matrix::from_fn(self.tangents.classes(), self.tangents.samples(), |j, n| columns[n][j])
    }

    /// $z_n=S_n^+r_n$ ($C\times N$).
    pub fn natural_residual(&self, residual: &Matrix) -> Matrix {
        let inner = self.residual(residual);
        let columns: Vec<Matrix> = self
            .inverses
            .iter()
            .enumerate()
            .map(|(n, inverse)| inverse.transpose() * inner.columns(n, 1))
            .collect();
        Matrix::from_fn(residual.nrows(), residual.ncols(), |k, n| columns[n][k])
    }
}

/// The inverse but for the null direction, along which all entries are alike.
fn pseudo_inverse(matrix: &Matrix) -> Result<Matrix, SimulationError> {
    let (values, vectors) = linalg::symmetric_eigen(matrix)?;
    let classes = values.len();
    let kept = vectors.columns(1, classes - 1).into_owned();
    let scaled = Matrix::from_fn(classes, classes - 1, |k, j| kept[(k, j)] / values[j + 1]);
    Ok(scaled * kept.transpose())
}
