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

/// Denoising score matching of a student on data of a teacher.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DenoisingSetting {
    /// The teacher's patterns, its $\sigma^2$ and $n$.
    pub teacher: (Vec<Vec<f64>>, f64, usize),
    /// The student's patterns, its $\sigma^2$ and $n$.
    pub student: (Vec<Vec<f64>>, f64, usize),
    /// $s^2$.
    pub noise_var: f64,
    /// Samples of a trial.
    pub samples: usize,
}

impl DenoisingSetting {
    /// Teacher and student.
    pub fn machines(&self) -> Result<(AttentionMachine, AttentionMachine), TheoryError> {
        let build = |(xi, sigma2, order): &(Vec<Vec<f64>>, f64, usize)| {
            let columns = xi.first().map_or(0, Vec::len);
            if xi.iter().any(|row| row.len() != columns) {
                return Err(TheoryError::invalid("xi", "rows of several lengths", "rows of one length"));
            }
            let xi = DMatrix::from_row_iterator(xi.len(), columns, xi.iter().flatten().copied());
            AttentionMachine::new(xi, None, None, *sigma2, (*order as f64).recip())
        };
        Ok((build(&self.teacher)?, build(&self.student)?))
    }
}

/// The `objective` $\frac12\langle\|\nabla\log p_\theta(x+s\epsilon)+\epsilon/s\|^2\rangle$ over samples $x$ of the teacher.
pub struct Denoising;

impl Experiment for Denoising {
    type Setting = DenoisingSetting;
    const ID: &'static str = "denoising";
    const VERSION: u32 = 1;

    fn run(setting: &DenoisingSetting, streams: &Streams) -> Result<Outcome, TrialFailure> {
        let (teacher, student) = setting.machines()?;
        let mixture = teacher.mixture()?;
        let means: Vec<_> = mixture.iter().map(|c| teacher.component_mean(&c.occupation)).collect();
        let mut rng = streams.child("samples").rng(0);
        let (sigma, s) = (teacher.sigma2().sqrt(), setting.noise_var.sqrt());
        let (mut sum, mut noise) = (0.0, vec![0.0; teacher.dimension()]);
        for _ in 0..setting.samples {
            let mut rest: f64 = rng.random();
            let chosen = mixture.iter().position(|c| {
                rest -= c.weight;
                rest < 0.0
            });
            let mut v = means[chosen.unwrap_or(means.len() - 1)].clone();
            for (v, noise) in v.iter_mut().zip(noise.iter_mut()) {
                let own: f64 = StandardNormal.sample(&mut rng);
                *noise = StandardNormal.sample(&mut rng);
                *v += sigma * own + s * *noise;
            }
            let score = student.score(v.as_slice())?;
            sum += 0.5 * score.iter().zip(&noise).map(|(g, e)| (g + e / s).powi(2)).sum::<f64>();
        }
        Ok(Outcome::new().with("objective", sum / setting.samples as f64))
    }

    fn cost(setting: &DenoisingSetting) -> f64 {
        100.0 * setting.samples as f64
    }
}

/// Gaussian patterns at zero temperature.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GaussianPatternsSetting {
    /// $N$.
    pub size: usize,
    /// $P$.
    pub patterns: usize,
    /// Draws of a trial.
    pub draws: usize,
}

/// `success`, the share of draws in which a pattern is closer to itself than to all others; overlaps are drawn given its norm.
pub struct HardRetrieval;

impl Experiment for HardRetrieval {
    type Setting = GaussianPatternsSetting;
    const ID: &'static str = "hard-retrieval";
    const VERSION: u32 = 1;

    fn run(setting: &GaussianPatternsSetting, streams: &Streams) -> Result<Outcome, TrialFailure> {
        let mut rng = streams.child("overlaps").rng(0);
        let mut normal = || -> f64 { StandardNormal.sample(&mut rng) };
        let mut successes = 0;
        for _ in 0..setting.draws {
            let norm = (0..setting.size).map(|_| normal().powi(2)).sum::<f64>().sqrt();
            // All overlaps are drawn, so that a draw takes the same numbers whatever its end.
            let largest = (1..setting.patterns).map(|_| normal()).fold(f64::NEG_INFINITY, f64::max);
            successes += usize::from(largest < norm);
        }
        Ok(Outcome::new().with("success", successes as f64 / setting.draws as f64))
    }

    fn cost(setting: &GaussianPatternsSetting) -> f64 {
        10.0 * (setting.patterns * setting.draws) as f64
    }
}

/// `pairs`, the mean number of ordered pairs of patterns, the first of which is closer to the second than to itself, from Gram matrices.
pub struct FailingPairs;

impl Experiment for FailingPairs {
    type Setting = GaussianPatternsSetting;
    const ID: &'static str = "failing-pairs";
    const VERSION: u32 = 1;

    fn run(setting: &GaussianPatternsSetting, streams: &Streams) -> Result<Outcome, TrialFailure> {
        let (n, p) = (setting.size, setting.patterns);
        let mut pairs = 0;
        for draw in 0..setting.draws {
            let patterns = DMatrix::from_vec(n, p, streams.nth_child("patterns", draw).normals(n * p, 1.0));
            let gram = crate::simulate::linalg::transpose_product(&patterns, &patterns);
            pairs +=
                (0..p).map(|mu| (0..p).filter(|&nu| gram[(nu, mu)] > gram[(mu, mu)]).count()).sum::<usize>();
        }
        Ok(Outcome::new().with("pairs", pairs as f64 / setting.draws as f64))
    }

    fn cost(setting: &GaussianPatternsSetting) -> f64 {
        (setting.patterns * setting.patterns * setting.size * setting.draws) as f64
    }
}
