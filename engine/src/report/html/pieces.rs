//! The pieces that pages beside the report put together.

use super::{anchor, claim};
use crate::figure::Figure;
use crate::report::outline::{Outline, Section};
use crate::report::{Report, ReportError, draw, math, svg};

/// A report in pieces of HTML, for pages that hold [`style`](crate::report::style).
pub struct Pieces<'a> {
    outline: Outline<'a>,
}

impl<'a> Pieces<'a> {
    /// Those of a report.
    pub fn of(report: &'a Report) -> Self {
        Self { outline: Outline::of(report) }
    }

    /// The table of the claims of a part, a row each, which lead to [`Pieces::claims`]; empty where none is judged.
    pub fn overview(&self, part: &str) -> String {
        let mut html = String::new();
        if let Some(section) = self.section(part) {
            claim::overview(&mut html, &section.claims);
        }
        html
    }

    /// The claims of a part in full, each an `article` that begins with an `h3` and is called [`anchor`](crate::report::anchor).
    pub fn claims(&self, part: &str) -> String {
        let mut html = String::new();
        for claim in self.section(part).iter().flat_map(|section| &section.claims) {
            claim::article(&mut html, claim, &self.outline);
        }
        html
    }

    /// A figure of the report with its caption; `file` is where the same figure lies as SVG.
    ///
    /// # Errors
    /// A figure that cannot be drawn.
    pub fn figure(figure: &Figure, file: &str) -> Result<String, ReportError> {
        let drawing = draw(figure)?;
        Ok(format!(
            "<figure id=\"{}\">\n<div class=\"card\">{}</div>\n<figcaption><strong>{}.</strong> {} \
             <a href=\"{}\">SVG</a></figcaption>\n</figure>\n",
            anchor("figure", &figure.id),
            svg::document(&drawing, &figure.title, &figure.caption, false),
            math::html(figure.title.trim_end_matches('.')),
            math::html(&figure.caption),
            crate::report::escape(file)
        ))
    }

    fn section(&self, part: &str) -> Option<&Section<'a>> {
        self.outline.sections.iter().find(|section| section.id == part)
    }
}
