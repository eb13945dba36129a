//! Rows of attention over random scores.

use serde::{Deserialize, Serialize};

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{positive_to, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::rounded;
use solvable_simulate::attention::{Row, ScoreLaw};

/// Keys that one row may have, and scores that one trial may draw.
const MOST_KEYS: usize = 1_000_000;
const MOST_SCORES: usize = 1_000_000_000;

/// Independent scores of one law.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RandomScores {
    /// `gaussian`, `sphere`, `laplace`, or `student` with two degrees of freedom.
    pub scores: String,
    /// $d$, of `sphere`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimension: Option<usize>,
    /// $n$.
    pub keys: usize,
    /// Rows of a trial.
    pub rows: usize,
}

impl RandomScores {
    fn check(&self) -> Result<(), SettingError> {
        let known = ["gaussian", "sphere", "laplace", "student"].contains(&self.scores.as_str());
        require(known, "scores", &self.scores, "gaussian, sphere, laplace or student")?;
        match self.dimension {
            Some(d) if self.scores == "sphere" => within("dimension", d, 3..=MOST_KEYS)?,
            Some(d) => require(false, "dimension", d, "null: only scores on the sphere have one")?,
            None => {
                require(self.scores != "sphere", "dimension", "null", "a number for scores on the sphere")?
            }
        }
        within("keys", self.keys, 2..=MOST_KEYS)?;
        within("rows", self.rows, 1..=MOST_SCORES / self.keys)
    }

    /// The law of the scores.
    fn law(&self) -> ScoreLaw {
        match self.scores.as_str() {
            "sphere" => ScoreLaw::Sphere(self.dimension.unwrap_or(3)),
            "laplace" => ScoreLaw::Laplace,
            "student" => ScoreLaw::Student(2),
            _ => ScoreLaw::Gaussian,
        }
    }
}

/// Rows at one temperature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttentionRowsSetting {
    /// The scores.
    #[serde(flatten)]
    pub scores: RandomScores,
    /// $\beta$.
    pub beta: f64,
}

/// Means over the rows of a trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttentionRowsOutcome {
    /// $\sum p^2$.
    pub participation: f64,
    /// $-\sum p\log p$.
    pub entropy: f64,
}

/// Softmax rows, row after row.
pub struct AttentionRows;

impl Experiment for AttentionRows {
    type Setting = AttentionRowsSetting;
    type Outcome = AttentionRowsOutcome;
    const ID: &'static str = "attention-rows";
    const VERSION: u32 = 1;

    fn check(setting: &AttentionRowsSetting) -> Result<(), SettingError> {
        setting.scores.check()?;
        positive_to("beta", setting.beta, 1e6)
    }

    fn run(setting: &AttentionRowsSetting, streams: &Streams) -> Result<AttentionRowsOutcome, TrialFailure> {
        let mut rng = streams.child("scores").rng(0);
        let mut scores = vec![0.0; setting.scores.keys];
        let (mut participation, mut entropy) = (0.0, 0.0);
        for _ in 0..setting.scores.rows {
            setting.scores.law().fill(&mut scores, &mut rng);
            let row = Row::of(&scores, setting.beta);
            participation += row.participation;
            entropy += row.entropy;
        }
        let rows = setting.scores.rows as f64;
        Ok(AttentionRowsOutcome { participation: participation / rows, entropy: entropy / rows })
    }
}

/// Rows at random temperatures, kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GapsSetting {
    /// The scores.
    #[serde(flatten)]
    pub scores: RandomScores,
    /// $b$: temperatures lie between $1/b$ and $b$, $\log\beta/\log b$ a standard normal number held between -1 and 1.
    pub range: f64,
}

/// Every row: its temperature, its scores, its largest weight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GapsOutcome {
    /// $\beta$, row by row.
    pub betas: Vec<f64>,
    /// The scores, row after row.
    pub scores: Vec<f64>,
    /// $\max_ip_i$, row by row.
    pub largest: Vec<f64>,
}

/// The largest weight of rows whose scores are known.
pub struct Gaps;

impl Experiment for Gaps {
    type Setting = GapsSetting;
    type Outcome = GapsOutcome;
    const ID: &'static str = "gaps";
    const VERSION: u32 = 1;

    fn check(setting: &GapsSetting) -> Result<(), SettingError> {
        setting.scores.check()?;
        // Outcomes hold the scores.
        within("rows", setting.scores.rows, 1..=MOST_KEYS / setting.scores.keys)?;
        within("range", setting.range, 1.0..=1e3)
    }

    fn run(setting: &GapsSetting, streams: &Streams) -> Result<GapsOutcome, TrialFailure> {
        let mut rng = streams.child("scores").rng(0);
        let shifts = streams.child("temperatures").normals(setting.scores.rows, 1.0);
        let mut outcome = GapsOutcome { betas: Vec::new(), scores: Vec::new(), largest: Vec::new() };
        let mut scores = vec![0.0; setting.scores.keys];
        for shift in shifts {
            // A normal shift, held within the range.
            let beta = rounded(setting.range.powf(shift.clamp(-1.0, 1.0)), 5);
            setting.scores.law().fill(&mut scores, &mut rng);
            // Exactly the scores that are stored.
            scores.iter_mut().for_each(|score| *score = rounded(*score, 5));
            outcome.betas.push(beta);
            outcome.largest.push(Row::of(&scores, beta).largest);
            outcome.scores.extend_from_slice(&scores);
        }
        Ok(outcome)
    }
}
