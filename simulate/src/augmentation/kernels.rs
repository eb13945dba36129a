//! Kernels averaged over independent noise on both of their inputs, by draws.

use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use solvable_theory::TheoryError;
use std::f64::consts::PI;

use super::{at_least_one, check, check_rate, check_variance, non_negative, positive};
use crate::SimulationError;
use crate::checks;
use solvable_engine::streams::Streams;
use solvable_engine::verify::SettingError;
use solvable_engine::verify::setting::{require, within};

/// Draws that share a stream.
const BLOCK: usize = 500;

/// Means over noised pairs of three kernels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct NoisedKernels {
    /// $\frac2\pi\arcsin\frac{2q_{12}}{\sqrt{(1+2q_{11})(1+2q_{22})}}$, of erf networks with weights $\mathcal N(0,I/d)$.
    pub erf: f64,
    /// $\frac{\sqrt{q_{11}q_{22}}}{2\pi}(\sin\vartheta+(\pi-\vartheta)\cos\vartheta)$, $\cos\vartheta=q_{12}/\sqrt{q_{11}q_{22}}$, of ReLU networks.
    pub relu: f64,
    /// $e^{-|x-x'|^2/2\ell^2}$.
    pub gauss: f64,
}

impl NoisedKernels {
    /// The kernels of a pair with $q_{ab}=x_a\cdot x_b/d$; `ell2` $=\ell^2$.
    fn of(dimension: f64, q11: f64, q22: f64, q12: f64, ell2: f64) -> Self {
        let norm = (q11 * q22).sqrt();
        let cosine = if norm > 0.0 { (q12 / norm).clamp(-1.0, 1.0) } else { 1.0 };
        let angle = cosine.acos();
        let sine = 2.0 * q12 / ((1.0 + 2.0 * q11) * (1.0 + 2.0 * q22)).sqrt();
        let distance2 = dimension * (q11 + q22 - 2.0 * q12).max(0.0);
        Self {
            erf: 2.0 / PI * sine.clamp(-1.0, 1.0).asin(),
            relu: norm / (2.0 * PI) * (angle.sin() + (PI - angle) * cosine),
            gauss: (-distance2 / (2.0 * ell2)).exp(),
        }
    }

    fn plus(self, other: Self) -> Self {
        Self { erf: self.erf + other.erf, relu: self.relu + other.relu, gauss: self.gauss + other.gauss }
    }
}

/// A pair of inputs in $d$ dimensions and its noise.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
pub struct NoisedPair {
    /// $d$.
    pub dimension: usize,
    /// $q_{11}=|x|^2/d$.
    pub q11: f64,
    /// $q_{22}=|x'|^2/d$.
    pub q22: f64,
    /// $q_{12}=x\cdot x'/d$.
    pub q12: f64,
    /// $s^2$, the variance of the noise on every coordinate of both inputs.
    pub s2: f64,
    /// $\ell^2$ of the Gaussian kernel.
    pub ell2: f64,
}

impl NoisedPair {
    /// Whether there is such a pair.
    ///
    /// # Errors
    /// The first field that is out of range.
    pub fn check(&self) -> Result<(), SettingError> {
        within("dimension", self.dimension, 2..=checks::MOST)?;
        check_variance("q11", self.q11)?;
        check_variance("q22", self.q22)?;
        let exists = self.q12 * self.q12 <= self.q11 * self.q22;
        require(exists, "q12", self.q12, "|q12| <= sqrt(q11 q22)")?;
        check_variance("s2", self.s2)?;
        check_rate("ell2", self.ell2)
    }

    /// The means of the kernels of $x+s\xi$ and $x'+s\xi'$ over `draws` draws of the noise.
    ///
    /// # Errors
    /// Fewer than two dimensions; overlaps that no pair has; a variance below zero.
    pub fn average(&self, draws: usize, streams: &Streams) -> Result<NoisedKernels, SimulationError> {
        check("dimension", self.dimension, self.dimension >= 2, "an integer >= 2")?;
        non_negative("q11", self.q11)?;
        non_negative("q22", self.q22)?;
        if !(self.q12.is_finite() && self.q12 * self.q12 <= self.q11 * self.q22) {
            return Err(TheoryError::invalid("q12", self.q12, "|q12| <= sqrt(q11 q22)").into());
        }
        positive("ell2", self.ell2)?;
        let (s, draws) = (non_negative("s2", self.s2)?.sqrt(), at_least_one("draws", draws)?);
        let d = self.dimension as f64;
        // x = (x₁, 0, ...), x' = (x'₁, x'₂, 0, ...).
        let first = if self.q11 > 0.0 { [(d * self.q11).sqrt(), 0.0] } else { [0.0; 2] };
        let along = if self.q11 > 0.0 { self.q12 * (d / self.q11).sqrt() } else { 0.0 };
        let second = [along, (d * self.q22 - along * along).max(0.0).sqrt()];
        let blocks: Vec<NoisedKernels> = (0..draws.div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| {
                let mut rng = streams.rng(block as u64);
                let mut sum = NoisedKernels::default();
                for _ in 0..BLOCK.min(draws - block * BLOCK) {
                    let (mut q11, mut q22, mut q12) = (0.0, 0.0, 0.0);
                    for j in 0..self.dimension {
                        let (xi, xi2): (f64, f64) =
                            (StandardNormal.sample(&mut rng), StandardNormal.sample(&mut rng));
                        let x = first.get(j).unwrap_or(&0.0) + s * xi;
                        let x2 = second.get(j).unwrap_or(&0.0) + s * xi2;
                        q11 += x * x;
                        q22 += x2 * x2;
                        q12 += x * x2;
                    }
                    sum = sum.plus(NoisedKernels::of(d, q11 / d, q22 / d, q12 / d, self.ell2));
                }
                sum
            })
            .collect();
        let sum = blocks.into_iter().fold(NoisedKernels::default(), NoisedKernels::plus);
        let share = (draws as f64).recip();
        Ok(NoisedKernels { erf: sum.erf * share, relu: sum.relu * share, gauss: sum.gauss * share })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIR: NoisedPair = NoisedPair { dimension: 64, q11: 1.0, q22: 0.8, q12: 0.6, s2: 0.5, ell2: 128.0 };

    #[test]
    fn noised_kernels_are_those_of_larger_norms() {
        let streams = Streams::for_trial("kernels", "", 0, 0);
        let found = PAIR.average(4000, &streams).unwrap();
        let limit = NoisedKernels::of(64.0, 1.5, 1.3, 0.6, 128.0);
        assert!((found.erf - limit.erf).abs() < 0.006, "{found:?} {limit:?}");
        assert!((found.relu - limit.relu).abs() < 0.006, "{found:?} {limit:?}");
        // Exact at any size.
        let (shrunk, distance2) = (128.0f64 / 129.0, 64.0f64 * 0.6);
        let gauss = shrunk.powi(32) * (-distance2 / (2.0 * 129.0)).exp();
        assert!((found.gauss - gauss).abs() < 0.003, "{found:?} {gauss}");
        let clean = NoisedPair { s2: 0.0, ..PAIR }.average(3, &streams).unwrap();
        let exact = NoisedKernels::of(64.0, 1.0, 0.8, 0.6, 128.0);
        assert!((clean.erf - exact.erf).abs() < 1e-12 && (clean.relu - exact.relu).abs() < 1e-12);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(found, pool.install(|| PAIR.average(4000, &streams).unwrap()));
    }

    #[test]
    fn pairs_that_do_not_exist_are_refused() {
        let streams = Streams::for_trial("kernels", "", 0, 0);
        for pair in [
            NoisedPair { q12: 0.95, ..PAIR },
            NoisedPair { q11: -1.0, ..PAIR },
            NoisedPair { s2: f64::NAN, ..PAIR },
            NoisedPair { ell2: 0.0, ..PAIR },
            NoisedPair { dimension: 1, ..PAIR },
        ] {
            assert!(pair.average(10, &streams).is_err(), "{pair:?}");
        }
        assert!(PAIR.average(0, &streams).is_err());
        let zero = NoisedPair { q11: 0.0, q12: 0.0, s2: 0.0, ..PAIR }.average(2, &streams).unwrap();
        assert_eq!(zero.relu, 0.0);
    }
}
