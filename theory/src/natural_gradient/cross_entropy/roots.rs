//! Roots and pseudo-inverses of the curvature $S=\mathrm{diag}(p)-pp^\top$ of the softmax, without cancellation as it saturates.

use nalgebra::{DMatrix, DVector};

use crate::TheoryError;

/// $\Sigma$ ($C\times(C-1)$) with $\Sigma\Sigma^\top=S$: $\mathrm{diag}(\sqrt p)W$, the columns of $W$ those of the reflection of $\sqrt p$ into the
/// most likely class $k$ other than the $k$-th, so that they are orthogonal to $\sqrt p$; and $W^\top(\sqrt p-e_y/\sqrt{p_y})$, which is $\Sigma^+r$ for
/// the residual $r=p-e_y$.
pub(super) fn root(p: &[f64], label: usize) -> (DMatrix<f64>, DVector<f64>) {
    let classes = p.len();
    let roots: Vec<f64> = p.iter().map(|p| p.sqrt()).collect();
    let k = (0..classes).fold(0, |best, i| if p[i] > p[best] { i } else { best });
    let others: Vec<usize> = (0..classes).filter(|i| *i != k).collect();
    let w = |i: usize, j: usize| {
        if i == k { -roots[j] } else { f64::from(u8::from(i == j)) - roots[i] * roots[j] / (1.0 + roots[k]) }
    };
    let sigma = DMatrix::from_fn(classes, classes - 1, |i, j| roots[i] * w(i, others[j]));
    let inverse = DVector::from_fn(classes - 1, |j, _| -w(label, others[j]) / roots[label]);
    (sigma, inverse)
}

/// $z=S^+r$ of the residual $r=p-e_y$: $-\frac{e_y-\frac1C\mathbf1}{p_y}$.
pub(super) fn natural_residual(p: &[f64], label: usize) -> Vec<f64> {
    let share = 1.0 / p.len() as f64;
    (0..p.len()).map(|k| (share - f64::from(u8::from(k == label))) / p[label]).collect()
}

/// $\bar S^+r_n$ for every sample, $\bar S=\frac1N\sum_nS_n$.
///
/// $\bar S$ is the Laplacian of a graph whose edges weigh $\frac1N\sum_np_{nk}p_{nl}$. Eliminating its nodes one by one keeps all weights
/// positive and never forms a difference of them, so that small ones keep their digits as all samples saturate.
pub(super) fn mean_natural_residuals(
    probabilities: &[Vec<f64>],
    residuals: &[Vec<f64>],
) -> Result<Vec<Vec<f64>>, TheoryError> {
    let (samples, classes) = (probabilities.len(), probabilities[0].len());
    let weight = |k: usize, l: usize| {
        if k == l { 0.0 } else { probabilities.iter().map(|p| p[k] * p[l]).sum::<f64>() / samples as f64 }
    };
    let mut weights = DMatrix::from_fn(classes, classes, weight);
    let mut right = residuals.to_vec();
    let mut degrees = vec![0.0; classes];
    for k in (1..classes).rev() {
        let degree: f64 = (0..k).map(|l| weights[(k, l)]).sum();
        if degree < f64::MIN_POSITIVE {
            return Err(TheoryError::undefined(
                "the curvature of the output layer",
                format!(
                    "all samples are sure to rounding whether their class is {k}; take fewer steps or a smaller eta"
                ),
            ));
        }
        degrees[k] = degree;
        for i in 0..k {
            let share = weights[(k, i)] / degree;
            for j in (0..k).filter(|j| *j != i) {
                let more = share * weights[(k, j)];
                weights[(i, j)] += more;
            }
            right.iter_mut().for_each(|r| r[i] += share * r[k]);
        }
    }
    for r in &mut right {
        r[0] = 0.0;
        for k in 1..classes {
            let above: f64 = (0..k).map(|l| weights[(k, l)] * r[l]).sum();
            r[k] = (r[k] + above) / degrees[k];
        }
        let mean = r.iter().sum::<f64>() / classes as f64;
        r.iter_mut().for_each(|x| *x -= mean);
    }
    Ok(right)
}
