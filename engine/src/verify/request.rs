use std::fmt;
use std::sync::Arc;

use serde_json::Value as Json;

use super::experiment::{Experiment, Parameters, Quantities, TrialFailure};
use super::procedure::Procedure;
use super::record::Record;
use crate::streams::{StreamVersion, Streams};

type Run = Arc<dyn Fn(&Streams) -> Result<Record, TrialFailure> + Send + Sync>;

/// Trials asked for: an experiment at one setting, `trials` times.
#[derive(Clone)]
pub struct Request {
    /// Which trials these are.
    pub key: SettingKey,
    /// How many are needed: the trials $0..$`trials`.
    pub trials: usize,
    /// Rough cost of one.
    pub cost: f64,
    /// The memory of one in bytes, where it is known.
    pub memory: Option<f64>,
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

impl SettingKey {
    /// The experiment without its version.
    pub fn name(&self) -> &str {
        name(&self.experiment)
    }
}

/// The name in a fingerprint.
pub(super) fn name(fingerprint: &str) -> &str {
    fingerprint.rsplit_once('@').map_or(fingerprint, |(name, _)| name)
}

impl Request {
    /// `trials` trials of the experiment `E`.
    ///
    /// # Errors
    /// A setting that has no JSON form.
    pub fn new<E: Experiment>(setting: &E::Setting, trials: usize) -> Result<Self, serde_json::Error> {
        Self::of(&Procedure::of::<E>(), setting, trials)
    }

    /// `trials` trials of `procedure`.
    ///
    /// # Errors
    /// A setting that has no JSON form.
    pub fn of<S: Parameters, O: Quantities>(
        procedure: &Procedure<S, O>,
        setting: &S,
        trials: usize,
    ) -> Result<Self, serde_json::Error> {
        let json = serde_json::to_value(setting)?;
        let key = SettingKey { experiment: procedure.fingerprint(), setting: json.to_string() };
        let (cost, memory) = (procedure.cost(setting), procedure.memory(setting));
        let (procedure, own) = (procedure.clone(), setting.clone());
        Ok(Self {
            key,
            trials,
            cost,
            memory,
            setting: Arc::new(json),
            run: Arc::new(move |streams| Ok(Record::of(&procedure.run(&own, streams)?)?)),
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
    pub fn run_trial(&self, trial: u64, seed: u64) -> Result<Record, TrialFailure> {
        self.run_trial_of(StreamVersion::CURRENT, trial, seed)
    }

    /// The same trial as another version of the streams draws it.
    ///
    /// # Errors
    /// What keeps the trial from running.
    pub fn run_trial_of(
        &self,
        version: StreamVersion,
        trial: u64,
        seed: u64,
    ) -> Result<Record, TrialFailure> {
        // The version is not hashed: a new version of an experiment measures the same draws anew.
        (self.run)(&Streams::of(version, self.key.name(), &self.key.setting, trial, seed))
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
    use serde::{Deserialize, Serialize};

    use super::*;

    struct Nothing;

    #[derive(Clone, Serialize, Deserialize)]
    struct Setting {
        zeta: f64,
        alpha: [usize; 2],
    }

    #[derive(Serialize, Deserialize)]
    struct Measured {}

    impl Experiment for Nothing {
        type Setting = Setting;
        type Outcome = Measured;
        const ID: &'static str = "nothing";
        const VERSION: u32 = 3;

        fn run(_: &Setting, _: &Streams) -> Result<Measured, TrialFailure> {
            Ok(Measured {})
        }
    }

    /// Streams and stores are keyed by this text; a map that kept the order of insertion would change them all.
    #[test]
    fn settings_are_named_with_sorted_keys() {
        let request = Request::new::<Nothing>(&Setting { zeta: 0.5, alpha: [1, 2] }, 1).unwrap();
        assert_eq!(request.key.experiment, "nothing@3");
        assert_eq!(request.key.setting, r#"{"alpha":[1,2],"zeta":0.5}"#);
    }
}
