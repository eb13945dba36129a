//! One panel: how much room it needs, and what is drawn in it.

use super::heat::Heat;
use super::legend::{Legend, Obstacle, Spot};
use super::pen::{Align, Area, At, LABEL, Pen, SMALL, TITLE, text_height, text_width};
use super::scale::{Mapping, Ticks};
use super::style::{BAR_OPACITY, DrawError, LINE_WIDTH, MARKER_RADIUS};
use super::{clip, palette};
use crate::canvas::Paint;
use crate::figure::{Panel, Point, Position, Series, Stroke};
use crate::markup;

const TICK: f64 = 4.5;
const CAP: f64 = 3.2;
const BAR_WIDTH: f64 = 13.0;

/// Room around the plot area, in pixels.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Margins {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

/// A panel with everything that its layout depends on.
pub(super) struct Plan<'a> {
    panel: &'a Panel,
    x: Mapping,
    y: Mapping,
    x_ticks: Ticks,
    y_ticks: Ticks,
    title: Vec<String>,
    x_label: Vec<String>,
    y_label: Vec<String>,
    heat: Option<Heat<'a>>,
    legend: Legend,
    spot: Option<Spot>,
    /// Size of the plot area.
    pub(super) size: (f64, f64),
    pub(super) margins: Margins,
}

impl<'a> Plan<'a> {
    /// Lays out a panel whose plot area has this size. `shown` is the legend already shown by a panel to the left, which is
    /// not repeated.
    pub(super) fn new(panel: &'a Panel, (width, height): (f64, f64), shown: Option<&Legend>) -> Self {
        let heat = Heat::of(&panel.series);
        let bars = panel.series.iter().any(|s| matches!(s, Series::Histogram { .. }));
        let pads = (heat.is_none(), heat.is_none());
        // A heat map fills its panel; curves over it are cut.
        let spanning: Vec<&Series> =
            panel.series.iter().filter(|s| heat.is_none() || matches!(s, Series::HeatMap { .. })).collect();
        let x = Mapping::new(&panel.x, spanning.iter().flat_map(|s| abscissae(s)), pads);
        let y = Mapping::new(&panel.y, spanning.iter().flat_map(|s| ordinates(s)), (pads.0 && !bars, pads.1));
        let x_ticks =
            x.ticks((width / 58.0) as usize).thinned(width, |label| markup::width(label, SMALL) + 8.0);
        let y_ticks = y.ticks((height / 34.0) as usize).thinned(height, |_| SMALL + 4.0);
        let x_room = if x_ticks.factor.is_some() { width - 100.0 } else { width };
        let legend = Legend::of(&panel.series);
        let repeated = legend.is_empty() || shown == Some(&legend);
        let mut plan = Self {
            title: markup::wrap(&panel.title, TITLE, width),
            x_label: markup::wrap(&panel.x.label, LABEL, x_room),
            y_label: markup::wrap(&panel.y.label, LABEL, height),
            panel,
            x,
            y,
            x_ticks,
            y_ticks,
            heat,
            legend,
            spot: None,
            size: (width, height),
            margins: Margins::default(),
        };
        if !repeated {
            let area = Area { x: 0.0, y: 0.0, width, height };
            plan.spot = Some(if plan.heat.is_some() {
                Spot::Below
            } else {
                plan.legend.spot(area, &plan.obstacles())
            });
        }
        plan.margins = plan.room();
        plan
    }

    pub(super) fn legend(&self) -> &Legend {
        &self.legend
    }

    fn room(&self) -> Margins {
        let labels = |ticks: &Ticks| text_width(ticks.ticks.iter().filter_map(|t| t.label.as_ref()), SMALL);
        let factor = if self.y_ticks.factor.is_some() { 16.0 } else { 0.0 };
        let legend = if self.spot == Some(Spot::Below) { self.legend.rows_height(self.size.0) } else { 0.0 };
        Margins {
            left: text_height(self.y_label.len(), LABEL) + labels(&self.y_ticks) + TICK + 12.0,
            right: self.heat.as_ref().map_or(12.0, |heat| {
                let factor = heat.ticks.factor.as_ref().map_or(0.0, |f| markup::width(f, SMALL));
                let beside = labels(&heat.ticks).max(factor - BAR_WIDTH);
                32.0 + BAR_WIDTH + beside + text_height(heat.label.len(), LABEL)
            }),
            top: 9.0 + text_height(self.title.len(), TITLE) + factor,
            bottom: TICK + 22.0 + text_height(self.x_label.len(), LABEL) + legend,
        }
    }

    /// Draws the panel with its plot area at `area`.
    pub(super) fn draw(&self, pen: &Pen<'_>, area: Area) -> Result<(), DrawError> {
        if self.heat.is_none() {
            self.grid(pen, area)?;
        }
        for series in &self.panel.series {
            self.series(pen, area, series)?;
        }
        pen.frame(area, 0.9, palette::INK)?;
        self.axes(pen, area)?;
        self.labels(pen, area)?;
        if let Some(heat) = &self.heat {
            self.color_bar(pen, area, heat)?;
        }
        match self.spot {
            Some(Spot::Inside((x, y))) => self.legend.draw_inside(pen, (area.x + x, area.y + y), area),
            Some(Spot::Below) => {
                let top = area.bottom() + TICK + 20.0 + text_height(self.x_label.len(), LABEL);
                self.legend.draw_rows(pen, (area.x, top), area.width)
            }
            None => Ok(()),
        }
    }

    fn grid(&self, pen: &Pen<'_>, area: Area) -> Result<(), DrawError> {
        for tick in self.x_ticks.ticks.iter().filter(|t| t.label.is_some()) {
            pen.line(
                &[area.place((tick.at, 0.0)), area.place((tick.at, 1.0))],
                Stroke::Solid,
                0.7,
                palette::GRID,
            )?;
        }
        for tick in self.y_ticks.ticks.iter().filter(|t| t.label.is_some()) {
            pen.line(
                &[area.place((0.0, tick.at)), area.place((1.0, tick.at))],
                Stroke::Solid,
                0.7,
                palette::GRID,
            )?;
        }
        Ok(())
    }

    fn series(&self, pen: &Pen<'_>, area: Area, series: &Series) -> Result<(), DrawError> {
        match series {
            Series::Line { group, stroke, points, .. } => {
                for part in self.visible(points) {
                    self.stroke(pen, area, &part, *stroke, *group)?;
                }
            }
            Series::Rule { group, stroke, at, .. } => {
                if let Some((from, to)) = self.rule(*at) {
                    self.stroke(pen, area, &[from, to], *stroke, *group)?;
                }
            }
            Series::Points { group, points, .. } => {
                for point in points {
                    self.point(pen, area, *group, point)?;
                }
            }
            Series::Histogram { group, edges, heights, .. } => {
                self.histogram(pen, area, &self.bars(edges, heights), palette::color(*group))?;
            }
            Series::HeatMap { .. } => {
                Heat::draw_cells(pen, area, (&self.x, &self.y), self.heat.as_ref(), series)?;
            }
        }
        Ok(())
    }

    fn stroke(
        &self,
        pen: &Pen<'_>,
        area: Area,
        part: &[At],
        stroke: Stroke,
        group: usize,
    ) -> Result<(), DrawError> {
        let points: Vec<At> = part.iter().map(|&at| area.place(at)).collect();
        if self.heat.is_some() {
            // A white casing keeps lines apart from every shade below them.
            pen.line(&points, Stroke::Solid, LINE_WIDTH + 2.0, Paint::WHITE)?;
        }
        pen.line(&points, stroke, LINE_WIDTH, palette::color(group))
    }

    fn point(&self, pen: &Pen<'_>, area: Area, group: usize, point: &Point) -> Result<(), DrawError> {
        let color = palette::color(group);
        let Some(x) = self.x.fraction(point.x).filter(|x| (-1e-6..=1.0 + 1e-6).contains(x)) else {
            return Ok(());
        };
        let ends = (self.y.fraction_or_below(point.low), self.y.fraction_or_below(point.high));
        if let (Some(low), Some(high)) = ends
            && let Some((a, b)) = clip::segment((x, low), (x, high))
        {
            let mut lines = vec![vec![area.place(a), area.place(b)]];
            for (end, fraction) in [(a, low), (b, high)] {
                // A bar that leaves the panel has no cap there.
                if (0.0..=1.0).contains(&fraction) {
                    let (px, py) = area.place(end);
                    lines.push(vec![(px - CAP, py), (px + CAP, py)]);
                }
            }
            if self.heat.is_some() {
                for line in &lines {
                    pen.line(line, Stroke::Solid, 3.0, Paint::WHITE)?;
                }
            }
            for line in &lines {
                pen.line(line, Stroke::Solid, 1.2, color)?;
            }
        }
        match self.y.fraction(point.y) {
            Some(y) if (-1e-6..=1.0 + 1e-6).contains(&y) => {
                pen.marker(area.place((x, y)), palette::marker(group), MARKER_RADIUS, color)
            }
            _ => Ok(()),
        }
    }

    fn visible(&self, points: &[(f64, f64)]) -> Vec<Vec<At>> {
        clip::polyline(points.iter().map(|&(x, y)| Some((self.x.fraction(x)?, self.y.fraction(y)?))))
    }

    fn rule(&self, at: Position) -> Option<(At, At)> {
        let inside = |f: &f64| (0.0..=1.0).contains(f);
        match at {
            Position::X(x) => self.x.fraction(x).filter(inside).map(|x| ((x, 0.0), (x, 1.0))),
            Position::Y(y) => self.y.fraction(y).filter(inside).map(|y| ((0.0, y), (1.0, y))),
        }
    }

    /// Translucent bars under one stepped line.
    fn histogram(&self, pen: &Pen<'_>, area: Area, bars: &[(At, At)], color: Paint) -> Result<(), DrawError> {
        let mut steps: Vec<At> = Vec::new();
        for (i, &(from, to)) in bars.iter().enumerate() {
            steps.extend([area.place((from.0, to.1)), area.place(to)]);
            let first = i == 0 || bars[i - 1].1.0 < from.0;
            let last = bars.get(i + 1).is_none_or(|next| next.0.0 > to.0);
            if first {
                steps.insert(steps.len() - 2, area.place(from));
            }
            if last {
                steps.push(area.place((to.0, from.1)));
                // One area: bars of their own would show seams.
                pen.polygon(&steps, color.faint(BAR_OPACITY))?;
                pen.line(&steps, Stroke::Solid, 1.1, color)?;
                steps.clear();
            }
        }
        Ok(())
    }

    /// Opposite corners of the bars, in fractions.
    fn bars(&self, edges: &[f64], heights: &[f64]) -> Vec<(At, At)> {
        let base = self.y.fraction_or_below(0.0).unwrap_or(0.0).clamp(0.0, 1.0);
        let bar = |(edge, &height): (&[f64], &f64)| {
            let (left, right) = (self.x.fraction_or_below(edge[0])?, self.x.fraction_or_below(edge[1])?);
            let top = self.y.fraction_or_below(height)?.clamp(0.0, 1.0);
            let (left, right) = (left.clamp(0.0, 1.0), right.clamp(0.0, 1.0));
            (left < right && top != base).then_some(((left, base), (right, top)))
        };
        edges.windows(2).zip(heights).filter_map(bar).collect()
    }

    fn obstacles(&self) -> Vec<Obstacle> {
        let mut obstacles = Vec::new();
        for series in &self.panel.series {
            match series {
                Series::Line { points, .. } => {
                    for part in self.visible(points) {
                        obstacles.extend(part.windows(2).map(|w| (w[0], w[1], 3.0)));
                    }
                }
                Series::Points { points, .. } => obstacles.extend(points.iter().filter_map(|p| {
                    let x = self.x.fraction(p.x)?;
                    let y = self.y.fraction(p.y)?;
                    let low = self.y.fraction_or_below(p.low).unwrap_or(y);
                    let high = self.y.fraction_or_below(p.high).unwrap_or(y);
                    Some(((x, low), (x, high), MARKER_RADIUS + 3.0))
                })),
                Series::Histogram { edges, heights, .. } => {
                    for ((left, base), (right, top)) in self.bars(edges, heights) {
                        let middle = (left + right) / 2.0;
                        let margin = (right - left) * self.size.0 / 2.0 + 1.0;
                        // The bar as a thick line that ends where the margin reaches its top.
                        let end = (top - margin / self.size.1).max(base);
                        obstacles.push(((middle, base), (middle, end), margin));
                    }
                }
                Series::Rule { at, .. } => obstacles.extend(self.rule(*at).map(|(a, b)| (a, b, 2.0))),
                Series::HeatMap { .. } => {}
            }
        }
        obstacles
    }

    fn axes(&self, pen: &Pen<'_>, area: Area) -> Result<(), DrawError> {
        let length = |labelled: bool| if labelled { TICK } else { TICK * 0.55 };
        for tick in &self.x_ticks.ticks {
            let (x, y) = area.place((tick.at, 0.0));
            pen.line(&[(x, y), (x, y + length(tick.label.is_some()))], Stroke::Solid, 0.9, palette::INK)?;
        }
        for tick in &self.y_ticks.ticks {
            let (x, y) = area.place((0.0, tick.at));
            pen.line(&[(x, y), (x - length(tick.label.is_some()), y)], Stroke::Solid, 0.9, palette::INK)?;
        }
        for tick in &self.x_ticks.ticks {
            if let Some(label) = &tick.label {
                let (x, y) = area.place((tick.at, 0.0));
                pen.text(label, (x, y + TICK + 3.0 + SMALL), SMALL, Align::Center, palette::INK)?;
            }
        }
        for tick in &self.y_ticks.ticks {
            if let Some(label) = &tick.label {
                let (x, y) = area.place((0.0, tick.at));
                pen.text(label, (x - TICK - 3.5, y + 0.36 * SMALL), SMALL, Align::Right, palette::INK)?;
            }
        }
        Ok(())
    }

    fn labels(&self, pen: &Pen<'_>, area: Area) -> Result<(), DrawError> {
        let top = area.y - self.margins.top + 3.0;
        for (i, line) in self.title.iter().enumerate() {
            let y = top + text_height(i + 1, TITLE) - 3.0;
            pen.text(line, (area.x, y), TITLE, Align::Left, palette::INK)?;
        }
        let below = area.bottom() + TICK + 17.0;
        for (i, line) in self.x_label.iter().enumerate() {
            let at = (area.x + area.width / 2.0, below + text_height(i + 1, LABEL) - 2.0);
            pen.text(line, at, LABEL, Align::Center, palette::INK)?;
        }
        if let Some(factor) = &self.x_ticks.factor {
            pen.text(factor, (area.right(), below + SMALL + 3.0), SMALL, Align::Right, palette::INK)?;
        }
        if let Some(factor) = &self.y_ticks.factor {
            pen.text(factor, (area.x, area.y - 6.0), SMALL, Align::Left, palette::INK)?;
        }
        for (i, line) in self.y_label.iter().enumerate() {
            let at = (
                area.x - self.margins.left + 4.0 + text_height(i, LABEL) + LABEL,
                area.y + area.height / 2.0,
            );
            pen.upright(line, at, LABEL, palette::INK)?;
        }
        Ok(())
    }

    fn color_bar(&self, pen: &Pen<'_>, area: Area, heat: &Heat<'_>) -> Result<(), DrawError> {
        let strip = Area { x: area.right() + 12.0, y: area.y, width: BAR_WIDTH, height: area.height };
        for level in 0..palette::SHADES {
            let from = level as f64 / palette::SHADES as f64;
            // Each shade reaches up to the top, under the next ones: no seams.
            pen.fill(strip.place((0.0, from)), strip.place((1.0, 1.0)), palette::shade(level))?;
        }
        pen.frame(strip, 0.9, palette::INK)?;
        let mut widest = 0.0f64;
        for tick in &heat.ticks.ticks {
            let (x, y) = strip.place((1.0, tick.at));
            pen.line(&[(x, y), (x + 3.5, y)], Stroke::Solid, 0.9, palette::INK)?;
            if let Some(label) = &tick.label {
                pen.text(label, (x + 6.0, y + 0.36 * SMALL), SMALL, Align::Left, palette::INK)?;
                widest = widest.max(markup::width(label, SMALL));
            }
        }
        if let Some(factor) = &heat.ticks.factor {
            pen.text(factor, (strip.x, strip.y - 6.0), SMALL, Align::Left, palette::INK)?;
        }
        for (i, line) in heat.label.iter().enumerate() {
            let x = strip.right() + 10.0 + widest + LABEL + text_height(i, LABEL);
            pen.upright(line, (x, area.y + area.height / 2.0), LABEL, palette::INK)?;
        }
        Ok(())
    }
}

fn abscissae(series: &Series) -> Vec<f64> {
    match series {
        Series::Line { points, .. } => points.iter().filter(|p| p.1.is_finite()).map(|p| p.0).collect(),
        Series::Points { points, .. } => points.iter().filter(|p| p.y.is_finite()).map(|p| p.x).collect(),
        Series::Histogram { edges, .. } => edges.clone(),
        Series::HeatMap { x_edges, .. } => x_edges.clone(),
        Series::Rule { at: Position::X(x), .. } => vec![*x],
        Series::Rule { .. } => Vec::new(),
    }
}

fn ordinates(series: &Series) -> Vec<f64> {
    match series {
        Series::Line { points, .. } => points.iter().filter(|p| p.0.is_finite()).map(|p| p.1).collect(),
        Series::Points { points, .. } => {
            points.iter().filter(|p| p.x.is_finite()).flat_map(|p| [p.low, p.y, p.high]).collect()
        }
        Series::Histogram { heights, .. } => heights.iter().copied().chain([0.0]).collect(),
        Series::HeatMap { y_edges, .. } => y_edges.clone(),
        Series::Rule { at: Position::Y(y), .. } => vec![*y],
        Series::Rule { .. } => Vec::new(),
    }
}
