//! Limits of the unit-wise approximation.

use serde::Serialize;

use crate::TheoryError;
use crate::error::{finite, non_negative, positive, representable};

/// The response of one damped hidden layer to a single sample, per unit.
///
/// # Formula
/// $\bar R_l/M_l=\gamma\bigl[1-\sqrt{\pi\varepsilon/2}\,e^{\varepsilon/2}\mathrm{erfc}\sqrt{\varepsilon/2}\bigr]$ with
/// $\varepsilon=M_lN\rho/(Q_l\mathrm{Var}\,\xi)$; $\xi$, the backward signal times $\sqrt{M_l}$, is Gaussian where the unit is
/// active: exact for ReLU at infinite width with $\mathrm{Var}\,\xi=\sigma_w^2B_{l+1}$. `activation_fraction` $=\gamma$.
///
/// # Errors
/// `eps` < 0 or not finite; a fraction outside $(0,1]$.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::natural_gradient::unit_damped_single;
/// assert!((unit_damped_single(0.1, 0.5)? - 0.34337390985738925).abs() < 1e-14);
/// assert_eq!(unit_damped_single(0.0, 0.5)?, 0.5);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn unit_damped_single(eps: f64, activation_fraction: f64) -> Result<f64, TheoryError> {
    non_negative("eps", eps)?;
    if !(activation_fraction > 0.0 && activation_fraction <= 1.0) {
        let valid = "a share of active units: above 0 and at most 1";
        return Err(TheoryError::invalid("activation_fraction", activation_fraction, valid));
    }
    Ok(activation_fraction * complement((0.5 * eps).sqrt()))
}

/// $1-\sqrt\pi\,x\,e^{x^2}\mathrm{erfc}\,x$ without cancellation.
fn complement(x: f64) -> f64 {
    if x < 2.0 {
        return 1.0 - std::f64::consts::PI.sqrt() * x * (x * x).exp() * libm::erfc(x);
    }
    // √π e^{x²} erfc x = 1/(x + a), a = (1/2)/(x + 1/(x + (3/2)/(x + …))).
    let mut tail = 0.0;
    for k in (1..=120).rev() {
        tail = 0.5 * f64::from(k) / (x + tail);
    }
    tail / (x + tail)
}

/// $E[\phi'(u')/\phi'(u)]$ for $\phi=\mathrm{erf}$: the mean ratio that a unit-wise test prediction averages in the last
/// hidden layer; infinite where the tail of the training variance is too heavy.
///
/// # Formula
/// $[(1-2q)(1+2q')+4c^2]^{-1/2}$ if the bracket is positive, else $+\infty$; `q_test` $=q'$, `q_train` $=q$, covariance `c`.
///
/// # Errors
/// Negative variances, $c^2>qq'$.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::natural_gradient::unit_erf_ratio;
/// assert!((unit_erf_ratio(0.35, 0.3, 0.2)? - 1.0910894511799618).abs() < 1e-14);
/// assert_eq!(unit_erf_ratio(2.0, 2.0, 0.5)?, f64::INFINITY);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn unit_erf_ratio(q_test: f64, q_train: f64, c: f64) -> Result<f64, TheoryError> {
    non_negative("q_test", q_test)?;
    non_negative("q_train", q_train)?;
    finite("c", c)?;
    let root = q_test.sqrt() * q_train.sqrt();
    if c.abs() > root * (1.0 + 1e-12) {
        return Err(TheoryError::invalid("c", c, format!("a covariance of absolute value at most {root}")));
    }
    let determinant = ((root - c.abs()) * (root + c.abs())).max(0.0);
    // (1−2q)(1+2q') + 4c², the large products qq' and c² subtracted first.
    let bracket = 1.0 + 2.0 * (q_test - q_train) - 4.0 * determinant;
    if bracket.is_nan() {
        representable("the mean ratio", bracket)?;
    }
    Ok(if bracket > 0.0 { 1.0 / bracket.sqrt() } else { f64::INFINITY })
}

/// A Cauchy law.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Cauchy {
    /// Its median.
    pub location: f64,
    /// Half the distance of its quartiles; 0 for a constant.
    pub scale: f64,
}

impl Cauchy {
    /// $P(X\le x)$.
    pub fn cdf(&self, x: f64) -> f64 {
        let distance = x - self.location;
        if self.scale == 0.0 {
            return if distance < 0.0 { 0.0 } else { 1.0 };
        }
        0.5 + (distance / self.scale).atan() / std::f64::consts::PI
    }

    /// The value that is exceeded with probability $1-p$.
    pub fn quantile(&self, p: f64) -> f64 {
        self.location + self.scale * (std::f64::consts::PI * (p - 0.5)).tan()
    }
}

/// The law of $\frac1M\sum_i\xi_i(x')/\xi_i(x)$, the average over any number of units of a ratio of backward signals.
///
/// # Formula
/// The ratio of two centred Gaussians with covariance $B$ is Cauchy with location $r=B(x',x)/B(x,x)$ and scale
/// $\sqrt{B(x',x')/B(x,x)-r^2}$, and so is the average of independent ones: unit-wise test predictions do not concentrate.
///
/// # Errors
/// Variances that are not positive; $B(x',x)^2>B(x',x')B(x,x)$.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::natural_gradient::unit_cauchy;
/// let law = unit_cauchy(0.6, 1.0, 1.0)?;
/// assert!((law.location - 0.6).abs() < 1e-15 && (law.scale - 0.8).abs() < 1e-15);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn unit_cauchy(cross: f64, test: f64, train: f64) -> Result<Cauchy, TheoryError> {
    positive("the variance B(x',x')", test)?;
    positive("the variance B(x,x)", train)?;
    finite("the covariance B(x',x)", cross)?;
    let location = representable("the location", cross / train)?;
    // Scale relative to the ratio of deviations, so that large variances do not overflow.
    let spread = test.sqrt() / train.sqrt();
    let correlation = location / spread;
    if correlation.abs() > 1.0 + 1e-12 {
        let valid = format!("of absolute value at most {}", test.sqrt() * train.sqrt());
        return Err(TheoryError::invalid("the covariance B(x',x)", cross, valid));
    }
    let correlation = correlation.clamp(-1.0, 1.0);
    let scale = spread * ((1.0 - correlation) * (1.0 + correlation)).sqrt();
    Ok(Cauchy { location, scale: representable("the scale", scale)? })
}
