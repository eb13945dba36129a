//! Reproduction of the part `spa`: reference values, fresh quick trials, recorded full-profile trials.

#![allow(clippy::expect_used)]

mod common;

#[test]
fn fresh_quick_trials_confirm_every_claim_and_refute_every_rival() {
    common::fresh_quick_trials_confirm("spa");
}

#[test]
fn recorded_full_trials_confirm_every_claim() {
    common::recorded_full_trials_confirm("spa");
}

#[test]
fn recorded_trials_are_of_todays_experiments() {
    common::recorded_trials_are_of_todays_experiments("spa");
}

#[test]
fn predictions_are_unchanged() {
    common::predictions_are_unchanged("spa");
}
