//! The places of explorable figures.

use solvable_engine::report::Report;

/// A place for explorable figures.
#[derive(Debug, Clone, Copy)]
pub(super) enum Embed<'a> {
    /// The one that opens the site.
    Headline,
    /// Those of a part, by its id.
    Part(&'a str),
}

/// What fills a place.
pub(super) struct Filled {
    /// The figures, as HTML.
    pub(super) html: String,
    /// The scripts that they need, from the root of the site.
    pub(super) scripts: Vec<&'static str>,
}

impl Embed<'_> {
    /// What fills this place; nothing where there is no explorable figure.
    pub(super) fn filled(self, report: &Report) -> Option<Filled> {
        let pieces = report.additions.pieces.iter();
        let html: String = match self {
            Self::Headline => pieces.map(|(_, html)| html.as_str()).take(1).collect(),
            Self::Part(part) => pieces.filter(|(of, _)| of == part).map(|(_, html)| html.as_str()).collect(),
        };
        let scripts = vec!["assets/solvable.js", "assets/theory.js", "assets/explore.js"];
        (!html.is_empty()).then_some(Filled { html, scripts })
    }
}
