//! An engine for theories that want to be tested.
//!
//! A [`Paper`] holds [claims](verify::Claim): each is a prediction, an [experiment](verify::Experiment) that could prove it
//! wrong, a margin, and rivals, the mistakes that the same trials must refute. The engine draws the trials from deterministic
//! [`streams`], keeps them, judges the claims by confidence intervals, and writes a [`report`] with [figures](figure).
//! [`cli::main`] makes a program of it:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     solvable_engine::cli::main(papers())
//! }
//! # fn papers() -> Vec<solvable_engine::Paper> { vec![] }
//! ```
//!
//! It names no system and no paper: `examples/own-theory` is a whole one.

pub mod cli;
mod figure_plan;
pub mod map;
mod paper;
pub mod report;
pub mod streams;
pub mod verify;

pub use figure_plan::{FigurePlan, Trials, mean_point, requests};
pub use paper::{Findings, Paper};
pub use solvable_figures::figure;
pub use solvable_words::Source;
