//! Heat maps: coloured cells and their scale.

use super::pen::{Area, LABEL, Pen, SMALL};
use super::scale::{Mapping, Ticks};
use super::{DrawError, palette};
use crate::figure::{Axis, Series, Stroke};
use crate::report::markup;

/// The colour scale of a panel.
pub(super) struct Heat<'a> {
    series: &'a Series,
    mapping: Mapping,
    pub(super) ticks: Ticks,
    pub(super) label: Vec<String>,
}

/// Neighbouring cells overlap by this many pixels, lest the paper shine through between them.
const OVERLAP: f64 = 0.35;

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
        // Cells of one shade together, so that they become one path.
        let mut shades: Vec<Vec<_>> = vec![Vec::new(); palette::SHADES];
        let mut missing = Vec::new();
        for (value, index) in values.iter().zip(0..rows.len() * columns.len()) {
            let (Some((left, right)), Some((low, high))) =
                (columns[index % columns.len()], rows[index / columns.len()])
            else {
                continue;
            };
            let (from, to) = (area.place((left, high)), area.place((right, low)));
            match mapping.fraction(*value) {
                Some(t) => shades[((t * palette::SHADES as f64).max(0.0) as usize).min(palette::SHADES - 1)]
                    .push((from, to)),
                None => missing.push((from, to)),
            }
        }
        for (level, cells) in shades.iter().enumerate() {
            for &(from, to) in cells {
                let to = ((to.0 + OVERLAP).min(area.right()), (to.1 + OVERLAP).min(area.bottom()));
                pen.fill(from, to, palette::shade(level))?;
            }
        }
        for &(from, to) in &missing {
            pen.fill(from, to, palette::MISSING)?;
        }
        for &(from, to) in &missing {
            pen.line(&[(from.0, to.1), (to.0, from.1)], Stroke::Solid, 0.6, palette::HATCH)?;
        }
        Ok(())
    }
}

fn mapping(series: &Series) -> Option<Mapping> {
    let Series::HeatMap { values, range, .. } = series else { return None };
    let axis = Axis { range: *range, ..Axis::linear("") };
    Some(Mapping::new(&axis, values.iter().copied(), (false, false)))
}
