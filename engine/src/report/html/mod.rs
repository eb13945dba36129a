//! `index.html`: one file that needs nothing else, in light and dark.

mod appendix;
mod claim;
mod filter;
mod findings;
mod pieces;

pub use pieces::Pieces;

use std::collections::BTreeMap;
use std::fmt::Write;

use super::outline::{Outline, Section};
use super::{Additions, Appendix, Report, escape, font, math, number};
use crate::verify::{ClaimResult, Verdict};

/// Verdicts from worst to best, as they are listed.
const WORST_FIRST: [Verdict; 5] =
    [Verdict::Failed, Verdict::Refuted, Verdict::Powerless, Verdict::Inconclusive, Verdict::Confirmed];

/// The page. `figures` are the rendered SVG files by figure id.
pub(super) fn page(report: &Report, figures: &BTreeMap<&str, String>) -> String {
    let outline = Outline::of(report);
    let mut html = String::new();
    head(&mut html, &report.additions);
    navigation(&mut html, &outline, &report.appendices);
    html.push_str("<main>\n");
    summary(&mut html, report);
    findings::section(&mut html, &outline);
    filter::form(&mut html, &outline);
    for section in &outline.sections {
        self::section(&mut html, section, &outline, figures, &report.additions);
    }
    for appendix in &report.appendices {
        appendix::section(&mut html, appendix, &report.results.claims);
    }
    html.push_str("</main>\n");
    filter::script(&mut html);
    html.push_str(&report.additions.tail);
    html.push_str("</body>\n</html>\n");
    html
}

fn head(html: &mut String, additions: &Additions) {
    let _ = write!(
        html,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>solvable: theory against simulation</title>\n\
         <style>\n{}{}</style>\n{}</head>\n<body>\n",
        style(),
        include_str!("layout.css"),
        additions.head
    );
}

/// The sheet that gives every piece its look, in light and dark, with the fonts in it.
pub(super) fn style() -> String {
    format!("{}\n{}\n{}", *font::FACE_RULE, *font::MATH_FACE_RULE, include_str!("style.css"))
}

fn navigation(html: &mut String, outline: &Outline<'_>, appendices: &[Appendix]) {
    html.push_str("<nav aria-label=\"Contents\">\n<a class=\"home\" href=\"#top\">solvable</a>\n<ol>\n");
    let found: usize = outline.sections.iter().map(|section| section.findings.len()).sum();
    if found > 0 {
        let _ = writeln!(
            html,
            "<li><a href=\"#findings\">Findings</a> <span class=\"tally\">{found}</span></li>"
        );
    }
    for section in &outline.sections {
        let _ = writeln!(
            html,
            "<li><a href=\"#{}\">{}</a> {}</li>",
            anchor("part", section.id),
            math::html(section.title),
            tally(&section.claims)
        );
    }
    for appendix in appendices {
        let _ = writeln!(
            html,
            "<li><a href=\"#{}\">{}</a></li>",
            anchor("appendix", &appendix.id),
            math::html(&appendix.title)
        );
    }
    html.push_str("</ol>\n</nav>\n");
}

/// `3/4`, marked when not all are confirmed.
fn tally(claims: &[&ClaimResult]) -> String {
    if claims.is_empty() {
        return String::new();
    }
    let confirmed = claims.iter().filter(|c| c.verdict == Verdict::Confirmed).count();
    let class = if confirmed == claims.len() { "all" } else { "some" };
    format!("<span class=\"tally {class}\">{confirmed}/{}</span>", claims.len())
}

fn summary(html: &mut String, report: &Report) {
    let results = &report.results;
    let _ = write!(
        html,
        "<header id=\"top\">\n<h1>Theory against simulation</h1>\n<p class=\"meta\">solvable {} · {} profile · seed {} · \
         {} % intervals</p>\n",
        escape(&results.version),
        results.profile,
        results.seed,
        number::number(100.0 * results.confidence)
    );
    html.push_str("<ul class=\"counts\">\n");
    for verdict in WORST_FIRST.into_iter().rev() {
        let count = results.claims.iter().filter(|c| c.verdict == verdict).count();
        let none = if count == 0 { " none" } else { "" };
        let _ = writeln!(html, "<li class=\"{verdict}{none}\"><strong>{count}</strong> {verdict}</li>");
    }
    html.push_str("</ul>\n");
    let mut open: Vec<&ClaimResult> =
        results.claims.iter().filter(|c| c.verdict != Verdict::Confirmed).collect();
    open.sort_by_key(|claim| std::cmp::Reverse(claim.verdict));
    if open.is_empty() {
        if !results.claims.is_empty() {
            html.push_str("<p>Every claim is confirmed, and every rival prediction is refuted by the same trials.</p>\n");
        }
    } else {
        html.push_str("<section class=\"attention\">\n<h2>Not confirmed</h2>\n<ul>\n");
        for claim in open {
            let _ = writeln!(
                html,
                "<li>{} <a href=\"#{}\">{}</a> <code>{}</code>{}</li>",
                badge(claim.verdict),
                anchor("claim", &claim.id),
                math::html(&claim.title),
                escape(&claim.id),
                claim::reason(claim)
            );
        }
        html.push_str("</ul>\n</section>\n");
    }
    html.push_str(
        "<details class=\"reading\"><summary>How to read this</summary>\n<p>A claim is <em>confirmed</em> when the \
         confidence interval of its discrepancy lies inside the margin that was declared beforehand and every rival \
         prediction is refuted by the same trials; <em>refuted</em> when it lies outside; <em>inconclusive</em> when it \
         straddles the margin, so that more trials are needed; <em>powerless</em> when the trials cannot tell it from a \
         rival; <em>failed</em> when something could not be computed. In the pictures the band is the margin, the line \
         the interval, the dot the estimate; an arrow points beyond the picture.</p></details>\n</header>\n",
    );
}

fn section(
    html: &mut String,
    section: &Section<'_>,
    outline: &Outline<'_>,
    figures: &BTreeMap<&str, String>,
    additions: &Additions,
) {
    let _ = write!(
        html,
        "<section class=\"part\" id=\"{}\">\n<h2>{}</h2>\n",
        anchor("part", section.id),
        math::html(section.title)
    );
    for paragraph in section.paragraphs() {
        let _ = writeln!(html, "<p>{}</p>", math::html(paragraph));
    }
    if !section.findings.is_empty() {
        let count = section.findings.len();
        let _ = writeln!(
            html,
            "<p><a href=\"#{}\">{count} finding{}</a></p>",
            anchor("findings", section.id),
            if count == 1 { "" } else { "s" }
        );
    }
    if !section.sources.is_empty() {
        html.push_str("<ul class=\"sources\">\n");
        for source in section.sources {
            let _ = writeln!(html, "<li>{}</li>", reference(source));
        }
        html.push_str("</ul>\n");
    }
    claim::overview(html, &section.claims);
    for (_, piece) in additions.pieces.iter().filter(|(part, _)| part == section.id) {
        html.push_str(piece);
    }
    for figure in &section.figures {
        if let Some(svg) = figures.get(figure.id.as_str()) {
            let file = super::figure_name(&figure.id);
            let _ = writeln!(
                html,
                "<figure id=\"{}\">\n<div class=\"card\">{svg}</div>\n<figcaption><strong>{}.</strong> {} \
                 <a href=\"figures/{file}.svg\">SVG</a> · <a href=\"figures/{file}.pdf\">PDF</a></figcaption>\n</figure>",
                anchor("figure", &figure.id),
                math::html(figure.title.trim_end_matches('.')),
                math::html(&figure.caption)
            );
        }
    }
    for claim in &section.claims {
        claim::article(html, claim, outline);
    }
    html.push_str("</section>\n");
}

/// A publication as lists of sources show it.
pub(super) fn reference(source: &crate::Source) -> String {
    let link = if source.arxiv.is_empty() {
        String::new()
    } else {
        let id = escape(source.arxiv);
        format!(" <a href=\"https://arxiv.org/abs/{id}\">arXiv:{id}</a>")
    };
    format!(
        "{} ({}). <em>{}</em>. {}.{link}",
        escape(source.authors),
        source.year,
        escape(source.title),
        escape(source.venue.trim_end_matches('.'))
    )
}

/// A verdict by colour and by word.
pub(super) fn badge(verdict: Verdict) -> String {
    format!("<span class=\"badge {verdict}\">{verdict}</span>")
}

/// An id that HTML accepts: `claim-norm-mean`.
pub(super) fn anchor(kind: &str, id: &str) -> String {
    let id: String = id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("{kind}-{id}")
}
