//! Rows of attention: the softmax of random scores.

use rand::RngExt;
use rand_distr::{ChiSquared, Distribution, StandardNormal, StudentT};

/// What one row of attention looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// $\sum_ip_i^2$.
    pub participation: f64,
    /// $-\sum_ip_i\log p_i$.
    pub entropy: f64,
    /// $\log\sum_ie^{\beta s_i}$.
    pub log_z: f64,
    /// $\max_ip_i$.
    pub largest: f64,
}

impl Row {
    /// The softmax of $\beta s$, for at least one score.
    pub fn of(scores: &[f64], beta: f64) -> Self {
        let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (mut sum, mut squares, mut mean) = (0.0, 0.0, 0.0);
        for s in scores {
            let below = beta * (s - top);
            let weight = below.exp();
            sum += weight;
            squares += weight * weight;
            mean += weight * below;
        }
        Self {
            participation: squares / (sum * sum),
            entropy: sum.ln() - mean / sum,
            log_z: beta * top + sum.ln(),
            largest: sum.recip(),
        }
    }
}

/// Independent scores of unit variance, or heavy-tailed ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ScoreLaw {
    /// Standard normal.
    Gaussian,
    /// $q\cdot k/\sqrt d$ of a query and keys of norm $\sqrt d$ in this dimension.
    Sphere(usize),
    /// Density $\frac12e^{-|s|}$.
    Laplace,
    /// Student's law with this many degrees of freedom.
    Student(usize),
}

impl ScoreLaw {
    /// Fills `scores` with independent draws.
    pub fn fill(self, scores: &mut [f64], rng: &mut impl rand::Rng) {
        match self {
            Self::Gaussian => scores.iter_mut().for_each(|s| *s = StandardNormal.sample(rng)),
            Self::Laplace => scores.iter_mut().for_each(|s| {
                let u: f64 = rng.random::<f64>() - 0.5;
                *s = -u.signum() * (-2.0 * u.abs()).ln_1p();
            }),
            Self::Sphere(d) => {
                let rest = ChiSquared::new((d.max(2) - 1) as f64).ok();
                for s in scores.iter_mut() {
                    let x: f64 = StandardNormal.sample(rng);
                    let others = rest.map_or(0.0, |law| law.sample(rng));
                    *s = (d as f64).sqrt() * x / (x * x + others).sqrt();
                }
            }
            Self::Student(degrees) => {
                let law = StudentT::new(degrees.max(1) as f64).ok();
                scores.iter_mut().for_each(|s| *s = law.map_or(0.0, |law| law.sample(rng)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use solvable_engine::streams::Streams;

    #[test]
    fn equal_and_single_scores() {
        let flat = Row::of(&[3.0; 4], 2.0);
        assert!((flat.participation - 0.25).abs() < 1e-15 && (flat.entropy - 4f64.ln()).abs() < 1e-15);
        assert!((flat.log_z - 6.0 - 4f64.ln()).abs() < 1e-14);
        let sharp = Row::of(&[0.0, 1000.0], 5.0);
        assert_eq!((sharp.participation, sharp.entropy, sharp.largest), (1.0, 0.0, 1.0));
    }

    #[test]
    fn laws_have_their_variance() {
        let mut rng = Streams::for_trial("rows", "", 0, 0).rng(0);
        let mut scores = vec![0.0; 40_000];
        for (law, variance) in
            [(ScoreLaw::Gaussian, 1.0), (ScoreLaw::Sphere(8), 1.0), (ScoreLaw::Laplace, 2.0)]
        {
            law.fill(&mut scores, &mut rng);
            let measured = scores.iter().map(|s| s * s).sum::<f64>() / 40_000.0;
            assert!((measured / variance - 1.0).abs() < 0.05, "{law:?}: {measured}");
        }
    }
}
