#![doc = include_str!("../README.md")]

pub mod atlas;
pub mod cli;
pub mod coverage;
pub mod explore;
pub mod papers;
#[cfg(feature = "site")]
pub mod site;

pub use solvable_engine::{figure, map, report, streams, verify};
pub use solvable_simulate as simulate;
pub use solvable_theory as theory;
