//! `list` and `explain`, with the predictions.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Result, bail};
use solvable_engine::cli;

use solvable::papers;
use solvable::theory::bibliography;
use solvable::theory::catalog::{self, Prediction};
use solvable::theory::{did_you_mean, shortened};

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
    writeln!(out, "value\n  {}\nvalid\n  {}", prediction.value, prediction.validity)?;
    Ok(cli::write_sources(out, prediction.sources)?)
}
