//! Reproduction of the part `cl`: reference values, fresh quick trials, recorded full-profile trials.

#![allow(clippy::expect_used)]

#[macro_use]
mod common;

reproduction!("cl");
