use std::fmt;

use serde::{Deserialize, Serialize};

use super::complex::{reciprocal, same};
use super::continuation::{Image, InverseMap, Roots, transform};
use super::edge;
use super::factor::{self, Kind};
use super::series::{check_order, scaled_moments, unscaled};
use super::{Complex, Distribution, Factor};
use crate::TheoryError;
use crate::error::{non_negative, positive, representable};

/// How the square matrices between the factors of a product are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ensemble {
    /// Orthogonal matrices from the Haar measure: the factors become free, nothing is added.
    Orthogonal,
    /// Independent Gaussian entries of variance one over the width: a Marchenko–Pastur law of ratio 1 is multiplied in.
    Gaussian,
}

/// As references and settings spell it.
impl fmt::Display for Ensemble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Orthogonal => "orthogonal",
            Self::Gaussian => "gaussian",
        })
    }
}

/// One step $\mu\mapsto q+s\,(\nu\boxtimes\mu)$, or $q+s\,(\mathrm{MP}\boxtimes\nu\boxtimes\mu)$ for Gaussian matrices.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// $\nu$.
    pub factor: Factor,
    /// The matrices.
    pub ensemble: Ensemble,
    /// $s>0$.
    pub scale: f64,
    /// $q\ge0$.
    pub shift: f64,
}

/// A point of positive mass.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Atom {
    /// Where it lies.
    pub position: f64,
    /// Its mass.
    pub mass: f64,
}

/// The law $\mu$ reached from a point mass by [steps](Step) of free multiplication, scaling and shifting: of the squared singular
/// values of a product of random matrices, or of a sum of such products.
///
/// The inverse of its Cauchy transform is an explicit composition, one factor a step; everything else (transform, distribution
/// function, density, atoms, moments, upper edge) follows from it.
///
/// ```
/// use solvable_theory::free_probability::{Ensemble, Factor, SpectralLaw, Step};
/// // A projection of rank 1/2, twisted by Haar matrices around another one: the arcsine law on [0, 1].
/// let half = |shift| Step { factor: Factor::projection(0.5).unwrap(), ensemble: Ensemble::Orthogonal, scale: 1.0, shift };
/// let law = SpectralLaw::new(1.0, vec![half(0.0), half(0.0)])?;
/// // Mass 1/2 at zero; the other half is spread symmetrically about 1/2.
/// assert!((law.distribution()?.cdf(0.5)? - 0.75).abs() < 1e-9);
/// assert_eq!(law.atoms().len(), 1);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SpectralLaw {
    start: f64,
    steps: Vec<Step>,
    mean: f64,
    /// What the start and every shift contribute to the mean, as shares of it: $c_0\propto x_0\prod_j s_j\alpha_j$,
    /// $c_l\propto q_l\prod_{j>l}s_j\alpha_j$. The maps below are in units of the mean.
    contributions: Vec<f64>,
    /// Leading contributions that are left out.
    skipped: usize,
    atoms: Vec<Atom>,
}

/// A share of the mean that no digit shows: the upper edge exceeds the mean by less than the number of layers over the smallest rank.
const NOTHING: f64 = 1e-60;

impl SpectralLaw {
    /// The law reached from $\delta_{x_0}$, `start` $=x_0>0$.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) for $x_0\le0$, a scale $\le0$ or a shift $<0$;
    /// [`Undefined`](TheoryError::Undefined) where the mean overflows.
    pub fn new(start: f64, steps: Vec<Step>) -> Result<Self, TheoryError> {
        positive("start", start)?;
        for step in &steps {
            positive("scale", step.scale)?;
            non_negative("shift", step.shift)?;
        }
        let mut contributions = vec![0.0; steps.len() + 1];
        let mut growth = 1.0;
        for (l, step) in steps.iter().enumerate().rev() {
            contributions[l + 1] = representable("the mean of the law", step.shift * growth)?;
            growth *= step.scale * step.factor.mean();
        }
        contributions[0] = representable("the mean of the law", start * growth)?;
        let mean = representable("the mean of the law", contributions.iter().sum())?;
        if mean < f64::MIN_POSITIVE {
            return Err(TheoryError::undefined("the law", format!("its mean is {mean:e}, too close to 0")));
        }
        contributions.iter_mut().for_each(|c| *c /= mean);
        // Layers that together add nothing are left out of the maps, which could not represent them; the next shift is their start.
        let mut below = 0.0;
        let skipped = contributions
            .iter()
            .take_while(|c| {
                below += **c;
                below < NOTHING
            })
            .count();
        let law = Self { start, mean, contributions, skipped, atoms: Vec::new(), steps };
        let atoms = law.find_atoms();
        Ok(Self { atoms, ..law })
    }

    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The law after one more step.
    pub fn followed_by(&self, step: Step) -> Result<Self, TheoryError> {
        let mut steps = self.steps.clone();
        steps.push(step);
        Self::new(self.start, steps)
    }

    /// $\int\lambda\,\mu(d\lambda)$.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// $\int\lambda^k\,\mu(d\lambda)$ for $k=1..\mathtt{order}$, from the recursion of the series.
    pub fn moments(&self, order: usize) -> Result<Vec<f64>, TheoryError> {
        check_order(order)?;
        unscaled(scaled_moments(&self.contributions, &self.factors(order), order)?, self.mean)
    }

    /// $m_2/m_1^2$.
    pub(crate) fn relative_second_moment(&self) -> Result<f64, TheoryError> {
        Ok(scaled_moments(&self.contributions, &self.factors(2), 2)?[1])
    }

    /// Moments of the factors in units of their means, and the matrices.
    fn factors(&self, order: usize) -> Vec<(Vec<f64>, Ensemble)> {
        self.steps.iter().map(|step| (step.factor.scaled_moments(order), step.ensemble)).collect()
    }

    /// All atoms, in ascending order.
    ///
    /// # Formula
    /// $(\nu\boxtimes\mu)(\{c\})=\nu(\{a\})+\mu(\{b\})-1$ where that is positive, $c=ab\ne0$; at zero the larger of the two masses;
    /// a Marchenko–Pastur factor of ratio 1 leaves only the mass at zero.
    ///
    /// # Source
    /// Belinschi (2003); for the laws of deep networks Hayase and Karakida (2021).
    pub fn atoms(&self) -> &[Atom] {
        &self.atoms
    }

    /// $\mu(\{\lambda\})$.
    pub fn mass_at(&self, lambda: f64) -> f64 {
        self.atoms.iter().filter(|atom| same(atom.position, lambda)).map(|atom| atom.mass).sum()
    }

    /// The steps of the maps with their contributions.
    fn live_steps(&self) -> impl Iterator<Item = (&Step, f64)> {
        self.steps.iter().zip(self.contributions[1..].iter().copied()).skip(self.skipped)
    }

    fn find_atoms(&self) -> Vec<Atom> {
        let mut atoms = vec![Atom { position: self.start, mass: 1.0 }];
        for step in &self.steps {
            let at_zero =
                |atoms: &[(f64, f64)]| atoms.iter().filter(|(x, _)| *x == 0.0).map(|(_, m)| m).sum::<f64>();
            let own: Vec<_> = atoms.iter().map(|atom| (atom.position, atom.mass)).collect();
            let factor = step.factor.atoms();
            let mut next = vec![Atom { position: step.shift, mass: at_zero(&own).max(at_zero(&factor)) }];
            if step.ensemble == Ensemble::Orthogonal {
                for &(a, share) in factor.iter().filter(|(a, _)| *a > 0.0) {
                    for &(b, mass) in own.iter().filter(|(b, _)| *b > 0.0) {
                        // With a projection the excess is mass − ε, without the rounding of 1 − ε.
                        let excess = match step.factor.defect() {
                            Some(epsilon) => mass - epsilon,
                            None => share + mass - 1.0,
                        };
                        next.push(Atom { position: step.shift + step.scale * a * b, mass: excess });
                    }
                }
            }
            next.retain(|atom| atom.mass > 0.0);
            next.sort_by(|a, b| a.position.total_cmp(&b.position));
            next.dedup_by(|b, a| {
                let equal = same(a.position, b.position);
                if equal {
                    a.mass += b.mass;
                }
                equal
            });
            atoms = next;
        }
        atoms
    }

    /// $G(z)=\int\frac{\mu(d\lambda)}{z-\lambda}$ in the upper half plane.
    ///
    /// # Formula
    /// In the variables $u=zG-1$ and $g=G$ a step multiplies $g$ by $S_\nu(u)/s$ (by $S_\nu(u)/(s(1+u))$ for Gaussian matrices)
    /// and then adds $q\,g$ to $u$. One complex root of the composed map is continued from far above the real axis.
    ///
    /// # Accuracy and cost
    /// $10^{-12}$ of $\max(|z|,m_1)$ in $z$; a few hundred evaluations of $O(L)$.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) unless $\mathrm{Im}\,z>0$, both parts finite;
    /// [`NotConverged`](TheoryError::NotConverged) where no root with its certificate is found (every intermediate point in the
    /// upper half plane: that root is the right one).
    ///
    /// # Source
    /// Voiculescu's S-transform; Nica and Speicher (2006); subordination by Belinschi and Bercovici (2007).
    ///
    /// # Example
    /// ```
    /// use solvable_theory::free_probability::{Complex, Ensemble, Factor, SpectralLaw, Step};
    /// let linear = Step { factor: Factor::projection(0.0)?, ensemble: Ensemble::Gaussian, scale: 1.0, shift: 0.0 };
    /// // The Marchenko-Pastur law of ratio 1: z G² − z G + 1 = 0.
    /// let (z, law) = (Complex::new(0.7, 0.2), SpectralLaw::new(1.0, vec![linear])?);
    /// let g = law.cauchy_transform(z)?;
    /// assert!((z * g * g - z * g + 1.0).norm() < 1e-12);
    /// # Ok::<(), solvable_theory::TheoryError>(())
    /// ```
    pub fn cauchy_transform(&self, z: Complex) -> Result<Complex, TheoryError> {
        let scaled = z / self.mean;
        let far = z.re.is_finite() && z.im.is_finite() && !(scaled.re.is_finite() && scaled.im.is_finite());
        if far {
            return Ok(z.inv());
        }
        Ok(transform(self, scaled, self.reach()?)? / self.mean)
    }

    /// The law with what its distribution function and density need.
    pub fn distribution(&self) -> Result<Distribution<'_, Self>, TheoryError> {
        let moments = scaled_moments(&self.contributions, &self.factors(2), 2)?;
        Distribution::new(self, self.mean, moments, self.atoms.clone())
    }

    /// $\lambda_{\max}$: the upper end of the support, an atom or the edge of a bulk.
    ///
    /// # Formula
    /// $\Psi(\zeta_c)$ at the largest critical point of the inverse map on the real axis; the top atom where there is one.
    ///
    /// # Accuracy and cost
    /// Rounding; about 100 evaluations of $O(L)$.
    ///
    /// # Errors
    /// None for laws that could be built.
    ///
    /// # Source
    /// Hayase and Karakida (2021) for the atom.
    ///
    /// # Example
    /// ```
    /// use solvable_theory::free_probability::{Ensemble, Factor, SpectralLaw, Step};
    /// let linear = Step { factor: Factor::projection(0.0)?, ensemble: Ensemble::Gaussian, scale: 1.0, shift: 0.0 };
    /// // The largest squared singular value of a square Gaussian matrix.
    /// assert!((SpectralLaw::new(1.0, vec![linear])?.upper_edge()? - 4.0).abs() < 1e-12);
    /// # Ok::<(), solvable_theory::TheoryError>(())
    /// ```
    pub fn upper_edge(&self) -> Result<f64, TheoryError> {
        let edge = representable("the upper edge", self.mean * self.reach()?)?;
        let top = self.atoms.last().map_or(f64::NEG_INFINITY, |atom| atom.position);
        Ok(if top >= edge * (1.0 - 1e-13) { top } else { edge })
    }
}

/// In units of the mean.
impl InverseMap for SpectralLaw {
    fn mean(&self) -> f64 {
        1.0
    }

    fn reach(&self) -> Result<f64, TheoryError> {
        edge::upper(self, self.contributions[self.skipped], 1.0)
    }

    fn roots(&self, d: Complex) -> Roots {
        // At large z every u is small, and v = 1/u. Projections have no inner equation.
        let mut u = self.contributions[self.skipped] / d;
        let mut roots = Roots::new();
        for (step, c) in self.live_steps() {
            if step.factor.defect().is_none() {
                roots.push(u.inv());
            }
            u += c / d;
        }
        roots
    }

    fn image(&self, d: Complex, roots: &mut Roots) -> Option<Image> {
        // p = zG = 1 + u; every step waits for the reciprocal of the one before, so that short chains count.
        let mut g = reciprocal(d);
        let mut dg = -g * g;
        let (mut p, mut dp) =
            (1.0 + self.contributions[self.skipped] * g, self.contributions[self.skipped] * dg);
        if !in_upper_half_plane(p, g) {
            return None;
        }
        let mut roots = roots.iter_mut();
        for (step, c) in self.live_steps() {
            let (next, next_slope) = match (&step.factor.0, step.ensemble) {
                (Kind::Projection { epsilon, alpha }, Ensemble::Orthogonal) => {
                    // g p α/(p − ε)
                    let inverse = reciprocal(p - *epsilon);
                    let next = g * p * (inverse * *alpha);
                    (next, inverse * (dg * p * *alpha + (g * *alpha - next) * dp))
                }
                (Kind::Projection { epsilon, alpha }, Ensemble::Gaussian) => {
                    let inverse = reciprocal(p - *epsilon);
                    let next = g * (inverse * *alpha);
                    (next, inverse * (dg * *alpha - next * dp))
                }
                (Kind::Points { points, weights, .. }, ensemble) => {
                    let (mut s, mut slope) = factor::s_transform(points, weights, p - 1.0, roots.next()?)?;
                    if ensemble == Ensemble::Gaussian {
                        let inverse = reciprocal(p);
                        (s, slope) = (s * inverse, (slope - s * inverse) * inverse);
                    }
                    (g * s, dg * s + g * slope * dp)
                }
            };
            (g, dg) = (next, next_slope);
            p += c * g;
            dp += c * dg;
            if !in_upper_half_plane(p, g) {
                return None;
            }
        }
        Some(Image::new(p, dp, g, dg))
    }

    fn real_image(&self, d: f64) -> Option<f64> {
        // Derivatives with respect to z itself, h = −dg/dz and k = −du/dz, are positive; close to the top nothing cancels.
        let c = self.contributions[self.skipped];
        let (mut z, mut g, mut u) = (c + d, d.recip(), c / d);
        let (mut h, mut k) = (g * g, c * g * g);
        for (step, c) in self.live_steps() {
            let (mut factor, mut slope) = step.factor.real_s_transform(u);
            if step.ensemble == Ensemble::Gaussian {
                let inverse = (1.0 + u).recip();
                (factor, slope) = (factor * inverse, (slope - factor * inverse) * inverse);
            }
            let rise = (1.0 + z * slope * k / factor) / factor;
            if rise.is_nan() || rise <= 0.0 {
                return None;
            }
            h = (h * factor + g * slope * k) / rise;
            k = k / rise + c * h;
            g *= factor;
            u += c * g;
            z = z / factor + c;
        }
        Some(z)
    }
}

/// Whether $z=p/g$ lies in the upper half plane.
#[inline]
pub(crate) fn in_upper_half_plane(p: Complex, g: Complex) -> bool {
    p.im * g.re - p.re * g.im > 0.0
}
