use std::f64::consts::PI;

use super::complex::{reciprocal, same, square_root};
use super::continuation::{Tracker, transform};
use super::{Atom, Complex, InverseMap};
use crate::TheoryError;
use crate::error::finite;

/// Step of the trapezoidal rule in the logarithm of the height: the rule errs by about $e^{-\pi^2/h}$.
const STEP: f64 = 0.45;
/// Heights begin at this multiple of the scale, or of the upper end of the support where that is larger. What the reference law leaves
/// decays with the cube of the height.
const TOP: f64 = 300.0;
/// Heights end at this multiple of the scale at the latest.
const BOTTOM: f64 = 1e-13;
/// Next to an atom the heights end here: below, the transform minus that of the atom is rounding.
const BOTTOM_AT_ATOM: f64 = 1e-7;
/// "Next to an atom" means closer than this multiple of the scale: the rounding of $z$ moves an atom at a distance $\delta$ by
/// $10^{-16}/\delta$ of its share, whatever the height, and is $10^{-7}$ here.
const NEXT: f64 = 1e-9;
/// What the bottom of the integral may leave undecided, as a share of the law: reached only within `NEXT` of an atom.
const UNDECIDED: f64 = 1e-3;
/// Densities are not given closer to an atom than this multiple of the scale.
const NEAR: f64 = 1e-6;
/// The rounding of $z$, in units of the scale.
const ROUNDING: f64 = 4e-16;
/// The integrand counts as constant once its change from step to step is below this.
const SETTLED: f64 = 1e-11;
/// ... and the height below this multiple of the scale: a band of mass $m$ at a distance $\delta$ shows as $m\delta/y$ in the integrand, and
/// must not be missed unless $m\delta<10^{-16}$.
const SMALL: f64 = 1e-5;
/// Masses below this are rounding.
const NOTHING: f64 = 1e-14;

/// Distribution function and density of a law that is known by the inverse of its Cauchy transform.
#[derive(Debug, Clone)]
pub struct Distribution<'a, M> {
    map: &'a M,
    /// What the map takes for 1.
    unit: f64,
    atoms: Vec<Atom>,
    /// The atoms in the units of the map.
    scaled: Vec<Atom>,
    rest: Semicircle,
    mean: f64,
    reach: f64,
}

/// A semicircle law with the mass, the mean and about the variance of what is left without the atoms. It has the same transform far
/// from the axis, and an elementary distribution function.
#[derive(Debug, Clone, Copy)]
struct Semicircle {
    mass: f64,
    centre: f64,
    radius: f64,
}

impl Semicircle {
    fn transform(&self, z: Complex) -> Complex {
        let w = z - self.centre;
        reciprocal(w + square_root(w - self.radius) * square_root(w + self.radius)) * (2.0 * self.mass)
    }

    fn cdf(&self, x: f64) -> f64 {
        let w = ((x - self.centre) / self.radius).clamp(-1.0, 1.0);
        self.mass * (0.5 + (w * (1.0 - w * w).sqrt() + w.asin()) / PI)
    }
}

impl<'a, M: InverseMap> Distribution<'a, M> {
    /// The law of `unit` times the map's, whose moments are `moments`, with `atoms`.
    pub(crate) fn new(
        map: &'a M,
        unit: f64,
        moments: Vec<f64>,
        atoms: Vec<Atom>,
    ) -> Result<Self, TheoryError> {
        let mean = map.mean();
        let scaled: Vec<Atom> =
            atoms.iter().map(|a| Atom { position: a.position / unit, mass: a.mass }).collect();
        let sum = |power: i32| scaled.iter().map(|a| a.mass * a.position.powi(power)).sum::<f64>();
        let mass = (1.0 - sum(0)).max(0.0);
        let (centre, variance) = if mass > NOTHING {
            let centre = (moments[0] - sum(1)) / mass;
            (centre, (moments[1] - sum(2)) / mass - centre * centre)
        } else {
            (mean, 0.0)
        };
        // The radius is a matter of convergence, not of correctness.
        let radius = (2.0 * variance.max(0.0).sqrt()).max(1e-7 * mean);
        let rest = Semicircle { mass, centre, radius };
        Ok(Self { map, unit, atoms, scaled, rest, mean, reach: map.reach()? })
    }

    /// The atoms.
    pub fn atoms(&self) -> &[Atom] {
        &self.atoms
    }

    /// $F(x)=\mu((-\infty,x])$, at an atom the middle of the jump.
    ///
    /// # Formula
    /// $\frac12[F(x^-)+F(x^+)]=\frac12+\frac1\pi\int_0^\infty\mathrm{Re}\,G(x+iy)\,dy$. Atoms, whose share is known exactly, and a
    /// semicircle law with the first moments of the rest are taken out of the integral.
    ///
    /// # Accuracy and cost
    /// $10^{-9}$, at edges and next to atoms too; about 50 roots of $O(L)$ each.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) for a non-finite $x$; [`NotConverged`](TheoryError::NotConverged) as for the
    /// transform.
    ///
    /// # Source
    /// Gil-Pelaez's inversion for Cauchy transforms, derived in the notes.
    ///
    /// # Example
    /// ```
    /// use solvable_theory::free_probability::{Ensemble, Factor, SpectralLaw, Step};
    /// let linear = Step { factor: Factor::projection(0.0)?, ensemble: Ensemble::Gaussian, scale: 1.0, shift: 0.0 };
    /// let law = SpectralLaw::new(1.0, vec![linear])?;
    /// // Marchenko-Pastur at x = 2: 1/2 + 1/π.
    /// let expected = 0.5 + std::f64::consts::FRAC_1_PI;
    /// assert!((law.distribution()?.cdf(2.0)? - expected).abs() < 1e-9);
    /// # Ok::<(), solvable_theory::TheoryError>(())
    /// ```
    pub fn cdf(&self, x: f64) -> Result<f64, TheoryError> {
        finite("x", x)?;
        let steps: f64 = self
            .atoms
            .iter()
            .map(|atom| match x.partial_cmp(&atom.position) {
                _ if same(x, atom.position) => 0.5 * atom.mass,
                Some(std::cmp::Ordering::Greater) => atom.mass,
                _ => 0.0,
            })
            .sum();
        if self.rest.mass <= NOTHING {
            return Ok(steps);
        }
        let scaled = x / self.unit;
        if !scaled.is_finite() {
            return Ok(if x > 0.0 { 1.0 } else { 0.0 });
        }
        let value = steps + self.rest.cdf(scaled) + self.correction(scaled, x)? / PI;
        // The rule errs by 1e-9; a distribution function does not leave [0, 1].
        Ok(value.clamp(0.0, 1.0))
    }

    /// $\int_0^\infty\mathrm{Re}\,[G-G_{\rm atoms}-G_{\rm semicircle}](x+iy)\,dy$ at an $x$ in units of the map, `asked` by the user.
    fn correction(&self, x: f64, asked: f64) -> Result<f64, TheoryError> {
        let scale = self.mean.max(x.abs());
        let next = self.scaled.iter().any(|atom| (atom.position - x).abs() < NEXT * scale);
        let bottom = scale * if next { BOTTOM_AT_ATOM } else { BOTTOM };
        let ratio = (-STEP).exp();
        let mut y = TOP * scale.max(self.reach);
        let mut tracker = Tracker::new(self.map, Complex::new(x, y), scale)?;
        let (mut sum, mut last, mut settled) = (0.0, f64::INFINITY, 0);
        let mut weight = 0.5;
        loop {
            let z = Complex::new(x, y);
            let own = tracker.descend(z, STEP)? - self.rest.transform(z);
            let value = self.scaled.iter().fold(own, |g, a| g - a.mass * reciprocal(z - a.position)).re;
            sum += weight * y * value;
            weight = 1.0;
            let change = ((value - last) * y).abs();
            settled = if change < SETTLED { settled + 1 } else { 0 };
            if (settled >= 3 && y < SMALL * scale) || y <= bottom {
                if change > UNDECIDED {
                    return Err(TheoryError::LossOfPrecision {
                        prediction: format!("the distribution function at {asked}"),
                        detail: format!(
                            "the spectrum varies there over less than {:.0e}, which the digits of x do not resolve",
                            self.unit * y / UNDECIDED
                        ),
                        advice: "ask at points farther from the atoms, or for the atoms".to_owned(),
                    });
                }
                // What is left of the rule for a constant integrand.
                return Ok(STEP * (sum + value * y / STEP.exp_m1()));
            }
            last = value;
            y *= ratio;
        }
    }

    /// The density of the continuous part at $x$.
    ///
    /// # Formula
    /// $-\frac1\pi\mathrm{Im}\,G(x+i0)$, at a height of $10^{-13}$ of the scale.
    ///
    /// # Accuracy and cost
    /// $10^{-6}$ relative inside a band; next to an edge the density is smoothed over the height.
    ///
    /// # Errors
    /// [`Undefined`](TheoryError::Undefined) within $10^{-6}$ of the scale of an atom, where only the distribution function is
    /// meaningful; otherwise as [`cdf`](Self::cdf).
    ///
    /// # Source
    /// Stieltjes inversion.
    ///
    /// # Example
    /// ```
    /// use solvable_theory::free_probability::{Ensemble, Factor, SpectralLaw, Step};
    /// let linear = Step { factor: Factor::projection(0.0)?, ensemble: Ensemble::Gaussian, scale: 1.0, shift: 0.0 };
    /// let law = SpectralLaw::new(1.0, vec![linear])?;
    /// let expected = (2.0f64 * (4.0 - 2.0)).sqrt() / (2.0 * std::f64::consts::PI * 2.0);
    /// assert!((law.distribution()?.density(2.0)? - expected).abs() < 1e-9);
    /// # Ok::<(), solvable_theory::TheoryError>(())
    /// ```
    pub fn density(&self, x: f64) -> Result<f64, TheoryError> {
        finite("x", x)?;
        let z = Complex::new(x / self.unit, 0.0);
        if !z.re.is_finite() {
            return Ok(0.0);
        }
        let scale = self.mean.max(z.re.abs());
        let nearest = |a: &&Atom, b: &&Atom| (a.position - z.re).abs().total_cmp(&(b.position - z.re).abs());
        let mut noise = 0.0;
        if let Some(atom) = self.scaled.iter().min_by(nearest) {
            let distance = (atom.position - z.re).abs() / scale;
            if distance < NEAR {
                return Err(TheoryError::undefined(
                    format!("the density at {x}"),
                    format!(
                        "there is an atom at {}; ask for the distribution function",
                        atom.position * self.unit
                    ),
                ));
            }
            noise = atom.mass * ROUNDING / (distance * distance * scale);
        }
        let z = Complex::new(z.re, BOTTOM * scale);
        let whole = transform(self.map, z, self.reach)?;
        let own = self.scaled.iter().fold(whole, |g, a| g - a.mass * reciprocal(z - a.position));
        let density = (-own.im / PI).max(0.0);
        if noise > 1e-4 * density.max(1e-3 / scale) {
            return Err(TheoryError::LossOfPrecision {
                prediction: format!("the density at {x}"),
                detail: "the rounding of x moves the atom beside it by more than the density".to_owned(),
                advice: "ask at points farther from the atom, or for the distribution function".to_owned(),
            });
        }
        Ok(density / self.unit)
    }
}
