//! Log-sum-exp memories before and after new patterns.

use nalgebra::DMatrix;
use rand::seq::index::sample;
use serde::{Deserialize, Serialize};

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{non_negative, positive_to, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_simulate::linalg::{equicorrelated_root, haar_orthogonal};
use solvable_simulate::memories::{SphereOverlaps, energy};

/// Patterns that a trial may draw one after the other.
const MOST_DRAWN: usize = 1_000_000_000;

fn check_sphere(size: usize, beta: f64) -> Result<(), SettingError> {
    within("size", size, 4..=100_000)?;
    positive_to("beta", beta, 1e4 / size as f64)
}

/// An old pattern among exponentially many new ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SurvivalSetting {
    /// $N$.
    pub size: usize,
    /// $\beta$.
    pub beta: f64,
    /// $r$, the overlap of the old pattern with the centre of the new task.
    pub centre: f64,
    /// $\rho$, the mutual overlap of the new patterns.
    pub alike: f64,
    /// $P$.
    pub patterns: usize,
}

/// Attention on the old pattern.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SurvivalOutcome {
    /// $p_1$ at the old pattern.
    pub weight: f64,
}

/// Whether an old pattern is retrieved among new ones.
pub struct Survival;

impl Experiment for Survival {
    type Setting = SurvivalSetting;
    type Outcome = SurvivalOutcome;
    const ID: &'static str = "survival";
    const VERSION: u32 = 1;

    fn check(setting: &SurvivalSetting) -> Result<(), SettingError> {
        check_sphere(setting.size, setting.beta)?;
        within("centre", setting.centre, -1.0..=1.0)?;
        within("alike", setting.alike, 0.0..=1.0)?;
        within("patterns", setting.patterns, 1..=MOST_DRAWN)
    }

    fn run(setting: &SurvivalSetting, streams: &Streams) -> Result<SurvivalOutcome, TrialFailure> {
        let mut rng = streams.child("overlaps").rng(0);
        let law = SphereOverlaps::new(setting.size - 1).ok_or("too few dimensions")?;
        let (r, rho) = (setting.centre, setting.alike);
        let (along, across) = (rho.sqrt() * r, ((1.0 - rho) * (1.0 - r * r)).sqrt());
        let scale = setting.size as f64 * setting.beta;
        let noise = law.log_sum(setting.patterns, |q| scale * (along + across * q - 1.0), &mut rng);
        Ok(SurvivalOutcome { weight: 1.0 / (1.0 + noise.exp()) })
    }
}

/// One task of random patterns in the place of another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplacedSetting {
    /// $N$.
    pub size: usize,
    /// $\beta$.
    pub beta: f64,
    /// $K_A$.
    pub old: usize,
    /// $K_B$.
    pub new: usize,
    /// Draws of a trial.
    pub draws: usize,
}

/// The rise of the energy at an old pattern.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplacedOutcome {
    /// Its mean over the draws, over $N$.
    pub rise: f64,
}

/// What replacement by random patterns forgets.
pub struct Replaced;

impl Experiment for Replaced {
    type Setting = ReplacedSetting;
    type Outcome = ReplacedOutcome;
    const ID: &'static str = "replaced";
    const VERSION: u32 = 1;

    fn check(setting: &ReplacedSetting) -> Result<(), SettingError> {
        check_sphere(setting.size, setting.beta)?;
        within("old", setting.old, 1..=MOST_DRAWN)?;
        within("new", setting.new, 1..=MOST_DRAWN)?;
        within("draws", setting.draws, 1..=1_000_000)
    }

    fn run(setting: &ReplacedSetting, streams: &Streams) -> Result<ReplacedOutcome, TrialFailure> {
        let mut rng = streams.child("overlaps").rng(0);
        let law = SphereOverlaps::new(setting.size).ok_or("too few dimensions")?;
        let scale = setting.size as f64 * setting.beta;
        let (old, new) = ((setting.old as f64).ln(), (setting.new as f64).ln());
        let mut rise = 0.0;
        for _ in 0..setting.draws {
            // The tested pattern is one of the old ones.
            let others = law.log_sum(setting.old - 1, |q| scale * (q - 1.0), &mut rng);
            let before = scale + others.exp().ln_1p() - old;
            let after = law.log_sum(setting.new, |q| scale * q, &mut rng) - new;
            rise += (before - after) / scale;
        }
        Ok(ReplacedOutcome { rise: rise / setting.draws as f64 })
    }
}

/// A random buffer of old patterns at equal angles, replayed beside new ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplaySetting {
    /// $\beta$.
    pub beta: f64,
    /// $R^2$.
    pub square: f64,
    /// $q$, the overlap of the old patterns over $R^2$.
    pub overlap: f64,
    /// $r$, the overlap of the new patterns with the tested old one over $R^2$.
    pub new_overlap: f64,
    /// $K$.
    pub stored: usize,
    /// $m$.
    pub replayed: usize,
    /// $p$, the weight of the buffer.
    pub weight: f64,
    /// Buffers of a trial.
    pub draws: usize,
}

/// What the buffer gains.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplayOutcome {
    /// The energy without replay minus that with it, mean over the buffers.
    pub gain: f64,
}

/// Replay of what fits into a buffer.
pub struct Replay;

impl Experiment for Replay {
    type Setting = ReplaySetting;
    type Outcome = ReplayOutcome;
    const ID: &'static str = "replay";
    const VERSION: u32 = 2;

    fn check(setting: &ReplaySetting) -> Result<(), SettingError> {
        positive_to("beta", setting.beta, 100.0)?;
        positive_to("square", setting.square, 500.0 / setting.beta)?;
        within("stored", setting.stored, 2..=1000)?;
        let least = -((setting.stored - 1) as f64).recip();
        let valid = format!("from {least} to 1: so the old patterns can stand to each other");
        require((least..=1.0).contains(&setting.overlap), "overlap", setting.overlap, valid)?;
        within("new_overlap", setting.new_overlap, -1.0..=1.0)?;
        within("replayed", setting.replayed, 1..=setting.stored)?;
        non_negative("weight", setting.weight)?;
        within("weight", setting.weight, 0.0..=1e6)?;
        within("draws", setting.draws, 1..=10_000_000)
    }

    fn run(setting: &ReplaySetting, streams: &Streams) -> Result<ReplayOutcome, TrialFailure> {
        let mut rng = streams.child("buffers").rng(0);
        let (k, r2) = (setting.stored, setting.square);
        let old = equicorrelated_root(k, setting.overlap) * r2.sqrt();
        let tested = old.row(0).transpose();
        let scores = &old * &tested * setting.beta;
        // New patterns of any directions have one overlap with the tested one.
        let new = setting.beta * setting.new_overlap * r2;
        let mut gain = 0.0;
        for _ in 0..setting.draws {
            let buffer = sample(&mut rng, k, setting.replayed);
            let mean = buffer.iter().map(|mu| (scores[mu] - new).exp()).sum::<f64>() / buffer.len() as f64;
            gain += (setting.weight * mean).ln_1p() - setting.weight.ln_1p();
        }
        Ok(ReplayOutcome { gain: gain / (setting.beta * setting.draws as f64) })
    }
}

/// A cluster of old patterns, outliers, and a new task nearer to the cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutliersSetting {
    /// $\beta$.
    pub beta: f64,
    /// $R^2$.
    pub square: f64,
    /// $q$, the overlap within the cluster over $R^2$.
    pub overlap: f64,
    /// $K_c$.
    pub clustered: usize,
    /// $K_o$.
    pub outliers: usize,
    /// $r$, the overlap of the new patterns with the cluster over $R^2$.
    pub new_overlap: f64,
}

/// How much more outliers forget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutliersOutcome {
    /// $\Delta E$ at an outlier.
    pub outlier: f64,
    /// $\Delta E$ at a pattern of the cluster.
    pub cluster: f64,
}

/// Energies of explicit vectors in random directions.
pub struct Outliers;

impl Experiment for Outliers {
    type Setting = OutliersSetting;
    type Outcome = OutliersOutcome;
    const ID: &'static str = "outliers";
    const VERSION: u32 = 2;

    fn check(setting: &OutliersSetting) -> Result<(), SettingError> {
        positive_to("beta", setting.beta, 100.0)?;
        positive_to("square", setting.square, 500.0 / setting.beta)?;
        within("clustered", setting.clustered, 1..=500)?;
        within("outliers", setting.outliers, 1..=500)?;
        // A new pattern with this overlap with the whole cluster has at most the length of an old one.
        within("overlap", setting.overlap, 0.0..=1.0)?;
        let k = setting.clustered as f64;
        let most = ((1.0 + (k - 1.0) * setting.overlap) / k).sqrt();
        within("new_overlap", setting.new_overlap, -most..=most)
    }

    fn run(setting: &OutliersSetting, streams: &Streams) -> Result<OutliersOutcome, TrialFailure> {
        let OutliersSetting { beta, square, overlap, clustered, outliers, new_overlap } = *setting;
        let dimension = clustered + outliers + 1;
        let mut old = DMatrix::zeros(clustered + outliers, dimension);
        old.view_mut((0, 0), (clustered, clustered))
            .copy_from(&(equicorrelated_root(clustered, overlap) * square.sqrt()));
        for outlier in 0..outliers {
            old[(clustered + outlier, clustered + outlier)] = square.sqrt();
        }
        // Along the centre of the cluster as far as the overlap asks for, the rest in a direction of its own.
        let centre = old.rows(0, clustered).row_sum() / clustered as f64;
        let mut new = &centre * (new_overlap * square / centre.norm_squared());
        new[dimension - 1] = (square - new.norm_squared()).max(0.0).sqrt();
        let turned = haar_orthogonal(dimension, streams);
        let (old, new) = (old * &turned, DMatrix::from_row_slice(1, dimension, (new * &turned).as_slice()));
        let rise = |row: usize| {
            let v: Vec<f64> = old.row(row).iter().copied().collect();
            energy(&new, &v, beta) - energy(&old, &v, beta)
        };
        Ok(OutliersOutcome { outlier: rise(clustered), cluster: rise(0) })
    }
}
