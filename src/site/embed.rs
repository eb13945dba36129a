//! The places of explorable figures.

use super::place::Place;

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
    /// What fills this place on a page; nothing where there is no explorable figure.
    pub(super) fn filled(self, _place: &Place) -> Option<Filled> {
        match self {
            Self::Headline => None,
            Self::Part(_part) => None,
        }
    }
}
