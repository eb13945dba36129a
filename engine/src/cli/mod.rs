//! The command line as a library: commands, progress, exit codes.
//!
//! [`main`] is a whole program for a list of papers. A program with commands of its own puts [`VerifyArgs`], [`ReportArgs`], [`PlanArgs`],
//! [`StatusArgs`], [`CheckArgs`], [`MapArgs`] and [`DiffArgs`] into its own [`clap`] command line, calls [`verify`], [`report`], [`plan()`],
//! [`status()`], [`check()`], [`map()`], [`diff`], [`list`] and [`explain`], and hands the outcome to [`exit`].
//!
//! What the commands find is there without the terminal, too: [`verified`], [`reported`], [`judged`], [`checked`], [`charted`] and [`compared`] print
//! nothing, tell a [`Host`] how far they are, and return what they found.

mod agenda;
mod asked;
mod check;
mod diff;
mod ending;
pub mod entries;
mod explain;
mod host;
mod junit;
mod map;
mod plan;
mod run;
mod select;
mod shell;
mod status;
mod terminal;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::Duration;

use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use solvable_words::short_numbers;

use crate::Paper;
use crate::verify::{Options, Profile, Shard};

pub use agenda::Offer;
pub use check::{Checked, check, checked};
pub use diff::{Difference, compared, diff};
pub use ending::{Ending, INCOMPLETE, Incomplete, Limits};
pub use explain::{explain, explain_claim, list, list_papers, write_sources};
pub use host::Host;
pub use map::{Charted, charted, map};
pub use plan::plan;
pub use run::{Ran, check_trials, judged, report, reported, verified, verify};
pub use select::{by_id, nothing_matches, selected, short};
pub use shell::{Names, completions, man};
pub use status::status;

/// Claims of a theory, held against the experiments that could refute them.
#[derive(Debug, Parser)]
#[command(version, about, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What the exit codes mean, for the help of a program.
pub const EXIT_CODES: &str = "Exit codes: 0 all confirmed; 1 something refuted, powerless or failed; 2 usage or input \
                              error; 3 inconclusive only; 75 incomplete, run again: a signal or --max-time ended the run, \
                              trials are missing, or another run uses the store.";

/// The folder of reports and trials where none is named.
const DEFAULT_OUT: &str = "reports";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the simulations that claims need, judge the claims, write the report.
    Verify(VerifyArgs),
    /// Judge stored trials again and redraw the report; several stores (shards) are joined.
    Report(ReportArgs),
    /// Tell what `verify` would run: trials, core hours, memory, and into how many tasks to divide it.
    Plan(PlanArgs),
    /// Tell which trials of a run are stored, missing, failed or contradictory.
    Status(StatusArgs),
    /// Judge a claim at a setting of your own.
    Check(CheckArgs),
    /// Chart where a claim holds, over one or two fields of its setting.
    Map(MapArgs),
    /// List claims, figures and maps.
    List {
        /// Only ids that match one of these (substring, or glob with `*`).
        patterns: Vec<String>,
    },
    /// Show the formula, cases, rivals and sources of a claim.
    Explain {
        /// The id, as listed.
        id: String,
    },
    /// Compare two result files: what changed, and whether it matters statistically.
    Diff(DiffArgs),
    /// Write a script that completes commands and ids in a shell.
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

/// Which trials are spoken of.
#[derive(Debug, Clone, Copy, Args)]
pub struct Scope {
    /// How much is run.
    #[arg(long, value_enum, default_value_t = Profile::Quick)]
    pub profile: Profile,
    /// Changes all random streams.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Replaces every declared number of trials.
    #[arg(long)]
    pub trials: Option<usize>,
}

impl Scope {
    /// The options of an engine for these trials, or a part of them.
    ///
    /// # Errors
    /// No trials.
    fn options(self, shard: Option<Shard>) -> anyhow::Result<Options> {
        let Self { profile, seed, trials } = self;
        check_trials(trials)?;
        Ok(Options { profile, seed, trials, shard })
    }
}

/// What is run and where it is kept.
#[derive(Debug, Clone, Args)]
pub struct Selection {
    /// Which trials.
    #[command(flatten)]
    pub scope: Scope,
    /// Folder of the report and of the trial store.
    #[arg(long, value_name = "DIR", default_value = DEFAULT_OUT)]
    pub out: PathBuf,
    /// Writes the verdicts as JUnit XML too, one test case for each case of a claim.
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

/// The arguments of [`verify`].
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// Only claims and figures whose id matches one of these (substring, or glob with `*`).
    pub patterns: Vec<String>,
    /// What is run.
    #[command(flatten)]
    pub selection: Selection,
    /// Threads; all cores by default.
    #[arg(long)]
    pub jobs: Option<usize>,
    /// Run only part I of N of the trials, into a file of its own in the folder `shards`; tasks may share one folder. Join them with
    /// the command `report`.
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// Set stored trials aside and begin anew.
    #[arg(long, conflicts_with = "shard")]
    pub fresh: bool,
    /// When to end.
    #[command(flatten)]
    pub limits: Limits,
}

/// The arguments of [`check()`].
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// The claim, as listed; alone it lists its cases with their fields.
    pub claim: String,
    /// The case to start from (its label, or a part of it; the first one by default), then fields of its setting:
    /// `network.widths=784,512,512,10 samples=200`.
    #[arg(value_name = "CASE | FIELD=VALUE")]
    pub rest: Vec<String>,
    /// Whose cases and margins.
    #[arg(long, value_enum, default_value_t = Profile::Quick)]
    pub profile: Profile,
    /// Trials; without it they are drawn until the interval is narrower than a third of the margin.
    #[arg(long)]
    pub trials: Option<usize>,
    /// After this time no more trials are begun.
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = humantime::parse_duration)]
    pub time: Duration,
    /// Changes all random streams.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Folder of the trial store: what was drawn before is not drawn again.
    #[arg(long, value_name = "DIR", default_value = DEFAULT_OUT)]
    pub out: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// When to end.
    #[command(flatten)]
    pub limits: Limits,
}

/// The arguments of [`map()`].
#[derive(Debug, Clone, Args)]
pub struct MapArgs {
    /// The claim, or a map as listed.
    pub claim: String,
    /// The case to start from (its label, or a part of it; the first one by default), then one or two fields that are swept,
    /// `network.samples=10..1000:log:7`, `width=32..2048:log`, `network.activation=tanh|relu`, the first of them the size of the
    /// finite-size law; then fields that are set, `samples=40` or as a multiple, `samples=0.5*model.dimension`.
    #[arg(value_name = "CASE | FIELD=RANGE | FIELD=VALUE")]
    pub rest: Vec<String>,
    /// Whose cases and margins.
    #[arg(long, value_enum, default_value_t = Profile::Quick)]
    pub profile: Profile,
    /// Trials of each cell; those of the case by default.
    #[arg(long)]
    pub trials: Option<usize>,
    /// The component to map, by its label; the first one by default.
    #[arg(long)]
    pub component: Option<String>,
    /// Changes all random streams.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Folder of the trial store; the map goes into its folder `maps`.
    #[arg(long, value_name = "DIR", default_value = DEFAULT_OUT)]
    pub out: PathBuf,
    /// Threads; all cores by default.
    #[arg(long)]
    pub jobs: Option<usize>,
    /// Run only part I of N of the trials, into a file of its own in the folder `shards`; the same command without this option
    /// draws the map when all parts are there.
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// Print the map as JSON.
    #[arg(long)]
    pub json: bool,
    /// When to end.
    #[command(flatten)]
    pub limits: Limits,
}

/// The arguments of [`report`].
#[derive(Debug, Clone, Args)]
pub struct ReportArgs {
    /// Stores: folders that hold a trials.jsonl or a folder shards, or such files (plain or gzip); the --out folder by default.
    pub stores: Vec<PathBuf>,
    /// Only claims and figures whose id matches (substring, or glob with `*`); may be given again.
    #[arg(long, value_name = "PATTERN")]
    pub only: Vec<String>,
    /// Judge what there is although trials are missing. Without it a set that lacks trials of its first look is not judged, and one
    /// that lacks those of a later look is judged as undecided; both exit with 75.
    #[arg(long)]
    pub partial: bool,
    /// What is judged.
    #[command(flatten)]
    pub selection: Selection,
}

/// The arguments of [`plan()`].
#[derive(Debug, Clone, Args)]
pub struct PlanArgs {
    /// Only claims and figures whose id matches one of these (substring, or glob with `*`).
    pub patterns: Vec<String>,
    /// Of which trials.
    #[command(flatten)]
    pub scope: Scope,
    /// Folder of the trial store: what is stored is not run, and recorded times are those of its trials.
    #[arg(long, value_name = "DIR", default_value = DEFAULT_OUT)]
    pub out: PathBuf,
    /// How long a task should take, about.
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = ending::duration)]
    pub task_time: Duration,
    /// Cores of a task.
    #[arg(long, default_value_t = 1)]
    pub cores: usize,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// The arguments of [`status()`].
#[derive(Debug, Clone, Args)]
pub struct StatusArgs {
    /// Stores: folders that hold a trials.jsonl or a folder shards, or such files (plain or gzip).
    #[arg(value_name = "DIR", default_value = DEFAULT_OUT)]
    pub stores: Vec<PathBuf>,
    /// Only claims and figures whose id matches (substring, or glob with `*`); may be given again. By default what the runs that
    /// filled the stores were asked for.
    #[arg(long, value_name = "PATTERN")]
    pub only: Vec<String>,
    /// Of which trials.
    #[command(flatten)]
    pub scope: Scope,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// The arguments of [`diff`].
#[derive(Debug, Clone, Args)]
pub struct DiffArgs {
    /// The earlier `results.json`.
    pub before: PathBuf,
    /// The later `results.json`.
    pub after: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Parses the command line and runs it on `papers`: the `main` of a program that has nothing else to offer.
pub fn main(papers: Vec<Paper>) -> ExitCode {
    let name = program();
    let command = || Cli::command().name(name.clone());
    let matches = command().get_matches();
    let cli = match <Cli as clap::FromArgMatches>::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    exit(match cli.command {
        Command::Verify(args) => verify(&args, Offer::of(papers)),
        Command::Report(args) => report(&args, Offer::of(papers)),
        Command::Plan(args) => plan(&args, Offer::of(papers)),
        Command::Status(args) => status(&args, Offer::of(papers)),
        Command::Check(args) => check(&args, &papers),
        Command::Map(args) => map(&args, &papers),
        Command::List { patterns } => list(&papers, &patterns),
        Command::Explain { id } => explain(&papers, &id),
        Command::Diff(args) => diff(&args),
        Command::Completions { shell } => completions(shell, command(), &Names::of(&papers)),
        Command::Man { command: page } => man(page.as_deref(), command()),
    })
}

/// Runs on so many threads; on all cores by default.
pub(crate) fn set_jobs(jobs: Option<usize>) -> anyhow::Result<()> {
    match jobs {
        None => Ok(()),
        Some(0) => anyhow::bail!("--jobs is 0; valid: an integer >= 1"),
        Some(jobs) => rayon::ThreadPoolBuilder::new()
            .num_threads(jobs)
            .build_global()
            .map_err(|error| anyhow::anyhow!("cannot start the threads: {error}")),
    }
}

/// The exit code of a command; an error is told on standard error.
pub fn exit(done: anyhow::Result<ExitCode>) -> ExitCode {
    done.unwrap_or_else(|error| {
        // A reader that closed the pipe early (`| head`) has what it wanted.
        let broken_pipe = error
            .downcast_ref::<std::io::Error>()
            .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe);
        if broken_pipe {
            return ExitCode::SUCCESS;
        }
        if error.is::<Incomplete>() {
            eprintln!("{error}");
        } else {
            eprintln!("error: {}", short_numbers(&in_words(&error)));
        }
        ExitCode::from(if ending::asks_for_another_run(&error) { INCOMPLETE } else { 2 })
    })
}

/// An error and its causes, each said once: some messages hold what the system said, which is their cause again.
pub fn in_words(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |mut told, cause| {
        if !told.contains(&cause) {
            told.push_str(if told.is_empty() { "" } else { ": " });
            told.push_str(&cause);
        }
        told
    })
}

/// The command line, where it is not that of the process.
static CALLED: OnceLock<Vec<OsString>> = OnceLock::new();

/// Says which command line the program was called by, its name first, where another program holds it: messages and reports quote it.
/// The first call counts.
pub fn called_by(line: Vec<OsString>) {
    // A second call would be of the same process, and loses nothing but its own name.
    let _ = CALLED.set(line);
}

fn call() -> Vec<OsString> {
    CALLED.get().cloned().unwrap_or_else(|| std::env::args_os().collect())
}

/// The name that the program was called by.
pub(crate) fn program() -> String {
    let path = call().into_iter().next().map(PathBuf::from);
    let stem = path.as_deref().and_then(std::path::Path::file_stem);
    stem.map_or_else(|| "verify".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// What it was called with.
pub(crate) fn command() -> String {
    call().iter().skip(1).map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
