use std::array;
use std::ops::{Add, Mul};

use crate::TheoryError;
use crate::error::positive;
use crate::free_probability::{Atom, Complex, Distribution, Image, InverseMap, Roots, in_upper_half_plane};

/// The limit of infinitely deep networks at isometry: $\epsilon_l=c/L$, $q_l=q$, $\sigma_w^2=1$, orthogonal weights; the law of
/// $H_L/(qL)$ as $L\to\infty$.
///
/// # Formula
/// With $p=zG$, the steps of the recursion become $\frac{dp}{dt}=g$, $\frac{dg}{dt}=\frac{c}{p}\frac{dp}{dt}$ over the depth
/// $0\le t\le1$ from $p=1$: $g=g_0+c\ln p$ and $\int_1^p\frac{dp'}{g_0+c\ln p'}=1$. One complex root $g_0$ for each $z$.
///
/// # Accuracy and cost
/// Transforms $10^{-12}$, distribution functions $10^{-9}$; a Runge–Kutta integration of the depth for each evaluation.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::{dynamical_isometry::DepthLimit, free_probability::Complex};
/// let g = DepthLimit::new(0.5)?.cauchy_transform(Complex::new(0.9, 0.1))?;
/// assert!((g - Complex::new(-1.766159739704957, -4.045715059131206)).norm() < 1e-9);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DepthLimit {
    c: f64,
    steps: usize,
}

/// Runge-Kutta steps over the depth, for each unit of $c$: for distribution functions, accurate to $10^{-9}$.
const STEPS: f64 = 200.0;
/// How much finer single transforms are computed.
const FINER: usize = 4;
/// Largest $c$: beyond, the spectrum is a point at zero with a tail that no network resolves.
const LARGEST: f64 = 20.0;

impl DepthLimit {
    /// The law for $E=c$.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) unless $0<c\le20$.
    pub fn new(c: f64) -> Result<Self, TheoryError> {
        if positive("c", c)? > LARGEST {
            return Err(TheoryError::invalid("c", c, format!("a number with 0 < c <= {LARGEST}")));
        }
        Ok(Self { c, steps: (STEPS * c.max(1.0)).ceil() as usize })
    }

    /// $G(z)$ of $H_L/(qL)$, $\mathrm{Im}\,z>0$; errors as
    /// [`SpectralLaw::cauchy_transform`](crate::free_probability::SpectralLaw::cauchy_transform).
    pub fn cauchy_transform(&self, z: Complex) -> Result<Complex, TheoryError> {
        crate::free_probability::transform(&Self { steps: FINER * self.steps, ..*self }, z, 1.0)
    }

    /// $m_1=(1-e^{-c})/c$.
    pub fn mean(&self) -> f64 {
        -(-self.c).exp_m1() / self.c
    }

    /// $m_2$, from the limit of its recursion in depth: $\frac{dm_1}{dt}=1-cm_1$, $\frac{dm_2}{dt}=2m_1-2cm_2+cm_1^2$.
    fn second_moment(&self) -> Option<f64> {
        let c = self.c;
        let rate = |[m1, m2]: [f64; 2]| [1.0 - c * m1, 2.0 * m1 - 2.0 * c * m2 + c * m1 * m1];
        let [_, m2] = runge_kutta([0.0, 0.0], self.steps, rate, |_| true)?;
        Some(m2)
    }

    /// The atom of mass $1-c$ at 1, if $c<1$.
    pub fn top_atom(&self) -> f64 {
        (1.0 - self.c).max(0.0)
    }

    /// The law with what its distribution function needs.
    pub fn distribution(&self) -> Result<Distribution<'_, Self>, TheoryError> {
        let top = Atom { position: 1.0, mass: self.top_atom() };
        let atoms = if top.mass > 0.0 { vec![top] } else { Vec::new() };
        let second = self.second_moment().unwrap_or(self.mean());
        Distribution::new(self, 1.0, vec![self.mean(), second], atoms)
    }

    /// The upper end of the support: 1 for $c\le1$, the edge of the bulk beyond.
    pub fn upper_edge(&self) -> Result<f64, TheoryError> {
        if self.c < 1.0 { Ok(1.0) } else { crate::free_probability::upper(self, self.unit(), self.mean()) }
    }

    /// $g_0$ times the coordinate, which is $z-m_1$ at large $z$.
    fn unit(&self) -> f64 {
        (-self.c).exp()
    }
}

impl InverseMap for DepthLimit {
    fn mean(&self) -> f64 {
        Self::mean(self)
    }

    fn reach(&self) -> Result<f64, TheoryError> {
        // Of the support for c <= 1; a bound beyond.
        Ok(1.0)
    }

    fn roots(&self, _: Complex) -> Roots {
        Roots::new()
    }

    fn image(&self, d: Complex, _: &mut Roots) -> Option<Image> {
        let g0 = d.inv() * self.unit();
        let dg0 = -d.inv() * g0;
        // u = p − 1, which begins at 0, and its derivative with respect to g₀.
        let rate = |[u, du]: [Complex; 2]| [g0 + ln_1p(u) * self.c, 1.0 + du / (1.0 + u) * self.c];
        let holds = |[u, du]: [Complex; 2]| in_upper_half_plane(1.0 + u, rate([u, du])[0]);
        let [u, du] = runge_kutta([Complex::new(0.0, 0.0); 2], self.steps, rate, holds)?;
        let [g, dg] = rate([u, du]);
        Some(Image::new(1.0 + u, du * dg0, g, dg * dg0))
    }

    fn real_image(&self, d: f64) -> Option<f64> {
        // x ∝ dz and y ∝ −dg along a change of the start: dz/dt = 1 − c/g gives dx/dt = −c(g₀/g)²y, dg/dt = c/z gives dy/dt = c x/(g₀z)².
        let g0 = self.unit() / d;
        let rate = |[u, x, y]: [f64; 3]| {
            let g = g0 + self.c * u.ln_1p();
            let z = (1.0 + u) / g;
            [g, -self.c * (g0 / g).powi(2) * y, self.c * x / (g0 * z).powi(2)]
        };
        let [u, ..] = runge_kutta([0.0, 1.0, 1.0], self.steps, rate, |[_, x, _]| x > 0.0)?;
        Some((1.0 + u) / (g0 + self.c * u.ln_1p()))
    }
}

/// Carries `state` through the depth, from 0 to 1, by the classical rule of fourth order; `None` where `holds` fails after a step.
fn runge_kutta<T, const N: usize>(
    mut state: [T; N],
    steps: usize,
    rate: impl Fn([T; N]) -> [T; N],
    holds: impl Fn([T; N]) -> bool,
) -> Option<[T; N]>
where
    T: Copy + Add<Output = T> + Mul<f64, Output = T>,
{
    let h = 1.0 / steps as f64;
    let moved = |from: [T; N], by: [T; N], t: f64| array::from_fn(|i| from[i] + by[i] * t);
    for _ in 0..steps {
        let a = rate(state);
        let b = rate(moved(state, a, 0.5 * h));
        let c = rate(moved(state, b, 0.5 * h));
        let d = rate(moved(state, c, h));
        state = array::from_fn(|i| state[i] + (a[i] + b[i] * 2.0 + c[i] * 2.0 + d[i]) * (h / 6.0));
        if !holds(state) {
            return None;
        }
    }
    Some(state)
}

/// $\ln(1+u)$ to rounding.
fn ln_1p(u: Complex) -> Complex {
    if u.norm_sqr() > 1e-6 {
        return (1.0 + u).ln();
    }
    let coefficient = |n: i32| if n % 2 == 0 { -1.0 / f64::from(n) } else { 1.0 / f64::from(n) };
    (1..=6).rev().fold(Complex::new(0.0, 0.0), |sum, n| sum * u + coefficient(n)) * u
}
