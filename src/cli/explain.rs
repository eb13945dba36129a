//! `list` and `explain`.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Result, bail};

use super::selected;
use crate::papers;
use crate::theory::bibliography::Source;
use crate::theory::catalog::{self, Prediction};
use crate::theory::{did_you_mean, shortened};
use crate::verify::{Claim, Profile};

pub fn list(patterns: &[String]) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "predictions (solvable predict ID key=value...)")?;
    let mut found = false;
    for prediction in catalog::all().iter().filter(|p| selected(patterns, p.id)) {
        found = true;
        writeln!(out, "  {:<30} {}", prediction.id, prediction.title)?;
    }
    for paper in papers::all() {
        let ids = paper.claims.iter().map(|c| c.id.as_str()).chain(paper.figures.iter().map(|f| f.id));
        if !ids.into_iter().any(|id| selected(patterns, id)) {
            continue;
        }
        writeln!(out, "{} (solvable verify {})", paper.title, paper.id)?;
        for claim in paper.claims.iter().filter(|c| selected(patterns, &c.id)) {
            found = true;
            writeln!(out, "  {:<30} {}", claim.id, claim.title)?;
        }
        for figure in paper.figures.iter().filter(|f| selected(patterns, f.id)) {
            found = true;
            writeln!(out, "  {:<30} figure", figure.id)?;
        }
    }
    if !found {
        bail!("{}", nothing_matches(patterns, &known_ids()));
    }
    Ok(ExitCode::SUCCESS)
}

/// The ids of predictions, claims and figures.
pub fn known_ids() -> Vec<String> {
    let of_papers = papers::all().into_iter().flat_map(|paper| {
        let figures = paper.figures.into_iter().map(|f| f.id.to_owned());
        paper.claims.into_iter().map(|c| c.id).chain(figures).collect::<Vec<_>>()
    });
    catalog::all().iter().map(|p| p.id.to_owned()).chain(of_papers).collect()
}

/// That no id matches, with the nearest ones.
pub fn nothing_matches(patterns: &[String], known: &[String]) -> String {
    let near = |pattern: &String| did_you_mean(pattern.trim_matches('*'), known.iter().map(String::as_str));
    let shown: Vec<String> = patterns.iter().map(|p| format!("`{}`", shortened(p))).collect();
    let near = patterns.iter().map(near).find(|near| !near.is_empty()).unwrap_or_default();
    format!("nothing matches {}; {near}`solvable list` shows all ids", shown.join(", "))
}

pub fn explain(id: &str) -> Result<ExitCode> {
    let prediction = catalog::find(id);
    let claim = papers::all().into_iter().flat_map(|p| p.claims).find(|c| c.id == id);
    if prediction.is_err() && claim.is_none() {
        let known = known_ids();
        let near = did_you_mean(id, known.iter().map(String::as_str));
        bail!("nothing is called `{}`; {near}`solvable list` shows all", shortened(id));
    }
    let mut out = std::io::stdout().lock();
    if let Ok(prediction) = prediction {
        explain_prediction(&mut out, &prediction)?;
    }
    if let Some(claim) = claim {
        explain_claim(&mut out, &claim)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn explain_prediction(out: &mut impl Write, prediction: &Prediction) -> Result<()> {
    writeln!(
        out,
        "prediction {}\n{}\n\n  {}\n",
        prediction.id,
        prediction.title,
        one_line(prediction.formula)
    )?;
    writeln!(out, "parameters")?;
    for p in prediction.parameters {
        let default = p.default.map(|d| format!(" [default {d}]")).unwrap_or_default();
        writeln!(out, "  {:<14} {} ({}){default}", p.name, p.meaning, p.domain)?;
    }
    writeln!(out, "value\n  {}\nvalid\n  {}", prediction.value, prediction.validity)?;
    sources(out, prediction.sources)
}

fn explain_claim(out: &mut impl Write, claim: &Claim) -> Result<()> {
    writeln!(out, "claim {}\n{}\n\n  {}\n", claim.id, claim.title, one_line(&claim.formula))?;
    writeln!(out, "judged by\n  {} of the {}", claim.statistic.name(), claim.comparison.name())?;
    for profile in [Profile::Quick, Profile::Full] {
        writeln!(out, "{profile} profile")?;
        for case in claim.cases(profile)? {
            let trials: Vec<_> = case.requests.iter().map(|r| r.trials.to_string()).collect();
            let margin = format!("[{:+}, {:+}]", case.margin.low, case.margin.high);
            writeln!(out, "  {} ({} trials, margin {margin})", case.label, trials.join(" + "))?;
        }
    }
    writeln!(out, "rivals, which the same trials must refute")?;
    for rival in &claim.rivals {
        writeln!(out, "  {rival}")?;
    }
    sources(out, &claim.sources)
}

fn sources(out: &mut impl Write, sources: &[Source]) -> Result<()> {
    writeln!(out, "sources")?;
    for Source { authors, title, venue, year, arxiv, .. } in sources {
        let arxiv = if arxiv.is_empty() { String::new() } else { format!(", arXiv {arxiv}") };
        writeln!(out, "  {authors}, {title}, {venue} {year}{arxiv}")?;
    }
    Ok(())
}

fn one_line(formula: &str) -> String {
    formula.split_whitespace().collect::<Vec<_>>().join(" ")
}
