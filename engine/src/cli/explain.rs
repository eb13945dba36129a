//! `list` and `explain`.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};

use super::select::{by_id, nothing_matches, selected, short};
use crate::map::{MapPlan, shown};
use crate::verify::{Claim, Profile};
use crate::{Paper, Source};
use solvable_words::{did_you_mean, shortened};

/// Lists the claims and figures that any of `patterns` asks for.
pub fn list(papers: &[Paper], patterns: &[String]) -> Result<ExitCode> {
    if list_papers(&mut io::stdout().lock(), papers, patterns)? {
        return Ok(ExitCode::SUCCESS);
    }
    bail!("{}", nothing_matches(patterns, papers.iter().flat_map(Paper::ids)));
}

/// Writes what [`list`] lists, and tells whether there is any.
pub fn list_papers(out: &mut impl Write, papers: &[Paper], patterns: &[String]) -> io::Result<bool> {
    let patterns = by_id(patterns, papers);
    let mut found = false;
    for paper in papers {
        if !paper.ids().any(|id| selected(&patterns, id)) {
            continue;
        }
        found = true;
        writeln!(out, "{} ({} verify {})", paper.title, super::program(), paper.id)?;
        for claim in paper.claims.iter().filter(|c| selected(&patterns, &c.id)) {
            writeln!(out, "  {:<30} {}", claim.id, claim.title)?;
        }
        for figure in paper.figures.iter().filter(|f| selected(&patterns, &f.id)) {
            writeln!(out, "  {:<30} figure", figure.id)?;
        }
        for map in paper.maps.iter().filter(|map| selected(&patterns, &map.id)) {
            writeln!(out, "  {:<30} map of {}: {}", map.id, map.claim, map.title)?;
        }
    }
    Ok(found)
}

/// Explains the claim `id`.
pub fn explain(papers: &[Paper], id: &str) -> Result<ExitCode> {
    let known: Vec<Source> = papers.iter().flat_map(|paper| paper.sources.clone()).collect();
    if explain_claim(&mut io::stdout().lock(), papers, &known, id)? {
        return Ok(ExitCode::SUCCESS);
    }
    let near = did_you_mean(id, papers.iter().flat_map(Paper::ids));
    bail!("nothing is called `{}`; {near}`{} list` shows all", shortened(id), super::program());
}

/// Writes what [`explain`] says of a claim, a map or a figure, and tells whether there is one of this id; `bibliography` holds what it may cite.
pub fn explain_claim(
    out: &mut impl Write,
    papers: &[Paper],
    bibliography: &[Source],
    id: &str,
) -> Result<bool> {
    let id = short(id, papers);
    if let Some(map) = papers.iter().flat_map(|paper| &paper.maps).find(|map| map.id == id) {
        write_map(out, map)?;
        return Ok(true);
    }
    let figure = papers.iter().flat_map(|paper| &paper.figures).any(|figure| figure.id == id);
    if figure {
        writeln!(
            out,
            "figure {id}\n  `{} verify {id}` draws it, with its caption in the report\n",
            super::program()
        )?;
    }
    let Some(claim) = papers.iter().flat_map(|p| &p.claims).find(|c| c.id == id) else { return Ok(figure) };
    write_claim(out, claim)?;
    let cited = |key: &String| bibliography.iter().find(|s| s.key == key).copied();
    let sources: Vec<Source> = claim.sources.iter().filter_map(cited).collect();
    write_sources(out, &sources)?;
    Ok(true)
}

fn write_claim(out: &mut impl Write, claim: &Claim) -> Result<()> {
    let formula = claim.formula.split_whitespace().collect::<Vec<_>>().join(" ");
    writeln!(out, "claim {}\n{}\n\n  {formula}\n", claim.id, claim.title)?;
    writeln!(out, "judged by\n  {} of the {}", claim.statistic.name(), claim.comparison.name())?;
    for profile in [Profile::Quick, Profile::Full] {
        writeln!(out, "{profile} profile")?;
        for case in claim.cases(profile).map_err(|error| anyhow!("{error}"))? {
            let trials: Vec<_> = case.requests.iter().map(|r| r.trials.to_string()).collect();
            let margin = format!("[{:+}, {:+}]", case.margin.low, case.margin.high);
            writeln!(out, "  {} ({} trials, margin {margin})", case.label, trials.join(" + "))?;
        }
    }
    writeln!(out, "rivals, which the same trials must refute")?;
    for rival in &claim.rivals {
        writeln!(out, "  {rival}")?;
    }
    Ok(())
}

/// Writes a list of publications.
pub fn write_sources(out: &mut impl Write, sources: &[Source]) -> io::Result<()> {
    writeln!(out, "sources")?;
    sources.iter().try_for_each(|source| writeln!(out, "  {source}"))
}

fn write_map(out: &mut impl Write, map: &MapPlan) -> io::Result<()> {
    writeln!(out, "map {}\n{}\n", map.id, map.title)?;
    writeln!(out, "claim\n  {}", map.claim)?;
    writeln!(out, "from the case\n  {}", if map.case.is_empty() { "the first one" } else { &map.case })?;
    for sweep in &map.sweeps {
        let values: Vec<String> = sweep.values.iter().map(shown).collect();
        writeln!(out, "sweeps\n  {} over {}", sweep.field, values.join(", "))?;
    }
    map.fixed.iter().try_for_each(|(field, value)| writeln!(out, "with\n  {field}={}", shown(value)))
}
