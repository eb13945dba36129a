//! Drawing in pixels with the elements of plotters.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::{Circle, DashedPathElement, PathElement, Polygon, Rectangle, Text};
use plotters::prelude::IntoDrawingArea;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontTransform, IntoFont, RGBAColor, ShapeStyle, TextStyle};

use super::style::DrawError;
use crate::figure::Stroke;
use crate::report::canvas::{Canvas, Drawing, units};
use crate::report::markup;

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
    area: DrawingArea<Canvas<'a>, Shift>,
}

type Drawn = Result<(), DrawError>;

impl<'a> Pen<'a> {
    pub(super) fn new(drawing: &'a mut Drawing) -> Self {
        Self { area: Canvas::new(drawing).into_drawing_area() }
    }

    /// Joins `points`, `width` pixels wide.
    pub(super) fn line(&self, points: &[At], stroke: Stroke, width: f64, color: impl Color) -> Drawn {
        let points: Vec<_> = points.iter().map(place).collect();
        let style = stroked(width, color);
        match stroke {
            Stroke::Solid => self.area.draw(&PathElement::new(points, style))?,
            Stroke::Dashed => {
                self.area.draw(&DashedPathElement::new(points, units(6.0), units(3.5), style))?
            }
            Stroke::Dotted => {
                self.area.draw(&DashedPathElement::new(points, units(1.6), units(2.6), style))?
            }
        }
        Ok(())
    }

    pub(super) fn fill(&self, from: At, to: At, color: impl Color) -> Drawn {
        Ok(self.area.draw(&Rectangle::new([place(&from), place(&to)], color.filled()))?)
    }

    pub(super) fn polygon(&self, corners: &[At], color: impl Color) -> Drawn {
        let corners: Vec<_> = corners.iter().map(place).collect();
        Ok(self.area.draw(&Polygon::new(corners, color.to_rgba()))?)
    }

    pub(super) fn frame(&self, area: Area, width: f64, color: impl Color) -> Drawn {
        let corners = [place(&(area.x, area.y)), place(&(area.right(), area.bottom()))];
        Ok(self.area.draw(&Rectangle::new(corners, stroked(width, color)))?)
    }

    /// A disc, or the polygon with `corners` around `at`, with a thin white rim.
    pub(super) fn marker(&self, at: At, corners: Option<&[At]>, radius: f64, color: impl Color) -> Drawn {
        let white = plotters::style::WHITE;
        match corners {
            None => {
                self.area.draw(&Circle::new(place(&at), units(radius + 0.8), white.filled()))?;
                self.area.draw(&Circle::new(place(&at), units(radius), color.filled()))?;
            }
            Some(corners) => {
                let around = |r: f64| -> Vec<_> {
                    corners.iter().map(|(x, y)| place(&(at.0 + r * x, at.1 + r * y))).collect()
                };
                self.area.draw(&Polygon::new(around(radius + 0.8), white))?;
                self.area.draw(&Polygon::new(around(radius), color.to_rgba()))?;
            }
        }
        Ok(())
    }

    /// A label with its anchor on the baseline.
    pub(super) fn text(&self, label: &str, at: At, size: f64, align: Align, color: impl Color) -> Drawn {
        self.write(label, at, size, align, FontTransform::None, color.to_rgba())
    }

    /// A label that reads upwards, centred.
    pub(super) fn upright(&self, label: &str, at: At, size: f64, color: impl Color) -> Drawn {
        self.write(label, at, size, Align::Center, FontTransform::Rotate270, color.to_rgba())
    }

    fn write(
        &self,
        label: &str,
        at: At,
        size: f64,
        align: Align,
        turn: FontTransform,
        color: RGBAColor,
    ) -> Drawn {
        let horizontal = match align {
            Align::Left => HPos::Left,
            Align::Center => HPos::Center,
            Align::Right => HPos::Right,
        };
        let font = ("sans-serif", units(size)).into_font().transform(turn);
        let style = TextStyle::from(font).color(&color).pos(Pos::new(horizontal, VPos::Bottom));
        Ok(self.area.draw(&Text::new(label, place(&at), style))?)
    }
}

fn stroked(width: f64, color: impl Color) -> ShapeStyle {
    ShapeStyle { color: color.to_rgba(), filled: false, stroke_width: units(width).unsigned_abs() }
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
