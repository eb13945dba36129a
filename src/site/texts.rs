//! Pages that are texts of the repository: tutorials, the manual, notes that belong to no part.

use super::checkout::Checkout;
use super::error::SiteError;
use super::markdown::{Rendered, Setting, render};
use super::names::Names;
use super::page::Page;
use super::place::Place;

/// The kinds of readers, in the order in which they are welcomed.
pub(super) const READERS: [&str; 4] = ["reader", "theorist", "practitioner", "cluster"];

/// The tutorials, one for each kind of reader.
pub(super) fn tutorials(checkout: &Checkout, names: &Names<'_>) -> Result<Vec<Page>, SiteError> {
    let tutorial = |name: &&str| {
        let text = checkout.text(&format!("web/site/{name}.md"))?;
        Ok(page(Place::tutorial(name), "tutorial", &text, names))
    };
    let mut pages: Vec<Page> = READERS.iter().map(tutorial).collect::<Result<_, SiteError>>()?;
    let mut index = Page::new(Place::new("tutorials/index.html"), "page", "Tutorials");
    let items: String = pages
        .iter()
        .map(|page| {
            format!(
                "<li class=\"card-link\"><h2><a href=\"{}\">{}</a></h2>\n{}</li>\n",
                index.place.to(page.place.path()),
                page.heading,
                page.lead
            )
        })
        .collect();
    index.push(&format!("<ul class=\"cards\">\n{items}</ul>\n"));
    pages.insert(0, index);
    Ok(pages)
}

/// What the readmes say.
pub(super) fn manuals(checkout: &Checkout, names: &Names<'_>) -> Result<Vec<Page>, SiteError> {
    let page = |file: &str, place: &str| -> Result<Page, SiteError> {
        Ok(self::page(Place::new(place), "manual", &checkout.text(file)?, names))
    };
    Ok(vec![page("README.md", "manual.html")?, page("CONTRIBUTING.md", "contributing.html")?])
}

/// The notes that belong to no part.
pub(super) fn notes(checkout: &Checkout, names: &Names<'_>) -> Result<Vec<Page>, SiteError> {
    let note = |name: &String| {
        let text = checkout.text(&format!("theory/notes/{name}.md"))?;
        let place = Place::note(name);
        let resolve = |target: &str| names.of_rustdoc(&place, name, target);
        let rendered = render(&text, &Setting { shift: 1, prefix: "theory-", resolve: &resolve });
        let title = name.replace('_', " ");
        let mut title = title.chars();
        let title: String = title.next().iter().flat_map(|c| c.to_uppercase()).chain(title).collect();
        let mut page = Page::new(place.clone(), "notes", &title);
        fill(&mut page, rendered);
        Ok(page)
    };
    names.notes.iter().map(note).collect()
}

/// A text that begins with its title; its first paragraph opens the page.
fn page(place: Place, kind: &'static str, text: &str, names: &Names<'_>) -> Page {
    let resolve = |target: &str| names.of_text(&place, target);
    let rendered = render(text, &Setting { shift: 0, prefix: "", resolve: &resolve });
    let heading = rendered.title.clone().unwrap_or_default();
    let mut page = Page::new(place.clone(), kind, &plain(&heading));
    page.heading = heading;
    let Rendered { html, headings, title } = rendered;
    let (lead, body) = match html.split_once("</p>\n") {
        Some((lead, body)) if lead.starts_with("<p>") => (format!("{lead}</p>\n"), body.to_owned()),
        _ => (String::new(), html),
    };
    page.lead = names.book.linked(&place, &lead.replacen("<p>", "<p class=\"lead\">", 1));
    fill(&mut page, Rendered { html: names.book.linked(&place, &body), headings, title });
    page
}

fn fill(page: &mut Page, rendered: Rendered) {
    page.push(&format!("<div class=\"prose\">\n{}</div>\n", rendered.html));
    page.headings.extend(rendered.headings);
}

/// HTML without its tags.
pub(super) fn plain(html: &str) -> String {
    let mut plain = String::new();
    let mut in_tag = false;
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            c if !in_tag => plain.push(c),
            _ => {}
        }
    }
    for (entity, c) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
        plain = plain.replace(entity, c);
    }
    plain
}
