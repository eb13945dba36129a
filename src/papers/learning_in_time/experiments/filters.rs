//! Filters of the spectrum: flow, descent, distillation.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{filled, finite, non_negative, positive, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{Sphere, checks};
use solvable_simulate::learning_in_time::{
    FilteredRegression, descent_filter, distillation_filter, gaussian_grams,
};
use solvable_theory::TheoryError;
use solvable_theory::continual_learning::{Spectrum, Target, power_law_first_error};

use super::problem::Problem;

/// One round of distillation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoundSetting {
    /// $\delta$.
    pub delta: f64,
    /// $\xi$; the first round takes the labels.
    pub xi: f64,
}

/// How the target is learnt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Path {
    /// Gradient flow.
    Flow {
        /// Times.
        times: Vec<f64>,
    },
    /// Descent.
    Descent {
        /// $\alpha$.
        alpha: f64,
        /// $\beta$.
        beta: f64,
        /// Numbers of steps.
        steps: Vec<usize>,
    },
    /// Rounds of distillation.
    Distillation {
        /// The rounds.
        rounds: Vec<RoundSetting>,
    },
}

impl Path {
    pub(super) fn check(&self) -> Result<(), SettingError> {
        match self {
            Self::Flow { times } => {
                filled("path.flow.times", times)?;
                checks::each("path.flow.times", times, non_negative)
            }
            Self::Descent { alpha, beta, steps } => {
                positive("path.descent.alpha", *alpha)?;
                let slows = (0.0..1.0).contains(beta);
                require(slows, "path.descent.beta", *beta, "a number from 0 to below 1")?;
                filled("path.descent.steps", steps)?;
                steps.iter().try_for_each(|n| within("path.descent.steps", *n, 0..=checks::MOST_STEPS))
            }
            Self::Distillation { rounds } => {
                filled("path.distillation.rounds", rounds)?;
                for round in rounds {
                    positive("path.distillation.rounds", round.delta)?;
                    finite("path.distillation.rounds", round.xi)?;
                }
                Ok(())
            }
        }
    }

    /// What it leaves of a regression, entry by entry.
    pub(super) fn errors(&self, drawn: &FilteredRegression) -> InTimeOutcome {
        let errors: Vec<[f64; 2]> = match self {
            Self::Flow { times } => times.iter().map(|t| drawn.errors(|a| (-a * t).exp())).collect(),
            Self::Descent { alpha, beta, steps } => {
                steps.iter().map(|n| drawn.errors(|a| descent_filter(a, (*alpha, *beta), *n))).collect()
            }
            Self::Distillation { rounds } => {
                let rounds: Vec<(f64, f64)> = rounds.iter().map(|round| (round.delta, round.xi)).collect();
                (1..=rounds.len())
                    .map(|count| drawn.errors(|a| distillation_filter(a, &rounds[..count])))
                    .collect()
            }
        };
        let (test, training) = errors.into_iter().map(|[test, training]| (test, training)).unzip();
        InTimeOutcome { test, training }
    }
}

/// Regression on random inputs in time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InTimeSetting {
    /// Spectrum, target, noise.
    pub problem: Problem,
    /// $N$.
    pub samples: usize,
    /// How it is learnt.
    pub path: Path,
}

/// What [`InTime`] measures, entry by entry of the path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InTimeOutcome {
    /// Test errors, without noise.
    pub test: Vec<f64>,
    /// Training errors, with it.
    pub training: Vec<f64>,
}

/// Kernel regression on Gaussian inputs, errors averaged exactly over targets and noise.
pub struct InTime;

impl Experiment for InTime {
    type Setting = InTimeSetting;
    type Outcome = InTimeOutcome;
    const ID: &'static str = "regression-in-time";
    const VERSION: u32 = 1;

    fn check(setting: &InTimeSetting) -> Result<(), SettingError> {
        setting.problem.check()?;
        within("samples", setting.samples, 1..=4000)?;
        setting.path.check()
    }

    fn run(setting: &InTimeSetting, streams: &Streams) -> Result<InTimeOutcome, TrialFailure> {
        let (lambda, eta) = setting.problem.lists();
        let drawn =
            FilteredRegression::draw((&lambda, &eta), setting.samples, setting.problem.sigma2, streams)?;
        Ok(setting.path.errors(&drawn))
    }

    fn cost(setting: &InTimeSetting) -> f64 {
        let (n, p) = (setting.samples as f64, setting.problem.modes as f64);
        8.0 * n * n * p + 20.0 * n.powi(3)
    }
}

/// Regression on inputs of a sphere in time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SphereInTimeSetting {
    /// The kernel, and the targets.
    pub sphere: Sphere,
    /// $N$.
    pub samples: usize,
    /// $\sigma^2$.
    pub sigma2: f64,
    /// How it is learnt.
    pub path: Path,
}

/// Regression with the tangent kernel on random inputs of a sphere, errors averaged exactly over targets and noise.
pub struct SphereInTime;

impl Experiment for SphereInTime {
    type Setting = SphereInTimeSetting;
    type Outcome = InTimeOutcome;
    const ID: &'static str = "sphere-in-time";
    const VERSION: u32 = 1;

    fn check(setting: &SphereInTimeSetting) -> Result<(), SettingError> {
        setting.sphere.check().map_err(|error| error.within("sphere"))?;
        within("samples", setting.samples, 1..=4000)?;
        non_negative("sigma2", setting.sigma2)?;
        setting.path.check()
    }

    fn run(setting: &SphereInTimeSetting, streams: &Streams) -> Result<InTimeOutcome, TrialFailure> {
        let grams = setting.sphere.grams(setting.samples, &streams.child("inputs"))?;
        Ok(setting.path.errors(&FilteredRegression::of(&grams, setting.sigma2)?))
    }

    fn cost(setting: &SphereInTimeSetting) -> f64 {
        let n = setting.samples as f64;
        200.0 * n * n + 20.0 * n.powi(3)
    }
}

/// Power laws $\lambda=i^{-a}$, $\eta=i^{-b}$ without end, in the units of their universal curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PowerLawSetting {
    /// $a$.
    pub decay: f64,
    /// $b$.
    pub target_decay: f64,
    /// $\sigma^2/E_\infty$.
    pub noise: f64,
    /// $N$.
    pub samples: usize,
    /// Modes that are drawn; the others are white noise in kernel and target.
    pub modes: usize,
    /// $t\kappa$.
    pub times: Vec<f64>,
}

impl PowerLawSetting {
    /// $\kappa$ and $E_\infty$ of many samples.
    ///
    /// # Errors
    /// Decays out of range.
    pub fn units(&self) -> Result<(f64, f64), TheoryError> {
        let (a, n) = (self.decay, self.samples as f64);
        let c = PI / a / (PI / a).sin();
        let error = power_law_first_error(a, self.target_decay, self.samples)?;
        Ok((c.powf(a) * n.powf(1.0 - a), error))
    }

    /// $\lambda$, $\eta$, and what of either lies beyond the drawn modes.
    pub fn powers(&self) -> [(Vec<f64>, f64); 2] {
        [self.decay, self.target_decay].map(|decay| {
            let drawn = (1..=self.modes).map(|i| (i as f64).powf(-decay)).collect();
            (drawn, beyond(decay, self.modes))
        })
    }

    /// Spectrum and target, with what lies beyond the drawn modes as tails.
    ///
    /// # Errors
    /// Numbers out of range.
    pub fn theory(&self) -> Result<(Spectrum, Target), TheoryError> {
        let [(lambda, tail), (eta, unlearnt)] = self.powers();
        Ok((Spectrum::simple(lambda, tail)?, Target::new(eta, unlearnt)?))
    }
}

/// $\sum_{i>m}i^{-a}$, by the formula of Euler and Maclaurin.
pub fn beyond(a: f64, m: usize) -> f64 {
    let x = m as f64 + 1.0;
    x.powf(1.0 - a) / (a - 1.0) + 0.5 * x.powf(-a) + a / 12.0 * x.powf(-a - 1.0)
}

/// Flow on Gaussian features of a power law.
pub struct PowerLawInTime;

/// Fewer modes are no power law for so many samples.
const MODES_PER_SAMPLE: usize = 4;

impl Experiment for PowerLawInTime {
    type Setting = PowerLawSetting;
    type Outcome = InTimeOutcome;
    const ID: &'static str = "power-law-in-time";
    const VERSION: u32 = 1;

    fn check(setting: &PowerLawSetting) -> Result<(), SettingError> {
        let above_one = |x: f64| x.is_finite() && x > 1.0;
        require(above_one(setting.decay), "decay", setting.decay, "a finite number > 1")?;
        let least = 1.0 + 2.0 * setting.decay;
        let smooth = above_one(setting.target_decay) && setting.target_decay < least;
        require(
            smooth,
            "target_decay",
            setting.target_decay,
            format!("a number between 1 and {least}, 1 + 2 decay"),
        )?;
        non_negative("noise", setting.noise)?;
        within("samples", setting.samples, 1..=4000)?;
        let fewest = MODES_PER_SAMPLE * setting.samples;
        let valid = format!("from {fewest}, {MODES_PER_SAMPLE} for every sample, to {}", checks::MOST);
        require((fewest..=checks::MOST).contains(&setting.modes), "modes", setting.modes, valid)?;
        filled("times", &setting.times)?;
        checks::each("times", &setting.times, positive)
    }

    fn run(setting: &PowerLawSetting, streams: &Streams) -> Result<InTimeOutcome, TrialFailure> {
        let (kappa, error) = setting.units()?;
        let [(lambda, tail), (eta, unlearnt)] = setting.powers();
        let mut grams = gaussian_grams((&lambda, &eta), setting.samples, streams);
        for n in 0..setting.samples {
            grams.kernel[(n, n)] += tail;
            grams.target[(n, n)] += unlearnt;
        }
        grams.target_power += unlearnt;
        let drawn = FilteredRegression::of(&grams, setting.noise * error)?;
        let times = setting.times.iter().map(|tau| tau / kappa).collect();
        let mut outcome = Path::Flow { times }.errors(&drawn);
        for errors in [&mut outcome.test, &mut outcome.training] {
            errors.iter_mut().for_each(|e| *e /= error);
        }
        Ok(outcome)
    }

    fn cost(setting: &PowerLawSetting) -> f64 {
        let (n, p) = (setting.samples as f64, setting.modes as f64);
        8.0 * n * n * p + 20.0 * n.powi(3)
    }
}
