//! Machines of which some units are seen.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};
use solvable_theory::TheoryError;
use solvable_theory::attention_boltzmann::{AttentionMachine, checked_count};
use solvable_theory::memories_and_mixing::Completion;

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{positive_to, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_simulate::attention::{Clamped, completions_that_succeed, samples};

/// Random machines: patterns and biases normal, the first units seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeenMachine {
    /// $K$.
    pub patterns: usize,
    /// $d$.
    pub dimension: usize,
    /// How many units are seen, the first ones.
    pub seen: usize,
    /// $n=1/\beta$.
    pub order: usize,
    /// $\sigma^2$.
    pub sigma2: f64,
    /// Standard deviation of the entries of the patterns; that of the biases is 0.3.
    pub scale: f64,
}

impl SeenMachine {
    fn check(&self) -> Result<(), SettingError> {
        within("patterns", self.patterns, 1..=1000)?;
        within("dimension", self.dimension, 2..=1000)?;
        let valid = format!("from 1 to {}, so that something is missing", self.dimension - 1);
        require((1..self.dimension).contains(&self.seen), "seen", self.seen, valid)?;
        within("order", self.order, 1..=50)?;
        let few = checked_count(self.patterns, self.order).is_ok_and(|count| count <= 100_000);
        require(few, "order", self.order, "so small that the patterns have at most 100000 occupations")?;
        positive_to("sigma2", self.sigma2, 100.0)?;
        positive_to("scale", self.scale, 10.0)
    }

    /// Patterns, biases and the machine.
    fn draw(&self, streams: &Streams) -> Result<Machine, TheoryError> {
        let (k, d) = (self.patterns, self.dimension);
        Machine {
            xi: streams.child("patterns").normals(k * d, self.scale),
            b: streams.child("b").normals(d, 0.3),
            c: streams.child("c").normals(k, 0.3),
        }
        .checked(self)
    }
}

/// What a trial keeps of its machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Patterns, row by row.
    pub xi: Vec<f64>,
    /// Biases of the units.
    pub b: Vec<f64>,
    /// Biases of the patterns.
    pub c: Vec<f64>,
}

impl Machine {
    fn checked(self, setting: &SeenMachine) -> Result<Self, TheoryError> {
        self.machine(setting).map(|_| self)
    }

    /// The machine itself.
    ///
    /// # Errors
    /// Numbers that are not those of the setting.
    pub fn machine(&self, setting: &SeenMachine) -> Result<AttentionMachine, TheoryError> {
        if self.xi.len() != setting.patterns * setting.dimension {
            return Err(TheoryError::invalid("xi", self.xi.len(), "as many numbers as the setting says"));
        }
        let xi = DMatrix::from_row_slice(setting.patterns, setting.dimension, &self.xi);
        let beta = (setting.order as f64).recip();
        AttentionMachine::new(xi, Some(self.b.clone()), Some(self.c.clone()), setting.sigma2, beta)
    }
}

/// Chains whose seen units are clamped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClampedSetting {
    /// The machine.
    #[serde(flatten)]
    pub machine: SeenMachine,
    /// Chains.
    pub chains: usize,
}

/// The machine, what was seen, and what chains found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClampedOutcome {
    /// The machine.
    #[serde(flatten)]
    pub machine: Machine,
    /// The seen values.
    pub values: Vec<f64>,
    /// The mean of the missing units over clamped chains.
    pub by_chains: Vec<f64>,
    /// One update of attention with the missing units at zero.
    pub one_step: Vec<f64>,
    /// The end of 60 clamped updates from zero.
    pub mode: Vec<f64>,
}

/// The conditional mean of the missing units, by chains that know attention alone.
pub struct ClampedChains;

/// Sweeps of a chain.
const SWEEPS: usize = 100;
/// Updates on the way to a mode.
const UPDATES: usize = 60;

impl Experiment for ClampedChains {
    type Setting = ClampedSetting;
    type Outcome = ClampedOutcome;
    const ID: &'static str = "clamped-chains";
    const VERSION: u32 = 1;

    fn check(setting: &ClampedSetting) -> Result<(), SettingError> {
        setting.machine.check()?;
        within("chains", setting.chains, 2..=10_000_000)
    }

    fn run(setting: &ClampedSetting, streams: &Streams) -> Result<ClampedOutcome, TrialFailure> {
        let drawn = setting.machine.draw(&streams.child("machine"))?;
        let machine = drawn.machine(&setting.machine)?;
        let v = samples(&machine, 1, &streams.child("state"))?;
        let missing: Vec<usize> = (setting.machine.seen..setting.machine.dimension).collect();
        let clamped = Clamped::new(&machine, &missing, v.as_slice())?;
        Ok(ClampedOutcome {
            values: v.as_slice()[..setting.machine.seen].to_vec(),
            by_chains: clamped.by_chains(setting.chains, SWEEPS, streams)?.mean,
            one_step: clamped.one_step()?,
            mode: clamped.mode(&vec![0.0; missing.len()], UPDATES)?,
            machine: drawn,
        })
    }
}

impl ClampedSetting {
    /// The exact mean of the missing units.
    ///
    /// # Errors
    /// As for [`Completion::moments`].
    pub fn exact(&self, outcome: &ClampedOutcome) -> Result<Vec<f64>, TheoryError> {
        let machine = outcome.machine.machine(&self.machine)?;
        let seen: Vec<usize> = (0..self.machine.seen).collect();
        Ok(Completion::new(&machine, &seen, &outcome.values)?.moments()?.0.as_slice().to_vec())
    }
}

/// Images from a machine, completed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CompletionRiskSetting {
    /// The machine.
    #[serde(flatten)]
    pub machine: SeenMachine,
    /// Images of a trial.
    pub images: usize,
}

/// Mean squared errors of completions that need no theory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CompletionRiskOutcome {
    /// Number of the machine and the images, for those who draw them again.
    pub problem: f64,
    /// Of one update of attention from missing units at zero.
    pub one_step: f64,
    /// Of the mode that updates from zero end in.
    pub mode: f64,
}

/// What completions miss.
pub struct CompletionRisk;

impl Experiment for CompletionRisk {
    type Setting = CompletionRiskSetting;
    type Outcome = CompletionRiskOutcome;
    const ID: &'static str = "completion-risk";
    const VERSION: u32 = 1;

    fn check(setting: &CompletionRiskSetting) -> Result<(), SettingError> {
        setting.machine.check()?;
        within("images", setting.images, 2..=1_000_000)
    }

    fn run(
        setting: &CompletionRiskSetting,
        streams: &Streams,
    ) -> Result<CompletionRiskOutcome, TrialFailure> {
        let problem = solvable_shared::problem(streams);
        let (machine, images) = setting.problem(problem)?;
        let seen = setting.machine.seen;
        let missing: Vec<usize> = (seen..setting.machine.dimension).collect();
        let zero = vec![0.0; missing.len()];
        let (mut one_step, mut mode) = (0.0, 0.0);
        for v in images.column_iter() {
            let v = v.into_owned();
            let clamped = Clamped::new(&machine, &missing, v.as_slice())?;
            let miss = |guess: Vec<f64>| {
                let pairs = guess.iter().zip(&v.as_slice()[seen..]);
                pairs.map(|(a, b)| (a - b).powi(2)).sum::<f64>()
            };
            one_step += miss(clamped.one_step()?);
            mode += miss(clamped.mode(&zero, UPDATES)?);
        }
        let count = setting.images as f64;
        Ok(CompletionRiskOutcome { problem: problem as f64, one_step: one_step / count, mode: mode / count })
    }
}

impl CompletionRiskSetting {
    /// The machine and the images (in columns) of a problem.
    fn problem(&self, number: u64) -> Result<(AttentionMachine, DMatrix<f64>), TrialFailure> {
        let streams = Streams::of_problem("completion-problem", "", number);
        let machine = self.machine.draw(&streams)?.machine(&self.machine)?;
        let images = samples(&machine, self.images, &streams.child("images"))?;
        Ok((machine, images))
    }

    /// The mean squared error of the conditional mean, and the mean trace of the conditional covariance.
    ///
    /// # Errors
    /// A machine or an image that the theory refuses.
    pub fn of_the_mean(&self, outcome: &CompletionRiskOutcome) -> Result<[f64; 2], TrialFailure> {
        let (machine, images) = self.problem(outcome.problem as u64)?;
        let seen: Vec<usize> = (0..self.machine.seen).collect();
        let (mut risk, mut spread) = (0.0, 0.0);
        for v in images.column_iter() {
            let values: Vec<f64> = v.iter().copied().collect();
            let (known, missing) = values.split_at(self.machine.seen);
            let (mean, covariance) = Completion::new(&machine, &seen, known)?.moments()?;
            risk += mean.iter().zip(missing).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
            spread += covariance.trace();
        }
        let count = self.images as f64;
        Ok([risk / count, spread / count])
    }
}

/// Random patterns of which some units are seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuccessSetting {
    /// $m$.
    pub seen: usize,
    /// $\theta=\sigma^2s^2$.
    pub theta: f64,
    /// $K$.
    pub patterns: usize,
    /// States of a trial, each with patterns of its own.
    pub draws: usize,
}

/// How often the right pattern is found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuccessOutcome {
    /// The share of states whose own pattern has the largest posterior weight.
    pub share: f64,
}

/// Whether a state's own pattern is found from what is seen.
pub struct Success;

impl Experiment for Success {
    type Setting = SuccessSetting;
    type Outcome = SuccessOutcome;
    const ID: &'static str = "completion-success";
    const VERSION: u32 = 1;

    fn check(setting: &SuccessSetting) -> Result<(), SettingError> {
        within("seen", setting.seen, 1..=10_000)?;
        positive_to("theta", setting.theta, 1e3)?;
        within("patterns", setting.patterns, 2..=10_000_000)?;
        within("draws", setting.draws, 1..=1_000_000)
    }

    fn run(setting: &SuccessSetting, streams: &Streams) -> Result<SuccessOutcome, TrialFailure> {
        let SuccessSetting { seen, theta, patterns, draws } = *setting;
        Ok(SuccessOutcome { share: completions_that_succeed(seen, theta, patterns, draws, streams) })
    }
}
