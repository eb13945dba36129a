//! Random Fourier features: gradient descent on augmented samples.

mod descent;

use rand::RngExt;
use serde::{Deserialize, Serialize};
use solvable_theory::TheoryError;
use std::f64::consts::{SQRT_2, TAU};

use super::{Rule, at_least_one, check_variance, non_negative, positive};
use crate::SimulationError;
use crate::checks;
use crate::linalg::{self, Matrix, dot};
use solvable_engine::streams::Streams;
use solvable_engine::verify::SettingError;
use solvable_engine::verify::setting::within;

/// Regression on $\phi_j(x)=\sqrt{2/M}\cos(\omega_j\cdot x+b_j)$, $\omega_j\sim\mathcal N(0,I/\ell^2)$, $b_j$ uniform: inputs $x\sim\mathcal N(0,I_d)$, targets
/// $w\cdot x+\frac1{2\sqrt2}((u\cdot x)^2-1)$ with random unit vectors $w,u$, and label noise.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct FourierModel {
    /// $N$.
    pub samples: usize,
    /// $d$.
    pub dimension: usize,
    /// $M$.
    pub features: usize,
    /// $\ell^2$.
    pub ell2: f64,
    /// Standard deviation of the label noise.
    pub deviation: f64,
    /// Fresh inputs of the test error.
    pub tests: usize,
}

/// One draw of a [`FourierModel`].
#[derive(Debug, Clone)]
pub struct FourierData {
    /// $\omega$ ($M\times d$).
    pub frequencies: Matrix,
    /// $\theta_{ij}=\omega_j\cdot x_i+b_j$ ($N\times M$).
    pub angles: Matrix,
    /// $\cos\theta_{ij}$ ($N\times M$).
    pub cosines: Matrix,
    /// $y$ ($N$).
    pub labels: Vec<f64>,
    /// The test error is $a^\top Ga-2h\cdot a+c$: $G$ ($M\times M$), $h$ ($M$), $c$.
    test: (Matrix, Vec<f64>, f64),
}

/// What is measured of the coefficients $a$ of features.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FourierMeasured {
    /// $p$.
    pub ratio: f64,
    /// $v=\frac1N\sum_ir_i^2$ without noise on the inputs.
    pub training: f64,
    /// Mean squared error on fresh inputs, without label noise.
    pub test: f64,
}

/// Noise, penalty and rule of a training on features.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
pub struct FourierTraining {
    /// Which samples are augmented.
    pub rule: Rule,
    /// $s^2$.
    pub s2: f64,
    /// $\lambda_0$ of the penalty $\frac{\lambda_0}2\|a\|^2$.
    pub ridge: f64,
}

impl FourierModel {
    /// Whether features and data can be drawn.
    ///
    /// # Errors
    /// The first field that is out of range.
    pub fn check(&self) -> Result<(), SettingError> {
        checks::count("samples", self.samples)?;
        checks::count("dimension", self.dimension)?;
        checks::count("features", self.features)?;
        // Angles of far more turns have no digits left.
        within("ell2", self.ell2, 1e-6..=1e6)?;
        check_variance("deviation", self.deviation)?;
        checks::count("tests", self.tests)
    }

    /// Draws features, data and fresh inputs.
    pub fn draw(&self, streams: &Streams) -> Result<FourierData, SimulationError> {
        let (n, d) = (at_least_one("samples", self.samples)?, at_least_one("dimension", self.dimension)?);
        let (m, tests) = (at_least_one("features", self.features)?, at_least_one("tests", self.tests)?);
        let deviation = non_negative("deviation", self.deviation)?;
        let spread = positive("ell2", self.ell2)?.sqrt().recip();
        let frequencies = Matrix::from_vec(m, d, streams.child("frequencies").normals(m * d, spread));
        let mut rng = streams.child("phases").rng(0);
        let phases: Vec<f64> = (0..m).map(|_| rng.random_range(0.0..TAU)).collect();
        let unit = |name: &str| {
            let vector = streams.child(name).normals(d, 1.0);
            let length = dot(&vector, &vector).sqrt();
            Matrix::from_vec(1, d, vector) / length
        };
        let (linear, quadratic) = (unit("linear"), unit("quadratic"));
        let sample = |name: &str, count: usize| {
            let x = Matrix::from_vec(d, count, streams.child(name).normals(d * count, 1.0));
            let (w, u) = (linalg::product(&linear, &x), linalg::product(&quadratic, &x));
            let targets: Vec<f64> =
                w.iter().zip(u.iter()).map(|(w, u)| w + 0.5 * (u * u - 1.0) / SQRT_2).collect();
            let mut angles = linalg::product(&frequencies, &x).transpose();
            for (mut column, phase) in angles.column_iter_mut().zip(&phases) {
                column.add_scalar_mut(*phase);
            }
            (angles, targets)
        };
        let (angles, mut labels) = sample("inputs", n);
        let noise = streams.child("noise").normals(n, deviation);
        labels.iter_mut().zip(noise).for_each(|(y, noise)| *y += noise);
        let (fresh, targets) = sample("fresh inputs", tests);
        let phi = fresh.map(f64::cos) * (2.0 / m as f64).sqrt();
        let share = (tests as f64).recip();
        let gram = linalg::transpose_product(&phi, &phi) * share;
        let targets = Matrix::from_vec(tests, 1, targets);
        let cross = linalg::transpose_product(&phi, &targets) * share;
        let test = (gram, cross.as_slice().to_vec(), targets.norm_squared() * share);
        Ok(FourierData { frequencies, cosines: angles.map(f64::cos), angles, labels, test })
    }
}

impl FourierData {
    /// $\sqrt{2/M}$.
    fn scale(&self) -> f64 {
        (2.0 / self.cosines.ncols() as f64).sqrt()
    }

    /// Mean squared error of the coefficients `a` ($M$) on the fresh inputs, without label noise. $2M^2$ flops.
    pub fn test_error(&self, a: &[f64]) -> f64 {
        let (gram, cross, power) = &self.test;
        let quadratic: f64 =
            gram.column_iter().zip(a).map(|(column, own)| own * dot(column.as_slice(), a)).sum();
        quadratic - 2.0 * dot(cross, a) + power
    }

    /// $r_i=y_i-a\cdot\phi(x_i)$, from the transposed cosines ($M\times N$).
    fn residuals(&self, columns: &Matrix, a: &[f64], out: &mut Vec<f64>) {
        let scale = self.scale();
        out.clear();
        let fits = columns.column_iter().map(|column| scale * dot(column.as_slice(), a));
        out.extend(self.labels.iter().zip(fits).map(|(y, fit)| y - fit));
    }

    fn measure(&self, a: &[f64], residuals: &[f64], ratio: f64) -> FourierMeasured {
        let training = dot(residuals, residuals) / residuals.len() as f64;
        FourierMeasured { ratio, training, test: self.test_error(a) }
    }
}

impl FourierTraining {
    /// Whether there is such a training.
    ///
    /// # Errors
    /// The first field that is out of range.
    pub fn check(&self) -> Result<(), SettingError> {
        self.rule.check().map_err(|error| error.within("rule"))?;
        check_variance("s2", self.s2)?;
        check_variance("ridge", self.ridge)
    }

    fn checked(&self) -> Result<Rule, TheoryError> {
        non_negative("s2", self.s2)?;
        non_negative("ridge", self.ridge)?;
        self.rule.checked()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DVector;
    use solvable_theory::self_paced_augmentation::FourierFeatures;

    pub(super) fn data(samples: usize) -> FourierData {
        let model =
            FourierModel { samples, dimension: 6, features: 20, ell2: 12.0, deviation: 0.3, tests: 300 };
        model.draw(&Streams::for_trial("features", "", 0, 0)).unwrap()
    }

    pub(super) fn training(rule: Rule, s2: f64) -> FourierTraining {
        FourierTraining { rule, s2, ridge: 1e-3 }
    }

    /// The theory of this data.
    pub(super) fn theory(data: &FourierData, s2: f64) -> FourierFeatures {
        FourierFeatures::new(&data.angles, &data.frequencies, s2).unwrap()
    }

    #[test]
    fn features_without_noise_are_plain_ridge() {
        let data = data(50);
        let phi = &data.cosines * (2.0 / 20.0f64).sqrt();
        let mut system = phi.transpose() * &phi / 50.0;
        for j in 0..20 {
            system[(j, j)] += 1e-3;
        }
        let labels = DVector::from_column_slice(&data.labels);
        let ridge = system.lu().solve(&(phi.transpose() * &labels / 50.0)).unwrap();
        let [none, all] = [0.0, 1.0].map(|share| DVector::from_element(50, share));
        let ends = [
            theory(&data, 0.4).fit(&labels, &none, 1e-3).unwrap(),
            theory(&data, 0.0).fit(&labels, &all, 1e-3).unwrap(),
            theory(&data, 0.0).stationary_point(&labels, 0.1, 1e-3, 60).unwrap().weights,
        ];
        for a in ends {
            assert!((&a - &ridge).norm() < 1e-9 * ridge.norm());
            let mut residuals = Vec::new();
            data.residuals(&data.cosines.transpose(), a.as_slice(), &mut residuals);
            let measured = data.measure(a.as_slice(), &residuals, 0.0);
            assert!(measured.test > 0.0 && measured.training > 0.0);
        }
        // Noise costs training error.
        let error = |share: &DVector<f64>| {
            let a = theory(&data, 0.4).fit(&labels, share, 1e-3).unwrap();
            (&labels - theory(&data, 0.4).clean() * a).norm_squared()
        };
        assert!(error(&none) < error(&all));
        assert!(training(Rule::Spa(0.1), -0.4).checked().is_err());
        assert!(theory(&data, 0.4).stationary_point(&labels, 0.1, 1e-3, 0).is_err());
    }
}
