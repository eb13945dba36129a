//! The block tri-diagonal approximation: where it exists, and where damping makes it singular.

use nalgebra::{DMatrix, DVector};

use super::kernels::LayerKernels;
use super::linear::{Definite, LARGEST, eigen};
use crate::TheoryError;
use crate::error::non_negative;
use crate::mean_field::valid_depth;

/// The solution $c$ of $Tc=1$, $T$ being tri-diagonal of ones ($L\times L$): the share of every layer in a step of the block
/// tri-diagonal method. Only every third layer moves.
///
/// # Formula
/// $L=3s$: $c_l=1$ for $l\equiv2\pmod3$, else 0; $L=3s+1$: $c_l=1$ for $l\equiv1\pmod3$, else 0.
///
/// # Errors
/// $L\equiv2\pmod3$, where $T$, with eigenvalues $1+2\cos\frac{k\pi}{L+1}$, is singular; a depth of 0.
///
/// # Source
/// Karakida and Osawa (2020).
///
/// # Example
/// ```
/// use solvable_theory::natural_gradient::btd_coefficients;
/// assert_eq!(btd_coefficients(4)?, [1.0, 0.0, 0.0, 1.0]);
/// assert!(btd_coefficients(5).is_err());
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn btd_coefficients(depth: usize) -> Result<Vec<f64>, TheoryError> {
    valid_depth(depth)?;
    let moving = match depth % 3 {
        0 => 1,
        1 => 0,
        _ => {
            return Err(TheoryError::invalid(
                "depth",
                depth,
                "for btd, a number other than 2, 5, 8, ..., where the tri-diagonal matrix of ones is singular; \
                 there use btd_pinv, or damping",
            ));
        }
    };
    Ok((0..depth).map(|l| f64::from(l % 3 == moving)).collect())
}

pub(super) fn wrong_depth_for_pinv(depth: usize) -> TheoryError {
    TheoryError::invalid("depth", depth, "for btd_pinv, one of 2, 5, 8, ...; elsewhere use btd")
}

/// The damping strengths $\rho_j$, ascending, at which the damped block tri-diagonal matrix is singular.
///
/// # Formula
/// $\rho_j=-\mu_j/N$ with the $N(L-\lfloor2(L+1)/3\rfloor)$ negative eigenvalues $\mu_j$ of $(T_{lm}K_m)_{lm}$, or of the
/// symmetric $\mathcal K^{1/2}(T\otimes I)\mathcal K^{1/2}$, $\mathcal K=\mathrm{blockdiag}(K_l)$. None for $L\le2$.
///
/// # Errors
/// Kernels that are not square; more than 2048 rows $LN$.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::{Activation, InitialScales, natural_gradient::{btd_poles, train_kernels}};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let kernels = train_kernels(&scales, 3, &dmatrix![1.0, 0.6; 0.6, 1.0])?;
/// let poles = btd_poles(&kernels)?;
/// assert!((poles[0] - 0.1871398439690856).abs() < 1e-10 && (poles[1] - 0.621553527208428).abs() < 1e-10);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn btd_poles(train: &LayerKernels) -> Result<Vec<f64>, TheoryError> {
    let (depth, n) = (train.square()?.depth(), train.columns());
    let count = n * (depth - 2 * (depth + 1) / 3);
    if count == 0 {
        return Ok(Vec::new());
    }
    check_system(depth, n)?;
    let matrix = symmetric_system(&roots(train)?);
    let (values, _) = eigen(&matrix, "the block tri-diagonal matrix")?;
    // A singular kernel turns some of them into zeros of either sign.
    Ok(values[..count].iter().rev().map(|mu| (-mu / n as f64).max(0.0)).collect())
}

/// $K_l^{1/2}$ of every layer.
fn roots(train: &LayerKernels) -> Result<Vec<DMatrix<f64>>, TheoryError> {
    (1..=train.depth())
        .map(|l| {
            let (values, vectors) = eigen(&train.tangent(l), "the kernel of a layer")?;
            let root = DVector::from_iterator(values.len(), values.iter().map(|v| v.max(0.0).sqrt()));
            Ok(&vectors * DMatrix::from_diagonal(&root) * vectors.transpose())
        })
        .collect()
}

/// $\mathcal K^{1/2}(T\otimes I)\mathcal K^{1/2}$.
fn symmetric_system(roots: &[DMatrix<f64>]) -> DMatrix<f64> {
    let (depth, n) = (roots.len(), roots[0].nrows());
    let mut matrix = DMatrix::zeros(depth * n, depth * n);
    for l in 0..depth {
        for m in l.saturating_sub(1)..(l + 2).min(depth) {
            matrix.view_mut((l * n, m * n), (n, n)).copy_from(&(&roots[l] * &roots[m]));
        }
    }
    (&matrix + matrix.transpose()) * 0.5
}

/// The response where $N\rho$ is small against the kernels and $T$ is singular ($L=2,5,8,\dots$): $w_l=K_l^{-1/2}z_l$ with
/// $(\mathcal K^{1/2}(T\otimes I)\mathcal K^{1/2}+N\rho)z=\mathcal K^{1/2}(1\otimes I)$, in eigenvectors. The right side has no part in
/// the $N$ directions of the null space, $\mathcal K^{-1/2}(v\otimes\cdot)$ with $Tv=0$, because $\sum_lv_l=0$: they are left out exactly,
/// in place of rounding divided by $N\rho$.
fn beside_null_space(
    train: &LayerKernels,
    rows: &LayerKernels,
    shift: f64,
) -> Result<DMatrix<f64>, TheoryError> {
    let (depth, n) = (train.depth(), train.columns());
    let instead = "remove duplicates or use a larger damping";
    let kernels = (1..=depth)
        .map(|l| Definite::new(&train.tangent(l), &format!("the kernel of layer {l}"), instead))
        .collect::<Result<Vec<_>, _>>()?;
    let roots = roots(train)?;
    let (values, vectors) = eigen(&symmetric_system(&roots), "the block tri-diagonal matrix")?;
    let mut order: Vec<usize> = (0..depth * n).collect();
    order.sort_by(|&i, &j| values[i].abs().total_cmp(&values[j].abs()));
    let mut right = DMatrix::zeros(depth * n, n);
    for (l, root) in roots.iter().enumerate() {
        right.view_mut((l * n, 0), (n, n)).copy_from(root);
    }
    let mut parts = vectors.tr_mul(&right);
    for (rank, &i) in order.iter().enumerate() {
        parts.row_mut(i).apply(|x| *x = if rank < n { 0.0 } else { *x / (values[i] + shift) });
    }
    let solution = vectors * parts;
    Ok((0..depth).fold(DMatrix::zeros(rows.rows(), n), |sum, l| {
        let part = &roots[l] * solution.view((l * n, 0), (n, n));
        sum + rows.tangent(l + 1) * kernels[l].solve(&part)
    }))
}

fn check_system(depth: usize, samples: usize) -> Result<(), TheoryError> {
    if depth.saturating_mul(samples) <= LARGEST {
        return Ok(());
    }
    let found = format!("{depth} with {samples} samples");
    let valid = format!("for btd with damping, at most {LARGEST} layers times samples");
    Err(TheoryError::invalid("depth", found, valid))
}

/// Accepts a damping of the block tri-diagonal method below a tenth of its smallest pole or above twice its largest;
/// between them the response has negative eigenvalues, or eigenvalues above $\alpha$, and training diverges.
///
/// # Errors
/// A strength between these bounds, with the interval of the poles; those of [`btd_poles`].
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::{Activation, InitialScales, natural_gradient::{check_btd_damping, train_kernels}};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let kernels = train_kernels(&scales, 3, &dmatrix![1.0, 0.6; 0.6, 1.0])?;
/// assert!(check_btd_damping(&kernels, 0.01).is_ok());
/// assert!(check_btd_damping(&kernels, 0.3).is_err());
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn check_btd_damping(train: &LayerKernels, rho: f64) -> Result<(), TheoryError> {
    non_negative("rho", rho)?;
    let poles = btd_poles(train)?;
    let (Some(first), Some(last)) = (poles.first(), poles.last()) else { return Ok(()) };
    let (below, above) = (0.1 * first, 2.0 * last);
    if rho < below || rho > above {
        return Ok(());
    }
    let valid = format!(
        "below {below:.4e} or above {above:.4e}: the damped block tri-diagonal matrix is singular at {} poles from \
         {first:.4e} to {last:.4e}; use bd or exact between them",
        poles.len()
    );
    Err(TheoryError::invalid("rho", rho, valid))
}

/// The response of the damped block tri-diagonal method at any strength, its poles included: for the study of what
/// happens between them. [`response`](super::response) refuses unsafe strengths.
///
/// # Formula
/// $R=\sum_lK_l(x',X)w_l$ with $\sum_mT_{lm}K_mw_m+N\rho\,w_l=I$.
///
/// # Errors
/// A strength that is negative or exactly a pole; kernels that do not fit each other; more than 2048 rows $LN$.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::{Activation, InitialScales, natural_gradient::{btd_response, train_kernels}};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let kernels = train_kernels(&scales, 3, &dmatrix![1.0, 0.6; 0.6, 1.0])?;
/// // Between the poles at 0.19 and 0.62 an eigenvalue leaves (0, 1).
/// let values = btd_response(&kernels, &kernels, 0.2)?.symmetric_eigenvalues();
/// assert!(values.min() < 0.0 || values.max() > 1.0);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn btd_response(
    train: &LayerKernels,
    rows: &LayerKernels,
    rho: f64,
) -> Result<DMatrix<f64>, TheoryError> {
    non_negative("rho", rho)?;
    train.square()?.matches(rows)?;
    let (depth, n) = (train.depth(), train.columns());
    check_system(depth, n)?;
    let shift = n as f64 * rho;
    let largest = (1..=depth).fold(0f64, |m, l| m.max(train.tangent(l).amax()));
    if depth % 3 == 2 && shift < 1e-5 * largest {
        return beside_null_space(train, rows, shift);
    }
    let mut system = DMatrix::identity(depth * n, depth * n) * shift;
    let mut right = DMatrix::zeros(depth * n, n);
    for l in 0..depth {
        right.view_mut((l * n, 0), (n, n)).fill_with_identity();
        for m in l.saturating_sub(1)..(l + 2).min(depth) {
            let mut block = system.view_mut((l * n, m * n), (n, n));
            block += train.tangent(m + 1);
        }
    }
    let weights = system.lu().solve(&right).ok_or_else(|| {
        TheoryError::undefined("the damped block tri-diagonal response", "its linear system is singular")
    })?;
    Ok((0..depth).fold(DMatrix::zeros(rows.rows(), n), |sum, l| {
        sum + rows.tangent(l + 1) * weights.view((l * n, 0), (n, n))
    }))
}

/// The Moore-Penrose response for $L=3s+2$: $R=\sum_lK_l(x',X)K_l^{-1}(c_l+v_la)$ with $c_l=1$ for $l\equiv2\pmod3$,
/// $v=(1,-1,0,1,-1,0,\dots)$ spanning the null space of $T$, and $a=-(\sum_lv_l^2K_l^{-1})^{-1}\sum_lv_lc_lK_l^{-1}$.
pub(super) fn pinv_response(train: &LayerKernels, rows: &LayerKernels) -> Result<DMatrix<f64>, TheoryError> {
    let (depth, n) = (train.depth(), train.columns());
    if depth % 3 != 2 {
        return Err(wrong_depth_for_pinv(depth));
    }
    let null = |l: usize| [1f64, -1.0, 0.0][l % 3];
    let particular = |l: usize| f64::from(l % 3 == 1);
    let instead = "remove duplicates or damp the method";
    let inverses = (0..depth)
        .map(|l| {
            let kernel =
                Definite::new(&train.tangent(l + 1), &format!("the kernel of layer {}", l + 1), instead)?;
            Ok(kernel.solve(&DMatrix::identity(n, n)))
        })
        .collect::<Result<Vec<_>, TheoryError>>()?;
    let zero = || DMatrix::zeros(n, n);
    let metric = inverses.iter().enumerate().fold(zero(), |sum, (l, k)| sum + k * null(l).powi(2));
    let right = inverses.iter().enumerate().fold(zero(), |sum, (l, k)| sum - k * (null(l) * particular(l)));
    let mixing = Definite::new(&metric, "the metric of the null space", instead)?.solve(&right);
    Ok(inverses.iter().enumerate().fold(DMatrix::zeros(rows.rows(), n), |sum, (l, inverse)| {
        let share = DMatrix::identity(n, n) * particular(l) + &mixing * null(l);
        sum + rows.tangent(l + 1) * inverse * share
    }))
}
