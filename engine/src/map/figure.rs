//! A map as a figure, and what it shows in words.

use serde_json::Value as Json;

use super::fit::EXPONENTS;
use super::{Cell, Column, Found, Map, Sweep, shown};
use crate::figure::{Axis, Figure, Panel, Point, Position, Series, Stroke};
use crate::report::number;
use crate::verify::{Estimate, Margin, Verdict};

/// Columns that are told apart by colour; more are drawn as a heat map.
const COLOURS: usize = 5;

/// Points of a fitted curve.
const FINE: usize = 60;

impl Map {
    /// The discrepancy over the first sweep, a colour for each value of the second; where these are many and numbers, as a heat
    /// map with the line where the claim leaves its margin.
    pub fn figure(&self) -> Figure {
        let panel = self.heights().map_or_else(|| self.lines(), |heights| self.heat(&heights));
        Figure {
            id: self.id.clone(),
            title: self.title.clone(),
            caption: self.caption(),
            panels: vec![panel],
        }
    }

    /// The values of the second sweep where the map is drawn as a heat map.
    fn heights(&self) -> Option<Vec<f64>> {
        let many = self.columns.len() > COLOURS;
        self.sweeps.get(1).filter(|_| many).and_then(Sweep::numbers)
    }

    fn caption(&self) -> String {
        let set: Vec<String> =
            self.fixed.iter().map(|(field, value)| format!("{field}={}", shown(value))).collect();
        let set = if set.is_empty() { String::new() } else { format!(", with {}", set.join(", ")) };
        let component =
            if self.component.is_empty() { String::new() } else { format!(" ({})", self.component) };
        format!(
            "Discrepancy of {}{component} by {}, from the case `{}`{set}; 99 % intervals. {} {}",
            self.claim,
            self.comparison,
            self.case,
            if self.heights().is_some() {
                "Points: where it leaves the declared margin."
            } else {
                "Dashed: the declared margin. Lines: a/x^p, where a correction is seen."
            },
            self.findings().join(" ")
        )
    }

    /// What the map shows, one sentence for each column.
    pub fn findings(&self) -> Vec<String> {
        let columns = self.columns.iter().enumerate();
        columns.map(|(number, column)| self.finding(number, column)).collect()
    }

    fn finding(&self, number: usize, column: &Column) -> String {
        let field = self.sweeps.first().map_or("", |sweep| sweep.field.as_str());
        let name = column.at.as_ref().map_or_else(String::new, |at| format!("{}: ", self.named(at)));
        let sized: Vec<(&Json, &Found)> = self
            .column(number)
            .iter()
            .filter_map(|cell| Some((cell.at.first()?, cell.found.as_ref()?)))
            .collect();
        let (Some((from, _)), Some((to, _))) = (sized.first(), sized.last()) else {
            return format!("{name}not judged anywhere.");
        };
        let count = |verdict| sized.iter().filter(|(_, found)| found.verdict == verdict).count();
        let mut told = vec![format!(
            "inside the margin at {} of {} values of {field} from {} to {}",
            count(Verdict::Confirmed),
            sized.len(),
            shown(from),
            shown(to)
        )];
        if !column.leaves.is_empty() {
            let at: Vec<String> = column.leaves.iter().map(|x| short(*x)).collect();
            told.push(format!("it leaves it at {}", at.join(", ")));
        }
        let fallen = sized.iter().filter(|(_, found)| found.verdict == Verdict::Refuted);
        let mut takes_over: Vec<&str> =
            fallen.flat_map(|(_, found)| &found.standing).map(String::as_str).collect();
        takes_over.sort_unstable();
        takes_over.dedup();
        if !takes_over.is_empty() {
            told.push(format!("beyond it agrees: {}", takes_over.join("; ")));
        }
        if let Some(law) = column.law {
            let a = law.coefficient.value;
            let p = law.exponent;
            let ends = EXPONENTS;
            let beyond = if p.low <= ends.0 || p.high >= ends.1 {
                format!(" (only exponents from {} to {} are looked at)", ends.0, ends.1)
            } else {
                String::new()
            };
            told.push(format!("correction {}/{field}^p with p = {}{beyond}", short(a), number::estimate(p)));
        }
        if let Some(limit) = column.limit {
            let Estimate { value, low, high } = limit.value;
            let verdict = match column.verdict {
                Verdict::Confirmed => "0 is confirmed",
                Verdict::Refuted => "it is not 0",
                _ => "too wide to decide",
            };
            told.push(format!(
                "at infinite size {} [{}, {}]: {verdict}",
                short(value),
                short(low),
                short(high)
            ));
        }
        format!("{name}{}.", told.join("; "))
    }

    fn axis(&self, sweep: usize) -> Axis {
        self.sweeps.get(sweep).map_or_else(
            || Axis::linear(""),
            |sweep| if sweep.log { Axis::log(&sweep.field) } else { Axis::linear(&sweep.field) },
        )
    }

    /// The first sweep as abscissas: numbers, or places in the list.
    fn abscissas(&self) -> Vec<f64> {
        let Some(sweep) = self.sweeps.first() else { return Vec::new() };
        sweep.numbers().unwrap_or_else(|| (1..=sweep.values.len()).map(|k| k as f64).collect())
    }

    fn lines(&self) -> Panel {
        let xs = self.abscissas();
        let mut series = Vec::new();
        for (k, column) in self.columns.iter().enumerate() {
            let point = |(x, cell): (&f64, &Cell)| Some(Point::new(*x, cell.found.as_ref()?.discrepancy));
            let points = xs.iter().zip(self.column(k)).filter_map(point).collect();
            let name = column.at.as_ref().map_or_else(|| "simulation".to_owned(), |at| self.named(at));
            let label = column
                .law
                .map_or(name.clone(), |law| format!("{name}: p = {}", number::estimate(law.exponent)));
            series.push(Series::Points { label, group: k, points });
            if let Some(law) = column.law {
                let (low, high) = (law.from, xs.iter().copied().fold(law.from, f64::max));
                let at = |i: usize| low * (high / low).powf(i as f64 / FINE as f64);
                let curve = (0..=FINE)
                    .map(at)
                    .map(|x| (x, law.coefficient.value * x.powf(-law.exponent.value)))
                    .collect();
                series.push(Series::line("", k, Stroke::Solid, curve));
            }
        }
        let margin = |column: usize, end: fn(&Margin) -> f64| -> Vec<(f64, f64)> {
            let edge = |(x, cell): (&f64, &Cell)| Some((*x, end(&cell.found.as_ref()?.margin)));
            xs.iter().zip(self.column(column)).filter_map(edge).collect()
        };
        // One pair of lines where all columns have the same margin; else each has its own, in its colour.
        let ends: [fn(&Margin) -> f64; 2] = [|margin| margin.high, |margin| margin.low];
        let shared =
            (1..self.columns.len()).all(|k| ends.iter().all(|end| margin(k, *end) == margin(0, *end)));
        let drawn = if shared { self.columns.len().min(1) } else { self.columns.len() };
        for k in 0..drawn {
            let group = if shared { COLOURS } else { k };
            for (number, end) in ends.into_iter().enumerate() {
                let label = if k == 0 && number == 0 { "margin" } else { "" };
                series.push(Series::line(label, group, Stroke::Dashed, margin(k, end)));
            }
        }
        series.push(Series::rule("", COLOURS, Stroke::Dotted, Position::Y(0.0)));
        let mut x = self.axis(0);
        if let Some(sweep) = self.sweeps.first().filter(|sweep| sweep.numbers().is_none()) {
            let names: Vec<String> =
                sweep.values.iter().enumerate().map(|(k, v)| format!("{}: {}", k + 1, shown(v))).collect();
            x.label = format!("{} ({})", sweep.field, names.join(", "));
        }
        Panel { title: String::new(), x, y: Axis::linear("discrepancy"), series }
    }

    fn heat(&self, heights: &[f64]) -> Panel {
        let xs = self.abscissas();
        let is_log = |k: usize| self.sweeps.get(k).is_some_and(|sweep| sweep.log);
        let value = |cell: &Cell| cell.found.as_ref().map_or(f64::NAN, |f| f.discrepancy.value);
        let values: Vec<f64> = self.cells.iter().map(value).collect();
        let largest = values.iter().filter(|v| v.is_finite()).fold(0.0, |m: f64, v| m.max(v.abs()));
        let mut series = vec![Series::HeatMap {
            label: "discrepancy".to_owned(),
            x_edges: edges(&xs, is_log(0)),
            y_edges: edges(heights, is_log(1)),
            values,
            range: (largest > 0.0).then_some((-largest, largest)),
        }];
        let boundary: Vec<(f64, f64)> = self
            .columns
            .iter()
            .zip(heights)
            .flat_map(|(column, &y)| column.leaves.iter().map(move |&x| (x, y)))
            .collect();
        if !boundary.is_empty() {
            let points = boundary.iter().map(|&(x, y)| Point::exact(x, y)).collect();
            series.push(Series::Points { label: "leaves the margin".to_owned(), group: 1, points });
        }
        Panel { title: String::new(), x: self.axis(0), y: self.axis(1), series }
    }

    fn named(&self, value: &Json) -> String {
        match (value.is_string(), self.sweeps.get(1)) {
            (false, Some(sweep)) => format!("{} {}", sweep.field, shown(value)),
            _ => shown(value),
        }
    }
}

fn short(x: f64) -> String {
    number::significant(x, 3)
}

/// Edges of cells around their centres.
fn edges(centres: &[f64], log: bool) -> Vec<f64> {
    let to = |x: f64| if log { x.ln() } else { x };
    let back = |x: f64| if log { x.exp() } else { x };
    let scaled: Vec<f64> = centres.iter().map(|&x| to(x)).collect();
    let [first, .., last] = scaled[..] else {
        return centres.iter().flat_map(|&x| [x - 0.5, x + 0.5]).collect();
    };
    let middles: Vec<f64> = scaled.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0).collect();
    let (Some(low), Some(high)) = (middles.first(), middles.last()) else { return Vec::new() };
    let ends = (2.0 * first - low, 2.0 * last - high);
    std::iter::once(ends.0).chain(middles.iter().copied()).chain([ends.1]).map(back).collect()
}
