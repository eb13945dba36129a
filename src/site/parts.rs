//! A page for each part: what it says, its figures, its claims with their verdicts, the derivation.

use solvable_engine::report::{Part, Pieces, ReportError, escape, figure_name, reference, render_text};
use solvable_engine::verify::Verdict;

use super::book::{Book, Chapter, map_figure};
use super::checkout::Checkout;
use super::embed::Embed;
use super::error::SiteError;
use super::markdown::{Setting, render};
use super::names::Names;
use super::page::Page;
use super::place::Place;

/// The pages of all parts, and one that lists them.
pub(super) fn pages(
    checkout: &Checkout,
    book: &Book<'_>,
    pieces: &Pieces<'_>,
    names: &Names<'_>,
) -> Result<Vec<Page>, SiteError> {
    let parts = book.chapters.iter().map(|chapter| page(checkout, book, pieces, names, chapter));
    std::iter::once(Ok(index(book))).chain(parts).collect()
}

fn index(book: &Book<'_>) -> Page {
    let mut page = Page::new(Place::new("parts/index.html"), "page", "The parts");
    page.lead =
        "<p class=\"lead\">Bodies of theory, each with the claims that its simulations could refute.</p>\n"
            .to_owned();
    page.push(&cards(book, &page.place, "h2"));
    page
}

/// The parts as cards, with headings of this kind.
pub(super) fn cards(book: &Book<'_>, place: &Place, heading: &str) -> String {
    let card = |chapter: &Chapter| {
        let about = &chapter.about;
        let first = about.summary.split("\n\n").next().unwrap_or_default();
        format!(
            "<li class=\"card-link\"><{heading}><a href=\"{}\">{}</a></{heading}>\n<p>{}</p>\n<p class=\"meta\">{} {}</p></li>\n",
            place.to(Place::part(&chapter.name).path()),
            render_text(&about.title),
            render_text(first),
            tally(book, chapter),
            escape(
                &about
                    .sources
                    .first()
                    .map_or_else(String::new, |source| format!("{} {}", source.venue, source.year))
            )
        )
    };
    format!("<ul class=\"cards\">\n{}</ul>\n", book.chapters.iter().map(card).collect::<String>())
}

fn tally(book: &Book<'_>, chapter: &Chapter) -> String {
    let claims = book.claims_of(&chapter.id).count();
    if claims == 0 {
        return "<span class=\"tally\">not judged</span>".to_owned();
    }
    let confirmed = book.claims_of(&chapter.id).filter(|claim| claim.verdict == Verdict::Confirmed).count();
    let class = if confirmed == claims { "all" } else { "some" };
    format!("<span class=\"tally {class}\">{confirmed} of {claims} claims confirmed</span>")
}

fn page(
    checkout: &Checkout,
    book: &Book<'_>,
    pieces: &Pieces<'_>,
    names: &Names<'_>,
    chapter: &Chapter,
) -> Result<Page, SiteError> {
    let about = &chapter.about;
    let mut page = Page::new(Place::part(&chapter.name), "part", &about.title.replace('$', ""));
    page.heading = render_text(&about.title);
    page.lead = opening(book, &page.place, chapter);
    if let Some(filled) = Embed::Part(&chapter.id).filled(book.report) {
        page.section("explore", "Explore");
        page.push(&filled.html);
        page.scripts.extend(filled.scripts);
    }
    findings(&mut page, book, about);
    figures(&mut page, book, chapter)?;
    claims(&mut page, pieces, chapter);
    theory(&mut page, checkout, names, chapter)?;
    predictions(&mut page, book, chapter);
    sources(&mut page, about);
    Ok(page)
}

fn opening(book: &Book<'_>, place: &Place, chapter: &Chapter) -> String {
    let paragraphs: String = chapter
        .about
        .summary
        .split("\n\n")
        .filter(|text| !text.trim().is_empty())
        .map(|text| format!("<p class=\"lead\">{}</p>\n", book.linked(place, &render_text(text.trim()))))
        .collect();
    format!(
        "<p class=\"meta\"><code>{}</code> {}</p>\n{paragraphs}",
        escape(&chapter.id),
        tally(book, chapter)
    )
}

fn findings(page: &mut Page, book: &Book<'_>, about: &Part) {
    if about.findings.is_empty() {
        return;
    }
    page.section("findings", "Findings");
    page.push("<p>What theory and simulations say beyond the published statements, and where against them.</p>\n<ul class=\"found\">\n");
    for finding in &about.findings {
        let html = format!("<li>{}</li>\n", book.linked(&page.place, &render_text(finding)));
        page.push(&html);
    }
    page.push("</ul>\n");
}

fn figures(page: &mut Page, book: &Book<'_>, chapter: &Chapter) -> Result<(), ReportError> {
    let drawn = |id: &str| book.report.figures.iter().find(|figure| figure.id == id);
    let figures: Vec<_> = chapter.figures.iter().filter_map(|id| drawn(id)).collect();
    let prefix = format!("{}/", chapter.id);
    let of_part = book.report.results.maps.iter().filter(|map| map.id.starts_with(&prefix));
    let maps: Vec<_> = of_part.filter_map(|map| drawn(&map_figure(&map.id))).collect();
    for (anchor, title, words, figures) in [
        ("figures", "Figures", "Lines: theory. Markers: simulations with their intervals.", figures),
        (
            "where",
            "Where it holds",
            "Claims over one or two fields of their settings: the discrepancy with its sign, and the finite-size law along the first field.",
            maps,
        ),
    ] {
        if figures.is_empty() {
            continue;
        }
        page.section(anchor, title);
        page.push(&format!("<p>{words}</p>\n"));
        for figure in figures {
            let file = page.place.to(&format!("figures/{}.svg", figure_name(&figure.id)));
            page.push(&Pieces::figure(figure, &file)?);
        }
    }
    Ok(())
}

fn claims(page: &mut Page, pieces: &Pieces<'_>, chapter: &Chapter) {
    let overview = pieces.overview(&chapter.id);
    if overview.is_empty() {
        return;
    }
    page.section("claims", "Claims");
    let judging = page.place.to("judging.html");
    page.push(&format!(
        "<p>Band: the margin, declared beforehand. Line: the 99 % interval of the discrepancy. Dot: its estimate; an arrow points beyond \
         the picture. <a href=\"{judging}\">How claims are judged</a>.</p>\n{overview}{}",
        pieces.claims(&chapter.id)
    ));
}

fn theory(
    page: &mut Page,
    checkout: &Checkout,
    names: &Names<'_>,
    chapter: &Chapter,
) -> Result<(), SiteError> {
    let text = checkout.text(&format!("theory/notes/{}.md", chapter.name))?;
    let resolve = |name: &str| names.of_rustdoc(&page.place, &chapter.name, name);
    let rendered = render(&text, &Setting { shift: 2, prefix: "theory-", resolve: &resolve });
    page.section("theory", "Theory");
    page.push(&format!("<div class=\"prose\">\n{}</div>\n", rendered.html));
    page.headings.extend(rendered.headings);
    Ok(())
}

fn predictions(page: &mut Page, book: &Book<'_>, chapter: &Chapter) {
    let mut list = String::new();
    for entry in book.entries_of(Some(&chapter.id)) {
        let prediction = &entry.prediction;
        list.push_str(&format!(
            "<li><a href=\"{}\"><code>{}</code></a> {}</li>\n",
            page.place.to(Place::prediction(prediction.id).path()),
            escape(prediction.id),
            render_text(prediction.title)
        ));
    }
    if !list.is_empty() {
        page.section("catalogue", "In the catalogue");
        page.push(&format!(
            "<p>Evaluate each with your own parameters.</p>\n<ul class=\"entries\">\n{list}</ul>\n"
        ));
    }
}

fn sources(page: &mut Page, about: &Part) {
    if about.sources.is_empty() {
        return;
    }
    page.section("sources", "Sources");
    let list: String =
        about.sources.iter().map(|source| format!("<li>{}</li>\n", reference(source))).collect();
    page.push(&format!("<ul class=\"sources\">\n{list}</ul>\n"));
}
