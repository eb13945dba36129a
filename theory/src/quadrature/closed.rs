//! Closed forms, written so that neither overflow nor cancellation near $\rho=\pm1$ spoils them.

use std::f64::consts::{FRAC_2_PI, PI};

use super::{GaussianMoments, KernelPair};
use crate::TheoryError;
use crate::error::{finite, non_negative};

/// A valid covariance, with the gaps $\sqrt{pq}\mp c$ that the closed forms need to full relative accuracy.
pub(super) struct Covariance {
    pub p: f64,
    pub q: f64,
    /// Clipped to $\pm\sqrt{pq}$.
    pub c: f64,
    /// $\sqrt{pq}$.
    pub root: f64,
}

impl Covariance {
    pub fn new(p: f64, q: f64, c: f64) -> Result<Self, TheoryError> {
        non_negative("q1", p)?;
        non_negative("q2", q)?;
        finite("q12", c)?;
        let root = if p == q { p } else { p.sqrt() * q.sqrt() };
        if c.abs() > root * (1.0 + 1e-12) {
            return Err(TheoryError::invalid(
                "q12",
                c,
                format!("a covariance of absolute value at most sqrt(q1 q2) = {root}"),
            ));
        }
        // The rounding of a square root of unequal variances would otherwise decide whether inputs are parallel.
        let parallel = p != q && root - c.abs() <= 4.0 * f64::EPSILON * root;
        let c = if parallel { root.copysign(c) } else { c.clamp(-root, root) };
        Ok(Self { p, q, c, root })
    }

    /// $\rho$; 0 where a variance vanishes.
    pub fn rho(&self) -> f64 {
        if self.root > 0.0 { self.c / self.root } else { 0.0 }
    }

    /// $\sqrt{1-\rho^2}$.
    pub fn complement(&self) -> f64 {
        if self.root > 0.0 { self.determinant_root() / self.root } else { 1.0 }
    }

    /// $\sqrt{pq-c^2}$.
    fn determinant_root(&self) -> f64 {
        (self.root - self.c).sqrt() * (self.root + self.c).sqrt()
    }

    /// $\vartheta=\arccos(-\rho)$ and its supplement, each to full relative accuracy.
    fn angles(&self) -> (f64, f64) {
        let (minus, plus) = ((self.root - self.c).sqrt(), (self.root + self.c).sqrt());
        (2.0 * plus.atan2(minus), 2.0 * minus.atan2(plus))
    }
}

/// $\sin\vartheta-\vartheta\cos\vartheta$, by its series where the difference cancels.
pub(super) fn arc(angle: f64) -> f64 {
    if angle > 1.0 {
        return angle.sin() - angle * angle.cos();
    }
    let square = angle * angle;
    let mut term = angle * square / 3.0;
    let mut sum = term;
    for k in 1..12 {
        let k = f64::from(k);
        term *= -square / (2.0 * k * (2.0 * k + 3.0));
        sum += term;
    }
    sum
}

pub(super) fn leaky_relu(slope: f64, covariance: &Covariance) -> KernelPair {
    let (angle, supplement) = covariance.angles();
    let (same, opposite) = (1.0 + slope * slope, 2.0 * slope);
    KernelPair {
        k: 0.5 * covariance.root * (same * (arc(angle) / PI) - opposite * (arc(supplement) / PI)),
        k_dot: 0.5 * (same * (angle / PI) + opposite * (supplement / PI)),
    }
}

pub(super) fn erf(scale: f64, covariance: &Covariance) -> KernelPair {
    let e = 2.0 * scale * scale;
    let spread = (e.sqrt() * covariance.p.sqrt()).hypot(e.sqrt() * covariance.q.sqrt());
    let root = 1f64.hypot(spread).hypot(e * covariance.determinant_root());
    KernelPair { k: FRAC_2_PI * (e * covariance.c).atan2(root), k_dot: FRAC_2_PI * e / root }
}

pub(super) fn sine(covariance: &Covariance) -> KernelPair {
    let size = covariance.c.abs();
    let half_distance = 0.5 * ((covariance.p - size) + (covariance.q - size));
    let peak = 0.5 * (-half_distance.max(0.0)).exp();
    KernelPair {
        k: (-(-2.0 * size).exp_m1() * peak).copysign(covariance.c),
        k_dot: (1.0 + (-2.0 * size).exp()) * peak,
    }
}

pub(super) fn gelu(covariance: &Covariance) -> KernelPair {
    let Covariance { p, q, c, .. } = *covariance;
    let (u, v) = (1.0 / (1.0 + p), 1.0 / (1.0 + q));
    // √Δ with Δ = (1+p)(1+q) − c², as a sum of positive parts.
    let root = (1.0 + p).sqrt().hypot(q.sqrt()).hypot(covariance.determinant_root());
    let quarter_turn = root.atan2(-c) / (2.0 * PI);
    let tilt = c / root;
    let k = c * quarter_turn + ((p * u) * (q * v) * root + (c * u) * (tilt * v)) / (2.0 * PI);
    // (3+p+q)/((1+p)(1+q)) = u + v + uv.
    let k_dot = quarter_turn + tilt * (u + v + u * v + (tilt * u) * (tilt * v)) / (2.0 * PI);
    KernelPair { k, k_dot }
}

pub(super) fn sine_moments(mean: f64, variance: f64) -> GaussianMoments {
    let deviation = variance.sqrt();
    let (sin, cos) = mean.sin_cos();
    let (one, two) = ((-0.5 * variance).exp(), (-2.0 * variance).exp());
    // (1 ∓ cos 2m e^{-2v})/2 without cancellation.
    let half = -0.5 * (-2.0 * variance).exp_m1();
    GaussianMoments {
        mean: sin * one,
        mean_derivative: cos * one,
        second: half + two * sin * sin,
        second_derivative: half + two * cos * cos,
        z_value: deviation * cos * one,
        z_derivative: -deviation * sin * one,
        z_product: deviation * (cos - sin) * (cos + sin) * two,
    }
}

/// $E[z^2\phi'^2]$ at zero mean.
pub(super) fn erf_stretched_slopes(scale: f64, variance: f64) -> f64 {
    // The square of the slope is a Gaussian: the average is taken over a narrower one.
    let two = 1.0 + 4.0 * scale * scale * variance;
    4.0 * scale * scale / PI / two / two.sqrt()
}

/// Zero mean.
pub(super) fn erf_moments(scale: f64, variance: f64) -> GaussianMoments {
    let deviation = variance.sqrt();
    let e = 2.0 * scale * scale;
    let (one, two) = (1.0 + e * variance, 1.0 + 2.0 * e * variance);
    let mean_derivative = scale * std::f64::consts::FRAC_2_SQRT_PI / one.sqrt();
    GaussianMoments {
        mean: 0.0,
        mean_derivative,
        second: FRAC_2_PI * (e * variance).atan2(two.sqrt()),
        second_derivative: FRAC_2_PI * e / two.sqrt(),
        z_value: deviation * mean_derivative,
        z_derivative: 0.0,
        z_product: FRAC_2_PI * e * (deviation / one) / two.sqrt(),
    }
}

/// Zero mean.
pub(super) fn gelu_moments(variance: f64) -> GaussianMoments {
    let deviation = variance.sqrt();
    let (one, two) = (1.0 + variance, 1.0 + 2.0 * variance);
    let share = variance / one;
    let density = 1.0 / (2.0 * PI * one).sqrt();
    let quarter_turn = two.sqrt().atan2(-variance) / (2.0 * PI);
    // ∂/∂v of v·(quarter turn) + v²/(π(1+v)√(1+2v)).
    let slope = quarter_turn + share * (2.5 - share - variance / two) / (PI * two.sqrt());
    GaussianMoments {
        mean: variance * density,
        mean_derivative: 0.5,
        second: variance * quarter_turn + share * (variance / two.sqrt()) / PI,
        second_derivative: quarter_turn
            + share * (2.0 / one + 1.0 / (one * one) + share * share / two) / (2.0 * PI) * (one / two.sqrt()),
        z_value: 0.5 * deviation,
        z_derivative: deviation * density * (2.0 - share),
        z_product: deviation * slope,
    }
}
