//! Drawings as SVG.

use std::fmt::Write;

use super::canvas::{Anchor, Drawing, Ink, Label, Outline, Paint, Shape, UNIT};
use super::{escape, font, markup};

/// `drawing` as an SVG document; `title` and `description` are for those who cannot see it. A stand-alone document brings
/// the font along; one that is put into a page or typeset finds it there.
pub fn document(drawing: &Drawing, title: &str, description: &str, stand_alone: bool) -> String {
    let (width, height) = (f64::from(drawing.size.0) / UNIT, f64::from(drawing.size.1) / UNIT);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"{}\">\n<title>{}</title>\n<desc>{}</desc>\n\
         {}<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        font::STACK,
        escape(title),
        escape(description),
        if stand_alone { format!("<style>{}</style>\n", *font::FACE_RULE) } else { String::new() }
    );
    for shape in &drawing.shapes {
        match shape {
            Shape::Path { outlines, ink, paint } => path(&mut svg, outlines, *ink, *paint),
            Shape::Circle { center, radius, ink, paint } => {
                let (x, y) = (number(center.0), number(center.1));
                let radius = f64::from(*radius) / UNIT;
                put(
                    &mut svg,
                    format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"{}/>", style(*ink, *paint)),
                );
            }
            Shape::Text(label) => text(&mut svg, label),
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn put(svg: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = svg.write_fmt(arguments);
    svg.push('\n');
}

fn number(units: i32) -> f64 {
    f64::from(units) / UNIT
}

fn color((r, g, b): (u8, u8, u8)) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn style(ink: Ink, paint: Paint) -> String {
    let (kind, width) = match ink {
        Ink::Fill => ("fill", String::new()),
        Ink::Stroke(width) => {
            ("stroke", format!(" fill=\"none\" stroke-width=\"{}\"", f64::from(width) / UNIT))
        }
    };
    let alpha =
        if paint.alpha < 1.0 { format!(" {kind}-opacity=\"{:.3}\"", paint.alpha) } else { String::new() };
    format!(" {kind}=\"{}\"{alpha}{width}", color(paint.rgb))
}

fn path(svg: &mut String, outlines: &[Outline], ink: Ink, paint: Paint) {
    let mut d = String::new();
    for outline in outlines {
        if let Some((x, y, width, height)) = rectangle(outline) {
            let _ = write!(d, "M{x} {y}h{width}v{height}h{}z", -width);
            continue;
        }
        for (i, &(x, y)) in outline.points.iter().enumerate() {
            let command = if i == 0 { 'M' } else { 'L' };
            let _ = write!(d, "{command}{} {}", number(x), number(y));
        }
        if outline.closed {
            d.push('Z');
        }
    }
    let round = if ink == Ink::Fill { "" } else { " stroke-linejoin=\"round\"" };
    put(svg, format_args!("<path d=\"{d}\"{}{round}/>", style(ink, paint)));
}

/// Upper left corner, width and height of an upright rectangle.
fn rectangle(outline: &Outline) -> Option<(f64, f64, f64, f64)> {
    let &[a, b, c, d] = outline.points.as_slice() else { return None };
    let upright = outline.closed && a.1 == b.1 && b.0 == c.0 && c.1 == d.1 && d.0 == a.0;
    upright.then(|| (number(a.0), number(a.1), number(c.0 - a.0), number(c.1 - a.1)))
}

fn text(svg: &mut String, label: &Label) {
    let anchor = match label.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let (x, y, size) = (number(label.at.0), number(label.at.1), label.size / UNIT);
    let place = if label.upwards {
        format!("transform=\"translate({x} {y}) rotate(-90)\"")
    } else {
        format!("x=\"{x}\" y=\"{y}\"")
    };
    let fill = color(label.paint.rgb);
    put(
        svg,
        format_args!(
            "<text {place} font-size=\"{size}\"{anchor} fill=\"{fill}\">{}</text>",
            spans(label, size)
        ),
    );
}

/// The runs of a label, each placed relative to the one before, so that another font moves nothing out of place.
fn spans(label: &Label, size: f64) -> String {
    let mut spans = String::new();
    let (mut pen, mut shift) = (0.0, 0.0);
    for run in markup::runs(&label.text) {
        let text = escape(&run.text);
        let (dx, dy) = ((run.x - pen) * size, run.level.shift() * size - shift);
        if dx == 0.0 && dy == 0.0 && run.level == markup::Level::Base {
            spans.push_str(&text);
        } else {
            let dx = if dx.abs() > 1e-9 { format!(" dx=\"{dx:.2}\"") } else { String::new() };
            let own = run.level.scale() * size;
            let _ = write!(spans, "<tspan{dx} dy=\"{dy:.2}\" font-size=\"{own:.2}\">{text}</tspan>");
        }
        pen = run.x + run.width;
        shift += dy;
    }
    spans
}
