//! Mixup and masks in linear regression: ridge-like penalties, exactly.

use nalgebra::{DMatrix, DVector};

use crate::TheoryError;
use crate::error::{finite, non_negative, positive, representable};

/// Which inputs are kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mask {
    /// Every input on its own, with this probability.
    Dropout {
        /// $p$.
        keep: f64,
    },
    /// All but so many adjacent inputs on a ring, at a random place.
    Cutout {
        /// $b$.
        block: usize,
    },
}

impl Mask {
    /// $\Pi_{ij}=\mathbb E\lbrack m_im_j\rbrack/p^2$ of two inputs, the distance of whose positions is given, of $d$.
    ///
    /// # Formula
    /// Dropout: 1, and $1/p$ for the same input. Cutout: $\lbrack1-\frac{2b}d+\frac{o}d\rbrack/p^2$, $p=1-\frac bd$, $o=\max(0,b-t)+\max(0,b-d+t)$.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) unless $0<p\le1$, $1\le b<d$.
    ///
    /// # Source
    /// Counting of blocks.
    pub fn correlation(self, distance: usize, d: usize) -> Result<f64, TheoryError> {
        self.check(d)?;
        Ok(match self {
            Self::Dropout { keep } if distance == 0 => 1.0 / keep,
            Self::Dropout { .. } => 1.0,
            Self::Cutout { block } => {
                let overlap = block.saturating_sub(distance) + (block + distance).saturating_sub(d);
                // d - 2b + o counts the blocks that cover neither.
                let (kept, blocks) = (d - block, (d + overlap).saturating_sub(2 * block));
                blocks as f64 / kept as f64 * (d as f64 / kept as f64)
            }
        })
    }

    fn check(self, d: usize) -> Result<(), TheoryError> {
        match self {
            Self::Dropout { keep } if keep > 0.0 && keep <= 1.0 => Ok(()),
            Self::Dropout { keep } => {
                Err(TheoryError::invalid("keep", keep, "a number > 0 and <= 1: the share of the inputs kept"))
            }
            Self::Cutout { block } if (1..d).contains(&block) => Ok(()),
            Self::Cutout { block } => {
                let valid = format!("an integer from 1 to below the number of inputs, {d}");
                Err(TheoryError::invalid("block", block, valid))
            }
        }
    }
}

/// $S=X^\top X/N$ and $X^\top y/N$.
fn moments(x: &DMatrix<f64>, y: &DVector<f64>) -> Result<(DMatrix<f64>, DVector<f64>), TheoryError> {
    if x.is_empty() {
        return Err(TheoryError::invalid("X", "no numbers", "at least one row of at least one number"));
    }
    if y.len() != x.nrows() {
        let found = format!("{} numbers", y.len());
        return Err(TheoryError::invalid("y", found, format!("{} numbers, one per row of X", x.nrows())));
    }
    x.iter().try_for_each(|x| finite("X", *x).map(drop))?;
    y.iter().try_for_each(|y| finite("y", *y).map(drop))?;
    let n = x.nrows() as f64;
    let (second, cross) = (x.tr_mul(x) / n, x.tr_mul(y) / n);
    second.iter().try_for_each(|s| representable("a second moment of X", *s).map(drop))?;
    cross.iter().try_for_each(|s| representable("a moment of X and y", *s).map(drop))?;
    Ok((second, cross))
}

/// $(A+\lambda I)^{-1}b$; a matrix that is singular to rounding is refused.
fn solve(mut matrix: DMatrix<f64>, side: &DVector<f64>, ridge: f64) -> Result<DVector<f64>, TheoryError> {
    let d = matrix.nrows();
    for j in 0..d {
        matrix[(j, j)] += ridge;
    }
    let singular = || {
        TheoryError::invalid(
            "lambda_ridge",
            ridge,
            "a number > 0: without it the matrix of second moments is singular, or all but so",
        )
    };
    // To unit diagonal: inputs may have any units.
    let scale: Vec<f64> = (0..d).map(|j| matrix[(j, j)].sqrt()).collect();
    if scale.iter().any(|s| *s == 0.0 || !s.is_finite()) {
        return Err(singular());
    }
    let scaled =
        DMatrix::from_fn(d, d, |i, j| if i == j { 1.0 } else { matrix[(i, j)] / scale[i] / scale[j] });
    let factor = scaled.cholesky().ok_or_else(singular)?;
    let least = factor.l_dirty().diagonal().iter().fold(1f64, |least, pivot| least.min(pivot * pivot));
    if least < 10.0 * d as f64 * f64::EPSILON {
        return Err(singular());
    }
    let mut weights = factor.solve(&DVector::from_fn(d, |j, _| side[j] / scale[j]));
    weights.iter_mut().zip(&scale).for_each(|(w, s)| *w /= s);
    weights.iter().try_for_each(|w| representable("a weight", *w).map(drop))?;
    Ok(weights)
}

/// $1-2c=\frac{\alpha+1}{2\alpha+1}$: by so much mixup shrinks second moments, $c=\mathbb E\lbrack\mu(1-\mu)\rbrack$ for $\mu\sim\mathrm{Beta}(\alpha,\alpha)$.
///
/// # Errors
/// Rounding. [`InvalidParameter`](TheoryError::InvalidParameter) unless $\alpha>0$ is finite.
///
/// # Source
/// Moments of the beta law.
pub fn mixup_share(alpha: f64) -> Result<f64, TheoryError> {
    positive("alpha", alpha)?;
    // Halved, as 2α may overflow.
    Ok((0.5 * alpha + 0.5) / (alpha + 0.5))
}

/// The minimiser of the mean squared loss on mixed samples, $\tilde x=\mu x_i+(1-\mu)x_j$, $\tilde y$ alike, $\mu\sim\mathrm{Beta}(\alpha,\alpha)$, $i$ and $j$ independent.
///
/// # Formula
/// $w=\lbrack(1-2c)S+2c\,\bar x\bar x^\top+\lambda\rbrack^{-1}\lbrack(1-2c)X^\top y/N+2c\,\bar x\bar y\rbrack$, $c=\frac\alpha{2(2\alpha+1)}$; the penalty is $\lambda\|w\|^2$. For centred data this is ridge regression with
/// $\lambda/(1-2c)$, and with $\lambda=0$ least squares: mixup does not shrink.
///
/// # Errors
/// Rounding times the condition number. [`InvalidParameter`](TheoryError::InvalidParameter) for shapes that do not fit, $\alpha\le0$, $\lambda<0$, a singular matrix.
///
/// # Source
/// Zhang et al. 2018 (the rule); normal equations of its mean.
///
/// # Example
/// ```
/// use nalgebra::{dmatrix, dvector};
/// use solvable_theory::self_paced_augmentation::mixup;
/// // One centred input: least squares whatever is mixed.
/// let w = mixup(&dmatrix![1.0; -1.0], &dvector![0.5, -0.5], 1.0, 0.0)?;
/// assert!((w[0] - 0.5).abs() < 1e-15);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn mixup(
    x: &DMatrix<f64>,
    y: &DVector<f64>,
    alpha: f64,
    ridge: f64,
) -> Result<DVector<f64>, TheoryError> {
    let share = mixup_share(alpha)?;
    non_negative("lambda_ridge", ridge)?;
    let (second, cross) = moments(x, y)?;
    let (mean, label) = (x.row_mean().transpose(), y.mean());
    // 2c.
    let rest = 0.5 * (alpha / (alpha + 0.5));
    let matrix = second * share + &mean * mean.transpose() * rest;
    solve(matrix, &(cross * share + mean * (rest * label)), ridge)
}

/// The minimiser of the mean squared loss on masked samples, $\tilde x=m\circ x/p$, $p=\mathbb Em_i$.
///
/// # Formula
/// $w=(\Pi\circ S+\lambda)^{-1}X^\top y/N$, $\Pi$ of [`Mask::correlation`]; the penalty is $\lambda\|w\|^2$. Dropout adds $\frac{1-p}p\mathrm{diag}(S)$; cutout enlarges the covariance of near inputs, smooth directions least,
/// and shrinks that of distant ones.
///
/// # Errors
/// Rounding times the condition number. [`InvalidParameter`](TheoryError::InvalidParameter) for shapes that do not fit, masks that keep nothing, $\lambda<0$, a singular matrix.
///
/// # Source
/// Wager, Wang and Liang 2013 (dropout); DeVries and Taylor 2017 (cutout, the rule); normal equations of the mean.
///
/// # Example
/// ```
/// use nalgebra::{dmatrix, dvector};
/// use solvable_theory::self_paced_augmentation::{Mask, masked};
/// let w = masked(&dmatrix![1.0; -1.0], &dvector![0.5, -0.5], Mask::Dropout { keep: 0.5 }, 0.0)?;
/// assert!((w[0] - 0.25).abs() < 1e-15);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn masked(
    x: &DMatrix<f64>,
    y: &DVector<f64>,
    mask: Mask,
    ridge: f64,
) -> Result<DVector<f64>, TheoryError> {
    non_negative("lambda_ridge", ridge)?;
    let (second, cross) = moments(x, y)?;
    let d = x.ncols();
    let factors = (0..d).map(|distance| mask.correlation(distance, d)).collect::<Result<Vec<_>, _>>()?;
    let matrix = DMatrix::from_fn(d, d, |i, j| second[(i, j)] * factors[i.abs_diff(j)]);
    solve(matrix, &cross, ridge)
}
