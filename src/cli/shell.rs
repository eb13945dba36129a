//! The words that complete arguments.

use std::collections::BTreeSet;
use std::process::ExitCode;

use anyhow::Result;
use clap_complete::Shell;
use solvable_engine::cli::{self, Names};

use crate::papers;
use crate::theory::catalog;

/// Writes the completion script of a shell.
pub fn completions(shell: Shell, command: clap::Command) -> Result<ExitCode> {
    let predictions = || catalog::all().iter().map(|p| p.id.to_owned()).collect::<Vec<_>>();
    let mut names = Names::of(&papers::all()).with("predict", "id", predictions()).with(
        "predict",
        "parameters",
        parameters().into_iter().collect(),
    );
    for (command, argument) in [("explain", "id"), ("list", "patterns"), ("verify", "patterns")] {
        names = names.with(command, argument, predictions());
    }
    cli::completions(shell, command, &names)
}

/// `name=` for every parameter of any prediction.
fn parameters() -> BTreeSet<String> {
    let all = catalog::all();
    let names = all.iter().flat_map(|p| p.parameters).chain([&catalog::COST_LIMIT]);
    names.map(|p| format!("{}=", p.name)).collect()
}
