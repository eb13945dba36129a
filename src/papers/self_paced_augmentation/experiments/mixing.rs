//! Linear regression on all mixtures or masks of its samples, one by one.

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{non_negative, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::problem;
use solvable_simulate::linalg::LargeCholesky;

/// What becomes of samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mixing {
    /// Pairs are mixed with shares of the law Beta(α, α).
    Mixup(f64),
    /// Every input is kept with this probability.
    Dropout(f64),
    /// So many adjacent inputs of a ring are hidden.
    Cutout(usize),
}

/// Regression on random data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MixedRegressionSetting {
    /// $N$.
    pub samples: usize,
    /// $d$.
    pub dimension: usize,
    /// The mean of every input and label, whose deviations are 1.
    pub mean: f64,
    /// $\lambda$.
    pub ridge: f64,
    /// The mixtures or masks.
    pub mixing: Mixing,
}

/// The minimiser of the mean loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MixedRegressionOutcome {
    /// The number of the problem, which gives the data again.
    pub problem: f64,
    /// $w$.
    pub weights: Vec<f64>,
}

/// Inputs ($N\times d$) and labels of the problem `number`.
pub fn mixed_problem(setting: &MixedRegressionSetting, number: f64) -> (DMatrix<f64>, DVector<f64>) {
    let streams = Streams::of_problem("mixed problem", "", number as u64);
    let MixedRegressionSetting { samples, dimension, mean, .. } = *setting;
    let draw = |name: &str, count: usize| -> Vec<f64> {
        streams.child(name).normals(count, 1.0).into_iter().map(|x| x + mean).collect()
    };
    let inputs = DMatrix::from_vec(samples, dimension, draw("inputs", samples * dimension));
    (inputs, DVector::from_vec(draw("labels", samples)))
}

/// Shares $\mu$, $1-\mu$ and their weights under Beta(α, α): a rule in $\mu=(1+\tanh(\frac\pi2\sinh t))/2$, in which densities with ends that diverge are smooth.
fn shares(alpha: f64) -> Vec<(f64, f64, f64)> {
    const STEP: f64 = 1.0 / 32.0;
    let node = |k: i32| {
        let t = STEP * f64::from(k);
        let u = std::f64::consts::PI * t.sinh();
        let (mu, rest) = (1.0 / (1.0 + (-u).exp()), 1.0 / (1.0 + u.exp()));
        (mu, rest, (mu * rest).powf(alpha) * t.cosh())
    };
    let nodes: Vec<_> = (-160..=160).map(node).collect();
    let total: f64 = nodes.iter().map(|(_, _, weight)| weight).sum();
    nodes.into_iter().map(|(mu, rest, weight)| (mu, rest, weight / total)).collect()
}

/// Sums of the weighted squares.
struct Normal {
    second: DMatrix<f64>,
    cross: DVector<f64>,
}

impl Normal {
    fn add(&mut self, x: &DVector<f64>, y: f64, weight: f64) {
        self.second.ger(weight, x, x, 1.0);
        self.cross.axpy(weight * y, x, 1.0);
    }
}

/// Every mixture or mask with its weight, added up.
pub struct MixedRegression;

impl Experiment for MixedRegression {
    type Setting = MixedRegressionSetting;
    type Outcome = MixedRegressionOutcome;
    const ID: &'static str = "mixed-regression";
    const VERSION: u32 = 1;

    fn check(setting: &MixedRegressionSetting) -> Result<(), SettingError> {
        let MixedRegressionSetting { samples, dimension, mean, ridge, mixing } = setting;
        within("samples", *samples, 1..=200)?;
        within("dimension", *dimension, 1..=12)?;
        let valid = "a number from -1000 to 1000";
        require(mean.abs() <= 1e3, "mean", *mean, valid)?;
        non_negative("ridge", *ridge)?;
        match mixing {
            Mixing::Mixup(alpha) => {
                require((0.1..=100.0).contains(alpha), "mixing.mixup", *alpha, "a number from 0.1 to 100")
            }
            Mixing::Dropout(keep) => {
                let holds = *keep > 0.0 && *keep <= 1.0;
                require(holds, "mixing.dropout", *keep, "a number > 0 and <= 1")
            }
            Mixing::Cutout(block) => {
                let valid = format!("from 1 to {}", dimension - 1);
                require((1..*dimension).contains(block), "mixing.cutout", *block, valid)
            }
        }
    }

    fn run(
        setting: &MixedRegressionSetting,
        streams: &Streams,
    ) -> Result<MixedRegressionOutcome, TrialFailure> {
        let number = problem(streams) as f64;
        let (x, y) = mixed_problem(setting, number);
        let (n, d) = x.shape();
        let mut normal = Normal { second: DMatrix::zeros(d, d), cross: DVector::zeros(d) };
        // Masks with their chances; what is kept is divided by its chance.
        let masks: Vec<(Vec<f64>, f64)> = match setting.mixing {
            Mixing::Mixup(alpha) => {
                let shares = shares(alpha);
                for i in 0..n {
                    for j in 0..n {
                        for (mu, rest, weight) in &shares {
                            let mixed = (x.row(i) * *mu + x.row(j) * *rest).transpose();
                            normal.add(&mixed, mu * y[i] + rest * y[j], weight / (n * n) as f64);
                        }
                    }
                }
                Vec::new()
            }
            Mixing::Dropout(keep) => (0..1usize << d)
                .map(|set| {
                    let kept = |j: usize| set >> j & 1 == 1;
                    let chance = (0..d).map(|j| if kept(j) { keep } else { 1.0 - keep }).product();
                    ((0..d).map(|j| if kept(j) { 1.0 / keep } else { 0.0 }).collect(), chance)
                })
                .collect(),
            Mixing::Cutout(block) => (0..d)
                .map(|start| {
                    let hidden = |j: usize| (j + d - start) % d < block;
                    let factor = d as f64 / (d - block) as f64;
                    ((0..d).map(|j| if hidden(j) { 0.0 } else { factor }).collect(), 1.0 / d as f64)
                })
                .collect(),
        };
        for (mask, chance) in &masks {
            for i in 0..n {
                let masked = DVector::from_fn(d, |j, _| mask[j] * x[(i, j)]);
                normal.add(&masked, y[i], chance / n as f64);
            }
        }
        let cross = DMatrix::from_column_slice(d, 1, normal.cross.as_slice());
        let solver = LargeCholesky::new(&normal.second, setting.ridge, "the second moments of all mixtures")?;
        Ok(MixedRegressionOutcome {
            problem: number,
            weights: solver.solve(&cross).iter().copied().collect(),
        })
    }

    fn cost(setting: &MixedRegressionSetting) -> f64 {
        let (n, d) = (setting.samples as f64, setting.dimension as f64);
        let terms = match setting.mixing {
            Mixing::Mixup(_) => 321.0 * n * n,
            Mixing::Dropout(_) => n * d.exp2(),
            Mixing::Cutout(_) => n * d,
        };
        terms * 4.0 * d * d
    }
}
