//! What a figure shows at a setting of its knobs.

use std::collections::HashMap;
use std::rc::Rc;

use serde::Serialize;
use serde_json::{Map, Value as Json};
use solvable_figures::figure::{Figure, Panel as Drawn, Point, Position, Scale, Series};
use solvable_theory::catalog::{self, Prediction, Value};

use crate::command::command;
use crate::place::Place;
use crate::refusal::Refusal;
use crate::spec::{
    Ask, Bars, Cells, Dot, Explorable, Listed, Measured, Panel, Readout, Rule, Sweep, Trace, Values,
};
use crate::template::{Setting, refers};

/// How finely curves are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Some values of each curve, and no readouts: while a knob moves.
    Coarse,
    /// All of them.
    Fine,
}

/// A figure at a setting of its knobs.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The figure.
    pub figure: Figure,
    /// Its numbers; none where it is coarse.
    pub readouts: Vec<Shown>,
    /// What could not be computed, and why.
    pub problems: Vec<Problem>,
    /// What a reader should know: the parameters lie outside of what a formula is valid for.
    pub caveats: Vec<String>,
    /// How many series of measurements belong to this setting.
    pub measured: usize,
    /// Claims that the program can judge here.
    pub checks: Vec<String>,
}

/// A number beside the figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    /// What it is.
    pub label: String,
    /// The value as the command prints it; `None` where there is none.
    pub value: Option<Json>,
    /// The command that prints it.
    pub command: String,
}

/// Something that could not be computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Of what: a label of the figure.
    pub of: String,
    /// Whether it is only so at some values of a curve.
    pub partly: bool,
    /// The knobs that the parameter to blame hangs on.
    pub knobs: Vec<String>,
    /// Why.
    #[serde(flatten)]
    pub why: Refusal,
}

/// A coarse curve has one of so many values.
const COARSE: usize = 4;

impl Explorable {
    /// The figure with the knobs at `setting`.
    ///
    /// # Errors
    /// A setting that lacks a knob or has one more. What the theory refuses is a [`Problem`] of the picture.
    pub fn picture(&self, setting: &Map<String, Json>, detail: Detail) -> Result<Picture, Refusal> {
        let known: Vec<&str> = self.knobs.iter().map(|knob| knob.name.as_str()).collect();
        let odd = setting.keys().find(|name| !known.contains(&name.as_str()));
        let absent = known.iter().find(|name| !setting.contains_key(**name));
        if let Some(name) = odd.map(String::as_str).or(absent.copied()) {
            let told = format!("the knobs are {}; `{name}` is not among them or not set", known.join(", "));
            return Err(Refusal::new("invalid-entry", told));
        }
        let mut drawing = Drawing {
            of: self,
            setting: Setting::new(setting),
            detail,
            problems: Vec::new(),
            caveats: Vec::new(),
            answers: Answers::new(),
            printed: Answers::new(),
        };
        let mut panels: Vec<Drawn> = self.panels.iter().map(|panel| drawing.panel(panel)).collect();
        let here = self.measured.iter().filter(|measured| measured.is_at(setting));
        let mut measured = 0;
        for Measured { panel, series, .. } in here {
            if let Some(panel) = panels.get_mut(*panel) {
                panel.series.push(series.clone());
                measured += 1;
            }
        }
        let readouts = match detail {
            Detail::Coarse => Vec::new(),
            Detail::Fine => self.readouts.iter().map(|readout| drawing.readout(readout)).collect(),
        };
        let checks = self.checks.iter().filter_map(|ask| {
            let params = drawing.setting.params(ask).ok()?;
            Some(command("check", &ask.id, &params))
        });
        let checks = checks.collect();
        let Drawing { problems, caveats, .. } = drawing;
        let (id, title, caption) = (self.id.clone(), self.title.clone(), self.caption.clone());
        let figure = Figure { id, title, caption, panels };
        Ok(Picture { figure, readouts, problems, caveats, measured, checks })
    }
}

impl Measured {
    fn is_at(&self, setting: &Map<String, Json>) -> bool {
        self.at.iter().all(|(name, value)| match (value.as_f64(), setting.get(name).and_then(Json::as_f64)) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()),
            _ => setting.get(name) == Some(value),
        })
    }
}

/// A picture in the making.
struct Drawing<'a> {
    of: &'a Explorable,
    setting: Setting<'a>,
    detail: Detail,
    problems: Vec<Problem>,
    caveats: Vec<String>,
    /// What was answered so far, so that the curves of one answer ask once.
    answers: Answers,
    /// The same, with the digits that the command prints.
    printed: Answers,
}

/// The parts of an answer, by name.
type Parts = Rc<Vec<(&'static str, Value)>>;
/// Answers by prediction and parameters.
type Answers = HashMap<(&'static str, String), Result<Parts, Refusal>>;

impl Drawing<'_> {
    fn panel(&mut self, panel: &Panel) -> Drawn {
        let series = panel.traces.iter().filter_map(|trace| self.trace(trace)).collect();
        Drawn { title: self.setting.label(&panel.title), x: panel.x.clone(), y: panel.y.clone(), series }
    }

    fn trace(&mut self, trace: &Trace) -> Option<Series> {
        let (label, ask, found) = match trace {
            Trace::Fixed(series) => return Some(series.clone()),
            Trace::Sweep(sweep) => (&sweep.label, Some(&sweep.ask), self.sweep(sweep)),
            Trace::Listed(listed) => (&listed.label, Some(&listed.ask), self.listed(listed)),
            Trace::Rule(rule) => (&rule.label, rule.ask.as_ref(), self.rule(rule)),
            Trace::Dot(dot) => (&dot.label, dot.ask.as_ref(), self.dot(dot)),
            Trace::Cells(cells) => (&cells.label, Some(&cells.ask), self.cells(cells)),
            Trace::Bars(bars) => (&bars.label, Some(&bars.ask), self.bars(bars)),
        };
        match found {
            Ok(series) => series,
            Err(why) => {
                self.problem(label, ask, false, why);
                None
            }
        }
    }

    fn problem(&mut self, of: &str, ask: Option<&Ask>, partly: bool, why: Refusal) {
        let template = ask.zip(why.parameter()).and_then(|(ask, parameter)| {
            let name = parameter.split(['[', '.']).next()?;
            ask.params.get(name)
        });
        let hang = |name: &&str| template.is_some_and(|template| refers(template, name));
        let names = self.of.knobs.iter().map(|knob| knob.name.as_str());
        let knobs = names.filter(hang).map(str::to_owned).collect();
        let problem = Problem { of: self.setting.label(of), partly, knobs, why };
        // Curves with one question share what is wrong with it.
        if !self.problems.iter().any(|other| other.why == problem.why) {
            self.problems.push(problem);
        }
    }

    /// The answer to `ask`, by the names of its outputs.
    fn parts(&mut self, ask: &Ask) -> Result<Parts, Refusal> {
        let prediction = catalog::find(&ask.id)?;
        let params = self.setting.params(ask)?;
        self.answer(&prediction, &params)
    }

    /// The answer to a question with such parameters, from what was answered before where it was.
    fn answer(&mut self, prediction: &Prediction, params: &Map<String, Json>) -> Result<Parts, Refusal> {
        let evaluate = || Ok(Rc::new(named(prediction, prediction.evaluate(params)?)?));
        let key = (prediction.id, written(params));
        let found = self.answers.entry(key).or_insert_with(evaluate).clone();
        if found.is_ok() {
            self.caveat(prediction, params);
        }
        found
    }

    fn caveat(&mut self, prediction: &Prediction, params: &Map<String, Json>) {
        if let Some(caveat) = prediction.caveat(params)
            && !self.caveats.contains(&caveat)
        {
            self.caveats.push(caveat);
        }
    }

    fn sweep(&mut self, sweep: &Sweep) -> Result<Option<Series>, Refusal> {
        let prediction = catalog::find(&sweep.ask.id)?;
        let output = (sweep.output != "$x").then(|| read_place(&sweep.output)).transpose()?;
        let against = sweep.against.as_deref().map(read_place).transpose()?;
        let (mut points, mut refused) = (Vec::new(), None);
        for x in values(&sweep.values, self.setting, self.detail)? {
            let number = if sweep.values.whole { Json::from(x as i64) } else { Json::from(x) };
            let here = self.setting.at(&number);
            let params = here.params(&sweep.ask)?;
            let less = sweep.less.as_ref().map_or(Ok(0.0), |less| here.number(less))?;
            let found = self.answer(&prediction, &params).and_then(|parts| {
                let at = |place: Option<&Place>| place.map_or(Ok(x), |place| number_of(&parts, place));
                Ok((at(against.as_ref())?, at(output.as_ref())? - less))
            });
            match found {
                Ok(point) => points.push(point),
                Err(why) => {
                    points.push((x, f64::NAN));
                    refused.get_or_insert(why);
                }
            }
        }
        let any = points.iter().any(|(_, y)| !y.is_nan());
        if let Some(why) = refused {
            if !any {
                return Err(why);
            }
            if !sweep.ends {
                self.problem(&sweep.label, Some(&sweep.ask), true, why);
            }
        }
        let Sweep { label, group, stroke, .. } = sweep;
        Ok(Some(Series::Line { label: self.setting.label(label), group: *group, stroke: *stroke, points }))
    }

    fn listed(&mut self, listed: &Listed) -> Result<Option<Series>, Refusal> {
        let parts = self.parts(&listed.ask)?;
        let ordinates = numbers_of(&parts, &listed.y)?;
        let abscissas = match &listed.x {
            Json::Null => (1..=ordinates.len()).map(|n| n as f64).collect(),
            Json::String(output) if !output.starts_with('$') => numbers_of(&parts, output)?,
            template => self.setting.numbers(template)?,
        };
        let points = abscissas.into_iter().zip(ordinates).collect();
        let Listed { label, group, stroke, .. } = listed;
        Ok(Some(Series::Line { label: self.setting.label(label), group: *group, stroke: *stroke, points }))
    }

    /// A number: of the answer, or told.
    fn number(&mut self, ask: Option<&Ask>, value: &Json) -> Result<f64, Refusal> {
        match (ask, value.as_str()) {
            (Some(ask), Some(output)) => {
                let parts = self.parts(ask)?;
                number_of(&parts, &read_place(output)?)
            }
            _ => self.setting.number(value),
        }
    }

    fn rule(&mut self, rule: &Rule) -> Result<Option<Series>, Refusal> {
        let number = self.number(rule.ask.as_ref(), &rule.value)?;
        let at = if rule.upright { Position::X(number) } else { Position::Y(number) };
        Ok(Some(Series::rule(self.setting.label(&rule.label), rule.group, rule.stroke, at)))
    }

    fn dot(&mut self, dot: &Dot) -> Result<Option<Series>, Refusal> {
        let x = self.setting.number(&dot.x)?;
        let y = self.number(dot.ask.as_ref(), &dot.y)?;
        let points = vec![Point::exact(x, y)];
        Ok(Some(Series::Points { label: self.setting.label(&dot.label), group: dot.group, points }))
    }

    fn cells(&mut self, cells: &Cells) -> Result<Option<Series>, Refusal> {
        let parts = self.parts(&cells.ask)?;
        let place = read_place(&cells.output)?;
        let rows: Vec<Vec<f64>> = match within(&parts, &place)? {
            Value::List(rows) if matches!(rows.first(), Some(Value::List(_))) => {
                rows.iter().map(|row| listed_numbers(row, &place)).collect::<Result<_, _>>()?
            }
            flat => {
                let lead = cells.lead.as_ref().map_or(Ok(Vec::new()), |lead| self.setting.numbers(lead))?;
                let most = cells.most.unwrap_or(usize::MAX);
                let all: Vec<f64> =
                    lead.into_iter().chain(listed_numbers(flat, &place)?).take(most).collect();
                all.chunks(cells.columns.max(1)).map(<[f64]>::to_vec).collect()
            }
        };
        let columns = rows.first().map_or(0, Vec::len);
        let edges = |count: usize| (0..=count).map(|n| n as f64).collect();
        Ok(Some(Series::HeatMap {
            label: self.setting.label(&cells.label),
            x_edges: edges(columns),
            y_edges: edges(rows.len()),
            // The first row of a heat map lies at the bottom.
            values: rows.into_iter().rev().flatten().collect(),
            range: cells.range,
        }))
    }

    fn bars(&mut self, bars: &Bars) -> Result<Option<Series>, Refusal> {
        let parts = self.parts(&bars.ask)?;
        let heights = numbers_of(&parts, &bars.y)?;
        let edges = (0..=heights.len()).map(|n| bars.first - 0.5 + n as f64).collect();
        Ok(Some(Series::Histogram {
            label: self.setting.label(&bars.label),
            group: bars.group,
            edges,
            heights,
        }))
    }

    /// The value, or the part of it, that the command prints.
    fn printed(&mut self, id: &str, params: &Map<String, Json>, output: &str) -> Result<Json, Refusal> {
        let prediction = catalog::find(id)?;
        let evaluate = || Ok(Rc::new(named(&prediction, prediction.answer(params)?.shown)?));
        let parts = self.printed.entry((prediction.id, written(params))).or_insert_with(evaluate).clone()?;
        match (output, parts.as_slice()) {
            ("", [(_, whole)]) => Ok(whole.to_json()),
            _ => within(&parts, &read_place(output)?).map(Value::to_json),
        }
    }

    fn readout(&mut self, readout: &Readout) -> Shown {
        let label = self.setting.label(&readout.label);
        let line = |params: &Map<String, Json>| command("predict", &readout.ask.id, params);
        let params = match self.setting.params(&readout.ask) {
            Ok(params) => params,
            Err(why) => {
                self.problem(&readout.label, Some(&readout.ask), false, why);
                return Shown { label, value: None, command: line(&readout.ask.params) };
            }
        };
        let value = self
            .printed(&readout.ask.id, &params, &readout.output)
            .map_err(|why| self.problem(&readout.label, Some(&readout.ask), false, why));
        Shown { label, value: value.ok(), command: line(&params) }
    }
}

fn written(params: &Map<String, Json>) -> String {
    Json::Object(params.clone()).to_string()
}

fn named(prediction: &Prediction, value: Value) -> Result<Vec<(&'static str, Value)>, Refusal> {
    let odd = || Refusal::new("internal", format!("{} has another form than declared", prediction.id));
    prediction.outputs.named(value).ok_or_else(odd)
}

fn read_place(text: &str) -> Result<Place, Refusal> {
    Place::parse(text)
        .ok_or_else(|| Refusal::new("invalid-entry", format!("`{text}` is no place of a number")))
}

fn within<'a>(parts: &'a [(&'static str, Value)], place: &Place) -> Result<&'a Value, Refusal> {
    let part = parts.iter().find(|(name, _)| *name == place.name);
    let absent =
        || Refusal::new("absent-output", format!("`{place}` is not in the value at these parameters"));
    part.and_then(|(_, part)| place.within_value(part)).ok_or_else(absent)
}

/// A number; NaN where a word stands in its place, such as `marginal`.
fn number_of(parts: &[(&'static str, Value)], place: &Place) -> Result<f64, Refusal> {
    match within(parts, place)? {
        Value::Number(number) => Ok(*number),
        Value::Word(_) => Ok(f64::NAN),
        _ => Err(Refusal::new("absent-output", format!("`{place}` is no number"))),
    }
}

fn numbers_of(parts: &[(&'static str, Value)], output: &str) -> Result<Vec<f64>, Refusal> {
    let place = read_place(output)?;
    listed_numbers(within(parts, &place)?, &place)
}

fn listed_numbers(value: &Value, place: &Place) -> Result<Vec<f64>, Refusal> {
    let odd = || Refusal::new("absent-output", format!("`{place}` is no list of numbers"));
    let Value::List(entries) = value else { return Err(odd()) };
    let number = |entry: &Value| match entry {
        Value::Number(number) => Some(*number),
        Value::Word(_) => Some(f64::NAN),
        _ => None,
    };
    entries.iter().map(number).collect::<Option<_>>().ok_or_else(odd)
}

/// The values of a curve, ascending.
fn values(values: &Values, setting: Setting<'_>, detail: Detail) -> Result<Vec<f64>, Refusal> {
    let (low, high) = (setting.number(&values.low)?, setting.number(&values.high)?);
    let count = match detail {
        Detail::Fine => values.count,
        Detail::Coarse => values.count.div_ceil(COARSE),
    };
    let at = |n: usize| {
        let share = n as f64 / count.saturating_sub(1).max(1) as f64;
        match values.scale {
            Scale::Linear => low + (high - low) * share,
            Scale::Log => low * (high / low).powf(share),
        }
    };
    let mut all: Vec<f64> = (0..count).map(at).collect();
    // The ends are what was asked for, not what rounding makes of them.
    if let Some(last) = all.last_mut().filter(|_| count > 1) {
        *last = high;
    }
    if values.whole {
        all.iter_mut().for_each(|x| *x = x.round());
        all.dedup();
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use solvable_figures::figure::{Axis, Stroke};

    use super::*;
    use crate::spec::Knob;

    /// The traces over one knob, `n`, which starts at 2.
    fn picture(traces: Vec<Trace>) -> Picture {
        let panel = Panel { title: String::new(), x: Axis::linear("x"), y: Axis::linear("y"), traces };
        let figure = Explorable {
            id: "test/figure".into(),
            title: String::new(),
            caption: String::new(),
            knobs: vec![Knob::whole("n", "n", "", 1, 9, 2)],
            panels: vec![panel],
            readouts: Vec::new(),
            checks: Vec::new(),
            measured: Vec::new(),
        };
        figure.picture(&figure.start(), Detail::Fine).unwrap()
    }

    fn branch(values: Values) -> Trace {
        let ask = Ask::new("attn/potts-overlap", json!({"K": 3, "x": "$x"}));
        Trace::sweep("branch", 0, Stroke::Solid, ask, values, "a")
    }

    #[test]
    fn a_curve_may_end_where_the_theory_refuses() {
        let over = |low: f64, high: f64| branch(Values::new(low, high, 5, Scale::Linear));
        assert!(picture(vec![over(1.0, 5.0)]).problems[0].partly);
        assert!(picture(vec![over(1.0, 5.0).ending()]).problems.is_empty());
        assert!(!picture(vec![over(1.0, 2.0).ending()]).problems[0].partly);
    }

    #[test]
    fn what_is_taken_off_a_curve_follows_its_values() {
        let drawn = |trace: Trace| match &picture(vec![trace]).figure.panels[0].series[0] {
            Series::Line { points, .. } => points.clone(),
            _ => Vec::new(),
        };
        let over = || branch(Values::new(3, 5, 3, Scale::Linear));
        let (whole, rest) = (drawn(over()), drawn(over().less(json!({"$product": ["$n", "$x"]}))));
        let off: Vec<f64> = whole.iter().zip(&rest).map(|(a, b)| (a.1 - b.1).round()).collect();
        assert_eq!(off, [6.0, 8.0, 10.0]);
        let ask = Ask::new("attn/potts-overlap", json!({"K": 3, "x": "$x"}));
        let turned =
            Trace::sweep("", 0, Stroke::Solid, ask, Values::new(3, 5, 3, Scale::Linear), "$x").against("a");
        let turned: Vec<(f64, f64)> = drawn(turned).into_iter().map(|(x, y)| (y, x)).collect();
        assert_eq!(turned, whole);
    }

    #[test]
    fn lists_are_bars_and_cells_with_others_before_them() {
        let ask = Ask::new("attn/moments", json!({"xi": [[1, 0]], "n": 1}));
        let bars = Trace::bars("", 0, ask.clone(), "moments");
        let cells = Trace::Cells(Cells {
            label: String::new(),
            ask,
            output: "moments".into(),
            columns: 2,
            range: None,
            lead: Some(json!([7, "$n"])),
            most: Some(4),
        });
        let drawn = picture(vec![bars, cells]).figure.panels[0].series.clone();
        // The mean is the pattern, the covariance the identity.
        assert!(matches!(&drawn[0], Series::Histogram { edges, heights, .. }
            if *heights == [1.0, 0.0, 1.0, 0.0, 0.0, 1.0] && edges[0] == 0.5 && edges[6] == 6.5));
        assert!(matches!(&drawn[1], Series::HeatMap { values, .. } if *values == [1.0, 0.0, 7.0, 2.0]));
    }
}
