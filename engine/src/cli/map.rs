//! `map`: a claim over one or two fields of its setting.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};

use super::check::named_case;
use super::entries::value_of;
use super::host::{Host, Terminal};
use super::run::{check_trials, exit_code};
use super::select::{knobs_of, nothing_matches, short};
use super::{Ending, MapArgs, program, set_jobs};
use crate::Paper;
use crate::map::{Cell, Map, MapPlan, Sweep, shown};
use crate::report;
use crate::report::number;
use crate::verify::{Claim, Options, Tally, Verdict};
use solvable_words::shortened;

/// What came of a map.
#[derive(Debug)]
pub enum Charted {
    /// The map, and the files that show it.
    Whole(Box<Map>, Vec<PathBuf>),
    /// A part of its trials.
    Part(Tally),
}

/// Draws a map and writes it beside the trials.
pub fn map(args: &MapArgs, papers: &[Paper]) -> Result<ExitCode> {
    set_jobs(args.jobs)?;
    let ending = Ending::watch(&args.limits)?;
    let (map, files) = match charted(args, papers, &ending, &Terminal::new())? {
        Charted::Whole(map, files) => (map, files),
        Charted::Part(tally) => {
            eprintln!(
                "{} trials run, {} reused; `{} map` without --shard draws the map",
                tally.run,
                tally.reused,
                program()
            );
            return Ok(if tally.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
    };
    let mut out = anstream::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string(&map)?)?;
    } else {
        table(&mut out, &map)?;
        for file in files {
            writeln!(out, "{}", file.display())?;
        }
    }
    let verdict = |cell: &Cell| cell.found.as_ref().map_or(Verdict::Failed, |found| found.verdict);
    Ok(exit_code(map.cells.iter().map(verdict).max()))
}

/// Runs the trials of a map, draws it and writes it beside them.
///
/// # Errors
/// A claim, case, field or range that is not known or refused, files that cannot be read or written; [`Incomplete`](super::Incomplete)
/// where the run was ended.
pub fn charted(args: &MapArgs, papers: &[Paper], ending: &Ending, host: &dyn Host) -> Result<Charted> {
    check_trials(args.trials)?;
    let (plan, claim) = planned(args, papers)?;
    let knobs = knobs_of(&claim.id, papers);
    let requests = plan.requests(claim, knobs)?;
    let options = Options { profile: plan.profile, seed: args.seed, trials: args.trials, shard: args.shard };
    let engine = ending.engine(ending.open(&args.out, args.shard)?, options);
    let ran = engine.run(&requests, host);
    host.end();
    let tally = ran?;
    for (key, (trial, message)) in &tally.failures {
        host.note(&format!("trial {trial} of {} failed at {}: {message}", key.experiment, key.setting));
    }
    ending.complete(&tally)?;
    if args.shard.is_some() {
        return Ok(Charted::Part(tally));
    }
    let map = plan.chart(&engine, claim, knobs)?;
    let files = report::write_map(&map, &args.out)?;
    Ok(Charted::Whole(Box::new(map), files))
}

/// The declared map of that id, or one of the claim over what is swept.
fn planned<'a>(args: &MapArgs, papers: &'a [Paper]) -> Result<(MapPlan, &'a Claim)> {
    let id = short(&args.claim, papers);
    let claims = || papers.iter().flat_map(|paper| &paper.claims);
    let named = |id: &str| claims().find(|claim| claim.id == id);
    let declared = papers.iter().flat_map(|paper| &paper.maps).find(|plan| plan.id == id);
    if let Some(plan) = declared {
        if !args.rest.is_empty() {
            bail!("`{id}` is a declared map; to sweep other fields name its claim, {}", plan.claim);
        }
        if let Some(component) = &args.component {
            bail!(
                "`{id}` maps a component of its own; to map `{}` name its claim, {}",
                shortened(component),
                plan.claim
            );
        }
        if args.profile != plan.profile {
            bail!(
                "`{id}` starts from cases of the {} profile; for others name its claim, {}",
                plan.profile,
                plan.claim
            );
        }
        let claim = named(&plan.claim).ok_or_else(|| anyhow!("no claim is called `{}`", plan.claim))?;
        return Ok((plan.clone(), claim));
    }
    let Some(claim) = named(&id) else {
        let known = claims().map(|claim| claim.id.as_str());
        let maps = papers.iter().flat_map(|paper| &paper.maps).map(|plan| plan.id.as_str());
        bail!("{}", nothing_matches(std::slice::from_ref(&args.claim), known.chain(maps)));
    };
    let cases = claim.cases(args.profile).map_err(|error| anyhow!("{error}"))?;
    let (case, fields) = named_case(&cases, &args.rest);
    let mut plan = MapPlan {
        id: claim.id.clone(),
        title: claim.title.clone(),
        claim: claim.id.clone(),
        case: case.map_or_else(String::new, |case| case.label.clone()),
        profile: args.profile,
        fixed: Vec::new(),
        sweeps: Vec::new(),
        component: args.component.clone().unwrap_or_default(),
        trials: args.trials,
    };
    for text in fields {
        let Some((field, value)) = text.split_once('=') else {
            let labels: Vec<String> = cases.iter().map(|case| format!("`{}`", case.label)).collect();
            let labels = labels.join(", ");
            bail!(
                "`{}` is neither a case nor of the form field=value or field=from..to; the cases are {labels}",
                shortened(text)
            );
        };
        let (field, value) = (field.trim(), value.trim());
        let known = plan.sweeps.iter().map(|sweep| &sweep.field).chain(plan.fixed.iter().map(|(f, _)| f));
        if known.into_iter().any(|known| known == field) {
            bail!("field `{field}` is given twice");
        }
        match Sweep::read(field, value) {
            Some(sweep) => plan.sweeps.push(sweep.map_err(|error| anyhow!("field `{field}`: {error}"))?),
            None => {
                let value = value_of(value).map_err(|error| anyhow!("field `{field}`: {error}"))?;
                plan.fixed.push((field.to_owned(), value));
            }
        }
    }
    plan.id = own_name(&plan);
    Ok((plan, claim))
}

/// A name for the files of an undeclared map: of two maps with the same one each says the same.
fn own_name(plan: &MapPlan) -> String {
    let swept = plan.sweeps.iter().map(|sweep| {
        let values: Vec<String> = sweep.values.iter().map(shown).collect();
        format!("{}={}", sweep.field, values.join(","))
    });
    let fixed = plan.fixed.iter().map(|(field, value)| format!("{field}={}", shown(value)));
    let told: Vec<String> = swept.chain(fixed).collect();
    let own = format!("{} {} {} {}", plan.profile, plan.case, plan.component, told.join(" "));
    // File names have an end; what is too long is told from others by a fingerprint.
    let fields: Vec<&str> = plan.sweeps.iter().map(|sweep| sweep.field.as_str()).collect();
    let mut hasher = DefaultHasher::new();
    own.hash(&mut hasher);
    format!("{}-over-{}-{:08x}", plan.claim, fields.join("-"), hasher.finish() >> 32)
}

fn table(out: &mut impl Write, map: &Map) -> Result<()> {
    writeln!(out, "{}  {}\n{}", map.claim, map.title, map.case)?;
    let fields: Vec<&str> = map.sweeps.iter().map(|sweep| sweep.field.as_str()).collect();
    writeln!(out, "{:<24} {:<26} {:<20} verdict", fields.join(", "), "discrepancy", "margin")?;
    for cell in &map.cells {
        let at: Vec<String> = cell.at.iter().map(shown).collect();
        match (&cell.found, &cell.error) {
            (Some(found), _) => writeln!(
                out,
                "{:<24} {:<26} {:<20} {}{}",
                at.join(", "),
                number::estimate(found.discrepancy),
                number::margin(found.margin),
                found.verdict,
                if found.standing.is_empty() {
                    String::new()
                } else {
                    format!("; agrees: {}", found.standing.join("; "))
                }
            )?,
            (None, error) => {
                writeln!(out, "{:<24} {}", at.join(", "), error.as_deref().unwrap_or("not judged"))?;
            }
        }
    }
    writeln!(out)?;
    map.findings().iter().try_for_each(|finding| writeln!(out, "{finding}"))?;
    Ok(writeln!(out)?)
}
