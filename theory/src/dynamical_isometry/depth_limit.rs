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
        crate::free_probability::transform(&Self { steps: FINER * self.steps, ..*self }, z)
    }

    /// $m_1=(1-e^{-c})/c$.
    pub fn mean(&self) -> f64 {
        -(-self.c).exp_m1() / self.c
    }

    /// $m_2$, from the limit of its recursion in depth: $\frac{dm_2}{dt}=2m_1-2cm_2+cm_1^2$.
    fn second_moment(&self) -> f64 {
        let c = self.c;
        let steps = 2000;
        let h = 1.0 / f64::from(steps);
        let first = |t: f64| -(-c * t).exp_m1() / c;
        let slope = |t: f64, m: f64| 2.0 * first(t) - 2.0 * c * m + c * first(t).powi(2);
        (0..steps).fold(0.0, |m, i| {
            let t = h * f64::from(i);
            let k1 = slope(t, m);
            let k2 = slope(t + 0.5 * h, m + 0.5 * h * k1);
            let k3 = slope(t + 0.5 * h, m + 0.5 * h * k2);
            let k4 = slope(t + h, m + h * k3);
            m + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        })
    }

    /// The atom of mass $1-c$ at 1, if $c<1$.
    pub fn top_atom(&self) -> f64 {
        (1.0 - self.c).max(0.0)
    }

    /// The law with what its distribution function needs.
    pub fn distribution(&self) -> Result<Distribution<'_, Self>, TheoryError> {
        let top = Atom { position: 1.0, mass: self.top_atom() };
        let atoms = if top.mass > 0.0 { vec![top] } else { Vec::new() };
        Distribution::new(self, vec![self.mean(), self.second_moment()], atoms)
    }

    /// The upper end of the support: 1 for $c\le1$, the edge of the bulk beyond.
    pub fn upper_edge(&self) -> Result<f64, TheoryError> {
        if self.c < 1.0 { Ok(1.0) } else { crate::free_probability::upper(self, self.mean()) }
    }

    /// Carries $u=p-1$ through the depth, with its derivative with respect to $g_0$; `holds` sees $u$ and $g$ after every step. `None` where it fails.
    fn carry(&self, g0: Complex, holds: impl Fn(Complex, Complex) -> bool) -> Option<[Complex; 4]> {
        let h = 1.0 / self.steps as f64;
        let rate = |u: Complex, du: Complex| (g0 + ln_1p(u) * self.c, 1.0 + du / (1.0 + u) * self.c);
        let zero = Complex::new(0.0, 0.0);
        let (mut u, mut du) = (zero, zero);
        let (mut g, mut dg) = rate(u, du);
        for _ in 0..self.steps {
            let (b, db) = rate(u + g * (0.5 * h), du + dg * (0.5 * h));
            let (c, dc) = rate(u + b * (0.5 * h), du + db * (0.5 * h));
            let (d, dd) = rate(u + c * h, du + dc * h);
            u += (g + b * 2.0 + c * 2.0 + d) * (h / 6.0);
            du += (dg + db * 2.0 + dc * 2.0 + dd) * (h / 6.0);
            (g, dg) = rate(u, du);
            if !holds(u, g) {
                return None;
            }
        }
        Some([u, du, g, dg])
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

    fn roots(&self, _: Complex) -> Roots {
        Roots::new()
    }

    fn image(&self, d: Complex, _: &mut Roots) -> Option<Image> {
        let g0 = d.inv() * self.unit();
        let dg0 = -d.inv() * g0;
        let [u, du, g, dg] = self.carry(g0, |u, g| in_upper_half_plane(1.0 + u, g))?;
        Some(Image::new(1.0 + u, du * dg0, g, dg * dg0))
    }

    fn real_image(&self, d: f64) -> Option<f64> {
        // x ∝ dz and y ∝ −dg along a change of the start: dz/dt = 1 − c/g gives dx/dt = −c(g₀/g)²y, dg/dt = c/z gives dy/dt = c x/(g₀z)².
        let g0 = self.unit() / d;
        let h = 1.0 / self.steps as f64;
        let rate = |[u, x, y]: [f64; 3]| {
            let g = g0 + self.c * u.ln_1p();
            let z = (1.0 + u) / g;
            [g, -self.c * (g0 / g).powi(2) * y, self.c * x / (g0 * z).powi(2)]
        };
        let moved = |from: [f64; 3], by: [f64; 3], t: f64| [0, 1, 2].map(|i| by[i].mul_add(t, from[i]));
        let mut state = [0.0, 1.0, 1.0];
        for _ in 0..self.steps {
            let a = rate(state);
            let b = rate(moved(state, a, 0.5 * h));
            let c = rate(moved(state, b, 0.5 * h));
            let d = rate(moved(state, c, h));
            state = [0, 1, 2].map(|i| state[i] + h / 6.0 * (a[i] + 2.0 * b[i] + 2.0 * c[i] + d[i]));
            if state[1].is_nan() || state[1] <= 0.0 {
                return None;
            }
        }
        Some((1.0 + state[0]) / (g0 + self.c * state[0].ln_1p()))
    }
}

/// $\ln(1+u)$ to rounding.
fn ln_1p(u: Complex) -> Complex {
    if u.norm_sqr() > 1e-6 {
        return (1.0 + u).ln();
    }
    let coefficient = |n: i32| if n % 2 == 0 { -1.0 / f64::from(n) } else { 1.0 / f64::from(n) };
    (1..=6).rev().fold(Complex::new(0.0, 0.0), |sum, n| sum * u + coefficient(n)) * u
}
