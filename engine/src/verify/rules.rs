use std::sync::Arc;

use serde_json::Value as Json;

use super::components::Components;
use super::experiment::{Parameters, Quantities};
use super::judge::{Breakage, Comparison, JudgeError, Reading, Rule};
use super::procedure::{OfSetting, Procedure};
use super::record::Record;
use super::request::Request;
use super::results::{Judgement, Margin, RivalResult};
use super::setting::SettingError;
use super::statistic::Statistic;
use super::verdict::{Profile, Verdict};

/// A claim at its settings, ready for trials.
pub(super) trait Judge: Send + Sync {
    fn judge(
        &self,
        records: &[Vec<&Record>],
        breakage: Breakage,
        alpha: f64,
    ) -> Result<(Judgement, Vec<RivalResult>), JudgeError>;

    fn exchange(&self, records: &[Vec<&Record>], alpha: f64) -> Result<Vec<Exchange>, JudgeError>;

    /// The same rules at other settings.
    fn at(&self, settings: &[Json], trials: usize) -> Result<Placed, SettingError>;
}

/// Rules at settings that a user gave.
pub(super) struct Placed {
    pub requests: Vec<Request>,
    pub margin: Margin,
    pub judge: Box<dyn Judge>,
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

impl Exchange {
    /// Whether more trials could change nothing.
    pub(super) fn is_decided(&self) -> bool {
        [&self.as_truth, &self.claim].iter().all(|judgement| judgement.verdict != Verdict::Inconclusive)
    }
}

/// What is read off a trial.
pub(super) type Read<S, O> = Arc<dyn Fn(&S, &O) -> Result<Vec<f64>, JudgeError> + Send + Sync>;
pub(super) type Domain<S> = Box<dyn Fn(&S) -> Result<(), SettingError> + Send + Sync>;
pub(super) type MarginOf<S> = Box<dyn Fn(&S, Profile) -> Margin + Send + Sync>;

pub(super) enum Predict<S, O> {
    /// A function of the setting alone, evaluated once.
    Free(OfSetting<S, Result<Vec<f64>, JudgeError>>),
    /// Conditional on quantities that the trial measured.
    Given(Read<S, O>),
}

impl<S, O> Clone for Predict<S, O> {
    fn clone(&self) -> Self {
        match self {
            Self::Free(f) => Self::Free(Arc::clone(f)),
            Self::Given(f) => Self::Given(Arc::clone(f)),
        }
    }
}

impl<S, O> Predict<S, O> {
    pub fn free<R: Components>(f: impl Fn(&S) -> Result<R, JudgeError> + Send + Sync + 'static) -> Self {
        Self::Free(Arc::new(move |s| f(s).map(R::into_list)))
    }

    pub fn given<R: Components>(f: impl Fn(&S, &O) -> Result<R, JudgeError> + Send + Sync + 'static) -> Self {
        Self::Given(Arc::new(move |s, o| f(s, o).map(R::into_list)))
    }

    fn evaluate(&self, setting: &S, outcomes: &[O]) -> Result<Vec<Vec<f64>>, JudgeError> {
        match self {
            Self::Free(f) => Ok(vec![f(setting)?; outcomes.len()]),
            Self::Given(f) => outcomes.iter().map(|outcome| f(setting, outcome)).collect(),
        }
    }
}

pub(super) struct Rival<S, O> {
    pub name: String,
    pub applies: OfSetting<S, bool>,
    pub predict: Predict<S, O>,
}

impl<S, O> Clone for Rival<S, O> {
    fn clone(&self) -> Self {
        Self { name: self.name.clone(), applies: Arc::clone(&self.applies), predict: self.predict.clone() }
    }
}

/// Everything a case needs to judge its trials.
pub(super) struct Rules<S, O> {
    pub procedure: Procedure<S, O>,
    pub statistic: Statistic,
    pub comparison: Comparison,
    pub labels: Vec<String>,
    pub size: OfSetting<S, f64>,
    pub measure: Read<S, O>,
    pub predict: Predict<S, O>,
    pub margin: MarginOf<S>,
    pub domain: Vec<Domain<S>>,
    pub rivals: Vec<Rival<S, O>>,
}

impl<S, O> Rules<S, O> {
    fn judge(
        &self,
        settings: &[S],
        margin: Margin,
        outcomes: &[Vec<O>],
        breakage: Breakage,
        alpha: f64,
    ) -> Result<(Judgement, Vec<RivalResult>), JudgeError> {
        let measured = settings
            .iter()
            .zip(outcomes)
            .map(|(s, trials)| trials.iter().map(|o| (self.measure)(s, o)).collect::<Result<Vec<_>, _>>())
            .collect::<Result<Vec<_>, _>>()?;
        let judge = |predict: &Predict<S, O>, breakage: Breakage| {
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
            Rule { statistic, comparison, margin, labels: &self.labels, breakage, alpha }.judge(&readings)
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

impl<S, O> Rules<S, O> {
    /// The exchange of the claim with every rival that applies; none for laws, whose trials cannot be moved.
    fn exchange(
        &self,
        settings: &[S],
        margin: Margin,
        outcomes: &[Vec<O>],
        alpha: f64,
    ) -> Result<Vec<Exchange>, JudgeError> {
        let Self { statistic, comparison, .. } = *self;
        if statistic == Statistic::Kolmogorov {
            return Ok(Vec::new());
        }
        let own = settings
            .iter()
            .zip(outcomes)
            .map(|(s, trials)| {
                let measured = trials.iter().map(|o| (self.measure)(s, o)).collect::<Result<Vec<_>, _>>()?;
                Ok((measured, self.predict.evaluate(s, trials)?))
            })
            .collect::<Result<Vec<_>, JudgeError>>()?;
        let applies = |rival: &&Rival<S, O>| settings.iter().all(|s| (rival.applies)(s));
        let exchange = |rival: &Rival<S, O>| {
            let (mut for_rival, mut for_claim) = (Vec::new(), Vec::new());
            for ((s, trials), (measured, claimed)) in settings.iter().zip(outcomes).zip(&own) {
                let rivalling = rival.predict.evaluate(s, trials)?;
                let mut moved = measured.clone();
                for ((moved, claimed), rivalling) in moved.iter_mut().zip(claimed).zip(&rivalling) {
                    comparison.moved(statistic, moved, claimed, rivalling);
                }
                let size = (self.size)(s);
                for_rival.push(Reading { size, measured: moved.clone(), predicted: rivalling });
                for_claim.push(Reading { size, measured: moved, predicted: claimed.clone() });
            }
            let rule =
                Rule { statistic, comparison, margin, labels: &self.labels, breakage: Breakage::None, alpha };
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
pub(super) struct Bound<S, O> {
    settings: Vec<S>,
    profile: Profile,
    pub margin: Margin,
    rules: Arc<Rules<S, O>>,
}

impl<S, O> Bound<S, O> {
    pub fn new(settings: Vec<S>, profile: Profile, rules: Arc<Rules<S, O>>) -> Result<Self, JudgeError> {
        let first = settings.first().ok_or(JudgeError::Incomplete("setting"))?;
        let margin = (rules.margin)(first, profile);
        Ok(Self { settings, profile, margin, rules })
    }
}

fn read<O: Quantities>(records: &[Vec<&Record>]) -> Result<Vec<Vec<O>>, JudgeError> {
    let of_setting = |records: &Vec<&Record>| {
        records.iter().map(|record| Ok(record.read()?)).collect::<Result<_, JudgeError>>()
    };
    records.iter().map(of_setting).collect()
}

impl<S: Parameters, O: Quantities> Judge for Bound<S, O> {
    fn judge(
        &self,
        records: &[Vec<&Record>],
        breakage: Breakage,
        alpha: f64,
    ) -> Result<(Judgement, Vec<RivalResult>), JudgeError> {
        self.rules.judge(&self.settings, self.margin, &read(records)?, breakage, alpha)
    }

    fn exchange(&self, records: &[Vec<&Record>], alpha: f64) -> Result<Vec<Exchange>, JudgeError> {
        self.rules.exchange(&self.settings, self.margin, &read(records)?, alpha)
    }

    fn at(&self, settings: &[Json], trials: usize) -> Result<Placed, SettingError> {
        let unusable = |reason: String| SettingError::Unreadable { field: "setting".into(), reason };
        let procedure = &self.rules.procedure;
        let settings: Vec<S> =
            settings.iter().map(|json| procedure.setting_of(json)).collect::<Result<_, _>>()?;
        for setting in &settings {
            self.rules.domain.iter().try_for_each(|presumes| presumes(setting))?;
        }
        let requests = settings.iter().map(|setting| Request::of(procedure, setting, trials));
        let requests = requests.collect::<Result<_, _>>().map_err(|error| unusable(error.to_string()))?;
        let judge = Self::new(settings, self.profile, Arc::clone(&self.rules))
            .map_err(|error| unusable(error.to_string()))?;
        Ok(Placed { requests, margin: judge.margin, judge: Box::new(judge) })
    }
}
