use std::fmt;

use serde::{Deserialize, Serialize};

/// What the trials say of a claim. Ordered from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The interval of the discrepancy lies inside the margin, and every rival is refuted.
    Confirmed,
    /// An interval straddles a margin: more trials are needed.
    Inconclusive,
    /// The claim agrees, but so does a rival: the data cannot tell them apart.
    Powerless,
    /// The interval of the discrepancy lies outside the margin.
    Refuted,
    /// A trial or a prediction ended in an error; nothing can be said.
    Failed,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Confirmed => "confirmed",
            Self::Inconclusive => "inconclusive",
            Self::Powerless => "powerless",
            Self::Refuted => "refuted",
            Self::Failed => "failed",
        })
    }
}

/// How much is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// The whole suite within minutes.
    #[default]
    Quick,
    /// Paper-quality sizes and numbers of trials.
    Full,
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Quick => "quick",
            Self::Full => "full",
        })
    }
}
