//! Spectra of kernels, and the powers of targets.

use serde::Serialize;

use crate::TheoryError;
use crate::error::{at_least, non_negative, representable};
use crate::kernel_spectrum::SphereSpectrum;

/// More modes than this are refused.
const MOST_MODES: usize = 10_000_000;

/// The eigenvalues of a kernel, with how often each occurs, and the sum of all that are not listed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spectrum {
    eigenvalues: Vec<f64>,
    degeneracies: Vec<f64>,
    tail: f64,
}

impl Spectrum {
    /// From eigenvalues $\lambda_i\ge0$, their degeneracies and the tail $\tau$ (sum of the eigenvalues not listed).
    ///
    /// # Errors
    /// Different lengths, no mode, numbers that are negative or not finite, a degeneracy of 0.
    pub fn new(eigenvalues: Vec<f64>, degeneracies: Vec<f64>, tail: f64) -> Result<Self, TheoryError> {
        if eigenvalues.len() != degeneracies.len() || eigenvalues.is_empty() {
            let found = format!("{} eigenvalues and {} degeneracies", eigenvalues.len(), degeneracies.len());
            return Err(TheoryError::invalid("lambda", found, "as many of both, at least one"));
        }
        for lambda in &eigenvalues {
            non_negative("lambda", *lambda)?;
        }
        for count in &degeneracies {
            if !(count.is_finite() && *count > 0.0) {
                return Err(TheoryError::invalid("a degeneracy", count, "a finite number > 0"));
            }
        }
        non_negative("tail", tail)?;
        let spectrum = Self { eigenvalues, degeneracies, tail };
        representable("the sum of the eigenvalues", spectrum.trace())?;
        Ok(spectrum)
    }

    /// Every eigenvalue once.
    ///
    /// # Errors
    /// Those of [`Spectrum::new`].
    pub fn simple(eigenvalues: Vec<f64>, tail: f64) -> Result<Self, TheoryError> {
        let degeneracies = vec![1.0; eigenvalues.len()];
        Self::new(eigenvalues, degeneracies, tail)
    }

    /// $\lambda_i=i^{-a}$, $i=1,\dots,$`count`.
    ///
    /// # Errors
    /// An exponent that is not finite or not positive, no modes, or more than ten million.
    pub fn power(a: f64, count: usize) -> Result<Self, TheoryError> {
        Self::simple(powers("a", a, count)?, 0.0)
    }

    /// The levels of a kernel on a sphere, and its tail.
    ///
    /// # Errors
    /// Those of [`Spectrum::new`].
    pub fn sphere(sphere: &SphereSpectrum) -> Result<Self, TheoryError> {
        let levels = 0..sphere.levels();
        let eigenvalues = levels.clone().map(|k| sphere.eigenvalue(k)).collect();
        Self::new(eigenvalues, levels.map(|k| sphere.degeneracy(k)).collect(), sphere.tail)
    }

    /// $\lambda_i$.
    pub fn eigenvalues(&self) -> &[f64] {
        &self.eigenvalues
    }

    /// How often each occurs.
    pub fn degeneracies(&self) -> &[f64] {
        &self.degeneracies
    }

    /// $\tau$.
    pub fn tail(&self) -> f64 {
        self.tail
    }

    /// $\sum_i\lambda_i+\tau$.
    pub fn trace(&self) -> f64 {
        self.sum(|_, lambda| lambda) + self.tail
    }

    /// How many levels are listed.
    pub fn levels(&self) -> usize {
        self.eigenvalues.len()
    }

    /// How many modes have an eigenvalue above 0.
    pub(super) fn rank(&self) -> f64 {
        self.sum(|_, lambda| if lambda > 0.0 { 1.0 } else { 0.0 })
    }

    /// $\sum_i$ over modes of a function of the level and its eigenvalue.
    pub(super) fn sum(&self, term: impl Fn(usize, f64) -> f64) -> f64 {
        let levels = self.eigenvalues.iter().zip(&self.degeneracies).enumerate();
        levels.map(|(i, (lambda, count))| count * term(i, *lambda)).sum()
    }
}

/// $i^{-a}$ for $i=1,\dots,$`count`.
pub(super) fn powers(name: &str, a: f64, count: usize) -> Result<Vec<f64>, TheoryError> {
    if !(a.is_finite() && a > 0.0) {
        return Err(TheoryError::invalid(name, a, "a decay exponent: a finite number > 0"));
    }
    at_least("P", count, 1)?;
    if count > MOST_MODES {
        return Err(TheoryError::invalid("P", count, format!("at most {MOST_MODES}")));
    }
    Ok((1..=count).map(|i| (i as f64).powf(-a)).collect())
}

/// $\eta_i=E[w_i^2]$: the power of a target in every orthonormal mode of the kernel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Target {
    /// $\eta_i$, for one mode of each level of the spectrum.
    pub powers: Vec<f64>,
    /// The power in modes that the spectrum does not list.
    pub tail: f64,
}

impl Target {
    /// From powers $\eta_i\ge0$.
    ///
    /// # Errors
    /// Powers that are negative or not finite.
    pub fn new(powers: Vec<f64>, tail: f64) -> Result<Self, TheoryError> {
        for eta in &powers {
            non_negative("eta", *eta)?;
        }
        non_negative("the power in the tail", tail)?;
        Ok(Self { powers, tail })
    }

    /// $\eta=\lambda$: a target drawn from the Gaussian process whose covariance is the kernel.
    pub fn matched(spectrum: &Spectrum) -> Self {
        Self { powers: spectrum.eigenvalues.clone(), tail: spectrum.tail }
    }

    /// $\eta_i=i^{-b}$.
    ///
    /// # Errors
    /// As for [`Spectrum::power`].
    pub fn power_law(b: f64, count: usize) -> Result<Self, TheoryError> {
        Self::new(powers("b", b, count)?, 0.0)
    }

    /// $\sum_i\eta_i$ over all modes and the tail.
    pub fn power(&self, spectrum: &Spectrum) -> f64 {
        spectrum.sum(|i, _| self.powers.get(i).copied().unwrap_or(0.0)) + self.tail
    }

    /// Checks that there is a power for every level.
    pub(crate) fn fits(&self, spectrum: &Spectrum) -> Result<(), TheoryError> {
        if self.powers.len() == spectrum.levels() {
            representable("the power of the target", self.power(spectrum)).map(|_| ())
        } else {
            let found = format!("{} powers", self.powers.len());
            Err(TheoryError::invalid(
                "eta",
                found,
                format!("{}, one for every eigenvalue", spectrum.levels()),
            ))
        }
    }
}
