//! `diff`: the guard for theory changes.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal};

use super::DiffArgs;
use super::terminal::short;
use crate::verify::statistic::CONFIDENCE;
use crate::verify::{Component, Estimate, Profile, Results, Verdict};

/// Claim, case and component.
type Name = (String, String, String);

/// Compares two result files. Exit code 1 where a verdict got worse, something disappeared, or a number changed by
/// more than the intervals allow.
pub fn diff(args: &DiffArgs) -> Result<ExitCode> {
    let difference = compared(&read(&args.before)?, &read(&args.after)?);
    let Difference { before, after, compared, changed, matters, .. } = &difference;
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&difference)?)?;
    } else {
        if before != after {
            writeln!(
                out,
                "note: {} profile, seed {} against {} profile, seed {}",
                before.profile, before.seed, after.profile, after.seed
            )?;
        }
        for change in &difference.differences {
            writeln!(out, "{change}")?;
        }
        writeln!(out, "{compared} compared, {changed} changed, {matters} matter")?;
    }
    Ok(if *matters == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What is different in the results `after`.
pub fn compared(before: &Results, after: &Results) -> Difference {
    let (old, new) = (components(before), components(after));
    let (first, second) = (Run::of(before), Run::of(after));
    let differences = differences(&old, &new, first == second);
    Difference {
        before: first,
        after: second,
        compared: old.len(),
        changed: differences.iter().filter(|change| change.kind != Kind::Gone).count(),
        matters: differences.iter().filter(|change| change.matters).count(),
        differences,
    }
}

/// How two results differ: what `diff --json` prints.
#[derive(Debug, Serialize)]
pub struct Difference {
    before: Run,
    after: Run,
    compared: usize,
    changed: usize,
    /// Changes that matter.
    pub matters: usize,
    differences: Vec<Change>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Run {
    profile: Profile,
    seed: u64,
}

impl Run {
    fn of(results: &Results) -> Self {
        Self { profile: results.profile, seed: results.seed }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Gone,
    Changed,
    New,
}

/// One component that is not what it was.
#[derive(Debug, Serialize)]
struct Change {
    claim: String,
    case: String,
    component: String,
    kind: Kind,
    matters: bool,
    /// What changed, in words.
    text: String,
}

impl Change {
    fn new((claim, case, component): &Name, kind: Kind, matters: bool, text: String) -> Self {
        Self { claim: claim.clone(), case: case.clone(), component: component.clone(), kind, matters, text }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.kind {
            Kind::Gone => "gone",
            Kind::Changed if self.matters => "MATTERS",
            Kind::Changed => "changed",
            Kind::New => "new",
        };
        write!(f, "{word:<8} {} [{}]", self.claim, self.case)?;
        let (gap, colon) =
            (if self.component.is_empty() { "" } else { " " }, if self.text.is_empty() { "" } else { ": " });
        write!(f, "{gap}{}{colon}{}", self.component, self.text)
    }
}

fn differences(old: &Components, new: &Components, same_run: bool) -> Vec<Change> {
    let scope = Scope { same_run, count: old.len() };
    let mut differences = Vec::new();
    for (name, (verdict, component)) in old {
        let Some((now_verdict, now)) = new.get(name) else {
            differences.push(Change::new(name, Kind::Gone, true, String::new()));
            continue;
        };
        let change = scope.change(component.as_ref(), now.as_ref(), *verdict, *now_verdict);
        if let Some(text) = change.text {
            differences.push(Change::new(name, Kind::Changed, change.matters, text));
        }
    }
    let added = new.keys().filter(|name| !old.contains_key(*name));
    differences.extend(added.map(|name| Change::new(name, Kind::New, false, String::new())));
    differences
}

fn read(path: &Path) -> Result<Results> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text)
        .with_context(|| format!("{} is not a results.json of this program", path.display()))
}

/// What is compared; a case without components stands for itself.
type Components = BTreeMap<Name, (Verdict, Option<Component>)>;

fn components(results: &Results) -> Components {
    let mut all = BTreeMap::new();
    for claim in &results.claims {
        for case in &claim.cases {
            let name = |component: &str| (claim.id.clone(), case.label.clone(), component.to_owned());
            if case.claim.components.is_empty() {
                all.insert(name(""), (case.verdict, None));
            }
            for component in &case.claim.components {
                all.insert(name(&component.label), (case.verdict, Some(component.clone())));
            }
        }
    }
    all
}

struct Shift {
    text: Option<String>,
    matters: bool,
}

/// What is compared with what.
struct Scope {
    /// The same profile and seed: the same trials, unless the experiment changed.
    same_run: bool,
    /// Numbers compared: among many, some are far apart by chance.
    count: usize,
}

impl Scope {
    /// By how much intervals are widened so that, of all comparisons together, one in a hundred errs.
    fn widening(&self) -> f64 {
        let quantile = |tail: f64| Normal::standard().inverse_cdf(1.0 - 0.5 * tail);
        let tail = 1.0 - CONFIDENCE;
        quantile(tail / self.count.max(1) as f64) / quantile(tail)
    }

    fn change(&self, old: Option<&Component>, new: Option<&Component>, was: Verdict, is: Verdict) -> Shift {
        let mut texts = Vec::new();
        // Inconclusive asks for more trials; it is the numbers below that tell whether something happened.
        let mut matters = is > was && is != Verdict::Inconclusive;
        if is != was {
            texts.push(format!("{was} -> {is}"));
        }
        if let (Some(old), Some(new)) = (old, new) {
            let half = |e: &Estimate| 0.5 * (e.high - e.low);
            let beyond = |a: &Estimate, b: &Estimate, least: f64| {
                (b.value - a.value).abs() > least.max(self.widening() * half(a).hypot(half(b)))
            };
            // An identity has no interval, only rounding: far less than its margin.
            let rounding = 0.01 * (new.margin.high - new.margin.low);
            // Beyond the rounding of another machine.
            let shift = new.measured.value - old.measured.value;
            let moved = shift.abs() > 1e-9 * old.measured.value.abs();
            if moved {
                // Other trials of a conditional prediction differ in what they are conditioned on; their discrepancies
                // do not.
                let significant = if self.same_run {
                    beyond(&old.measured, &new.measured, 0.0)
                } else {
                    beyond(&old.discrepancy, &new.discrepancy, rounding)
                };
                matters |= significant;
                texts.push(format!(
                    "measured {} -> {} ({} the intervals)",
                    short(old.measured.value),
                    short(new.measured.value),
                    if significant { "beyond" } else { "within" }
                ));
            }
            if new.predicted != old.predicted {
                // A prediction has no noise of its own: what counts is whether the trials can tell old from new.
                let significant = (new.predicted - old.predicted).abs() > half(&new.measured);
                matters |= significant && (self.same_run || !moved);
                texts.push(format!(
                    "predicted {} -> {} ({} by these trials)",
                    short(old.predicted),
                    short(new.predicted),
                    if significant { "told apart" } else { "not told apart" }
                ));
            }
            if new.margin != old.margin {
                matters = true;
                texts.push(format!(
                    "margin [{}, {}] -> [{}, {}]",
                    old.margin.low, old.margin.high, new.margin.low, new.margin.high
                ));
            }
        }
        Shift { text: (!texts.is_empty()).then(|| texts.join("; ")), matters }
    }
}
