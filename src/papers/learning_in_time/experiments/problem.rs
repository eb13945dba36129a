//! Spectra and targets.

use serde::{Deserialize, Serialize};
use solvable_engine::verify::SettingError;
use solvable_engine::verify::setting::{non_negative, require, within};
use solvable_theory::TheoryError;
use solvable_theory::continual_learning::{Spectrum, Target};

/// Numbers of modes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Powers {
    /// $i^{-a}$.
    Power(f64),
    /// Values, each with how many modes have it.
    Levels(Vec<(f64, usize)>),
}

impl Powers {
    fn list(&self, modes: usize) -> Vec<f64> {
        match self {
            Self::Power(a) => (1..=modes).map(|i| (i as f64).powf(-a)).collect(),
            Self::Levels(levels) => {
                levels.iter().flat_map(|(value, count)| std::iter::repeat_n(*value, *count)).collect()
            }
        }
    }

    fn check(&self, field: &str, modes: usize) -> Result<(), SettingError> {
        match self {
            Self::Power(a) => non_negative(&format!("{field}.power"), *a),
            Self::Levels(levels) => {
                let field = format!("{field}.levels");
                levels.iter().try_for_each(|(value, _)| non_negative(&field, *value))?;
                let count: usize = levels.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count));
                require(
                    count == modes,
                    &field,
                    format!("of {count} modes"),
                    format!("of {modes} modes, as `modes` says"),
                )
            }
        }
    }
}

/// The kernel's eigenvalues, the target's powers and the label noise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// $P$.
    pub modes: usize,
    /// $\lambda$.
    pub lambda: Powers,
    /// $\eta$.
    pub eta: Powers,
    /// $\sigma^2$.
    pub sigma2: f64,
}

/// More modes take more memory than a trial should.
const MOST_MODES: usize = 20_000;

impl Problem {
    /// Power laws $i^{-a}$ and $i^{-b}$.
    pub fn power(modes: usize, a: f64, b: f64, sigma2: f64) -> Self {
        Self { modes, lambda: Powers::Power(a), eta: Powers::Power(b), sigma2 }
    }

    /// Eighty strong modes, and a hundred a thousand times weaker with three times their power: two minima in time on 200 samples.
    pub fn two_scales() -> Self {
        Self {
            modes: 180,
            lambda: Powers::Levels(vec![(1.0, 80), (1e-3, 100)]),
            eta: Powers::Levels(vec![(1.0 / 80.0, 80), (0.03, 100)]),
            sigma2: 1.0,
        }
    }

    pub(super) fn check(&self) -> Result<(), SettingError> {
        within("problem.modes", self.modes, 1..=MOST_MODES)?;
        self.lambda.check("problem.lambda", self.modes)?;
        self.eta.check("problem.eta", self.modes)?;
        let positive = self.lambda.list(self.modes).iter().any(|lambda| *lambda > 0.0);
        require(positive, "problem.lambda", "all zero", "some eigenvalue > 0")?;
        non_negative("problem.sigma2", self.sigma2)
    }

    /// $\lambda$ and $\eta$ mode by mode.
    pub fn lists(&self) -> (Vec<f64>, Vec<f64>) {
        (self.lambda.list(self.modes), self.eta.list(self.modes))
    }

    /// The same for theory.
    ///
    /// # Errors
    /// Numbers out of range.
    pub fn theory(&self) -> Result<(Spectrum, Target), TheoryError> {
        let (lambda, eta) = self.lists();
        Ok((Spectrum::simple(lambda, 0.0)?, Target::new(eta, 0.0)?))
    }
}
