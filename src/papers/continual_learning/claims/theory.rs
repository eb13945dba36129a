//! The laws of two tasks and of any sequence, and the wrong laws that the data must refute.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use solvable_theory::TheoryError;
use solvable_theory::continual_learning::{
    EffectiveRidge, Spectrum, Stage, Target, TwoTask, effective_ridge, stages, two_task,
};

use crate::experiments::{Features, TwoTasksSetting};
use solvable_simulate::linalg::Matrix;

/// The spectrum, the target, and both stages of a pair of tasks.
pub(crate) struct Pair {
    pub spectrum: Spectrum,
    pub target: Target,
    samples: [usize; 2],
    first: EffectiveRidge,
    second: EffectiveRidge,
}

static PAIRS: Mutex<BTreeMap<String, Arc<Pair>>> = Mutex::new(BTreeMap::new());

/// The theory of a setting; settings are asked for again and again by claims and rivals.
pub(crate) fn pair(setting: &TwoTasksSetting) -> Result<Arc<Pair>, TheoryError> {
    let key = format!("{setting:?}");
    if let Some(found) = PAIRS.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Ok(Arc::clone(found));
    }
    let pair = Arc::new(Pair::new(&setting.features, setting.samples)?);
    PAIRS.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&pair));
    Ok(pair)
}

/// Parts of the law of two tasks that a rival may leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// $1/(1-\gamma_2)$: the variance that the second data set adds.
    Amplification,
    /// $b_1E_1$: the noise that the first data set left in the function.
    FirstNoise,
    /// $1-q_1$ in $2(1-\rho)(1-q_1)\eta$: that only learnt modes of the first task can mislead.
    Learnt,
}

impl Pair {
    pub fn new(features: &Features, samples: [usize; 2]) -> Result<Self, TheoryError> {
        let (spectrum, target) = features.theory()?;
        let [first, second] = samples.map(|n| effective_ridge(&spectrum, n as f64, 0.0));
        Ok(Self { spectrum, target, samples, first: first?, second: second? })
    }

    /// The law.
    pub fn at(&self, rho: f64) -> Result<TwoTask, TheoryError> {
        two_task(&self.spectrum, &self.target, self.samples[0], self.samples[1], rho)
    }

    /// $E_{n,j}$ of any stages of two tasks.
    pub fn stages(&self, rho: f64, all: &[Stage]) -> Result<Vec<Vec<f64>>, TheoryError> {
        let covariance = Matrix::from_row_slice(2, 2, &[1.0, rho, rho, 1.0]);
        stages(&self.spectrum, &self.target, &covariance, all, None)
    }

    /// The forward and the backward error of joint training on both sample sets at once.
    pub fn joint(&self, rho: f64) -> Result<[f64; 2], TheoryError> {
        let stage = Stage { samples: self.samples.to_vec(), noise: vec![0.0; 2], ridge: 0.0 };
        let errors = self.stages(rho, &[stage])?;
        Ok([errors[0][1], errors[0][0]])
    }

    /// The error of a single task with all $N_1+N_2$ samples.
    pub fn pooled(&self) -> Result<f64, TheoryError> {
        let count = self.samples.iter().sum();
        Ok(two_task(&self.spectrum, &self.target, count, 1, 0.0)?.first)
    }

    /// The forward and the backward error by the law without one of its parts.
    pub fn without(&self, missing: Missing, rho: f64) -> Result<[f64; 2], TheoryError> {
        let (one, two) = (&self.first, &self.second);
        let law = self.at(rho)?;
        let degeneracies = self.spectrum.degeneracies();
        let (mut forward, mut detour) = (0.0, 0.0);
        let mut add = |multiplicity: f64, eta: f64, q1: f64, b1: f64, q2: f64| {
            let learnt = if missing == Missing::Learnt { 1.0 } else { 1.0 - q1 };
            let noise = if missing == Missing::FirstNoise { 0.0 } else { b1 * law.first };
            let d = 2.0 * (1.0 - rho) * learnt * eta + q1 * q1 * eta + noise;
            forward += multiplicity * q2 * q2 * d;
            detour += multiplicity * eta * (1.0 - q2 * (2.0 - q1));
        };
        for (i, &multiplicity) in degeneracies.iter().enumerate() {
            add(multiplicity, self.target.powers[i], one.q[i], one.b[i], two.q[i]);
        }
        add(1.0, self.target.tail, 1.0, 0.0, 1.0);
        let amplification = if missing == Missing::Amplification { 1.0 } else { 1.0 / (1.0 - two.gamma) };
        let forward = forward * amplification;
        Ok([forward, forward + 2.0 * (1.0 - rho) * detour])
    }
}
