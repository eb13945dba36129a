//! What theory and simulations find, all parts together, before anything else.

use std::fmt::Write;

use super::anchor;
use crate::report::math;
use crate::report::outline::Outline;

/// The findings, part by part: the first sentence of each, and the rest of it on demand.
pub(super) fn section(html: &mut String, outline: &Outline<'_>) {
    let parts = || outline.sections.iter().filter(|section| !section.findings.is_empty());
    if parts().next().is_none() {
        return;
    }
    html.push_str(
        "<section class=\"findings\" id=\"findings\">\n<h2>Findings</h2>\n<p>What theory and simulations say beyond the \
         published statements, and where against them; the numbers are computed with every report.</p>\n",
    );
    for section in parts() {
        let _ = writeln!(
            html,
            "<h3 id=\"{}\"><a href=\"#{}\">{}</a></h3>",
            anchor("findings", section.id),
            anchor("part", section.id),
            math::html(section.title)
        );
        for finding in section.findings {
            match first_sentence(finding) {
                (first, "") => {
                    let _ = writeln!(html, "<p>{}</p>", math::html(first));
                }
                (first, rest) => {
                    let _ = writeln!(
                        html,
                        "<details><summary>{}</summary>\n<p>{}</p></details>",
                        math::html(first),
                        math::html(rest)
                    );
                }
            }
        }
    }
    html.push_str("</section>\n");
}

/// The first sentence of a paragraph, and what follows it. A stop within a formula or code, or before a small letter, ends none.
fn first_sentence(text: &str) -> (&str, &str) {
    let text = text.trim();
    let (mut in_math, mut in_code) = (false, false);
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '$' if !in_code => in_math = !in_math,
            '`' if !in_math => in_code = !in_code,
            ' ' if before == '.' && !in_math && !in_code => {
                let rest = text[at..].trim_start();
                if rest.starts_with(|next: char| next.is_uppercase() || next == '$') {
                    return (&text[..at], rest);
                }
            }
            _ => {}
        }
        before = c;
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_at_stops_that_nothing_holds() {
        assert_eq!(first_sentence("One. Two."), ("One.", "Two."));
        assert_eq!(first_sentence("At $L. B$ it is 0.3 e.g. here."), ("At $L. B$ it is 0.3 e.g. here.", ""));
        assert_eq!(first_sentence("See `a. B`. $x$ falls."), ("See `a. B`.", "$x$ falls."));
        assert_eq!(first_sentence(""), ("", ""));
    }
}
