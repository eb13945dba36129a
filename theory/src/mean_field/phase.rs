//! The phase diagram: fixed points of the variance and correlation maps, and the critical line.

use serde::Serialize;

use crate::error::{positive, representable};
use crate::quadrature::{gaussian_moments, kernel_gap, kernel_pair};
use crate::{Activation, InitialScales, TheoryError};

/// The root search covers $q^*\in[10^{-8},10^4]$ densely, and goes on in decades where the sign at an end calls for it.
const GRID: (f64, f64) = (1e-8, 1e4);
const POINTS_PER_DECADE: f64 = 20.0;
/// $|\chi_1-1|$ below this counts as critical.
const CRITICAL: f64 = 1e-6;
/// $|\chi-1|$ below this is rounding.
const ROUNDING: f64 = 1e-13;
/// Relative size of a difference from the diagonal below which its sign is rounding.
const TOUCHING: f64 = 16.0 * f64::EPSILON;

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
    /// $q^*=0$ is stable: signals die out. The other fields are limits $q\to0$.
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

/// All fixed points of the variance map, with correlation fixed point and depth scales: first the stable one that iteration
/// from inputs with $\hat q^0=1$ reaches (where they diverge, the one that smaller inputs reach), then other stable ones, then
/// unstable ones.
///
/// # Formula
/// $q^*=\sigma_w^2K(q^*,q^*,q^*)+\sigma_b^2$; $c^*q^*=\sigma_w^2K(q^*,q^*,c^*q^*)+\sigma_b^2$;
/// $\chi_1=\sigma_w^2\dot K(q^*,q^*,q^*)$; $\chi_q=\sigma_w^2E[z\phi\phi']/\sqrt{q^*}$;
/// $\chi_{c^*}=\sigma_w^2\dot K(q^*,q^*,c^*q^*)$; $\xi=-1/\ln\chi$.
///
/// # Algorithm
/// Sign changes of the variance map on a logarithmic grid, from its sign near 0 on, safeguarded interpolation to rounding; the correlation map is convex, so
/// that $c^*<1$ has one root if $\chi_1>1$ and none otherwise; it is found in $1-c$. Homogeneous $\phi$ in closed form.
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
    let (collapses, roots) = variance_roots(scales)?;
    let mut points = roots.into_iter().map(|q| linearise(scales, q)).collect::<Result<Vec<_>, _>>()?;
    if collapses {
        points.insert(0, collapsed(scales));
    }
    let start = scales.sigma_w2 + scales.sigma_b2;
    let reached = points
        .iter()
        .rev()
        .find(|point| point.stability == Stability::Unstable && point.q_star <= start)
        .map_or(0.0, |barrier| barrier.q_star);
    points.sort_by_key(|point| match point.stability {
        Stability::Unstable => 2,
        _ => u8::from(point.q_star < reached),
    });
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
    Ok(assemble(q_star, 1.0, chi, chi, chi, 1.0 - chi, stability))
}

/// Slope of the variance map at 0, where the activation is linear on either side.
fn slope_at_zero(scales: &InitialScales) -> f64 {
    let (left, right) = (scales.activation.derivative(-1e-150), scales.activation.derivative(1e-150));
    0.5 * scales.sigma_w2 * (left * left + right * right)
}

fn collapsed(scales: &InitialScales) -> FixedPoint {
    let chi = slope_at_zero(scales);
    assemble(0.0, 1.0, chi, chi, chi, 1.0 - chi, Stability::Collapsed)
}

fn grows(scales: &InitialScales) -> TheoryError {
    TheoryError::NoFixedPoint {
        reason: format!(
            "the variance grows without bound for `{}` at sigma_w2 = {}, sigma_b2 = {}",
            scales.activation, scales.sigma_w2, scales.sigma_b2
        ),
    }
}

/// Whether 0 is a stable fixed point, and the positive roots of $\sigma_w^2K(q,q,q)+\sigma_b^2-q$, ascending.
fn variance_roots(scales: &InitialScales) -> Result<(bool, Vec<f64>), TheoryError> {
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
    let highest = GRID.1.max(10.0 * (scales.sigma_b2 + scales.sigma_w2)).min(f64::MAX);
    let (from, to) = (lowest.max(f64::MIN_POSITIVE).ln(), highest.ln());
    let points = ((to - from) / std::f64::consts::LN_10 * POINTS_PER_DECADE).ceil();

    let mut at: Vec<f64> =
        (0..=points as u32).map(|i| (from + (to - from) * (f64::from(i) / points)).exp()).collect();
    // The sign near 0: of the value there, or of what the slope lacks to 1.
    let slope = slope_at_zero(scales) - 1.0;
    let rising = if at_zero > 0.0 || slope > TOUCHING {
        Some(true)
    } else if slope < -TOUCHING {
        Some(false)
    } else {
        None
    };
    if rising == Some(true) && at_zero == 0.0 {
        // A root below the grid: of order slope, or of the square of a small scale of φ.
        let mut below = Vec::new();
        let mut q = lowest;
        while q > 1e-280 && excess(q)? < 0.0 {
            q *= 0.1;
            below.push(q);
        }
        at.splice(0..0, below.into_iter().rev());
    }
    let mut sign = rising;
    let mut first = rising;
    let mut before = None;
    let mut roots = Vec::new();
    let mut stopped = None;
    let mut visit = |q: f64, value: f64| -> Result<(), TheoryError> {
        // Along the diagonal rounding has no sign.
        if value.abs() <= TOUCHING * q {
            return Ok(());
        }
        let above = value > 0.0;
        if sign.is_some_and(|sign| sign != above) {
            match before {
                Some(last) => roots.push(root(last, (q, value), &excess)?),
                // Below every point of the grid.
                None => {
                    let mut low = 0.5 * q;
                    while low > 1e-290 && (excess(low)? > 0.0) == above {
                        low *= 0.5;
                    }
                    roots.push(root((low, excess(low)?), (q, value), &excess)?);
                }
            }
        }
        (sign, before) = (Some(above), Some((q, value)));
        first = first.or(Some(above));
        Ok(())
    };
    for &q in &at {
        match excess(q) {
            Ok(value) => visit(q, value)?,
            Err(error) => {
                stopped = Some(error);
                break;
            }
        }
    }
    // Still above the diagonal: activations of a large scale bend far out.
    let mut q = highest;
    while stopped.is_none() && q < 1e290 {
        let value = excess(q)?;
        visit(q, value)?;
        if value < -TOUCHING * q || (value > 0.0 && q > 1e30 * highest) {
            break;
        }
        q *= 10.0;
    }
    // At the critical slope, with a map that keeps to the diagonal within rounding: the curvature decides.
    let collapses = at_zero == 0.0 && first != Some(true);
    match stopped {
        _ if !roots.is_empty() || collapses => Ok((collapses, roots)),
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
    let (c_star, chi_c_star, lack) = if chi_1 <= 1.0 + ROUNDING {
        (1.0, chi_1, 1.0 - chi_1)
    } else if scales.sigma_b2 == 0.0 && scales.activation.is_odd() {
        let chi = scales.sigma_w2 * kernel_pair(&scales.activation, q, q, 0.0)?.k_dot;
        (0.0, chi, 1.0 - chi)
    } else {
        apart(scales, q, chi_1)?
    };
    let stability = if chi_q < 1.0 { Stability::Stable } else { Stability::Unstable };
    Ok(assemble(q, c_star, chi_1, chi_q, chi_c_star, lack, stability))
}

/// $c^*<1$, $\chi_{c^*}$ and $1-\chi_{c^*}$, from the distance $\delta=1-c$: the map multiplies it by
/// $\sigma_w^2[K(q,q,q)-K(q,q,q-q\delta)]/(q\delta)$, which falls from $\chi_1>1$.
fn apart(scales: &InitialScales, q: f64, chi_1: f64) -> Result<(f64, f64, f64), TheoryError> {
    let growth = |delta: f64| -> Result<f64, TheoryError> {
        Ok(scales.sigma_w2 * kernel_gap(&scales.activation, q, q * delta)?.k / (q * delta) - 1.0)
    };
    let mut high = (1.0, growth(1.0)?);
    if high.1 > 0.0 {
        return Err(TheoryError::NotConverged {
            procedure: "search for the correlation c*".to_owned(),
            detail: format!("c* lies at 0 within rounding, at q* = {q}"),
        });
    }
    let mut low = high;
    while low.1 <= 0.0 {
        high = low;
        low.0 *= 0.25;
        if low.0 < 1e-30 {
            return Ok((1.0, chi_1, 1.0 - chi_1));
        }
        low.1 = growth(low.0)?;
    }
    let delta = root(low, high, &growth)?;
    let slope = scales.sigma_w2 * kernel_gap(&scales.activation, q, q * delta)?.k_dot;
    let far = delta > 0.5;
    let chi = if far {
        scales.sigma_w2 * kernel_pair(&scales.activation, q, q, q * (1.0 - delta))?.k_dot
    } else {
        chi_1 - slope
    };
    Ok((1.0 - delta, chi, if far { 1.0 - chi } else { slope - (chi_1 - 1.0) }))
}

/// `lack` $=1-\chi_{c^*}$, which may be far smaller than rounding of $\chi_{c^*}$ would leave it.
fn assemble(
    q_star: f64,
    c_star: f64,
    chi_1: f64,
    chi_q: f64,
    chi_c_star: f64,
    lack: f64,
    stability: Stability,
) -> FixedPoint {
    let phase = match chi_1 - 1.0 {
        gap if gap.abs() < CRITICAL => Phase::Critical,
        gap if gap < 0.0 => Phase::Ordered,
        _ => Phase::Chaotic,
    };
    let xi_c = match lack {
        _ if lack <= ROUNDING => f64::INFINITY,
        _ if lack >= 1.0 => 0.0,
        _ => -1.0 / (-lack).ln_1p(),
    };
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
