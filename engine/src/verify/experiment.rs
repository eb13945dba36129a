use std::error::Error;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::record::Record;
use super::setting::{self, SettingError};
use crate::streams::{StreamVersion, Streams};

/// Why a trial could not be run.
pub type TrialFailure = Box<dyn Error + Send + Sync>;

/// A kind of finite system and what is measured on it.
///
/// A trial is one random draw of the system: a pure function of the setting and of the trial's [`Streams`]. Its trials
/// serve every claim that asks for the same setting.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use solvable_engine::{streams::Streams, verify::{Experiment, Request, TrialFailure}};
///
/// struct Mean;
///
/// #[derive(Clone, Serialize, Deserialize)]
/// struct Sample {
///     size: usize,
/// }
///
/// #[derive(Serialize, Deserialize)]
/// struct MeanOutcome {
///     mean: f64,
/// }
///
/// impl Experiment for Mean {
///     type Setting = Sample;
///     type Outcome = MeanOutcome;
///     const ID: &'static str = "mean";
///     const VERSION: u32 = 1;
///
///     fn run(setting: &Sample, streams: &Streams) -> Result<MeanOutcome, TrialFailure> {
///         let sample = streams.child("sample").normals(setting.size, 1.0);
///         Ok(MeanOutcome { mean: sample.iter().sum::<f64>() / setting.size as f64 })
///     }
/// }
///
/// let request = Request::new::<Mean>(&Sample { size: 100 }, 1)?;
/// assert_eq!(request.run_trial(0, 0)?, request.run_trial(0, 0)?);
/// # Ok::<(), TrialFailure>(())
/// ```
pub trait Experiment: 'static {
    /// The parameters. Their JSON form, with keys in sorted order, names the setting in the store and keys its streams.
    type Setting: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;

    /// What a trial measures: a structure whose fields are numbers or lists of numbers, one field for each quantity. Its JSON
    /// form is what the store keeps.
    type Outcome: Serialize + DeserializeOwned + Send + Sync + 'static;

    /// Name of the experiment.
    const ID: &'static str;

    /// Raised whenever the same streams would give another outcome; stored trials of other versions are run anew.
    const VERSION: u32;

    /// Whether the setting can be run. What the types of its fields leave open is said here, with the functions of
    /// [`setting`](super::setting); settings that users give pass it before anything is drawn.
    ///
    /// # Errors
    /// The first field that is out of range.
    fn check(_setting: &Self::Setting) -> Result<(), SettingError> {
        Ok(())
    }

    /// Draws the system and measures it.
    fn run(setting: &Self::Setting, streams: &Streams) -> Result<Self::Outcome, TrialFailure>;

    /// Rough cost of a trial in arbitrary units; expensive trials are started first.
    fn cost(_setting: &Self::Setting) -> f64 {
        1.0
    }

    /// The memory of a trial in bytes, about, and rather too much than too little; nothing where it is not known. Plans tell it.
    fn memory(_setting: &Self::Setting) -> Option<f64> {
        None
    }
}

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
            memory: E::memory(setting),
            setting: Arc::new(json),
            run: Arc::new(move |streams| Ok(Record::of(&E::run(&own, streams)?)?)),
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
        let name = self.key.experiment.split('@').next().unwrap_or_default();
        (self.run)(&Streams::of(version, name, &self.key.setting, trial, seed))
    }
}

/// The setting of the experiment `E` that `json` describes.
///
/// # Errors
/// A field that is missing, unknown, of another type, or outside what [`Experiment::check`] allows.
pub(super) fn setting_of<E: Experiment>(json: &Json) -> Result<E::Setting, SettingError> {
    let setting = setting::read(json)?;
    E::check(&setting)?;
    Ok(setting)
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
    use serde::Deserialize;

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
