use std::sync::Arc;

use solvable_theory::bibliography::Source;

use super::experiment::{Experiment, Outcome, Request};
use super::judge::{Breakage, Comparison, JudgeError, Reading, Rule};
use super::statistic::Statistic;
use super::{CaseResult, ClaimResult, Judgement, Margin, Profile, RivalResult, Verdict};

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
    /// Where it comes from.
    pub sources: Vec<Source>,
    /// What is judged.
    pub statistic: Statistic,
    /// How prediction and measurement are compared.
    pub comparison: Comparison,
    /// What the rivals assert.
    pub rivals: Vec<String>,
    cases: Box<dyn Fn(Profile) -> Result<Vec<Case>, JudgeError> + Send + Sync>,
}

/// A claim at one setting (or over one group of sizes).
pub struct Case {
    /// The setting in short.
    pub label: String,
    /// The trials it needs, one request for each setting.
    pub requests: Vec<Request>,
    /// The discrepancies that still count as agreement.
    pub margin: Margin,
    judge: Box<dyn Judge>,
}

/// A claim at its settings, ready for trials.
trait Judge: Send + Sync {
    fn judge(
        &self,
        outcomes: &[Vec<&Outcome>],
        breakage: Breakage,
    ) -> Result<(Judgement, Vec<RivalResult>), JudgeError>;

    fn exchange(&self, outcomes: &[Vec<&Outcome>]) -> Result<Vec<Exchange>, JudgeError>;
}

/// A claim and one of its rivals with their roles exchanged: the measurement is moved to where it would lie, with the same
/// scatter and the same offset, if the rival were the truth.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// The rival.
    pub rival: String,
    /// The rival, judged as the claim; it has to stand.
    pub as_truth: Judgement,
    /// The claim, judged as a rival; it has to fall.
    pub claim: Judgement,
}

/// Settings of one case.
#[derive(Debug, Clone)]
pub struct At<S> {
    label: String,
    settings: Vec<S>,
    trials: usize,
}

impl<S> At<S> {
    /// One setting.
    pub fn setting(label: impl Into<String>, setting: S, trials: usize) -> Self {
        Self { label: label.into(), settings: vec![setting], trials }
    }

    /// The setting in short.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Several sizes, over which a slope is fitted.
    pub fn sizes(label: impl Into<String>, settings: Vec<S>, trials: usize) -> Self {
        Self { label: label.into(), settings, trials }
    }
}

/// One number or several: what predictions and measurements return.
pub trait Components {
    /// As a list.
    fn into_list(self) -> Vec<f64>;
}

impl Components for f64 {
    fn into_list(self) -> Vec<f64> {
        vec![self]
    }
}

impl Components for Vec<f64> {
    fn into_list(self) -> Vec<f64> {
        self
    }
}

impl<const N: usize> Components for [f64; N] {
    fn into_list(self) -> Vec<f64> {
        self.to_vec()
    }
}

type Read<S> = Arc<dyn Fn(&S, &Outcome) -> Result<Vec<f64>, JudgeError> + Send + Sync>;
type OfSetting<S, T> = Arc<dyn Fn(&S) -> T + Send + Sync>;
type Cases<S> = Box<dyn Fn(Profile) -> Result<Vec<At<S>>, JudgeError> + Send + Sync>;
type MarginOf<S> = Box<dyn Fn(&S, Profile) -> Margin + Send + Sync>;

enum Predict<S> {
    /// A function of the setting alone, evaluated once.
    Free(OfSetting<S, Result<Vec<f64>, JudgeError>>),
    /// Conditional on quantities that the trial measured.
    Given(Read<S>),
}

impl<S> Clone for Predict<S> {
    fn clone(&self) -> Self {
        match self {
            Self::Free(f) => Self::Free(Arc::clone(f)),
            Self::Given(f) => Self::Given(Arc::clone(f)),
        }
    }
}

impl<S> Predict<S> {
    fn free<R: Components>(f: impl Fn(&S) -> Result<R, JudgeError> + Send + Sync + 'static) -> Self {
        Self::Free(Arc::new(move |s| f(s).map(R::into_list)))
    }

    fn given<R: Components>(
        f: impl Fn(&S, &Outcome) -> Result<R, JudgeError> + Send + Sync + 'static,
    ) -> Self {
        Self::Given(Arc::new(move |s, o| f(s, o).map(R::into_list)))
    }

    fn evaluate(&self, setting: &S, outcomes: &[&Outcome]) -> Result<Vec<Vec<f64>>, JudgeError> {
        match self {
            Self::Free(f) => Ok(vec![f(setting)?; outcomes.len()]),
            Self::Given(f) => outcomes.iter().map(|outcome| f(setting, outcome)).collect(),
        }
    }
}

struct Rival<S> {
    name: String,
    applies: OfSetting<S, bool>,
    predict: Predict<S>,
}

impl<S> Clone for Rival<S> {
    fn clone(&self) -> Self {
        Self { name: self.name.clone(), applies: Arc::clone(&self.applies), predict: self.predict.clone() }
    }
}

/// Everything a case needs to judge its trials.
struct Rules<S> {
    statistic: Statistic,
    comparison: Comparison,
    labels: Vec<String>,
    size: OfSetting<S, f64>,
    measure: Read<S>,
    predict: Predict<S>,
    rivals: Vec<Rival<S>>,
}

impl<S> Rules<S> {
    fn judge(
        &self,
        settings: &[S],
        margin: Margin,
        outcomes: &[Vec<&Outcome>],
        breakage: Breakage,
    ) -> Result<(Judgement, Vec<RivalResult>), JudgeError> {
        let measured = settings
            .iter()
            .zip(outcomes)
            .map(|(s, trials)| trials.iter().map(|o| (self.measure)(s, o)).collect::<Result<Vec<_>, _>>())
            .collect::<Result<Vec<_>, _>>()?;
        let judge = |predict: &Predict<S>, breakage: Breakage| {
            let readings = settings
                .iter()
                .zip(outcomes)
                .zip(&measured)
                .map(|((s, trials), measured)| {
                    Ok(Reading {
                        size: (self.size)(s),
                        measured: measured.clone(),
                        predicted: predict.evaluate(s, trials)?,
                    })
                })
                .collect::<Result<Vec<_>, JudgeError>>()?;
            let Self { statistic, comparison, .. } = *self;
            Rule { statistic, comparison, margin, labels: &self.labels, breakage }.judge(&readings)
        };
        let own = judge(&self.predict, breakage)?;
        let rivals = self
            .rivals
            .iter()
            .filter(|rival| settings.iter().all(|s| (rival.applies)(s)))
            .map(|rival| {
                Ok(RivalResult {
                    name: rival.name.clone(),
                    judgement: judge(&rival.predict, Breakage::None)?,
                })
            })
            .collect::<Result<_, JudgeError>>()?;
        Ok((own, rivals))
    }
}

impl<S> Rules<S> {
    /// The exchange of the claim with every rival that applies; none for laws, whose trials cannot be moved.
    fn exchange(
        &self,
        settings: &[S],
        margin: Margin,
        outcomes: &[Vec<&Outcome>],
    ) -> Result<Vec<Exchange>, JudgeError> {
        let Self { statistic, comparison, .. } = *self;
        if statistic == Statistic::Kolmogorov {
            return Ok(Vec::new());
        }
        let applies = |rival: &&Rival<S>| settings.iter().all(|s| (rival.applies)(s));
        let exchange = |rival: &Rival<S>| {
            let (mut for_rival, mut for_claim) = (Vec::new(), Vec::new());
            for (s, trials) in settings.iter().zip(outcomes) {
                let claimed = self.predict.evaluate(s, trials)?;
                let rivalling = rival.predict.evaluate(s, trials)?;
                let mut measured =
                    trials.iter().map(|o| (self.measure)(s, o)).collect::<Result<Vec<_>, _>>()?;
                for ((measured, claimed), rivalling) in measured.iter_mut().zip(&claimed).zip(&rivalling) {
                    comparison.moved(statistic, measured, claimed, rivalling);
                }
                let size = (self.size)(s);
                for_rival.push(Reading { size, measured: measured.clone(), predicted: rivalling });
                for_claim.push(Reading { size, measured, predicted: claimed });
            }
            let rule = Rule { statistic, comparison, margin, labels: &self.labels, breakage: Breakage::None };
            Ok(Exchange {
                rival: rival.name.clone(),
                as_truth: rule.judge(&for_rival)?,
                claim: rule.judge(&for_claim)?,
            })
        };
        self.rivals.iter().filter(applies).map(exchange).collect()
    }
}

/// Rules at the settings of one case.
struct Bound<S> {
    settings: Vec<S>,
    margin: Margin,
    rules: Arc<Rules<S>>,
}

impl<S: Send + Sync> Judge for Bound<S> {
    fn judge(
        &self,
        outcomes: &[Vec<&Outcome>],
        breakage: Breakage,
    ) -> Result<(Judgement, Vec<RivalResult>), JudgeError> {
        self.rules.judge(&self.settings, self.margin, outcomes, breakage)
    }

    fn exchange(&self, outcomes: &[Vec<&Outcome>]) -> Result<Vec<Exchange>, JudgeError> {
        self.rules.exchange(&self.settings, self.margin, outcomes)
    }
}

/// A claim under construction; see [`Claim`].
pub struct ClaimBuilder<E: Experiment> {
    id: String,
    title: String,
    formula: String,
    sources: Vec<Source>,
    statistic: Statistic,
    comparison: Comparison,
    labels: Vec<String>,
    size: Option<OfSetting<E::Setting, f64>>,
    cases: Option<Cases<E::Setting>>,
    measure: Option<Read<E::Setting>>,
    predict: Option<Predict<E::Setting>>,
    margin: Option<MarginOf<E::Setting>>,
    rivals: Vec<Rival<E::Setting>>,
}

impl Claim {
    /// Begins a claim about the experiment `E`.
    pub fn about<E: Experiment>(id: impl Into<String>, title: impl Into<String>) -> ClaimBuilder<E> {
        ClaimBuilder {
            id: id.into(),
            title: title.into(),
            formula: String::new(),
            sources: Vec::new(),
            statistic: Statistic::Mean,
            comparison: Comparison::Ratio,
            labels: Vec::new(),
            size: None,
            cases: None,
            measure: None,
            predict: None,
            margin: None,
            rivals: Vec::new(),
        }
    }

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
            sources: self.sources.iter().map(|s| s.key.to_owned()).collect(),
            statistic: self.statistic.name().to_owned(),
            comparison: self.comparison.name().to_owned(),
            verdict: cases.iter().map(|c| c.verdict).max().unwrap_or(Verdict::Failed),
            cases,
        }
    }
}

impl Case {
    /// Judges the trials: `outcomes` holds one list for each request. The claim's own
    /// prediction may be falsified on purpose.
    pub fn judge(&self, outcomes: &[Vec<&Outcome>], breakage: Breakage) -> CaseResult {
        let trials = outcomes.iter().map(Vec::len).collect();
        let settings = self.requests.iter().map(|r| r.setting().clone()).collect();
        let nothing = Judgement { verdict: Verdict::Failed, components: Vec::new() };
        let (claim, rivals, error) = match self.judge.judge(outcomes, breakage) {
            Ok((claim, rivals)) => (claim, rivals, None),
            Err(error) => (nothing, Vec::new(), Some(error.to_string())),
        };
        let verdict = verdict(&claim, &rivals);
        CaseResult { label: self.label.clone(), settings, trials, verdict, claim, rivals, error }
    }

    /// Exchanges the claim with each of its rivals.
    ///
    /// # Errors
    /// Those of judging.
    pub fn exchange(&self, outcomes: &[Vec<&Outcome>]) -> Result<Vec<Exchange>, JudgeError> {
        self.judge.exchange(outcomes)
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

impl<E: Experiment> ClaimBuilder<E> {
    /// The formula, in LaTeX without delimiters.
    pub fn formula(mut self, formula: impl Into<String>) -> Self {
        self.formula = formula.into();
        self
    }

    /// Where the claim comes from.
    pub fn sources(mut self, sources: &[Source]) -> Self {
        self.sources = sources.to_vec();
        self
    }

    /// The settings and their numbers of trials.
    pub fn cases(
        mut self,
        cases: impl Fn(Profile) -> Result<Vec<At<E::Setting>>, JudgeError> + Send + Sync + 'static,
    ) -> Self {
        self.cases = Some(Box::new(cases));
        self
    }

    /// What is read off a trial.
    pub fn measure<R: Components>(
        mut self,
        measure: impl Fn(&E::Setting, &Outcome) -> Result<R, JudgeError> + Send + Sync + 'static,
    ) -> Self {
        self.measure = Some(Arc::new(move |s, o| measure(s, o).map(R::into_list)));
        self
    }

    /// What the theory says of a setting.
    pub fn predict<R: Components>(
        mut self,
        predict: impl Fn(&E::Setting) -> Result<R, JudgeError> + Send + Sync + 'static,
    ) -> Self {
        self.predict = Some(Predict::free(predict));
        self
    }

    /// What the theory says of a trial, given other quantities that the trial measured.
    pub fn predict_given<R: Components>(
        mut self,
        predict: impl Fn(&E::Setting, &Outcome) -> Result<R, JudgeError> + Send + Sync + 'static,
    ) -> Self {
        self.predict = Some(Predict::given(predict));
        self
    }

    /// The discrepancies that still count as agreement.
    pub fn margin(mut self, margin: impl Fn(&E::Setting, Profile) -> Margin + Send + Sync + 'static) -> Self {
        self.margin = Some(Box::new(margin));
        self
    }

    /// A wrong prediction that the same trials must refute.
    pub fn rival<R: Components>(
        self,
        name: impl Into<String>,
        predict: impl Fn(&E::Setting) -> Result<R, JudgeError> + Send + Sync + 'static,
    ) -> Self {
        self.rival_where(name, |_| true, predict)
    }

    /// A rival for the settings at which `applies` holds: where it coincides with the claim it is no rival.
    pub fn rival_where<R: Components>(
        mut self,
        name: impl Into<String>,
        applies: impl Fn(&E::Setting) -> bool + Send + Sync + 'static,
        predict: impl Fn(&E::Setting) -> Result<R, JudgeError> + Send + Sync + 'static,
    ) -> Self {
        self.rivals.push(Rival {
            name: name.into(),
            applies: Arc::new(applies),
            predict: Predict::free(predict),
        });
        self
    }

    /// A rival that is conditional on measured quantities.
    pub fn rival_given<R: Components>(
        self,
        name: impl Into<String>,
        predict: impl Fn(&E::Setting, &Outcome) -> Result<R, JudgeError> + Send + Sync + 'static,
    ) -> Self {
        self.rival_given_where(name, |_| true, predict)
    }

    /// A rival that is conditional on measured quantities, for the settings at which `applies` holds.
    pub fn rival_given_where<R: Components>(
        mut self,
        name: impl Into<String>,
        applies: impl Fn(&E::Setting) -> bool + Send + Sync + 'static,
        predict: impl Fn(&E::Setting, &Outcome) -> Result<R, JudgeError> + Send + Sync + 'static,
    ) -> Self {
        self.rivals.push(Rival {
            name: name.into(),
            applies: Arc::new(applies),
            predict: Predict::given(predict),
        });
        self
    }

    /// Compares by difference instead of ratio.
    pub fn by_difference(mut self) -> Self {
        self.comparison = Comparison::Difference;
        self
    }

    /// Names the components of a curve.
    pub fn components<L: Into<String>>(mut self, labels: impl IntoIterator<Item = L>) -> Self {
        self.labels = labels.into_iter().map(Into::into).collect();
        self
    }

    /// Judges the log-log slope over sizes.
    pub fn log_slope(mut self, size: impl Fn(&E::Setting) -> f64 + Send + Sync + 'static) -> Self {
        (self.statistic, self.comparison) = (Statistic::LogSlope, Comparison::Difference);
        self.size = Some(Arc::new(size));
        self
    }

    /// Judges the log-log slope of the root mean square over sizes.
    pub fn rms_log_slope(self, size: impl Fn(&E::Setting) -> f64 + Send + Sync + 'static) -> Self {
        let mut claim = self.log_slope(size);
        claim.statistic = Statistic::RmsLogSlope;
        claim
    }

    /// Compares all components at once, as a trajectory: by $\|$measured $-$ predicted$\|$, root mean square over trials.
    pub fn by_distance(mut self) -> Self {
        (self.statistic, self.comparison) = (Statistic::RootMeanSquare, Comparison::Distance);
        self
    }

    /// As [`by_distance`](Self::by_distance), relative to the length of the prediction.
    pub fn by_relative_distance(mut self) -> Self {
        (self.statistic, self.comparison) = (Statistic::RootMeanSquare, Comparison::RelativeDistance);
        self
    }

    /// Judges the law of a single number by Kolmogorov's distance. The prediction is the distribution function at the
    /// measured number.
    pub fn law(mut self) -> Self {
        (self.statistic, self.comparison) = (Statistic::Kolmogorov, Comparison::Difference);
        self
    }

    /// Judges the worst single trial: the claim is an identity.
    pub fn identity(mut self) -> Self {
        self.statistic = Statistic::Identity;
        self
    }

    /// Judges the median over trials.
    pub fn median(mut self) -> Self {
        self.statistic = Statistic::Median;
        self
    }

    /// The finished claim. A claim that lacks a piece (a rival, say) comes out as *failed* wherever it is judged.
    pub fn finish(self) -> Claim {
        let Self { id, title, formula, sources, statistic, comparison, labels, size, .. } = self;
        let size = size.unwrap_or_else(|| Arc::new(|_| 1.0));
        let rivals = self.rivals;
        let names = rivals.iter().map(|rival| rival.name.clone()).collect();
        let pieces = (|| {
            if rivals.is_empty() {
                return Err(JudgeError::Incomplete("rival"));
            }
            let cases = self.cases.ok_or(JudgeError::Incomplete("cases"))?;
            let margin = self.margin.ok_or(JudgeError::Incomplete("margin"))?;
            let measure = self.measure.ok_or(JudgeError::Incomplete("measurement"))?;
            let predict = self.predict.ok_or(JudgeError::Incomplete("prediction"))?;
            Ok((
                cases,
                margin,
                Arc::new(Rules { statistic, comparison, labels, size, measure, predict, rivals }),
            ))
        })();
        let cases = move |profile| {
            let (cases, margin, rules) = pieces.as_ref().map_err(JudgeError::clone)?;
            cases(profile)?
                .into_iter()
                .map(|At { label, settings, trials }| {
                    let requests = settings
                        .iter()
                        .map(|s| Request::new::<E>(s, trials))
                        .collect::<Result<_, _>>()
                        .map_err(|e| JudgeError::Other(format!("the setting cannot be serialised: {e}")))?;
                    let first = settings.first().ok_or(JudgeError::Incomplete("setting"))?;
                    let (margin, rules) = (margin(first, profile), Arc::clone(rules));
                    Ok(Case { label, requests, margin, judge: Box::new(Bound { settings, margin, rules }) })
                })
                .collect()
        };
        Claim { id, title, formula, sources, statistic, comparison, rivals: names, cases: Box::new(cases) }
    }
}
