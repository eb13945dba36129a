//! Explorable figures of papers: predictions that follow knobs, over the trials that are stored.

use serde_json::Value as Json;
use solvable_engine::figure::{Point, Series};
use solvable_engine::verify::{Experiment, JudgeError, Request};
use solvable_engine::{FigurePlan, Trials, mean_point};

use crate::rounded;

pub use serde_json::json;
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
            points.push(short(mean_point(x, &values)?));
        }
    }
    Ok(points)
}

/// As many digits as can be seen, and more: pages carry the points as text.
fn short(Point { x, y, low, high }: Point) -> Point {
    let [x, y, low, high] = [x, y, low, high].map(|value| rounded(value, DIGITS));
    Point { x, y, low, high }
}

const DIGITS: usize = 6;

/// Measurements as markers in panel `panel` where the knobs stand as `at` says; nothing where there are no points.
pub fn measured(panel: usize, at: Json, label: &str, group: usize, points: Vec<Point>) -> Option<Measured> {
    let series = Series::Points { label: label.to_owned(), group, points };
    let none = matches!(&series, Series::Points { points, .. } if points.is_empty());
    (!none).then(|| Measured::new(panel, at, series))
}
