use std::sync::Arc;

use super::claim::{Case, Claim};
use super::components::Components;
use super::experiment::{Experiment, Parameters, Quantities};
use super::judge::{Comparison, JudgeError};
use super::procedure::{OfSetting, Procedure};
use super::request::Request;
use super::results::Margin;
use super::rules::{Bound, Domain, MarginOf, Predict, Read, Rival, Rules};
use super::setting::SettingError;
use super::statistic::Statistic;
use super::verdict::Profile;

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

    /// The settings.
    pub fn settings(&self) -> &[S] {
        &self.settings
    }

    /// Several sizes, over which a slope is fitted.
    pub fn sizes(label: impl Into<String>, settings: Vec<S>, trials: usize) -> Self {
        Self { label: label.into(), settings, trials }
    }
}

type Cases<S> = Box<dyn Fn(Profile) -> Result<Vec<At<S>>, JudgeError> + Send + Sync>;

/// A claim about the experiment `E` under construction; see [`Claim`].
pub type ClaimBuilder<E> = ClaimDraft<<E as Experiment>::Setting, <E as Experiment>::Outcome>;

/// A claim under construction, about a procedure with settings `S` and outcomes `O`; see [`Claim`].
pub struct ClaimDraft<S, O> {
    procedure: Procedure<S, O>,
    id: String,
    title: String,
    formula: String,
    sources: Vec<String>,
    statistic: Statistic,
    comparison: Comparison,
    labels: Vec<String>,
    size: Option<OfSetting<S, f64>>,
    cases: Option<Cases<S>>,
    measure: Option<Read<S, O>>,
    predict: Option<Predict<S, O>>,
    margin: Option<MarginOf<S>>,
    domain: Vec<Domain<S>>,
    rivals: Vec<Rival<S, O>>,
}

impl Claim {
    /// Begins a claim about the experiment `E`.
    pub fn about<E: Experiment>(id: impl Into<String>, title: impl Into<String>) -> ClaimBuilder<E> {
        Self::of(Procedure::of::<E>(), id, title)
    }

    /// Begins a claim about `procedure`.
    pub fn of<S, O>(
        procedure: Procedure<S, O>,
        id: impl Into<String>,
        title: impl Into<String>,
    ) -> ClaimDraft<S, O> {
        ClaimDraft {
            procedure,
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
            domain: Vec::new(),
            rivals: Vec::new(),
        }
    }
}

impl<S: Parameters, O: Quantities> ClaimDraft<S, O> {
    /// The formula, in LaTeX without delimiters.
    pub fn formula(mut self, formula: impl Into<String>) -> Self {
        self.formula = formula.into();
        self
    }

    /// Where the claim comes from: the keys of publications, or the publications.
    pub fn sources<K: AsRef<str>>(mut self, sources: &[K]) -> Self {
        self.sources = sources.iter().map(|source| source.as_ref().to_owned()).collect();
        self
    }

    /// The settings and their numbers of trials.
    pub fn cases(
        mut self,
        cases: impl Fn(Profile) -> Result<Vec<At<S>>, JudgeError> + Send + Sync + 'static,
    ) -> Self {
        self.cases = Some(Box::new(cases));
        self
    }

    /// What is read off a trial.
    pub fn measure<R: Components>(
        mut self,
        measure: impl Fn(&S, &O) -> Result<R, JudgeError> + Send + Sync + 'static,
    ) -> Self {
        self.measure = Some(Arc::new(move |s, o| measure(s, o).map(R::into_list)));
        self
    }

    /// What the theory says of a setting.
    pub fn predict<R: Components>(
        mut self,
        predict: impl Fn(&S) -> Result<R, JudgeError> + Send + Sync + 'static,
    ) -> Self {
        self.predict = Some(Predict::free(predict));
        self
    }

    /// What the theory says of a trial, given other quantities that the trial measured.
    pub fn predict_given<R: Components>(
        mut self,
        predict: impl Fn(&S, &O) -> Result<R, JudgeError> + Send + Sync + 'static,
    ) -> Self {
        self.predict = Some(Predict::given(predict));
        self
    }

    /// The discrepancies that still count as agreement.
    pub fn margin(mut self, margin: impl Fn(&S, Profile) -> Margin + Send + Sync + 'static) -> Self {
        self.margin = Some(Box::new(margin));
        self
    }

    /// What the claim's prediction or its rivals presume of a setting beyond what the experiment can run: one activation, one output. A
    /// setting that a user gives is refused where it does not hold.
    pub fn presumes(
        mut self,
        domain: impl Fn(&S) -> Result<(), SettingError> + Send + Sync + 'static,
    ) -> Self {
        self.domain.push(Box::new(domain));
        self
    }

    /// A wrong prediction that the same trials must refute.
    pub fn rival<R: Components>(
        self,
        name: impl Into<String>,
        predict: impl Fn(&S) -> Result<R, JudgeError> + Send + Sync + 'static,
    ) -> Self {
        self.rival_where(name, |_| true, predict)
    }

    /// A rival for the settings at which `applies` holds: where it coincides with the claim it is no rival.
    pub fn rival_where<R: Components>(
        mut self,
        name: impl Into<String>,
        applies: impl Fn(&S) -> bool + Send + Sync + 'static,
        predict: impl Fn(&S) -> Result<R, JudgeError> + Send + Sync + 'static,
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
        predict: impl Fn(&S, &O) -> Result<R, JudgeError> + Send + Sync + 'static,
    ) -> Self {
        self.rival_given_where(name, |_| true, predict)
    }

    /// A rival that is conditional on measured quantities, for the settings at which `applies` holds.
    pub fn rival_given_where<R: Components>(
        mut self,
        name: impl Into<String>,
        applies: impl Fn(&S) -> bool + Send + Sync + 'static,
        predict: impl Fn(&S, &O) -> Result<R, JudgeError> + Send + Sync + 'static,
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
    pub fn log_slope(mut self, size: impl Fn(&S) -> f64 + Send + Sync + 'static) -> Self {
        (self.statistic, self.comparison) = (Statistic::LogSlope, Comparison::Difference);
        self.size = Some(Arc::new(size));
        self
    }

    /// Judges the log-log slope of the root mean square over sizes.
    pub fn rms_log_slope(self, size: impl Fn(&S) -> f64 + Send + Sync + 'static) -> Self {
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

    /// Compares all components at once, by the largest difference: of distribution functions, Kolmogorov's distance; mean over trials.
    pub fn by_largest_difference(mut self) -> Self {
        self.comparison = Comparison::LargestDifference;
        self
    }

    /// Compares all components at once, by the mean absolute difference: of quantiles, the Wasserstein distance; mean over trials.
    pub fn by_mean_difference(mut self) -> Self {
        self.comparison = Comparison::MeanDifference;
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

    /// Judges the mean over trials, as is usual but for distances.
    pub fn mean(mut self) -> Self {
        self.statistic = Statistic::Mean;
        self
    }

    /// Judges the median over trials.
    pub fn median(mut self) -> Self {
        self.statistic = Statistic::Median;
        self
    }

    /// The finished claim. A claim that lacks a piece (a rival, say) comes out as *failed* wherever it is judged.
    pub fn finish(self) -> Claim {
        let Self { procedure, id, title, formula, sources, statistic, comparison, labels, size, .. } = self;
        let size = size.unwrap_or_else(|| Arc::new(|_| 1.0));
        let (rivals, domain) = (self.rivals, self.domain);
        let names = rivals.iter().map(|rival| rival.name.clone()).collect();
        let pieces = (|| {
            if rivals.is_empty() {
                return Err(JudgeError::Incomplete("rival"));
            }
            let cases = self.cases.ok_or(JudgeError::Incomplete("cases"))?;
            let margin = self.margin.ok_or(JudgeError::Incomplete("margin"))?;
            let measure = self.measure.ok_or(JudgeError::Incomplete("measurement"))?;
            let predict = self.predict.ok_or(JudgeError::Incomplete("prediction"))?;
            let rules = Rules {
                procedure,
                statistic,
                comparison,
                labels,
                size,
                measure,
                predict,
                margin,
                domain,
                rivals,
            };
            Ok((cases, Arc::new(rules)))
        })();
        let cases = move |profile| {
            let (cases, rules) = pieces.as_ref().map_err(JudgeError::clone)?;
            cases(profile)?
                .into_iter()
                .map(|At { label, settings, trials }| {
                    let requests = settings.iter().map(|s| Request::of(&rules.procedure, s, trials));
                    let requests = requests.collect::<Result<_, _>>()?;
                    let judge = Bound::new(settings, profile, Arc::clone(rules))?;
                    Ok(Case { label, requests, margin: judge.margin, judge: Box::new(judge) })
                })
                .collect()
        };
        Claim { id, title, formula, sources, statistic, comparison, rivals: names, cases: Box::new(cases) }
    }
}
