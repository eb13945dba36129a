//! What a run found: plain data, serialised as `results.json` and `results.csv`.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use solvable_figures::figure::Estimate;

use super::verdict::{Profile, Verdict};
use crate::map::Map;

/// Everything that was judged in one run. Holds no times, no paths, nothing of the machine: the same build and seed
/// give the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// Version of the program.
    pub version: String,
    /// Profile of the run.
    pub profile: Profile,
    /// User seed of all streams.
    pub seed: u64,
    /// Confidence level of all intervals.
    pub confidence: f64,
    /// The claims, in the order of the registry.
    pub claims: Vec<ClaimResult>,
    /// Where they hold: maps, drawn in this run or recorded earlier.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub maps: Vec<Map>,
}

/// One claim, judged at all its settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimResult {
    /// `<part>/<name>`.
    pub id: String,
    /// The part (paper) it belongs to.
    pub part: String,
    /// One line: what is claimed.
    pub title: String,
    /// The formula, in LaTeX.
    pub formula: String,
    /// Keys of the sources.
    pub sources: Vec<String>,
    /// The statistic judged, in words.
    pub statistic: String,
    /// How the discrepancy is measured: `ratio` (measured/predicted − 1) or `difference`.
    pub comparison: String,
    /// The worst verdict of the cases.
    pub verdict: Verdict,
    /// One case for each setting (or group of settings, for a law over sizes).
    pub cases: Vec<CaseResult>,
}

/// One claim at one setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseResult {
    /// The setting in short, unique within the claim.
    pub label: String,
    /// The settings in full: one, or one for each size.
    pub settings: Vec<Json>,
    /// Trials used, for each setting.
    pub trials: Vec<usize>,
    /// Verdict of the case, the rivals included.
    pub verdict: Verdict,
    /// The claim's own prediction against the trials.
    pub claim: Judgement,
    /// Every rival prediction against the same trials.
    pub rivals: Vec<RivalResult>,
    /// Why the case could not be judged, where it could not (verdict `failed`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl CaseResult {
    /// A case of which nothing can be said.
    pub(super) fn unjudged(error: &super::JudgeError) -> Self {
        Self {
            label: String::new(),
            settings: Vec::new(),
            trials: Vec::new(),
            verdict: Verdict::Failed,
            claim: Judgement { verdict: Verdict::Failed, components: Vec::new() },
            rivals: Vec::new(),
            error: Some(error.to_string()),
        }
    }
}

/// A rival, judged by the claim's own rule against the claim's own trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RivalResult {
    /// What the rival asserts.
    pub name: String,
    /// Its judgement; it ought to be refuted.
    pub judgement: Judgement,
}

/// A prediction held against trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// Verdict over all components: confirmed if all are, refuted if one is.
    pub verdict: Verdict,
    /// One component for a number, several for a curve.
    pub components: Vec<Component>,
}

/// One number held against its prediction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// Name of the component; empty for a single number.
    pub label: String,
    /// Prediction (mean over trials where it is conditional on them).
    pub predicted: f64,
    /// Measurement, with its interval.
    pub measured: Estimate,
    /// Discrepancy, with its interval.
    pub discrepancy: Estimate,
    /// The declared margin of the discrepancy.
    pub margin: Margin,
    /// Verdict of this component.
    pub verdict: Verdict,
}

impl Component {
    /// Whether the discrepancy is known to a third of the margin's width.
    pub(super) fn is_narrow(&self) -> bool {
        self.discrepancy.high - self.discrepancy.low <= (self.margin.high - self.margin.low) / 3.0
    }
}

/// The discrepancies that still count as agreement.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Margin {
    /// Smallest discrepancy that agrees.
    pub low: f64,
    /// Largest discrepancy that agrees.
    pub high: f64,
}

impl Margin {
    /// $\pm$`size`.
    pub const fn symmetric(size: f64) -> Self {
        Self { low: -size, high: size }
    }

    /// From `low` to `high`.
    pub const fn between(low: f64, high: f64) -> Self {
        Self { low, high }
    }
}
