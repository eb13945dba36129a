//! A figure as data: what is to be seen, not how it is drawn.
//!
//! Papers build figures from predictions and trials; [`draw`](crate::draw) draws them, each series below as it says.
//!
//! Figures are written as JSON and read back as they were. JSON has no numbers that are not finite: there NaN is `null`, and the
//! infinities are `"Infinity"` and `"-Infinity"`.

mod lossless;

use serde::{Deserialize, Serialize};

/// One figure of one or more panels side by side.
///
/// ```
/// use solvable_figures::figure::{Axis, Figure, Panel, Point, Series, Stroke};
/// let figure = Figure {
///     id: "walk/distance".into(),
///     title: "Distance of a random walk".into(),
///     caption: "Mean distance of 4000 walks with 99 % intervals, and the law.".into(),
///     panels: vec![Panel {
///         title: String::new(),
///         x: Axis::log("steps n"),
///         y: Axis::log("E|S_n|"),
///         series: vec![
///             Series::line("theory", 0, Stroke::Solid, vec![(100.0, 7.98), (10_000.0, 79.8)]),
///             Series::Points {
///                 label: "simulation".into(),
///                 group: 0,
///                 points: vec![Point { x: 100.0, y: 7.8, low: 7.6, high: 8.1 }],
///             },
///         ],
///     }],
/// };
/// assert!(solvable_figures::render_svg(&figure)?.contains("<svg"));
/// # Ok::<(), solvable_figures::DrawError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Unique id `<part>/<name>`; the file name is the same with a dash for the slash.
    pub id: String,
    /// Title, in plain text.
    pub title: String,
    /// What a reader should see in it, with the setting; plain text.
    pub caption: String,
    /// The panels, from left to right.
    pub panels: Vec<Panel>,
}

/// One pair of axes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// Heading of the panel; empty for none.
    pub title: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// What is drawn, in drawing order.
    pub series: Vec<Series>,
}

/// An axis.
///
/// ```
/// use solvable_figures::figure::{Axis, Scale};
/// let axis = Axis::log("width M").within(10.0, 1e4);
/// assert_eq!((axis.scale, axis.range), (Scale::Log, Some((10.0, 1e4))));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// Name and unit, in plain text with Unicode symbols: `width M`, `λ_max`.
    pub label: String,
    /// Linear or logarithmic.
    pub scale: Scale,
    /// The visible range; chosen from the data where `None`.
    pub range: Option<(f64, f64)>,
}

/// How an axis maps values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scale {
    /// Proportional.
    Linear,
    /// Logarithmic, base 10; values at or below zero are not drawn.
    Log,
}

/// The style of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stroke {
    /// A theory that is expected to hold.
    Solid,
    /// A rival, a bound or an approximation.
    Dashed,
    /// A guide to the eye.
    Dotted,
}

/// A value with its confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Point estimate.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A simulated point with its interval.
///
/// ```
/// use solvable_figures::figure::Point;
/// use solvable_figures::figure::Estimate;
/// let point = Point::new(100.0, Estimate { value: 7.8, low: 7.6, high: 8.1 });
/// assert_eq!((point.y, point.low), (7.8, 7.6));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Abscissa.
    #[serde(with = "lossless")]
    pub x: f64,
    /// Mean.
    #[serde(with = "lossless")]
    pub y: f64,
    /// Lower end of the error bar.
    #[serde(with = "lossless")]
    pub low: f64,
    /// Upper end of the error bar.
    #[serde(with = "lossless")]
    pub high: f64,
}

/// Something drawn in a panel. Series of the same `group` share a colour (and points their marker): a theory line and
/// the simulation that tests it.
///
/// ```
/// use solvable_figures::figure::{Position, Series, Stroke, histogram};
/// let curve = Series::line("law", 0, Stroke::Solid, vec![(0.0, 1.0), (1.0, 2.0)]);
/// let bound = Series::rule("bound", 1, Stroke::Dashed, Position::Y(2.5));
/// let (edges, heights) = histogram(&[0.1, 0.2, 0.9], 2);
/// let bars = Series::Histogram { label: "simulated".into(), group: 0, edges, heights };
/// let map = Series::HeatMap {
///     label: "error".into(),
///     x_edges: vec![0.0, 1.0, 2.0],
///     y_edges: vec![0.0, 1.0],
///     values: vec![0.3, f64::NAN],
///     range: Some((0.0, 1.0)),
/// };
/// # drop((curve, bound, bars, map));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Series {
    /// A curve, in general a theory. Non-finite points break the line.
    Line {
        /// Legend entry; empty for none.
        label: String,
        /// Colour group.
        group: usize,
        /// Line style.
        stroke: Stroke,
        /// The points, in order.
        #[serde(with = "lossless")]
        points: Vec<(f64, f64)>,
    },
    /// Markers with error bars: simulations.
    Points {
        /// Legend entry; empty for none.
        label: String,
        /// Colour group.
        group: usize,
        /// The points.
        points: Vec<Point>,
    },
    /// Bars: a histogram of simulated values.
    Histogram {
        /// Legend entry; empty for none.
        label: String,
        /// Colour group.
        group: usize,
        /// Bin edges, ascending, one more than heights.
        #[serde(with = "lossless")]
        edges: Vec<f64>,
        /// Heights.
        #[serde(with = "lossless")]
        heights: Vec<f64>,
    },
    /// Coloured cells; drawn with a colour bar.
    HeatMap {
        /// Label of the colour bar.
        label: String,
        /// Cell edges along x.
        #[serde(with = "lossless")]
        x_edges: Vec<f64>,
        /// Cell edges along y.
        #[serde(with = "lossless")]
        y_edges: Vec<f64>,
        /// Values, row by row (the first row lies between the first two y edges); non-finite cells are hatched grey.
        #[serde(with = "lossless")]
        values: Vec<f64>,
        /// The range of the colour bar; from the data where `None`.
        range: Option<(f64, f64)>,
    },
    /// A straight line across the panel at one value.
    Rule {
        /// Legend entry; empty for none.
        label: String,
        /// Colour group.
        group: usize,
        /// Line style.
        stroke: Stroke,
        /// Across which axis it stands.
        at: Position,
    },
}

/// Where a [`Series::Rule`] stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Position {
    /// A vertical line at this x.
    X(#[serde(with = "lossless")] f64),
    /// A horizontal line at this y.
    Y(#[serde(with = "lossless")] f64),
}

impl Series {
    /// A curve.
    pub fn line(label: impl Into<String>, group: usize, stroke: Stroke, points: Vec<(f64, f64)>) -> Self {
        Self::Line { label: label.into(), group, stroke, points }
    }

    /// A straight line across the panel.
    pub fn rule(label: impl Into<String>, group: usize, stroke: Stroke, at: Position) -> Self {
        Self::Rule { label: label.into(), group, stroke, at }
    }
}

impl Point {
    /// An estimate at `x`.
    pub fn new(x: f64, estimate: Estimate) -> Self {
        Self { x, y: estimate.value, low: estimate.low, high: estimate.high }
    }

    /// An exact value at `x`.
    pub fn exact(x: f64, y: f64) -> Self {
        Self { x, y, low: y, high: y }
    }
}

impl Axis {
    /// A linear axis.
    pub fn linear(label: impl Into<String>) -> Self {
        Self { label: label.into(), scale: Scale::Linear, range: None }
    }

    /// A logarithmic axis.
    pub fn log(label: impl Into<String>) -> Self {
        Self { label: label.into(), scale: Scale::Log, range: None }
    }

    /// The same axis with a fixed range.
    pub fn within(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }
}

/// Counts of `values` in `bins` bins of equal width over their range: `(edges, counts)`.
///
/// ```
/// let (edges, counts) = solvable_figures::figure::histogram(&[0.0, 1.0, 4.0], 2);
/// assert_eq!((edges, counts), (vec![0.0, 2.0, 4.0], vec![2.0, 1.0]));
/// ```
pub fn histogram(values: &[f64], bins: usize) -> (Vec<f64>, Vec<f64>) {
    let (low, high) =
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)));
    if !(low.is_finite() && high.is_finite()) || bins == 0 {
        return (Vec::new(), Vec::new());
    }
    let width = if high > low { (high - low) / bins as f64 } else { 1.0 };
    let edges = (0..=bins).map(|i| low + width * i as f64).collect();
    let mut counts = vec![0.0; bins];
    for value in values {
        counts[(((value - low) / width) as usize).min(bins - 1)] += 1.0;
    }
    (edges, counts)
}

#[cfg(test)]
mod tests {
    use serde_json::{from_str, json, to_string, to_value};

    use super::*;

    fn panel(series: Vec<Series>) -> Panel {
        let (x, y) = (Axis::log("width").within(10.0, 1e4), Axis::linear("error"));
        Panel { title: "one".into(), x, y, series }
    }

    fn figure(numbers: [f64; 4]) -> Figure {
        let [a, b, c, d] = numbers;
        let series = vec![
            Series::line("law", 0, Stroke::Solid, vec![(a, b), (c, d)]),
            Series::Points {
                label: "found".into(),
                group: 1,
                points: vec![Point { x: a, y: b, low: c, high: d }],
            },
            Series::Histogram { label: String::new(), group: 2, edges: vec![a, b, c], heights: vec![d, a] },
            Series::HeatMap {
                label: "error".into(),
                x_edges: vec![0.0, 1.0, 2.0],
                y_edges: vec![0.0, 1.0],
                values: vec![a, c],
                range: Some((0.0, 1.0)),
            },
            Series::rule("edge", 3, Stroke::Dashed, Position::X(a)),
            Series::rule("bound", 3, Stroke::Dotted, Position::Y(d)),
        ];
        let (id, title, caption) = ("part/name".into(), "Title".into(), "Caption".into());
        Figure { id, title, caption, panels: vec![panel(series), panel(Vec::new())] }
    }

    #[test]
    fn figures_are_read_as_they_were_written() {
        let finite = figure([0.1, -0.0, 1e-300, 5e15]);
        assert_eq!(from_str::<Figure>(&to_string(&finite).unwrap()).unwrap(), finite);
        let infinite = figure([f64::INFINITY, 3.0, f64::NEG_INFINITY, 0.1]);
        assert_eq!(from_str::<Figure>(&to_string(&infinite).unwrap()).unwrap(), infinite);
        // NaN is not equal to itself.
        let broken = to_string(&figure([f64::NAN, 1.0, 2.0, f64::NAN])).unwrap();
        let read: Figure = from_str(&broken).unwrap();
        assert_eq!(to_string(&read).unwrap(), broken);
        assert!(
            matches!(&read.panels[0].series[0], Series::Line { points, .. } if points[0].0.is_nan() && points[1].1.is_nan())
        );
    }

    /// Others write figures in this form.
    #[test]
    fn the_form_of_figures_is_plain() {
        let line = Series::line("law", 0, Stroke::Dashed, vec![(1.0, f64::NAN), (2.0, f64::INFINITY)]);
        let expected = json!({"Line": {
            "label": "law", "group": 0, "stroke": "Dashed", "points": [[1.0, null], [2.0, "Infinity"]]
        }});
        assert_eq!(to_value(&line).unwrap(), expected);
        let rule = json!({"Rule": {"label": "", "group": 1, "stroke": "Solid", "at": {"Y": 2}}});
        assert_eq!(
            from_str::<Series>(&rule.to_string()).unwrap(),
            Series::rule("", 1, Stroke::Solid, Position::Y(2.0))
        );
        let unknown = rule.to_string().replace("\"Y\":2", "\"Y\":\"large\"");
        assert!(from_str::<Series>(&unknown).is_err());
    }
}
