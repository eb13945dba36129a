//! What the search finds: pages, headings, predictions, claims, figures.

use serde_json::{Value as Json, json};

use super::book::Book;
use super::page::Page;
use super::texts::plain;

/// The index as a script: `[title, address, kind, further words]` for each thing.
pub(super) fn index(book: &Book<'_>, pages: &[Page]) -> String {
    let mut things: Vec<Json> = Vec::new();
    let mut tell = |title: &str, address: &str, kind: &str, words: &str| {
        things.push(json!([title, address, kind, words]));
    };
    for page in pages {
        let id = match page.kind {
            "prediction" => page.place.path().trim_start_matches("catalog/").trim_end_matches(".html"),
            _ => "",
        };
        tell(&page.title, page.place.path(), page.kind, id);
        if page.kind == "prediction" {
            continue;
        }
        for heading in &page.headings {
            let address = format!("{}#{}", page.place.path(), heading.anchor);
            tell(&plain(&heading.text), &address, "section", &page.title);
        }
    }
    for claim in &book.report.results.claims {
        if let Some(home) = book.home(&claim.id) {
            tell(&claim.title.replace('$', ""), home, "claim", &claim.id);
        }
    }
    for figure in &book.report.figures {
        if let Some(home) = book.home(&figure.id) {
            tell(&figure.title.replace('$', ""), home, "figure", &figure.id);
        }
    }
    format!("globalThis.solvableIndex = {};\n", Json::Array(things))
}
