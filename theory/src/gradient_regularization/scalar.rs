//! One decoupled coordinate: the effective initialisation without a trajectory.

use std::ops::ControlFlow;

use super::potential::one_coordinate;
use crate::TheoryError;
use crate::error::{finite, non_negative, positive, representable};
use crate::ode::{Accuracy, integrate};
use crate::quadrature::rules::legendre;

/// A coordinate of its own, $L=\frac\kappa2(\beta-\beta^*)^2$, started from $w_\pm=\alpha_0$.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coordinate {
    kappa: f64,
    /// $|\beta^*|$: everything is even in it.
    target: f64,
    alpha0: f64,
}

impl Coordinate {
    /// Curvature $\kappa$, target $\beta^*$, initial scale $\alpha_0$.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) unless $\kappa>0$, $\alpha_0>0$ (and its square is a number), $\beta^*$ finite.
    pub fn new(kappa: f64, beta_star: f64, alpha0: f64) -> Result<Self, TheoryError> {
        positive("kappa", kappa)?;
        finite("beta_star", beta_star)?;
        positive("alpha0", alpha0)?;
        if !(alpha0 * alpha0).is_normal() {
            return Err(TheoryError::invalid("alpha0", alpha0, "a number from 1e-150 to 1e150"));
        }
        Ok(Self { kappa, target: beta_star.abs(), alpha0 })
    }

    /// $\log\alpha_{\rm eff}^2$.
    ///
    /// # Formula
    /// $\frac{d\ell}{d\beta}=\frac{2\gamma sF}{S(1+4\gamma\kappa S+4\gamma\epsilon\kappa s\beta)+2\gamma s\beta F}$, $F=1+4\epsilon\kappa S+4\epsilon^2\kappa s\beta$, $S=\sqrt{\beta^2+4e^{2\ell}}$,
    /// $s=\kappa(\beta-\beta^*)$, from $\ell(0)=\log\alpha_0^2$ to $\beta^*$.
    ///
    /// # Errors
    /// $10^{-11}$. [`InvalidParameter`](TheoryError::InvalidParameter) for $\gamma<0$ or $\epsilon$ not finite;
    /// [`Undefined`](TheoryError::Undefined) where the regularization traps the coordinate before it reaches its target.
    ///
    /// # Example
    /// ```
    /// use solvable_theory::gradient_regularization::Coordinate;
    /// let coordinate = Coordinate::new(0.5, 1.0, 0.1)?;
    /// assert!((coordinate.log_alpha_squared(0.3, 0.0)? + 5.960_050_002_85).abs() < 1e-10);
    /// assert!(Coordinate::new(0.5, 1.0, 0.001)?.log_alpha_squared(1.3, 0.0).is_err());
    /// # Ok::<(), solvable_theory::TheoryError>(())
    /// ```
    pub fn log_alpha_squared(&self, gamma: f64, epsilon: f64) -> Result<f64, TheoryError> {
        non_negative("gamma", gamma)?;
        finite("epsilon", epsilon)?;
        let (kappa, target, start) = (self.kappa, self.target, 2.0 * self.alpha0.ln());
        if target == 0.0 || gamma == 0.0 {
            return Ok(start);
        }
        let c = 2.0 * self.alpha0 * self.alpha0;
        let end = (target / c).asinh();
        let trapped = || {
            TheoryError::undefined(
                "alpha_eff",
                "the flow is trapped before the coordinate reaches its target: gamma is too large (2 gamma |s| > 1 at the origin)",
            )
        };
        let mut held = true;
        let mut state = [0.0];
        let rate = |v: f64, change: &[f64], out: &mut [f64]| {
            let beta = (c * v.sinh()).min(target);
            let s = kappa * (beta - target);
            let sum = beta.hypot(c * change[0].exp());
            let f = 1.0 + 4.0 * epsilon * kappa * (sum + epsilon * s * beta);
            let denominator =
                sum * (1.0 + 4.0 * gamma * kappa * (sum + epsilon * s * beta)) + 2.0 * gamma * s * beta * f;
            held &= denominator > 0.0;
            out[0] = 2.0 * gamma * s * f / denominator * c * v.cosh();
        };
        // The change of ℓ is integrated: near ℓ(0) it has all its digits.
        let accuracy = Accuracy { relative: 1e-12, absolute: 1e-14, steps: 50_000 };
        let carried = integrate(rate, &mut state, 0.0, end, accuracy, |_, x| {
            if x[0].is_finite() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        if !held || carried.is_err() {
            return Err(trapped());
        }
        representable("log alpha_eff^2", start + state[0])
    }

    /// $d\log\alpha_{\rm eff}^2/d\gamma$ at $\gamma=0$.
    ///
    /// # Formula
    /// $-2\kappa\phi_{\alpha_0}(\beta^*)-4\epsilon\kappa^2\beta^{*2}+8\epsilon^2\kappa^3J$, $J=\int_0^{\beta^*}(\beta^*-\beta)^2\beta\,d\beta/\sqrt{\beta^2+4\alpha_0^4}$.
    ///
    /// # Errors
    /// Relative $10^{-13}$ of the largest term. [`InvalidParameter`](TheoryError::InvalidParameter) if $\epsilon$ is not finite;
    /// [`Undefined`](TheoryError::Undefined) where it overflows.
    pub fn first_order(&self, epsilon: f64) -> Result<f64, TheoryError> {
        finite("epsilon", epsilon)?;
        let (kappa, b, c) = (self.kappa, self.target, 2.0 * self.alpha0 * self.alpha0);
        let x = epsilon * kappa;
        let curved = if x == 0.0 { 0.0 } else { 8.0 * x * x * kappa * ascent_integral(b, c) };
        representable(
            "the first order in gamma",
            -2.0 * kappa * one_coordinate(b, c) - 4.0 * x * kappa * b * b + curved,
        )
    }

    /// $\log\alpha_{\rm eff}^2$ for $\alpha_0\to0$ at $\epsilon=0$.
    ///
    /// # Formula
    /// $\log\alpha_0^2-\frac x{1-x}\log\frac{|\beta^*|}{\alpha_0^2}+\frac{1+2x}{3(1-x)}\log\frac{1+2x}{1-x}$, $x=2\gamma\kappa|\beta^*|$: the regularization changes the exponent,
    /// $\alpha_{\rm eff}\propto\alpha_0^{1/(1-x)}$.
    ///
    /// # Errors
    /// Of the order of $\alpha_0^2$. [`Undefined`](TheoryError::Undefined) for $x\ge1$, where the coordinate never leaves the origin;
    /// [`InvalidParameter`](TheoryError::InvalidParameter) for $\gamma<0$.
    pub fn rich_log_alpha_squared(&self, gamma: f64) -> Result<f64, TheoryError> {
        let x = 2.0 * non_negative("gamma", gamma)? * self.kappa * self.target;
        let start = 2.0 * self.alpha0.ln();
        if self.target == 0.0 {
            return Ok(start);
        }
        if x.is_nan() || x >= 1.0 {
            return Err(TheoryError::undefined(
                "alpha_eff",
                format!(
                    "2 gamma kappa |beta*| = {x} is not below 1: the coordinate is trapped at the origin"
                ),
            ));
        }
        let constant = (1.0 + 2.0 * x) / (3.0 * (1.0 - x)) * ((1.0 + 2.0 * x) / (1.0 - x)).ln();
        representable("log alpha_eff^2", start - x / (1.0 - x) * (self.target.ln() - start) + constant)
    }
}

/// $J$.
fn ascent_integral(b: f64, c: f64) -> f64 {
    if b < 0.1 * c {
        // The closed form cancels; the integrand is smooth.
        let at = |t: f64| (b - b * t).powi(2) * b * t / (b * t).hypot(c);
        return legendre().iter().map(|(x, weight)| 0.5 * weight * b * at(0.5 + 0.5 * x)).sum();
    }
    let s = b.hypot(c);
    s.powi(3) / 3.0 - c * c * s + b * c * c * (b / c).asinh() + 2.0 / 3.0 * c.powi(3) - b * b * c
}
