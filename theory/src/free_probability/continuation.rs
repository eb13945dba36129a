//! Continuation of a Cauchy transform from far above the real axis, with a certificate for its branch.

use crate::TheoryError;

use super::Complex;
use super::complex::{modulus, reciprocal};

/// Solutions of the inner equations of a map at the last point visited.
pub type Roots = Vec<Complex>;

/// A law given by the inverse of its Cauchy transform, in the form of a map of the upper half plane: the *coordinate* $d$ is
/// $z-m_1$ up to terms of order $1/z$, and $z$ and $G(z)$ are explicit functions of it.
pub trait InverseMap {
    /// $m_1$.
    fn mean(&self) -> f64;

    /// The upper end of the support: a continuation starts far above that, as between the mean and it no branch is certain.
    fn reach(&self) -> Result<f64, TheoryError>;

    /// Starting values of the inner equations at a $d$ of large modulus.
    fn roots(&self, d: Complex) -> Roots;

    /// $z$, $G$ and their derivatives at $d$; `None` where the certificate fails: an intermediate point outside the upper half plane.
    fn image(&self, d: Complex, roots: &mut Roots) -> Option<Image>;

    /// $z$ at a real $d>0$; `None` where $z$ does not rise with $d$ at every intermediate step.
    fn real_image(&self, d: f64) -> Option<f64>;
}

/// A point of the map.
#[derive(Debug, Clone, Copy)]
pub struct Image {
    /// $z$.
    pub z: Complex,
    /// $dz/dd$.
    pub slope: Complex,
    /// $G(z)$.
    pub g: Complex,
    /// $dG/dz$.
    pub g_slope: Complex,
}

impl Image {
    /// From $p=zG$ and $g=G$ with their derivatives with respect to the coordinate.
    pub(crate) fn new(p: Complex, dp: Complex, g: Complex, dg: Complex) -> Self {
        let inverse = reciprocal(g);
        let z = p * inverse;
        let slope = (dp - z * dg) * inverse;
        Self { z, slope, g, g_slope: dg / slope }
    }
}

/// Accepted residual in $z$, relative to the larger of $|z|$ and the scale of the law.
const RESIDUAL: f64 = 1e-12;
/// The rounding of the map, a product over layers, relative to its value.
const ROUNDING: f64 = 32.0 * f64::EPSILON;
/// Newton steps at one point.
const STEPS: usize = 80;
/// Smallest damping of a Newton step.
const DAMPING: f64 = 1e-6;
/// Times that a stride may be halved, in all.
const HALVINGS: u32 = 12;

/// A point that is carried down towards the real axis.
pub(super) struct Tracker<'a, M: InverseMap> {
    map: &'a M,
    scale: f64,
    d: Complex,
    roots: Roots,
    image: Image,
    /// $d$ and $\partial d/\partial\ln y$ at the two points before, at equal ratios of heights.
    before: Vec<(Complex, Complex)>,
}

impl<'a, M: InverseMap> Tracker<'a, M> {
    /// Starts at `z`, far above the real axis.
    pub fn new(map: &'a M, z: Complex, scale: f64) -> Result<Self, TheoryError> {
        let d = z - map.mean();
        let mut roots = map.roots(d);
        let image = map.image(d, &mut roots).ok_or_else(|| lost(z, "the start has no certificate"))?;
        let mut tracker = Self { map, scale, d, roots, image, before: Vec::new() };
        tracker.refine(z, tracker.residual(z))?;
        Ok(tracker)
    }

    /// Moves down to `z`, a factor $e^{-h}$ below, and returns $G(z)$ to $10^{-10}/\mathrm{Im}\,z$.
    ///
    /// The coordinate is extrapolated by the polynomial through the last three points with their slopes. One Newton step may be left
    /// undone, as the transform is corrected for it to first order: $G$ is analytic within $\mathrm{Im}\,z$ of $z$ and below
    /// $1/\mathrm{Im}$, so that what is neglected is less than $8(r/\mathrm{Im}\,z)^2/\mathrm{Im}\,z$ at a residual $r$.
    pub fn descend(&mut self, z: Complex, h: f64) -> Result<Complex, TheoryError> {
        const RESIDUAL: f64 = 3e-6;
        let height = self.image.z.im;
        let here = (self.d, Complex::new(0.0, height) / self.image.slope);
        if (height * (-h).exp() - z.im).abs() > 1e-3 * z.im {
            self.before.clear();
        }
        if let [.., (d2, f2), (d1, f1)] = self.before[..] {
            let (d, f) = here;
            let guess = d1 * 9.0 + d2 * 10.0 - d * 18.0 - (f * 9.0 + f1 * 18.0 + f2 * 3.0) * h;
            let mut roots = self.roots.clone();
            if let Some(image) = self.map.image(guess, &mut roots)
                && modulus(image.z - z) < 0.3 * z.im
            {
                (self.d, self.roots, self.image) = (guess, roots, image);
            }
        }
        if self.before.len() >= 2 {
            self.before.remove(0);
        }
        self.before.push(here);
        self.stride(z, RESIDUAL * z.im, 0)?;
        Ok(self.transform(z))
    }

    /// $G(z)$, corrected to first order for the residual.
    pub fn transform(&self, z: Complex) -> Complex {
        self.image.g + self.image.g_slope * (z - self.image.z)
    }

    /// The residual accepted at `z`.
    fn residual(&self, z: Complex) -> f64 {
        RESIDUAL * modulus(z).max(self.scale)
    }

    fn stride(&mut self, z: Complex, wanted: f64, halvings: u32) -> Result<(), TheoryError> {
        let saved = (self.d, self.roots.clone(), self.image);
        match self.refine(z, wanted) {
            Ok(()) => Ok(()),
            Err(error) if halvings >= HALVINGS => Err(error),
            Err(_) => {
                let from = saved.2.z;
                (self.d, self.roots, self.image) = saved;
                // Halfway in the logarithm of the height.
                let middle = Complex::new(z.re, (from.im.max(f64::MIN_POSITIVE) * z.im).sqrt());
                self.stride(middle, self.residual(middle), halvings + 1)?;
                self.stride(z, wanted, halvings + 1)
            }
        }
    }

    /// Damped Newton's method for $z(d)=z$ from the present point.
    fn refine(&mut self, z: Complex, wanted: f64) -> Result<(), TheoryError> {
        // Near the axis the height is below the rounding of z.
        let wanted = wanted.max(1e-15 * modulus(z).max(self.scale));
        let mut residual = modulus(self.image.z - z);
        let stays = |residual: f64| lost(z, &format!("the residual stays at {residual:.1e}"));
        let mut steps = 0;
        while residual > wanted {
            steps += 1;
            if steps > STEPS {
                return Err(stays(residual));
            }
            let step = (z - self.image.z) / self.image.slope;
            let mut damping = 1.0;
            loop {
                let d = self.d + step * damping;
                let mut roots = self.roots.clone();
                if let Some(image) = self.map.image(d, &mut roots) {
                    let found = modulus(image.z - z);
                    if found < residual {
                        (self.d, self.roots, self.image, residual) = (d, roots, image, found);
                        break;
                    }
                }
                damping *= 0.5;
                if damping < DAMPING {
                    // No step comes nearer: what is left may be the rounding of the map itself.
                    let rounding = ROUNDING * modulus(z).max(self.scale);
                    return if residual <= rounding { Ok(()) } else { Err(stays(residual)) };
                }
            }
        }
        Ok(())
    }
}

fn lost(z: Complex, detail: &str) -> TheoryError {
    TheoryError::NotConverged {
        procedure: "the continuation of the Cauchy transform".to_owned(),
        detail: format!("at z = {} + {}i: {detail}", z.re, z.im),
    }
}

/// Heights start at this multiple of the scale, or of the reach where that is larger.
const TOP: f64 = 1e3;
/// Ratio of successive heights.
const RATIO: f64 = 0.67;

/// $G(z)$ for $\mathrm{Im}\,z>0$, given the upper end of the support.
pub(crate) fn transform(map: &impl InverseMap, z: Complex, reach: f64) -> Result<Complex, TheoryError> {
    if !(z.re.is_finite() && z.im.is_finite() && z.im > 0.0) {
        return Err(TheoryError::invalid(
            "z",
            format!("[{}, {}]", z.re, z.im),
            "a finite complex number with Im z > 0",
        ));
    }
    let scale = map.mean().max(z.re.abs());
    let mut y = TOP * scale.max(reach);
    if y <= z.im {
        return Ok(Tracker::new(map, z, scale)?.transform(z));
    }
    let mut tracker = Tracker::new(map, Complex::new(z.re, y), scale)?;
    while y > z.im {
        y = (y * RATIO).max(z.im);
        let next = Complex::new(z.re, y);
        tracker.stride(next, tracker.residual(next), 0)?;
    }
    Ok(tracker.transform(z))
}
