use std::collections::HashSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

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

impl fmt::Display for Source {
    /// As a list of sources shows it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { authors, title, venue, year, arxiv, .. } = self;
        write!(f, "{authors}, {title}, {venue} {year}")?;
        if arxiv.is_empty() { Ok(()) } else { write!(f, ", arXiv {arxiv}") }
    }
}

impl AsRef<str> for Source {
    /// The key.
    fn as_ref(&self) -> &str {
        self.key
    }
}

impl Source {
    /// A publication that is told at run time. The words are kept until the program ends, each text once however often it is told.
    ///
    /// ```
    /// use solvable_words::Source;
    /// let levy = Source::told("levy1939", "P. Lévy", "Sur certains processus", "Compositio Mathematica", 1939, "");
    /// assert_eq!((levy.key, levy.year), ("levy1939", 1939));
    /// ```
    pub fn told(key: &str, authors: &str, title: &str, venue: &str, year: u16, arxiv: &str) -> Self {
        let [key, authors, title, venue, arxiv] = [key, authors, title, venue, arxiv].map(kept);
        Self { key, authors, title, venue, year, arxiv }
    }
}

fn kept(text: &str) -> &'static str {
    static KEPT: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let mut all = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let all = all.get_or_insert_default();
    match all.get(text) {
        Some(known) => known,
        None => {
            let text: &'static str = Box::leak(text.to_owned().into_boxed_str());
            all.insert(text);
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_once() {
        let told = || Source::told(&"k".repeat(3), "A", "T", "V", 2000, "");
        assert_eq!(told(), told());
        assert!(std::ptr::eq(told().key, told().key));
    }
}
