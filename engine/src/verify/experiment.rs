use std::error::Error;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::setting::SettingError;
use crate::streams::Streams;

/// Why a trial could not be run.
pub type TrialFailure = Box<dyn Error + Send + Sync>;

/// What the parameters of an experiment have to be. Their JSON form, with keys in sorted order, names the setting in the store and keys
/// its streams.
pub trait Parameters: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {}

impl<T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static> Parameters for T {}

/// What the outcome of a trial has to be: a structure whose fields are numbers or lists of numbers, one field for each quantity. Its JSON
/// form is what the store keeps.
pub trait Quantities: Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> Quantities for T {}

/// A kind of finite system and what is measured on it, as a type; [`Procedure`](super::Procedure) is the same as a value.
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
    /// The parameters.
    type Setting: Parameters;

    /// What a trial measures.
    type Outcome: Quantities;

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
