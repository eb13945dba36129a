//! A run that is asked to end before all of its trials are done.

use std::sync::OnceLock;

use thiserror::Error;

/// A trial that was given up because its run is to end. As an error of [`Experiment::run`](super::Experiment::run) it says that the trial
/// neither failed nor came to its end: it is missing, as if it had not been begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("given up, as the run is to end")]
pub struct GivenUp;

/// Asks a run to take no more trials. Those in flight are finished (or [given up](GivenUp)); what is stored stays.
#[derive(Debug, Default)]
pub struct Stop {
    reason: OnceLock<String>,
}

impl Stop {
    /// Asks; returns whether nobody has before. The first reason stays.
    pub fn ask(&self, reason: impl Into<String>) -> bool {
        self.reason.set(reason.into()).is_ok()
    }

    /// Whether somebody has asked.
    pub fn is_asked(&self) -> bool {
        self.reason.get().is_some()
    }

    /// Why, in words.
    pub fn reason(&self) -> Option<&str> {
        self.reason.get().map(String::as_str)
    }
}
