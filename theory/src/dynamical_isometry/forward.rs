use libm::{erf, erfc};
use serde::Serialize;
use std::f64::consts::{FRAC_1_SQRT_2, PI};

use crate::activation::Kind;
use crate::error::{at_least, positive};
use crate::quadrature::gaussian_moments;
use crate::{Activation, TheoryError};

/// Second moments and slopes of the layers of a network without biases, at infinite width.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forward {
    /// $q_0,\dots,q_{L-1}$.
    pub q: Vec<f64>,
    /// $E\phi'^2$ of the layers $1..L-1$; $\alpha_l$.
    pub d1: Vec<f64>,
    /// $E\phi'^4$.
    pub d2: Vec<f64>,
    /// $\epsilon_l=1-\alpha_l$ without cancellation, for projections ($\phi'\in\{0,1\}$).
    pub defects: Option<Vec<f64>>,
}

/// Refuses activations outside the domain of this theory: a leaky slope outside $(0,1]$.
pub fn check_activation(phi: &Activation) -> Result<(), TheoryError> {
    match phi.0 {
        Kind::LeakyRelu { slope } if !(slope > 0.0 && slope <= 1.0) => {
            Err(TheoryError::invalid("slope of leaky-relu", slope, "a number with 0 < a <= 1"))
        }
        _ => Ok(()),
    }
}

/// $\epsilon=P(\phi'(\sqrt v\,z)=0)$ for projections, `None` for other activations.
pub(super) fn defect(phi: &Activation, variance: f64) -> Option<f64> {
    let tail = |k: f64| erfc(k / variance.sqrt() * FRAC_1_SQRT_2);
    match phi.0 {
        _ if phi.is_linear() => Some(0.0),
        Kind::Relu => Some(0.5),
        Kind::HardTanh { threshold } => Some(tail(threshold)),
        Kind::ShiftedRelu { bias } => Some(0.5 * tail(bias)),
        _ => None,
    }
}

/// $\alpha=1-\epsilon$ of the same, without cancellation where nearly all slopes vanish.
pub(super) fn rank(phi: &Activation, variance: f64) -> Option<f64> {
    match phi.0 {
        Kind::HardTanh { threshold } => Some(erf(threshold / variance.sqrt() * FRAC_1_SQRT_2)),
        Kind::ShiftedRelu { bias } => Some(0.5 * erfc(-bias / variance.sqrt() * FRAC_1_SQRT_2)),
        _ => defect(phi, variance).map(|epsilon| 1.0 - epsilon),
    }
}

/// $E\phi'(\sqrt v\,z)^{2k}$.
fn slope_moment(phi: &Activation, variance: f64, k: i32) -> Result<f64, TheoryError> {
    if let Some(alpha) = rank(phi, variance) {
        return Ok(alpha);
    }
    match phi.0 {
        Kind::LeakyRelu { slope } => Ok(0.5 * (1.0 + slope.powi(2 * k))),
        Kind::Erf { scale } => {
            // φ'² = (4c²/π) e^{−2c²u²}.
            let gain = (4.0 * scale * scale / PI).powi(k);
            Ok(gain / (1.0 + 4.0 * f64::from(k) * scale * scale * variance).sqrt())
        }
        _ => {
            let own = phi.clone();
            let power = Activation::custom(
                format!("the slope of {phi} to the power {k}"),
                phi.kinks(),
                false,
                move |u| (own.derivative(u).powi(k), 0.0),
            )?;
            Ok(gaussian_moments(&power, 0.0, variance)?.second)
        }
    }
}

/// The forward recursion of a network without biases: $q_0$ the mean square of the inputs, $v_l=\sigma_w^2q_{l-1}$.
///
/// # Formula
/// $q_l=E\phi(\sqrt{v_l}z)^2$, $d_1=E\phi'(\sqrt{v_l}z)^2$, $d_2=E\phi'(\sqrt{v_l}z)^4$.
///
/// # Accuracy and cost
/// Closed forms to rounding; quadratures to $10^{-13}$.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) for $q_0\le0$, $\sigma_w^2\le0$, depth 0, or an activation outside the domain;
/// [`Undefined`](TheoryError::Undefined) where a variance leaves the range of floating point numbers, or a slope law has mean zero.
///
/// # Source
/// Poole et al. (2016); Pennington, Schoenholz and Ganguli (2017) for the slopes.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, dynamical_isometry::forward};
/// let layers = forward(&Activation::hard_tanh(1.0)?, 0.5, 1.0, 3)?;
/// assert!((layers.q[2] - 0.3080772513854601).abs() < 1e-14);
/// assert!((layers.d1[0] - 0.8427007929497149).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn forward(phi: &Activation, q0: f64, sigma_w2: f64, depth: usize) -> Result<Forward, TheoryError> {
    positive("q0", q0)?;
    positive("sigma_w2", sigma_w2)?;
    at_least("depth", depth, 1)?;
    check_depth(depth)?;
    check_activation(phi)?;
    let mut q = vec![q0];
    let (mut d1, mut d2, mut defects) = (Vec::new(), Vec::new(), Vec::new());
    for layer in 1..depth {
        let variance = sigma_w2 * q[layer - 1];
        if !(variance.is_finite() && variance >= f64::MIN_POSITIVE) {
            return Err(TheoryError::undefined(
                format!("the variance of the pre-activations of layer {layer}"),
                format!("it is {variance}, outside the range of 64-bit floating point numbers"),
            ));
        }
        q.push(gaussian_moments(phi, 0.0, variance)?.second);
        d1.push(slope_moment(phi, variance, 1)?);
        d2.push(slope_moment(phi, variance, 2)?);
        defects.extend(defect(phi, variance));
        if !(d1[layer - 1] > 0.0 && d2[layer - 1] > 0.0) {
            return Err(TheoryError::undefined(
                format!("the law of the slopes of layer {layer}"),
                "all slopes vanish to the last digit",
            ));
        }
    }
    let defects = (defects.len() == depth - 1).then_some(defects);
    Ok(Forward { q, d1, d2, defects })
}

/// Depths above this are a slip.
const DEEPEST: usize = 100_000;

/// Refuses depths that no computation would come back from.
pub(super) fn check_depth(depth: usize) -> Result<(), TheoryError> {
    if depth <= DEEPEST {
        Ok(())
    } else {
        Err(TheoryError::invalid("depth", depth, format!("an integer from 1 to {DEEPEST}")))
    }
}
