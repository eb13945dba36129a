//! Figures as data, and how they are drawn: for reports, and in browsers. No files, no clock, no randomness.
//!
//! A [`figure::Figure`] becomes a [`canvas::Drawing`], which [`svg`] writes down; other writers (PDF) read the drawing too.

pub mod canvas;
pub mod figure;
pub mod font;
pub mod markup;
mod plot;
pub mod svg;

pub use plot::{DrawError, columns, draw, draw_in};

/// A figure as a stand-alone SVG document, which brings its font along.
///
/// # Errors
/// A figure that cannot be drawn.
pub fn render_svg(figure: &figure::Figure) -> Result<String, DrawError> {
    Ok(svg::document(&draw(figure)?, &figure.title, &figure.caption, true))
}

/// `text` for HTML and XML, in content and in attributes. Characters that XML forbids are dropped.
///
/// ```
/// assert_eq!(solvable_figures::escape("a < \"b\""), "a &lt; &quot;b&quot;");
/// ```
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => escaped.push(c),
        }
    }
    escaped
}
