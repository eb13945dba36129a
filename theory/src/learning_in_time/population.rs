//! A finite population of which some points are drawn: its two-point error, and what regression on the drawn points does to the others.

use super::distill::{DistillGain, gain};
use super::flow::parabola;
use super::half_plane::{C, double_sum};
use super::poles::{Pole, Poles, Rows};
use super::ridge::Ridge;
use super::stopping::{EarlyStopping, Law, best};
use super::two_point::Errors;
use crate::TheoryError;
use crate::continual_learning::{Spectrum, Target};
use crate::error::{non_negative, representable};

/// $n$ points with the eigenvalues $\mu_k$ of their kernel matrix and the squared projections $y_k^2$ of their labels, $N$ of which are drawn
/// without replacement.
#[derive(Debug)]
pub(super) struct Population<'a> {
    mu: &'a [f64],
    y2: &'a [f64],
    samples: f64,
    /// $-\mu_k$, with $\mu_k$ for sums, and the rows $\frac{\sqrt{\mu_k}}{\mu_k+z'}$, $\frac{|y_k|}{\mu_k+z'}$.
    poles: Poles,
}

/// What is known at one $z$: $c$ and $z'$.
#[derive(Debug, Clone, Copy)]
struct Place {
    z: C,
    c: C,
    moved: C,
}

/// The places of a contour's nodes, and their rows.
struct Places {
    places: Vec<Place>,
    rows: Rows,
}

/// Steps of the iterations after which they are given up, and after which less is asked.
const CAP: usize = 2000;
const PATIENCE: usize = 500;

impl<'a> Population<'a> {
    /// Checks that numbers fit together.
    pub fn new(mu: &'a [f64], y2: &'a [f64], samples: usize) -> Result<Self, TheoryError> {
        checked(mu, y2)?;
        let population = mu.len();
        if samples < 1 || samples >= population {
            let valid = format!("an integer from 1 to {}", population.saturating_sub(1));
            return Err(TheoryError::invalid("N", samples, valid));
        }
        let pole = |(mu, y2): (&f64, &f64)| Pole { place: *mu, sums: [*mu; 2], rows: [mu.sqrt(), y2.sqrt()] };
        let poles = Poles::new(mu.iter().zip(y2).map(pole));
        Ok(Self { mu, y2, samples: samples as f64, poles })
    }

    fn count(&self) -> f64 {
        self.mu.len() as f64
    }

    /// $n-N$.
    fn left_out(&self) -> f64 {
        self.count() - self.samples
    }

    fn trace(&self) -> f64 {
        self.mu.iter().sum()
    }

    /// $z'=z+(n-N)c$, $c=\left[\sum_k\frac1{\mu_k+z'}\right]^{-1}$ for $\mathrm{Im}\,z>0$: Newton's method on
    /// $Nc=z+c\sum_k\frac{\mu_k}{\mu_k+z'}$, which is the same and loses no digits where $N\ll n$, with a fixed-point step wherever it leaves the half-plane.
    fn place(&self, z: C) -> Result<Place, TheoryError> {
        let left_out = self.left_out();
        let mut c = (z + self.trace() / self.count()) / self.samples;
        for step in 0..CAP {
            let moved = z + c * left_out;
            let [learnt, square] = self.poles.sums(moved);
            let rest = C::new(self.samples, 0.0) - learnt;
            let newton = c - (c * rest - z) / (rest + c * square * left_out);
            let better = if newton.im >= 0.0 && newton.re.is_finite() {
                newton
            } else {
                moved / (self.count() - learnt)
            };
            let change = (better - c).norm();
            c = better;
            if change <= if step < PATIENCE { 1e-15 } else { 1e-13 } * c.norm() {
                return Ok(Place { z, c, moved: z + c * left_out });
            }
        }
        Err(not_converged(&format!("at {z}")))
    }

    fn places(&self, zs: impl Iterator<Item = C>) -> Result<Places, TheoryError> {
        let places = zs.map(|z| self.place(z)).collect::<Result<Vec<_>, TheoryError>>()?;
        let moved: Vec<C> = places.iter().map(|place| place.moved).collect();
        Ok(Places { places, rows: self.poles.rows(&moved) })
    }

    /// $D=\frac{Nc_1c_2Y_{12}}{1-(n-N)c_1c_2T_{12}}$ and $\frac D{\kappa_1\kappa_2}$, at $(z_j,z_l)$ and at $(z_j,\bar z_l)$. The denominator is
    /// $\frac1{z_2'}\left[z_2+(n-N)c_1c_2\sum_k\frac{\mu_k}{(\mu_k+z_1')(\mu_k+z_2')}\right]$, without cancellation.
    fn two_point(&self, at: &Places, j: usize, l: usize) -> [[C; 2]; 2] {
        let [learnt, y] = at.rows.products(j, l);
        let (a, b) = (at.places[j], at.places[l]);
        let image = Place { z: b.z.conj(), c: b.c.conj(), moved: b.moved.conj() };
        let of = |b: Place, learnt: C, y: C| {
            let cc = a.c * b.c;
            let over = y * b.moved / (b.z + cc * learnt * self.left_out());
            // κ = Nc.
            [cc * over * self.samples, over / self.samples]
        };
        [of(b, learnt[0], y[0]), of(image, learnt[1], y[1])]
    }

    /// $w=z'$ at $z=\delta\ge0$, from above: $w-(n-N)c(w)$ is convex.
    fn moved(&self, delta: f64) -> Result<f64, TheoryError> {
        let left_out = self.left_out();
        let mut w = (delta * self.count() + left_out * self.trace() / self.count()) / self.samples;
        for _ in 0..CAP {
            let (mut all, mut rest, mut mixed) = (0.0, self.samples, 0.0);
            for m in self.mu {
                let (q, learnt) = (w / (m + w), m / (m + w));
                all += q;
                rest -= learnt;
                mixed += q * learnt;
            }
            // Σq = n − N + rest.
            let value = w * rest / all - delta;
            let next = w - value * all * all / (rest * all + left_out * mixed);
            if !next.is_finite() || next <= 0.0 {
                break;
            }
            if next >= w * (1.0 - 1e-15) {
                return Ok(w);
            }
            w = next;
        }
        Err(not_converged(&format!("at the ridge {delta}")))
    }

    fn rank(&self) -> usize {
        self.mu.iter().filter(|m| **m > 0.0).count()
    }

    /// The scale of time: $n/(\mu_1N)$, one over the largest eigenvalue of the drawn points' kernel matrix.
    pub fn unit(&self) -> Result<f64, TheoryError> {
        let largest = self.mu.iter().copied().fold(0.0, f64::max);
        representable("the unit of time", self.count() / (largest * self.samples))
    }
}

/// Lists of one length, of numbers that are at least zero.
fn checked(mu: &[f64], y2: &[f64]) -> Result<(), TheoryError> {
    let population = mu.len();
    if y2.len() != population {
        let found = format!("{} numbers", y2.len());
        let valid = format!("{population}, one for every eigenvalue of mu");
        return Err(TheoryError::invalid("y2", found, valid));
    }
    mu.iter().try_for_each(|x| non_negative("mu", *x).map(|_| ()))?;
    y2.iter().try_for_each(|x| non_negative("y2", *x).map(|_| ()))?;
    if mu.iter().all(|x| *x == 0.0) {
        return Err(TheoryError::invalid("mu", "all zero", "some eigenvalue > 0"));
    }
    representable("the power of the labels", y2.iter().sum())?;
    representable("the sum of mu", mu.iter().sum()).map(|_| ())
}

fn not_converged(detail: &str) -> TheoryError {
    TheoryError::NotConverged {
        procedure: "the effective ridge of a subset".to_owned(),
        detail: detail.to_owned(),
    }
}

impl Law for Population<'_> {
    fn start(&self) -> f64 {
        self.y2.iter().sum::<f64>() / self.count()
    }

    fn learns(&self) -> bool {
        self.mu.iter().zip(self.y2).any(|(m, y2)| *m > 0.0 && *y2 > 0.0)
    }

    /// To first order a time $t$ changes the error by $\frac{2Nt}{n^2}\sum_ky_k^2(\bar\mu-\mu_k)$: points that teach each other nothing add their noise.
    fn gains(&self) -> bool {
        let mean = self.trace() / self.count();
        let (gain, size) =
            self.mu.iter().zip(self.y2).fold((0.0, 0.0), |(gain, size), (mu, y2)| {
                (gain + y2 * (mu - mean), size + y2 * (mu + mean))
            });
        gain > 1e-10 * size
    }

    fn at_time(&self, t: f64) -> Result<(Errors, f64), TheoryError> {
        if t * self.trace() < 1e-18 {
            return Ok((Errors { test: self.start(), training: self.start() }, f64::NAN));
        }
        let nodes = parabola(t);
        let places = self.places(nodes.iter().map(|node| node.z))?;
        let [test, training, slope] = double_sum(nodes.len(), |j, l| {
            let (first, second) = (nodes[j], nodes[l]);
            let terms = |[d, over]: [C; 2], z: C, weight: C| {
                let weight = first.weight * weight;
                [weight * d, weight * over * first.z * z, weight * d * (first.z + z)]
            };
            let [direct, mirrored] = self.two_point(&places, j, l);
            [terms(direct, second.z, second.weight), terms(mirrored, second.z.conj(), second.weight.conj())]
        });
        let errors = Errors {
            test: representable("the error on the points left out", test)?.max(0.0),
            training: representable("the training error", training)?.max(0.0),
        };
        Ok((errors, slope))
    }

    fn converged(&self) -> Result<f64, TheoryError> {
        let (rank, n) = (self.rank() as f64, self.count());
        if self.samples < rank {
            let w = self.moved(0.0)?;
            let (mut above, mut slack) = (0.0, 0.0);
            for (m, y2) in self.mu.iter().zip(self.y2) {
                let q = w / (m + w);
                above += y2 * q * q;
                slack += q * (m / (m + w));
            }
            return representable("the converged error", self.samples * above / (self.left_out() * slack));
        }
        // Only directions that the kernel does not see are left.
        let unseen: f64 = self.mu.iter().zip(self.y2).filter(|(m, _)| **m == 0.0).map(|(_, y2)| y2).sum();
        if unseen == 0.0 {
            return Ok(0.0);
        }
        if self.samples == rank {
            let reason = "N is the number of eigenvalues mu that are not 0, where it diverges";
            return Err(TheoryError::undefined("the converged error", reason));
        }
        representable("the converged error", self.samples * unseen / ((n - rank) * (self.samples - rank)))
    }

    /// With $q=\frac w{\mu+w}$ and $\delta=w-(n-N)c(w)$: $D=\frac{N\sum q_1q_2y^2}{\sum q_1\sum q_2-(n-N)\sum q_1q_2}$, derivatives by $\ln w$, for which
    /// $q'=q(1-q)$, $q''=q(1-q)(1-2q)$.
    fn ridge(&self, delta: f64) -> Result<Ridge, TheoryError> {
        let w = self.moved(delta)?;
        let left_out = self.left_out();
        let (mut above, mut a1, mut a11, mut a12) = (0.0, 0.0, 0.0, 0.0);
        let (mut all, mut first, mut second) = (0.0, 0.0, 0.0);
        let (mut left1, mut left11, mut left12) = (0.0, 0.0, 0.0);
        for (m, y2) in self.mu.iter().zip(self.y2) {
            let (q, learnt) = (w / (m + w), m / (m + w));
            let (q1, q11) = (q * learnt, q * learnt * (learnt - q));
            above += y2 * q * q;
            a1 += y2 * q1 * q;
            a11 += y2 * q11 * q;
            a12 += y2 * q1 * q1;
            all += q;
            first += q1;
            second += q11;
            // Σq = n − N + δΣq/w: what multiplies n − N is 1 − q, without cancellation.
            left1 += q1 * learnt;
            left11 += q11 * learnt;
            left12 += q1 * q1;
        }
        let ridged = delta / w * all;
        let slack = left_out * first + ridged * all;
        let slack1 = left_out * left1 + ridged * first;
        let slack11 = left_out * left11 + ridged * second;
        let slack12 = first * first - left_out * left12;
        let n = self.samples;
        let f = representable("the error of ridge regression", n * above / slack)?;
        let f1 = (n * a1 - f * slack1) / slack;
        let f12 = (n * a12 - 2.0 * f1 * slack1 - f * slack12) / slack;
        let f11 = (n * a11 - 2.0 * f1 * slack1 - f * slack11) / slack;
        // d ln w/dδ, and what its own derivative adds.
        let relative = all * all / (slack * w);
        let bend = 1.0 + 2.0 * (slack1 / slack - first / all);
        Ok(Ridge {
            error: f,
            slope: 2.0 * relative * f1,
            curvature: 2.0 * relative * relative * (f11 + f12 - bend * f1),
            second_round: (delta * relative).powi(2) * f12,
        })
    }

    fn times(&self) -> Result<(f64, f64), TheoryError> {
        let positive = || self.mu.iter().copied().filter(|m| *m > 0.0);
        let (least, largest) = (positive().fold(f64::INFINITY, f64::min), positive().fold(0.0, f64::max));
        let kappa = if self.samples < self.rank() as f64 {
            self.samples * self.moved(0.0)? / self.left_out()
        } else {
            0.0
        };
        let last = 1e3 / (kappa + self.samples / self.count() * least);
        Ok((1e-3 / largest, representable("the last time", last)?))
    }

    fn scale(&self) -> f64 {
        self.trace() / self.count()
    }
}

/// The global minima of the label error on the points left out over the time of gradient flow on `samples` $=N$ points drawn without replacement from a
/// population, and over the ridge. `mu` are the $n$ eigenvalues of the population's kernel matrix, `y2` the squared projections of the labels.
///
/// # Formula
/// That of [`early_stopping`](super::early_stopping) with the two-point error $D=\frac{Nc_1c_2Y_{12}}{1-(n-N)c_1c_2T_{12}}$ of
/// [`subset_curve`](super::subset_curve). At $z=\delta$, with $w=z'$ and $q=\frac w{\mu+w}$:
/// $E(\delta)=\frac{N\sum q^2y^2}{(\sum q)^2-(n-N)\sum q^2}$.
///
/// # Accuracy
/// $10^{-8}$ in time and ridge, $10^{-11}$ in the errors.
///
/// # Validity
/// As [`subset_curve`](super::subset_curve): on digits within 5 % up to 300 steps of $n/(\mu_1N)$, and 10 % at convergence for $N\le n/4$.
///
/// # Errors
/// Those of [`subset_curve`](super::subset_curve); as many points as eigenvalues above 0 where training to the end is best: the error diverges.
///
/// # Source
/// Free compression; derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::learning_in_time::subset_early_stopping;
/// let mu: Vec<f64> = (1..=40).map(|k| 40.0 * f64::from(k).powf(-1.5)).collect();
/// let y2: Vec<f64> = (1..=40).map(|k| 40.0 * f64::from(k).powf(-2.5) + 0.3).collect();
/// let found = subset_early_stopping(&mu, &y2, 10)?;
/// assert!(found.error < 0.75 && found.ridge_error < 0.75);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn subset_early_stopping(mu: &[f64], y2: &[f64], samples: usize) -> Result<EarlyStopping, TheoryError> {
    best(&Population::new(mu, y2, samples)?)
}

/// Whether a second round of ridge regression on the same `samples` $=N$ points of a population, on other shares of labels and predictions, beats the
/// best ridge, by the label error on the points left out.
///
/// # Formula
/// $\chi=1-\frac{2\mathcal D}{\delta^{*2}E_1''(\delta^*)}$, $\mathcal D=\delta^2\partial_{\delta_1}\partial_{\delta_2}D$ and $E_1=D(\delta,\delta)$ with the
/// two-point error of [`subset_curve`](super::subset_curve).
///
/// # Accuracy
/// $10^{-7}$ of $\chi$.
///
/// # Validity
/// Near $\delta^*$; as [`subset_curve`](super::subset_curve).
///
/// # Errors
/// As [`subset_early_stopping`]; a best ridge of 0 or none.
///
/// # Source
/// Derived in the notes.
pub fn subset_distill_gain(mu: &[f64], y2: &[f64], samples: usize) -> Result<DistillGain, TheoryError> {
    gain(&Population::new(mu, y2, samples)?)
}

/// The spectrum $\lambda_k=\mu_k/n$ and the target $\eta_k=y_k^2/n$ of a population of $n$ points from which single points are drawn. What lies in directions
/// that the kernel does not see is the tail of the target, never learnt.
///
/// # Errors
/// Lists of different lengths, numbers that are negative or not finite, all of `mu` 0.
///
/// # Source
/// Mercer's decomposition of the empirical measure.
pub fn population_modes(mu: &[f64], y2: &[f64]) -> Result<(Spectrum, Target), TheoryError> {
    checked(mu, y2)?;
    let n = mu.len() as f64;
    let (mut lambda, mut eta, mut unseen) = (Vec::new(), Vec::new(), 0.0);
    for (m, y2) in mu.iter().zip(y2) {
        if *m > 0.0 {
            lambda.push(m / n);
            eta.push(y2 / n);
        } else {
            unseen += y2 / n;
        }
    }
    Ok((Spectrum::simple(lambda, 0.0)?, Target::new(eta, unseen)?))
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use approx::assert_relative_eq;

    use super::*;
    use crate::learning_in_time::{distill_gain, early_stopping, subset_curve};

    fn numbers(n: usize, a: f64, noise: f64) -> Vec<f64> {
        (1..=n).map(|k| n as f64 * (k as f64).powf(-a) + noise).collect()
    }

    /// $\sum W_jW_lD$ over a circle around $\delta$, for the filters $\rho$ and $\rho(1-\rho)$, $\rho=\frac\delta{a+\delta}$.
    fn rounds(population: &Population<'_>, delta: f64) -> [f64; 3] {
        let nodes: Vec<(C, [C; 2])> = (0..64)
            .map(|j| {
                let turn = C::from_polar(0.5, (f64::from(j) + 0.5) * PI / 64.0);
                let z = (turn + 1.0) * delta;
                // At a = −z; W = −ρ/z · dz/(2πi).
                let rho = delta / (C::new(delta, 0.0) - z);
                let weight = -turn * delta / z / 128.0;
                (z, [weight * rho, weight * rho * (1.0 - rho)])
            })
            .collect();
        let places = population.places(nodes.iter().map(|node| node.0)).unwrap();
        let mut sums = [0.0; 3];
        for (j, first) in nodes.iter().enumerate() {
            for (l, second) in nodes.iter().enumerate() {
                let [plain, mirrored] = population.two_point(&places, j, l).map(|both| both[0]);
                for (sum, (i, j)) in sums.iter_mut().zip([(0, 0), (0, 1), (1, 1)]) {
                    *sum += 2.0 * (first.1[i] * second.1[j] * plain).re;
                    *sum += 2.0 * (first.1[i] * second.1[j].conj() * mirrored).re;
                }
            }
        }
        sums
    }

    #[test]
    fn derivatives_by_the_ridge_are_those_of_rounds_and_differences() {
        for (n, samples, unseen) in [(40, 9, 0), (40, 30, 0), (50, 40, 20), (30, 29, 0), (60, 12, 55)] {
            let (mut mu, y2) = (numbers(n, 1.6, 0.0), numbers(n, 2.3, 0.4));
            mu[n - unseen..].fill(0.0);
            let population = Population::new(&mu, &y2, samples).unwrap();
            for delta in [1e-3, 0.3, 5.0, 200.0] {
                let found = population.ridge(delta).unwrap();
                let [error, mixed, second] = rounds(&population, delta);
                assert_relative_eq!(found.error, error, max_relative = 1e-11);
                // ρ(1 − ρ) = δ ∂ρ/∂δ.
                assert_relative_eq!(0.5 * delta * found.slope, mixed, epsilon = 1e-11 * error);
                assert_relative_eq!(found.second_round, second, epsilon = 1e-11 * error);
                let step = 1e-4 * delta;
                let at = |delta: f64| population.ridge(delta).unwrap();
                let (left, right) = (at(delta - step), at(delta + step));
                let curvature = (right.slope - left.slope) / (2.0 * step);
                assert_relative_eq!(
                    found.curvature,
                    curvature,
                    max_relative = 1e-6,
                    epsilon = 1e-9 * error / (delta * delta)
                );
            }
        }
    }

    /// Few points of many: those of a population without end, whose noise lies in directions that the kernel does not see.
    #[test]
    fn few_of_many_points_are_those_of_a_source() {
        let (n, modes, samples, noise) = (40_000, 60, 20, 0.3);
        let (lambda, eta) = (Spectrum::power(1.5, modes).unwrap(), Target::power_law(2.5, modes).unwrap());
        let mut mu: Vec<f64> = lambda.eigenvalues().iter().map(|x| n as f64 * x).collect();
        mu.resize(n, 0.0);
        let y2: Vec<f64> =
            (0..n).map(|k| n as f64 * eta.powers.get(k).copied().unwrap_or(0.0) + noise).collect();
        let (found, law) = (
            subset_early_stopping(&mu, &y2, samples).unwrap(),
            early_stopping(&lambda, &eta, samples, noise).unwrap(),
        );
        assert_relative_eq!(found.time.unwrap(), law.time.unwrap(), max_relative = 5e-3);
        assert_relative_eq!(found.ridge.unwrap(), law.ridge.unwrap(), max_relative = 5e-3);
        assert_relative_eq!(found.error, law.error + noise, max_relative = 3e-3);
        assert_relative_eq!(found.ridge_error, law.ridge_error + noise, max_relative = 3e-3);
        let (found, law) = (
            subset_distill_gain(&mu, &y2, samples).unwrap(),
            distill_gain(&lambda, &eta, samples, noise).unwrap(),
        );
        assert_relative_eq!(found.chi, law.chi, max_relative = 2e-2);
    }

    #[test]
    fn the_best_time_is_the_lowest_of_the_curve_and_the_end_is_its_end() {
        let (mut mu, y2) = (numbers(80, 1.5, 0.0), numbers(80, 2.5, 0.5));
        for unseen in [0, 10, 70] {
            mu[80 - unseen..].fill(0.0);
            let population = Population::new(&mu, &y2, 20).unwrap();
            let best = subset_early_stopping(&mu, &y2, 20).unwrap();
            let t = best.time.unwrap();
            let near = subset_curve(&mu, &y2, 20, &[0.99 * t, t, 1.01 * t]).unwrap();
            assert!(near[0][0] > near[1][0] && near[2][0] > near[1][0]);
            let late = subset_curve(&mu, &y2, 20, &[1e4, 1e8]).unwrap();
            assert_relative_eq!(late[1][0], population.converged().unwrap(), max_relative = 1e-6);
            // A small ridge is none.
            let ridge = population.ridge(1e-9).unwrap().error;
            assert_relative_eq!(late[1][0], ridge, max_relative = 1e-6);
        }
    }

    #[test]
    fn what_has_no_end_is_refused_and_what_has_nothing_to_learn_is_left() {
        let (mut mu, y2) = (numbers(30, 1.5, 0.0), numbers(30, 2.5, 0.0));
        mu[12..].fill(0.0);
        let error = Population::new(&mu, &y2, 12).unwrap().converged().unwrap_err();
        assert!(error.to_string().contains("diverges"), "{error}");
        let seen: Vec<f64> = y2.iter().zip(&mu).map(|(y2, m)| if *m > 0.0 { *y2 } else { 0.0 }).collect();
        let best = subset_early_stopping(&mu, &seen, 20).unwrap();
        assert_eq!((best.time, best.error), (None, 0.0));
        let unseen: Vec<f64> = y2.iter().zip(&mu).map(|(y2, m)| if *m > 0.0 { 0.0 } else { *y2 }).collect();
        assert_eq!(subset_early_stopping(&mu, &unseen, 20).unwrap().ridge, None);
        assert!(subset_distill_gain(&mu, &unseen, 20).is_err());
    }

    #[test]
    fn what_the_kernel_does_not_see_is_never_learnt() {
        let (lambda, eta) = population_modes(&[4.0, 0.0, 2.0, 0.0], &[8.0, 2.0, 4.0, 6.0]).unwrap();
        assert_eq!(lambda.eigenvalues(), [1.0, 0.5]);
        assert_eq!((eta.powers, eta.tail), (vec![2.0, 1.0], 2.0));
    }

    #[test]
    fn labels_that_teach_nothing_are_left_alone() {
        let mu = numbers(60, 1.2, 0.0);
        // All power in the directions that are learnt last: training begins with noise.
        let y2: Vec<f64> = (0..60).map(|k| if k < 40 { 0.0 } else { 3.0 }).collect();
        let found = subset_early_stopping(&mu, &y2, 12).unwrap();
        assert_eq!((found.time, found.ridge), (Some(0.0), None));
        assert_eq!((found.error, found.ridge_error), (1.0, 1.0));
        let population = Population::new(&mu, &y2, 12).unwrap();
        let early = population.at_time(1e-6).unwrap().0.test - 1.0;
        let mean = mu.iter().sum::<f64>() / 60.0;
        let slope: f64 = mu.iter().zip(&y2).map(|(m, y)| y * (mean - m)).sum::<f64>() * 2.0 * 12.0 / 3600.0;
        assert_relative_eq!(early, slope * 1e-6, max_relative = 1e-3);
        let refused = subset_distill_gain(&mu, &y2, 12).unwrap_err().to_string();
        assert!(refused.contains("no finite ridge"), "{refused}");
    }
}
