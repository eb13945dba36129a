//! Where pages lie, and how one leads to another.

/// A page of the site: its path from the root, with slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place(String);

impl Place {
    pub(super) fn new(path: impl Into<String>) -> Self {
        Self(path.into())
    }

    /// The page of a part, by its full name.
    pub(super) fn part(name: &str) -> Self {
        Self(format!("parts/{name}.html"))
    }

    /// The page of a prediction.
    pub(super) fn prediction(id: &str) -> Self {
        Self(format!("catalog/{id}.html"))
    }

    /// The page of notes that are no part's.
    pub(super) fn note(name: &str) -> Self {
        Self(format!("notes/{name}.html"))
    }

    /// The page of a kind of reader.
    pub(super) fn tutorial(name: &str) -> Self {
        Self(format!("tutorials/{name}.html"))
    }

    pub(super) fn path(&self) -> &str {
        &self.0
    }

    /// The way to the root of the site.
    pub(super) fn root(&self) -> String {
        "../".repeat(self.0.matches('/').count())
    }

    /// The relative address of a file or page, an anchor behind it or not.
    pub(super) fn to(&self, path: &str) -> String {
        match path.strip_prefix(self.path()) {
            Some(anchor) if anchor.starts_with('#') => anchor.to_owned(),
            _ => format!("{}{path}", self.root()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_from_any_depth() {
        let page = Place::prediction("mf/kappa");
        assert_eq!(page.path(), "catalog/mf/kappa.html");
        assert_eq!(page.to("index.html"), "../../index.html");
        assert_eq!(page.to("catalog/mf/kappa.html#try"), "#try");
        assert_eq!(Place::new("index.html").to("parts/a.html#b"), "parts/a.html#b");
    }
}
