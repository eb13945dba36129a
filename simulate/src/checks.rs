//! Sizes of settings that can be simulated.

use solvable_engine::verify::SettingError;
use solvable_engine::verify::setting::within;

/// Counts above this make matrices that no memory holds.
pub const MOST: usize = 100_000;

/// More steps than this do not come to an end.
pub const MOST_STEPS: usize = 10_000_000;

/// A count from 1 to [`MOST`].
///
/// # Errors
/// [`SettingError::Invalid`], like all functions here.
pub fn count(field: &str, value: usize) -> Result<(), SettingError> {
    within(field, value, 1..=MOST)
}

/// A number of steps from 1 to [`MOST_STEPS`].
pub fn steps(field: &str, value: usize) -> Result<(), SettingError> {
    within(field, value, 1..=MOST_STEPS)
}
