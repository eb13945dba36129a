//! Every statement of the papers that is known here, and what holds it.

use solvable_engine::report::{Appendix, Listing, render_text};

use super::book::Book;
use super::markdown::slug;
use super::page::Page;
use super::place::Place;

/// The page, where the report has the chapter.
pub(super) fn page(book: &Book<'_>, coverage: &Appendix) -> Page {
    let mut page = Page::new(Place::new("coverage.html"), "page", &coverage.title);
    page.lead = paragraphs(book, &page.place, &coverage.paragraphs, "lead");
    for table in &coverage.tables {
        page.section(&slug(&table.title), &render_text(&table.title));
        let words = paragraphs(book, &page.place, &table.paragraphs, "words");
        page.push(&words);
        let html = listing(book, &page.place, table);
        page.push(&html);
    }
    page
}

fn paragraphs(book: &Book<'_>, place: &Place, paragraphs: &[String], class: &str) -> String {
    let paragraph =
        |text: &String| format!("<p class=\"{class}\">{}</p>\n", book.linked(place, &render_text(text)));
    paragraphs.iter().map(paragraph).collect()
}

fn listing(book: &Book<'_>, place: &Place, table: &Listing) -> String {
    let head: String =
        table.header.iter().map(|head| format!("<th scope=\"col\">{}</th>", render_text(head))).collect();
    let row = |row: &Vec<String>| {
        let open = row.last().is_some_and(|held| held.contains("not reproduced"));
        let cells: String =
            row.iter().map(|cell| format!("<td>{}</td>", book.linked(place, &render_text(cell)))).collect();
        format!("<tr{}>{cells}</tr>\n", if open { " class=\"open\"" } else { "" })
    };
    format!(
        "<div class=\"scroll\"><table class=\"listing statements\">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{}</tbody>\n</table></div>\n",
        table.rows.iter().map(row).collect::<String>()
    )
}
