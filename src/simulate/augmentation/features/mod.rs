//! Random Fourier features: gradient descent on augmented samples, and its stationary point.

mod descent;

use rand::RngExt;
use serde::Serialize;
use solvable_theory::TheoryError;
use std::f64::consts::{SQRT_2, TAU};

use super::{Rule, at_least_one, non_negative, positive};
use crate::simulate::SimulationError;
use crate::simulate::linalg::{self, Matrix, Solver, dot};
use crate::streams::Streams;

/// Regression on $\phi_j(x)=\sqrt{2/M}\cos(\omega_j\cdot x+b_j)$, $\omega_j\sim\mathcal N(0,I/\ell^2)$, $b_j$ uniform: inputs $x\sim\mathcal N(0,I_d)$, targets
/// $w\cdot x+\frac1{2\sqrt2}((u\cdot x)^2-1)$ with random unit vectors $w,u$, and label noise.
#[derive(Debug, Clone, PartialEq, Serialize)]
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
    /// $\sin\theta_{ij}$ ($N\times M$).
    pub sines: Matrix,
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
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FourierTraining {
    /// Which samples are augmented.
    pub rule: Rule,
    /// $s^2$.
    pub s2: f64,
    /// $\lambda_0$ of the penalty $\frac{\lambda_0}2\|a\|^2$.
    pub ridge: f64,
}

impl FourierModel {
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
        Ok(FourierData {
            frequencies,
            cosines: angles.map(f64::cos),
            sines: angles.map(f64::sin),
            angles,
            labels,
            test,
        })
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
    fn checked(&self) -> Result<Rule, TheoryError> {
        non_negative("s2", self.s2)?;
        non_negative("ridge", self.ridge)?;
        self.rule.checked()
    }

    /// The point at which the mean update vanishes: $a=\lbrack\frac1N\{Q(\pi)+\sum_i(1-\pi_i)\phi_i\phi_i^\top\}+\lambda_0\rbrack^{-1}\frac1N\sum_i\lbrack\pi_i\bar\phi_i+(1-\pi_i)\phi_i\rbrack y_i$
    /// with $Q(\pi)=\sum_i\pi_i\mathbb E\phi(\tilde x_i)\phi(\tilde x_i)^\top$, $\bar\phi_i=\mathbb E\phi(\tilde x_i)$ in closed form. Without threshold $\pi$ is 0 or 1; with one,
    /// $\pi\leftarrow\pi+(k+1)^{-0.6}(\mathbf 1_{r^2>\tau}-\pi)$ from $\pi=1$ and one full update, for `iterations` steps of $6NM^2+M^3/3$ flops.
    ///
    /// # Errors
    /// The matched rule, whose point is no such one; a ratio that still moves by 0.01 in the second half of the iteration.
    pub fn stationary(
        &self,
        data: &FourierData,
        iterations: usize,
    ) -> Result<(Vec<f64>, FourierMeasured), SimulationError> {
        let rule = self.checked()?;
        let (n, m) = data.cosines.shape();
        let columns = data.cosines.transpose();
        let mut residuals = Vec::with_capacity(n);
        let mut solve = |shares: &[f64]| -> Result<(Vec<f64>, Vec<f64>), SimulationError> {
            let a = self.solve(data, shares)?;
            data.residuals(&columns, &a, &mut residuals);
            Ok((a, residuals.clone()))
        };
        let tau = match rule {
            Rule::None | Rule::All => {
                let ratio = if rule == Rule::All { 1.0 } else { 0.0 };
                let (a, residuals) = solve(&vec![ratio; n])?;
                let measured = data.measure(&a, &residuals, ratio);
                return Ok((a, measured));
            }
            Rule::Spa(tau) => tau,
            Rule::Matched(_) => {
                return Err(TheoryError::invalid("rule", "matched", "none, all or spa").into());
            }
        };
        at_least_one("iterations", iterations)?;
        let mut shares = vec![1.0; n];
        let mut middle = 1.0;
        let mean = |shares: &[f64]| shares.iter().sum::<f64>() / n as f64;
        for k in 0..=iterations {
            let (_, residuals) = solve(&shares)?;
            let step = if k == 0 { 1.0 } else { (k as f64 + 1.0).powf(-0.6) };
            for (share, r) in shares.iter_mut().zip(&residuals) {
                *share += step * (f64::from(u8::from(r * r > tau)) - *share);
            }
            if k == iterations / 2 {
                middle = mean(&shares);
            }
        }
        let ratio = mean(&shares);
        if (ratio - middle).abs() >= 0.01 {
            return Err(SimulationError::NotConverged { what: "the iteration for the augmented samples" });
        }
        let (a, residuals) = solve(&shares)?;
        debug_assert_eq!(a.len(), m);
        let measured = data.measure(&a, &residuals, ratio);
        Ok((a, measured))
    }

    /// The coefficients for given shares $\pi_i$ of augmentation.
    fn solve(&self, data: &FourierData, shares: &[f64]) -> Result<Vec<f64>, SimulationError> {
        let (n, m) = data.cosines.shape();
        let weighted = |angles: &Matrix, weight: &dyn Fn(usize) -> f64| {
            let scaled = Matrix::from_fn(n, m, |i, j| weight(i) * angles[(i, j)]);
            linalg::transpose_product(&scaled, angles)
        };
        let c = weighted(&data.cosines, &|i| shares[i]);
        let z = weighted(&data.sines, &|i| shares[i]);
        let clean = weighted(&data.cosines, &|i| 1.0 - shares[i]);
        let inner = linalg::product(&data.frequencies, &data.frequencies.transpose());
        let (count, half) = (n as f64, 0.5 * self.s2);
        let system = Matrix::from_fn(m, m, |j, k| {
            let squares = inner[(j, j)] + inner[(k, k)];
            let minus = (-half * (squares - 2.0 * inner[(j, k)]).max(0.0)).exp();
            let plus = (-half * (squares + 2.0 * inner[(j, k)]).max(0.0)).exp();
            let (c, z) = (c[(j, k)], z[(j, k)]);
            (minus * (c + z) + plus * (c - z) + 2.0 * clean[(j, k)]) / (m as f64 * count)
        });
        let scale = data.scale();
        let right = Matrix::from_fn(m, 1, |j, _| {
            let damping = (-half * inner[(j, j)]).exp();
            let parts = shares.iter().zip(&data.labels).enumerate();
            let sum: f64 =
                parts.map(|(i, (pi, y))| (pi * damping + 1.0 - pi) * y * data.cosines[(i, j)]).sum();
            scale * sum / count
        });
        let solver = Solver::spd(&system, self.ridge, "the second moment of the features")?;
        Ok(solver.solve(&right).as_slice().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn data(samples: usize) -> FourierData {
        let model =
            FourierModel { samples, dimension: 6, features: 20, ell2: 12.0, deviation: 0.3, tests: 300 };
        model.draw(&Streams::for_trial("features", "", 0, 0)).unwrap()
    }

    pub(super) fn training(rule: Rule, s2: f64) -> FourierTraining {
        FourierTraining { rule, s2, ridge: 1e-3 }
    }

    #[test]
    fn features_without_noise_are_plain_ridge() {
        let data = data(50);
        let phi = &data.cosines * (2.0 / 20.0f64).sqrt();
        let mut system = phi.transpose() * &phi / 50.0;
        for j in 0..20 {
            system[(j, j)] += 1e-3;
        }
        let right = phi.transpose() * Matrix::from_column_slice(50, 1, &data.labels) / 50.0;
        let ridge = system.lu().solve(&right).unwrap();
        for (rule, s2) in [(Rule::None, 0.4), (Rule::All, 0.0), (Rule::Spa(0.1), 0.0)] {
            let (a, measured) = training(rule, s2).stationary(&data, 60).unwrap();
            assert!((Matrix::from_vec(20, 1, a) - &ridge).norm() < 1e-9 * ridge.norm());
            assert!(measured.test > 0.0 && measured.training > 0.0);
        }
        assert!(training(Rule::Matched(0.1), 0.4).stationary(&data, 60).is_err());
        assert!(training(Rule::Spa(0.1), -0.4).stationary(&data, 60).is_err());
        assert!(training(Rule::Spa(0.1), 0.4).stationary(&data, 0).is_err());
    }
}
