//! The command line: that of the engine, with predictions and the user's own data.

mod batch;
mod explain;
mod own_data;
mod own_kernel;
mod practice;
mod predict;
mod shell;
#[cfg(feature = "site")]
mod site;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::papers;
use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
pub use own_data::{offer, with_figures};
pub use predict::find as prediction;
use solvable_engine::cli::{
    self, CheckArgs, DiffArgs, EXIT_CODES, MapArgs, PlanArgs, ReportArgs, StatusArgs, VerifyArgs,
};

/// Closed-form theories of wide neural networks, held against simulations of finite ones.
#[derive(Debug, Parser)]
#[command(name = "solvable", version, about, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the simulations that claims need, judge the claims, write the report.
    Verify {
        #[command(flatten)]
        args: VerifyArgs,
        #[command(flatten)]
        data: Data,
    },
    /// Judge stored trials again and redraw the report; several stores (shards) are joined.
    Report {
        #[command(flatten)]
        args: ReportArgs,
        #[command(flatten)]
        data: Data,
    },
    /// Tell what `verify` would run: trials, core hours, memory, and into how many tasks to divide it.
    Plan {
        #[command(flatten)]
        args: PlanArgs,
        #[command(flatten)]
        data: Data,
    },
    /// Tell which trials of a run are stored, missing, failed or contradictory.
    Status {
        #[command(flatten)]
        args: StatusArgs,
        #[command(flatten)]
        data: Data,
    },
    /// Judge a claim at a setting of your own, or hold `step-size` against networks of your description.
    Check {
        #[command(flatten)]
        args: CheckArgs,
        /// Your own inputs for `step-size`: an N×d matrix as .csv, .csv.gz or .npy.
        #[arg(long = "data", value_name = "FILE")]
        data: Option<PathBuf>,
    },
    /// Chart where a claim holds, over one or two fields of its setting.
    Map(MapArgs),
    /// Evaluate a prediction for your own parameters.
    Predict(PredictArgs),
    /// List predictions, claims, figures and maps.
    List {
        /// Only ids that match one of these (substring, or glob with `*`).
        patterns: Vec<String>,
    },
    /// Show formula, parameters, domain and source of a prediction or claim.
    Explain {
        /// The id, as listed.
        id: String,
    },
    /// Write the site: tutorials, parts, catalogue, verdicts of the recorded trials, as static pages.
    #[cfg(feature = "site")]
    Site(site::SiteArgs),
    /// Compare two result files: what changed, and whether it matters statistically.
    Diff(DiffArgs),
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
struct Data {
    /// Your own inputs: an N×d matrix as .csv, .csv.gz or .npy; without patterns only the data-dependent claims run.
    #[arg(long = "data", value_name = "FILE")]
    path: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct PredictArgs {
    /// The prediction, as listed: `mf/fim-stats`, `step-size`, ...
    #[arg(required_unless_present = "batch")]
    id: Option<String>,
    /// Parameters: `activation=relu widths=400,400,1 N=100`.
    #[arg(value_name = "KEY=VALUE")]
    parameters: Vec<String>,
    /// Evaluate every `{"id", "params"}` entry of a JSON array, or of lines with one each, in a file (`-` for standard input):
    /// read, answered and written as a stream, in the order of the entries. Entries that cannot be evaluated answer with
    /// an error of their own; the exit code is 0 all the same.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["id", "parameters"])]
    batch: Option<PathBuf>,
    #[command(flatten)]
    own: own_kernel::OwnKernel,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// The width or the dimension of your network, where the prediction is that of infinite size: the recorded maps say what
    /// finite size adds.
    #[arg(long, conflicts_with = "batch", value_name = "SIZE")]
    size: Option<f64>,
    /// Evaluate once, without finding out how many digits survive.
    #[arg(long)]
    fast: bool,
}

/// Parses a command line, the name of the program first, and runs it.
///
/// What it prints goes to the standard streams of the process; signals end a run as the options say. It is called once in a process.
pub fn main(line: Vec<OsString>) -> ExitCode {
    let cli = Cli::parse_from(&line);
    cli::called_by(line);
    let told = |note: &str| eprintln!("note: {note}");
    let done = match cli.command {
        Command::Verify { args, data } => offer(data.path.as_deref(), !args.patterns.is_empty(), &told)
            .and_then(with_figures)
            .and_then(|offer| cli::verify(&args, offer)),
        Command::Report { args, data } => offer(data.path.as_deref(), true, &told)
            .and_then(with_figures)
            .and_then(|offer| cli::report(&args, offer)),
        Command::Plan { args, data } => offer(data.path.as_deref(), !args.patterns.is_empty(), &told)
            .and_then(|offer| cli::plan(&args, offer)),
        Command::Status { args, data } => {
            offer(data.path.as_deref(), true, &told).and_then(|offer| cli::status(&args, offer))
        }
        Command::Check { args, data } => practice::check(&args, data.as_deref()),
        Command::Map(args) => cli::map(&args, &papers::all()),
        Command::Predict(args) => predict::predict(&args),
        Command::List { patterns } => explain::list(&patterns),
        Command::Explain { id } => explain::explain(&id),
        #[cfg(feature = "site")]
        Command::Site(args) => site::site(&args),
        Command::Diff(args) => cli::diff(&args),
        Command::Completions { shell } => shell::completions(shell, Cli::command()),
        Command::Man { command } => cli::man(command.as_deref(), Cli::command()),
    };
    cli::exit(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
