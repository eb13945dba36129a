//! What theory and simulations say beyond the papers, and where against them.

use solvable_engine::report::{escape, render_text};

use super::book::Book;
use super::page::Page;
use super::place::Place;

/// The page of all findings.
pub(super) fn page(book: &Book<'_>) -> Page {
    let mut page = Page::new(Place::new("findings.html"), "page", "Findings");
    page.lead = "<p class=\"lead\">What theory and simulations say beyond the published statements, and where against them. The numbers are \
                 computed with the site.</p>\n"
        .to_owned();
    for chapter in book.chapters.iter().filter(|chapter| !chapter.about.findings.is_empty()) {
        page.section(&format!("part-{}", escape(&chapter.id)), &render_text(&chapter.about.title));
        let part = page.place.to(Place::part(&chapter.name).path());
        page.push(&format!(
            "<p class=\"meta\"><a href=\"{part}\">The part with its claims</a></p>\n<ul class=\"found\">\n"
        ));
        for finding in &chapter.about.findings {
            let html = format!("<li>{}</li>\n", book.linked(&page.place, &render_text(finding)));
            page.push(&html);
        }
        page.push("</ul>\n");
    }
    page
}
