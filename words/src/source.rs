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
    /// The key.
    fn as_ref(&self) -> &str {
        self.key
    }
}
