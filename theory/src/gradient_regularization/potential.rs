//! The hyperbolic entropy, and the interpolator that minimises it.

use nalgebra::{DMatrix, DVector};

use super::RegressionData;
use crate::TheoryError;
use crate::error::{positive, representable};

/// The hyperbolic entropy.
///
/// # Formula
/// $\phi_\alpha(\beta)=\sum_i\left\lbrack\beta_i\,\mathrm{arcsinh}\frac{\beta_i}{2\alpha_i^2}-\sqrt{\beta_i^2+4\alpha_i^4}+2\alpha_i^2\right\rbrack$: $\sum\beta_i^2/4\alpha_i^2$ for large $\alpha$,
/// a weighted L1 norm for small.
///
/// # Errors
/// Relative $10^{-15}$, also for $|\beta|\ll\alpha^2$. [`InvalidParameter`](TheoryError::InvalidParameter) unless $\alpha_i>0$ and all is finite and of one length.
///
/// # Source
/// Woodworth et al. 2020.
///
/// # Example
/// ```
/// use solvable_theory::gradient_regularization::potential;
/// let (beta, alpha) = (1e-6, 3.0);
/// assert!((potential(&[beta], &[alpha])? / (beta * beta / (4.0 * 9.0)) - 1.0).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn potential(beta: &[f64], alpha: &[f64]) -> Result<f64, TheoryError> {
    if beta.len() != alpha.len() || beta.is_empty() {
        let found = format!("{} and {} numbers", beta.len(), alpha.len());
        return Err(TheoryError::invalid("beta and alpha", found, "two lists of one length >= 1"));
    }
    let mut sum = 0.0;
    for (&beta, &alpha) in beta.iter().zip(alpha) {
        crate::error::finite("beta", beta)?;
        sum += one_coordinate(beta.abs(), 2.0 * positive("alpha", alpha)?.powi(2));
    }
    representable("the potential", sum)
}

/// $\phi$ of one coordinate $\beta\ge0$, $c=2\alpha^2$.
pub(super) fn one_coordinate(beta: f64, c: f64) -> f64 {
    let x = beta / c;
    if x < 1e-2 {
        // ∫₀ˣ arcsinh: the two terms cancel to their square.
        let y = x * x;
        return beta
            * x
            * (0.5 - y / 24.0 + y * y / 80.0 - 5.0 * y * y * y / 896.0 + 7.0 * y.powi(4) / 2304.0);
    }
    beta * x.asinh() - beta * (beta / (beta.hypot(c) + c))
}

/// Residual at which the iteration ends at once, and the one that is accepted where it does not fall further; relative to $\|y\|$.
const SOLVED: f64 = 1e-13;
const ACCEPTED: f64 = 1e-10;
/// Most Newton steps.
const STEPS: usize = 500;
/// Singular values below this times the largest count as zero.
const RANK: f64 = 1e-12;

/// Constraints $X\beta=y$ of full row rank with the same solutions.
struct Constraints {
    x: DMatrix<f64>,
    y: DVector<f64>,
}

impl Constraints {
    fn of(data: &RegressionData) -> Result<Self, TheoryError> {
        let (x, y) = (data.x(), data.y());
        if x.nrows() <= x.ncols() {
            let r = x.transpose().qr().r();
            let diagonal = r.diagonal().abs();
            if diagonal.min() > 1e-6 * diagonal.max() {
                return Ok(Self { x: x.clone(), y: y.clone() });
            }
        }
        let failed = || TheoryError::NotConverged {
            procedure: "the singular value decomposition of X".to_owned(),
            detail: "its iteration stopped".to_owned(),
        };
        let svd = x.clone().try_svd(true, false, f64::EPSILON, 10_000).ok_or_else(failed)?;
        let u = svd.u.ok_or_else(failed)?;
        let largest = svd.singular_values.max();
        let kept: Vec<usize> = (0..u.ncols()).filter(|&j| svd.singular_values[j] > RANK * largest).collect();
        let u = u.select_columns(&kept);
        let projected = u.tr_mul(y);
        if (y - &u * &projected).norm() > ACCEPTED * y.norm() {
            return Err(TheoryError::undefined(
                "the interpolator",
                format!(
                    "X has rank {} for {} samples and y is not in its range: no coefficients fit all targets",
                    kept.len(),
                    y.len()
                ),
            ));
        }
        Ok(Self { x: u.tr_mul(x), y: projected })
    }
}

/// Coefficients and how they were found.
#[derive(Debug, Clone, PartialEq)]
pub struct Interpolator {
    /// $\beta$.
    pub beta: DVector<f64>,
    /// Newton steps.
    pub steps: usize,
}

/// The interpolator of least hyperbolic entropy.
///
/// # Formula
/// $\arg\min\phi_\alpha(\beta)-\langle z_0,\beta\rangle$ subject to $X\beta=y$; `log_alpha_squared` is $\log\alpha_i^2$, `tilt` is $z_0$ (zero if `None`).
/// Newton's method on the dual: $\beta_i=2\alpha_i^2\sinh(X^\top\nu+z_0)_i$, steps damped by $\log(1+D)/D$, $D=\|X^\top\delta\|_\infty$.
///
/// # Errors
/// Residual $10^{-13}\|y\|$, $10^{-10}\|y\|$ where rounding stops it. [`Undefined`](TheoryError::Undefined) if no coefficients interpolate or the dual matrix is
/// singular in rounding ($\alpha\lesssim10^{-10}$); [`NotConverged`](TheoryError::NotConverged) after 500 steps;
/// [`InvalidParameter`](TheoryError::InvalidParameter) for lists of a wrong length.
///
/// # Source
/// Woodworth et al. 2020 (the problem).
///
/// # Example
/// ```
/// use nalgebra::{dmatrix, dvector};
/// use solvable_theory::gradient_regularization::{RegressionData, minimiser};
/// let data = RegressionData::new(dmatrix![2.0, 1.0], dvector![1.0])?;
/// let rich = minimiser(&data, &[1e-8f64.ln(); 2], None)?.beta;
/// let lazy = minimiser(&data, &[1e4f64.ln(); 2], None)?.beta;
/// assert!((lazy[1] / lazy[0] - 0.5).abs() < 1e-6 && rich[1] / rich[0] < 1e-3);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn minimiser(
    data: &RegressionData,
    log_alpha_squared: &[f64],
    tilt: Option<&[f64]>,
) -> Result<Interpolator, TheoryError> {
    let logs = data.coordinates("log alpha^2", log_alpha_squared)?;
    let tilt = tilt.map_or_else(|| Ok(DVector::zeros(logs.len())), |z| data.coordinates("z_0", z))?;
    let Constraints { x, y } = Constraints::of(data)?;
    let target = y.norm();
    if target == 0.0 && tilt.iter().all(|z| *z == 0.0) {
        return Ok(Interpolator { beta: DVector::zeros(logs.len()), steps: 0 });
    }
    let mut nu = DVector::zeros(y.len());
    let (mut best, mut stalled) = (f64::INFINITY, 0);
    let mut answer = DVector::zeros(logs.len());
    for steps in 0..=STEPS {
        let u = x.tr_mul(&nu) + &tilt;
        let e = u.zip_map(&logs, |u, log| (log + u.abs()).exp());
        let beta = e.zip_map(&u, |e, u| -e * (-2.0 * u.abs()).exp_m1() * u.signum());
        let s = e.zip_map(&u, |e, u| e * (1.0 + (-2.0 * u.abs()).exp()));
        let residual = &y - &x * &beta;
        let size = residual.norm() / target.max(f64::MIN_POSITIVE);
        if size < best {
            (best, stalled) = (size, 0);
            answer.copy_from(&beta);
        } else {
            stalled += 1;
        }
        if size <= SOLVED || (stalled >= 3 && best <= ACCEPTED) {
            return Ok(Interpolator { beta: answer, steps });
        }
        let mut weighted = x.clone();
        for (mut column, s) in weighted.column_iter_mut().zip(s.iter()) {
            column *= *s;
        }
        let hessian = &weighted * x.transpose();
        let singular = || {
            TheoryError::undefined(
                "the interpolator",
                "its dual problem is singular in rounding; alpha is too small, or X or y too large, for the rest",
            )
        };
        let delta = hessian.cholesky().ok_or_else(singular)?.solve(&residual);
        let largest = x.tr_mul(&delta).amax();
        if !largest.is_finite() {
            return Err(singular());
        }
        let damping = if largest < 1e-12 { 1.0 } else { largest.ln_1p() / largest };
        nu += delta * damping;
    }
    Err(TheoryError::NotConverged {
        procedure: "Newton's method for the interpolator".to_owned(),
        detail: format!("{STEPS} steps leave a relative residual of {best:e}"),
    })
}
