//! `completions` and `man`: what shells and manuals need to know.
//!
//! The scripts list ids and parameters as they are when written. An engine that asked the program at every key would
//! know which parameters belong to which id, but needs an interface that is not yet stable.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;

use super::explain::known_ids;
use crate::theory::{catalog, did_you_mean};

/// Writes the completion script of a shell.
pub fn completions(shell: Shell, command: clap::Command) -> Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut with_names(command), "solvable", &mut script);
    if shell == Shell::Fish {
        // The generator of this shell leaves out the values of positional arguments.
        let predictions: Vec<String> = catalog::all().iter().map(|p| p.id.to_owned()).collect();
        let parameters: Vec<String> = parameters().into_iter().collect();
        let values = [
            ("predict", predictions),
            ("predict", parameters),
            ("explain", known_ids()),
            ("list", known_ids()),
            ("verify", known_ids()),
        ];
        for (command, names) in values {
            let names = names.join(" ");
            writeln!(
                script,
                "complete -c solvable -n \"__fish_seen_subcommand_from {command}\" -f -a \"{names}\""
            )?;
        }
    }
    std::io::stdout().lock().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}

/// `name=` for every parameter of any prediction.
fn parameters() -> BTreeSet<String> {
    let all = catalog::all();
    let names = all.iter().flat_map(|p| p.parameters).chain([&catalog::COST_LIMIT]);
    names.map(|p| format!("{}=", p.name)).collect()
}

/// The command line with the known names as values.
fn with_names(command: clap::Command) -> clap::Command {
    let predictions: Vec<&str> = catalog::all().iter().map(|p| p.id).collect();
    let all = known_ids();
    let ids = |arg: clap::Arg| arg.value_parser(PossibleValuesParser::new(&all));
    command
        .mut_subcommand("predict", |c| {
            c.mut_arg("id", |a| a.value_parser(PossibleValuesParser::new(&predictions)))
                .mut_arg("parameters", |a| a.value_parser(PossibleValuesParser::new(parameters())))
        })
        .mut_subcommand("explain", |c| c.mut_arg("id", ids))
        .mut_subcommand("list", |c| c.mut_arg("patterns", ids))
        .mut_subcommand("verify", |c| c.mut_arg("patterns", ids))
}

/// Writes the manual page of the program, or of one of its commands.
pub fn man(name: Option<&str>, command: clap::Command) -> Result<ExitCode> {
    let page = match name {
        None => command,
        Some(name) => {
            let known: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
            let Some(sub) = command.find_subcommand(name) else {
                let near = did_you_mean(name, known.iter().copied());
                bail!("no command is called `{name}`; {near}known: {}", known.join(", "));
            };
            let whole = format!("solvable-{}", sub.get_name());
            sub.clone().name(whole.clone()).bin_name(whole.replace('-', " ")).display_name(whole)
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    std::io::stdout().lock().write_all(&text)?;
    Ok(ExitCode::SUCCESS)
}
