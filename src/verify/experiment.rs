use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use thiserror::Error as ThisError;

use crate::streams::Streams;

/// Why a trial could not be run.
pub type TrialFailure = Box<dyn Error + Send + Sync>;

/// A kind of finite system and what is measured on it.
///
/// A trial is one random draw of the system: a pure function of the setting and of the trial's [`Streams`]. Its trials
/// serve every claim that asks for the same setting.
pub trait Experiment: 'static {
    /// The parameters. Their JSON form, with keys in sorted order, names the setting in the store and keys its streams.
    type Setting: Serialize + Clone + Send + Sync + 'static;

    /// Name of the experiment.
    const ID: &'static str;

    /// Raised whenever the same streams would give another outcome; stored trials of other versions are run anew.
    const VERSION: u32;

    /// Draws the system and measures it.
    fn run(setting: &Self::Setting, streams: &Streams) -> Result<Outcome, TrialFailure>;

    /// Rough cost of a trial in arbitrary units; expensive trials are started first.
    fn cost(_setting: &Self::Setting) -> f64 {
        1.0
    }
}

/// What one trial measured: named numbers and lists of numbers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Outcome(BTreeMap<String, Measured>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Measured {
    Number(f64),
    List(Vec<f64>),
}

/// A quantity that an outcome does not have in the shape asked for.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[error("the outcome has no {shape} `{name}`")]
pub struct MissingQuantity {
    name: String,
    shape: &'static str,
}

impl Outcome {
    /// An outcome without quantities.
    pub fn new() -> Self {
        Self::default()
    }

    /// The outcome with the number `name` added.
    pub fn with(mut self, name: &str, value: f64) -> Self {
        self.0.insert(name.to_owned(), Measured::Number(value));
        self
    }

    /// The outcome with the list `name` added.
    pub fn with_list(mut self, name: &str, values: Vec<f64>) -> Self {
        self.0.insert(name.to_owned(), Measured::List(values));
        self
    }

    /// The number `name`.
    pub fn number(&self, name: &str) -> Result<f64, MissingQuantity> {
        match self.0.get(name) {
            Some(Measured::Number(value)) => Ok(*value),
            _ => Err(MissingQuantity { name: name.to_owned(), shape: "number" }),
        }
    }

    /// The list `name`.
    pub fn list(&self, name: &str) -> Result<&[f64], MissingQuantity> {
        match self.0.get(name) {
            Some(Measured::List(values)) => Ok(values),
            _ => Err(MissingQuantity { name: name.to_owned(), shape: "list" }),
        }
    }

    /// The first quantity that holds a NaN or an infinity, which JSON cannot carry and no claim should read.
    pub(super) fn non_finite(&self) -> Option<&str> {
        self.0.iter().find_map(|(name, measured)| {
            let finite = match measured {
                Measured::Number(value) => value.is_finite(),
                Measured::List(values) => values.iter().all(|v| v.is_finite()),
            };
            (!finite).then_some(name.as_str())
        })
    }

    /// The largest difference to `other` relative to the size of its quantity; infinite if the quantities differ in name
    /// or shape. A quantity smaller than $10^{-9}$ is compared to that: it may be the rounding of a zero, which differs from
    /// machine to machine.
    pub fn distance(&self, other: &Self) -> f64 {
        fn values(measured: &Measured) -> &[f64] {
            match measured {
                Measured::Number(value) => std::slice::from_ref(value),
                Measured::List(values) => values,
            }
        }
        if !self.0.keys().eq(other.0.keys()) {
            return f64::INFINITY;
        }
        let pairs = self.0.values().map(values).zip(other.0.values().map(values));
        pairs.fold(0.0, |worst, (a, b)| {
            if a.len() != b.len() {
                return f64::INFINITY;
            }
            let scale = a.iter().chain(b).fold(1e-9, |s: f64, x| s.max(x.abs()));
            a.iter().zip(b).fold(worst, |w, (x, y)| w.max((x - y).abs() / scale))
        })
    }
}

type Run = Arc<dyn Fn(&Streams) -> Result<Outcome, TrialFailure> + Send + Sync>;

/// Trials asked for: an experiment at one setting, `trials` times.
#[derive(Clone)]
pub struct Request {
    /// Which trials these are.
    pub key: SettingKey,
    /// How many are needed: the trials $0..$`trials`.
    pub trials: usize,
    /// Rough cost of one.
    pub cost: f64,
    setting: Arc<Json>,
    run: Run,
}

/// An experiment with its version, at one setting.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SettingKey {
    /// Fingerprint of the experiment: `<id>@<version>`.
    pub experiment: String,
    /// The setting as canonical JSON (sorted keys).
    pub setting: String,
}

impl Request {
    /// `trials` trials of the experiment `E`.
    pub fn new<E: Experiment>(setting: &E::Setting, trials: usize) -> Result<Self, serde_json::Error> {
        let json = serde_json::to_value(setting)?;
        let key = SettingKey { experiment: format!("{}@{}", E::ID, E::VERSION), setting: json.to_string() };
        let own = setting.clone();
        Ok(Self {
            key,
            trials,
            cost: E::cost(setting),
            setting: Arc::new(json),
            run: Arc::new(move |streams| E::run(&own, streams)),
        })
    }

    /// The same request for another number of trials.
    pub fn with_trials(&self, trials: usize) -> Self {
        Self { trials, ..self.clone() }
    }

    /// The setting as JSON.
    pub fn setting(&self) -> &Json {
        &self.setting
    }

    /// Runs trial number `trial` under the user's `seed`.
    pub fn run_trial(&self, trial: u64, seed: u64) -> Result<Outcome, TrialFailure> {
        // The version is not hashed: a new version of an experiment measures the same draws anew.
        let name = self.key.experiment.split('@').next().unwrap_or_default();
        let outcome = (self.run)(&Streams::for_trial(name, &self.key.setting, trial, seed))?;
        match outcome.non_finite() {
            None => Ok(outcome),
            Some(name) => Err(format!("the quantity `{name}` is not finite").into()),
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("key", &self.key)
            .field("trials", &self.trials)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    #[derive(Clone, Serialize)]
    struct Setting {
        zeta: f64,
        alpha: [usize; 2],
    }

    impl Experiment for Nothing {
        type Setting = Setting;
        const ID: &'static str = "nothing";
        const VERSION: u32 = 3;

        fn run(_: &Setting, _: &Streams) -> Result<Outcome, TrialFailure> {
            Ok(Outcome::new())
        }
    }

    /// Streams and stores are keyed by this text; a map that kept the order of insertion would change them all.
    #[test]
    fn settings_are_named_with_sorted_keys() {
        let request = Request::new::<Nothing>(&Setting { zeta: 0.5, alpha: [1, 2] }, 1).unwrap();
        assert_eq!(request.key.experiment, "nothing@3");
        assert_eq!(request.key.setting, r#"{"alpha":[1,2],"zeta":0.5}"#);
    }

    #[test]
    fn distances_are_relative_and_symmetric() {
        let outcome = |x: f64| Outcome::new().with_list("x", vec![100.0, x]);
        assert_eq!(outcome(1.0).distance(&outcome(1.0)), 0.0);
        assert_eq!(outcome(1.0).distance(&outcome(2.0)), 0.01);
        assert_eq!(outcome(2.0).distance(&outcome(1.0)), 0.01);
        assert_eq!(outcome(1.0).distance(&Outcome::new()), f64::INFINITY);
    }
}
