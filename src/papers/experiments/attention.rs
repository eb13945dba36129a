//! Attentional Boltzmann machines: annealing, Gibbs chains, first steps of learning, retrieval, storage.

use nalgebra::DMatrix;
use rand::RngExt;
use rand_distr::{Beta, Distribution, StandardNormal};
use serde::Serialize;
use solvable_theory::TheoryError;
use solvable_theory::attention_boltzmann::AttentionMachine;

use crate::simulate::attention::{annealed_log_z, gibbs_averages, likelihood_gradient};
use crate::simulate::linalg::symmetric_eigen;
use crate::streams::Streams;
use crate::verify::{Experiment, Outcome, TrialFailure};

/// Random machines: patterns of one norm in random directions, or with independent entries and random biases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RandomMachine {
    /// $d$.
    pub dimension: usize,
    /// $K$.
    pub patterns: usize,
    /// $n=1/\beta$.
    pub order: usize,
    /// $\|\xi_\mu\|^2$; without it entries are standard normal, and biases normal with standard deviation 0.3.
    pub square: Option<f64>,
}

impl RandomMachine {
    /// The machine with the given patterns and, if there are any, biases, as they are stored.
    pub fn machine(&self, xi: &[f64], b: &[f64], c: &[f64]) -> Result<AttentionMachine, TheoryError> {
        let given = |list: &[f64]| (!list.is_empty()).then(|| list.to_vec());
        let xi = DMatrix::from_row_slice(self.patterns, self.dimension, xi);
        AttentionMachine::new(xi, given(b), given(c), 1.0, (self.order as f64).recip())
    }

    /// Patterns row by row, $b$, $c$.
    fn draw(&self, streams: &Streams) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let (k, d) = (self.patterns, self.dimension);
        let mut xi = streams.child("patterns").normals(k * d, 1.0);
        let Some(square) = self.square else {
            return (xi, streams.child("b").normals(d, 0.3), streams.child("c").normals(k, 0.3));
        };
        for row in xi.chunks_mut(d) {
            let scale = (square / row.iter().map(|x| x * x).sum::<f64>()).sqrt();
            row.iter_mut().for_each(|x| *x *= scale);
        }
        (xi, Vec::new(), Vec::new())
    }
}

/// Annealed importance sampling of random machines.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnnealingSetting {
    /// The machine.
    #[serde(flatten)]
    pub machine: RandomMachine,
    /// $R$.
    pub chains: usize,
    /// $T$.
    pub temperatures: usize,
}

/// `log_z` and its standard error `error`, for the patterns `xi` (row by row).
pub struct Annealing;

impl Experiment for Annealing {
    type Setting = AnnealingSetting;
    const ID: &'static str = "annealing";
    const VERSION: u32 = 1;

    fn run(setting: &AnnealingSetting, streams: &Streams) -> Result<Outcome, TrialFailure> {
        let (xi, b, c) = setting.machine.draw(streams);
        let machine = setting.machine.machine(&xi, &b, &c)?;
        let (log_z, error) = annealed_log_z(&machine, setting.chains, setting.temperatures, streams)?;
        Ok(Outcome::new().with("log_z", log_z).with("error", error).with_list("xi", xi))
    }

    fn cost(setting: &AnnealingSetting) -> f64 {
        let size = setting.machine.dimension * setting.machine.patterns * setting.machine.order;
        (setting.chains * setting.temperatures * size) as f64
    }
}

/// Gibbs chains of random machines.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GibbsSetting {
    /// The machine.
    #[serde(flatten)]
    pub machine: RandomMachine,
    /// Chains.
    pub chains: usize,
    /// Sweeps before the averages.
    pub burn: usize,
    /// Sweeps of the averages.
    pub kept: usize,
}

/// `products` $=\mathbb E\lbrack p(v)v^\top\rbrack$ (row by row), `mean` $=\mathbb Ev$ and `entropy` $=\mathbb E\,H(p(v))$ over Gibbs chains, for the machine `xi`, `b`, `c`.
pub struct GibbsMoments;

impl Experiment for GibbsMoments {
    type Setting = GibbsSetting;
    const ID: &'static str = "gibbs-moments";
    const VERSION: u32 = 1;

    fn run(setting: &GibbsSetting, streams: &Streams) -> Result<Outcome, TrialFailure> {
        let (xi, b, c) = setting.machine.draw(streams);
        let machine = setting.machine.machine(&xi, &b, &c)?;
        let averages = gibbs_averages(&machine, setting.chains, setting.burn, setting.kept, streams)?;
        Ok(Outcome::new()
            .with_list("products", averages.products.transpose().iter().copied().collect())
            .with_list("mean", averages.mean.iter().copied().collect())
            .with("entropy", averages.entropy)
            .with_list("xi", xi)
            .with_list("b", b)
            .with_list("c", c))
    }

    fn cost(setting: &GibbsSetting) -> f64 {
        let size = setting.machine.dimension * setting.machine.patterns * setting.machine.order;
        (setting.chains * (setting.burn + setting.kept) * size) as f64
    }
}

/// The first steps of maximum likelihood on Gaussian data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EarlyLearningSetting {
    /// Eigenvalues of the covariance of the data.
    pub spectrum: Vec<f64>,
    /// Samples.
    pub samples: usize,
    /// $K$.
    pub patterns: usize,
    /// $n=1/\beta$.
    pub order: usize,
    /// $\eta$.
    pub eta: f64,
    /// Steps.
    pub steps: usize,
}

/// Rates of the patterns' spread along the two largest principal components of the data, `rates`, with their `eigenvalues`; the `amplitudes` along the first at every tenth
/// step.
pub struct EarlyLearning;

impl Experiment for EarlyLearning {
    type Setting = EarlyLearningSetting;
    const ID: &'static str = "early-learning";
    const VERSION: u32 = 1;

    fn run(setting: &EarlyLearningSetting, streams: &Streams) -> Result<Outcome, TrialFailure> {
        const FIRST: usize = 50;
        let d = setting.spectrum.len();
        let mut data =
            DMatrix::from_vec(d, setting.samples, streams.child("data").normals(d * setting.samples, 1.0));
        for (mut row, variance) in data.row_iter_mut().zip(&setting.spectrum) {
            row *= variance.sqrt();
            let mean = row.mean();
            row.add_scalar_mut(-mean);
        }
        let (values, vectors) = symmetric_eigen(&(&data * data.transpose() / setting.samples as f64))?;
        let k = setting.patterns;
        let mut xi = DMatrix::from_vec(k, d, streams.child("patterns").normals(k * d, 1e-4));
        let beta = (setting.order as f64).recip();
        let spread = |xi: &DMatrix<f64>, component: usize| {
            let along = xi * vectors.column(component);
            along.iter().map(|a| (a - along.mean()).abs()).sum::<f64>()
        };
        let mut logs = [Vec::new(), Vec::new()];
        let mut amplitudes = Vec::new();
        for step in 0..setting.steps {
            let machine = AttentionMachine::new(xi.clone(), None, None, 1.0, beta)?;
            xi += likelihood_gradient(&machine, &data)? * setting.eta;
            if step % 10 == 0 {
                amplitudes.push(spread(&xi, d - 1));
            }
            for (j, logs) in logs.iter_mut().enumerate() {
                logs.push(spread(&xi, d - 1 - j).ln());
            }
        }
        let slope = |logs: &[f64]| {
            let tail = &logs[FIRST.min(logs.len() / 2)..];
            let centre = (tail.len() as f64 - 1.0) / 2.0;
            let mean = tail.iter().sum::<f64>() / tail.len() as f64;
            let points = tail.iter().enumerate().map(|(t, log)| (t as f64 - centre, log - mean));
            let (top, bottom) =
                points.fold((0.0, 0.0), |(top, bottom), (t, log)| (top + t * log, bottom + t * t));
            top / (bottom * setting.eta)
        };
        Ok(Outcome::new()
            .with_list("rates", logs.iter().map(|logs| slope(logs)).collect())
            .with_list("eigenvalues", vec![values[d - 1], values[d - 2]])
            .with_list("amplitudes", amplitudes))
    }

    fn cost(setting: &EarlyLearningSetting) -> f64 {
        (setting.steps * setting.samples * setting.spectrum.len() * setting.patterns) as f64
    }
}

/// Retrieval of orthogonal patterns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RetrievalSetting {
    /// $K$.
    pub patterns: usize,
    /// $d\ge K$.
    pub dimension: usize,
    /// $x=\beta\sigma^2R^2$.
    pub x: f64,
}

/// `weight`, the attention on the cue's pattern after iterating the update of attention from the pattern itself to its end, at $\beta=1$, $\sigma^2=1$; the number of
/// `steps`.
pub struct Retrieval;

impl Experiment for Retrieval {
    type Setting = RetrievalSetting;
    const ID: &'static str = "retrieval";
    const VERSION: u32 = 1;

    fn run(setting: &RetrievalSetting, streams: &Streams) -> Result<Outcome, TrialFailure> {
        const STEPS: usize = 100_000;
        let (k, d) = (setting.patterns, setting.dimension);
        if k > d {
            return Err(Box::new(TheoryError::invalid("patterns", k, format!("at most d = {d}"))));
        }
        let rotation = crate::simulate::linalg::haar_orthogonal(d, streams);
        let patterns = rotation.rows(0, k) * setting.x.sqrt();
        let machine = AttentionMachine::new(patterns.clone(), None, None, 1.0, 1.0)?;
        let mut v: Vec<f64> = patterns.row(0).iter().copied().collect();
        for step in 1..=STEPS {
            let next = machine.update(&v)?;
            let moved: f64 = next.iter().zip(&v).map(|(a, b)| (a - b).powi(2)).sum();
            v = next;
            if moved.sqrt() < 1e-15 * setting.x.sqrt() || step == STEPS {
                let weight = machine.attention(&v)?[0];
                return Ok(Outcome::new().with("weight", weight).with("steps", step as f64));
            }
        }
        Err("the update has no step".into())
    }
}

/// Random patterns stored by attention.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StorageSetting {
    /// `spherical`, `ising` or `gaussian`.
    pub ensemble: String,
    /// $N$.
    pub size: usize,
    /// $\lambda=\beta$.
    pub lambda: f64,
    /// $m$, the overlap of the cue; for Gaussian patterns the cue is the pattern.
    pub overlap: f64,
    /// $P$.
    pub patterns: usize,
}

/// `weight` $=p_1$, the attention on the cue's pattern, from $P-1$ drawn overlaps.
pub struct Storage;

impl Experiment for Storage {
    type Setting = StorageSetting;
    const ID: &'static str = "storage";
    const VERSION: u32 = 1;

    fn run(setting: &StorageSetting, streams: &Streams) -> Result<Outcome, TrialFailure> {
        let (n, mut rng) = (setting.size as f64, streams.child("overlaps").rng(0));
        let half = 0.5 * (n - 1.0);
        let beta = Beta::new(half, half)?;
        let square: f64 = (0..setting.size)
            .map(|_| {
                let x: f64 = StandardNormal.sample(&mut rng);
                x * x
            })
            .sum();
        let signal = if setting.ensemble == "gaussian" { square / n } else { setting.overlap };
        let mut noise = 0.0;
        for _ in 1..setting.patterns {
            let q: f64 = match setting.ensemble.as_str() {
                "spherical" => 2.0 * beta.sample(&mut rng) - 1.0,
                "gaussian" => {
                    let g: f64 = StandardNormal.sample(&mut rng);
                    (signal / n).sqrt() * g
                }
                "ising" => {
                    let bits = rng.random::<u64>() & ((1u64 << setting.size.min(63)) - 1);
                    1.0 - 2.0 * f64::from(bits.count_ones()) / n
                }
                other => return Err(format!("no ensemble is called {other}").into()),
            };
            noise += (n * setting.lambda * (q - signal)).exp();
        }
        Ok(Outcome::new().with("weight", 1.0 / (1.0 + noise)))
    }

    fn cost(setting: &StorageSetting) -> f64 {
        30.0 * setting.patterns as f64
    }
}
