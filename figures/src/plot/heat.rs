//! Heat maps: coloured cells and their scale.

use super::palette;
use super::pen::{Area, At, LABEL, Pen, SMALL};
use super::scale::{Mapping, Ticks};
use super::style::DrawError;
use crate::canvas::Paint;
use crate::figure::{Axis, Series, Stroke};
use crate::markup;

/// The colour scale of a panel.
pub(super) struct Heat<'a> {
    series: &'a Series,
    mapping: Mapping,
    pub(super) ticks: Ticks,
    pub(super) label: Vec<String>,
}

/// How far cells reach under their neighbours, in pixels.
const OVERLAP: f64 = 1.0;

impl<'a> Heat<'a> {
    /// The scale of the first heat map of a panel, if it has one.
    pub(super) fn of(series: &'a [Series]) -> Option<Self> {
        let heat = series.iter().find(|s| matches!(s, Series::HeatMap { .. }))?;
        let mapping = mapping(heat)?;
        let Series::HeatMap { label, .. } = heat else { return None };
        let ticks = mapping.ticks(5).thinned(230.0, |_| SMALL + 4.0);
        Some(Self { series: heat, mapping, ticks, label: markup::wrap(label, LABEL, 230.0) })
    }

    /// Draws the cells of `series` in the panel `area`; the first heat map of the panel on the scale of the colour bar.
    pub(super) fn draw_cells(
        pen: &Pen<'_>,
        area: Area,
        (x, y): (&Mapping, &Mapping),
        scale: Option<&Heat<'_>>,
        series: &Series,
    ) -> Result<(), DrawError> {
        let Series::HeatMap { x_edges, y_edges, values, .. } = series else { return Ok(()) };
        let own = scale.filter(|heat| std::ptr::eq(heat.series, series)).map(|heat| heat.mapping);
        let Some(mapping) = own.or_else(|| mapping(series)) else { return Ok(()) };
        let spans = |axis: &Mapping, edges: &[f64]| -> Vec<Option<(f64, f64)>> {
            let clamped = |v| axis.fraction_or_below(v).map(|f| f.clamp(0.0, 1.0));
            edges.windows(2).map(|w| Some((clamped(w[0])?, clamped(w[1])?)).filter(|(a, b)| a < b)).collect()
        };
        let (columns, rows) = (spans(x, x_edges), spans(y, y_edges));
        // From top to bottom and from left to right, each run of one shade reaching under its later neighbours, lest the
        // paper shine through between them.
        let mut missing = Vec::new();
        for (row, span) in rows.iter().enumerate().rev() {
            let Some((low, high)) = *span else { continue };
            let mut run: Option<(Paint, At, At)> = None;
            for (column, span) in columns.iter().enumerate() {
                let value = values.get(row * columns.len() + column);
                let (Some((left, right)), Some(value)) = (*span, value) else { continue };
                let (from, to) = (area.place((left, high)), area.place((right, low)));
                let shade = match mapping.fraction(*value) {
                    Some(t) => palette::shade((t.max(0.0) * palette::SHADES as f64) as usize),
                    None => {
                        missing.push((from, to));
                        palette::MISSING
                    }
                };
                match &mut run {
                    Some((same, _, end)) if *same == shade && end.0 == from.0 => *end = to,
                    _ => {
                        cell(pen, area, run.replace((shade, from, to)))?;
                    }
                }
            }
            cell(pen, area, run)?;
        }
        for &(from, to) in &missing {
            pen.line(&[(from.0, to.1), (to.0, from.1)], Stroke::Solid, 0.6, palette::HATCH)?;
        }
        Ok(())
    }
}

fn cell(pen: &Pen<'_>, area: Area, run: Option<(Paint, At, At)>) -> Result<(), DrawError> {
    let Some((shade, from, to)) = run else { return Ok(()) };
    pen.fill(from, ((to.0 + OVERLAP).min(area.right()), (to.1 + OVERLAP).min(area.bottom())), shade)
}

fn mapping(series: &Series) -> Option<Mapping> {
    let Series::HeatMap { values, range, .. } = series else { return None };
    let axis = Axis { range: *range, ..Axis::linear("") };
    Some(Mapping::new(&axis, values.iter().copied(), (false, false)))
}
