//! What a run is about: the claims, figures and maps that were selected, and the trials they need.

use anyhow::{Context, Result, anyhow, bail};
use rayon::prelude::*;
use serde::Serialize;

use super::program;
use super::select::{by_id, nothing_matches, selected};
use crate::map::{Map, MapPlan};
use crate::report::{Additions, Appendix, Part};
use crate::verify::{Claim, Count, Engine, Knob, Profile, Request, Standing, TrialStore};
use crate::{FigurePlan, Findings, Paper, Source};

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
    /// What the report's page gets beside what every report has.
    pub additions: Additions,
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
            additions: Additions::default(),
            wanted: |_| None,
        }
    }
}

/// The papers, with claims and figures taken out and selected.
pub(super) struct Agenda {
    pub(super) parts: Vec<Part>,
    /// Of papers all of whose claims are selected, by id.
    findings: Vec<(String, Findings)>,
    pub(super) claims: Vec<Claim>,
    pub(super) figures: Vec<FigurePlan>,
    pub(super) maps: Vec<Chart>,
    /// Claims that are mapped and not judged.
    mapped: Vec<Claim>,
    pub(super) recorded: Vec<Map>,
    pub(super) appendices: Vec<Appendix>,
    pub(super) bibliography: Vec<Source>,
    pub(super) notes: Vec<String>,
    pub(super) additions: Additions,
}

/// A map to be drawn.
pub(super) struct Chart {
    pub(super) plan: MapPlan,
    knobs: &'static [Knob],
}

impl Agenda {
    pub(super) fn new(patterns: &[String], profile: Profile, offer: Offer) -> Result<Self> {
        let Offer { papers, appendices, bibliography, notes, recorded, additions, .. } = offer;
        if patterns.iter().any(String::is_empty) {
            let id = papers.first().map_or("part", |paper| paper.id.as_str());
            bail!("a pattern is empty; valid: a part of an id, such as `{id}` or `{id}/*`");
        }
        let patterns = &by_id(patterns, &papers)[..];
        if !papers.iter().flat_map(Paper::ids).any(|id| selected(patterns, id)) {
            bail!("{}", nothing_matches(patterns, papers.iter().flat_map(Paper::ids)));
        }
        let plain = papers.iter().flat_map(|paper| {
            let claims = paper.claims.iter().map(|claim| claim.id.as_str());
            claims.chain(paper.figures.iter().map(|figure| figure.id.as_str()))
        });
        if profile != Profile::Full && !plain.into_iter().any(|id| selected(patterns, id)) {
            bail!("only maps match, which belong to --profile full; `{} map ID` draws one", program());
        }
        let wanted = |id: &str, claim: &str| selected(patterns, id) || selected(patterns, claim);
        let mut agenda = Self {
            parts: Vec::new(),
            findings: Vec::new(),
            claims: Vec::new(),
            figures: Vec::new(),
            maps: Vec::new(),
            mapped: Vec::new(),
            recorded: recorded.into_iter().filter(|map| wanted(&map.id, &map.claim)).collect(),
            appendices,
            bibliography,
            notes,
            additions,
        };
        for Paper { id, title, summary, findings, sources, claims, figures, maps, knobs, .. } in papers {
            let (claims_before, figures_before) = (agenda.claims.len(), agenda.figures.len());
            let (judged, others): (Vec<_>, Vec<_>) =
                claims.into_iter().partition(|claim| selected(patterns, &claim.id));
            if others.is_empty() {
                agenda.findings.push((id.clone(), findings));
            } else {
                agenda.appendices.clear();
            }
            agenda.claims.extend(judged);
            if profile == Profile::Full {
                let maps = maps.into_iter().filter(|plan| wanted(&plan.id, &plan.claim));
                agenda.maps.extend(maps.map(|plan| Chart { plan, knobs }));
                agenda.mapped.extend(others);
            }
            agenda.figures.extend(figures.into_iter().filter(|f| selected(patterns, &f.id)));
            if (agenda.claims.len(), agenda.figures.len()) != (claims_before, figures_before) {
                agenda.parts.push(Part { id, title, summary, findings: Vec::new(), sources });
            }
        }
        Ok(agenda)
    }

    /// Adds to the parts what the theory finds, which a report alone is worth computing for.
    pub(super) fn tell_findings(&mut self) {
        for part in &mut self.parts {
            let of_part = self.findings.iter().filter(|(id, _)| *id == part.id);
            part.findings.extend(of_part.flat_map(|(_, findings)| findings()));
        }
    }

    fn claim_of(&self, plan: &MapPlan) -> Result<&Claim> {
        let mut claims = self.claims.iter().chain(&self.mapped);
        claims
            .find(|claim| claim.id == plan.claim)
            .ok_or_else(|| anyhow!("the map {} is of a claim that does not exist, {}", plan.id, plan.claim))
    }

    pub(super) fn map_requests(&self, chart: &Chart) -> Result<Vec<Request>> {
        let claim = self.claim_of(&chart.plan)?;
        chart.plan.requests(claim, chart.knobs).with_context(|| format!("map {}", chart.plan.id))
    }

    /// Whether the trials of the map are stored, all of them: claims may share some of its settings.
    pub(super) fn is_stored(&self, chart: &Chart, engine: &Engine) -> bool {
        let requests = self.map_requests(chart).unwrap_or_default();
        !requests.is_empty() && engine.has_all(&requests)
    }

    /// The maps whose trials are stored, and the recorded ones of those that are not.
    pub(super) fn charted(&self, engine: &Engine) -> Result<Vec<Map>> {
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

    /// Leaves out what a store does not hold: that of a selective run holds nothing on other claims, or only some of their cases.
    /// Returns the latter.
    pub(super) fn retain_stored(&mut self, engine: &Engine) -> Vec<String> {
        let profile = engine.options().profile;
        let is_stored = |request: &Request| {
            let count = engine.count(&[request.with_trials(engine.wanted(request))]);
            count.stored + count.failed > 0
        };
        let mut partial = Vec::new();
        let claims = std::mem::take(&mut self.claims).into_iter();
        let (claims, others): (Vec<_>, Vec<_>) = claims.partition(|claim| {
            let cases = claim.cases(profile).unwrap_or_default();
            let stored = cases.iter().filter(|case| case.requests.iter().all(is_stored)).count();
            if 0 < stored && stored < cases.len() {
                partial.push(format!("{} ({stored} of {} cases)", claim.id, cases.len()));
            }
            0 < stored && stored == cases.len()
        });
        self.claims = claims;
        // Maps of claims that are not judged may be there.
        self.mapped.extend(others);
        let maps = std::mem::take(&mut self.maps).into_iter();
        self.maps = maps.filter(|chart| self.is_stored(chart, engine)).collect();
        self.figures.retain(|plan| plan.requests(profile).unwrap_or_default().iter().all(is_stored));
        self.parts.retain(|part| self.claims.iter().any(|claim| claim.part() == part.id));
        self.recorded.retain(|map| self.claims.iter().any(|claim| claim.id == map.claim));
        partial
    }

    /// The ids of claims, figures and maps.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        let claims = self.claims.iter().map(|claim| claim.id.as_str());
        let maps = self.maps.iter().map(|chart| chart.plan.id.as_str());
        claims.chain(self.figures.iter().map(|plan| plan.id.as_str())).chain(maps)
    }

    /// The trials that figures and maps look at.
    pub(super) fn beside(&self, profile: Profile) -> Result<Vec<Request>> {
        let mut beside = Vec::new();
        for plan in &self.figures {
            beside.extend(plan.requests(profile).map_err(|error| anyhow!("{error}"))?);
        }
        for chart in &self.maps {
            beside.extend(self.map_requests(chart)?);
        }
        Ok(beside)
    }

    /// How far everything on the agenda that is `asked` for is, by the stored trials.
    ///
    /// # Errors
    /// A figure or map whose trials cannot be told.
    pub(super) fn census(&self, engine: &Engine, asked: impl Fn(&str) -> bool + Sync) -> Result<Vec<Entry>> {
        let profile = engine.options().profile;
        let claims = self.claims.par_iter().filter(|claim| asked(&claim.id));
        let mut entries: Vec<Entry> = claims.filter_map(|claim| of_claim(claim, engine)).collect();
        let beside = |id: &str, kind, requests: Vec<Request>| {
            let requests: Vec<Request> =
                requests.iter().map(|request| request.with_trials(engine.wanted(request))).collect();
            let count = engine.count(&requests);
            Entry { id: id.to_owned(), kind, look: 0, count, requests, complete: count.missing == 0 }
        };
        for plan in self.figures.iter().filter(|plan| asked(&plan.id)) {
            let requests = plan.requests(profile).map_err(|error| anyhow!("{error}"))?;
            entries.push(beside(&plan.id, Kind::Figure, requests));
        }
        for chart in self.maps.iter().filter(|chart| asked(&chart.plan.id)) {
            entries.push(beside(&chart.plan.id, Kind::Map, self.map_requests(chart)?));
        }
        Ok(entries)
    }
}

/// What has trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Claim,
    Figure,
    Map,
}

/// How far a claim, figure or map is.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) kind: Kind,
    /// The farthest look that is due for any of its cases, from 0.
    pub(super) look: usize,
    #[serde(flatten)]
    pub(super) count: Count,
    pub(super) complete: bool,
    /// The trials that are due or were last looked at.
    #[serde(skip)]
    pub(super) requests: Vec<Request>,
}

impl Entry {
    /// The id, with what it is of where that is no claim: figures may have the names of claims.
    pub(super) fn name(&self) -> String {
        match self.kind {
            Kind::Claim => self.id.clone(),
            Kind::Figure => format!("figure {}", self.id),
            Kind::Map => format!("map {}", self.id),
        }
    }
}

/// Nothing for a claim that says nothing in this profile, or cannot be judged at all.
fn of_claim(claim: &Claim, engine: &Engine) -> Option<Entry> {
    let cases = claim.cases(engine.options().profile).unwrap_or_default();
    if cases.is_empty() {
        return None;
    }
    let standings: Vec<Standing> = cases.par_iter().map(|case| engine.standing(case)).collect();
    let requests: Vec<Request> = standings.iter().flat_map(|standing| standing.requests.clone()).collect();
    let open = || standings.iter().filter(|standing| !standing.complete);
    Some(Entry {
        id: claim.id.clone(),
        kind: Kind::Claim,
        look: open().map(|standing| standing.look).max().unwrap_or(0),
        count: engine.count(&requests),
        complete: open().next().is_none(),
        requests,
    })
}
