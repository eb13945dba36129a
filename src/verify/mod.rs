//! The engine: claims, margins, rivals, verdicts, deterministic streams, the trial store and the runner. It knows
//! nothing of any paper.

mod results;
mod verdict;

pub use results::{CaseResult, ClaimResult, Component, Estimate, Judgement, Margin, Results, RivalResult};
pub use verdict::{Profile, Verdict};
