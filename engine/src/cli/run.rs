//! `verify` and `report`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Instant, SystemTime};

use anyhow::{Context, Result, anyhow, bail};

use super::progress::Bar;
use super::select::{by_id, nothing_matches, selected};
use super::{Ending, ReportArgs, Selection, VerifyArgs, junit, program, set_jobs, terminal};
use crate::figure::Figure;
use crate::map::{Map, MapPlan};
use crate::report::{self, Appendix, Part, Report, RunInfo};
use crate::verify::{
    Claim, Engine, Knob, LOOKS, Options, Profile, Request, Results, SHARD_FOLDER, STORE_FILE, StoreError,
    Tally, TrialStore, Verdict,
};
use crate::{FigurePlan, Paper, Source};

/// What a program has to judge.
pub struct Offer {
    /// The papers, in the order of the report.
    pub papers: Vec<Paper>,
    /// Chapters that stand behind the papers where all of them are reported.
    pub appendices: Vec<Appendix>,
    /// Publications that claims may cite beside those of the papers.
    pub bibliography: Vec<Source>,
    /// What the reader of the report should know of how the papers came about.
    pub notes: Vec<String>,
    /// Maps that were recorded: they stand for those that a run does not draw.
    pub recorded: Vec<Map>,
    /// What a store needs to be judged that was not given, in words.
    pub wanted: fn(&TrialStore) -> Option<String>,
}

impl Offer {
    /// Papers alone.
    pub fn of(papers: Vec<Paper>) -> Self {
        Self {
            papers,
            appendices: Vec::new(),
            bibliography: Vec::new(),
            notes: Vec::new(),
            recorded: Vec::new(),
            wanted: |_| None,
        }
    }
}

/// The papers, with claims and figures taken out and selected.
struct Agenda {
    parts: Vec<Part>,
    claims: Vec<Claim>,
    figures: Vec<FigurePlan>,
    maps: Vec<Chart>,
    /// Claims that are mapped and not judged.
    mapped: Vec<Claim>,
    recorded: Vec<Map>,
    appendices: Vec<Appendix>,
    bibliography: Vec<Source>,
    notes: Vec<String>,
}

/// A map to be drawn.
struct Chart {
    plan: MapPlan,
    knobs: &'static [Knob],
}

impl Agenda {
    fn new(patterns: &[String], profile: Profile, offer: Offer) -> Result<Self> {
        let Offer { papers, appendices, bibliography, notes, recorded, .. } = offer;
        if patterns.iter().any(String::is_empty) {
            let id = papers.first().map_or("part", |paper| paper.id);
            bail!("a pattern is empty; valid: a part of an id, such as `{id}` or `{id}/*`");
        }
        let patterns = &by_id(patterns, &papers)[..];
        if !papers.iter().flat_map(Paper::ids).any(|id| selected(patterns, id)) {
            bail!("{}", nothing_matches(patterns, papers.iter().flat_map(Paper::ids)));
        }
        let plain = papers.iter().flat_map(|paper| {
            let claims = paper.claims.iter().map(|claim| claim.id.as_str());
            claims.chain(paper.figures.iter().map(|figure| figure.id))
        });
        if profile != Profile::Full && !plain.into_iter().any(|id| selected(patterns, id)) {
            bail!("only maps match, which belong to --profile full; `{} map ID` draws one", program());
        }
        let wanted = |id: &str, claim: &str| selected(patterns, id) || selected(patterns, claim);
        let mut agenda = Self {
            parts: Vec::new(),
            claims: Vec::new(),
            figures: Vec::new(),
            maps: Vec::new(),
            mapped: Vec::new(),
            recorded: recorded.into_iter().filter(|map| wanted(&map.id, &map.claim)).collect(),
            appendices,
            bibliography,
            notes,
        };
        for Paper { id, title, mut summary, findings, sources, claims, figures, maps, knobs, .. } in papers {
            let (claims_before, figures_before) = (agenda.claims.len(), agenda.figures.len());
            let (judged, others): (Vec<_>, Vec<_>) =
                claims.into_iter().partition(|claim| selected(patterns, &claim.id));
            if !others.is_empty() {
                agenda.appendices.clear();
            } else {
                for finding in findings() {
                    summary.push_str("\n\n");
                    summary.push_str(&finding);
                }
            }
            agenda.claims.extend(judged);
            if profile == Profile::Full {
                let maps = maps.into_iter().filter(|plan| wanted(&plan.id, &plan.claim));
                agenda.maps.extend(maps.map(|plan| Chart { plan, knobs }));
                agenda.mapped.extend(others);
            }
            agenda.figures.extend(figures.into_iter().filter(|f| selected(patterns, f.id)));
            if (agenda.claims.len(), agenda.figures.len()) != (claims_before, figures_before) {
                agenda.parts.push(Part { id: id.into(), title: title.into(), summary, sources });
            }
        }
        Ok(agenda)
    }
}

impl Agenda {
    fn claim_of(&self, plan: &MapPlan) -> Result<&Claim> {
        let mut claims = self.claims.iter().chain(&self.mapped);
        claims
            .find(|claim| claim.id == plan.claim)
            .ok_or_else(|| anyhow!("the map {} is of a claim that does not exist, {}", plan.id, plan.claim))
    }

    fn map_requests(&self, chart: &Chart) -> Result<Vec<Request>> {
        let claim = self.claim_of(&chart.plan)?;
        chart.plan.requests(claim, chart.knobs).with_context(|| format!("map {}", chart.plan.id))
    }

    /// Whether the trials of the map are stored, all of them: claims may share some of its settings.
    fn is_stored(&self, chart: &Chart, engine: &Engine) -> bool {
        let requests = self.map_requests(chart).unwrap_or_default();
        !requests.is_empty() && engine.has_all(&requests)
    }

    /// The maps whose trials are stored, and the recorded ones of those that are not.
    fn charted(&self, engine: &Engine) -> Result<Vec<Map>> {
        let stored = self.maps.iter().filter(|chart| self.is_stored(chart, engine));
        let chart = |Chart { plan, knobs }: &Chart| {
            plan.chart(engine, self.claim_of(plan)?, knobs).with_context(|| format!("map {}", plan.id))
        };
        let mut maps: Vec<Map> = stored.map(chart).collect::<Result<_>>()?;
        for map in &self.recorded {
            if maps.iter().all(|drawn| drawn.id != map.id) {
                maps.push(map.clone());
            }
        }
        Ok(maps)
    }
}

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
        sources: Vec::new(),
    }
}

fn atlas_figure(map: &Map) -> Figure {
    let figure = map.figure();
    Figure { id: format!("atlas/{}", figure.id.replace('/', "-")), ..figure }
}

/// Runs the trials that the selected claims and figures need, judges, prints, writes the report.
pub fn verify(args: &VerifyArgs, offer: Offer) -> Result<ExitCode> {
    let (started, begin) = (SystemTime::now(), Instant::now());
    let Selection { profile, seed, trials, out, .. } = &args.selection;
    check_trials(*trials)?;
    let agenda = Agenda::new(&args.patterns, *profile, offer)?;
    set_jobs(args.jobs)?;
    let ending = Ending::watch(&args.limits)?;
    let mut opened = ending.open(out, args.shard);
    if args.fresh && !matches!(opened, Err(StoreError::Locked { .. } | StoreError::Io { action: "open", .. }))
    {
        // Also a store that contradicts itself is set aside, not only one that can be read.
        set_aside(out)?;
        drop(opened);
        opened = TrialStore::open(out);
    }
    let store = opened?;
    let options = Options { profile: *profile, seed: *seed, trials: *trials, shard: args.shard };
    let engine = ending.engine(store, options);
    warn(engine.store());

    let mut beside = Vec::new();
    for plan in &agenda.figures {
        beside.extend(plan.requests(*profile).map_err(|error| anyhow!("{error}"))?);
    }
    for chart in &agenda.maps {
        beside.extend(agenda.map_requests(chart)?);
    }
    let bar = Bar::new();
    let (results, tally) = engine.decide(&agenda.claims, &beside, &bar)?;
    bar.finish();
    ending.complete(&tally)?;
    if args.shard.is_some() {
        eprintln!(
            "{} trials run, {} reused; join the shards with `{} report DIR...`",
            tally.run,
            tally.reused,
            program()
        );
        return Ok(if tally.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let trials = Trials { run: tally.run, reused: tally.reused };
    finish(&engine, agenda, results, trials, &args.selection, started, begin)
}

/// Judges stored trials again, prints, writes the report.
pub fn report(args: &ReportArgs, offer: Offer) -> Result<ExitCode> {
    let (started, begin) = (SystemTime::now(), Instant::now());
    let Selection { profile, seed, trials, out, .. } = &args.selection;
    check_trials(*trials)?;
    let wanted = offer.wanted;
    let mut agenda = Agenda::new(&[], *profile, offer)?;
    let stores = if args.stores.is_empty() { vec![out.clone()] } else { args.stores.clone() };
    let store = TrialStore::read(&stores)?;
    let engine = Engine::new(store, Options { profile: *profile, seed: *seed, trials: *trials, shard: None });
    warn(engine.store());
    if engine.store().duplicates() > 0 {
        eprintln!("note: {} trials are stored more than once and count once", engine.store().duplicates());
    }
    let wanted = wanted(engine.store());
    // A store of a selective run holds nothing on the other claims, or only some of their cases; they are left out.
    let is_stored = |request: &Request| engine.stored(request) > 0;
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
    if agenda.claims.is_empty() && !agenda.maps.iter().any(|chart| agenda.is_stored(chart, &engine)) {
        bail!(
            "the stores hold no trials of the {profile} profile with seed {seed}{}",
            wanted.map(|wanted| format!("; {wanted}")).unwrap_or_default()
        );
    }
    if let Some(wanted) = wanted {
        eprintln!("note: {wanted}");
    }
    agenda.figures.retain(|plan| {
        let requests = plan.requests(*profile).unwrap_or_default();
        requests.iter().all(is_stored)
    });
    agenda.parts.retain(|part| agenda.claims.iter().any(|claim| claim.part() == part.id));
    agenda.recorded.retain(|map| agenda.claims.iter().any(|claim| claim.id == map.claim));
    let results = engine.judge(&agenda.claims, &Tally::default());
    let trials = Trials { run: 0, reused: engine.store().len() };
    finish(&engine, agenda, results, trials, &args.selection, started, begin)
}

/// How many trials a report rests on.
struct Trials {
    run: usize,
    reused: usize,
}

/// Draws the figures, prints, writes the report.
fn finish(
    engine: &Engine,
    agenda: Agenda,
    results: Results,
    trials: Trials,
    selection: &Selection,
    started: SystemTime,
    begin: Instant,
) -> Result<ExitCode> {
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
    let told = agenda.notes.len();
    notes.splice(0..0, agenda.notes);
    let run = RunInfo {
        command: std::env::args().skip(1).collect::<Vec<_>>().join(" "),
        started: humantime::format_rfc3339_seconds(started).to_string(),
        seconds: begin.elapsed().as_secs_f64(),
        trials_run: trials.run,
        trials_reused: trials.reused,
        notes,
    };
    let out = &selection.out;
    let Agenda { mut parts, appendices, bibliography, .. } = agenda;
    if !results.maps.is_empty() {
        parts.push(atlas(&results.maps, results.profile));
    }
    let report = Report { results, parts, figures, appendices, bibliography, run };
    report::write(&report, out)?;
    if let Some(path) = &selection.junit {
        std::fs::write(path, junit::document(&report.results, &program()))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    // The report is on disk; a reader who closes the pipe early takes nothing from it, nor from the exit code.
    let printed = terminal::table(&report.results, &out.join("index.html"));
    for note in &report.run.notes[told..] {
        eprintln!("note: {note}");
    }
    match printed {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(exit_code(report.results.claims.iter().map(|c| c.verdict).max())),
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
    let shards = out.join(SHARD_FOLDER);
    if shards.exists() {
        move_aside(&shards, |n| out.join(format!("{SHARD_FOLDER}.previous-{n}")))?;
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

fn warn(store: &TrialStore) {
    for warning in store.warnings() {
        eprintln!("warning: {warning}");
    }
}
