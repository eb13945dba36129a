//! Explorable figures of papers: predictions that follow knobs, over the trials that are stored.

use solvable_engine::figure::{Point, Series, Stroke};
use solvable_engine::verify::{Experiment, JudgeError, Request};
use solvable_engine::{FigurePlan, Trials, mean_point};

use crate::rounded;

pub use serde_json::{Value as Json, json};
pub use solvable_explore::*;

/// An explorable figure to be: the trials it looks for, and how it is made from those that are stored.
pub type ExplorePlan = FigurePlan<Explorable>;

/// Asks for trials of `E` at `settings`, as many as are stored: explorable figures run none.
///
/// # Errors
/// A setting that names no trials.
pub fn stored<E: Experiment>(
    settings: impl IntoIterator<Item = E::Setting>,
) -> Result<Vec<Request>, JudgeError> {
    settings.into_iter().map(|setting| Ok(Request::new::<E>(&setting, MOST)?)).collect()
}

/// More trials than any setting has.
const MOST: usize = 1_000_000;

/// Points with 99 % intervals of what `read` gives, at those of `settings` whose trials are stored; none of them is asked for
/// more than that.
///
/// # Errors
/// Trials that cannot be read.
pub fn points<E: Experiment>(
    trials: &Trials<'_>,
    settings: impl IntoIterator<Item = (f64, E::Setting)>,
    read: impl Fn(&E::Outcome) -> f64,
) -> Result<Vec<Point>, JudgeError> {
    let mut points = Vec::new();
    for (x, setting) in settings {
        if let Some(outcomes) = trials.found::<E>(&setting)? {
            let values: Vec<f64> = outcomes.iter().map(&read).collect();
            points.push(seen(mean_point(x, &values)?));
        }
    }
    Ok(points)
}

/// As many digits as can be seen, and more: pages carry the points as text.
fn seen(Point { x, y, low, high }: Point) -> Point {
    let [x, y, low, high] = [x, y, low, high].map(|value| rounded(value, DIGITS));
    Point { x, y, low, high }
}

const DIGITS: usize = 6;

/// Points with 99 % intervals of the entries of a list that each trial at `setting` gives, over `xs`; none where no trials are
/// stored.
///
/// # Errors
/// Trials that cannot be read, or whose lists have another length.
pub fn listed<E: Experiment>(
    trials: &Trials<'_>,
    setting: &E::Setting,
    xs: &[f64],
    list: impl Fn(&E::Outcome) -> &[f64],
) -> Result<Vec<Point>, JudgeError> {
    let Some(outcomes) = trials.found::<E>(setting)? else { return Ok(Vec::new()) };
    if let Some(odd) = outcomes.iter().map(|o| list(o).len()).find(|length| *length != xs.len()) {
        return Err(JudgeError::Shape { predicted: xs.len(), measured: odd });
    }
    let point = |(index, x): (usize, &f64)| {
        let values: Vec<f64> = outcomes.iter().map(|o| list(o)[index]).collect();
        Ok(seen(mean_point(*x, &values)?))
    };
    xs.iter().enumerate().map(point).collect()
}

/// A dotted upright line where a knob stands.
pub fn standing(knob: &str) -> Trace {
    Trace::Rule(Rule {
        label: String::new(),
        group: 7,
        stroke: Stroke::Dotted,
        ask: None,
        value: knob.into(),
        upright: true,
    })
}

/// Measurements as markers in panel `panel` where the knobs stand as `at` says; nothing where there are no points.
pub fn measured(panel: usize, at: Json, label: &str, group: usize, points: Vec<Point>) -> Option<Measured> {
    let series = Series::Points { label: label.to_owned(), group, points };
    let none = matches!(&series, Series::Points { points, .. } if points.is_empty());
    (!none).then(|| Measured::new(panel, at, series))
}
