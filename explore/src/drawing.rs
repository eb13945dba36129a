//! How the parts of a figure are made of answers.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};
use solvable_figures::figure::{Panel as Drawn, Point, Position, Scale, Series};
use solvable_theory::catalog::{self, Prediction, Value};

use crate::answer::{named, read_place, within};
use crate::command::command;
use crate::picture::{Detail, Problem, Shown};
use crate::place::Place;
use crate::refusal::Refusal;
use crate::spec::{
    Ask, Bars, Binned, Cells, Dot, Explorable, Knob, Listed, Panel, Range, Readout, Rule, Sweep, Trace,
    Values,
};
use crate::template::{Setting, asked, refers};

/// What is drawn of a density of none: below every picture, so that steps on logarithmic axes go down to it.
const FOOT: f64 = 1e-12;

/// A coarse curve has one of so many values.
const COARSE: usize = 4;

/// A picture in the making.
pub(crate) struct Drawing<'a> {
    of: &'a Explorable,
    pub setting: Setting<'a>,
    detail: Detail,
    /// Knobs that stand where there is no number. What hangs on them is not drawn.
    unusable: Vec<&'a str>,
    pub problems: Vec<Problem>,
    pub caveats: Vec<String>,
    /// What was asked already: lines and numbers share questions.
    answers: HashMap<(Form, &'static str, String), Result<Value, Refusal>>,
}

/// Which form of an answer is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Form {
    /// As it is computed.
    Computed,
    /// As the command prints it.
    Shown,
}

impl<'a> Drawing<'a> {
    pub fn new(of: &'a Explorable, setting: Setting<'a>, detail: Detail) -> Self {
        let (unusable, problems, caveats) = (Vec::new(), Vec::new(), Vec::new());
        let mut drawing = Self { of, setting, detail, unusable, problems, caveats, answers: HashMap::new() };
        of.knobs.iter().for_each(|knob| drawing.look_at(knob));
        drawing
    }

    /// Knobs of numbers have to stand at numbers; what is valid beyond that is for the theory to say.
    fn look_at(&mut self, knob: &'a Knob) {
        let valid = match knob.range {
            Range::Real { .. } => "a number",
            Range::Whole { .. } => "an integer",
            Range::Words(_) => return,
        };
        let value = self.setting.knob(&knob.name).unwrap_or_default();
        if !value.is_number() {
            let why = Refusal::of_parameter(&knob.name, value.to_string(), valid);
            let problem =
                Problem { of: knob.label.clone(), partly: false, knobs: vec![knob.name.clone()], why };
            self.problems.push(problem);
            self.unusable.push(&knob.name);
        }
    }

    fn is_usable(&self, ask: Option<&Ask>, others: &[&Json]) -> bool {
        let templates = || ask.into_iter().flat_map(|ask| ask.params.values()).chain(others.iter().copied());
        !self.unusable.iter().any(|knob| templates().any(|template| refers(template, knob)))
    }

    pub fn panel(&mut self, panel: &Panel) -> Drawn {
        let series = panel.traces.iter().filter_map(|trace| self.trace(trace)).collect();
        Drawn { title: self.setting.label(&panel.title), x: panel.x.clone(), y: panel.y.clone(), series }
    }

    fn trace(&mut self, trace: &Trace) -> Option<Series> {
        let (label, ask, others): (_, _, Vec<&Json>) = match trace {
            Trace::Fixed(series) => return Some(series.clone()),
            Trace::Sweep(sweep) => {
                (&sweep.label, Some(&sweep.ask), vec![&sweep.values.low, &sweep.values.high])
            }
            Trace::Listed(listed) => (&listed.label, Some(&listed.ask), vec![&listed.x]),
            Trace::Binned(binned) => {
                (&binned.label, Some(&binned.ask), vec![&binned.edges.low, &binned.edges.high, &binned.unit])
            }
            Trace::Rule(rule) => (&rule.label, rule.ask.as_ref(), vec![&rule.value]),
            Trace::Dot(dot) => (&dot.label, dot.ask.as_ref(), vec![&dot.x, &dot.y]),
            Trace::Cells(cells) => (&cells.label, Some(&cells.ask), cells.lead.iter().collect()),
            Trace::Bars(bars) => (&bars.label, Some(&bars.ask), vec![]),
        };
        if !self.is_usable(ask, &others) {
            return None;
        }
        let found = match trace {
            Trace::Fixed(series) => Ok(Some(series.clone())),
            Trace::Sweep(sweep) => self.sweep(sweep),
            Trace::Listed(listed) => self.listed(listed),
            Trace::Binned(binned) => self.binned(binned),
            Trace::Rule(rule) => self.rule(rule),
            Trace::Dot(dot) => self.dot(dot),
            Trace::Cells(cells) => self.cells(cells),
            Trace::Bars(bars) => self.bars(bars),
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
            asked(&ask.params, name)
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
    fn parts(&mut self, ask: &Ask) -> Result<Vec<(&'static str, Value)>, Refusal> {
        self.parts_at(ask, self.setting)
    }

    fn parts_at(&mut self, ask: &Ask, setting: Setting<'_>) -> Result<Vec<(&'static str, Value)>, Refusal> {
        let prediction = catalog::find(&ask.id)?;
        let params = setting.params(ask)?;
        let parts = named(&prediction, self.answer(Form::Computed, &prediction, &params)?)?;
        self.caveat(&prediction, &params);
        Ok(parts)
    }

    fn answer(
        &mut self,
        form: Form,
        prediction: &Prediction,
        params: &Map<String, Json>,
    ) -> Result<Value, Refusal> {
        let compute = || match form {
            Form::Computed => prediction.evaluate(params),
            Form::Shown => prediction.answer(params).map(|answer| answer.shown),
        };
        let question = serde_json::to_string(params).unwrap_or_default();
        let entry = self.answers.entry((form, prediction.id, question));
        entry.or_insert_with(|| compute().map_err(Refusal::from)).clone()
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
            let found = self.answer(Form::Computed, &prediction, &params).and_then(|value| {
                let parts = named(&prediction, value)?;
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
            self.caveat(&prediction, &params);
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

    fn binned(&mut self, binned: &Binned) -> Result<Option<Series>, Refusal> {
        let unit = self.setting.number(&binned.unit)?;
        let edges = values(&binned.edges, self.setting, self.detail)?;
        let places = Json::from(edges.iter().map(|edge| edge * unit).collect::<Vec<_>>());
        let parts = self.parts_at(&binned.ask, self.setting.at(&places))?;
        let shares = numbers_of(&parts, &binned.output)?;
        let bins = edges.windows(2).zip(shares.windows(2));
        // Of a point that is an atom half belongs to either side.
        let points = bins.flat_map(|(edges, shares)| {
            let height = ((shares[1] - shares[0]) / (edges[1] - edges[0])).max(FOOT);
            [(edges[0], height), (edges[1], height)]
        });
        let points = points.collect();
        let Binned { label, group, stroke, .. } = binned;
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
    fn shown(&mut self, id: &str, params: &Map<String, Json>, output: &str) -> Result<Json, Refusal> {
        let prediction = catalog::find(id)?;
        let shown = self.answer(Form::Shown, &prediction, params)?;
        if output.is_empty() {
            return Ok(shown.to_json());
        }
        let parts = named(&prediction, shown)?;
        within(&parts, &read_place(output)?).map(Value::to_json)
    }

    pub fn readout(&mut self, readout: &Readout) -> Shown {
        let label = self.setting.label(&readout.label);
        let line = |params: &Map<String, Json>| command("predict", &readout.ask.id, params);
        if !self.is_usable(Some(&readout.ask), &[]) {
            return Shown { label, value: None, command: line(&readout.ask.params) };
        }
        let params = match self.setting.params(&readout.ask) {
            Ok(params) => params,
            Err(why) => {
                self.problem(&readout.label, Some(&readout.ask), false, why);
                return Shown { label, value: None, command: line(&readout.ask.params) };
            }
        };
        let value = self
            .shown(&readout.ask.id, &params, &readout.output)
            .map_err(|why| self.problem(&readout.label, Some(&readout.ask), false, why));
        Shown { label, value: value.ok(), command: line(&params) }
    }
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
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use serde_json::json;
    use solvable_figures::figure::{Axis, Stroke};

    use super::*;
    use crate::picture::Picture;

    fn figure(traces: Vec<Trace>, readouts: Vec<Readout>) -> Explorable {
        let panel = Panel { title: String::new(), x: Axis::linear("x"), y: Axis::linear("y"), traces };
        let knobs = vec![Knob::real("q0", "q_0", "Mean square of the inputs.", 0.1, 2.0, 1.0)];
        let [id, title, caption] = ["a/b", "", ""].map(str::to_owned);
        Explorable {
            id,
            title,
            caption,
            knobs,
            panels: vec![panel],
            readouts,
            checks: vec![],
            measured: vec![],
        }
    }

    #[test]
    fn the_shares_of_a_distribution_add_up_to_one() {
        let law = json!({"q": ["$q0", 0.5], "alpha": [0.7], "sigma_w2": 1, "ensemble": "orthogonal"});
        let mut shares = law.clone();
        shares["x"] = json!("$x");
        let unit = json!({"$answer": ["iso/lambda-max", law, "lambda_max"]});
        let edges = Values::new(-0.05, 1.15, 13, Scale::Linear);
        let binned = Trace::binned("", 0, Stroke::Solid, Ask::new("iso/cdf", shares), (edges, unit), "F");
        let figure = figure(vec![binned], vec![]);
        let picture = figure.picture(&figure.start(), Detail::Fine).unwrap();
        assert!(picture.problems.is_empty(), "{:?}", picture.problems);
        let Series::Line { points, .. } = &picture.figure.panels[0].series[0] else { panic!() };
        assert_eq!(points.len(), 24);
        let all: f64 = points.chunks(2).map(|ends| ends[0].1 * (ends[1].0 - ends[0].0)).sum();
        assert!((all - 1.0).abs() < 1e-6, "{all}");
        // The atom of the orthogonal law lies at the top.
        assert!(points[20].1 > 5.0, "{points:?}");
    }

    #[test]
    fn lines_and_numbers_share_what_they_ask() {
        let ask = Ask::new(
            "iso/step-size",
            json!({
                "activation": "hard-tanh(1)", "q0": "$q0", "sigma_w2": 1, "depth": 3, "ensemble": "orthogonal"
            }),
        );
        let level = |output| Trace::level("", 0, Stroke::Solid, ask.clone(), output);
        let figure =
            figure(vec![level("eta_c"), level("loss_ratio")], vec![Readout::new("η", ask.clone(), "eta_c")]);
        let start = figure.start();
        let mut drawing = Drawing::new(&figure, Setting::new(&start), Detail::Fine);
        assert_eq!(drawing.panel(&figure.panels[0]).series.len(), 2);
        assert_eq!(drawing.answers.len(), 1);
        assert!(drawing.readout(&figure.readouts[0]).value.is_some());
        assert_eq!(drawing.answers.len(), 2);
    }

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
