//! What texts of the repository name, and where it stands on the site.

use std::path::{Path, PathBuf};

use solvable_engine::report::figure_name;

use super::book::Book;
use super::place::Place;

/// Leads from names to pages.
pub(super) struct Names<'a> {
    pub(super) book: &'a Book<'a>,
    /// The documentation of the crates, where it is part of the site.
    pub(super) api: Option<PathBuf>,
    /// The notes that belong to no part.
    pub(super) notes: &'a [String],
}

/// What files of the repository are on the site.
const FILES: [(&str, &str); 5] = [
    ("README.md", "manual.html"),
    ("CONTRIBUTING.md", "contributing.html"),
    ("theory/notes/coverage.md", "coverage.html"),
    ("reports/sample/index.html", "parts/index.html"),
    ("index.html", "index.html"),
];

impl Names<'_> {
    /// A name in the notes of a module of `solvable-theory`: notes, or an item of its documentation.
    pub(super) fn of_rustdoc(&self, place: &Place, module: &str, name: &str) -> Option<String> {
        let path = name.trim_start_matches("crate::");
        if let Some(chapter) = self.book.chapters.iter().find(|chapter| chapter.name == path) {
            return Some(place.to(Place::part(&chapter.name).path()));
        }
        if self.notes.iter().any(|note| note == path) {
            return Some(place.to(Place::note(path).path()));
        }
        let folder = "api/solvable_theory";
        let found = ["mod", "fn", "struct", "enum"].iter().find_map(|kind| {
            let file = match (*kind, name.starts_with("crate::")) {
                ("mod", true) => format!("{path}/index.html"),
                ("mod", false) => format!("{module}/{path}/index.html"),
                (kind, _) => format!("{module}/{kind}.{path}.html"),
            };
            self.documented(Path::new(&file)).then(|| format!("{folder}/{file}"))
        });
        found.map(|file| place.to(&file))
    }

    /// A link of a text for readers: a page of the site, an id, or a file of the repository that the site has.
    pub(super) fn of_text(&self, place: &Place, name: &str) -> Option<String> {
        let (path, anchor) =
            name.split_once('#').map_or((name, String::new()), |(p, a)| (p, format!("#{a}")));
        if let Some(id) = path.strip_prefix("id:") {
            return self.book.home(id).map(|home| place.to(home));
        }
        if let Some((_, page)) = FILES.iter().find(|(file, _)| *file == path) {
            return Some(place.to(&format!("{page}{anchor}")));
        }
        if let Some(figure) = path.strip_prefix("reports/sample/figures/") {
            let drawn = |id: &str| format!("{}.svg", figure_name(id)) == figure;
            let is_there = self.book.report.figures.iter().any(|other| drawn(&other.id));
            return is_there.then(|| place.to(&format!("figures/{figure}")));
        }
        if path.starts_with("api/") {
            return self.book.api.then(|| place.to(path));
        }
        let own =
            ["tutorials/", "catalog/", "parts/", "notes/"].iter().any(|folder| path.starts_with(folder));
        let top = ["judging.html", "coverage.html", "findings.html", "manual.html", "contributing.html"];
        (own || top.contains(&path)).then(|| place.to(&format!("{path}{anchor}")))
    }

    fn documented(&self, file: &Path) -> bool {
        self.api.as_ref().is_some_and(|api| api.join("solvable_theory").join(file).exists())
    }
}
