//! Machines with biases and any variance: annealing, and the moments of their energy.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};
use solvable_theory::TheoryError;
use solvable_theory::attention_boltzmann::AttentionMachine;

use super::{check_samples, check_scale, check_sizes, check_sum};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::within;
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::checks;
use solvable_simulate::attention::{annealed_log_z, log_likelihoods, samples};

/// Random machines with normal patterns, biases of standard deviation 0.5 for visible units and 1 for patterns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BiasedMachine {
    /// $d$.
    pub dimension: usize,
    /// $K$.
    pub patterns: usize,
    /// $n=1/\beta$.
    pub order: usize,
    /// $\sigma^2$.
    pub sigma2: f64,
}

impl BiasedMachine {
    /// Whether the machine can be drawn, and its partition function summed.
    fn check(&self) -> Result<(), SettingError> {
        check_sizes(self.dimension, self.patterns, self.order)?;
        check_scale("sigma2", self.sigma2)
    }

    /// The machine with the given patterns, row by row, and biases.
    pub fn machine(&self, xi: &[f64], b: &[f64], c: &[f64]) -> Result<AttentionMachine, TheoryError> {
        let xi = DMatrix::from_row_slice(self.patterns, self.dimension, xi);
        let beta = (self.order as f64).recip();
        AttentionMachine::new(xi, Some(b.to_vec()), Some(c.to_vec()), self.sigma2, beta)
    }

    /// The machine, its patterns row by row, $b$, $c$.
    fn draw(&self, streams: &Streams) -> Result<(AttentionMachine, [Vec<f64>; 3]), TheoryError> {
        let (k, d) = (self.patterns, self.dimension);
        let xi = streams.child("patterns").normals(k * d, 0.8);
        let (b, c) = (streams.child("b").normals(d, 0.5), streams.child("c").normals(k, 1.0));
        let machine = self.machine(&xi, &b, &c)?;
        Ok((machine, [xi, b, c]))
    }
}

/// Annealed importance sampling of machines with biases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BiasedAnnealingSetting {
    /// The machine.
    #[serde(flatten)]
    pub machine: BiasedMachine,
    /// $R$.
    pub chains: usize,
    /// $T$.
    pub temperatures: usize,
}

/// The estimate, and the machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BiasedAnnealingOutcome {
    /// $\log Z$.
    pub log_z: f64,
    /// The patterns, row by row.
    pub xi: Vec<f64>,
    /// $b$.
    pub b: Vec<f64>,
    /// $c$.
    pub c: Vec<f64>,
}

/// Annealed importance sampling of a random machine with biases.
pub struct BiasedAnnealing;

impl Experiment for BiasedAnnealing {
    type Setting = BiasedAnnealingSetting;
    type Outcome = BiasedAnnealingOutcome;
    const ID: &'static str = "biased-annealing";
    const VERSION: u32 = 1;

    fn check(setting: &BiasedAnnealingSetting) -> Result<(), SettingError> {
        setting.machine.check()?;
        within("chains", setting.chains, 2..=checks::MOST)?;
        checks::count("temperatures", setting.temperatures)
    }

    fn run(
        setting: &BiasedAnnealingSetting,
        streams: &Streams,
    ) -> Result<BiasedAnnealingOutcome, TrialFailure> {
        let (machine, [xi, b, c]) = setting.machine.draw(streams)?;
        let (log_z, _) = annealed_log_z(&machine, setting.chains, setting.temperatures, streams)?;
        Ok(BiasedAnnealingOutcome { log_z, xi, b, c })
    }

    fn cost(setting: &BiasedAnnealingSetting) -> f64 {
        let size = setting.machine.dimension * setting.machine.patterns * setting.machine.order;
        (setting.chains * setting.temperatures) as f64 * size as f64
    }
}

/// Densities of a machine at its own samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DensityMomentSetting {
    /// The machine.
    #[serde(flatten)]
    pub machine: BiasedMachine,
    /// $k$.
    pub power: usize,
    /// Samples of a trial.
    pub samples: usize,
}

/// The estimate, and the machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DensityMomentOutcome {
    /// $\frac1{1-k}\log\langle p(v)^{k-1}\rangle$ over samples.
    pub renyi: f64,
    /// The patterns, row by row.
    pub xi: Vec<f64>,
    /// $b$.
    pub b: Vec<f64>,
    /// $c$.
    pub c: Vec<f64>,
}

/// Mean powers of the density over samples.
pub struct DensityMoment;

impl Experiment for DensityMoment {
    type Setting = DensityMomentSetting;
    type Outcome = DensityMomentOutcome;
    const ID: &'static str = "density-moment";
    const VERSION: u32 = 1;

    fn check(setting: &DensityMomentSetting) -> Result<(), SettingError> {
        let DensityMomentSetting { machine, power, samples } = setting;
        machine.check()?;
        within("power", *power, 2..=checks::MOST)?;
        // The next power is a rival.
        check_sum("power", *power, machine.patterns, machine.order * (power + 1))?;
        check_samples("samples", *samples, machine.dimension)
    }

    fn run(setting: &DensityMomentSetting, streams: &Streams) -> Result<DensityMomentOutcome, TrialFailure> {
        let (machine, [xi, b, c]) = setting.machine.draw(streams)?;
        let data = samples(&machine, setting.samples, streams)?;
        let power = setting.power as f64 - 1.0;
        let logs = log_likelihoods(&machine, &data)? * power;
        let largest = logs.max();
        let mean = logs.iter().map(|l| (l - largest).exp()).sum::<f64>() / logs.len() as f64;
        Ok(DensityMomentOutcome { renyi: -(largest + mean.ln()) / power, xi, b, c })
    }

    fn cost(setting: &DensityMomentSetting) -> f64 {
        (60 * setting.samples * setting.machine.dimension) as f64
    }
}
