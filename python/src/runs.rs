//! Claims judged from Python: what the commands do, told to a watching object and returned as data.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use anyhow::{Context, Result};
use pyo3::prelude::*;
use rayon::ThreadPool;
use serde::Serialize;
use serde_json::{Value as Json, json};
use solvable::papers;
use solvable::report::{COLUMNS, Report, render_svg, rows};
use solvable::verify::{Observer, Profile, Results, SettingKey, Stop};
use solvable_engine::cli::{
    self, Charted, CheckArgs, Ending, Host, Incomplete, Limits, MapArgs, Offer, Ran, ReportArgs, Scope,
    Selection, VerifyArgs,
};

use crate::{json, refusal, workers};

/// How long the trials in flight may go on once a run is to end: as long as they take, on their own threads.
const GRACE: Duration = Duration::from_secs(20);

/// What happens on the way.
pub enum Event {
    /// So many trials are stored, so many are about to run.
    Begin(usize, usize),
    /// One is done, of this experiment, and whether it came out well.
    Trial(String, bool),
    /// Something that the reader should know.
    Note(String),
    /// Something to be done in the calling thread: a function of the user's to be called.
    Call(Call),
}

/// What is to be done in the calling thread; an exception ends the run.
type Call = Box<dyn FnOnce(Python<'_>) -> PyResult<()> + Send>;

/// The threads of a run, and what ends with it beside them.
pub struct Threads {
    pool: Arc<ThreadPool>,
    end: Box<dyn FnOnce()>,
}

impl Threads {
    /// The threads of this process, `jobs` of them.
    pub fn shared(jobs: Option<usize>) -> PyResult<Self> {
        Ok(Self { pool: workers::pool(jobs)?, end: Box::new(|| {}) })
    }

    /// Threads of the run's own; where it is interrupted, `end` is called.
    pub fn own(pool: ThreadPool, end: impl FnOnce() + 'static) -> Self {
        Self { pool: Arc::new(pool), end: Box::new(end) }
    }
}

/// Tells the calling thread how far a run is.
pub struct Teller {
    tell: Sender<Event>,
    command: String,
}

impl Teller {
    fn send(&self, event: Event) {
        // Nobody listens to a run that was interrupted.
        let _ = self.tell.send(event);
    }

    /// The same for what outlives it.
    pub fn sender(&self) -> Sender<Event> {
        self.tell.clone()
    }
}

impl Observer for Teller {
    fn begin(&self, reused: usize, pending: usize) {
        self.send(Event::Begin(reused, pending));
    }

    fn trial(&self, key: &SettingKey, _: u64, _: f64, ok: bool) {
        self.send(Event::Trial(key.experiment.clone(), ok));
    }
}

impl Host for Teller {
    fn note(&self, text: &str) {
        self.send(Event::Note(text.to_owned()));
    }

    fn command(&self) -> String {
        self.command.clone()
    }
}

/// Runs `work` beside the interpreter on `threads`; `watch` is told what happens by its methods `begin`, `trial` and `note`.
pub fn watched<T: Send + 'static>(
    py: Python<'_>,
    threads: Threads,
    command: String,
    watch: &Bound<'_, PyAny>,
    work: impl FnOnce(&Ending, &Teller) -> Result<T> + Send + 'static,
) -> PyResult<T> {
    // Messages name the program.
    cli::called_by(vec!["solvable".into()]);
    workers::settle(py)?;
    let (Threads { pool, end }, stop) = (threads, Arc::new(Stop::default()));
    let ending = Ending::by(Arc::clone(&stop), GRACE);
    let run = move |tell: Sender<Event>| {
        let teller = Teller { tell, command };
        pool.install(|| work(&ending, &teller))
    };
    let listen = |py: Python<'_>, event: Event| -> PyResult<()> {
        match event {
            Event::Begin(reused, pending) => watch.call_method1("begin", (reused, pending))?,
            Event::Trial(experiment, ok) => watch.call_method1("trial", (experiment, ok))?,
            Event::Note(text) => watch.call_method1("note", (text,))?,
            Event::Call(call) => return call(py),
        };
        Ok(())
    };
    let interrupt = || {
        stop.ask("interrupted");
        end();
    };
    let done = workers::beside(py, run, listen, interrupt)?;
    done.map_err(|error| refusal::of_run(py, &error))
}

fn profile_of(name: &str) -> Result<Profile> {
    serde_json::from_value(name.into())
        .map_err(|_| anyhow::anyhow!("`profile` is {name:?}; valid: \"quick\" or \"full\""))
}

fn limits() -> Limits {
    Limits { max_time: None, grace: GRACE }
}

/// Which trials, and where they are kept.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Options {
    profile: String,
    seed: u64,
    trials: Option<usize>,
    out: PathBuf,
    jobs: Option<usize>,
    /// How the run was asked for.
    command: String,
}

impl Options {
    /// The number of threads and the call, for [`watched`].
    pub fn call(&self) -> (Option<usize>, String) {
        (self.jobs, self.command.clone())
    }

    /// As the command line has them.
    pub fn selection(&self) -> Result<Selection> {
        let scope = Scope { profile: profile_of(&self.profile)?, seed: self.seed, trials: self.trials };
        Ok(Selection { scope, out: self.out.clone(), junit: None })
    }
}

fn verify_args(options: &Options, patterns: Vec<String>, fresh: bool) -> Result<VerifyArgs> {
    Ok(VerifyArgs {
        patterns,
        selection: options.selection()?,
        jobs: None,
        shard: None,
        fresh,
        limits: limits(),
    })
}

/// Judges the claims of an offer and writes their report.
pub fn judged(
    py: Python<'_>,
    options: &Options,
    threads: Threads,
    patterns: Vec<String>,
    fresh: bool,
    watch: &Bound<'_, PyAny>,
    offer: impl FnOnce(&Teller) -> Result<Offer> + Send + 'static,
) -> PyResult<Py<PyAny>> {
    let (_, command) = options.call();
    let args = verify_args(options, patterns, fresh).map_err(|error| refusal::of_run(py, &error))?;
    let told = watched(py, threads, command, watch, move |ending, host| {
        match cli::verified(&args, offer(host)?, ending, host)? {
            Ran::Whole(report) => Ok(told(&report, None)?),
            Ran::Part(_) => anyhow::bail!("only a part of the trials was run"),
        }
    })?;
    Ok(json::to_python(py, &told)?.unbind())
}

/// Simulates, judges, writes the report.
#[pyfunction]
pub fn verify(
    py: Python<'_>,
    options: Options,
    patterns: Vec<String>,
    data: Option<PathBuf>,
    fresh: bool,
    watch: &Bound<'_, PyAny>,
) -> PyResult<Py<PyAny>> {
    let all = !patterns.is_empty();
    let threads = Threads::shared(options.call().0)?;
    judged(py, &options, threads, patterns, fresh, watch, move |host| {
        solvable::cli::offer(data.as_deref(), all, &|note| host.note(note))
    })
}

/// Judges stored trials again and writes the report.
#[pyfunction]
pub fn report(
    py: Python<'_>,
    options: Options,
    stores: Vec<PathBuf>,
    only: Vec<String>,
    partial: bool,
    data: Option<PathBuf>,
    watch: &Bound<'_, PyAny>,
) -> PyResult<Py<PyAny>> {
    let (jobs, command) = options.call();
    let selection = options.selection().map_err(|error| refusal::of_run(py, &error))?;
    let told = watched(py, Threads::shared(jobs)?, command, watch, move |_, host| {
        let offer = solvable::cli::offer(data.as_deref(), true, &|note| host.note(note))?;
        let (report, due) = cli::reported(&ReportArgs { stores, only, partial, selection }, offer, host)?;
        told(&report, due.as_ref())
    })?;
    Ok(json::to_python(py, &told)?.unbind())
}

/// What a report holds, as JSON.
fn told(report: &Report, due: Option<&Incomplete>) -> Result<Json> {
    Ok(json!({
        "results": report.results, "columns": COLUMNS, "rows": rows(&report.results), "figures": report.figures, "run": report.run,
        "incomplete": due.map(|due| due.0.clone()),
    }))
}

/// Judges a claim at a setting of the user's own.
#[pyfunction]
pub fn check(
    py: Python<'_>,
    options: Options,
    claim: String,
    rest: Vec<String>,
    seconds: f64,
    watch: &Bound<'_, PyAny>,
) -> PyResult<Py<PyAny>> {
    let (jobs, command) = options.call();
    let run = move || -> Result<CheckArgs> {
        let time = Duration::try_from_secs_f64(seconds).with_context(|| format!("`seconds` is {seconds}"))?;
        let Selection { scope: Scope { profile, seed, trials }, out, .. } = options.selection()?;
        Ok(CheckArgs { claim, rest, profile, trials, time, seed, out, json: false, limits: limits() })
    };
    let args = run().map_err(|error| refusal::of_run(py, &error))?;
    let told = watched(py, Threads::shared(jobs)?, command, watch, move |ending, host| {
        let checked = cli::checked(&args, &papers::all(), ending, host)?;
        as_json(&checked)
    })?;
    Ok(json::to_python(py, &told)?.unbind())
}

/// Charts a claim over fields of its setting.
#[pyfunction]
pub fn map(
    py: Python<'_>,
    options: Options,
    claim: String,
    rest: Vec<String>,
    component: Option<String>,
    watch: &Bound<'_, PyAny>,
) -> PyResult<Py<PyAny>> {
    let (jobs, command) = options.call();
    let selection = options.selection().map_err(|error| refusal::of_run(py, &error))?;
    let Selection { scope: Scope { profile, seed, trials }, out, .. } = selection;
    let args = MapArgs {
        claim,
        rest,
        profile,
        trials,
        component,
        seed,
        out,
        jobs: None,
        shard: None,
        json: false,
        limits: limits(),
    };
    let told =
        watched(py, Threads::shared(jobs)?, command, watch, move |ending, host| {
            match cli::charted(&args, &papers::all(), ending, host)? {
                Charted::Whole(map, files) => Ok(
                    json!({"map": map, "figure": map.figure(), "findings": map.findings(), "files": files}),
                ),
                Charted::Part(_) => anyhow::bail!("only a part of the trials was run"),
            }
        })?;
    Ok(json::to_python(py, &told)?.unbind())
}

/// What is different between two `results.json`.
#[pyfunction]
pub fn diff(py: Python<'_>, before: &str, after: &str) -> PyResult<Py<PyAny>> {
    let compare = || -> Result<Json> {
        let read = |name: &str, text: &str| -> Result<Results> {
            serde_json::from_str(text)
                .with_context(|| format!("`{name}` is not a results.json of this program"))
        };
        let difference = cli::compared(&read("before", before)?, &read("after", after)?);
        as_json(&difference)
    };
    let told = py.detach(compare).map_err(|error| refusal::of_run(py, &error))?;
    Ok(json::to_python(py, &told)?.unbind())
}

/// A figure, given as JSON, as an SVG document.
#[pyfunction]
pub fn draw(py: Python<'_>, figure: &str) -> PyResult<String> {
    let drawn = || -> Result<String> {
        let figure = serde_json::from_str(figure).context("this is no figure")?;
        Ok(render_svg(&figure)?)
    };
    py.detach(drawn).map_err(|error| refusal::of_run(py, &error))
}

fn as_json(value: &impl Serialize) -> Result<Json> {
    Ok(serde_json::to_value(value)?)
}
