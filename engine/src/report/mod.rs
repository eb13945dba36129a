//! Reports: figures, tables, HTML and PDF. Draws what [`verify`](crate::verify) found and computes nothing.
//!
//! [`write()`] puts a whole report into a directory:
//!
//! | file | what |
//! |---|---|
//! | `index.html` | everything, in one file that needs nothing else |
//! | `figures/*.svg`, `figures/*.pdf` | each figure as vectors |
//! | `results.json` | [`Results`], lossless |
//! | `results.csv` | tidy: one row for each claim, case, component and rival |
//! | `report.pdf` | a typeset document (cargo feature `pdf`) |
//! | `run.json` | [`RunInfo`]: the only file that differs between two runs that found the same |

mod appendix;
mod html;
mod interval;
mod math;
pub(crate) mod number;
mod outline;
mod table;
#[cfg(feature = "pdf")]
mod typeset;
mod vector_pdf;

pub use appendix::{Appendix, AppendixError, Listing};
pub use html::Pieces;
pub use number::significant;
pub use table::{COLUMNS, Row, rows};

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
pub use solvable_figures::escape;
use solvable_figures::{canvas, font, markup, svg};

use crate::Source;
use crate::figure::Figure;
use crate::map::Map;
use crate::verify::{Results, Verdict};

/// A part (paper) of the report.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Id: what claims and figures name before the slash.
    pub id: String,
    /// Title.
    pub title: String,
    /// What the part is about: plain text, in which `$...$` is a formula and a blank line starts a paragraph.
    pub summary: String,
    /// What theory and simulations find beyond that, or against what was published: paragraphs like those of the summary.
    pub findings: Vec<String>,
    /// The publications it reproduces.
    pub sources: Vec<Source>,
}

/// How a run went: the only place where times live.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunInfo {
    /// The command line.
    pub command: String,
    /// When it started.
    pub started: String,
    /// Wall-clock time.
    pub seconds: f64,
    /// Trials simulated.
    pub trials_run: usize,
    /// Trials taken from the store.
    pub trials_reused: usize,
    /// Warnings and remarks.
    pub notes: Vec<String>,
}

/// Pieces of HTML that a program adds to the page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Additions {
    /// Pieces with the id of the part that they stand in, before its figures.
    pub pieces: Vec<(String, String)>,
    /// Style sheets, for the head.
    pub head: String,
    /// Scripts, behind everything.
    pub tail: String,
}

/// Everything a report shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The verdicts.
    pub results: Results,
    /// The parts, in order.
    pub parts: Vec<Part>,
    /// The figures, each in the part that its id names.
    pub figures: Vec<Figure>,
    /// Chapters behind the parts.
    pub appendices: Vec<Appendix>,
    /// Publications that claims may cite beside those of the parts.
    pub bibliography: Vec<Source>,
    /// What the page has beside all that.
    pub additions: Additions,
    /// The run.
    pub run: RunInfo,
}

/// A report that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file or directory.
    #[error("cannot write {}: {source}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A figure.
    #[error("cannot draw figure `{id}`: {reason}")]
    Figure {
        /// Its id.
        id: String,
        /// What the drawing library says.
        reason: String,
    },
    /// A table or document.
    #[error("cannot compose {file}: {reason}")]
    Compose {
        /// The file.
        file: &'static str,
        /// Why.
        reason: String,
    },
}

/// Writes all files of the report into `directory`, which is created if need be, and returns their paths.
///
/// Each file appears complete or not at all. All but `run.json` depend on the report's content alone, byte for byte.
pub fn write(report: &Report, directory: &Path) -> Result<Vec<PathBuf>, ReportError> {
    let mut files = Files::of(directory);
    let mut figures = BTreeMap::new();
    for figure in &report.figures {
        let drawing = draw(figure)?;
        let svg = svg::document(&drawing, &figure.title, &figure.caption, true);
        let name = figure_name(&figure.id);
        files.put(&format!("figures/{name}.svg"), svg.as_bytes())?;
        let pdf = vector_pdf::document(&drawing, &figure.title)
            .map_err(|error| ReportError::Figure { id: figure.id.clone(), reason: error.to_string() })?;
        files.put(&format!("figures/{name}.pdf"), &pdf)?;
        let inline = svg::document(&drawing, &figure.title, &figure.caption, false);
        figures.insert(figure.id.as_str(), inline);
    }
    files.put("results.json", &json("results.json", &report.results)?)?;
    let csv = table::csv(&report.results)
        .map_err(|error| ReportError::Compose { file: "results.csv", reason: error.to_string() })?;
    files.put("results.csv", &csv)?;
    files.put("index.html", html::page(report, &figures).as_bytes())?;
    #[cfg(feature = "pdf")]
    files.put(
        "report.pdf",
        &typeset::pdf(report, &figures)
            .map_err(|reason| ReportError::Compose { file: "report.pdf", reason })?,
    )?;
    files.put("run.json", &json("run.json", &report.run)?)?;
    Ok(files.written)
}

/// Writes `maps/<name>.svg`, `.pdf`, `.csv` and `.json` of a map into `directory`, and returns their paths.
///
/// # Errors
/// A file that cannot be written or composed.
pub fn write_map(map: &Map, directory: &Path) -> Result<Vec<PathBuf>, ReportError> {
    let mut files = Files::of(directory);
    let name = format!("maps/{}", figure_name(&map.id));
    let figure = map.figure();
    let drawing = draw(&figure)?;
    let svg = svg::document(&drawing, &figure.title, &figure.caption, true);
    files.put(&format!("{name}.svg"), svg.as_bytes())?;
    let pdf = vector_pdf::document(&drawing, &figure.title)
        .map_err(|error| ReportError::Figure { id: figure.id.clone(), reason: error.to_string() })?;
    files.put(&format!("{name}.pdf"), &pdf)?;
    let csv = map
        .csv()
        .map_err(|error| ReportError::Compose { file: "the table of a map", reason: error.to_string() })?;
    files.put(&format!("{name}.csv"), &csv)?;
    files.put(&format!("{name}.json"), &json("a map", map)?)?;
    Ok(files.written)
}

/// A figure as a stand-alone SVG document.
pub fn render_svg(figure: &Figure) -> Result<String, ReportError> {
    let drawing = draw(figure)?;
    Ok(svg::document(&drawing, &figure.title, &figure.caption, true))
}

/// A formula in LaTeX as MathML; as escaped source where it is not understood.
pub fn render_formula(latex: &str) -> String {
    math::mathml(latex, true)
}

/// Plain text as HTML, with the sub- and superscripts of labels: `λ_max`.
pub fn render_label(label: &str) -> String {
    math::label(label)
}

/// Running text as HTML: `$...$` is a formula, `` `...` `` code, `λ_max` has a subscript.
pub fn render_text(text: &str) -> String {
    math::html(text)
}

/// A formula within a line, as [`render_formula`].
pub fn render_inline_formula(latex: &str) -> String {
    math::mathml(latex, false)
}

/// The style sheet of the report without its layout: colours in light and dark, fonts, tables, claims, figures. Pages that show
/// [`Pieces`] need it.
pub fn style() -> String {
    html::style()
}

/// A verdict by colour and by word.
pub fn badge(verdict: Verdict) -> String {
    html::badge(verdict)
}

/// What a thing is called within a page: `claim` and `norm/mean` are `claim-norm-mean`.
pub fn anchor(kind: &str, id: &str) -> String {
    html::anchor(kind, id)
}

/// A publication as lists of sources show it, with a link where it has one.
pub fn reference(source: &Source) -> String {
    html::reference(source)
}

fn draw(figure: &Figure) -> Result<canvas::Drawing, ReportError> {
    solvable_figures::draw(figure)
        .map_err(|error| ReportError::Figure { id: figure.id.clone(), reason: error.to_string() })
}

/// `part/name` as a file name: `part-name`. Whatever a path could not hold becomes a dash too.
pub fn figure_name(id: &str) -> String {
    id.chars().map(|c| if c.is_alphanumeric() || matches!(c, '_' | '.') { c } else { '-' }).collect()
}

fn json(file: &'static str, value: &impl Serialize) -> Result<Vec<u8>, ReportError> {
    let mut text = serde_json::to_vec_pretty(value)
        .map_err(|error| ReportError::Compose { file, reason: error.to_string() })?;
    text.push(b'\n');
    Ok(text)
}

/// Files that are written into a directory, each complete or not at all.
#[derive(Debug)]
pub struct Files<'a> {
    directory: &'a Path,
    written: Vec<PathBuf>,
}

impl<'a> Files<'a> {
    /// None yet.
    pub fn of(directory: &'a Path) -> Self {
        Self { directory, written: Vec::new() }
    }

    /// Those written so far.
    pub fn written(&self) -> &[PathBuf] {
        &self.written
    }

    /// Writes beside the target and renames: a killed run leaves the old file or the new one, never a torn one. Folders in `name` are
    /// created.
    ///
    /// # Errors
    /// A file or folder that cannot be written.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), ReportError> {
        let path = self.directory.join(name);
        let fail = |path: &Path| {
            let path = path.to_path_buf();
            move |source| ReportError::Io { path, source }
        };
        let parent = path.parent().unwrap_or(self.directory);
        fs::create_dir_all(parent).map_err(fail(parent))?;
        let temporary =
            path.with_file_name(format!(".{}.{}.tmp", name.replace('/', "-"), std::process::id()));
        let stored = fs::File::create(&temporary)
            .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&temporary, &path));
        if let Err(error) = stored {
            // The error matters more than the leftover.
            let _ = fs::remove_file(&temporary);
            return Err(fail(&path)(error));
        }
        self.written.push(path);
        Ok(())
    }
}
