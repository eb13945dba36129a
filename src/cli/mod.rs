//! The command line: commands, progress, exit codes.

mod diff;
mod entries;
mod explain;
mod predict;
mod progress;
mod run;
mod shell;
mod terminal;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::theory::short_numbers;
use crate::verify::{Profile, Shard};

/// Closed-form theories of wide neural networks, held against simulations of finite ones.
#[derive(Debug, Parser)]
#[command(name = "solvable", version, about, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 all confirmed; 1 something refuted, powerless or failed; 2 usage or input \
                          error; 3 inconclusive only.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the simulations that claims need, judge the claims, write the report.
    Verify(VerifyArgs),
    /// Judge stored trials again and redraw the report; several stores (shards) are joined.
    Report(ReportArgs),
    /// Evaluate a prediction for your own parameters.
    Predict(PredictArgs),
    /// List predictions, claims and figures.
    List {
        /// Only ids that match one of these (substring, or glob with `*`).
        patterns: Vec<String>,
    },
    /// Show formula, parameters, domain and source of a prediction or claim.
    Explain {
        /// The id, as listed.
        id: String,
    },
    /// Compare two result files: what changed, and whether it matters statistically.
    Diff {
        /// The earlier `results.json`.
        before: PathBuf,
        /// The later `results.json`.
        after: PathBuf,
    },
    /// Write a script that completes commands, ids and parameters in a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Write the manual page of the program or of one of its commands.
    Man {
        /// The command; the program where it is left out.
        command: Option<String>,
    },
}

#[derive(Debug, Args)]
struct Selection {
    /// How much is run.
    #[arg(long, value_enum, default_value_t = Profile::Quick)]
    profile: Profile,
    /// Changes all random streams.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Replaces every declared number of trials.
    #[arg(long)]
    trials: Option<usize>,
    /// Your own inputs: an N×d matrix as .csv, .csv.gz or .npy; without patterns only the data-dependent claims run.
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Folder of the report and of the trial store.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    out: PathBuf,
}

#[derive(Debug, Args)]
struct VerifyArgs {
    /// Only claims and figures whose id matches one of these (substring, or glob with `*`).
    patterns: Vec<String>,
    #[command(flatten)]
    selection: Selection,
    /// Threads; all cores by default.
    #[arg(long)]
    jobs: Option<usize>,
    /// Run only part I of N of the trials; join the stores with `solvable report`.
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Set stored trials aside and begin anew.
    #[arg(long)]
    fresh: bool,
}

#[derive(Debug, Args)]
struct ReportArgs {
    /// Stores: folders that hold a trials.jsonl, or such files (plain or gzip); the --out folder by default.
    stores: Vec<PathBuf>,
    #[command(flatten)]
    selection: Selection,
}

#[derive(Debug, Args)]
struct PredictArgs {
    /// The prediction, as listed: `mf/fim-stats`, `step-size`, ...
    #[arg(required_unless_present = "batch")]
    id: Option<String>,
    /// Parameters: `activation=relu widths=400,400,1 N=100`.
    #[arg(value_name = "KEY=VALUE")]
    parameters: Vec<String>,
    /// Evaluate every `{"id", "params"}` entry of a JSON file (`-` for standard input). Entries that cannot be evaluated
    /// answer with an error of their own; the exit code is 0 all the same.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["id", "parameters"])]
    batch: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Evaluate once, without finding out how many digits survive.
    #[arg(long)]
    fast: bool,
}

/// Parses the command line and runs it.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Command::Verify(args) => run::verify(&args),
        Command::Report(args) => run::report(&args),
        Command::Predict(args) => predict::predict(&args),
        Command::List { patterns } => explain::list(&patterns),
        Command::Explain { id } => explain::explain(&id),
        Command::Diff { before, after } => diff::diff(&before, &after),
        Command::Completions { shell } => shell::completions(shell, Cli::command()),
        Command::Man { command } => shell::man(command.as_deref(), Cli::command()),
    };
    done.unwrap_or_else(|error| {
        // A reader that closed the pipe early (`| head`) has what it wanted.
        let broken_pipe = error
            .downcast_ref::<std::io::Error>()
            .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe);
        if broken_pipe {
            return ExitCode::SUCCESS;
        }
        eprintln!("error: {}", short_numbers(&told(&error)));
        ExitCode::from(2)
    })
}

/// An error and its causes, each said once: some messages hold what the system said, which is their cause again.
fn told(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |mut told, cause| {
        if !told.contains(&cause) {
            told.push_str(if told.is_empty() { "" } else { ": " });
            told.push_str(&cause);
        }
        told
    })
}

/// Whether `id` matches a pattern: a glob where it holds a `*`, else a substring.
fn matches(pattern: &str, id: &str) -> bool {
    if !pattern.contains('*') {
        return id.contains(pattern);
    }
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| id.strip_prefix(first)) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Whether `id` is asked for: by any pattern, or by the absence of all.
fn selected(patterns: &[String], id: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|p| matches(p, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn patterns_are_substrings_or_globs() {
        for (pattern, yes) in [
            ("mf", true),
            ("lambda", true),
            ("norm", false),
            ("mf/*", true),
            ("*max", true),
            ("m*-*x", true),
            ("mf*min", false),
            ("*", true),
        ] {
            assert_eq!(matches(pattern, "mf/lambda-max"), yes, "{pattern}");
        }
    }
}
