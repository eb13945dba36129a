//! `completions` and `man`: what shells and manuals need to know.
//!
//! The scripts list ids as they are when written. An engine that asked the program at every key would know more, but needs an
//! interface that is not yet stable.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;

use crate::Paper;
use solvable_words::did_you_mean;

/// The words that complete arguments: command, argument, words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(Vec<(&'static str, &'static str, Vec<String>)>);

impl Names {
    /// The ids of `papers`, for the commands that take any.
    pub fn of(papers: &[Paper]) -> Self {
        let ids: Vec<String> = papers.iter().flat_map(Paper::ids).map(str::to_owned).collect();
        let claims = papers.iter().flat_map(|paper| &paper.claims).map(|claim| claim.id.clone()).collect();
        Self::default()
            .with("explain", "id", ids.clone())
            .with("list", "patterns", ids.clone())
            .with("verify", "patterns", ids.clone())
            .with("plan", "patterns", ids.clone())
            .with("report", "only", ids.clone())
            .with("status", "only", ids.clone())
            .with("map", "claim", ids)
            .with("check", "claim", claims)
    }

    /// The same with the `words` of an argument of a command, beside those that it has.
    pub fn with(mut self, command: &'static str, argument: &'static str, words: Vec<String>) -> Self {
        match self.0.iter_mut().find(|(c, a, _)| (*c, *a) == (command, argument)) {
            Some((_, _, known)) => known.splice(0..0, words).for_each(drop),
            None => self.0.push((command, argument, words)),
        }
        self
    }
}

/// Writes the completion script of a shell.
pub fn completions(shell: Shell, mut command: clap::Command, names: &Names) -> Result<ExitCode> {
    let program = command.get_name().to_owned();
    for (name, argument, words) in &names.0 {
        command = command.mut_subcommand(name, |c| {
            c.mut_arg(argument, |a| a.value_parser(PossibleValuesParser::new(words)))
        });
    }
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, &program, &mut script);
    if shell == Shell::Fish {
        // The generator of this shell leaves out the values of positional arguments.
        let is_positional = |(name, argument, _): &&(&str, &str, _)| {
            let sub = command.find_subcommand(name);
            sub.is_some_and(|sub| sub.get_positionals().any(|positional| positional.get_id() == *argument))
        };
        for (name, _, words) in names.0.iter().filter(is_positional) {
            let words = words.join(" ");
            writeln!(
                script,
                "complete -c {program} -n \"__fish_seen_subcommand_from {name}\" -f -a \"{words}\""
            )?;
        }
    }
    std::io::stdout().lock().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the manual page of the program, or of one of its commands.
pub fn man(name: Option<&str>, command: clap::Command) -> Result<ExitCode> {
    let program = command.get_name().to_owned();
    let page = match name {
        None => command,
        Some(name) => {
            let known: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
            let Some(sub) = command.find_subcommand(name) else {
                let near = did_you_mean(name, known.iter().copied());
                bail!("no command is called `{name}`; {near}known: {}", known.join(", "));
            };
            let whole = format!("{program}-{}", sub.get_name());
            sub.clone().name(whole.clone()).bin_name(whole.replace('-', " ")).display_name(whole)
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    std::io::stdout().lock().write_all(&text)?;
    Ok(ExitCode::SUCCESS)
}
