//! `list` and `explain`, with the predictions.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Result, bail};
use solvable_engine::cli;

use crate::papers;
use crate::theory::bibliography;
use crate::theory::catalog::{self, Prediction};
use crate::theory::{did_you_mean, shortened};

pub fn list(patterns: &[String]) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let papers = papers::all();
    let patterns = &cli::by_id(patterns, &papers)[..];
    writeln!(out, "predictions (solvable predict ID key=value...)")?;
    let mut found = false;
    for prediction in catalog::all().iter().filter(|p| cli::selected(patterns, p.id)) {
        found = true;
        writeln!(out, "  {:<30} {}", prediction.id, prediction.title)?;
    }
    found |= cli::list_papers(&mut out, &papers, patterns)?;
    if !found {
        let known = known_ids();
        bail!("{}", cli::nothing_matches(patterns, known.iter().map(String::as_str)));
    }
    Ok(ExitCode::SUCCESS)
}

/// The ids of predictions, claims and figures.
pub fn known_ids() -> Vec<String> {
    let papers = papers::all();
    let of_papers = papers.iter().flat_map(|paper| paper.ids().map(str::to_owned));
    catalog::all().iter().map(|p| p.id.to_owned()).chain(of_papers).collect()
}

pub fn explain(id: &str) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let papers = papers::all();
    let id = &cli::short(id, &papers)[..];
    let prediction = catalog::find(id);
    if let Ok(prediction) = &prediction {
        explain_prediction(&mut out, prediction)?;
    }
    if !cli::explain_claim(&mut out, &papers, bibliography::ALL, id)? && prediction.is_err() {
        let known = known_ids();
        let near = did_you_mean(id, known.iter().map(String::as_str));
        bail!("nothing is called `{}`; {near}`solvable list` shows all", shortened(id));
    }
    Ok(ExitCode::SUCCESS)
}

fn explain_prediction(out: &mut impl Write, prediction: &Prediction) -> Result<()> {
    writeln!(
        out,
        "prediction {}\n{}\n\n  {}\n",
        prediction.id,
        prediction.title,
        prediction.formula.split_whitespace().collect::<Vec<_>>().join(" ")
    )?;
    writeln!(out, "parameters")?;
    for p in prediction.parameters {
        let default = p.default.map(|d| format!(" [default {d}]")).unwrap_or_default();
        writeln!(out, "  {:<14} {} ({}){default}", p.name, p.meaning, p.domain)?;
    }
    writeln!(out, "value\n  {}", prediction.value)?;
    if let Some(names) = names_beside(prediction) {
        writeln!(out, "fields\n  {names}")?;
    }
    writeln!(out, "valid\n  {}", prediction.validity)?;
    Ok(cli::write_sources(out, prediction.sources)?)
}

/// The names of what is in a value, where the words about the value do not hold them all.
fn names_beside(prediction: &Prediction) -> Option<String> {
    let words: Vec<&str> = prediction.value.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let names: Vec<&str> = prediction.outputs.all().into_iter().map(|output| output.name).collect();
    names.iter().any(|name| !words.contains(name)).then(|| names.join(", "))
}
