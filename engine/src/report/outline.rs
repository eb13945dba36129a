//! What every document has in common: the parts in order, each with its claims and figures.

use std::collections::BTreeSet;

use super::Report;
use crate::Source;
use crate::figure::Figure;
use crate::verify::ClaimResult;

/// A report, section by section.
pub(super) struct Outline<'a> {
    pub(super) sections: Vec<Section<'a>>,
    /// All sources by key, sorted, without repetition.
    pub(super) sources: Vec<&'a Source>,
}

/// One part.
pub(super) struct Section<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) summary: &'a str,
    pub(super) findings: &'a [String],
    pub(super) sources: &'a [Source],
    pub(super) claims: Vec<&'a ClaimResult>,
    pub(super) figures: Vec<&'a Figure>,
}

impl<'a> Outline<'a> {
    /// The parts in their order, without those that nothing was judged or drawn for; then parts that only claims or figures name.
    pub(super) fn of(report: &'a Report) -> Self {
        let mut sections: Vec<Section<'a>> = report
            .parts
            .iter()
            .map(|part| Section {
                summary: &part.summary,
                findings: &part.findings,
                sources: &part.sources,
                ..Section::new(&part.id, &part.title)
            })
            .collect();
        for claim in &report.results.claims {
            section(&mut sections, &claim.part).claims.push(claim);
        }
        for figure in &report.figures {
            let part = figure.id.split_once('/').map_or(figure.id.as_str(), |(part, _)| part);
            section(&mut sections, part).figures.push(figure);
        }
        sections.retain(|s| !s.claims.is_empty() || !s.figures.is_empty());

        let cited: BTreeSet<&str> =
            report.results.claims.iter().flat_map(|claim| claim.sources.iter().map(String::as_str)).collect();
        // Claims may cite what their part does not list.
        let of_claims = report.bibliography.iter().filter(|source| cited.contains(source.key));
        let mut sources: Vec<&Source> =
            report.parts.iter().flat_map(|part| &part.sources).chain(of_claims).collect();
        sources.sort_by_key(|source| source.key);
        sources.dedup_by_key(|source| source.key);
        Self { sections, sources }
    }

    /// The source with this key.
    pub(super) fn source(&self, key: &str) -> Option<&'a Source> {
        self.sources.iter().find(|source| source.key == key).copied()
    }
}

impl<'a> Section<'a> {
    fn new(id: &'a str, title: &'a str) -> Self {
        Self { id, title, summary: "", findings: &[], sources: &[], claims: Vec::new(), figures: Vec::new() }
    }

    /// The paragraphs of the summary.
    pub(super) fn paragraphs(&self) -> impl Iterator<Item = &'a str> {
        self.summary.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty())
    }
}

fn section<'s, 'a>(sections: &'s mut Vec<Section<'a>>, id: &'a str) -> &'s mut Section<'a> {
    let index = sections.iter().position(|section| section.id == id).unwrap_or_else(|| {
        sections.push(Section::new(id, id));
        sections.len() - 1
    });
    &mut sections[index]
}

/// `Karakida, Akaho & Amari 2019`, shortened to `Karakida et al. 2019` where there are more than two authors.
pub(super) fn citation(source: &Source) -> String {
    let authors: Vec<&str> = source
        .authors
        .split([',', ';', '&'])
        .flat_map(|a| a.split(" and "))
        .map(str::trim)
        .filter(|a| !a.is_empty())
        .collect();
    let surname = |author: &str| author.split_whitespace().last().unwrap_or(author).to_owned();
    let names = match authors.as_slice() {
        [] => source.key.to_owned(),
        [one] => surname(one),
        [one, two] => format!("{} & {}", surname(one), surname(two)),
        [first, ..] => format!("{} et al.", surname(first)),
    };
    format!("{names} {}", source.year)
}
