use std::fmt;
use std::sync::Arc;

use serde_json::Value as Json;

use super::experiment::{Experiment, Parameters, Quantities, TrialFailure};
use super::setting::{self, SettingError};
use crate::streams::Streams;

/// An experiment as a value: a kind of finite system, with settings `S`, and what is measured on it, `O`.
///
/// Every [`Experiment`] is one ([`Procedure::of`]). Others are made at run time, of a name and a function that draws a trial; their
/// settings may be plain JSON and their outcomes a [`Record`](super::Record).
///
/// ```
/// use serde_json::{Value, json};
/// use solvable_engine::verify::{
///     At, Claim, Engine, Margin, Options, Procedure, Record, TrialStore, Verdict, setting,
/// };
///
/// let scatter = Procedure::new("scatter", 1, |setting: &Value, streams| {
///     let deviation = setting["deviation"].as_f64().ok_or("no deviation")?;
///     let sample = streams.child("sample").normals(100, deviation);
///     let mean_square = sample.iter().map(|x| x * x).sum::<f64>() / 100.0;
///     Ok(Record::of(&json!({"mean_square": mean_square}))?)
/// })
/// .checked(|setting| setting::positive("deviation", setting["deviation"].as_f64().unwrap_or(f64::NAN)));
///
/// let deviation = |setting: &Value| setting["deviation"].as_f64().unwrap_or(f64::NAN);
/// let claim = Claim::of(scatter, "example/scatter", "The mean square is the variance")
///     .cases(|_| Ok(vec![At::setting("σ=2", json!({"deviation": 2}), 60)]))
///     .measure(|_, outcome| Ok(outcome.number("mean_square")?))
///     .predict(move |setting| Ok(deviation(setting).powi(2)))
///     .rival("the deviation", move |setting| Ok(deviation(setting)))
///     .margin(|_, _| Margin::symmetric(0.1))
///     .finish();
/// let results = Engine::new(TrialStore::in_memory(), Options::default()).verify(&[claim], &())?;
/// let case = &results.claims[0].cases[0];
/// assert_eq!(case.verdict, Verdict::Confirmed);
/// assert_eq!(case.rivals[0].judgement.verdict, Verdict::Refuted);
/// # Ok::<(), solvable_engine::verify::StoreError>(())
/// ```
pub struct Procedure<S, O> {
    id: String,
    version: u32,
    check: Check<S>,
    run: Run<S, O>,
    cost: OfSetting<S, f64>,
    memory: OfSetting<S, Option<f64>>,
}

pub(super) type OfSetting<S, T> = Arc<dyn Fn(&S) -> T + Send + Sync>;
type Check<S> = OfSetting<S, Result<(), SettingError>>;
type Run<S, O> = Arc<dyn Fn(&S, &Streams) -> Result<O, TrialFailure> + Send + Sync>;

impl<S: Parameters, O: Quantities> Procedure<S, O> {
    /// The procedure that the experiment `E` is.
    pub fn of<E: Experiment<Setting = S, Outcome = O>>() -> Self {
        Self::new(E::ID, E::VERSION, E::run).checked(E::check).costing(E::cost).taking(E::memory)
    }

    /// A procedure made at run time. `run` draws the system and measures it: a pure function of the setting and the streams. `version` is
    /// to be raised whenever the same streams would give another outcome.
    pub fn new(
        id: impl Into<String>,
        version: u32,
        run: impl Fn(&S, &Streams) -> Result<O, TrialFailure> + Send + Sync + 'static,
    ) -> Self {
        Self {
            id: id.into(),
            version,
            check: Arc::new(|_| Ok(())),
            run: Arc::new(run),
            cost: Arc::new(|_| 1.0),
            memory: Arc::new(|_| None),
        }
    }

    /// Says which settings can be run; see [`Experiment::check`].
    #[must_use]
    pub fn checked(mut self, check: impl Fn(&S) -> Result<(), SettingError> + Send + Sync + 'static) -> Self {
        self.check = Arc::new(check);
        self
    }

    /// Says what a trial costs; see [`Experiment::cost`].
    #[must_use]
    pub fn costing(mut self, cost: impl Fn(&S) -> f64 + Send + Sync + 'static) -> Self {
        self.cost = Arc::new(cost);
        self
    }

    /// Says how many bytes of memory a trial takes; see [`Experiment::memory`].
    #[must_use]
    pub fn taking(mut self, memory: impl Fn(&S) -> Option<f64> + Send + Sync + 'static) -> Self {
        self.memory = Arc::new(memory);
        self
    }

    /// The setting that `json` describes.
    ///
    /// # Errors
    /// A field that is missing, unknown, of another type, or outside what the procedure can run.
    pub(super) fn setting_of(&self, json: &Json) -> Result<S, SettingError> {
        let setting = setting::read(json)?;
        (self.check)(&setting)?;
        Ok(setting)
    }
}

impl<S, O> Procedure<S, O> {
    /// The name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The version.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// What names the procedure in a store: `<id>@<version>`.
    pub fn fingerprint(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }

    pub(super) fn run(&self, setting: &S, streams: &Streams) -> Result<O, TrialFailure> {
        (self.run)(setting, streams)
    }

    pub(super) fn cost(&self, setting: &S) -> f64 {
        (self.cost)(setting)
    }

    pub(super) fn memory(&self, setting: &S) -> Option<f64> {
        (self.memory)(setting)
    }
}

impl<S, O> Clone for Procedure<S, O> {
    fn clone(&self) -> Self {
        Self {
            id: self.id.clone(),
            version: self.version,
            check: Arc::clone(&self.check),
            run: Arc::clone(&self.run),
            cost: Arc::clone(&self.cost),
            memory: Arc::clone(&self.memory),
        }
    }
}

impl<S, O> fmt::Debug for Procedure<S, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Procedure").field(&format_args!("{}@{}", self.id, self.version)).finish()
    }
}
