//! The first page: what it is, in a minute.

use solvable_engine::report::{escape, render_text};
use solvable_engine::verify::Verdict;

use super::book::Book;
use super::embed::Embed;
use super::page::Page;
use super::parts::cards;
use super::place::Place;

/// Who comes, by which door, and what for.
const DOORS: [(&str, &str, &str); 4] = [
    (
        "reader",
        "I read the papers",
        "See every statement held against simulations, move its parameters, reproduce it with one command.",
    ),
    (
        "theorist",
        "I have a formula",
        "Change a theory or add one, and learn within minutes whether finite networks agree.",
    ),
    (
        "practitioner",
        "I train networks",
        "Learning rates, sharpness and stopping times for a network of your own.",
    ),
    (
        "cluster",
        "I have a cluster",
        "Paper-scale sweeps in parts that survive kills and give the same bytes.",
    ),
];

/// The first page.
pub(super) fn page(book: &Book<'_>) -> Page {
    let mut page = Page::new(
        Place::new("index.html"),
        "page",
        "Closed-form theories of wide networks, held against simulations of finite ones",
    );
    page.lead = "<p class=\"lead\">Theories of wide networks predict how sharp the loss is at initialisation, which learning rates train, \
                 what normalization changes, when knowledge transfers from task to task, when augmenting data pays. <code>solvable</code> codes each \
                 prediction next to a Monte Carlo experiment that could prove it wrong, and says with confidence intervals whether they agree.</p>\n"
        .to_owned();
    if let Some(filled) = Embed::Headline.filled(book.report) {
        page.push(&filled.html);
        page.scripts.extend(filled.scripts);
    }
    verdicts(&mut page, book);
    page.section("doors", "Four doors");
    let doors: String = DOORS
        .iter()
        .map(|(name, title, words)| {
            let address = page.place.to(Place::tutorial(name).path());
            format!(
                "<li class=\"card-link\"><h3><a href=\"{address}\">{title}</a></h3>\n<p>{words}</p></li>\n"
            )
        })
        .collect();
    page.push(&format!("<ul class=\"cards doors\">\n{doors}</ul>\n"));
    page.section("parts", "The parts");
    page.push(&cards(book, &page.place, "h3"));
    against(&mut page, book);
    page
}

fn verdicts(page: &mut Page, book: &Book<'_>) {
    let results = &book.report.results;
    let order =
        [Verdict::Confirmed, Verdict::Inconclusive, Verdict::Powerless, Verdict::Refuted, Verdict::Failed];
    let counts: String = order
        .iter()
        .map(|&verdict| (verdict, book.count(verdict)))
        .filter(|(verdict, count)| {
            *count > 0 || *verdict == Verdict::Confirmed || *verdict == Verdict::Refuted
        })
        .map(|(verdict, count)| format!("<li class=\"{verdict}\"><strong>{count}</strong> {verdict}</li>\n"))
        .collect();
    let cases = || results.claims.iter().flat_map(|claim| &claim.cases);
    let rivals = cases().flat_map(|case| &case.rivals);
    let (fallen, rivals) = rivals.fold((0, 0), |(fallen, all), rival| {
        (fallen + usize::from(rival.judgement.verdict == Verdict::Refuted), all + 1)
    });
    page.section("verdicts", "What the simulations say");
    page.push(&format!(
        "<ul class=\"counts\">\n{counts}</ul>\n<p>{} claims at {} settings, judged by recorded simulations at {} % confidence. A claim is \
         confirmed where the interval of its discrepancy lies inside a margin that was declared beforehand <em>and</em> its rivals, the mistakes \
         that a theorist would make, are refuted by the same trials: {fallen} of {rivals} are. \
         <a href=\"{}\">How judging works</a>, with the interval under your hands.</p>\n",
        results.claims.len(),
        cases().count(),
        100.0 * results.confidence,
        page.place.to("judging.html"),
    ));
}

/// A finding of each part, to read on from.
fn against(page: &mut Page, book: &Book<'_>) {
    let count: usize = book.chapters.iter().map(|chapter| chapter.about.findings.len()).sum();
    if count == 0 {
        return;
    }
    page.section("findings", "Findings");
    page.push(&format!(
        "<p>Where theory and simulations go beyond the published statements, or against them: <a href=\"{}\">{count} findings</a>. What of the papers is \
         covered, and what is not reproduced and why: <a href=\"{}\">the table of coverage</a>. Every number of the theory with a form to try it: \
         <a href=\"{}\">{} predictions</a>.</p>\n",
        page.place.to("findings.html"),
        page.place.to("coverage.html"),
        page.place.to("catalog/index.html"),
        book.entries.len(),
    ));
    let titles: String = book
        .chapters
        .iter()
        .filter(|chapter| !chapter.about.findings.is_empty())
        .map(|chapter| {
            format!(
                "<li><a href=\"{}#part-{}\">{}</a></li>\n",
                page.place.to("findings.html"),
                escape(&chapter.id),
                render_text(&chapter.about.title)
            )
        })
        .collect();
    page.push(&format!("<ul class=\"columns\">\n{titles}</ul>\n"));
}
