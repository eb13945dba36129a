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

/// A publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Short key, as cited in tables: `karakida2019universal`.
    pub key: &'static str,
    /// Authors, as printed.
    pub authors: &'static str,
    /// Title.
    pub title: &'static str,
    /// Where it appeared.
    pub venue: &'static str,
    /// Year of publication.
    pub year: u16,
    /// arXiv number, empty where there is none.
    pub arxiv: &'static str,
}

impl AsRef<str> for Source {
    fn as_ref(&self) -> &str {
        self.key
    }
}
