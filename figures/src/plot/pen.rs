//! Drawing in pixels.

use std::cell::RefCell;

use plotters_backend::text_anchor::{HPos, Pos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, FontFamily, FontStyle,
    FontTransform,
};

use super::style::DrawError;
use crate::canvas::{Canvas, Drawing, Paint, units};
use crate::figure::Stroke;
use crate::markup;

/// A place, in pixels.
pub(super) type At = (f64, f64);

/// Font sizes, in pixels.
pub(super) const TITLE: f64 = 13.0;
pub(super) const LABEL: f64 = 12.5;
pub(super) const SMALL: f64 = 11.0;

/// Distance of lines of text, in units of the font size.
pub(super) const LEADING: f64 = 1.3;

/// Where a text stands relative to its anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Center,
    Right,
}

/// A rectangle, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Area {
    /// The place at fractions of the width from the left and of the height from the bottom.
    pub(super) fn place(&self, (x, y): At) -> At {
        (self.x + x * self.width, self.y + (1.0 - y) * self.height)
    }

    pub(super) fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(super) fn bottom(&self) -> f64 {
        self.y + self.height
    }
}

/// Draws onto a [`Drawing`].
pub(super) struct Pen<'a> {
    canvas: RefCell<Canvas<'a>>,
}

type Drawn = Result<(), DrawError>;

impl<'a> Pen<'a> {
    pub(super) fn new(drawing: &'a mut Drawing) -> Self {
        Self { canvas: RefCell::new(Canvas::new(drawing)) }
    }

    /// Joins `points`, `width` pixels wide.
    pub(super) fn line(&self, points: &[At], stroke: Stroke, width: f64, color: Paint) -> Drawn {
        let points: Vec<_> = points.iter().map(place).collect();
        let style = Line { color, width: units(width).unsigned_abs() };
        let dashes = match stroke {
            Stroke::Solid => return Ok(self.canvas.borrow_mut().draw_path(points, &style)?),
            Stroke::Dashed => dashes(&points, units(6.0), units(3.5)),
            Stroke::Dotted => dashes(&points, units(1.6), units(2.6)),
        };
        dashes.into_iter().try_for_each(|dash| Ok(self.canvas.borrow_mut().draw_path(dash, &style)?))
    }

    pub(super) fn fill(&self, from: At, to: At, color: Paint) -> Drawn {
        Ok(self.canvas.borrow_mut().draw_rect(place(&from), place(&to), &area(color), true)?)
    }

    pub(super) fn polygon(&self, corners: &[At], color: Paint) -> Drawn {
        Ok(self.canvas.borrow_mut().fill_polygon(corners.iter().map(place), &area(color))?)
    }

    pub(super) fn frame(&self, area: Area, width: f64, color: Paint) -> Drawn {
        let (from, to) = (place(&(area.x, area.y)), place(&(area.right(), area.bottom())));
        let style = Line { color, width: units(width).unsigned_abs() };
        Ok(self.canvas.borrow_mut().draw_rect(from, to, &style, false)?)
    }

    /// A disc, or the polygon with `corners` around `at`, with a thin white rim.
    pub(super) fn marker(&self, at: At, corners: Option<&[At]>, radius: f64, color: Paint) -> Drawn {
        for (radius, color) in [(radius + 0.8, Paint::WHITE), (radius, color)] {
            match corners {
                None => {
                    let radius = units(radius).unsigned_abs();
                    self.canvas.borrow_mut().draw_circle(place(&at), radius, &area(color), true)?;
                }
                Some(corners) => {
                    let around: Vec<At> =
                        corners.iter().map(|(x, y)| (at.0 + radius * x, at.1 + radius * y)).collect();
                    self.polygon(&around, color)?;
                }
            }
        }
        Ok(())
    }

    /// A label with its anchor on the baseline.
    pub(super) fn text(&self, label: &str, at: At, size: f64, align: Align, color: Paint) -> Drawn {
        self.write(label, at, Writing { size, align, turn: FontTransform::None, color })
    }

    /// A label that reads upwards, centred.
    pub(super) fn upright(&self, label: &str, at: At, size: f64, color: Paint) -> Drawn {
        self.write(label, at, Writing { size, align: Align::Center, turn: FontTransform::Rotate270, color })
    }

    fn write(&self, label: &str, at: At, writing: Writing) -> Drawn {
        Ok(self.canvas.borrow_mut().draw_text(label, &writing, place(&at))?)
    }
}

/// How a line is drawn, in back-end units.
struct Line {
    color: Paint,
    width: u32,
}

/// An area without an outline.
fn area(color: Paint) -> Line {
    Line { color, width: 0 }
}

impl BackendStyle for Line {
    fn color(&self) -> BackendColor {
        self.color.into()
    }

    fn stroke_width(&self) -> u32 {
        self.width
    }
}

/// How a label is written.
struct Writing {
    size: f64,
    align: Align,
    turn: FontTransform,
    color: Paint,
}

impl BackendTextStyle for Writing {
    type FontError = std::convert::Infallible;

    fn color(&self) -> BackendColor {
        self.color.into()
    }

    fn size(&self) -> f64 {
        f64::from(units(self.size))
    }

    fn transform(&self) -> FontTransform {
        self.turn.clone()
    }

    fn style(&self) -> FontStyle {
        FontStyle::Normal
    }

    fn anchor(&self) -> Pos {
        let horizontal = match self.align {
            Align::Left => HPos::Left,
            Align::Center => HPos::Center,
            Align::Right => HPos::Right,
        };
        Pos::new(horizontal, VPos::Bottom)
    }

    fn family(&self) -> FontFamily<'_> {
        FontFamily::SansSerif
    }

    fn layout_box(&self, _: &str) -> Result<((i32, i32), (i32, i32)), Self::FontError> {
        Ok(((0, 0), (0, 0)))
    }

    /// Nothing: this back end keeps text as text.
    fn draw<E, F: FnMut(i32, i32, BackendColor) -> Result<(), E>>(
        &self,
        _: &str,
        _: (i32, i32),
        _: F,
    ) -> Result<Result<(), E>, Self::FontError> {
        Ok(Ok(()))
    }
}

/// The pieces of the line through `points` that are drawn: `dash` units, then a gap, and again.
fn dashes(points: &[BackendCoord], dash: i32, gap: i32) -> Vec<Vec<BackendCoord>> {
    let near = |(x, y): (f64, f64)| (x.round() as i32, y.round() as i32);
    let mut pieces = Vec::new();
    let Some(&first) = points.first() else { return pieces };
    let mut piece = vec![first];
    let (mut left, mut drawn) = (f64::from(dash), true);
    for pair in points.windows(2) {
        let [from, to] = [pair[0], pair[1]].map(|(x, y)| (f64::from(x), f64::from(y)));
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy);
        let mut done = 0.0;
        while length - done >= left {
            done += left;
            let at = near((from.0 + dx * done / length, from.1 + dy * done / length));
            if drawn {
                piece.push(at);
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece.push(at);
            }
            drawn = !drawn;
            left = f64::from(if drawn { dash } else { gap });
        }
        left -= length - done;
        if drawn {
            piece.push(pair[1]);
        }
    }
    if piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

fn place(&(x, y): &At) -> (i32, i32) {
    (units(x), units(y))
}

/// Height of `lines` lines of text.
pub(super) fn text_height(lines: usize, size: f64) -> f64 {
    lines as f64 * size * LEADING
}

/// Width of the widest of `lines`.
pub(super) fn text_width<'t>(lines: impl IntoIterator<Item = &'t String>, size: f64) -> f64 {
    lines.into_iter().map(|line| markup::width(line, size)).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_and_gaps_alternate_around_corners() {
        let pieces = dashes(&[(0, 0), (10, 0), (10, 10)], 6, 3);
        assert_eq!(pieces, [vec![(0, 0), (6, 0)], vec![(9, 0), (10, 0), (10, 5)], vec![(10, 8), (10, 10)]]);
        assert!(dashes(&[], 6, 3).is_empty() && dashes(&[(1, 1), (1, 1)], 6, 3) == [vec![(1, 1), (1, 1)]]);
    }
}
