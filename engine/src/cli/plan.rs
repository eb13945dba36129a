//! `plan`: what a run would do, before it is begun.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use serde::Serialize;
use serde_json::Value as Json;

use super::agenda::{Agenda, Entry, Kind, Offer};
use super::{PlanArgs, program};
use crate::verify::{
    Basis, Engine, Forecast, LOOKS, Options, Profile, Request, SettingKey, Shard, StoreError, TrialStore,
    widest,
};

/// Tells what `verify` would run with the same options: trials, time, memory, and into how many tasks to divide it.
pub fn plan(args: &PlanArgs, offer: Offer) -> Result<ExitCode> {
    let options = args.scope.options(None)?;
    if args.cores == 0 {
        bail!("--cores is 0; valid: an integer >= 1");
    }
    if args.task_time.is_zero() {
        bail!("--task-time is 0; valid: a duration above zero, for example 1h");
    }
    let agenda = Agenda::new(&args.patterns, options.profile, offer)?;
    let engine = Engine::new(stored(&args.out)?, options);
    let plan = Plan::of(&engine, &agenda.census(&engine, |_| true)?, args);
    let mut out = anstream::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&plan)?)?;
    } else {
        plan.print(&mut out)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What is stored in a folder, which need not exist.
fn stored(out: &Path) -> Result<TrialStore, StoreError> {
    match TrialStore::survey(&[out]) {
        Err(StoreError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
            Ok(TrialStore::in_memory())
        }
        found => found,
    }
}

/// What `plan --json` prints. Times are seconds of one core, memory is bytes; what is not known is null.
#[derive(Serialize)]
struct Plan {
    profile: Profile,
    seed: u64,
    trials: Option<usize>,
    entries: Vec<Item>,
    experiments: Vec<Family>,
    total: Total,
    /// The longest trial that is to be run.
    longest: Option<Longest>,
    memory: Memory,
    suggestion: Option<Suggestion>,
    /// How the times were predicted, and what is not known, in words.
    told: Vec<String>,
}

/// A claim, figure or map. What several ask for counts in each.
#[derive(Serialize)]
struct Item {
    id: String,
    #[serde(skip)]
    name: String,
    kind: Kind,
    /// The look that is due, from 1.
    look: usize,
    wanted: usize,
    stored: usize,
    run: usize,
    seconds: Option<f64>,
    /// The worst of its trials; nothing where none is to be run.
    basis: Option<Basis>,
}

/// An experiment.
#[derive(Serialize)]
struct Family {
    experiment: String,
    settings: usize,
    run: usize,
    seconds: Option<f64>,
    basis: Basis,
    memory: Option<f64>,
}

#[derive(Serialize)]
struct Total {
    wanted: usize,
    stored: usize,
    run: usize,
    core_hours: Option<f64>,
    /// Where every undecided case comes to its last look.
    most_core_hours: Option<f64>,
    /// The share of the trials to be run, by what their times rest on.
    shares: BTreeMap<Basis, f64>,
}

#[derive(Serialize)]
struct Longest {
    experiment: String,
    setting: Json,
    seconds: f64,
}

/// Memory of a trial.
#[derive(Serialize)]
struct Memory {
    /// The largest known.
    largest: Option<f64>,
    experiment: Option<String>,
    /// Settings of which it is not known, of all that are to be run.
    unknown_settings: usize,
    settings: usize,
    unknown_experiments: Vec<String>,
}

#[derive(Serialize)]
struct Suggestion {
    shards: u32,
    /// Of one task, with half as much again to spare.
    time_limit: f64,
    cores: usize,
    /// The load of the fullest task over the mean.
    imbalance: f64,
    /// Trials of one task that run at once, times the largest of known memory.
    memory: Option<f64>,
    command: String,
}

/// Trials of one setting that are to be run.
struct Work<'a> {
    request: &'a Request,
    trials: Vec<u64>,
    forecast: Forecast,
}

impl Work<'_> {
    fn seconds(&self) -> Option<f64> {
        let known = self.forecast.basis != Basis::Unknown;
        known.then_some(self.trials.len() as f64 * self.forecast.seconds)
    }
}

/// What is to be run of `requests`.
fn work<'a>(engine: &Engine, requests: &'a [Request]) -> Vec<Work<'a>> {
    let (store, seed) = (engine.store(), engine.seed());
    let of_request = |request: &'a Request| {
        let trials = (0..request.trials as u64).filter(|trial| !store.contains(request, seed, *trial));
        let work = Work { request, trials: trials.collect(), forecast: store.forecast(request) };
        (!work.trials.is_empty()).then_some(work)
    };
    widest(requests).into_values().filter_map(of_request).collect()
}

fn worst<'a>(work: impl IntoIterator<Item = &'a Work<'a>>) -> Option<Basis> {
    work.into_iter().map(|work| work.forecast.basis).max()
}

impl Plan {
    fn of(engine: &Engine, entries: &[Entry], args: &PlanArgs) -> Self {
        let open: Vec<Request> = entries.iter().flat_map(|entry| entry.requests.clone()).collect();
        let all = work(engine, &open);
        let total = Total::of(engine, &open, &all, entries);
        let longest = all.iter().max_by(|a, b| a.forecast.seconds.total_cmp(&b.forecast.seconds));
        let longest = longest.filter(|work| work.forecast.seconds > 0.0).map(|work| Longest {
            experiment: work.request.key.experiment.clone(),
            setting: work.request.setting().clone(),
            seconds: work.forecast.seconds,
        });
        let memory = Memory::of(&all);
        let Options { profile, seed, trials, .. } = *engine.options();
        let suggestion = longest.as_ref().zip(total.core_hours).map(|(longest, hours)| {
            Suggestion::of(&all, engine.seed(), 3600.0 * hours, longest.seconds, &memory, args)
        });
        let told = told(&total, &memory, suggestion.is_some());
        Self {
            profile,
            seed,
            trials,
            entries: entries.iter().map(|entry| Item::of(engine, entry)).collect(),
            experiments: families(&all),
            total,
            longest,
            memory,
            suggestion,
            told,
        }
    }

    fn print(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(
            out,
            "{:<40} {:>8} {:>8} {:>8} {:>12}  times",
            "", "wanted", "stored", "to run", "one core"
        )?;
        for item in &self.entries {
            let Item { name: id, look, wanted, stored, run, seconds, basis, .. } = item;
            write!(out, "{id:<40} {wanted:>8} {stored:>8} {run:>8} {:>12}", time(*seconds))?;
            write!(out, "  {}", basis.map_or("", name))?;
            if *look > 1 {
                write!(out, "; undecided, look {look} of {LOOKS}")?;
            }
            writeln!(out)?;
        }
        writeln!(
            out,
            "\n{:<40} {:>8} {:>8} {:>12}  {:<10} memory",
            "", "settings", "to run", "one core", "times"
        )?;
        for family in &self.experiments {
            let Family { experiment, settings, run, seconds, basis, memory } = family;
            writeln!(
                out,
                "{experiment:<40} {settings:>8} {run:>8} {:>12}  {:<10} {}",
                time(*seconds),
                name(*basis),
                memory.map_or("unknown".to_owned(), bytes)
            )?;
        }
        let Total { wanted, stored, run, core_hours, .. } = &self.total;
        let hours = core_hours.map_or("not known".to_owned(), |hours| {
            format!("{hours:.3} core hours ({})", words(3600.0 * hours))
        });
        writeln!(out, "\n{run} trials to run ({stored} of {wanted} stored): {hours}")?;
        if let Some(Longest { experiment, seconds, .. }) = &self.longest {
            writeln!(out, "the longest trial: {} ({experiment})", words(*seconds))?;
        }
        if let (Some(largest), Some(experiment)) = (self.memory.largest, &self.memory.experiment) {
            writeln!(out, "the largest trial: {} ({experiment})", bytes(largest))?;
        }
        if let Some(Suggestion { shards, time_limit, command, imbalance, memory, cores }) = &self.suggestion {
            writeln!(
                out,
                "suggested: {} of {}, time limit {}{}; the fullest has {imbalance:.2} times the mean",
                counted(u64::from(*shards), "task"),
                counted(*cores as u64, "core"),
                words(*time_limit),
                memory.map_or(String::new(), |memory| format!(
                    ", memory {} besides 0.1 GB for the program",
                    bytes(memory)
                ))
            )?;
            writeln!(out, "    {command}")?;
        }
        self.told.iter().try_for_each(|told| writeln!(out, "{told}"))
    }
}

impl Item {
    fn of(engine: &Engine, entry: &Entry) -> Self {
        let work = work(engine, &entry.requests);
        Self {
            id: entry.id.clone(),
            name: entry.name(),
            kind: entry.kind,
            look: entry.look + 1,
            wanted: entry.count.wanted,
            stored: entry.count.stored,
            run: work.iter().map(|work| work.trials.len()).sum(),
            seconds: work.iter().map(Work::seconds).sum(),
            basis: worst(&work),
        }
    }
}

impl Total {
    fn of(engine: &Engine, open: &[Request], all: &[Work<'_>], entries: &[Entry]) -> Self {
        let count = engine.count(open);
        let run: usize = all.iter().map(|work| work.trials.len()).sum();
        let hours = |all: &[Work<'_>]| Some(all.iter().map(Work::seconds).sum::<Option<f64>>()? / 3600.0);
        let mut shares: BTreeMap<Basis, f64> = BTreeMap::new();
        for work in all {
            *shares.entry(work.forecast.basis).or_default() += work.trials.len() as f64 / run as f64;
        }
        // Trials of later looks, of the claims that are not decided.
        let last = |entry: &Entry| {
            let factor = if engine.options().trials.is_some() || entry.kind != Kind::Claim || entry.complete {
                1
            } else {
                1usize << (LOOKS - 1 - entry.look.min(LOOKS - 1))
            };
            entry
                .requests
                .iter()
                .map(move |r| r.with_trials(r.trials.saturating_mul(factor)))
                .collect::<Vec<_>>()
        };
        let most: Vec<Request> = entries.iter().flat_map(last).collect();
        Self {
            wanted: count.wanted,
            stored: count.stored,
            run,
            core_hours: hours(all),
            most_core_hours: hours(&work(engine, &most)),
            shares,
        }
    }
}

fn families(all: &[Work<'_>]) -> Vec<Family> {
    let mut families: BTreeMap<&str, Vec<&Work<'_>>> = BTreeMap::new();
    for work in all {
        families.entry(work.request.key.experiment.as_str()).or_default().push(work);
    }
    let of_family = |(experiment, works): (&str, Vec<&Work<'_>>)| Family {
        experiment: experiment.to_owned(),
        settings: works.len(),
        run: works.iter().map(|work| work.trials.len()).sum(),
        seconds: works.iter().map(|work| work.seconds()).sum(),
        basis: works.iter().map(|work| work.forecast.basis).max().unwrap_or(Basis::Unknown),
        memory: works.iter().map(|work| work.request.memory).reduce(|a, b| Some(a?.max(b?))).flatten(),
    };
    families.into_iter().map(of_family).collect()
}

impl Memory {
    fn of(all: &[Work<'_>]) -> Self {
        let known = all.iter().filter_map(|work| Some((work.request.memory?, &work.request.key)));
        let largest: Option<(f64, &SettingKey)> = known.max_by(|a, b| a.0.total_cmp(&b.0));
        let unknown =
            || all.iter().filter(|work| work.request.memory.is_none()).map(|work| &work.request.key);
        let mut experiments: Vec<String> = unknown().map(|key| key.experiment.clone()).collect();
        experiments.dedup();
        Self {
            largest: largest.map(|(bytes, _)| bytes),
            experiment: largest.map(|(_, key)| key.experiment.clone()),
            unknown_settings: unknown().count(),
            settings: all.len(),
            unknown_experiments: experiments,
        }
    }
}

impl Suggestion {
    fn of(all: &[Work<'_>], seed: u64, seconds: f64, longest: f64, memory: &Memory, args: &PlanArgs) -> Self {
        let trials: usize = all.iter().map(|work| work.trials.len()).sum();
        let most = u32::try_from(trials).unwrap_or(u32::MAX).max(1);
        let fitting = seconds / (args.cores as f64 * args.task_time.as_secs_f64());
        let shards = (fitting.ceil() as u32).clamp(1, most);
        let mut loads = vec![0.0; shards as usize];
        for work in all {
            for trial in &work.trials {
                loads[Shard::of_trial(&work.request.key, seed, *trial, shards) as usize - 1] +=
                    work.forecast.seconds;
            }
        }
        let fullest = loads.iter().copied().fold(0.0, f64::max);
        // The last trial may begin when all others are done.
        let expected = fullest / args.cores as f64 + longest;
        let minutes = (1.5 * expected / 60.0).ceil() + 1.0;
        let task = if shards == 1 { String::new() } else { format!(" --shard $TASK/{shards}") };
        let command =
            format!("{} verify ...{task} --jobs {} --out {}", program(), args.cores, args.out.display());
        Self {
            shards,
            time_limit: 60.0 * minutes,
            cores: args.cores,
            imbalance: fullest * f64::from(shards) / seconds,
            memory: memory.largest.map(|largest| largest * args.cores as f64),
            command,
        }
    }
}

/// How the times were predicted, and what is not known.
fn told(total: &Total, memory: &Memory, suggested: bool) -> Vec<String> {
    let mut told = Vec::new();
    let percent = |basis| format!("{:.0} %", 100.0 * total.shares.get(&basis).copied().unwrap_or(0.0));
    if total.run == 0 {
        return vec!["nothing is to be run".to_owned()];
    }
    for (basis, words) in [
        (Basis::Recorded, "have the mean time of recorded trials of the same setting"),
        (
            Basis::Scaled,
            "are scaled by declared costs from recorded trials of the same experiment at other settings",
        ),
        (
            Basis::Guessed,
            "are guessed by declared costs from other experiments, whose units may differ: no more than an order of magnitude",
        ),
        (Basis::Unknown, "have no time at all: nothing is recorded in this folder"),
    ] {
        if total.shares.contains_key(&basis) {
            told.push(format!("times: {} of the trials {words}", percent(basis)));
        }
    }
    if total.shares.contains_key(&Basis::Unknown) || total.shares.contains_key(&Basis::Guessed) {
        told.push(format!("`{} verify ... --max-time 60s` records times; plan again after it", program()));
    } else {
        told.push(
            "recorded times are seconds of a core of the machine that ran the trials; of the last trials of a run, which several threads \
             share, the parts on idle threads are not counted"
                .to_owned(),
        );
    }
    if let Some((most, hours)) = total.most_core_hours.zip(total.core_hours)
        && most > hours * 1.001
    {
        told.push(format!(
            "undecided cases are looked at again with twice as many trials, {LOOKS} looks at the most: up to {:.3} core hours if none is \
             decided before; each look is a run of its own for tasks that share a folder",
            most
        ));
    }
    if memory.unknown_settings > 0 {
        told.push(format!(
            "memory: not known for {} of {} settings ({})",
            memory.unknown_settings,
            memory.settings,
            memory.unknown_experiments.join(", ")
        ));
    }
    if !suggested {
        told.push("tasks: none are suggested where no time is known".to_owned());
    }
    told
}

fn name(basis: Basis) -> &'static str {
    match basis {
        Basis::Recorded => "recorded",
        Basis::Scaled => "scaled",
        Basis::Guessed => "guessed",
        Basis::Unknown => "unknown",
    }
}

fn time(seconds: Option<f64>) -> String {
    seconds.map_or("unknown".to_owned(), words)
}

/// A time with two units at most.
fn words(seconds: f64) -> String {
    if seconds < 0.0995 {
        return format!("{:.1} ms", 1000.0 * seconds);
    }
    if seconds < 59.5 {
        return format!("{seconds:.1} s");
    }
    let rounded = if seconds < 3600.0 { seconds.round() } else { (seconds / 60.0).round() * 60.0 };
    humantime::format_duration(Duration::from_secs(rounded as u64)).to_string()
}

fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn bytes(bytes: f64) -> String {
    if bytes < 1e9 { format!("{:.0} MB", (bytes / 1e6).ceil()) } else { format!("{:.2} GB", bytes / 1e9) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_memory_are_told_in_fitting_units() {
        let told = [0.0123, 0.5, 59.0, 90.4, 4000.0, 90_000.0].map(words);
        assert_eq!(told, ["12.3 ms", "0.5 s", "59.0 s", "1m 30s", "1h 7m", "1day 1h"]);
        assert_eq!([1.0, 2.5e8, 3.21e9].map(bytes), ["1 MB", "250 MB", "3.21 GB"]);
    }
}
