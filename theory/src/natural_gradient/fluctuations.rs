//! Fourth moments of an activation and of its slope, of which the fluctuations of finite networks are made.

use std::f64::consts::PI;

use crate::activation::Kind;
use crate::quadrature::{gaussian_moments, kernel_pair};
use crate::{Activation, TheoryError};

/// Second moments of one pre-activation $u$ of variance $q$.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Own {
    /// $e=E\phi^2$.
    pub value: f64,
    /// $d=E\phi'^2$.
    pub slope: f64,
    /// $\partial e/\partial q$.
    pub value_by_q: f64,
    /// $\partial d/\partial q$.
    pub slope_by_q: f64,
}

/// Fourth moments of two pre-activations $u,v$ of variance $q$.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fourth {
    /// $\mathcal D=E\phi'(u)^2\phi'(v)^2$.
    pub slopes: f64,
    /// $\mathcal M=E\phi'(u)^2\phi(v)^2$.
    pub mixed: f64,
    /// $\mathcal F=E\phi(u)^2\phi(v)^2$.
    pub values: f64,
}

/// By Stein's identity $\partial_qE\psi^2=E[z\psi\psi']/\sqrt q$ with $u=\sqrt qz$, for $\psi=\phi$ and for $\psi=\phi'$. ReLU in closed form.
pub(super) fn own(phi: &Activation, q: f64) -> Result<Own, TheoryError> {
    if q <= 0.0 {
        return Err(TheoryError::undefined(
            "the fluctuation of rates",
            "the variance of a layer is below the range of 64-bit floating point numbers",
        ));
    }
    if matches!(phi.0, Kind::Relu) {
        return Ok(Own { value: 0.5 * q, slope: 0.5, value_by_q: 0.5, slope_by_q: 0.0 });
    }
    let pair = kernel_pair(phi, q, q, q)?;
    let of = phi.clone();
    let slope = Activation::custom(format!("the slope of {phi}"), vec![], false, move |u| {
        let (value, slope) = of.value_and_derivative(u);
        (slope, second_derivative(&of, u, value, slope))
    })?;
    let derivative =
        |psi: &Activation| Ok::<_, TheoryError>(gaussian_moments(psi, 0.0, q)?.z_product / q.sqrt());
    Ok(Own {
        value: pair.k,
        slope: pair.k_dot,
        value_by_q: derivative(phi)?,
        slope_by_q: derivative(&slope)?,
    })
}

/// $\phi''$ of the smooth activations that layer kernels are for.
fn second_derivative(phi: &Activation, u: f64, value: f64, slope: f64) -> f64 {
    match phi.0 {
        Kind::Erf { scale } => -2.0 * scale * scale * u * slope,
        _ => -2.0 * value * slope,
    }
}

/// At variance $q$ and correlation $r$; ReLU in closed form, with the angle $\vartheta=\arccos r$
/// $\mathcal D=\frac{\pi-\vartheta}{2\pi}$, $\mathcal M=\frac q{2\pi}(\pi-\vartheta+\sin\vartheta\cos\vartheta)$,
/// $\mathcal F=\frac{q^2}{2\pi}(3\sin\vartheta\cos\vartheta+(\pi-\vartheta)(1+2\cos^2\vartheta))$; others by two-dimensional quadrature, the mixed
/// moment from that of $w\phi^2+\phi'^2$.
pub(super) fn fourth(phi: &Activation, q: f64, r: f64, own: &Own) -> Result<Fourth, TheoryError> {
    if matches!(phi.0, Kind::Relu) {
        let rest = PI - 2.0 * (1.0 - r).sqrt().atan2((1.0 + r).sqrt());
        let (sine, unit) = (((1.0 - r) * (1.0 + r)).sqrt(), 1.0 / (2.0 * PI));
        return Ok(Fourth {
            slopes: unit * rest,
            mixed: unit * q * (rest + sine * r),
            values: unit * q * q * (3.0 * sine * r + rest * (1.0 + 2.0 * r * r)),
        });
    }
    // A function for each of the two averages that a pair kernel is made of.
    let squares = |weights: Option<f64>| {
        let of = phi.clone();
        Activation::custom(format!("squares of {phi}"), vec![], false, move |u| {
            let (value, slope) = of.value_and_derivative(u);
            let (value, slope) = (value * value, slope * slope);
            weights.map_or((value, slope), |weight| (weight * value + slope, 0.0))
        })
    };
    // Both terms of one size, so that the difference keeps their digits.
    let weight = own.slope / own.value;
    let apart = kernel_pair(&squares(None)?, q, q, q * r)?;
    let together = kernel_pair(&squares(Some(weight))?, q, q, q * r)?.k;
    let mixed = (together - weight * weight * apart.k - apart.k_dot) / (2.0 * weight);
    Ok(Fourth { slopes: apart.k_dot, mixed, values: apart.k })
}
