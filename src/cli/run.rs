//! `verify` and `report`.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Instant, SystemTime};

use anyhow::{Context, Result, bail};

use super::explain::nothing_matches;
use super::progress::Bar;
use super::{ReportArgs, Selection, VerifyArgs, selected, terminal};
use crate::papers::{self, FigurePlan, Paper};
use crate::report::{self, Part, Report, RunInfo};
use crate::simulate::data::Dataset;
use crate::verify::{
    Claim, Engine, Options, Request, Results, STORE_FILE, StoreError, Tally, TrialStore, Verdict,
};

/// The papers, with claims and figures taken out and selected.
struct Agenda {
    parts: Vec<Part>,
    claims: Vec<Claim>,
    figures: Vec<FigurePlan>,
    /// What was guessed about the user's data.
    notes: Vec<String>,
}

impl Agenda {
    fn new(patterns: &[String], data: Option<&Path>) -> Result<Self> {
        if patterns.iter().any(String::is_empty) {
            bail!("a pattern is empty; valid: a part of an id, such as `mf` or `norm/*`");
        }
        let mut all = Vec::new();
        if data.is_none() || !patterns.is_empty() {
            all = papers::all();
        }
        let mut notes = Vec::new();
        if let Some(path) = data {
            let data = Dataset::read(path)?;
            notes = data.notes().to_vec();
            // Told at once: who sees a wrong guess need not wait for the trials.
            notes.iter().for_each(|note| eprintln!("note: {note}"));
            all.push(papers::on_data(&data));
        }
        let ids = |p: &Paper| {
            let figures = p.figures.iter().map(|f| f.id.to_owned());
            p.claims.iter().map(|c| c.id.clone()).chain(figures).collect::<Vec<_>>()
        };
        let known: Vec<String> = all.iter().flat_map(ids).collect();
        let mut agenda = Self { parts: Vec::new(), claims: Vec::new(), figures: Vec::new(), notes };
        for Paper { id, title, summary, sources, claims, figures } in all {
            let (claims_before, figures_before) = (agenda.claims.len(), agenda.figures.len());
            agenda.claims.extend(claims.into_iter().filter(|c| selected(patterns, &c.id)));
            agenda.figures.extend(figures.into_iter().filter(|f| selected(patterns, f.id)));
            if (agenda.claims.len(), agenda.figures.len()) != (claims_before, figures_before) {
                // The reader of the report learns how the file was read; a `$` would begin a formula.
                let told =
                    if id == "data" { agenda.notes.join("; ").replace('$', " ") } else { String::new() };
                let told = if told.is_empty() { told } else { format!(" How the file was read: {told}.") };
                agenda.parts.push(Part {
                    id: id.into(),
                    title: title.into(),
                    summary: format!("{summary}{told}"),
                    sources: sources.to_vec(),
                });
            }
        }
        if agenda.parts.is_empty() {
            bail!("{}", nothing_matches(patterns, &known));
        }
        Ok(agenda)
    }
}

pub fn verify(args: &VerifyArgs) -> Result<ExitCode> {
    let (started, begin) = (SystemTime::now(), Instant::now());
    let Selection { profile, seed, trials, data, out } = &args.selection;
    check_trials(*trials)?;
    let agenda = Agenda::new(&args.patterns, data.as_deref())?;
    if let Some(jobs) = args.jobs {
        if jobs == 0 {
            bail!("--jobs is 0; valid: an integer >= 1");
        }
        rayon::ThreadPoolBuilder::new()
            .num_threads(jobs)
            .build_global()
            .context("cannot start the threads")?;
    }
    let mut opened = TrialStore::open(out);
    if args.fresh && !matches!(opened, Err(StoreError::Locked { .. } | StoreError::Io { action: "open", .. }))
    {
        // Also a store that contradicts itself is set aside, not only one that can be read.
        set_aside(out)?;
        drop(opened);
        opened = TrialStore::open(out);
    }
    let store = opened?;
    let options = Options { profile: *profile, seed: *seed, trials: *trials, shard: args.shard };
    let engine = Engine::new(store, options);
    warn(engine.store());

    let mut requests = engine.requests(&agenda.claims);
    for plan in &agenda.figures {
        requests.extend(plan.requests(*profile)?);
    }
    let bar = Bar::new();
    let tally = engine.run(&requests, &bar)?;
    bar.finish();
    if args.shard.is_some() {
        eprintln!(
            "{} trials run, {} reused; join the shards with `solvable report DIR...`",
            tally.run, tally.reused
        );
        return Ok(if tally.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    finish(&engine, agenda, &tally, out, started, begin)
}

pub fn report(args: &ReportArgs) -> Result<ExitCode> {
    let (started, begin) = (SystemTime::now(), Instant::now());
    let Selection { profile, seed, trials, data, out } = &args.selection;
    check_trials(*trials)?;
    let mut agenda = Agenda::new(&[String::from("*")], data.as_deref())?;
    let stores = if args.stores.is_empty() { vec![out.clone()] } else { args.stores.clone() };
    let store = TrialStore::read(&stores)?;
    let engine = Engine::new(store, Options { profile: *profile, seed: *seed, trials: *trials, shard: None });
    warn(engine.store());
    if engine.store().duplicates() > 0 {
        eprintln!("note: {} trials are stored more than once and count once", engine.store().duplicates());
    }
    let data_wanted = if data.is_none() { data_wanted(engine.store()) } else { None };
    // A store of a selective run holds nothing on the other claims, or only some of their cases; they are left out.
    let is_stored = |request: &Request| !engine.outcomes(request).is_empty();
    let mut partial = Vec::new();
    agenda.claims.retain(|claim| {
        let cases = claim.cases(*profile).unwrap_or_default();
        let stored = cases.iter().filter(|case| case.requests.iter().all(is_stored)).count();
        if 0 < stored && stored < cases.len() {
            partial.push(format!("{} ({stored} of {} cases)", claim.id, cases.len()));
        }
        0 < stored && stored == cases.len()
    });
    if !partial.is_empty() {
        eprintln!("note: left out for want of trials: {}", partial.join(", "));
    }
    if agenda.claims.is_empty() {
        bail!(
            "the stores hold no trials of the {profile} profile with seed {seed}{}",
            data_wanted.map(|wanted| format!("; {wanted}")).unwrap_or_default()
        );
    }
    if let Some(wanted) = data_wanted {
        eprintln!("note: {wanted}");
    }
    agenda.figures.retain(|plan| {
        let requests = plan.requests(*profile).unwrap_or_default();
        requests.iter().all(is_stored)
    });
    agenda.parts.retain(|part| agenda.claims.iter().any(|claim| claim.part() == part.id));
    let tally = Tally { reused: engine.store().len(), ..Tally::default() };
    finish(&engine, agenda, &tally, out, started, begin)
}

/// Which of the user's files a store has trials on, none of which was named again.
fn data_wanted(store: &TrialStore) -> Option<String> {
    let names: BTreeSet<String> = store
        .keys()
        .into_iter()
        .filter(|key| key.experiment.split('@').next() == Some(papers::DATA_EXPERIMENT))
        .filter_map(|key| {
            let setting: serde_json::Value = serde_json::from_str(&key.setting).ok()?;
            Some(setting["data"]["name"].as_str()?.to_owned())
        })
        .filter(|name| name != "digits")
        .collect();
    let names: Vec<String> = names.into_iter().collect();
    (!names.is_empty()).then(|| {
        let names = names.join(", ");
        format!("trials on inputs of your own are left out; the file ({names}) is missing: name it with `--data FILE`")
    })
}

/// Judges, prints, writes the report.
fn finish(
    engine: &Engine,
    agenda: Agenda,
    tally: &Tally,
    out: &Path,
    started: SystemTime,
    begin: Instant,
) -> Result<ExitCode> {
    let results = engine.judge(&agenda.claims, tally);
    let mut notes = engine.store().warnings().to_vec();
    let mut figures = Vec::new();
    for plan in &agenda.figures {
        match plan.figure(engine) {
            Ok(figure) => figures.push(figure),
            Err(error) => notes.push(format!("figure {} is not drawn: {error}", plan.id)),
        }
    }
    notes.extend(shortfall(engine, &agenda.claims));
    let told = agenda.notes.len();
    notes.splice(0..0, agenda.notes);
    let run = RunInfo {
        command: std::env::args().skip(1).collect::<Vec<_>>().join(" "),
        started: humantime::format_rfc3339_seconds(started).to_string(),
        seconds: begin.elapsed().as_secs_f64(),
        trials_run: tally.run,
        trials_reused: tally.reused,
        notes,
    };
    let report = Report { results, parts: agenda.parts, figures, run };
    report::write(&report, out)?;
    // The report is on disk; a reader who closes the pipe early takes nothing from it, nor from the exit code.
    let printed = terminal::table(&report.results, &out.join("index.html"));
    for note in &report.run.notes[told..] {
        eprintln!("note: {note}");
    }
    match printed {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(exit_code(&report.results)),
    }
}

/// Says where claims were judged by fewer trials than they declare, as by one shard of several.
fn shortfall(engine: &Engine, claims: &[Claim]) -> Option<String> {
    let Options { profile, trials, .. } = *engine.options();
    let requests = engine.requests(claims);
    let wanted = |request: &Request| trials.unwrap_or(request.trials);
    let short: Vec<_> = requests.iter().filter(|r| engine.outcomes(r).len() < wanted(r)).collect();
    (!short.is_empty()).then(|| {
        format!(
            "{} of {} settings were judged by fewer trials than the {profile} profile asks for",
            short.len(),
            requests.len()
        )
    })
}

fn exit_code(results: &Results) -> ExitCode {
    match results.claims.iter().map(|c| c.verdict).max() {
        None | Some(Verdict::Confirmed) => ExitCode::SUCCESS,
        Some(Verdict::Inconclusive) => ExitCode::from(3),
        Some(_) => ExitCode::FAILURE,
    }
}

fn check_trials(trials: Option<usize>) -> Result<()> {
    const MOST: usize = 1_000_000;
    match trials {
        Some(trials) if trials > MOST => bail!("--trials is {trials}; valid: an integer from 2 to {MOST}"),
        Some(trials @ 0..2) => {
            bail!("--trials is {trials}; valid: an integer >= 2 (an interval needs two trials)")
        }
        _ => Ok(()),
    }
}

/// `--fresh` keeps the old trials under another name: a long run is not lost by a slip.
fn set_aside(out: &Path) -> Result<()> {
    let store = out.join(STORE_FILE);
    if std::fs::metadata(&store).is_ok_and(|m| m.len() > 0) {
        let names = (1..).map(|n| out.join(format!("trials.previous-{n}.jsonl")));
        for aside in names {
            if !aside.exists() {
                return std::fs::rename(&store, &aside)
                    .with_context(|| format!("cannot move {} to {}", store.display(), aside.display()));
            }
        }
    }
    Ok(())
}

fn warn(store: &TrialStore) {
    for warning in store.warnings() {
        eprintln!("warning: {warning}");
    }
}
