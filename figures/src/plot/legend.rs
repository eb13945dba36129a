//! The legend: its entries, a free corner for it, or rows below the panel.

use super::clip;
use super::palette;
use super::pen::{Align, Area, At, LEADING, Pen, SMALL, text_height, text_width};
use super::style::{BAR_OPACITY, DrawError, LINE_WIDTH, MARKER_RADIUS};
use crate::canvas::Paint;
use crate::figure::{Series, Stroke};
use crate::markup;

/// Width of the sample of a line or marker, and its distance from the text.
const KEY: f64 = 24.0;
const GAP: f64 = 6.0;
const PADDING: f64 = 7.0;
/// Distance from the frame of the panel, and between entries in a row.
const INSET: f64 = 7.0;
const BETWEEN: f64 = 18.0;

/// What stands beside a label.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Key {
    Line(Stroke),
    Marker,
    Bar,
}

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    label: String,
    group: usize,
    keys: Vec<Key>,
}

/// The entries of a panel.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Legend {
    entries: Vec<Entry>,
}

/// Where the legend of a panel stands, in pixels.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Spot {
    /// Inside, with its upper left corner here.
    Inside(At),
    /// In rows below.
    Below,
}

/// What a legend must not cover, in fractions of the panel: segments, each with a margin around it in pixels.
pub(super) type Obstacle = (At, At, f64);

impl Legend {
    /// The labelled series; a line and points of the same label and group share an entry.
    pub(super) fn of(series: &[Series]) -> Self {
        let mut entries: Vec<Entry> = Vec::new();
        for series in series {
            let (label, group, key) = match series {
                Series::Line { label, group, stroke, .. } | Series::Rule { label, group, stroke, .. } => {
                    (label, *group, Key::Line(*stroke))
                }
                Series::Points { label, group, .. } => (label, *group, Key::Marker),
                Series::Histogram { label, group, .. } => (label, *group, Key::Bar),
                Series::HeatMap { .. } => continue,
            };
            if label.trim().is_empty() {
                continue;
            }
            match entries.iter_mut().find(|e| e.label == *label && e.group == group) {
                Some(entry) if entry.keys.contains(&key) => {}
                Some(entry) => entry.keys.push(key),
                None => entries.push(Entry { label: label.clone(), group, keys: vec![key] }),
            }
        }
        Self { entries }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// A place in `area` where it covers nothing, or below.
    pub(super) fn spot(&self, area: Area, obstacles: &[Obstacle]) -> Spot {
        let (width, height) = self.size(0.62 * area.width);
        let (free_x, free_y) = (area.width - width - 2.0 * INSET, area.height - height - 2.0 * INSET);
        if width > 0.72 * area.width || height > 0.62 * area.height {
            return Spot::Below;
        }
        let corners =
            [(1.0, 0.0), (0.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.5, 0.0), (1.0, 0.5), (0.0, 0.5), (0.5, 1.0)];
        corners
            .into_iter()
            .map(|(x, y)| (area.x + INSET + x * free_x, area.y + INSET + y * free_y))
            .find(|&(x, y)| {
                let covered = Area { x, y, width, height };
                !obstacles.iter().any(|obstacle| covers(covered, area, obstacle))
            })
            .map_or(Spot::Below, Spot::Inside)
    }

    /// Width and height of the one-column form.
    fn size(&self, room: f64) -> (f64, f64) {
        let lines: Vec<Vec<String>> = self.entries.iter().map(|e| wrapped(e, room)).collect();
        let width = text_width(lines.iter().flatten(), SMALL);
        let height: f64 = lines.iter().map(|lines| text_height(lines.len(), SMALL)).sum();
        (KEY + GAP + width + 2.0 * PADDING, height + 2.0 * PADDING - 3.0)
    }

    /// Draws the one-column form for a panel of this area.
    pub(super) fn draw_inside(&self, pen: &Pen<'_>, (x, y): At, area: Area) -> Result<(), DrawError> {
        let room = 0.62 * area.width;
        let (width, height) = self.size(room);
        let frame = Area { x, y, width, height };
        pen.fill((x, y), (frame.right(), frame.bottom()), Paint::WHITE)?;
        pen.frame(frame, 0.6, palette::MISSING)?;
        let mut top = y + PADDING - 1.5;
        for entry in &self.entries {
            let lines = wrapped(entry, room);
            entry.draw(pen, (x + PADDING, top), &lines)?;
            top += text_height(lines.len(), SMALL);
        }
        Ok(())
    }

    /// Height of the rows below a panel `width` pixels wide.
    pub(super) fn rows_height(&self, width: f64) -> f64 {
        self.rows(width)
            .last()
            .map_or(0.0, |(_, (_, top), lines)| top + text_height(lines.len(), SMALL) + 4.0)
    }

    /// Draws the rows, from the upper left corner `(x, y)`.
    pub(super) fn draw_rows(&self, pen: &Pen<'_>, (x, y): At, width: f64) -> Result<(), DrawError> {
        for (entry, (dx, dy), lines) in self.rows(width) {
            entry.draw(pen, (x + dx, y + dy), &lines)?;
        }
        Ok(())
    }

    fn rows(&self, width: f64) -> Vec<(&Entry, At, Vec<String>)> {
        let mut rows = Vec::new();
        let (mut x, mut y, mut height) = (0.0, 4.0, 0.0);
        for entry in &self.entries {
            let lines = wrapped(entry, width - KEY - GAP);
            let wide = KEY + GAP + text_width(&lines, SMALL);
            if x > 0.0 && x + wide > width {
                x = 0.0;
                y += height;
                height = 0.0;
            }
            height = f64::max(height, text_height(lines.len(), SMALL));
            rows.push((entry, (x, y), lines));
            x += wide + BETWEEN;
        }
        rows
    }
}

impl Entry {
    fn draw(&self, pen: &Pen<'_>, (x, top): At, lines: &[String]) -> Result<(), DrawError> {
        let color = palette::color(self.group);
        let middle = top + 0.5 * SMALL * LEADING;
        for key in &self.keys {
            match key {
                Key::Line(stroke) => {
                    pen.line(&[(x, middle), (x + KEY, middle)], *stroke, LINE_WIDTH, color)?;
                }
                Key::Marker => {
                    let center = x + KEY / 2.0;
                    pen.line(&[(center, middle - 5.5), (center, middle + 5.5)], Stroke::Solid, 1.2, color)?;
                    pen.marker((center, middle), palette::marker(self.group), MARKER_RADIUS, color)?;
                }
                Key::Bar => {
                    let swatch = Area { x: x + 4.0, y: middle - 4.5, width: KEY - 8.0, height: 9.0 };
                    pen.fill(
                        (swatch.x, swatch.y),
                        (swatch.right(), swatch.bottom()),
                        color.faint(BAR_OPACITY),
                    )?;
                    pen.frame(swatch, 1.1, color)?;
                }
            }
        }
        for (i, line) in lines.iter().enumerate() {
            let baseline = middle + 0.36 * SMALL + text_height(i, SMALL);
            pen.text(line, (x + KEY + GAP, baseline), SMALL, Align::Left, palette::INK)?;
        }
        Ok(())
    }
}

fn wrapped(entry: &Entry, room: f64) -> Vec<String> {
    markup::wrap(&entry.label, SMALL, room)
}

/// Whether `covered` (pixels) hides a part of the obstacle in the panel `area`.
fn covers(covered: Area, area: Area, &(from, to, margin): &Obstacle) -> bool {
    let fraction = |(fx, fy): At| {
        let (x, y) = area.place((fx, fy));
        (
            (x - covered.x + margin) / (covered.width + 2.0 * margin),
            (y - covered.y + margin) / (covered.height + 2.0 * margin),
        )
    };
    clip::segment(fraction(from), fraction(to)).is_some()
}
