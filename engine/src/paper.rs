use solvable_words::Source;

use crate::FigurePlan;
use crate::verify::Claim;

/// A body of theory, its claims and its figures.
pub struct Paper {
    /// The part of the ids before the slash.
    pub id: &'static str,
    /// The same in full, for patterns on the command line.
    pub name: &'static str,
    /// Title.
    pub title: &'static str,
    /// What the theory says, in a few sentences: plain text, in which `$...$` is a formula and a blank line starts a paragraph.
    pub summary: String,
    /// The publications.
    pub sources: Vec<Source>,
    /// What is claimed.
    pub claims: Vec<Claim>,
    /// What is drawn.
    pub figures: Vec<FigurePlan>,
}

impl Paper {
    /// The ids of its claims, then of its figures.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.claims.iter().map(|claim| claim.id.as_str()).chain(self.figures.iter().map(|figure| figure.id))
    }
}
