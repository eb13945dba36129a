//! Maps: a claim over one or two fields of its setting. Where it holds, how its discrepancy falls with the size, where it stops.
//!
//! A [`MapPlan`] says what is swept; [`MapPlan::requests`] are its trials, and [`MapPlan::chart`] judges every cell by them, fits
//! the finite-size law $\delta=a\,x^{-p}$ along the first sweep where its values are spaced by factors (as sizes are), and judges
//! its limit at infinite size.

mod figure;
mod fit;
mod plan;
mod sweep;
mod table;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::verify::{Estimate, Margin, Profile, Verdict};

pub use fit::{Limit, Point, PowerLaw, limit, power_law};
pub use plan::{MapError, MapPlan};
pub use sweep::Sweep;
pub(crate) use sweep::shown;

/// A claim over one or two fields of its setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Map {
    /// `<part>/<name>`.
    pub id: String,
    /// What is seen in it.
    pub title: String,
    /// The claim.
    pub claim: String,
    /// The case that it starts from.
    pub case: String,
    /// The setting of that case (the first one, where it has several).
    pub setting: Json,
    /// How prediction and measurement are compared.
    pub comparison: String,
    /// The statistic judged.
    pub statistic: String,
    /// Whose cases and margins.
    pub profile: Profile,
    /// The seed of the trials.
    pub seed: u64,
    /// The fields that differ from those of the case, and what they are set to.
    pub fixed: Vec<(String, Json)>,
    /// The component that is mapped; empty where the claim has one only.
    pub component: String,
    /// What is swept: the first one is the size of the finite-size laws.
    pub sweeps: Vec<Sweep>,
    /// The cells; the first sweep runs fastest.
    pub cells: Vec<Cell>,
    /// One for each value of the second sweep; a single one without it.
    pub columns: Vec<Column>,
}

/// The claim at one point of a map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The values of the sweeps.
    pub at: Vec<Json>,
    /// Trials drawn, for each setting.
    pub trials: Vec<usize>,
    /// What was found there, where the claim could be judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
    /// Why it could not be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A discrepancy and its verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The prediction.
    pub predicted: f64,
    /// The measurement.
    pub measured: Estimate,
    /// The discrepancy.
    pub discrepancy: Estimate,
    /// Its standard error.
    pub error: f64,
    /// The declared margin.
    pub margin: Margin,
    /// The verdict of the claim.
    pub verdict: Verdict,
    /// Rivals that agree with the trials here: what takes over where the claim falls.
    pub standing: Vec<String>,
}

/// A finite-size law along the first sweep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// The value of the second sweep, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Json>,
    /// The correction's law, where one is seen.
    pub law: Option<PowerLaw>,
    /// Where the discrepancy goes at infinite size.
    pub limit: Option<Limit>,
    /// Confirmed: the limit is 0 within its interval, and the interval within the margin. Refuted: it is not 0. Without a limit it is
    /// inconclusive.
    pub verdict: Verdict,
    /// The sizes between which the discrepancy crosses the margin, interpolated.
    pub leaves: Vec<f64>,
}

impl Map {
    /// The cells of column number `column`, in the order of the first sweep.
    pub fn column(&self, column: usize) -> &[Cell] {
        let length = self.sweeps.first().map_or(0, |sweep| sweep.values.len());
        self.cells.get(column * length..(column + 1) * length).unwrap_or_default()
    }

    /// Points of column number `column` for finite-size laws: those that could be judged.
    pub fn points(&self, column: usize) -> Vec<Point> {
        let point =
            |(size, found): (f64, &Found)| Point { size, value: found.discrepancy.value, error: found.error };
        self.sized(column).into_iter().map(point).collect()
    }

    /// The sizes of column number `column` that could be judged, with what was found there.
    fn sized(&self, column: usize) -> Vec<(f64, &Found)> {
        let sizes = self.sweeps.first().and_then(Sweep::numbers).unwrap_or_default();
        let cells = sizes.into_iter().zip(self.column(column));
        cells.filter_map(|(size, cell)| Some((size, cell.found.as_ref()?))).collect()
    }

    /// Pairs of neighbouring sizes of column number `column` that could both be judged.
    fn neighbours(&self, column: usize) -> Vec<[(f64, &Found); 2]> {
        let sizes = self.sweeps.first().and_then(Sweep::numbers).unwrap_or_default();
        let cells = sizes.into_iter().zip(self.column(column));
        let judged: Vec<_> = cells.map(|(size, cell)| Some((size, cell.found.as_ref()?))).collect();
        judged.windows(2).filter_map(|pair| Some([pair[0]?, pair[1]?])).collect()
    }

    /// The discrepancy measured at `size` in column number `column`, between neighbouring sizes (in the logarithm where the sizes
    /// are spaced by factors); `None` outside the sizes that were mapped and next to one that could not be judged.
    ///
    /// Between two sizes the interval is the hull of theirs, which holds whatever way the discrepancy takes from one to the other,
    /// as long as it does not turn.
    pub fn discrepancy_at(&self, column: usize, size: f64) -> Option<Estimate> {
        let sweep = self.sweeps.first()?;
        let scaled = |x: f64| if sweep.log { x.ln() } else { x };
        if let Some((_, found)) = self.sized(column).into_iter().find(|(known, _)| *known == size) {
            return Some(found.discrepancy);
        }
        let mut pairs = self.neighbours(column).into_iter();
        let [(a, left), (b, right)] = pairs.find(|pair| pair[0].0 < size && size < pair[1].0)?;
        let t = (scaled(size) - scaled(a)) / (scaled(b) - scaled(a));
        let (left, right) = (left.discrepancy, right.discrepancy);
        let value = left.value + t * (right.value - left.value);
        Some(Estimate { value, low: left.low.min(right.low), high: left.high.max(right.high) })
    }
}
