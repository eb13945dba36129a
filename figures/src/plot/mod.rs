//! Figures as drawings: layout of the panels, and what their parts share.

mod clip;
mod heat;
mod legend;
mod palette;
mod panel;
mod pen;
mod scale;
mod style;

use self::panel::{Margins, Plan};
use self::pen::{Area, Pen};
pub use self::style::DrawError;
use super::canvas::{Drawing, units};
use crate::figure::Figure;

/// Distance between panels, and at the borders.
const SPACE: f64 = 10.0;
const BORDER: f64 = 6.0;

/// Draws `figure`.
///
/// # Errors
/// What the drawing library says; with this back end it does not occur.
pub fn draw(figure: &Figure) -> Result<Drawing, DrawError> {
    draw_in(figure, columns(figure))
}

/// How many panels of `figure` stand in a row where the page is wide.
pub fn columns(figure: &Figure) -> usize {
    match figure.panels.len() {
        0 | 1 => 1,
        2 | 4 => 2,
        _ => 3,
    }
}

/// Draws `figure` with `columns` panels in a row, one or more.
///
/// # Errors
/// As [`draw`].
pub fn draw_in(figure: &Figure, columns: usize) -> Result<Drawing, DrawError> {
    let columns = columns.max(1);
    let size = match (figure.panels.len(), columns) {
        (0 | 1, _) => (430.0, 290.0),
        // As wide as a phone.
        (_, 1) => (268.0, 220.0),
        (2, _) => (318.0, 250.0),
        (4, _) => (318.0, 230.0),
        _ => (262.0, 220.0),
    };
    let mut plans: Vec<Plan<'_>> = Vec::new();
    for panel in &figure.panels {
        let plan = Plan::new(panel, size, plans.first().map(Plan::legend));
        plans.push(plan);
    }
    let rows: Vec<&[Plan<'_>]> = plans.chunks(columns).collect();
    let widths: Vec<Margins> = (0..columns)
        .map(|column| widest(rows.iter().filter_map(|row| row.get(column)).map(|plan| plan.margins)))
        .collect();
    let heights: Vec<Margins> = rows.iter().map(|row| widest(row.iter().map(|plan| plan.margins))).collect();

    let across = |m: &Margins| m.left + size.0 + m.right;
    let down = |m: &Margins| m.top + size.1 + m.bottom;
    let width = widths.iter().map(across).sum::<f64>() + (columns - 1) as f64 * SPACE + 2.0 * BORDER;
    let gaps = rows.len().saturating_sub(1) as f64 * SPACE;
    let height = heights.iter().map(down).sum::<f64>() + gaps + 2.0 * BORDER;
    let pixels = |length: f64| units(length.ceil()).unsigned_abs();
    let mut drawing = Drawing { size: (pixels(width), pixels(height)), shapes: Vec::new() };

    let pen = Pen::new(&mut drawing);
    let mut top = BORDER;
    for (row, vertical) in rows.iter().zip(&heights) {
        let mut left = BORDER;
        for (plan, horizontal) in row.iter().zip(&widths) {
            let area =
                Area { x: left + horizontal.left, y: top + vertical.top, width: size.0, height: size.1 };
            plan.draw(&pen, area)?;
            left += across(horizontal) + SPACE;
        }
        top += down(vertical) + SPACE;
    }
    Ok(drawing)
}

fn widest(margins: impl Iterator<Item = Margins>) -> Margins {
    margins.fold(Margins::default(), |a, b| Margins {
        left: a.left.max(b.left),
        right: a.right.max(b.right),
        top: a.top.max(b.top),
        bottom: a.bottom.max(b.bottom),
    })
}
