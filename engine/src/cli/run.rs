//! `verify` and `report`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Instant, SystemTime};

use anyhow::{Context, Result, bail};

use super::agenda::{Agenda, Entry, Offer};
use super::asked::{ASKED_FOLDER, Asked};
use super::host::{Host, Terminal};
use super::{Ending, Incomplete, ReportArgs, Selection, VerifyArgs, junit, program, set_jobs, terminal};
use crate::figure::Figure;
use crate::map::Map;
use crate::report::{self, Part, Report, RunInfo};
use crate::verify::{
    Claim, Engine, LOOKS, Options, Profile, Results, SHARD_FOLDER, STORE_FILE, StoreError, Tally, TrialStore,
    Verdict,
};

/// The section of the maps.
fn atlas(maps: &[Map], profile: Profile) -> Part {
    let columns = || maps.iter().flat_map(|map| &map.columns).filter(|column| column.limit.is_some());
    let count = |verdict| columns().filter(|column| column.verdict == verdict).count();
    let origin = match profile {
        Profile::Quick => "recorded with the full profile",
        Profile::Full => "drawn with this run where its store holds them, else recorded",
    };
    Part {
        id: "atlas".to_owned(),
        title: "Where it holds".to_owned(),
        summary: format!(
            "Claims over one or two fields of their settings, {origin}: the discrepancy with its sign, the finite-size law \
             $a/x^p$ along the first field with the exponents that the trials allow, and the value that the discrepancy has at \
             infinite size, for any exponent from 1/4 to 4. A limit theorem is confirmed where that is 0 within an interval that lies \
             inside the claim's margin: sharper than a margin at one size. Of {} finite-size laws {} have such a limit, {} have \
             another limit than 0, and of {} the sizes do not tell.",
            columns().count(),
            count(Verdict::Confirmed),
            count(Verdict::Refuted),
            count(Verdict::Inconclusive)
        ),
        findings: Vec::new(),
        sources: Vec::new(),
    }
}

fn atlas_figure(map: &Map) -> Figure {
    let figure = map.figure();
    Figure { id: format!("atlas/{}", figure.id.replace('/', "-")), ..figure }
}

/// What came of a run.
#[derive(Debug)]
pub enum Ran {
    /// All trials, judged: what the report in the folder says.
    Whole(Box<Report>),
    /// A part of the trials, not judged.
    Part(Tally),
}

/// Runs the trials that the selected claims and figures need, judges, prints, writes the report.
pub fn verify(args: &VerifyArgs, offer: Offer) -> Result<ExitCode> {
    set_jobs(args.jobs)?;
    let ending = Ending::watch(&args.limits)?;
    match verified(args, offer, &ending, &Terminal::new())? {
        Ran::Whole(report) => tell(&report, &args.selection.out),
        Ran::Part(tally) => {
            eprintln!(
                "{} trials run, {} reused; `{} report` joins the parts, and tells whether they are to be run again",
                tally.run,
                tally.reused,
                program()
            );
            Ok(if tally.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}

/// Runs the trials that the selected claims and figures need, judges them, writes the report. The number of threads is that of the pool
/// it is called in, and the run ends early when `ending` says so.
///
/// # Errors
/// Patterns that match nothing, options out of range, files that cannot be read or written; [`Incomplete`] where the run was ended.
pub fn verified(args: &VerifyArgs, offer: Offer, ending: &Ending, host: &dyn Host) -> Result<Ran> {
    let (started, begin) = (SystemTime::now(), Instant::now());
    let Selection { scope, out, .. } = &args.selection;
    let options = scope.options(args.shard)?;
    let agenda = Agenda::new(&args.patterns, options.profile, offer)?;
    let mut opened = ending.open(out, args.shard);
    if args.fresh && !matches!(opened, Err(StoreError::Locked { .. } | StoreError::Io { action: "open", .. }))
    {
        // Also a store that contradicts itself is set aside, not only one that can be read.
        set_aside(out)?;
        drop(opened);
        opened = ending.open(out, args.shard);
    }
    let engine = ending.engine(opened?, options);
    engine.store().warnings().iter().for_each(|warning| host.note(warning));
    Asked::of(&agenda, &options).keep(out)?;

    let decided = engine.decide(&agenda.claims, &agenda.beside(options.profile)?, host);
    host.end();
    let (results, tally) = decided?;
    ending.complete(&tally)?;
    if args.shard.is_some() {
        return Ok(Ran::Part(tally));
    }
    let trials = Trials { run: tally.run, reused: tally.reused };
    let clock = Clock { started, begin };
    let report = composed(&engine, agenda, results, trials, clock, host)?;
    kept(&report, &args.selection)?;
    Ok(Ran::Whole(Box::new(report)))
}

/// Judges stored trials again, prints, writes the report.
pub fn report(args: &ReportArgs, offer: Offer) -> Result<ExitCode> {
    let (report, due) = reported(args, offer, &Terminal::new())?;
    let done = tell(&report, &args.selection.out)?;
    match due {
        None => Ok(done),
        Some(incomplete) => bail!(incomplete),
    }
}

/// Judges stored trials again and writes the report; also says whether trials of a later look are due.
///
/// # Errors
/// As [`verified`]; [`Incomplete`] where trials of a first look are missing.
pub fn reported(
    args: &ReportArgs,
    offer: Offer,
    host: &dyn Host,
) -> Result<(Box<Report>, Option<Incomplete>)> {
    let (report, again) = judged(args, offer, host)?;
    kept(&report, &args.selection)?;
    Ok((report, again))
}

/// Judges stored trials again, as [`reported`] does, and writes nothing.
///
/// # Errors
/// As [`reported`].
pub fn judged(args: &ReportArgs, offer: Offer, host: &dyn Host) -> Result<(Box<Report>, Option<Incomplete>)> {
    let clock = Clock { started: SystemTime::now(), begin: Instant::now() };
    let Selection { scope, out, .. } = &args.selection;
    let options = scope.options(None)?;
    let Options { profile, seed, .. } = options;
    let wanted = offer.wanted;
    let mut agenda = Agenda::new(&args.only, profile, offer)?;
    let stores = if args.stores.is_empty() { vec![out.clone()] } else { args.stores.clone() };
    let store = TrialStore::read(&stores)?;
    let engine = Engine::new(store, options);
    engine.store().warnings().iter().for_each(|warning| host.note(warning));
    if engine.store().duplicates() > 0 {
        host.note(&format!(
            "{} trials are stored more than once and count once",
            engine.store().duplicates()
        ));
    }
    let due = if args.partial { Vec::new() } else { due(&agenda, &engine, &stores, args, host)? };
    if due.iter().any(|entry| entry.look == 0) {
        let why = told(&due);
        bail!(Incomplete(format!("{why}; run again what is missing, or judge what there is with --partial")));
    }
    let wanted = wanted(engine.store());
    let partial = agenda.retain_stored(&engine);
    if !partial.is_empty() {
        host.note(&format!("left out for want of trials: {}", partial.join(", ")));
    }
    if agenda.claims.is_empty() && !agenda.maps.iter().any(|chart| agenda.is_stored(chart, &engine)) {
        bail!(
            "the stores hold no trials of the {profile} profile with seed {seed}{}",
            wanted.map(|wanted| format!("; {wanted}")).unwrap_or_default()
        );
    }
    if let Some(wanted) = wanted {
        host.note(&wanted);
    }
    let cases = agenda.claims.iter().flat_map(|claim| claim.cases(profile).unwrap_or_default());
    let failed = engine.failures_of(&cases.collect::<Vec<_>>());
    let results = engine.judge(&agenda.claims, &failed);
    let trials = Trials { run: 0, reused: engine.store().len() };
    let report = composed(&engine, agenda, results, trials, clock, host)?;
    let again = (!due.is_empty()).then(|| Incomplete(format!("{}; run again for the next look", told(&due))));
    Ok((Box::new(report), again))
}

/// What was asked for and is not there: by `--only`, or by the runs that filled the stores. Where neither says it, what is stored is
/// all that is wanted.
fn due(
    agenda: &Agenda,
    engine: &Engine,
    stores: &[PathBuf],
    args: &ReportArgs,
    host: &dyn Host,
) -> Result<Vec<Entry>> {
    let asked = Asked::read(stores, engine.options(), host)?;
    let is_asked = |id: &str| match &asked {
        _ if !args.only.is_empty() => true,
        Some(ids) => ids.contains(id),
        None => false,
    };
    let entries = agenda.census(engine, is_asked)?;
    Ok(entries.into_iter().filter(|entry| !entry.complete).collect())
}

/// What is due, in words.
fn told(due: &[Entry]) -> String {
    const NAMED: usize = 5;
    let one = |entry: &Entry| match entry.look {
        0 => format!("{} lacks {} of {} trials", entry.name(), entry.count.missing, entry.count.wanted),
        look => format!(
            "{} is undecided, look {} of {LOOKS} lacks {} trials",
            entry.id,
            look + 1,
            entry.count.missing
        ),
    };
    let mut named: Vec<String> = due.iter().take(NAMED).map(one).collect();
    if due.len() > NAMED {
        named.push(format!("and {} more (`{} status`)", due.len() - NAMED, program()));
    }
    named.join(", ")
}

/// How many trials a report rests on.
struct Trials {
    run: usize,
    reused: usize,
}

/// When a command began.
struct Clock {
    started: SystemTime,
    begin: Instant,
}

/// Writes the report.
fn kept(report: &Report, selection: &Selection) -> Result<()> {
    report::write(report, &selection.out)?;
    if let Some(path) = &selection.junit {
        std::fs::write(path, junit::document(&report.results, &program()))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Draws the figures and puts the report together.
fn composed(
    engine: &Engine,
    mut agenda: Agenda,
    results: Results,
    trials: Trials,
    clock: Clock,
    host: &dyn Host,
) -> Result<Report> {
    agenda.tell_findings();
    let mut notes = engine.store().warnings().to_vec();
    let mut figures = Vec::new();
    for plan in &agenda.figures {
        match plan.figure(engine) {
            Ok(figure) => figures.push(figure),
            Err(error) => notes.push(format!("figure {} is not drawn: {error}", plan.id)),
        }
    }
    let mut results = results;
    results.maps = agenda.charted(engine)?;
    figures.extend(results.maps.iter().map(atlas_figure));
    notes.extend(shortfall(engine, &agenda.claims));
    notes.extend(undecided(engine, &agenda.claims, &results));
    // Those of the data and of the store were told before the trials.
    let told = agenda.notes.len() + engine.store().warnings().len();
    notes.splice(0..0, agenda.notes);
    let run = RunInfo {
        command: host.command(),
        started: humantime::format_rfc3339_seconds(clock.started).to_string(),
        seconds: clock.begin.elapsed().as_secs_f64(),
        trials_run: trials.run,
        trials_reused: trials.reused,
        notes,
    };
    let Agenda { mut parts, appendices, bibliography, additions, .. } = agenda;
    if !results.maps.is_empty() {
        parts.push(atlas(&results.maps, results.profile));
    }
    let report = Report { results, parts, figures, appendices, bibliography, additions, run };
    report.run.notes[told..].iter().for_each(|note| host.note(note));
    Ok(report)
}

/// Prints the verdicts.
fn tell(report: &Report, out: &Path) -> Result<ExitCode> {
    // The report is on disk; a reader who closes the pipe early takes nothing from it, nor from the exit code.
    match terminal::table(&report.results, &out.join("index.html")) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(exit_code(report.results.claims.iter().map(|claim| claim.verdict).max())),
    }
}

/// Says where claims were judged by fewer trials than they declare, as by one shard of several.
fn shortfall(engine: &Engine, claims: &[Claim]) -> Option<String> {
    let profile = engine.options().profile;
    let requests = engine.requests(claims);
    let short = requests.iter().filter(|request| engine.stored(request) < engine.wanted(request)).count();
    (short > 0).then(|| {
        format!(
            "{short} of {} settings were judged by fewer trials than the {profile} profile asks for",
            requests.len()
        )
    })
}

/// Says how many cases could be decided by more trials.
fn undecided(engine: &Engine, claims: &[Claim], results: &Results) -> Option<String> {
    if engine.options().trials.is_some() {
        return None;
    }
    let declared = |id: &str, label: &str| {
        let claim = claims.iter().find(|claim| claim.id == id)?;
        let cases = claim.cases(engine.options().profile).ok()?;
        let case = cases.into_iter().find(|case| case.label == label)?;
        case.requests.iter().map(|request| request.trials).max()
    };
    let cases = results.claims.iter().flat_map(|claim| claim.cases.iter().map(move |case| (claim, case)));
    let undecided = cases.filter(|(_, case)| case.verdict == Verdict::Inconclusive);
    let below_cap = undecided.filter(|(claim, case)| {
        let most = declared(&claim.id, &case.label).unwrap_or(0) << (LOOKS - 1);
        case.trials.iter().all(|trials| *trials < most)
    });
    let count = below_cap.count();
    (count > 0).then(|| {
        let (cases, them) = if count == 1 { ("case is", "it") } else { ("cases are", "them") };
        format!(
            "{count} {cases} undecided; `{} verify` on the joined store draws more trials of {them}",
            program()
        )
    })
}

pub(super) fn exit_code(worst: Option<Verdict>) -> ExitCode {
    match worst {
        None | Some(Verdict::Confirmed) => ExitCode::SUCCESS,
        Some(Verdict::Inconclusive) => ExitCode::from(3),
        Some(_) => ExitCode::FAILURE,
    }
}

/// Refuses numbers of trials that no interval can be computed from.
///
/// # Errors
/// A number out of range.
pub fn check_trials(trials: Option<usize>) -> Result<()> {
    const MOST: usize = 1_000_000;
    match trials {
        Some(trials) if trials > MOST => bail!("--trials is {trials}; valid: an integer from 2 to {MOST}"),
        Some(trials @ 0..2) => {
            bail!("--trials is {trials}; valid: an integer >= 2 (an interval needs two trials)")
        }
        _ => Ok(()),
    }
}

/// `--fresh` keeps the old trials under other names: a long run is not lost by a slip.
fn set_aside(out: &Path) -> Result<()> {
    let trials = out.join(STORE_FILE);
    if std::fs::metadata(&trials).is_ok_and(|m| m.len() > 0) {
        move_aside(&trials, |n| out.join(format!("trials.previous-{n}.jsonl")))?;
    }
    for folder in [SHARD_FOLDER, ASKED_FOLDER] {
        let path = out.join(folder);
        if path.exists() {
            move_aside(&path, |n| out.join(format!("{folder}.previous-{n}")))?;
        }
    }
    Ok(())
}

fn move_aside(path: &Path, name: impl Fn(u32) -> PathBuf) -> Result<()> {
    for aside in (1..).map(name) {
        if !aside.exists() {
            return std::fs::rename(path, &aside)
                .with_context(|| format!("cannot move {} to {}", path.display(), aside.display()));
        }
    }
    Ok(())
}
