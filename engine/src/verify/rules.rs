use std::sync::Arc;

use serde_json::Value as Json;

use super::components::Components;
use super::experiment::{Experiment, Request, setting_of};
use super::judge::{Breakage, Comparison, JudgeError, Reading, Rule};
use super::record::Record;
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

/// What is read off a trial of the experiment `E`.
pub(super) type Read<E> = Arc<
    dyn Fn(&<E as Experiment>::Setting, &<E as Experiment>::Outcome) -> Result<Vec<f64>, JudgeError>
        + Send
        + Sync,
>;
pub(super) type OfSetting<S, T> = Arc<dyn Fn(&S) -> T + Send + Sync>;
pub(super) type Domain<S> = Box<dyn Fn(&S) -> Result<(), SettingError> + Send + Sync>;
pub(super) type MarginOf<S> = Box<dyn Fn(&S, Profile) -> Margin + Send + Sync>;

pub(super) enum Predict<E: Experiment> {
    /// A function of the setting alone, evaluated once.
    Free(OfSetting<E::Setting, Result<Vec<f64>, JudgeError>>),
    /// Conditional on quantities that the trial measured.
    Given(Read<E>),
}

impl<E: Experiment> Clone for Predict<E> {
    fn clone(&self) -> Self {
        match self {
            Self::Free(f) => Self::Free(Arc::clone(f)),
            Self::Given(f) => Self::Given(Arc::clone(f)),
        }
    }
}

impl<E: Experiment> Predict<E> {
    pub fn free<R: Components>(
        f: impl Fn(&E::Setting) -> Result<R, JudgeError> + Send + Sync + 'static,
    ) -> Self {
        Self::Free(Arc::new(move |s| f(s).map(R::into_list)))
    }

    pub fn given<R: Components>(
        f: impl Fn(&E::Setting, &E::Outcome) -> Result<R, JudgeError> + Send + Sync + 'static,
    ) -> Self {
        Self::Given(Arc::new(move |s, o| f(s, o).map(R::into_list)))
    }

    fn evaluate(&self, setting: &E::Setting, outcomes: &[E::Outcome]) -> Result<Vec<Vec<f64>>, JudgeError> {
        match self {
            Self::Free(f) => Ok(vec![f(setting)?; outcomes.len()]),
            Self::Given(f) => outcomes.iter().map(|outcome| f(setting, outcome)).collect(),
        }
    }
}

pub(super) struct Rival<E: Experiment> {
    pub name: String,
    pub applies: OfSetting<E::Setting, bool>,
    pub predict: Predict<E>,
}

impl<E: Experiment> Clone for Rival<E> {
    fn clone(&self) -> Self {
        Self { name: self.name.clone(), applies: Arc::clone(&self.applies), predict: self.predict.clone() }
    }
}

/// Everything a case needs to judge its trials.
pub(super) struct Rules<E: Experiment> {
    pub statistic: Statistic,
    pub comparison: Comparison,
    pub labels: Vec<String>,
    pub size: OfSetting<E::Setting, f64>,
    pub measure: Read<E>,
    pub predict: Predict<E>,
    pub margin: MarginOf<E::Setting>,
    pub domain: Vec<Domain<E::Setting>>,
    pub rivals: Vec<Rival<E>>,
}

impl<E: Experiment> Rules<E> {
    fn judge(
        &self,
        settings: &[E::Setting],
        margin: Margin,
        outcomes: &[Vec<E::Outcome>],
        breakage: Breakage,
        alpha: f64,
    ) -> Result<(Judgement, Vec<RivalResult>), JudgeError> {
        let measured = settings
            .iter()
            .zip(outcomes)
            .map(|(s, trials)| trials.iter().map(|o| (self.measure)(s, o)).collect::<Result<Vec<_>, _>>())
            .collect::<Result<Vec<_>, _>>()?;
        let judge = |predict: &Predict<E>, breakage: Breakage| {
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

impl<E: Experiment> Rules<E> {
    /// The exchange of the claim with every rival that applies; none for laws, whose trials cannot be moved.
    fn exchange(
        &self,
        settings: &[E::Setting],
        margin: Margin,
        outcomes: &[Vec<E::Outcome>],
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
        let applies = |rival: &&Rival<E>| settings.iter().all(|s| (rival.applies)(s));
        let exchange = |rival: &Rival<E>| {
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
pub(super) struct Bound<E: Experiment> {
    settings: Vec<E::Setting>,
    profile: Profile,
    pub margin: Margin,
    rules: Arc<Rules<E>>,
}

impl<E: Experiment> Bound<E> {
    pub fn new(
        settings: Vec<E::Setting>,
        profile: Profile,
        rules: Arc<Rules<E>>,
    ) -> Result<Self, JudgeError> {
        let first = settings.first().ok_or(JudgeError::Incomplete("setting"))?;
        let margin = (rules.margin)(first, profile);
        Ok(Self { settings, profile, margin, rules })
    }
}

fn read<E: Experiment>(records: &[Vec<&Record>]) -> Result<Vec<Vec<E::Outcome>>, JudgeError> {
    let of_setting = |records: &Vec<&Record>| {
        records.iter().map(|record| Ok(record.read()?)).collect::<Result<_, JudgeError>>()
    };
    records.iter().map(of_setting).collect()
}

impl<E: Experiment> Judge for Bound<E> {
    fn judge(
        &self,
        records: &[Vec<&Record>],
        breakage: Breakage,
        alpha: f64,
    ) -> Result<(Judgement, Vec<RivalResult>), JudgeError> {
        self.rules.judge(&self.settings, self.margin, &read::<E>(records)?, breakage, alpha)
    }

    fn exchange(&self, records: &[Vec<&Record>], alpha: f64) -> Result<Vec<Exchange>, JudgeError> {
        self.rules.exchange(&self.settings, self.margin, &read::<E>(records)?, alpha)
    }

    fn at(&self, settings: &[Json], trials: usize) -> Result<Placed, SettingError> {
        let unusable = |reason: String| SettingError::Unreadable { field: "setting".into(), reason };
        let settings: Vec<E::Setting> = settings.iter().map(setting_of::<E>).collect::<Result<_, _>>()?;
        for setting in &settings {
            self.rules.domain.iter().try_for_each(|presumes| presumes(setting))?;
        }
        let requests = settings.iter().map(|setting| Request::new::<E>(setting, trials));
        let requests = requests.collect::<Result<_, _>>().map_err(|error| unusable(error.to_string()))?;
        let judge = Self::new(settings, self.profile, Arc::clone(&self.rules))
            .map_err(|error| unusable(error.to_string()))?;
        Ok(Placed { requests, margin: judge.margin, judge: Box::new(judge) })
    }
}
