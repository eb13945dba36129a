//! `check`: a claim at a setting of the user's own.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, anyhow, bail};
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::entries::assignment;
use super::host::{Host, Terminal};
use super::run::{check_trials, exit_code};
use super::select::{knobs_of, nothing_matches, short};
use super::{CheckArgs, Ending, INCOMPLETE, terminal};
use crate::Paper;
use crate::verify::{Case, CaseResult, Claim, Drawn, Engine, Knob, Options, Profile, assign, in_order};
use solvable_words::shortened;

/// Trials of the first look; a statistic needs eight at most.
const FIRST: usize = 8;

/// Trials beyond which none are drawn unless asked for.
const MOST: usize = 1 << 16;

/// What a check found.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// The claim.
    pub id: String,
    /// One line: what is claimed.
    #[serde(skip)]
    pub title: String,
    /// Whose cases and margins.
    pub profile: Profile,
    /// Of all random streams.
    pub seed: u64,
    /// How prediction and measurement are compared.
    pub comparison: &'static str,
    /// What is judged.
    pub statistic: &'static str,
    /// Whether every interval is narrower than a third of its margin.
    pub narrow: bool,
    /// Trials that the next look lacks, as the run was ended.
    pub missing: usize,
    /// The case.
    #[serde(rename = "case")]
    pub result: CaseResult,
}

/// Judges a claim at a setting that differs from one of its cases in some fields.
pub fn check(args: &CheckArgs, papers: &[Paper]) -> Result<ExitCode> {
    if args.rest.is_empty() {
        let claim = claim_of(args, papers)?;
        return list(claim, &cases_of(claim, args.profile)?, args.json);
    }
    let ending = Ending::watch(&args.limits)?;
    let checked = checked(args, papers, &ending, &Terminal::new())?;
    let Checked { result, narrow, missing, .. } = &checked;
    let mut out = anstream::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string(&checked)?)?;
    } else if *missing == 0 || result.error.is_none() {
        terminal::case(&mut out, &checked)?;
        if !narrow && result.error.is_none() {
            writeln!(
                out,
                "the interval is wider than a third of the margin; more trials (--trials, --time) narrow it"
            )?;
        }
    }
    if *missing > 0 {
        eprintln!("incomplete: the run was ended, {missing} trials are missing; run again to go on");
        return Ok(ExitCode::from(INCOMPLETE));
    }
    Ok(exit_code(Some(result.verdict)))
}

/// Judges a claim at one of its cases, the first one where none is named, with the fields changed that are given.
///
/// # Errors
/// A claim, case or field that is not known, a setting that is refused, a store that cannot be read or written.
pub fn checked(args: &CheckArgs, papers: &[Paper], ending: &Ending, host: &dyn Host) -> Result<Checked> {
    check_trials(args.trials)?;
    let claim = claim_of(args, papers)?;
    let cases = cases_of(claim, args.profile)?;
    let (start, overrides) = chosen(&cases, &args.rest)?;
    let case = changed(start, &overrides, knobs_of(&claim.id, papers))?;
    let options = Options { profile: args.profile, seed: args.seed, trials: None, shard: None };
    let engine = ending.engine(ending.open(&args.out, None)?, options);
    let drawn = drawn(&engine, case, args, host);
    host.end();
    let Drawn { result, narrow, missing } = drawn?;
    Ok(Checked {
        id: claim.id.clone(),
        title: claim.title.clone(),
        profile: args.profile,
        seed: args.seed,
        comparison: claim.comparison.name(),
        statistic: claim.statistic.name(),
        narrow,
        missing,
        result,
    })
}

fn claim_of<'a>(args: &CheckArgs, papers: &'a [Paper]) -> Result<&'a Claim> {
    let id = short(&args.claim, papers);
    let mut claims = papers.iter().flat_map(|paper| &paper.claims);
    let known = || papers.iter().flat_map(|paper| &paper.claims).map(|claim| claim.id.as_str());
    claims
        .find(|claim| claim.id == id)
        .ok_or_else(|| anyhow!(nothing_matches(std::slice::from_ref(&args.claim), known())))
}

/// The cases of a claim in a profile, at least one.
fn cases_of(claim: &Claim, profile: Profile) -> Result<Vec<Case>> {
    let cases = claim.cases(profile).map_err(|error| anyhow!("{error}"))?;
    if cases.is_empty() {
        bail!("{} has no cases in the {profile} profile; --profile full has some", claim.id);
    }
    Ok(cases)
}

/// The case that the first of `rest` names, by its label or a part of it, and what comes after; labels may hold equals signs.
pub(super) fn named_case<'a, 'b>(cases: &'a [Case], rest: &'b [String]) -> (Option<&'a Case>, &'b [String]) {
    let Some((first, fields)) = rest.split_first() else { return (None, rest) };
    let exact = cases.iter().find(|case| case.label == *first);
    let part = || cases.iter().find(|case| case.label.contains(first.as_str()));
    match exact.or_else(part) {
        Some(case) => (Some(case), fields),
        None => (None, rest),
    }
}

/// A field's path and its new value.
type Override = (String, Json);

/// The case that the first argument names, or the first one, and the fields that the others change.
fn chosen<'a>(cases: &'a [Case], rest: &[String]) -> Result<(&'a Case, Vec<Override>)> {
    let (named, fields) = named_case(cases, rest);
    let start = named.unwrap_or(&cases[0]);
    let mut overrides: Vec<Override> = Vec::new();
    for text in fields {
        let Some((field, value)) = assignment(text) else {
            let labels: Vec<String> = cases.iter().map(|case| format!("`{}`", case.label)).collect();
            bail!(
                "`{}` is neither a case nor of the form field=value; the cases are {}",
                shortened(text),
                labels.join(", ")
            );
        };
        if overrides.iter().any(|(known, _)| known == field) {
            bail!("field `{field}` is given twice");
        }
        let value = value.map_err(|error| anyhow!("field `{field}`: {error}"))?;
        overrides.push((field.to_owned(), value));
    }
    Ok((start, overrides))
}

/// The case with fields of all its settings changed.
fn changed(start: &Case, overrides: &[Override], knobs: &[Knob]) -> Result<Case> {
    let mut settings: Vec<Json> = start.requests.iter().map(|request| request.setting().clone()).collect();
    for setting in &mut settings {
        let changes = overrides.iter().map(|(field, value)| (field, value));
        for (field, value) in in_order(changes) {
            assign(setting, field, value, knobs)?;
        }
    }
    let told: Vec<String> =
        overrides.iter().map(|(field, value)| format!("{field}={}", short_value(value))).collect();
    let label = if told.is_empty() {
        start.label.clone()
    } else {
        format!("{}, with {}", start.label, told.join(" "))
    };
    Ok(start.at(label, &settings, 1)?)
}

fn short_value(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Draws the trials asked for, or trials until enough is known.
fn drawn(engine: &Engine, case: Case, args: &CheckArgs, host: &dyn Host) -> Result<Drawn> {
    let begin = Instant::now();
    let drawn = match args.trials {
        Some(trials) => engine.draw(&case.with_trials(trials), trials, host, || true),
        // The next look takes as long as all before it.
        None => engine.draw(&case.with_trials(FIRST), MOST, host, || begin.elapsed() * 2 > args.time),
    };
    Ok(drawn?)
}

fn list(claim: &Claim, cases: &[Case], as_json: bool) -> Result<ExitCode> {
    let mut out = io::stdout().lock();
    if as_json {
        let told: Vec<Json> = cases
            .iter()
            .map(|case| {
                let settings: Vec<&Json> = case.requests.iter().map(|request| request.setting()).collect();
                json!({"label": case.label, "settings": settings, "margin": case.margin})
            })
            .collect();
        writeln!(out, "{}", json!({"id": claim.id, "cases": told}))?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(out, "{}  {}\n", claim.id, claim.title)?;
    for case in cases {
        writeln!(out, "{}", case.label)?;
        for request in &case.requests {
            writeln!(out, "    {}", fields(request.setting(), "").join(" "))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// All fields of a setting as the command line takes them.
fn fields(value: &Json, path: &str) -> Vec<String> {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Json::Object(inner) => inner.iter().flat_map(|(name, value)| fields(value, &below(name))).collect(),
        Json::Array(items) if items.iter().all(Json::is_number) && items.len() > 1 => {
            let numbers: Vec<String> = items.iter().map(Json::to_string).collect();
            vec![format!("{path}={}", numbers.join(","))]
        }
        _ => vec![format!("{path}={}", short_value(value))],
    }
}
