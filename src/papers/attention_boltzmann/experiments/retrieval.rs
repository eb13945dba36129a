//! Retrieval of orthogonal patterns, and of one of exponentially many random ones.

use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_distr::{ChiSquared, Distribution, StandardNormal};
use serde::{Deserialize, Serialize};
use solvable_theory::TheoryError;
use solvable_theory::attention_boltzmann::{AttentionMachine, PatternEnsemble};

use super::machine::RandomMachine;
use super::{check_scale, check_separation};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{positive_to, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::checks;

/// Patterns that can be drawn one after the other.
const MOST_DRAWN: usize = 1_000_000_000;

/// Patterns in $\mathbb R^N$ and an inverse temperature at which their weights can be told apart.
fn check_stored(ensemble: &str, size: usize, lambda: f64) -> Result<(), SettingError> {
    let known = ensemble.parse::<PatternEnsemble>().is_ok();
    require(known, "ensemble", ensemble, "spherical, ising or gaussian")?;
    within("size", size, 2..=checks::MOST)?;
    positive_to("lambda", lambda, 1e4 / size as f64)
}

/// Retrieval of orthogonal patterns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RetrievalSetting {
    /// $K$.
    pub patterns: usize,
    /// $d\ge K$.
    pub dimension: usize,
    /// $x=\beta\sigma^2R^2$.
    pub x: f64,
}

/// The end of the updates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RetrievalOutcome {
    /// The attention on the cue's pattern.
    pub weight: f64,
    /// The number of updates.
    pub steps: f64,
}

/// The update of attention from a pattern to its end, at $\beta=1$, $\sigma^2=1$.
pub struct Retrieval;

impl Experiment for Retrieval {
    type Setting = RetrievalSetting;
    type Outcome = RetrievalOutcome;
    const ID: &'static str = "retrieval";
    const VERSION: u32 = 1;

    fn check(setting: &RetrievalSetting) -> Result<(), SettingError> {
        let RetrievalSetting { patterns, dimension, x } = *setting;
        checks::count("dimension", dimension)?;
        let valid = format!("from 2 to {dimension}, the dimension");
        require((2..=dimension).contains(&patterns), "patterns", patterns, valid)?;
        check_scale("x", x)
    }

    fn run(setting: &RetrievalSetting, streams: &Streams) -> Result<RetrievalOutcome, TrialFailure> {
        const STEPS: usize = 100_000;
        let (k, d) = (setting.patterns, setting.dimension);
        if k > d {
            return Err(Box::new(TheoryError::invalid("patterns", k, format!("at most d = {d}"))));
        }
        let rotation = solvable_simulate::linalg::haar_orthogonal(d, streams);
        let patterns = rotation.rows(0, k) * setting.x.sqrt();
        let machine = AttentionMachine::new(patterns.clone(), None, None, 1.0, 1.0)?;
        let mut v: Vec<f64> = patterns.row(0).iter().copied().collect();
        for step in 1..=STEPS {
            let next = machine.update(&v)?;
            let moved: f64 = next.iter().zip(&v).map(|(a, b)| (a - b).powi(2)).sum();
            v = next;
            if moved.sqrt() < 1e-15 * setting.x.sqrt() || step == STEPS {
                let weight = machine.attention(&v)?[0];
                return Ok(RetrievalOutcome { weight, steps: step as f64 });
            }
        }
        Err("the update has no step".into())
    }
}

/// Random patterns stored by attention.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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

impl StorageSetting {
    /// Whether the patterns can be drawn one after the other.
    fn check(&self) -> Result<(), SettingError> {
        check_stored(&self.ensemble, self.size, self.lambda)?;
        within("overlap", self.overlap, -1.0..=1.0)?;
        let own = self.ensemble != "gaussian" || self.overlap == 1.0;
        require(own, "overlap", self.overlap, "1 for Gaussian patterns: the cue is the pattern")?;
        within("patterns", self.patterns, 2..=MOST_DRAWN)
    }
}

/// Attention at the cue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StorageOutcome {
    /// $p_1$, the attention on the cue's pattern.
    pub weight: f64,
}

/// One cue against $P-1$ drawn overlaps.
pub struct Storage;

impl Experiment for Storage {
    type Setting = StorageSetting;
    type Outcome = StorageOutcome;
    const ID: &'static str = "storage";
    const VERSION: u32 = 2;

    fn check(setting: &StorageSetting) -> Result<(), SettingError> {
        setting.check()?;
        // Signs are drawn as the bits of one number.
        let drawn = setting.ensemble != "ising" || setting.size <= 63;
        require(drawn, "size", setting.size, "from 2 to 63 for ising patterns")
    }

    fn run(setting: &StorageSetting, streams: &Streams) -> Result<StorageOutcome, TrialFailure> {
        let (n, mut rng) = (setting.size as f64, streams.child("overlaps").rng(0));
        // A direction's first coordinate: a normal over the norm of the whole Gaussian vector.
        let rest = ChiSquared::new(n - 1.0)?;
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
                "spherical" => {
                    let g: f64 = StandardNormal.sample(&mut rng);
                    g / (g * g + rest.sample(&mut rng)).sqrt()
                }
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
        Ok(StorageOutcome { weight: 1.0 / (1.0 + noise) })
    }

    fn cost(setting: &StorageSetting) -> f64 {
        30.0 * setting.patterns as f64
    }
}

/// Gaussian patterns at zero temperature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GaussianPatternsSetting {
    /// $N$.
    pub size: usize,
    /// $P$.
    pub patterns: usize,
    /// Draws of a trial.
    pub draws: usize,
}

/// How often retrieval succeeds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HardRetrievalOutcome {
    /// The share of draws in which a pattern is closer to itself than to all others.
    pub success: f64,
}

/// Patterns as their own cues; overlaps are drawn given the norm.
pub struct HardRetrieval;

impl Experiment for HardRetrieval {
    type Setting = GaussianPatternsSetting;
    type Outcome = HardRetrievalOutcome;
    const ID: &'static str = "hard-retrieval";
    const VERSION: u32 = 1;

    fn check(setting: &GaussianPatternsSetting) -> Result<(), SettingError> {
        // A rival has a quarter of the size, at least 2.
        within("size", setting.size, 8..=checks::MOST)?;
        within("patterns", setting.patterns, 2..=MOST_DRAWN)?;
        checks::count("draws", setting.draws)
    }

    fn run(
        setting: &GaussianPatternsSetting,
        streams: &Streams,
    ) -> Result<HardRetrievalOutcome, TrialFailure> {
        let mut rng = streams.child("overlaps").rng(0);
        let mut normal = || -> f64 { StandardNormal.sample(&mut rng) };
        let mut successes = 0;
        for _ in 0..setting.draws {
            let norm = (0..setting.size).map(|_| normal().powi(2)).sum::<f64>().sqrt();
            // All overlaps are drawn, so that a draw takes the same numbers whatever its end.
            let largest = (1..setting.patterns).map(|_| normal()).fold(f64::NEG_INFINITY, f64::max);
            successes += usize::from(largest < norm);
        }
        Ok(HardRetrievalOutcome { success: successes as f64 / setting.draws as f64 })
    }

    fn cost(setting: &GaussianPatternsSetting) -> f64 {
        10.0 * (setting.patterns * setting.draws) as f64
    }
}

/// How often retrieval fails.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FailingPairsOutcome {
    /// The mean number of ordered pairs of patterns, the first of which is closer to the second than to itself.
    pub pairs: f64,
}

/// Pairs of patterns, from Gram matrices.
pub struct FailingPairs;

impl Experiment for FailingPairs {
    type Setting = GaussianPatternsSetting;
    type Outcome = FailingPairsOutcome;
    const ID: &'static str = "failing-pairs";
    const VERSION: u32 = 1;

    fn check(setting: &GaussianPatternsSetting) -> Result<(), SettingError> {
        // A rival has one size less, at least 2.
        within("size", setting.size, 3..=checks::MOST)?;
        within("patterns", setting.patterns, 2..=checks::MOST)?;
        checks::count("draws", setting.draws)
    }

    fn run(
        setting: &GaussianPatternsSetting,
        streams: &Streams,
    ) -> Result<FailingPairsOutcome, TrialFailure> {
        let (n, p) = (setting.size, setting.patterns);
        let mut pairs = 0;
        for draw in 0..setting.draws {
            let patterns = DMatrix::from_vec(n, p, streams.nth_child("patterns", draw).normals(n * p, 1.0));
            let gram = solvable_simulate::linalg::transpose_product(&patterns, &patterns);
            pairs +=
                (0..p).map(|mu| (0..p).filter(|&nu| gram[(nu, mu)] > gram[(mu, mu)]).count()).sum::<usize>();
        }
        Ok(FailingPairsOutcome { pairs: pairs as f64 / setting.draws as f64 })
    }

    fn cost(setting: &GaussianPatternsSetting) -> f64 {
        (setting.patterns * setting.patterns * setting.size) as f64 * setting.draws as f64
    }
}

/// Attention on the cue's pattern.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredVectorsOutcome {
    /// At the cue.
    pub weight: f64,
    /// After iterating the update of attention from the cue.
    pub iterated: f64,
}

/// As [`Storage`], with real vectors.
pub struct StoredVectors;

impl Experiment for StoredVectors {
    type Setting = StorageSetting;
    type Outcome = StoredVectorsOutcome;
    const ID: &'static str = "stored-vectors";
    const VERSION: u32 = 1;

    fn check(setting: &StorageSetting) -> Result<(), SettingError> {
        setting.check()?;
        checks::count("patterns", setting.patterns)
    }

    fn run(setting: &StorageSetting, streams: &Streams) -> Result<StoredVectorsOutcome, TrialFailure> {
        const UPDATES: usize = 30;
        let (n, p) = (setting.size, setting.patterns);
        let patterns = random_patterns(&setting.ensemble, n, p, streams)?;
        // The cue: the pattern's share m and a perpendicular rest of the same norm.
        let own = patterns.row(0).transpose();
        let mut rest = DVector::from_vec(streams.child("cue").normals(n, 1.0));
        rest -= &own * (own.dot(&rest) / own.norm_squared());
        let m = setting.overlap;
        let cue = &own * m + &rest * ((1.0 - m * m).max(0.0).sqrt() * own.norm() / rest.norm());
        let machine = AttentionMachine::new(patterns, None, None, 1.0, setting.lambda)?;
        let weight = machine.attention(cue.as_slice())?[0];
        let mut v: Vec<f64> = cue.iter().copied().collect();
        for _ in 0..UPDATES {
            v = machine.update(&v)?;
        }
        Ok(StoredVectorsOutcome { weight, iterated: machine.attention(&v)?[0] })
    }

    fn cost(setting: &StorageSetting) -> f64 {
        100.0 * (setting.patterns * setting.size) as f64
    }
}

/// `P` random patterns in $\mathbb R^N$, one a row.
fn random_patterns(
    ensemble: &str,
    n: usize,
    p: usize,
    streams: &Streams,
) -> Result<DMatrix<f64>, TrialFailure> {
    let mut patterns = DMatrix::from_vec(n, p, streams.child("patterns").normals(n * p, 1.0)).transpose();
    match ensemble {
        "gaussian" => {}
        "ising" => patterns.apply(|x| *x = x.signum()),
        "spherical" => {
            patterns.row_iter_mut().for_each(|mut row| row *= (n as f64).sqrt() / row.norm());
        }
        other => return Err(format!("no ensemble is called {other}").into()),
    }
    Ok(patterns)
}

/// All patterns of one draw as cues.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AllPatternsSetting {
    /// `spherical`, `ising` or `gaussian`.
    pub ensemble: String,
    /// $N$.
    pub size: usize,
    /// $\lambda=\beta$.
    pub lambda: f64,
    /// $P$.
    pub patterns: usize,
}

/// Patterns that keep more than half of the attention with themselves as cue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AllPatternsOutcome {
    /// Their share.
    pub share: f64,
    /// One if every one does, else zero.
    pub all: f64,
}

/// Every pattern as its own cue.
pub struct AllPatterns;

impl Experiment for AllPatterns {
    type Setting = AllPatternsSetting;
    type Outcome = AllPatternsOutcome;
    const ID: &'static str = "all-patterns";
    const VERSION: u32 = 1;

    fn check(setting: &AllPatternsSetting) -> Result<(), SettingError> {
        check_stored(&setting.ensemble, setting.size, setting.lambda)?;
        within("patterns", setting.patterns, 2..=checks::MOST)
    }

    fn run(setting: &AllPatternsSetting, streams: &Streams) -> Result<AllPatternsOutcome, TrialFailure> {
        /// Cues whose overlaps are held at once.
        const BLOCK: usize = 256;
        let patterns = random_patterns(&setting.ensemble, setting.size, setting.patterns, streams)?;
        let patterns = patterns.transpose();
        let mut kept = 0;
        for first in (0..setting.patterns).step_by(BLOCK) {
            let cues = patterns.columns(first, BLOCK.min(setting.patterns - first)).into_owned();
            let gram = solvable_simulate::linalg::transpose_product(&patterns, &cues);
            for (j, column) in gram.column_iter().enumerate() {
                let own = column[first + j];
                // Its own term is one; more than half of the attention is kept while the others do not exceed it.
                let all: f64 = column.iter().map(|q| (setting.lambda * (q - own)).exp()).sum();
                kept += usize::from(all < 2.0);
            }
        }
        Ok(AllPatternsOutcome {
            share: kept as f64 / setting.patterns as f64,
            all: f64::from(u8::from(kept == setting.patterns)),
        })
    }

    fn cost(setting: &AllPatternsSetting) -> f64 {
        30.0 * (setting.patterns * setting.patterns) as f64
    }
}

/// The weights of many Gaussian patterns in the mixture at $\beta=1$.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MixtureWeightsSetting {
    /// $d$.
    pub dimension: usize,
    /// $K$.
    pub patterns: usize,
    /// $\theta=\sigma^2s_\xi^2$.
    pub theta: f64,
}

/// The sum of the weights, and how many carry it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MixtureWeightsOutcome {
    /// $\frac1d\log\sum_\mu e^{\theta\chi_{d,\mu}^2/2}$.
    pub f: f64,
    /// The inverse participation ratio of the terms.
    pub participation: f64,
}

/// The terms of $\sum_\mu e^{\theta\chi_{d,\mu}^2/2}$.
pub struct MixtureWeights;

impl Experiment for MixtureWeights {
    type Setting = MixtureWeightsSetting;
    type Outcome = MixtureWeightsOutcome;
    const ID: &'static str = "mixture-weights";
    const VERSION: u32 = 1;

    fn check(setting: &MixtureWeightsSetting) -> Result<(), SettingError> {
        within("dimension", setting.dimension, 2..=checks::MOST)?;
        within("patterns", setting.patterns, 2..=MOST_DRAWN)?;
        check_scale("theta", setting.theta)
    }

    fn run(
        setting: &MixtureWeightsSetting,
        streams: &Streams,
    ) -> Result<MixtureWeightsOutcome, TrialFailure> {
        let d = setting.dimension as f64;
        let (squares, mut rng) = (ChiSquared::new(d)?, streams.child("patterns").rng(0));
        // Online: the largest exponent so far, the sums of the terms and of their squares relative to it.
        let (mut largest, mut sum, mut square) = (f64::NEG_INFINITY, 0.0, 0.0);
        for _ in 0..setting.patterns {
            let exponent: f64 = 0.5 * setting.theta * squares.sample(&mut rng);
            if exponent > largest {
                let factor: f64 = (largest - exponent).exp();
                (sum, square, largest) = (sum * factor, square * factor * factor, exponent);
            }
            let term = (exponent - largest).exp();
            (sum, square) = (sum + term, square + term * term);
        }
        Ok(MixtureWeightsOutcome { f: (largest + sum.ln()) / d, participation: square / (sum * sum) })
    }

    fn cost(setting: &MixtureWeightsSetting) -> f64 {
        60.0 * setting.patterns as f64
    }
}

/// Updates of attention on random machines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UpdatesSetting {
    /// The machine.
    #[serde(flatten)]
    pub machine: RandomMachine,
    /// Whether there are two patterns, one the negative of the other.
    pub antipodal: bool,
    /// Random states to update.
    pub states: usize,
}

/// Extremes over random states $v$ with updates $v'$, and over patterns with $\Delta_\mu>0$.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UpdatesOutcome {
    /// The least of $(E(v)-E(v'))\,2\sigma^2/\|v'-v\|^2$ over states.
    pub decrease: f64,
    /// The largest of $\|T(\xi_\mu)-\xi_\mu\|/(2M(K-1)e^{-\beta\Delta_\mu})$ over patterns.
    pub ratio: f64,
    /// The largest $\beta\Delta_\mu$.
    pub exponent: f64,
}

/// Updates of random states and of patterns.
pub struct Updates;

impl Experiment for Updates {
    type Setting = UpdatesSetting;
    type Outcome = UpdatesOutcome;
    const ID: &'static str = "updates";
    const VERSION: u32 = 1;

    fn check(setting: &UpdatesSetting) -> Result<(), SettingError> {
        let UpdatesSetting { machine, antipodal, states } = setting;
        machine.check_unbiased()?;
        let most = if *antipodal { 2 } else { checks::MOST };
        within("patterns", machine.patterns, 2..=most)?;
        machine.square.map_or(Ok(()), |square| check_separation(square, machine.order))?;
        checks::count("states", *states)
    }

    fn run(setting: &UpdatesSetting, streams: &Streams) -> Result<UpdatesOutcome, TrialFailure> {
        let (mut xi, b, c) = setting.machine.draw(streams);
        let (k, d) = (setting.machine.patterns, setting.machine.dimension);
        if setting.antipodal {
            if k != 2 {
                return Err(Box::new(TheoryError::invalid("patterns", k, "2 for antipodal patterns")));
            }
            let (first, second) = xi.split_at_mut(d);
            second.iter_mut().zip(first).for_each(|(second, first)| *second = -*first);
        }
        let machine = setting.machine.machine(&xi, &b, &c)?;
        let states = streams.child("states").normals(d * setting.states, 3.0);
        let mut decrease = f64::INFINITY;
        for v in states.chunks(d) {
            let next = machine.update(v)?;
            let moved: f64 = next.iter().zip(v).map(|(a, b)| (a - b).powi(2)).sum();
            decrease = decrease.min((machine.energy(v)? - machine.energy(&next)?) * 2.0 / moved);
        }
        let (patterns, beta) = (machine.patterns(), machine.beta());
        let gram = patterns * patterns.transpose();
        let radius = gram.diagonal().max().sqrt();
        let (mut ratio, mut exponent) = (0.0f64, 0.0f64);
        for mu in 0..k {
            let rivals = (0..k).filter(|nu| *nu != mu).map(|nu| gram[(mu, nu)]);
            let gap = gram[(mu, mu)] - rivals.fold(f64::NEG_INFINITY, f64::max);
            if gap <= 0.0 {
                continue;
            }
            let pattern: Vec<f64> = patterns.row(mu).iter().copied().collect();
            let next = machine.update(&pattern)?;
            let moved: f64 = next.iter().zip(&pattern).map(|(a, b)| (a - b).powi(2)).sum();
            ratio = ratio.max(moved.sqrt() * (beta * gap).exp() / (2.0 * radius * (k - 1) as f64));
            exponent = exponent.max(beta * gap);
        }
        Ok(UpdatesOutcome { decrease, ratio, exponent })
    }
}
