use solvable_words::Source;

use crate::FigurePlan;
use crate::map::MapPlan;
use crate::verify::{Claim, Knob};

/// Paragraphs that are computed when they are called for.
pub type Findings = fn() -> Vec<String>;

/// A body of theory, its claims and its figures.
pub struct Paper {
    /// The part of the ids before the slash.
    pub id: String,
    /// The same in full, for patterns on the command line.
    pub name: String,
    /// Title.
    pub title: String,
    /// What the theory says, in a few sentences: plain text, in which `$...$` is a formula and a blank line starts a paragraph.
    pub summary: String,
    /// What the theory finds, a paragraph each, in its own numbers; computed for reports on all of its claims.
    pub findings: Findings,
    /// The publications.
    pub sources: Vec<Source>,
    /// What is claimed.
    pub claims: Vec<Claim>,
    /// What is drawn.
    pub figures: Vec<FigurePlan>,
    /// Where the claims hold: maps that belong to the full profile.
    pub maps: Vec<MapPlan>,
    /// Names that say several fields of a setting at once.
    pub knobs: &'static [Knob],
}

impl Paper {
    /// The ids of its claims, then of its figures and of its maps.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        let claims = self.claims.iter().map(|claim| claim.id.as_str());
        let maps = self.maps.iter().map(|map| map.id.as_str());
        claims.chain(self.figures.iter().map(|figure| figure.id.as_str())).chain(maps)
    }
}
