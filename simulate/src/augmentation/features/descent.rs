use rand::Rng;
use rand_distr::{Distribution, StandardNormal};
use solvable_theory::TheoryError;
use std::f64::consts::{PI, TAU};

use super::super::linear::column;
use super::super::{check, positive};
use super::{FourierData, FourierMeasured, FourierTraining};
use crate::SimulationError;
use crate::linalg::{Matrix, dot};
use solvable_engine::streams::Streams;

impl FourierTraining {
    /// Full-batch gradient descent from $a=0$ with step $\eta$ and noise drawn anew for every augmented sample: means over the steps after `burn`.
    ///
    /// # Errors
    /// Invalid parameters; a step size for which the descent diverges.
    pub fn descend(
        &self,
        data: &FourierData,
        eta: f64,
        steps: usize,
        burn: usize,
        streams: &Streams,
    ) -> Result<FourierMeasured, SimulationError> {
        let rule = self.checked()?;
        positive("eta", eta)?;
        check("burn", burn, burn < steps, "fewer than the steps")?;
        let (n, m) = data.cosines.shape();
        let scale = data.scale();
        let columns = data.cosines.transpose();
        let mut choice = streams.child("choice").rng(0);
        let mut noise = streams.child("augmentation").rng(0);
        let (mut a, mut gradient, mut phi) = (vec![0.0; m], vec![0.0; m], vec![0.0; m]);
        let (mut residuals, mut marks) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let noised = NoisedFeatures::new(data, self.s2.sqrt());
        let mut sum = FourierMeasured::default();
        for step in 0..steps {
            data.residuals(&columns, &a, &mut residuals);
            let count = rule.mark(residuals.iter().map(|r| r * r), &mut marks, &mut choice);
            if step >= burn {
                let now = data.measure(&a, &residuals, count as f64 / n as f64);
                sum.ratio += now.ratio;
                sum.training += now.training;
                sum.test += now.test;
            }
            gradient.iter_mut().zip(&a).for_each(|(g, a)| *g = -self.ridge * n as f64 * a);
            for (i, mark) in marks.iter().enumerate() {
                let mut residual = residuals[i];
                let features = if *mark {
                    noised.draw(i, &mut noise, &mut phi);
                    residual = data.labels[i] - scale * dot(&phi, &a);
                    &phi
                } else {
                    column(&columns, i)
                };
                gradient.iter_mut().zip(features).for_each(|(g, f)| *g += scale * residual * f);
            }
            let rate = eta / n as f64;
            a.iter_mut().zip(&gradient).for_each(|(a, g)| *a += rate * g);
        }
        if !(sum.training.is_finite() && sum.test.is_finite()) {
            return Err(TheoryError::invalid(
                "eta",
                eta,
                "a step size for which the descent does not diverge",
            )
            .into());
        }
        let count = (steps - burn) as f64;
        Ok(FourierMeasured {
            ratio: sum.ratio / count,
            training: sum.training / count,
            test: sum.test / count,
        })
    }
}

/// Draws $\cos(\theta_{ij}+s\,\omega_j\cdot\xi)$.
struct NoisedFeatures {
    /// $s\omega/2\pi$ ($M\times d$).
    frequencies: Matrix,
    /// $\theta/2\pi$ ($M\times N$).
    turns: Matrix,
}

impl NoisedFeatures {
    fn new(data: &FourierData, deviation: f64) -> Self {
        Self { frequencies: &data.frequencies * (deviation / TAU), turns: data.angles.transpose() / TAU }
    }

    /// Fills `out` ($M$) with a draw for sample `i`.
    fn draw(&self, i: usize, rng: &mut impl Rng, out: &mut [f64]) {
        out.copy_from_slice(column(&self.turns, i));
        for k in 0..self.frequencies.ncols() {
            let xi: f64 = StandardNormal.sample(rng);
            out.iter_mut().zip(column(&self.frequencies, k)).for_each(|(turn, f)| *turn += xi * f);
        }
        out.iter_mut().for_each(|turn| *turn = cosine_of_turns(*turn));
    }
}

/// $\cos2\pi t$ for $|t|<2^{50}$ to an absolute $10^{-15}$: $1-2\sin^2\pi t$ with the Taylor series on $|\pi t|\le\pi/2$. Without branches or calls, so that a loop over it runs
/// in vector registers: descents spend most of their time here.
fn cosine_of_turns(t: f64) -> f64 {
    // Adding and subtracting 1.5·2⁵² rounds to the nearest integer.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let u = PI * (t - ((t + ROUND) - ROUND));
    let u2 = u * u;
    // Σ (−1)^k u^{2k+1}/(2k+1)!, k ≤ 10, from within.
    let mut sine = 1.0;
    for k in [20.0, 18.0, 16.0, 14.0, 12.0, 10.0, 8.0, 6.0, 4.0, 2.0] {
        sine = 1.0 - sine * u2 * (1.0 / (k * (k + 1.0)));
    }
    sine *= u;
    1.0 - 2.0 * sine * sine
}

#[cfg(test)]
mod tests {
    use super::super::tests::{data, theory, training};
    use super::*;
    use crate::augmentation::Rule;
    use nalgebra::DVector;

    #[test]
    fn moments_of_noised_features_are_those_of_draws() {
        let data = data(1);
        let labels = DVector::from_column_slice(&data.labels);
        let exact = theory(&data, 0.4).fit(&labels, &DVector::from_element(1, 1.0), 1.0).unwrap();
        let mut rng = Streams::for_trial("features", "moments", 0, 0).rng(0);
        let noised = NoisedFeatures::new(&data, 0.4f64.sqrt());
        let (mut system, mut right, mut phi) = (Matrix::zeros(20, 20), Matrix::zeros(20, 1), vec![0.0; 20]);
        let draws = 20_000;
        for _ in 0..draws {
            noised.draw(0, &mut rng, &mut phi);
            let phi = Matrix::from_column_slice(20, 1, &phi) * data.scale();
            system += &phi * phi.transpose() / f64::from(draws);
            right += phi * (data.labels[0] / f64::from(draws));
        }
        let found = (system + Matrix::identity(20, 20)).lu().solve(&right).unwrap();
        assert!((found.column(0) - exact).amax() < 0.01 * data.labels[0].abs().max(0.1));
    }

    #[test]
    fn cosines_of_turns_are_cosines() {
        for k in -4000..4000 {
            let t = 0.002_7 * f64::from(k);
            assert!((cosine_of_turns(t) - (TAU * t).cos()).abs() < 2e-14, "{t}");
        }
        let [zero, half, quarter] = [0.0, 0.5, 0.25].map(cosine_of_turns);
        assert!(zero == 1.0 && (half + 1.0).abs() < 1e-15 && quarter.abs() < 1e-15);
    }

    #[test]
    fn descent_ends_at_the_stationary_point() {
        let data = data(60);
        let streams = Streams::for_trial("features", "descent", 0, 0);
        let labels = DVector::from_column_slice(&data.labels);
        let all = theory(&data, 0.3).fit(&labels, &DVector::from_element(60, 1.0), 1e-3).unwrap();
        let spa = theory(&data, 0.3).stationary_point(&labels, 0.1, 1e-3, 200).unwrap();
        for (rule, a, ratio) in [(Rule::All, all, 1.0), (Rule::Spa(0.1), spa.weights, spa.ratio)] {
            let mut residuals = Vec::new();
            data.residuals(&data.cosines.transpose(), a.as_slice(), &mut residuals);
            let point = data.measure(a.as_slice(), &residuals, ratio);
            let training = training(rule, 0.3);
            let found = training.descend(&data, 0.3, 12_000, 4000, &streams).unwrap();
            assert!((found.ratio - point.ratio).abs() < 0.03, "{found:?} {point:?}");
            assert!((found.training / point.training - 1.0).abs() < 0.02, "{found:?} {point:?}");
            assert!((found.test / point.test - 1.0).abs() < 0.03, "{found:?} {point:?}");
        }
        assert!(training(Rule::All, 0.3).descend(&data, 0.3, 5, 5, &streams).is_err());
        assert!(training(Rule::All, 0.3).descend(&data, 1e9, 500, 0, &streams).is_err());
    }
}
