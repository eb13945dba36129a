//! Gaussian integrals of activations.
//!
//! Every order parameter of a wide network is an expectation of $\phi$ or $\phi'$ over one or two jointly Gaussian
//! pre-activations. This module gives them from closed forms where there are any and by quadrature elsewhere:
//!
//! * tanh: a **mixture of error functions**, each of them with closed averages;
//! * analytic $\phi$ (a user's smooth function; tanh at a mean other than 0): the **trapezoidal rule**, whose error falls like
//!   $e^{-2\pi a/h}$ with the distance $a$ of the nearest complex pole (in units of a standard normal). Gauss–Hermite
//!   converges only like $e^{-c\sqrt n}$ here. The step is halved until two successive rules, on grids shifted
//!   against each other, agree to $10^{-10}$; the finer of the two is then far more accurate than that;
//! * $\phi$ with declared kinks: **Gauss–Legendre panels** split at the kinks. For the piecewise linear ones the inner
//!   integral is closed, and one panelled integral is left.
//!
//! A function that is neither is noticed, because the rules stop agreeing, and refused.

pub(crate) mod budget;
mod closed;
mod common;
mod gap;
mod mixture;
mod numeric;
mod piecewise;
pub(crate) mod rules;

use serde::Serialize;

use crate::activation::Kind;
use crate::error::{finite, non_negative, representable};
use crate::{Activation, TheoryError};

pub(crate) use common::{Given, given_common};
pub use gap::kernel_gap;
pub(crate) use gap::moments_and_variances;

use closed::Covariance;

/// The pair kernel of an activation and its derivative with respect to the covariance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct KernelPair {
    /// $K=E[\phi(u)\phi(v)]$.
    pub k: f64,
    /// $\dot K=E[\phi'(u)\phi'(v)]=\partial K/\partial c$.
    pub k_dot: f64,
}

/// $K_\phi(p,q,c)=E[\phi(u)\phi(v)]$ and $\dot K_\phi=E[\phi'(u)\phi'(v)]$ for $(u,v)\sim N(0,\Sigma)$,
/// $\Sigma=\begin{pmatrix}p&c\\\\c&q\end{pmatrix}$.
///
/// # Formula
/// With $\rho=c/\sqrt{pq}$ and $\vartheta=\arccos(-\rho)$: linear $c$, $1$; ReLU
/// $\frac{\sqrt{pq}}{2\pi}(\sin\vartheta-\vartheta\cos\vartheta)$, $\frac{\vartheta}{2\pi}$; erf, sine and GELU in
/// closed form as derived in the notes of [`mean_field`](crate::mean_field); tanh by its mixture of error functions;
/// everything else by quadrature.
///
/// # Accuracy and cost
/// Closed forms and tanh: rounding, about $10^{-15}$ relative; tanh in some microseconds. Quadrature: better than
/// $10^{-10}$, usually $10^{-14}$, of $E|\phi(u)\phi(v)|$, in about a millisecond for smooth functions.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) for a negative or non-finite variance, or
/// $|c|>\sqrt{pq}\,(1+10^{-12})$ (smaller excesses are rounding and are clipped);
/// [`Undefined`](TheoryError::Undefined) where $p=0$ or $q=0$ meets a kink at 0, and on overflow;
/// [`NonSmoothActivation`](TheoryError::NonSmoothActivation) or [`NotConverged`](TheoryError::NotConverged) where
/// the quadrature does not settle.
///
/// # Source
/// Cho and Saul (2009) for ReLU, Williams (1997) for erf; the GELU pair from Stein's and Price's identities.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, quadrature::kernel_pair};
/// let pair = kernel_pair(&Activation::relu(), 1.3, 0.7, 0.4)?;
/// assert!((pair.k - 0.2653780915189423).abs() < 1e-15);
/// assert!((pair.k_dot - 0.3188646691587358).abs() < 1e-15);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn kernel_pair(phi: &Activation, p: f64, q: f64, c: f64) -> Result<KernelPair, TheoryError> {
    let covariance = Covariance::new(p, q, c)?;
    let pair = match &phi.0 {
        _ if phi.is_linear() => KernelPair { k: covariance.c, k_dot: 1.0 },
        Kind::Erf { scale } => closed::erf(*scale, &covariance),
        Kind::Sine => closed::sine(&covariance),
        Kind::Gelu => closed::gelu(&covariance),
        _ if p == 0.0 || q == 0.0 => independent(phi, p, q)?,
        Kind::Relu => closed::leaky_relu(0.0, &covariance),
        Kind::LeakyRelu { slope } => closed::leaky_relu(*slope, &covariance),
        _ if covariance.c == 0.0 => independent(phi, p, q)?,
        Kind::Tanh => mixture::kernel_pair(&covariance)?,
        _ => match piecewise::pieces(phi) {
            Some(pieces) => piecewise::kernel_pair(&pieces, &covariance)?,
            None => numeric::kernel_pair(phi, &covariance)?,
        },
    };
    representable("the kernel E[phi(u) phi(v)]", pair.k)?;
    representable("the kernel E[phi'(u) phi'(v)]", pair.k_dot)?;
    Ok(pair)
}

/// About how many elementary operations a pair kernel of `phi` takes.
pub(crate) fn kernel_operations(phi: &Activation) -> f64 {
    match &phi.0 {
        Kind::Custom(_) => 1e6,
        Kind::Tanh => 5e3,
        Kind::HardTanh { .. } | Kind::ShiftedRelu { .. } => 1e4,
        _ => 100.0,
    }
}

/// Uncorrelated arguments: products of one-dimensional means. For odd $\phi$ the product is 0 without rounding,
/// which later tests for $q_{st}=0$ rely on.
fn independent(phi: &Activation, p: f64, q: f64) -> Result<KernelPair, TheoryError> {
    let u = gaussian_moments(phi, 0.0, p)?;
    let v = if p == q { u } else { gaussian_moments(phi, 0.0, q)? };
    Ok(KernelPair { k: u.mean * v.mean, k_dot: u.mean_derivative * v.mean_derivative })
}

/// One-dimensional Gaussian averages of $\phi$ at $u=m+\sqrt v\,z$, $z\sim N(0,1)$.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GaussianMoments {
    /// $E\phi$.
    pub mean: f64,
    /// $E\phi'$.
    pub mean_derivative: f64,
    /// $E\phi^2$.
    pub second: f64,
    /// $E\phi'^2$.
    pub second_derivative: f64,
    /// $E[z\phi]$.
    pub z_value: f64,
    /// $E[z\phi']$.
    pub z_derivative: f64,
    /// $E[z\phi\phi']$.
    pub z_product: f64,
}

impl GaussianMoments {
    fn from_array(
        [mean, mean_derivative, second, second_derivative, z_value, z_derivative, z_product]: [f64; 7],
    ) -> Self {
        Self { mean, mean_derivative, second, second_derivative, z_value, z_derivative, z_product }
    }

    fn all_finite(&self) -> bool {
        let Self { mean, mean_derivative, second, second_derivative, z_value, z_derivative, z_product } =
            self;
        [mean, mean_derivative, second, second_derivative, z_value, z_derivative, z_product]
            .iter()
            .all(|x| x.is_finite())
    }
}

/// The averages of [`GaussianMoments`] at mean $m$ and variance $v$.
///
/// # Formula
/// Piecewise linear $\phi$: truncated normal moments. Sine, and erf, GELU and tanh at $m=0$: closed forms. Otherwise the
/// trapezoidal rule, or Gauss–Legendre panels split at the kinks $z=(u_0-m)/\sqrt v$.
///
/// # Errors
/// As for [`kernel_pair`]; $v=0$ with $m$ on a kink is [`Undefined`](TheoryError::Undefined).
///
/// # Source
/// Standard; the closed forms are derived in the notes of [`mean_field`](crate::mean_field).
///
/// # Example
/// ```
/// use solvable_theory::{Activation, quadrature::gaussian_moments};
/// let moments = gaussian_moments(&Activation::relu(), 0.0, 1.0)?;
/// assert!((moments.mean - (2.0 * std::f64::consts::PI).sqrt().recip()).abs() < 1e-15);
/// assert!((moments.second - 0.5).abs() < 1e-15);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn gaussian_moments(phi: &Activation, mean: f64, variance: f64) -> Result<GaussianMoments, TheoryError> {
    finite("mean", mean)?;
    non_negative("variance", variance)?;
    let deviation = variance.sqrt();
    let moments = if variance == 0.0 {
        at_a_point(phi, mean)?
    } else if let Some(pieces) = piecewise::pieces(phi) {
        piecewise::moments(&pieces, mean, deviation)
    } else {
        match &phi.0 {
            Kind::Sine => closed::sine_moments(mean, variance),
            Kind::Erf { scale } if mean == 0.0 => closed::erf_moments(*scale, variance),
            Kind::Gelu if mean == 0.0 => closed::gelu_moments(variance),
            Kind::Tanh if mean == 0.0 => mixture::moments(variance)?,
            _ => numeric::moments(phi, mean, deviation)?,
        }
    };
    if moments.all_finite() {
        Ok(moments)
    } else {
        Err(TheoryError::undefined(
            format!("a Gaussian average of `{phi}` at mean {mean}, variance {variance}"),
            "it exceeds the range of 64-bit floating point numbers",
        ))
    }
}

/// $E[z^2\phi'(u)^2]$ at $u=\sqrt v\,z$, for `variance` $=v>0$.
///
/// # Errors
/// As for [`gaussian_moments`].
pub(crate) fn stretched_slopes(phi: &Activation, variance: f64) -> Result<f64, TheoryError> {
    let value = match &phi.0 {
        Kind::Erf { scale } => closed::erf_stretched_slopes(*scale, variance),
        Kind::Tanh => mixture::stretched_slopes(variance)?,
        // ½E z²(1 + cos 2u).
        Kind::Sine => 0.5 * (1.0 + (1.0 - 4.0 * variance) * (-2.0 * variance).exp()),
        _ => match piecewise::pieces(phi) {
            Some(pieces) => piecewise::stretched_slopes(&pieces, variance.sqrt()),
            None => numeric::stretched_slopes(phi, variance.sqrt())?,
        },
    };
    representable("E[z^2 phi'(u)^2]", value)
}

fn at_a_point(phi: &Activation, mean: f64) -> Result<GaussianMoments, TheoryError> {
    if phi.kinks().contains(&mean) {
        return Err(TheoryError::undefined(
            format!("the derivative of `{phi}` at variance 0"),
            format!("the activation has a kink at {mean}; use a positive variance"),
        ));
    }
    let (value, derivative) = phi.value_and_derivative(mean);
    Ok(GaussianMoments {
        mean: value,
        mean_derivative: derivative,
        second: value * value,
        second_derivative: derivative * derivative,
        z_value: 0.0,
        z_derivative: 0.0,
        z_product: 0.0,
    })
}

#[cfg(test)]
mod tests;
