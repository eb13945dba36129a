//! What several papers have to say: experiments on Fisher matrices, settings, small helpers of claims.

pub mod checks;
mod digits;
pub mod explore;
mod fisher;
mod kept;
pub mod knobs;
mod networks;
pub mod own_data;
mod plane;
mod sphere;

use rand::RngExt;
use solvable_engine::streams::Streams;
use solvable_engine::verify::{JudgeError, Profile};

pub use digits::{TRAINING_DIGITS, centred_digits, picture};
pub use fisher::{
    DataFisher, DataFisherOutcome, DataFisherSetting, DataSharpness, DataSharpnessOutcome, Fisher,
    FisherOutcome, FisherSetting, FisherSpectrum, FisherSpectrumOutcome,
};
pub use kept::kept;
pub use networks::{has_large_biases, large_biases, proportional};
pub use plane::Plane;
pub use sphere::{DEEPEST, Sphere, SphereTarget, TrunkGrams};

/// Seven significant digits: far more than the scatter of networks, at half the size in the store.
pub fn shortened(values: &[f64]) -> Vec<f64> {
    values.iter().map(|x| rounded(*x, 7)).collect()
}

/// A number to so many significant digits, 1 or more, as settings and stores tell it.
pub fn rounded(x: f64, digits: usize) -> f64 {
    format!("{x:.*e}", digits - 1).parse().unwrap_or(x)
}

/// The number of a trial's regression problem. Outcomes carry it, so that predictions know the data without their being stored.
pub fn problem(streams: &Streams) -> u64 {
    streams.child("problem").rng(0).random_range(0..1u64 << 32)
}

/// An activation's name in labels: the scale of erf that theory likes best is spelled out.
pub fn label_of(activation: &str) -> &str {
    if activation == "erf(0.7071067811865476)" { "erf(u/√2)" } else { activation }
}

/// A quantity that a trial has only where its setting asks for it.
///
/// # Errors
/// [`JudgeError`] where it has not.
pub fn asked<T>(quantity: Option<T>, name: &str) -> Result<T, JudgeError> {
    quantity.ok_or_else(|| JudgeError::Other(format!("the setting does not ask for `{name}`")))
}

/// What the theory finds, a paragraph each; where one has no numbers, why.
pub fn told(findings: &[fn() -> Result<String, JudgeError>]) -> Vec<String> {
    findings.iter().map(|finding| finding().unwrap_or_else(|error| format!("No numbers: {error}."))).collect()
}

/// The choice of a profile.
pub fn by<T>(profile: Profile, quick: T, full: T) -> T {
    match profile {
        Profile::Quick => quick,
        Profile::Full => full,
    }
}
