//! Data of the linear model $y=w_*\cdot x+\varepsilon$.

use rand::RngExt;
use serde::{Deserialize, Serialize};
use solvable_theory::TheoryError;

use super::{LARGEST, at_least_one, check_variance, non_negative, positive};
use crate::SimulationError;
use crate::checks;
use crate::linalg::{self, Matrix};
use solvable_engine::streams::Streams;
use solvable_engine::verify::SettingError;
use solvable_engine::verify::setting::{filled, require, within};

/// The law of the inputs, with the teacher in their principal axes. Gaussian inputs are symmetric under reflections, and isotropic ones under
/// rotations, so that a fixed teacher stands for all of its size.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InputLaw {
    /// $x\sim\mathcal N(0,I_d)$ and $\|w_*\|^2=r^2$.
    Isotropic {
        /// $r^2$.
        r2: f64,
    },
    /// Variances $e_j\propto j^{-a}$ of mean 1, $b_j^2\propto j^{-c}$ with $\sum_jb_j^2e_j=1$.
    PowerLaw {
        /// $a$.
        decay: f64,
        /// $c$.
        teacher_decay: f64,
    },
    /// Any variances and teacher.
    Diagonal {
        /// $e_j\ge0$.
        eigenvalues: Vec<f64>,
        /// $b_j$.
        teacher: Vec<f64>,
    },
}

impl InputLaw {
    /// Whether inputs of `dimension` dimensions can have this law.
    ///
    /// # Errors
    /// The first field that is out of range.
    pub fn check(&self, dimension: usize) -> Result<(), SettingError> {
        match self {
            Self::Isotropic { r2 } => check_variance("isotropic.r2", *r2),
            Self::PowerLaw { decay, teacher_decay } => {
                within("power_law.decay", *decay, 0.0..=100.0)?;
                within("power_law.teacher_decay", *teacher_decay, 0.0..=100.0)
            }
            Self::Diagonal { eigenvalues, teacher } => {
                for (field, list) in [("diagonal.eigenvalues", eigenvalues), ("diagonal.teacher", teacher)] {
                    let valid = format!("{dimension} numbers, one a dimension");
                    require(list.len() == dimension, field, format!("a list of {}", list.len()), valid)?;
                }
                eigenvalues.iter().try_for_each(|e| check_variance("diagonal.eigenvalues", *e))?;
                teacher.iter().try_for_each(|b| within("diagonal.teacher", *b, -LARGEST..=LARGEST))
            }
        }
    }

    /// The variances $e_j$ of the inputs and the components $b_j$ of the teacher, $d$ each.
    pub fn spectrum(&self, dimension: usize) -> Result<(Vec<f64>, Vec<f64>), TheoryError> {
        at_least_one("dimension", dimension)?;
        let d = dimension as f64;
        match self {
            Self::Isotropic { r2 } => {
                let component = (non_negative("r2", *r2)? / d).sqrt();
                Ok((vec![1.0; dimension], vec![component; dimension]))
            }
            Self::PowerLaw { decay, teacher_decay } => {
                non_negative("decay", *decay)?;
                non_negative("teacher_decay", *teacher_decay)?;
                let powers = |exponent: f64| (1..=dimension).map(move |j| (j as f64).powf(-exponent));
                let scale = d / powers(*decay).sum::<f64>();
                let eigenvalues: Vec<f64> = powers(*decay).map(|e| scale * e).collect();
                let signal: f64 = powers(*teacher_decay).zip(&eigenvalues).map(|(b2, e)| b2 * e).sum();
                let teacher = powers(*teacher_decay).map(|b2| (b2 / signal).sqrt()).collect();
                Ok((eigenvalues, teacher))
            }
            Self::Diagonal { eigenvalues, teacher } => {
                if eigenvalues.len() != dimension || teacher.len() != dimension {
                    let lengths = format!("lists of {} and {}", eigenvalues.len(), teacher.len());
                    return Err(TheoryError::invalid(
                        "eigenvalues, teacher",
                        lengths,
                        format!("two lists of {dimension} numbers"),
                    ));
                }
                for e in eigenvalues {
                    non_negative("eigenvalues", *e)?;
                }
                if let Some(b) = teacher.iter().find(|b| !b.is_finite()) {
                    return Err(TheoryError::invalid("teacher", b, "finite numbers"));
                }
                Ok((eigenvalues.clone(), teacher.clone()))
            }
        }
    }
}

/// Random linear regression: $N$ samples in $d$ dimensions.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct LinearModel {
    /// $N$.
    pub samples: usize,
    /// $d$.
    pub dimension: usize,
    /// Inputs and teacher.
    pub inputs: InputLaw,
    /// Label noise, a mixture of centred normal laws: shares $\pi_k$, which add up to 1, and variances $q_k$.
    pub noise: Vec<(f64, f64)>,
}

impl LinearModel {
    /// Isotropic inputs with label noise of variance $\sigma^2$.
    pub fn isotropic(samples: usize, dimension: usize, r2: f64, sigma2: f64) -> Self {
        Self { samples, dimension, inputs: InputLaw::Isotropic { r2 }, noise: vec![(1.0, sigma2)] }
    }

    /// Whether data can be drawn.
    ///
    /// # Errors
    /// The first field that is out of range.
    pub fn check(&self) -> Result<(), SettingError> {
        checks::count("samples", self.samples)?;
        checks::count("dimension", self.dimension)?;
        self.inputs.check(self.dimension).map_err(|error| error.within("inputs"))?;
        filled("noise", &self.noise)?;
        for (share, variance) in &self.noise {
            within("noise", *share, 0.0..=1.0)?;
            check_variance("noise", *variance)?;
        }
        let total: f64 = self.noise.iter().map(|(share, _)| share).sum();
        let valid = "shares that add up to 1, each with a variance";
        require((total - 1.0).abs() <= 1e-12, "noise", format!("shares of {total} in all"), valid)
    }

    /// Draws data.
    ///
    /// # Errors
    /// Sizes of zero, variances below zero, shares that do not add up to 1.
    pub fn draw(&self, streams: &Streams) -> Result<LinearData, SimulationError> {
        let n = at_least_one("samples", self.samples)?;
        let (eigenvalues, teacher) = self.inputs.spectrum(self.dimension)?;
        let d = eigenvalues.len();
        for (share, variance) in &self.noise {
            non_negative("noise", *share)?;
            non_negative("noise", *variance)?;
        }
        let total: f64 = self.noise.iter().map(|(share, _)| share).sum();
        if (total - 1.0).abs() > 1e-12 {
            return Err(TheoryError::invalid("noise", total, "shares that add up to 1").into());
        }
        let mut x = Matrix::from_vec(d, n, streams.child("inputs").normals(d * n, 1.0));
        for (mut row, e) in x.row_iter_mut().zip(&eigenvalues) {
            row *= e.sqrt();
        }
        let mut rng = streams.child("components").rng(0);
        let component: Vec<usize> = (0..n)
            .map(|_| {
                let mut rest: f64 = if self.noise.len() > 1 { rng.random() } else { 0.0 };
                let chosen = self.noise.iter().position(|(share, _)| {
                    rest -= share;
                    rest < 0.0
                });
                chosen.unwrap_or(self.noise.len() - 1)
            })
            .collect();
        let normals = streams.child("noise").normals(n, 1.0);
        let labels = (0..n)
            .map(|i| {
                let signal = linalg::dot(&teacher, column(&x, i));
                signal + self.noise[component[i]].1.sqrt() * normals[i]
            })
            .collect();
        Ok(LinearData { x, labels, component, eigenvalues, teacher })
    }
}

/// Column `i` of `x`.
pub(super) fn column(x: &Matrix, i: usize) -> &[f64] {
    let rows = x.nrows();
    &x.as_slice()[i * rows..(i + 1) * rows]
}

/// One draw of a [`LinearModel`].
#[derive(Debug, Clone)]
pub struct LinearData {
    /// Inputs ($d\times N$), one sample a column.
    pub x: Matrix,
    /// $y$ ($N$).
    pub labels: Vec<f64>,
    /// The component of the noise that each label has got ($N$).
    pub component: Vec<usize>,
    /// $e_j$ ($d$).
    pub eigenvalues: Vec<f64>,
    /// $b_j$ ($d$).
    pub teacher: Vec<f64>,
}

/// What is measured of weights $w$.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Measured {
    /// $p$: the share of augmented samples.
    pub ratio: f64,
    /// $v=\frac1N\sum_ir_i^2$.
    pub training: f64,
    /// $R=(w-w_*)^\top\Sigma(w-w_*)$, without label noise.
    pub test: f64,
    /// $W=\|w\|^2$.
    pub square: f64,
}

impl Measured {
    /// The mean over states, which must be at least one.
    pub fn mean(states: &[Self]) -> Self {
        let count = states.len().max(1) as f64;
        let of = |f: fn(&Self) -> f64| states.iter().map(f).sum::<f64>() / count;
        Self {
            ratio: of(|s| s.ratio),
            training: of(|s| s.training),
            test: of(|s| s.test),
            square: of(|s| s.square),
        }
    }
}

impl LinearData {
    /// $N$.
    pub fn samples(&self) -> usize {
        self.x.ncols()
    }

    /// $d$.
    pub fn dimension(&self) -> usize {
        self.x.nrows()
    }

    /// $r_i=y_i-w\cdot x_i$. $2Nd$ flops.
    pub fn residuals(&self, weights: &[f64], out: &mut Vec<f64>) {
        out.clear();
        let fits = (0..self.samples()).map(|i| linalg::dot(weights, column(&self.x, i)));
        out.extend(self.labels.iter().zip(fits).map(|(y, fit)| y - fit));
    }

    /// What is measured of `weights` with the given residuals and ratio.
    pub fn measure(&self, weights: &[f64], residuals: &[f64], ratio: f64) -> Measured {
        let parts = self.eigenvalues.iter().zip(weights).zip(&self.teacher);
        Measured {
            ratio,
            training: linalg::dot(residuals, residuals) / self.samples() as f64,
            test: parts.map(|((e, w), b)| e * (w - b).powi(2)).sum(),
            square: linalg::dot(weights, weights),
        }
    }

    /// The same samples with inputs $x+s\xi$, $\xi\sim\mathcal N(0,I_d)$ drawn once; `s2` $=s^2$.
    pub fn frozen_copy(&self, s2: f64, streams: &Streams) -> Result<Self, SimulationError> {
        let noise = streams.normals(self.x.len(), non_negative("s2", s2)?.sqrt());
        let mut copy = self.clone();
        copy.x.iter_mut().zip(noise).for_each(|(x, noise)| *x += noise);
        Ok(copy)
    }
}

/// The check of $s^2$ and $\eta$ that descents share.
pub(super) fn check_step(s2: f64, eta: f64) -> Result<(), TheoryError> {
    non_negative("s2", s2)?;
    positive("eta", eta)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn streams() -> Streams {
        Streams::for_trial("linear", "", 0, 0)
    }

    #[test]
    fn laws_have_their_moments() {
        let law = InputLaw::PowerLaw { decay: 1.0, teacher_decay: 0.5 };
        let (e, b) = law.spectrum(200).unwrap();
        assert!((e.iter().sum::<f64>() / 200.0 - 1.0).abs() < 1e-12);
        assert!((e.iter().zip(&b).map(|(e, b)| e * b * b).sum::<f64>() - 1.0).abs() < 1e-12);
        assert!((e[0] / e[9] - 10.0).abs() < 1e-9 && ((b[0] / b[15]).powi(2) - 4.0).abs() < 1e-9);
        let mut model = LinearModel::isotropic(4000, 20, 2.0, 0.0);
        model.noise = vec![(0.9, 0.05), (0.1, 4.0)];
        let data = model.draw(&streams()).unwrap();
        let mut noise = Vec::new();
        data.residuals(&data.teacher, &mut noise);
        let variance = |k: usize| {
            let own: Vec<f64> = (0..4000).filter(|i| data.component[*i] == k).map(|i| noise[i]).collect();
            (own.len() as f64 / 4000.0, own.iter().map(|e| e * e).sum::<f64>() / own.len() as f64)
        };
        let ((_, clean), (share, outlier)) = (variance(0), variance(1));
        assert!((clean - 0.05).abs() < 0.006 && (share - 0.1).abs() < 0.02 && (outlier - 4.0).abs() < 1.2);
        assert!((data.measure(&[0.0; 20], &noise, 0.0).test - 2.0).abs() < 1e-12);
        let copy = data.frozen_copy(0.5, &streams()).unwrap();
        assert!(((&copy.x - &data.x).norm_squared() / 80_000.0 - 0.5).abs() < 0.02);
    }

    #[test]
    fn models_that_make_no_sense_are_refused_by_name() {
        let refusal = |change: fn(&mut LinearModel)| {
            let mut model = LinearModel::isotropic(8, 4, 1.0, 0.1);
            change(&mut model);
            model.draw(&streams()).unwrap_err().to_string()
        };
        assert!(refusal(|m| m.samples = 0).contains("`samples`"));
        assert!(refusal(|m| m.dimension = 0).contains("`dimension`"));
        assert!(refusal(|m| m.noise = vec![(0.4, 1.0), (0.5, 1.0)]).contains("add up to 1"));
        assert!(refusal(|m| m.noise = vec![]).contains("add up to 1"));
        assert!(refusal(|m| m.noise = vec![(1.0, -1.0)]).contains("`noise`"));
        assert!(refusal(|m| m.inputs = InputLaw::Isotropic { r2: f64::NAN }).contains("`r2`"));
        let short = |m: &mut LinearModel| {
            m.inputs = InputLaw::Diagonal { eigenvalues: vec![1.0; 3], teacher: vec![1.0; 4] };
        };
        assert!(refusal(short).contains("two lists of 4"));
        let data = LinearModel::isotropic(8, 4, 1.0, 0.1).draw(&streams()).unwrap();
        assert!(data.frozen_copy(-1.0, &streams()).is_err());
    }
}
