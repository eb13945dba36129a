use serde_json::Value as Json;

use super::judge::{Breakage, Comparison, JudgeError};
use super::record::Record;
use super::request::Request;
use super::results::{CaseResult, ClaimResult, Judgement, Margin, RivalResult};
use super::rules::{Exchange, Judge, Placed};
use super::setting::SettingError;
use super::statistic::Statistic;
use super::verdict::{Profile, Verdict};

/// A prediction, the experiment that could prove it wrong, the statistic, the margin and the rivals.
///
/// ```text
/// Claim::about::<FisherSpectrum>("mf/lambda-max", "The largest eigenvalue grows like the width")
///     .formula(r"\lambda_{\max} = (\theta_t + (N-1)\theta_{st})/N")
///     .cases(|profile| ...)       // at which settings, how many trials
///     .measure(|setting, outcome| ...)   // what is read off a trial
///     .predict(|setting| ...)            // what the theory says
///     .margin(|setting, profile| ...)    // how far is still agreement
///     .rival("without the diagonal", |setting| ...) // what the same trials must refute
///     .finish()
/// ```
pub struct Claim {
    /// `<part>/<name>`.
    pub id: String,
    /// One line: what is claimed.
    pub title: String,
    /// The formula, in LaTeX.
    pub formula: String,
    /// Where it comes from: keys of publications.
    pub sources: Vec<String>,
    /// What is judged.
    pub statistic: Statistic,
    /// How prediction and measurement are compared.
    pub comparison: Comparison,
    /// What the rivals assert.
    pub rivals: Vec<String>,
    pub(super) cases: Box<dyn Fn(Profile) -> Result<Vec<Case>, JudgeError> + Send + Sync>,
}

/// A claim at one setting (or over one group of sizes).
pub struct Case {
    /// The setting in short.
    pub label: String,
    /// The trials it needs, one request for each setting.
    pub requests: Vec<Request>,
    /// The discrepancies that still count as agreement.
    pub margin: Margin,
    pub(super) judge: Box<dyn Judge>,
}

impl Claim {
    /// The part of the id before the slash.
    pub fn part(&self) -> &str {
        self.id.split('/').next().unwrap_or(&self.id)
    }

    /// The cases of a profile.
    pub fn cases(&self, profile: Profile) -> Result<Vec<Case>, JudgeError> {
        (self.cases)(profile)
    }

    /// Joins the judged cases.
    pub(super) fn result(&self, cases: Vec<CaseResult>) -> ClaimResult {
        ClaimResult {
            id: self.id.clone(),
            part: self.part().to_owned(),
            title: self.title.clone(),
            formula: self.formula.clone(),
            sources: self.sources.clone(),
            statistic: self.statistic.name().to_owned(),
            comparison: self.comparison.name().to_owned(),
            verdict: cases.iter().map(|c| c.verdict).max().unwrap_or(Verdict::Failed),
            cases,
        }
    }
}

impl Case {
    /// Judges the trials: `outcomes` holds one list for each request. The intervals of the claim and of each rival miss with the
    /// chance `alpha`; the claim's own prediction may be falsified on purpose.
    pub(super) fn judge(&self, outcomes: &[Vec<&Record>], breakage: Breakage, alpha: f64) -> CaseResult {
        let trials = outcomes.iter().map(Vec::len).collect();
        let settings = self.requests.iter().map(|r| r.setting().clone()).collect();
        let nothing = Judgement { verdict: Verdict::Failed, components: Vec::new() };
        let (claim, rivals, error) = match self.judge.judge(outcomes, breakage, alpha) {
            Ok((claim, rivals)) => (claim, rivals, None),
            Err(error) => (nothing, Vec::new(), Some(error.to_string())),
        };
        let verdict = verdict(&claim, &rivals);
        CaseResult { label: self.label.clone(), settings, trials, verdict, claim, rivals, error }
    }

    /// The trials of look number `look` (from 0) at the case: twice as many from look to look, `most` for each setting at the
    /// most.
    pub(super) fn requests_at(&self, look: usize, most: usize) -> Vec<Request> {
        let factor = 1usize.checked_shl(look as u32).unwrap_or(usize::MAX);
        let grown = |trials: usize| trials.saturating_mul(factor).min(most);
        self.requests.iter().map(|request| request.with_trials(grown(request.trials))).collect()
    }

    /// The same case with another number of trials.
    #[must_use]
    pub fn with_trials(self, trials: usize) -> Self {
        let requests = self.requests.iter().map(|request| request.with_trials(trials)).collect();
        Self { requests, ..self }
    }

    /// The same claim at other settings, one for each of the case's own: their JSON as [`Request::setting`] gives it, with
    /// fields changed. The margin and the rivals that apply are those of the new settings.
    ///
    /// # Errors
    /// A field that is missing, unknown, of another type or out of range.
    pub fn at(
        &self,
        label: impl Into<String>,
        settings: &[Json],
        trials: usize,
    ) -> Result<Self, SettingError> {
        let Placed { requests, margin, judge } = self.judge.at(settings, trials)?;
        Ok(Self { label: label.into(), requests, margin, judge })
    }

    /// Exchanges the claim with each of its rivals.
    ///
    /// # Errors
    /// Those of judging.
    pub(super) fn exchange(
        &self,
        outcomes: &[Vec<&Record>],
        alpha: f64,
    ) -> Result<Vec<Exchange>, JudgeError> {
        self.judge.exchange(outcomes, alpha)
    }

    /// The result of a case whose trials ended in an error.
    pub(super) fn failed(&self, error: &JudgeError) -> CaseResult {
        CaseResult {
            label: self.label.clone(),
            settings: self.requests.iter().map(|r| r.setting().clone()).collect(),
            trials: vec![0; self.requests.len()],
            ..CaseResult::unjudged(error)
        }
    }
}

/// A claim stands only where its rivals fall: one that agrees too leaves the data powerless, one that straddles asks
/// for more trials.
fn verdict(claim: &Judgement, rivals: &[RivalResult]) -> Verdict {
    if claim.verdict != Verdict::Confirmed {
        return claim.verdict;
    }
    rivals
        .iter()
        .map(|rival| match rival.judgement.verdict {
            Verdict::Refuted => Verdict::Confirmed,
            Verdict::Confirmed => Verdict::Powerless,
            other => other,
        })
        .max()
        .unwrap_or(Verdict::Powerless)
}
