//! Tables beside the verdicts: what a program says of its sources as a whole.

use thiserror::Error;

/// A chapter behind the parts: words and tables, whose cells may name claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appendix {
    /// Id, unique in the report.
    pub id: String,
    /// Title.
    pub title: String,
    /// What it says: paragraphs, in which `$...$` is a formula and `` `...` `` an id or code.
    pub paragraphs: Vec<String>,
    /// Its tables.
    pub tables: Vec<Listing>,
}

/// A table of text; a code in a cell that is the id of a judged claim becomes a link with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Title.
    pub title: String,
    /// What stands between title and table.
    pub paragraphs: Vec<String>,
    /// The heads of its columns.
    pub header: Vec<String>,
    /// The rows, as wide as the header.
    pub rows: Vec<Vec<String>>,
}

/// A text that is no appendix.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AppendixError {
    /// No title before the first words.
    #[error("line {line}: an appendix begins with its title, `# ...`")]
    Untitled {
        /// Counted from one.
        line: usize,
    },
    /// A table outside every section.
    #[error("line {line}: a table stands under a heading `## ...`, one under each")]
    Homeless {
        /// Counted from one.
        line: usize,
    },
    /// A row of another width than the header, or with nothing in a cell.
    #[error("line {line}: the row has {found} filled cells; valid: {expected}, as in the header")]
    Row {
        /// Counted from one.
        line: usize,
        /// Cells that hold something.
        found: usize,
        /// Cells of the header.
        expected: usize,
    },
}

impl Appendix {
    /// Reads a chapter written in Markdown: `# title`, paragraphs, and for each table `## title`, paragraphs, the table.
    ///
    /// # Errors
    /// What does not have this shape, by its line; a cell without words.
    pub fn from_markdown(id: &str, text: &str) -> Result<Self, AppendixError> {
        let mut appendix: Option<Self> = None;
        let mut open = false;
        for (index, line) in text.lines().enumerate() {
            let (line, content) = (index + 1, line.trim());
            if let Some(title) = content.strip_prefix("# ") {
                appendix = Some(Self {
                    id: id.to_owned(),
                    title: title.to_owned(),
                    paragraphs: Vec::new(),
                    tables: Vec::new(),
                });
                continue;
            }
            if content.is_empty() {
                open = false;
                continue;
            }
            let appendix = appendix.as_mut().ok_or(AppendixError::Untitled { line })?;
            if let Some(title) = content.strip_prefix("## ") {
                appendix.tables.push(Listing {
                    title: title.to_owned(),
                    paragraphs: Vec::new(),
                    header: Vec::new(),
                    rows: Vec::new(),
                });
            } else if content.starts_with('|') {
                let table = appendix.tables.last_mut().ok_or(AppendixError::Homeless { line })?;
                table.read(content, line)?;
            } else {
                let paragraphs = match appendix.tables.last_mut() {
                    Some(table) => &mut table.paragraphs,
                    None => &mut appendix.paragraphs,
                };
                match paragraphs.last_mut() {
                    Some(paragraph) if open => {
                        paragraph.push(' ');
                        paragraph.push_str(content);
                    }
                    _ => paragraphs.push(content.to_owned()),
                }
                open = true;
            }
        }
        appendix.ok_or(AppendixError::Untitled { line: 1 })
    }

    /// Every code in its cells: the ids that it names, and others.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        let cells = self.tables.iter().flat_map(|table| table.rows.iter().flatten());
        cells.flat_map(|cell| cell.split('`').skip(1).step_by(2))
    }
}

impl Listing {
    fn read(&mut self, content: &str, line: usize) -> Result<(), AppendixError> {
        let inner = content.strip_prefix('|').unwrap_or(content);
        let inner = inner.strip_suffix('|').unwrap_or(inner);
        let cells: Vec<String> = inner.split(" | ").map(|cell| cell.trim().to_owned()).collect();
        let is_rule = inner.chars().all(|c| matches!(c, '-' | ':' | '|' | ' '));
        if is_rule {
            return Ok(());
        }
        if self.header.is_empty() {
            self.header = cells;
            return Ok(());
        }
        let found = cells.iter().filter(|cell| !cell.is_empty()).count();
        if found != self.header.len() || cells.len() != self.header.len() {
            return Err(AppendixError::Row { line, found, expected: self.header.len() });
        }
        self.rows.push(cells);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Coverage\n\nOne\nparagraph.\n\nAnother.\n\n## A paper\n\nIts words.\n\n\
                        | What | Where |\n|---|---|\n| $a|b$ holds | `mf/a`, `mf/b` |\n";

    #[test]
    fn chapters_are_read() {
        let appendix = Appendix::from_markdown("coverage", TEXT).unwrap();
        assert_eq!(appendix.title, "Coverage");
        assert_eq!(appendix.paragraphs, ["One paragraph.", "Another."]);
        let table = &appendix.tables[0];
        assert_eq!((&table.title[..], &table.paragraphs[..]), ("A paper", &["Its words.".to_owned()][..]));
        assert_eq!(table.rows, [["$a|b$ holds", "`mf/a`, `mf/b`"]]);
        assert_eq!(appendix.codes().collect::<Vec<_>>(), ["mf/a", "mf/b"]);
    }

    #[test]
    fn what_has_another_shape_is_refused_by_its_line() {
        let error = |text| Appendix::from_markdown("a", text).unwrap_err();
        assert_eq!(error(""), AppendixError::Untitled { line: 1 });
        assert_eq!(error("\nwords"), AppendixError::Untitled { line: 2 });
        assert_eq!(error("# a\n| b | c |"), AppendixError::Homeless { line: 2 });
        let short = error("# a\n## b\n| c | d |\n|---|---|\n| e |  |");
        assert_eq!(short, AppendixError::Row { line: 5, found: 1, expected: 2 });
    }
}
