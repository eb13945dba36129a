//! `status`: what of a run is there.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;

use super::agenda::{Agenda, Entry, Offer};
use super::asked::Asked;
use super::host::{Host, Terminal};
use super::{INCOMPLETE, StatusArgs};
use crate::verify::{Count, Engine, LOOKS, Options, Profile, Request, StoreFile, TrialStore, widest};

/// Failures and contradictions that the table names.
const NAMED: usize = 10;

/// Tells which trials are complete, missing, failed and contradictory.
pub fn status(args: &StatusArgs, offer: Offer) -> Result<ExitCode> {
    let host = Terminal::new();
    let options = args.scope.options(None)?;
    let mut agenda = Agenda::new(&args.only, options.profile, offer)?;
    let engine = Engine::new(TrialStore::survey(&args.stores)?, options);
    let asked = if args.only.is_empty() { Asked::read(&args.stores, &options, &host)? } else { None };
    if args.only.is_empty() && asked.is_none() {
        agenda.retain_stored(&engine);
        host.note("no run with these options has told what it was asked for; what has trials is shown");
    }
    let offered: Vec<&str> = agenda.ids().collect();
    let foreign = asked.iter().flatten().filter(|id| !offered.contains(&id.as_str()));
    let foreign: Vec<&str> = foreign.map(String::as_str).collect();
    if !foreign.is_empty() {
        host.note(&format!("asked for, and not known to this call of the program: {}", foreign.join(", ")));
    }
    let entries = agenda.census(&engine, |id| asked.as_ref().is_none_or(|ids| ids.contains(id)))?;
    let status = Status::of(&engine, entries);
    let mut out = anstream::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&status)?)?;
    } else {
        status.print(&mut out)?;
    }
    let Count { failed, contradictory, .. } = status.total;
    Ok(match (status.complete, failed + contradictory) {
        (false, _) => ExitCode::from(INCOMPLETE),
        (true, 0) => ExitCode::SUCCESS,
        (true, _) => ExitCode::FAILURE,
    })
}

/// What `status --json` prints.
#[derive(Serialize)]
struct Status {
    complete: bool,
    profile: Profile,
    seed: u64,
    trials: Option<usize>,
    /// Over all of `entries`; what several ask for counts once.
    total: Count,
    entries: Vec<Entry>,
    files: Vec<StoreFile>,
    failures: Vec<Failure>,
    contradictions: Vec<Contradiction>,
}

#[derive(Serialize)]
struct Failure {
    experiment: String,
    setting: serde_json::Value,
    trial: u64,
    error: String,
}

#[derive(Serialize)]
struct Contradiction {
    experiment: String,
    setting: serde_json::Value,
    seed: u64,
    trial: u64,
    file: PathBuf,
    line: usize,
}

fn json(setting: &str) -> serde_json::Value {
    serde_json::from_str(setting).unwrap_or_else(|_| setting.into())
}

impl Status {
    fn of(engine: &Engine, entries: Vec<Entry>) -> Self {
        let requests: Vec<Request> = entries.iter().flat_map(|entry| entry.requests.clone()).collect();
        let Options { profile, seed, trials, .. } = *engine.options();
        let store = engine.store();
        let failures = widest(&requests).into_iter().flat_map(|(key, request)| {
            store.failures(request, seed).into_iter().map(|(trial, error)| Failure {
                experiment: key.experiment.clone(),
                setting: json(&key.setting),
                trial,
                error,
            })
        });
        let contradictions = store.conflicts().iter().map(|conflict| Contradiction {
            experiment: conflict.key.experiment.clone(),
            setting: json(&conflict.key.setting),
            seed: conflict.seed,
            trial: conflict.trial,
            file: conflict.path.clone(),
            line: conflict.line,
        });
        Self {
            complete: entries.iter().all(|entry| entry.complete),
            profile,
            seed,
            trials,
            total: engine.count(&requests),
            failures: failures.collect(),
            contradictions: contradictions.collect(),
            files: store.files().to_vec(),
            entries,
        }
    }

    fn print(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(
            out,
            "{:<40} {:>8} {:>8} {:>8} {:>8} {:>14}",
            "", "wanted", "stored", "missing", "failed", "contradictory"
        )?;
        let row = |out: &mut dyn Write, name: &str, count: &Count, told: &str| {
            let Count { wanted, stored, failed, missing, contradictory } = count;
            writeln!(
                out,
                "{name:<40} {wanted:>8} {stored:>8} {missing:>8} {failed:>8} {contradictory:>14}  {told}"
            )
        };
        for entry in &self.entries {
            let told = match (entry.complete, entry.look) {
                (true, _) => String::new(),
                (false, 0) => "incomplete".to_owned(),
                (false, look) => format!("undecided: look {} of {LOOKS} is due", look + 1),
            };
            row(out, &entry.name(), &entry.count, &told)?;
        }
        row(out, "all", &self.total, if self.complete { "complete" } else { "incomplete" })?;
        writeln!(
            out,
            "\n{:<40} {:>8} {:>8} {:>8} {:>14}",
            "", "trials", "failed", "repeated", "contradictory"
        )?;
        for file in &self.files {
            let StoreFile { path, trials, failed, duplicates, contradictory, skipped, torn } = file;
            write!(
                out,
                "{:<40} {trials:>8} {failed:>8} {duplicates:>8} {contradictory:>14}",
                path.display()
            )?;
            if *torn {
                write!(out, "  torn last line")?;
            }
            if *skipped > 0 {
                write!(out, "  {skipped} lines are no trials")?;
            }
            writeln!(out)?;
        }
        let more = |out: &mut dyn Write, count: usize| match count.saturating_sub(NAMED) {
            0 => Ok(()),
            more => writeln!(out, "... and {more} more (--json)"),
        };
        for failure in self.failures.iter().take(NAMED) {
            let Failure { experiment, setting, trial, error } = failure;
            writeln!(out, "failed: trial {trial} of {experiment} at {setting}: {error}")?;
        }
        more(out, self.failures.len())?;
        for contradiction in self.contradictions.iter().take(NAMED) {
            let Contradiction { experiment, trial, file, line, .. } = contradiction;
            writeln!(out, "contradictory: trial {trial} of {experiment}, {} line {line}", file.display())?;
        }
        more(out, self.contradictions.len())
    }
}
