//! The two-point error, on which every filter of the spectrum rests.

use nalgebra::Complex;

use crate::TheoryError;
use crate::continual_learning::{Spectrum, Target};
use crate::error::{non_negative, representable};

/// A complex number.
pub(super) type C = Complex<f64>;

/// Regression on $N$ samples: the kernel's spectrum, the target, and the label noise.
#[derive(Debug, Clone, Copy)]
pub(super) struct Regression<'a> {
    pub spectrum: &'a Spectrum,
    pub target: &'a Target,
    pub samples: f64,
    pub sigma2: f64,
}

/// What is known at one $z$: $\kappa$, and for each level $q$ and $1-q$.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub z: C,
    pub kappa: C,
    pub q: Vec<C>,
    pub learnt: Vec<C>,
}

/// A node in the upper half-plane of a filter's contour, with its weight; the lower half is its mirror image.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub z: C,
    pub weight: C,
}

/// Test error, without noise, and training error, with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Errors {
    pub test: f64,
    pub training: f64,
}

/// Steps of the iteration for $\kappa$ after which it is given up, and after which less is asked.
const CAP: usize = 2000;
const PATIENCE: usize = 500;

impl<'a> Regression<'a> {
    /// Checks that numbers fit together.
    pub fn new(
        spectrum: &'a Spectrum,
        target: &'a Target,
        samples: usize,
        sigma2: f64,
    ) -> Result<Self, TheoryError> {
        learnable(spectrum)?;
        target.fits(spectrum)?;
        if samples < 1 {
            return Err(TheoryError::invalid("N", samples, "an integer >= 1"));
        }
        non_negative("sigma2", sigma2)?;
        let regression = Self { spectrum, target, samples: samples as f64, sigma2 };
        representable("the error at the start", regression.power() + sigma2)?;
        Ok(regression)
    }

    /// $\sum\eta+\eta_{\rm tail}$.
    pub fn power(&self) -> f64 {
        self.target.power(self.spectrum)
    }

    /// Before anything is learnt.
    pub fn start(&self) -> Errors {
        Errors { test: self.power(), training: self.power() + self.sigma2 }
    }

    fn modes(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.spectrum.eigenvalues().iter().copied().zip(self.spectrum.degeneracies().iter().copied())
    }

    /// $\kappa=z+\tau+\kappa\sum_i\frac{\lambda_i}{\kappa+N\lambda_i}$ for $\mathrm{Im}\,z>0$: the solution in the upper half-plane is unique.
    ///
    /// Fixed-point steps, then Newton's method with a fixed-point step wherever it leaves the half-plane above $z$.
    pub fn point(&self, z: C) -> Result<Point, TheoryError> {
        let floor = z + self.spectrum.tail();
        let fixed = |kappa: C| {
            let (mut sum, mut slope) = (C::new(0.0, 0.0), C::new(0.0, 0.0));
            for (lambda, count) in self.modes() {
                let inverse = (kappa + self.samples * lambda).inv();
                sum += inverse * (count * lambda);
                slope += inverse * inverse * (count * self.samples * lambda * lambda);
            }
            (floor + kappa * sum, slope)
        };
        let mut kappa = floor + self.spectrum.trace() - self.spectrum.tail();
        for step in 0..CAP {
            let (next, slope) = fixed(kappa);
            let next = if step < 30 {
                next
            } else {
                let newton = kappa - (kappa - next) / (C::new(1.0, 0.0) - slope);
                if newton.im >= z.im && newton.re.is_finite() { newton } else { next }
            };
            let change = (next - kappa).norm();
            kappa = next;
            if !kappa.re.is_finite() || !kappa.im.is_finite() {
                break;
            }
            if change <= if step < PATIENCE { 1e-15 } else { 1e-13 } * kappa.norm() {
                return Ok(self.at(z, kappa));
            }
        }
        Err(TheoryError::NotConverged {
            procedure: "the effective ridge at a complex ridge".to_owned(),
            detail: format!("at {z} after {CAP} steps"),
        })
    }

    /// What follows from $\kappa$.
    pub fn at(&self, z: C, kappa: C) -> Point {
        let (mut q, mut learnt) = (Vec::new(), Vec::new());
        for (lambda, _) in self.modes() {
            let inverse = (kappa + self.samples * lambda).inv();
            q.push(kappa * inverse);
            learnt.push(inverse * (self.samples * lambda));
        }
        Point { z, kappa, q, learnt }
    }

    /// $D(z_1,z_2)=\frac{\sum_iq_i(z_1)q_i(z_2)\eta_i+\eta_{\rm tail}+\sigma^2}{1-\gamma_{12}}$, the second argument mirrored where asked.
    fn two_point(&self, a: &Point, b: &Point, mirrored: bool) -> C {
        let (mut above, mut gamma) = (C::new(0.0, 0.0), C::new(0.0, 0.0));
        let counts = self.spectrum.degeneracies();
        for (i, count) in counts.iter().enumerate() {
            let (q, learnt) =
                if mirrored { (b.q[i].conj(), b.learnt[i].conj()) } else { (b.q[i], b.learnt[i]) };
            above += a.q[i] * q * (count * self.target.powers[i]);
            gamma += a.learnt[i] * learnt * *count;
        }
        (above + self.target.tail + self.sigma2) / (C::new(1.0, 0.0) - gamma / self.samples)
    }

    /// The points of a contour's nodes.
    pub fn points(&self, nodes: &[Node]) -> Result<Vec<Point>, TheoryError> {
        nodes.iter().map(|node| self.point(node.z)).collect()
    }

    /// $\sum_{jl}u_ju_l'\,D(z_j,z_l)$ over the nodes of the upper half-plane and their mirror images.
    pub fn form(&self, points: &[Point], u: &[C], v: &[C]) -> f64 {
        let mut sum = 0.0;
        for (j, a) in points.iter().enumerate() {
            for (l, b) in points.iter().enumerate() {
                sum += (u[j] * v[l] * self.two_point(a, b, false)).re;
                sum += (u[j] * v[l].conj() * self.two_point(a, b, true)).re;
            }
        }
        2.0 * sum
    }

    /// $\sum_{jl}W_jW_l\,w(z_j,z_l)\,D(z_j,z_l)$ for several symmetric weights at once.
    fn sums(&self, points: &[Point], weights: &[C], of: &dyn Fn(&Point, &Point, bool) -> [C; 3]) -> [f64; 3] {
        let mut sums = [0.0; 3];
        for (j, a) in points.iter().enumerate() {
            for (l, b) in points.iter().enumerate().skip(j) {
                let twice = if j == l { 1.0 } else { 2.0 };
                for mirrored in [false, true] {
                    let other = if mirrored { weights[l].conj() } else { weights[l] };
                    let term = weights[j] * other * self.two_point(a, b, mirrored) * twice;
                    let factors = of(a, b, mirrored);
                    sums.iter_mut().zip(factors).for_each(|(sum, factor)| *sum += 2.0 * (term * factor).re);
                }
            }
        }
        sums
    }

    /// The errors of the filter whose contour has these nodes, and $\sum_{jl}W_jW_l(z_j+z_l)D_{jl}$.
    pub fn filtered(&self, nodes: &[Node]) -> Result<(Errors, f64), TheoryError> {
        let points = self.points(nodes)?;
        let weights: Vec<C> = nodes.iter().map(|node| node.weight).collect();
        let [test, training, slope] = self.sums(&points, &weights, &|a, b, mirrored| {
            let (z, kappa) = if mirrored { (b.z.conj(), b.kappa.conj()) } else { (b.z, b.kappa) };
            [C::new(1.0, 0.0), a.z * z / (a.kappa * kappa), a.z + z]
        });
        let errors = Errors {
            test: representable("the test error", test - self.sigma2)?.max(0.0),
            training: representable("the training error", training)?.max(0.0),
        };
        Ok((errors, slope))
    }
}

/// Some mode, or the tail, can be learnt.
pub(super) fn learnable(spectrum: &Spectrum) -> Result<(), TheoryError> {
    if spectrum.eigenvalues().iter().all(|lambda| *lambda == 0.0) {
        return Err(TheoryError::invalid("lambda", "all zero", "some eigenvalue > 0"));
    }
    Ok(())
}

/// No list may be empty.
pub(super) fn filled<T>(name: &str, list: &[T]) -> Result<(), TheoryError> {
    if list.is_empty() {
        return Err(TheoryError::invalid(name, "an empty list", "at least one number"));
    }
    Ok(())
}
