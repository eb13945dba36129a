//! Chapters behind the parts: words and tables whose ids lead to the claims.

use std::fmt::Write;

use super::anchor;
use crate::report::math::{Piece, pieces};
use crate::report::{Appendix, Listing, escape, math};
use crate::verify::ClaimResult;

/// A chapter in full.
pub(super) fn section(html: &mut String, appendix: &Appendix, claims: &[ClaimResult]) {
    let _ = write!(
        html,
        "<section class=\"part\" id=\"{}\">\n<h2>{}</h2>\n",
        anchor("appendix", &appendix.id),
        math::html(&appendix.title)
    );
    paragraphs(html, &appendix.paragraphs, claims);
    for table in &appendix.tables {
        listing(html, table, claims);
    }
    html.push_str("</section>\n");
}

fn paragraphs(html: &mut String, paragraphs: &[String], claims: &[ClaimResult]) {
    for paragraph in paragraphs {
        let _ = writeln!(html, "<p>{}</p>", text(paragraph, claims));
    }
}

fn listing(html: &mut String, table: &Listing, claims: &[ClaimResult]) {
    let _ = writeln!(html, "<h3>{}</h3>", math::html(&table.title));
    paragraphs(html, &table.paragraphs, claims);
    html.push_str("<div class=\"scroll\"><table class=\"overview\">\n<thead><tr>");
    for head in &table.header {
        let _ = write!(html, "<th scope=\"col\">{}</th>", math::html(head));
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        html.push_str("<tr>");
        for cell in row {
            let _ = write!(html, "<td>{}</td>", text(cell, claims));
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody>\n</table></div>\n");
}

/// Running text; the ids of judged claims lead to them and show their verdicts.
fn text(words: &str, claims: &[ClaimResult]) -> String {
    pieces(words)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(plain) => math::label(plain),
            Piece::Math(latex) => math::mathml(latex, false),
            Piece::Code(code) => match claims.iter().find(|claim| claim.id == code) {
                Some(claim) => format!(
                    "<a class=\"{}\" title=\"{}: {}\" href=\"#{}\"><code>{}</code></a>",
                    claim.verdict,
                    claim.verdict,
                    escape(&claim.title),
                    anchor("claim", code),
                    escape(code)
                ),
                None => format!("<code>{}</code>", escape(code)),
            },
        })
        .collect()
}
