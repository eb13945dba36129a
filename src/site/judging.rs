//! How judging works, with margin, interval and rival under the reader's hands.

use solvable_engine::report::badge;
use solvable_engine::verify::Verdict;

use super::checkout::Checkout;
use super::error::SiteError;
use super::markdown::{Setting, render};
use super::names::Names;
use super::page::Page;
use super::place::Place;

/// Stands in the text where the picture goes.
const PICTURE: &str = "<p>(picture)</p>\n";

/// The page.
pub(super) fn page(checkout: &Checkout, names: &Names<'_>) -> Result<Page, SiteError> {
    const FILE: &str = "web/site/judging.md";
    let place = Place::new("judging.html");
    let resolve = |target: &str| names.of_text(&place, target);
    let rendered = render(&checkout.text(FILE)?, &Setting { shift: 0, prefix: "", resolve: &resolve });
    let title = rendered.title.unwrap_or_default();
    let Some((before, after)) = rendered.html.split_once(PICTURE) else {
        let reason = "it has no paragraph `(picture)`".to_owned();
        return Err(SiteError::Unusable { file: FILE.to_owned(), reason });
    };
    let mut page = Page::new(place.clone(), "page", &title);
    page.headings = rendered.headings;
    let link = |html: &str| names.book.linked(&place, html);
    page.body = format!(
        "<div class=\"prose\">\n{}</div>\n{}<div class=\"prose\">\n{}</div>\n",
        link(before),
        picture(),
        link(after)
    );
    page.scripts.push("assets/judging.js");
    Ok(page)
}

/// A slider: name, words, lowest, highest, step, value.
type Slider = (&'static str, &'static str, f64, f64, f64, f64);

const SLIDERS: [Slider; 5] = [
    ("offset", "True discrepancy of the claim, in %", -20.0, 20.0, 0.5, 1.0),
    ("scatter", "Scatter of a trial, in %", 0.0, 40.0, 0.5, 12.0),
    ("trials", "Trials (2 to 4096, in factors)", 1.0, 12.0, 0.5, 6.0),
    ("margin", "Margin, in %", 0.5, 20.0, 0.5, 6.0),
    ("rival", "The rival predicts more, by %", -40.0, 40.0, 1.0, 20.0),
];

fn picture() -> String {
    let slider = |(name, words, low, high, step, value): &Slider| {
        format!(
            "<div class=\"slider\"><label for=\"judge-{name}\">{words}</label>\n<input id=\"judge-{name}\" name=\"{name}\" type=\"range\" \
             min=\"{low}\" max=\"{high}\" step=\"{step}\" value=\"{value}\" />\n<output for=\"judge-{name}\"></output></div>\n"
        )
    };
    let verdicts: String = [Verdict::Confirmed, Verdict::Inconclusive, Verdict::Powerless, Verdict::Refuted]
        .iter()
        .map(|&verdict| badge(verdict))
        .collect::<Vec<_>>()
        .join(" ");
    format!(
        "<noscript><p>The picture needs JavaScript. The verdicts: {verdicts}.</p></noscript>\n\
         <figure class=\"judge wide\" id=\"judge\" hidden=\"\">\n<div class=\"card\" id=\"judge-picture\"></div>\n\
         <form class=\"sliders\">\n{}<div class=\"buttons\"><button type=\"button\" id=\"judge-draw\">Draw other trials</button>\n\
         <button type=\"reset\">Reset</button></div>\n</form>\n\
         <figcaption><p id=\"judge-verdict\" role=\"status\"></p></figcaption>\n</figure>\n",
        SLIDERS.iter().map(slider).collect::<String>()
    )
}
