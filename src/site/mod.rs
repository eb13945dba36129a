//! The site: what the repository holds, as static pages that need no server.
//!
//! [`write()`] puts it into a directory. Links are relative, nothing comes from elsewhere, and equal inputs make equal bytes.
//!
//! | page | what |
//! |---|---|
//! | `index.html` | what it is, in a minute |
//! | `tutorials/*.html` | for readers of the papers, theorists, practitioners, users of clusters |
//! | `parts/*.html` | each part: findings, figures, claims with verdicts, the derivation |
//! | `catalog/*.html` | each prediction: formula, domain, a form that evaluates it |
//! | `judging.html` | how claims are judged |
//! | `coverage.html`, `findings.html` | the papers' statements and what holds them; what goes beyond |
//! | `manual.html`, `contributing.html`, `notes/*.html` | texts of the repository |
//! | `report/` | the whole report |
//! | `api/` | the documentation of the crates |
//! | `assets/`, `figures/` | sheets, scripts, the theory as WebAssembly, the index of the search; figures as SVG |

mod api;
mod assets;
mod book;
mod catalog;
mod checkout;
mod covered;
mod embed;
mod error;
mod findings;
mod judging;
mod markdown;
mod names;
mod page;
mod parts;
mod place;
mod search;
mod start;
mod texts;

use std::path::{Path, PathBuf};

use solvable_engine::Paper;
use solvable_engine::report::{self, Files, Pieces, Report, figure_name, render_svg};

pub use checkout::Checkout;
pub use error::SiteError;

use book::Book;
use names::Names;
use page::{Door, Page};

/// Whether the documentation of the crates is part of the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// It is built by cargo and copied.
    Built,
    /// It is left out, and nothing leads to it.
    Left,
}

/// Writes the site of a checkout with the verdicts and figures of `report` on `papers` into `directory`, and returns the files.
///
/// Each file appears complete or not at all; what else lies in the directory stays.
///
/// # Errors
/// Files that cannot be read, used or written; cargo that fails.
pub fn write(
    checkout: &Checkout,
    papers: &[Paper],
    report: &Report,
    api: Api,
    directory: &Path,
) -> Result<Vec<PathBuf>, SiteError> {
    let documentation = (api == Api::Built).then(|| api::built(checkout)).transpose()?;
    let mut files = Files::of(directory);
    let pages = pages(checkout, papers, report, documentation.as_deref(), &mut files)?;
    let doors = doors(api);
    for page in &pages {
        files.put(page.place.path(), page.html(&doors).as_bytes())?;
    }
    for figure in &report.figures {
        files.put(&format!("figures/{}.svg", figure_name(&figure.id)), render_svg(figure)?.as_bytes())?;
    }
    assets::write(checkout, &mut files)?;
    report::write(report, &directory.join("report"))?;
    if let Some(folder) = &documentation {
        api::copy(folder, &mut files)?;
    }
    Ok(files.written().to_vec())
}

/// Composes the pages, and writes the index of the search.
fn pages(
    checkout: &Checkout,
    papers: &[Paper],
    report: &Report,
    documentation: Option<&Path>,
    files: &mut Files<'_>,
) -> Result<Vec<Page>, SiteError> {
    let book = Book::new(checkout, report, papers, documentation.is_some())?;
    let notes = notes(checkout, papers)?;
    let names = Names { book: &book, api: documentation.map(Path::to_owned), notes: &notes };
    let mut pages = vec![start::page(&book)];
    pages.extend(texts::tutorials(checkout, &names)?);
    pages.extend(parts::pages(checkout, &book, &Pieces::of(report), &names)?);
    pages.extend(catalog::pages(&book));
    pages.push(judging::page(checkout, &names)?);
    pages.extend(report.appendices.iter().map(|coverage| covered::page(&book, coverage)));
    pages.push(findings::page(&book));
    pages.extend(texts::manuals(checkout, &names)?);
    pages.extend(texts::notes(checkout, &names)?);
    files.put("assets/search-index.js", search::index(&book, &pages).as_bytes())?;
    Ok(pages)
}

/// The notes that belong to no part; the table of coverage has a page of its own.
fn notes(checkout: &Checkout, papers: &[Paper]) -> Result<Vec<String>, SiteError> {
    let notes = checkout.listed("theory/notes", ".md")?;
    let names = notes.iter().filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()));
    Ok(names.filter(|name| name != "coverage" && !papers.iter().any(|paper| paper.name == *name)).collect())
}

fn doors(api: Api) -> Vec<Door> {
    let door = |title, path, folder| Door { title, path, folder };
    let mut doors = vec![
        door("Tutorials", "tutorials/index.html", Some("tutorials/")),
        door("Parts", "parts/index.html", Some("parts/")),
        door("Catalogue", "catalog/index.html", Some("catalog/")),
        door("Judging", "judging.html", None),
        door("Coverage", "coverage.html", None),
        door("Findings", "findings.html", None),
        door("Report", "report/index.html", None),
        door("Manual", "manual.html", None),
    ];
    if api == Api::Built {
        doors.push(door("API", "api/solvable/index.html", None));
    }
    doors
}
