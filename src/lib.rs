#![doc = include_str!("../README.md")]

pub mod cli;
pub mod figure;
pub mod papers;
pub mod report;
pub mod simulate;
pub mod streams;
pub mod verify;

pub use solvable_theory as theory;
