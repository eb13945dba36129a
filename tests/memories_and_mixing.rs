//! Reproduction of the part `mem`: reference values, fresh quick trials, recorded full-profile trials.

#![allow(clippy::expect_used)]

#[macro_use]
mod common;

reproduction!("mem");
