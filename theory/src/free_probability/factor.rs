use crate::TheoryError;
use crate::error::finite;

use super::Complex;
use super::complex::{modulus, reciprocal};

/// A law $\nu$ on $[0,\infty)$ that multiplies another one freely: of squared slopes $\phi'^2$, say.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor(pub(super) Kind);

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// $(1-\epsilon)\delta_1+\epsilon\delta_0$, with $\alpha=1-\epsilon$.
    Projection { epsilon: f64, alpha: f64 },
    /// Points in descending order and weights: of a discrete law, or of a quadrature of a density. `gaps` are the distances of the points
    /// from the largest one: next to the top of a law only they have their digits.
    Points { points: Vec<f64>, weights: Vec<f64>, gaps: Vec<f64>, mean: f64, atomic: bool },
}

/// `epsilon` if it is the defect of a projection.
pub(crate) fn check_defect(epsilon: f64) -> Result<f64, TheoryError> {
    if (0.0..1.0).contains(&epsilon) {
        Ok(epsilon)
    } else {
        Err(TheoryError::invalid("epsilon", epsilon, "a number with 0 <= epsilon < 1"))
    }
}

/// Newton steps for the inverse of $\psi_\nu$.
const STEPS: usize = 60;

impl Factor {
    /// $(1-\epsilon)\delta_1+\epsilon\delta_0$: a projection of rank $1-\epsilon$. The *defect* $\epsilon$ is asked for, and not the
    /// rank, because it can be $10^{-10}$.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) unless $0\le\epsilon<1$.
    pub fn projection(epsilon: f64) -> Result<Self, TheoryError> {
        check_defect(epsilon)?;
        Ok(Self(Kind::Projection { epsilon, alpha: 1.0 - epsilon }))
    }

    /// The same with the rank $\alpha=1-\epsilon$ given as well, which can be $10^{-10}$ too; the larger of the two may be rounded to 1.
    pub(crate) fn projection_of_rank(epsilon: f64, alpha: f64) -> Result<Self, TheoryError> {
        if !(alpha > 0.0 && alpha <= 1.0 && (0.0..=1.0).contains(&epsilon)) {
            return Err(TheoryError::invalid("alpha", alpha, "a number with 0 < alpha <= 1"));
        }
        Ok(Self(Kind::Projection { epsilon, alpha }))
    }

    /// $\sum_jw_j\delta_{x_j}$.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) unless all $x_j\ge0$, all $w_j\ge0$, both finite, the mean positive, and
    /// $\sum w_j=1$ to $10^{-9}$.
    pub fn discrete(points: Vec<f64>, weights: Vec<f64>) -> Result<Self, TheoryError> {
        Self::points(points, weights, true)
    }

    /// A law with a density, represented by the points and weights of a quadrature; errors as [`discrete`](Self::discrete).
    /// It has no atoms.
    pub fn continuous(points: Vec<f64>, weights: Vec<f64>) -> Result<Self, TheoryError> {
        Self::points(points, weights, false)
    }

    fn points(points: Vec<f64>, weights: Vec<f64>, atomic: bool) -> Result<Self, TheoryError> {
        if points.len() != weights.len() || points.is_empty() {
            return Err(TheoryError::invalid(
                "weights",
                format!("a list of {}", weights.len()),
                format!("one weight for each of the {} points, at least one", points.len()),
            ));
        }
        for (name, values) in [("points", &points), ("weights", &weights)] {
            for &value in values {
                if finite(name, value)? < 0.0 {
                    return Err(TheoryError::invalid(name, value, "finite numbers >= 0"));
                }
            }
        }
        let total: f64 = weights.iter().sum();
        if (total - 1.0).abs() > 1e-9 {
            return Err(TheoryError::invalid("weights", format!("of sum {total}"), "weights of sum 1"));
        }
        let mut pairs: Vec<(f64, f64)> =
            points.into_iter().zip(weights).filter(|(_, w)| *w > 0.0).map(|(x, w)| (x, w / total)).collect();
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mean: f64 = pairs.iter().map(|(x, w)| x * w).sum();
        if !(mean > 0.0 && mean.is_finite()) {
            return Err(TheoryError::invalid("points", format!("of mean {mean}"), "a positive, finite mean"));
        }
        // Points are kept in units of the mean.
        let largest = pairs.first().map_or(0.0, |pair| pair.0);
        let gaps = pairs.iter().map(|(x, _)| (largest - x) / mean).collect();
        let (points, weights) = pairs.into_iter().map(|(x, w)| (x / mean, w)).unzip();
        Ok(Self(Kind::Points { points, weights, gaps, mean, atomic }))
    }

    /// $\int x\,\nu(dx)$.
    pub fn mean(&self) -> f64 {
        match &self.0 {
            Kind::Projection { alpha, .. } => *alpha,
            Kind::Points { mean, .. } => *mean,
        }
    }

    /// $\epsilon$, if this is a projection.
    pub fn defect(&self) -> Option<f64> {
        match self.0 {
            Kind::Projection { epsilon, .. } => Some(epsilon),
            Kind::Points { .. } => None,
        }
    }

    /// $\int x^k\,\nu(dx)$ for $k=1..\mathtt{order}$.
    pub fn moments(&self, order: usize) -> Vec<f64> {
        match &self.0 {
            Kind::Projection { alpha, .. } => vec![*alpha; order],
            Kind::Points { points, weights, mean, .. } => (1..=order as i32)
                .map(|k| points.iter().zip(weights).map(|(x, w)| w * (mean * x).powi(k)).sum())
                .collect(),
        }
    }

    /// $\int x^k\,\nu(dx)/(\int x\,\nu(dx))^k$ for $k=1..\mathtt{order}$.
    pub(super) fn scaled_moments(&self, order: usize) -> Vec<f64> {
        let powers = 1..=order as i32;
        match &self.0 {
            Kind::Projection { alpha, .. } => powers.map(|k| alpha.powi(1 - k)).collect(),
            Kind::Points { points, weights, .. } => {
                powers.map(|k| points.iter().zip(weights).map(|(x, w)| w * x.powi(k)).sum()).collect()
            }
        }
    }

    /// The atoms, as pairs (position, mass).
    pub(super) fn atoms(&self) -> Vec<(f64, f64)> {
        match &self.0 {
            Kind::Projection { epsilon, alpha } => vec![(1.0, *alpha), (0.0, *epsilon)],
            Kind::Points { points, weights, mean, atomic: true, .. } => {
                points.iter().zip(weights).map(|(x, w)| (x * mean, *w)).collect()
            }
            Kind::Points { .. } => Vec::new(),
        }
    }

    /// $\alpha S_\nu(u)$ at a real $u>0$, and its derivative.
    pub(super) fn real_s_transform(&self, u: f64) -> (f64, f64) {
        match &self.0 {
            Kind::Projection { epsilon, alpha } => {
                let factor = (alpha + u).recip();
                ((1.0 + u) * alpha * factor, -epsilon * alpha * factor * factor)
            }
            Kind::Points { points, weights, gaps, .. } => {
                let t = above_all(points, weights, gaps, u);
                // With r = 1/(v − x), v = x_max + t: Σ w x r = u and 1 + u = v Σ w r, so that S = Σ w r/u and
                // S' = −Var(r)/(u² Σ w x r²): nothing cancels, however close v is to the largest point.
                let (mut mean, mut square) = (0.0, 0.0);
                for ((x, w), gap) in points.iter().zip(weights).zip(gaps) {
                    let r = (t + gap).recip();
                    mean += w * r;
                    square += w * x * r * r;
                }
                let spread: f64 =
                    weights.iter().zip(gaps).map(|(w, gap)| w * ((t + gap).recip() - mean).powi(2)).sum();
                (mean / u, -spread / (square * u * u))
            }
        }
    }
}

/// The S-transform of a law of points in units of its mean, $\alpha S_\nu(u)$, and its derivative. `root` is the solution $v$ of
/// $\sum_jw_jx_j/(v-x_j)=u$ at a neighbouring $u$ and becomes the one at this $u$. `None` where it is lost.
pub(super) fn s_transform(
    points: &[f64],
    weights: &[f64],
    u: Complex,
    root: &mut Complex,
) -> Option<(Complex, Complex)> {
    let v = follow(points, weights, u, *root)?;
    *root = v;
    let slope = -sums(points, weights, v).1;
    // S = (1+u)/(uv), dv = du/slope.
    let inverse = reciprocal(u * v);
    let value = (1.0 + u) * inverse;
    Some((value, inverse - value * (reciprocal(u) + reciprocal(v * slope))))
}

/// $\sum_jw_jx_j/(v-x_j)$ and $\sum_jw_jx_j/(v-x_j)^2$.
fn sums(points: &[f64], weights: &[f64], v: Complex) -> (Complex, Complex) {
    let zero = Complex::new(0.0, 0.0);
    points.iter().zip(weights).fold((zero, zero), |(first, second), (&x, &w)| {
        let inverse = reciprocal(v - x);
        let term = w * x * inverse;
        (first + term, second + term * inverse)
    })
}

/// Newton's method on $1/\sum_jw_jx_j/(v-x_j)=1/u$, damped so as to stay in the upper half plane.
fn follow(points: &[f64], weights: &[f64], u: Complex, start: Complex) -> Option<Complex> {
    let target = u.inv();
    let mut v = start;
    let (mut value, mut square) = sums(points, weights, v);
    let mut residual = modulus(value.inv() - target);
    for _ in 0..STEPS {
        if residual <= 1e-15 * modulus(target) {
            break;
        }
        let step = (value.inv() - target) * value * value / square;
        let mut damping = 1.0;
        let next = loop {
            let next = v - step * damping;
            if next.im > 0.0 {
                let (first, second) = sums(points, weights, next);
                let found = modulus(first.inv() - target);
                if found < residual {
                    (value, square, residual) = (first, second, found);
                    break Some(next);
                }
            }
            damping *= 0.5;
            if damping < 1e-4 {
                break None;
            }
        };
        match next {
            Some(next) => v = next,
            None => break,
        }
    }
    (residual <= 1e-11 * modulus(target) && v.im > 0.0).then_some(v)
}

/// The distance above the largest point of the root of $\sum_jw_jx_j/(t+\delta_j)=u$, to rounding relative to itself: Newton's method
/// on the reciprocal, which is concave, from below.
fn above_all(points: &[f64], weights: &[f64], gaps: &[f64], u: f64) -> f64 {
    // The k points at the top alone bound the root from below.
    let (mut t, mut mass) = (0.0f64, 0.0);
    for ((x, w), gap) in points.iter().zip(weights).zip(gaps) {
        mass += w * x;
        t = t.max(mass / u - gap);
    }
    for _ in 0..STEPS {
        let (mut value, mut square) = (0.0, 0.0);
        for ((x, w), gap) in points.iter().zip(weights).zip(gaps) {
            let r = (t + gap).recip();
            let term = w * x * r;
            value += term;
            square += term * r;
        }
        let next = t + (value / u - 1.0) * value / square;
        if next.is_nan() || next <= t * (1.0 + 1e-15) {
            break;
        }
        t = next;
    }
    t
}
