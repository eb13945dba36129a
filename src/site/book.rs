//! What the pages tell of: the parts, their claims as judged, the predictions with examples, and where each of them stands.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use solvable_engine::Paper;
use solvable_engine::report::{Part, Report, anchor, escape};
use solvable_engine::verify::{ClaimResult, Verdict};

use super::checkout::Checkout;
use super::error::SiteError;
use super::place::Place;
use crate::theory::catalog::{self, Answer, Prediction};

/// Everything that the pages tell.
pub(super) struct Book<'a> {
    pub(super) report: &'a Report,
    pub(super) chapters: Vec<Chapter>,
    pub(super) entries: Vec<Entry>,
    /// Whether the documentation of the crates is part of the site.
    pub(super) api: bool,
    claims: HashMap<String, usize>,
    homes: HashMap<String, String>,
}

/// A part.
pub(super) struct Chapter {
    /// The short id.
    pub(super) id: String,
    /// The name of its files.
    pub(super) name: String,
    pub(super) about: Part,
    pub(super) figures: Vec<String>,
}

/// A prediction.
pub(super) struct Entry {
    pub(super) prediction: Prediction,
    /// The part that it belongs to; `step-size` speaks of several.
    pub(super) part: Option<String>,
    pub(super) example: Option<Example>,
}

/// Parameters, and what the prediction answers.
pub(super) struct Example {
    pub(super) params: Map<String, Json>,
    pub(super) answer: Answer,
}

/// An entry of the reference values.
#[derive(Deserialize)]
struct Reference {
    id: String,
    params: Map<String, Json>,
}

impl<'a> Book<'a> {
    pub(super) fn new(
        checkout: &Checkout,
        report: &'a Report,
        papers: &[Paper],
        api: bool,
    ) -> Result<Self, SiteError> {
        let chapters: Vec<Chapter> = papers.iter().map(|paper| chapter(paper, report)).collect();
        let entries = entries(&chapters, &references(checkout, &chapters)?);
        let claims = report.results.claims.iter().enumerate().map(|(at, claim)| (claim.id.clone(), at));
        let homes = homes(papers, report, &entries);
        Ok(Self { report, claims: claims.collect(), chapters, entries, api, homes })
    }

    pub(super) fn claim(&self, id: &str) -> Option<&'a ClaimResult> {
        self.claims.get(id).map(|&at| &self.report.results.claims[at])
    }

    pub(super) fn claims_of<'b>(&'b self, part: &'b str) -> impl Iterator<Item = &'a ClaimResult> + 'b {
        self.report.results.claims.iter().filter(move |claim| claim.part == part)
    }

    pub(super) fn entries_of<'b>(&'b self, part: Option<&'b str>) -> impl Iterator<Item = &'b Entry> {
        self.entries.iter().filter(move |entry| entry.part.as_deref() == part)
    }

    pub(super) fn chapter(&self, id: &str) -> Option<&Chapter> {
        self.chapters.iter().find(|chapter| chapter.id == id)
    }

    pub(super) fn count(&self, verdict: Verdict) -> usize {
        self.report.results.claims.iter().filter(|claim| claim.verdict == verdict).count()
    }

    /// Where a claim, figure, map or prediction is told of, from the root of the site.
    pub(super) fn home(&self, id: &str) -> Option<&str> {
        self.homes.get(id).map(String::as_str)
    }

    /// An id as HTML: a link to where it is told of, in the colour of its verdict where it is a judged claim.
    pub(super) fn link(&self, place: &Place, id: &str) -> Option<String> {
        let address = escape(&place.to(self.home(id)?));
        let code = escape(id);
        Some(match self.claim(id) {
            Some(claim) => format!(
                "<a class=\"id {0}\" title=\"{0}: {1}\" href=\"{address}\"><code>{code}</code></a>",
                claim.verdict,
                escape(&claim.title)
            ),
            None => format!("<a class=\"id\" href=\"{address}\"><code>{code}</code></a>"),
        })
    }

    /// HTML whose ids lead to what they name, in code or not, where they stand in no link and no block of code.
    pub(super) fn linked(&self, place: &Place, html: &str) -> String {
        let mut linked = String::with_capacity(html.len());
        let mut rest = html;
        // Nothing leads on from within a link, nor from what a terminal shows.
        let mut apart = false;
        while !rest.is_empty() {
            if let Some((code, behind)) =
                rest.strip_prefix("<code>").and_then(|code| code.split_once("</code>"))
            {
                match self.link(place, code).filter(|_| !apart) {
                    Some(link) => linked.push_str(&link),
                    None => linked.push_str(&format!("<code>{code}</code>")),
                }
                rest = behind;
            } else if rest.starts_with('<') {
                let (tag, behind) = rest.split_at(rest.find('>').map_or(rest.len(), |end| end + 1));
                let begins = tag.starts_with("<a ") || tag == "<pre>";
                apart = begins || (apart && !["</a>", "</pre>"].contains(&tag));
                linked.push_str(tag);
                rest = behind;
            } else {
                let (text, behind) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
                for word in text.split_inclusive(|c: char| !is_of_id(c)) {
                    let id = word.trim_end_matches(|c: char| !is_of_id(c));
                    match self.link(place, id).filter(|_| !apart && id.contains('/')) {
                        Some(link) => linked.push_str(&format!("{link}{}", &word[id.len()..])),
                        None => linked.push_str(word),
                    }
                }
                rest = behind;
            }
        }
        linked
    }
}

/// Whether ids hold such a character.
fn is_of_id(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_')
}

fn chapter(paper: &Paper, report: &Report) -> Chapter {
    let about = report.parts.iter().find(|part| part.id == paper.id).cloned();
    let about = about.unwrap_or_else(|| Part {
        id: paper.id.clone(),
        title: paper.title.clone(),
        summary: paper.summary.clone(),
        findings: Vec::new(),
        sources: paper.sources.clone(),
    });
    let of_part = |id: &&str| id.split('/').next() == Some(paper.id.as_str());
    let figures = report.figures.iter().map(|figure| figure.id.as_str()).filter(of_part);
    Chapter {
        id: paper.id.clone(),
        name: paper.name.clone(),
        about,
        figures: figures.map(str::to_owned).collect(),
    }
}

/// Parameters that reference values are known for, and those of predictions that have none.
fn references(checkout: &Checkout, chapters: &[Chapter]) -> Result<Vec<Reference>, SiteError> {
    let mut all = Vec::new();
    let of_chapters = chapters.iter().map(|chapter| format!("theory/tests/reference/{}.json", chapter.name));
    for file in of_chapters.chain(["web/site/examples.json".to_owned()]) {
        let entries: Result<Vec<Reference>, _> = serde_json::from_str(&checkout.text(&file)?);
        all.extend(entries.map_err(|error| SiteError::Unusable { file, reason: error.to_string() })?);
    }
    Ok(all)
}

/// The predictions with their parts: they are listed part by part, and an id of no part belongs to the part before it.
fn entries(chapters: &[Chapter], references: &[Reference]) -> Vec<Entry> {
    let mut examples: BTreeMap<&str, Vec<&Map<String, Json>>> = BTreeMap::new();
    for reference in references {
        examples.entry(&reference.id).or_default().push(&reference.params);
    }
    let mut part: Option<String> = None;
    let mut listed = Vec::new();
    for prediction in catalog::all() {
        part = match prediction.id.split_once('/') {
            Some((prefix, _)) if chapters.iter().any(|chapter| chapter.id == prefix) => {
                Some(prefix.to_owned())
            }
            Some(_) => part,
            None => None,
        };
        listed.push((prediction, part.clone()));
    }
    listed
        .into_par_iter()
        .map(|(prediction, part)| {
            let given = examples.get(prediction.id).map_or(&[][..], Vec::as_slice);
            Entry { example: example(&prediction, given), prediction, part }
        })
        .collect()
}

/// The shortest of the parameters that reference values are known for, among those whose answers keep their digits.
fn example(prediction: &Prediction, given: &[&Map<String, Json>]) -> Option<Example> {
    let mut given = given.to_vec();
    given.sort_by_cached_key(|params| Json::Object((*params).clone()).to_string().len());
    given
        .into_iter()
        .find_map(|params| Some(Example { answer: prediction.answer(params).ok()?, params: params.clone() }))
}

/// Where every id is told of. What a claim shares its name with is told beside it.
fn homes(papers: &[Paper], report: &Report, entries: &[Entry]) -> HashMap<String, String> {
    let mut homes = HashMap::new();
    for entry in entries {
        let id = entry.prediction.id;
        homes.insert(id.to_owned(), Place::prediction(id).path().to_owned());
    }
    for paper in papers {
        let page = Place::part(&paper.name);
        let mut tell = |kind: &str, id: &str, name: &str| {
            homes.insert(id.to_owned(), format!("{}#{}", page.path(), anchor(kind, name)));
        };
        for map in report.results.maps.iter().filter(|map| paper.maps.iter().any(|plan| plan.id == map.id)) {
            tell("figure", &map.id, &map_figure(&map.id));
        }
        for figure in report.figures.iter().filter(|f| paper.figures.iter().any(|plan| plan.id == f.id)) {
            tell("figure", &figure.id, &figure.id);
        }
        for claim in report.results.claims.iter().filter(|claim| claim.part == paper.id) {
            tell("claim", &claim.id, &claim.id);
        }
    }
    homes
}

/// The figure that a report draws of a map.
pub(super) fn map_figure(map: &str) -> String {
    format!("atlas/{}", map.replace('/', "-"))
}
