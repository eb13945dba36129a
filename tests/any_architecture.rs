//! Reproduction of the part `arch`: reference values, fresh quick trials, recorded full-profile trials.

#![allow(clippy::expect_used)]

#[macro_use]
mod common;

reproduction!("arch");
