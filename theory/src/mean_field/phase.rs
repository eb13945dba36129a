//! The phase diagram: fixed points of the variance and correlation maps, and the critical line.

use serde::Serialize;

use crate::error::{positive, representable};
use crate::quadrature::{gaussian_moments, kernel_pair};
use crate::{Activation, InitialScales, TheoryError};

/// The root search covers $q^*\in[10^{-8},10^4]$, more where $\sigma_b^2$ or $\phi(0)^2$ call for it.
const GRID: (f64, f64) = (1e-8, 1e4);
const POINTS_PER_DECADE: f64 = 20.0;
/// $|\chi_1-1|$ below this counts as critical.
const CRITICAL: f64 = 1e-6;

/// How the variance behaves at a fixed point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stability {
    /// $\chi_q<1$: reached by iteration from nearby.
    Stable,
    /// $\chi_q\ge1$: left by iteration; $\xi_q=\infty$.
    Unstable,
    /// Every $q$ is fixed (homogeneous $\phi$ at its critical $\sigma_w^2$, $\sigma_b=0$).
    Marginal,
    /// $q^*=0$ is the only fixed point: signals die out. The other fields are limits $q\to0$.
    Collapsed,
}

/// What becomes of the distance between two signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// $\chi_1<1$: inputs become parallel exponentially fast.
    Ordered,
    /// $\chi_1=1$ within $10^{-6}$: algebraically.
    Critical,
    /// $\chi_1>1$: nearby inputs separate.
    Chaotic,
}

/// A fixed point of the forward recursion, linearised.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FixedPoint {
    /// $q^*$; where [`Stability::Marginal`] the value $\sigma_w^2$ that inputs with $\hat q^0=1$ keep.
    pub q_star: f64,
    /// $c^*$: the stable correlation.
    pub c_star: f64,
    /// $\chi_1=\sigma_w^2E\phi'^2$: slope of the correlation map at $c=1$.
    pub chi_1: f64,
    /// $\chi_q$: slope of the variance map.
    pub chi_q: f64,
    /// $\chi_{c^*}$: slope of the correlation map at $c^*$.
    pub chi_c_star: f64,
    /// $\xi_q=-1/\ln\chi_q$: depth over which the variance settles; $\infty$ at $\chi_q\ge1$.
    pub xi_q: f64,
    /// $\xi_c=-1/\ln\chi_{c^*}$: depth over which correlations settle; $\infty$ where critical.
    pub xi_c: f64,
    /// Stability in $q$.
    pub stability: Stability,
    /// The phase of the correlation map.
    pub phase: Phase,
}

/// The scales at which $\chi_1=1$ for a given $q^*$.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CriticalPoint {
    /// $\sigma_w^2$.
    pub sigma_w2: f64,
    /// $\sigma_b^2$; negative where no network has this critical $q^*$.
    pub sigma_b2: f64,
    /// $\chi_q$; above 1 the fixed point is unstable and not reached by iteration.
    pub chi_q: f64,
}

impl CriticalPoint {
    /// Whether a network with these scales exists: $\sigma_b^2\ge0$.
    pub fn exists(&self) -> bool {
        self.sigma_b2 >= 0.0
    }

    /// Whether iteration reaches the point: $\chi_q<1$.
    pub fn is_stable(&self) -> bool {
        self.chi_q < 1.0
    }
}

/// All fixed points of the variance map, stable ones first, with correlation fixed point and depth scales.
///
/// # Formula
/// $q^*=\sigma_w^2K(q^*,q^*,q^*)+\sigma_b^2$; $c^*q^*=\sigma_w^2K(q^*,q^*,c^*q^*)+\sigma_b^2$;
/// $\chi_1=\sigma_w^2\dot K(q^*,q^*,q^*)$; $\chi_q=\sigma_w^2E[z\phi\phi']/\sqrt{q^*}$;
/// $\chi_{c^*}=\sigma_w^2\dot K(q^*,q^*,c^*q^*)$; $\xi=-1/\ln\chi$.
///
/// # Algorithm
/// Sign changes of the variance map on a logarithmic grid, safeguarded interpolation to rounding; the correlation map is convex, so
/// that $c^*<1$ has one root if $\chi_1>1$ and none otherwise. Homogeneous $\phi$ in closed form.
///
/// # Errors
/// [`NoFixedPoint`](TheoryError::NoFixedPoint) where the variance grows without bound; the errors of
/// [`kernel_pair`] where the quadrature stops before a fixed point is found.
///
/// # Source
/// Poole et al. (2016); depth scales of Schoenholz et al. (2017).
///
/// # Example
/// ```
/// use solvable_theory::{Activation, InitialScales, mean_field::fixed_points};
/// let scales = InitialScales::new(Activation::erf(0.5f64.sqrt())?, 4.0, 0.1)?;
/// let point = fixed_points(&scales)?[0];
/// assert!((point.q_star - 1.9319096251856975).abs() < 1e-12);
/// assert!((point.c_star - 0.4344812374555778).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn fixed_points(scales: &InitialScales) -> Result<Vec<FixedPoint>, TheoryError> {
    if let Some(k) = scales.activation.homogeneity() {
        return homogeneous(scales, k).map(|point| vec![point]);
    }
    let roots = variance_roots(scales)?;
    if roots.is_empty() {
        return Ok(vec![collapsed(scales)]);
    }
    let mut points = roots.into_iter().map(|q| linearise(scales, q)).collect::<Result<Vec<_>, _>>()?;
    points.sort_by_key(|point| point.stability != Stability::Stable);
    Ok(points)
}

fn homogeneous(scales: &InitialScales, k: f64) -> Result<FixedPoint, TheoryError> {
    let chi = k * scales.sigma_w2;
    let marginal = (chi - 1.0).abs() <= 4.0 * f64::EPSILON;
    let (q_star, stability) = match (marginal, scales.sigma_b2 == 0.0) {
        (true, true) => (scales.sigma_w2, Stability::Marginal),
        (false, true) if chi < 1.0 => (0.0, Stability::Collapsed),
        (false, false) if chi < 1.0 => (scales.sigma_b2 / (1.0 - chi), Stability::Stable),
        _ => return Err(grows(scales)),
    };
    let q_star = representable("q*", q_star)?;
    // Any order parameter of a homogeneous φ at c = q is proportional to q, so χ_1 = χ_q = kσ_w².
    let chi = if marginal { 1.0 } else { chi };
    Ok(assemble(q_star, 1.0, chi, chi, chi, stability))
}

fn collapsed(scales: &InitialScales) -> FixedPoint {
    // Near 0 the activation is linear on either side, with slopes read off there.
    let (left, right) = (scales.activation.derivative(-1e-9), scales.activation.derivative(1e-9));
    let chi = 0.5 * scales.sigma_w2 * (left * left + right * right);
    assemble(0.0, 1.0, chi, chi, chi, Stability::Collapsed)
}

fn grows(scales: &InitialScales) -> TheoryError {
    TheoryError::NoFixedPoint {
        reason: format!(
            "the variance grows without bound for `{}` at sigma_w2 = {}, sigma_b2 = {}",
            scales.activation, scales.sigma_w2, scales.sigma_b2
        ),
    }
}

/// The positive roots of $\sigma_w^2K(q,q,q)+\sigma_b^2-q$, ascending; empty if the map lies below the diagonal.
fn variance_roots(scales: &InitialScales) -> Result<Vec<f64>, TheoryError> {
    let excess = |q: f64| -> Result<f64, TheoryError> {
        let second = gaussian_moments(&scales.activation, 0.0, q)?.second;
        Ok(scales.sigma_w2.mul_add(second, scales.sigma_b2) - q)
    };
    let at_zero = scales.sigma_b2 + scales.sigma_w2 * scales.activation.value(0.0).powi(2);
    // The map never falls below σ_b².
    let lowest = if scales.sigma_b2 > 0.0 {
        0.5 * scales.sigma_b2
    } else if at_zero > 0.0 {
        GRID.0.min(0.5 * at_zero)
    } else {
        GRID.0
    };
    let highest = GRID.1.max(10.0 * (scales.sigma_b2 + scales.sigma_w2));
    let (from, to) = (lowest.ln(), highest.ln());
    let points = ((to - from) / std::f64::consts::LN_10 * POINTS_PER_DECADE).ceil();

    let mut roots = Vec::new();
    let mut before = (lowest, excess(lowest)?);
    let mut stopped = None;
    for i in 1..=points as u32 {
        let q = (from + (to - from) * (f64::from(i) / points)).exp();
        let value = match excess(q) {
            Ok(value) => value,
            Err(error) => {
                stopped = Some(error);
                break;
            }
        };
        if before.1 == 0.0 {
            roots.push(before.0);
        } else if before.1 * value < 0.0 {
            roots.push(root(before, (q, value), &excess)?);
        }
        before = (q, value);
    }
    match stopped {
        _ if !roots.is_empty() || (before.1 < 0.0 && at_zero == 0.0) => Ok(roots),
        Some(error) => Err(error),
        None => Err(grows(scales)),
    }
}

/// The sign change of `f` between `a` and `b`, to rounding: Chandrupatla's method, which interpolates where that is
/// safe and bisects elsewhere. Evaluations are dear where the kernel is a two-dimensional integral.
fn root(
    (mut a, mut fa): (f64, f64),
    (mut b, mut fb): (f64, f64),
    f: &impl Fn(f64) -> Result<f64, TheoryError>,
) -> Result<f64, TheoryError> {
    if fa == 0.0 {
        return Ok(a);
    }
    let mut step = 0.5;
    for _ in 0..200 {
        let x = a + step * (b - a);
        let fx = f(x)?;
        let (c, fc);
        if (fx > 0.0) == (fa > 0.0) {
            (c, fc) = (a, fa);
        } else {
            (c, fc) = (b, fb);
            (b, fb) = (a, fa);
        }
        (a, fa) = (x, fx);
        let (best, value) = if fa.abs() < fb.abs() { (a, fa) } else { (b, fb) };
        let least = 2.0 * f64::EPSILON * best.abs() / (b - a).abs();
        if value == 0.0 || least > 0.5 {
            return Ok(best);
        }
        let (xi, phi) = ((a - b) / (c - b), (fa - fb) / (fc - fb));
        let safe = phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi;
        step = if safe {
            fa / (fb - fa) * (fc / (fb - fc)) + (c - a) / (b - a) * (fa / (fc - fa)) * (fb / (fc - fb))
        } else {
            0.5
        };
        step = step.clamp(least, 1.0 - least);
    }
    Ok(if fa.abs() < fb.abs() { a } else { b })
}

fn linearise(scales: &InitialScales, q: f64) -> Result<FixedPoint, TheoryError> {
    let moments = gaussian_moments(&scales.activation, 0.0, q)?;
    let chi_1 = scales.sigma_w2 * moments.second_derivative;
    let chi_q = scales.sigma_w2 * moments.z_product / q.sqrt();
    let pair = |c: f64| kernel_pair(&scales.activation, q, q, c * q);
    let c_star = if chi_1 <= 1.0 {
        1.0
    } else if scales.sigma_b2 == 0.0 && scales.activation.is_odd() {
        0.0
    } else {
        let excess = |c: f64| -> Result<f64, TheoryError> {
            Ok(scales.sigma_w2.mul_add(pair(c)?.k, scales.sigma_b2) / q - c)
        };
        let (bottom, top) = (0.0, 1.0 - 1e-6);
        let at_top = excess(top)?;
        if at_top >= 0.0 { 1.0 } else { root((bottom, excess(bottom)?), (top, at_top), &excess)? }
    };
    let chi_c_star = if c_star == 1.0 { chi_1 } else { scales.sigma_w2 * pair(c_star)?.k_dot };
    let stability = if chi_q < 1.0 { Stability::Stable } else { Stability::Unstable };
    Ok(assemble(q, c_star, chi_1, chi_q, chi_c_star, stability))
}

fn assemble(
    q_star: f64,
    c_star: f64,
    chi_1: f64,
    chi_q: f64,
    chi_c_star: f64,
    stability: Stability,
) -> FixedPoint {
    let phase = match chi_1 - 1.0 {
        gap if gap.abs() < CRITICAL => Phase::Critical,
        gap if gap < 0.0 => Phase::Ordered,
        _ => Phase::Chaotic,
    };
    let xi_c = if phase == Phase::Critical { f64::INFINITY } else { depth_scale(chi_c_star) };
    FixedPoint { q_star, c_star, chi_1, chi_q, chi_c_star, xi_q: depth_scale(chi_q), xi_c, stability, phase }
}

/// $-1/\ln\chi$: 0 for $\chi\le0$, $\infty$ for $\chi\ge1$.
fn depth_scale(chi: f64) -> f64 {
    match chi {
        _ if chi <= 0.0 => 0.0,
        _ if chi >= 1.0 => f64::INFINITY,
        _ => -1.0 / chi.ln(),
    }
}

/// The point of the critical line $\chi_1=1$ whose fixed point is `q_star`.
///
/// # Formula
/// $\sigma_w^2=1/\dot K(q^*,q^*,q^*)$, $\sigma_b^2=q^*-\sigma_w^2K(q^*,q^*,q^*)$. Negative $\sigma_b^2$: there is no such
/// network, see [`CriticalPoint::exists`]. Homogeneous $\phi$: the single point $(1/k,0)$ for every $q^*$.
///
/// # Errors
/// `q_star` not positive; $\dot K=0$; the errors of [`kernel_pair`].
///
/// # Source
/// The condition is that of Poole et al. (2016); the explicit parametrization is derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, mean_field::critical_point};
/// let point = critical_point(&Activation::tanh(), 0.5)?;
/// assert!((point.sigma_w2 - 1.6879751205775353).abs() < 1e-12);
/// assert!((point.sigma_b2 - 0.03804120111126847).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn critical_point(activation: &Activation, q_star: f64) -> Result<CriticalPoint, TheoryError> {
    positive("q_star", q_star)?;
    if let Some(k) = activation.homogeneity() {
        return Ok(CriticalPoint { sigma_w2: 1.0 / k, sigma_b2: 0.0, chi_q: 1.0 });
    }
    let moments = gaussian_moments(activation, 0.0, q_star)?;
    let sigma_w2 = representable("the critical sigma_w2", 1.0 / moments.second_derivative)?;
    Ok(CriticalPoint {
        sigma_w2,
        sigma_b2: representable("the critical sigma_b2", q_star - sigma_w2 * moments.second)?,
        chi_q: representable("chi_q", sigma_w2 * moments.z_product / q_star.sqrt())?,
    })
}
