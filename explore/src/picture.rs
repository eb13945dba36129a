//! What a figure shows at a setting of its knobs.

use serde::Serialize;
use serde_json::{Map, Value as Json};
use solvable_figures::figure::{Figure, Panel as Drawn, Point, Position, Scale, Series};
use solvable_theory::catalog::{self, Prediction, Value};

use crate::command::command;
use crate::place::Place;
use crate::refusal::Refusal;
use crate::spec::{
    Ask, Cells, Dot, Explorable, Knob, Listed, Measured, Panel, Range, Readout, Rule, Sweep, Trace, Values,
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
            unusable: Vec::new(),
            problems: Vec::new(),
            caveats: Vec::new(),
        };
        self.knobs.iter().for_each(|knob| drawing.look_at(knob));
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
    /// Knobs that stand where there is no number. What hangs on them is not drawn.
    unusable: Vec<&'a str>,
    problems: Vec<Problem>,
    caveats: Vec<String>,
}

impl<'a> Drawing<'a> {
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

    fn panel(&mut self, panel: &Panel) -> Drawn {
        let series = panel.traces.iter().filter_map(|trace| self.trace(trace)).collect();
        Drawn { title: self.setting.label(&panel.title), x: panel.x.clone(), y: panel.y.clone(), series }
    }

    fn trace(&mut self, trace: &Trace) -> Option<Series> {
        let (label, ask, others): (_, _, &[&Json]) = match trace {
            Trace::Fixed(series) => return Some(series.clone()),
            Trace::Sweep(sweep) => (&sweep.label, Some(&sweep.ask), &[&sweep.values.low, &sweep.values.high]),
            Trace::Listed(listed) => (&listed.label, Some(&listed.ask), &[&listed.x]),
            Trace::Rule(rule) => (&rule.label, rule.ask.as_ref(), &[&rule.value]),
            Trace::Dot(dot) => (&dot.label, dot.ask.as_ref(), &[&dot.x, &dot.y]),
            Trace::Cells(cells) => (&cells.label, Some(&cells.ask), &[]),
        };
        if !self.is_usable(ask, others) {
            return None;
        }
        let found = match trace {
            Trace::Fixed(series) => Ok(Some(series.clone())),
            Trace::Sweep(sweep) => self.sweep(sweep),
            Trace::Listed(listed) => self.listed(listed),
            Trace::Rule(rule) => self.rule(rule),
            Trace::Dot(dot) => self.dot(dot),
            Trace::Cells(cells) => self.cells(cells),
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
    fn parts(&mut self, ask: &Ask) -> Result<Vec<(&'static str, Value)>, Refusal> {
        let prediction = catalog::find(&ask.id)?;
        let params = self.setting.params(ask)?;
        let parts = named(&prediction, prediction.evaluate(&params)?)?;
        self.caveat(&prediction, &params);
        Ok(parts)
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
        let output = read_place(&sweep.output)?;
        let against = sweep.against.as_deref().map(read_place).transpose()?;
        let (mut points, mut refused) = (Vec::new(), None);
        for x in values(&sweep.values, self.setting, self.detail)? {
            let number = if sweep.values.whole { Json::from(x as i64) } else { Json::from(x) };
            let params = self.setting.at(&number).params(&sweep.ask)?;
            let found = prediction.evaluate(&params).map_err(Refusal::from).and_then(|value| {
                let parts = named(&prediction, value)?;
                let x = against.as_ref().map_or(Ok(x), |place| number_of(&parts, place))?;
                Ok((x, number_of(&parts, &output)?))
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
            self.problem(&sweep.label, Some(&sweep.ask), true, why);
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
            template => {
                let list = self.setting.fill(template)?;
                let numbers = list.as_array().and_then(|list| list.iter().map(Json::as_f64).collect());
                numbers
                    .ok_or_else(|| Refusal::new("invalid-entry", format!("{list} is no list of numbers")))?
            }
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
                let columns = cells.columns.max(1);
                listed_numbers(flat, &place)?.chunks(columns).map(<[f64]>::to_vec).collect()
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

    fn readout(&mut self, readout: &Readout) -> Shown {
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
        let value = answered(&readout.ask.id, &params, &readout.output)
            .map_err(|why| self.problem(&readout.label, Some(&readout.ask), false, why));
        Shown { label, value: value.ok(), command: line(&params) }
    }
}

/// The value, or the part of it, that the command prints.
fn answered(id: &str, params: &Map<String, Json>, output: &str) -> Result<Json, Refusal> {
    let prediction = catalog::find(id)?;
    let shown = prediction.answer(params)?.shown;
    if output.is_empty() {
        return Ok(shown.to_json());
    }
    let parts = named(&prediction, shown)?;
    within(&parts, &read_place(output)?).map(Value::to_json)
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
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use serde_json::json;
    use solvable_figures::figure::{Axis, Stroke};

    use super::*;

    /// λ_max against the width, and at the width of a knob; measured at one setting.
    fn figure() -> Explorable {
        let ask = |width: &str| {
            Ask::new(
                "mf/fim-stats",
                json!({
                    "activation": "$activation", "widths": [{"$repeat": [width, 2]}, 1], "N": "$N", "sigma_w2": 2, "sigma_b2": 0.1
                }),
            )
        };
        let points = vec![Point { x: 50.0, y: 20.0, low: 19.0, high: 21.0 }];
        Explorable {
            id: "mf/test".into(),
            title: "λ_max".into(),
            caption: String::new(),
            knobs: vec![
                Knob::words("activation", "activation", "Of all layers.", ["relu", "tanh"]),
                Knob::whole("N", "samples N", "Inputs.", 1, 100, 40),
                Knob::whole("M", "width M", "Of all layers.", 10, 100, 50),
            ],
            panels: vec![Panel {
                title: "$activation".into(),
                x: Axis::linear("width"),
                y: Axis::linear("λ_max"),
                traces: vec![
                    Trace::sweep(
                        "N = $N",
                        0,
                        Stroke::Solid,
                        ask("$x"),
                        Values::new(10, 100, 41, Scale::Linear).whole(),
                        "lambda_max",
                    ),
                    Trace::dot("here", 1, ask("$M"), "$M", "lambda_max"),
                ],
            }],
            readouts: vec![Readout::new("λ_max", ask("$M"), "lambda_max")],
            checks: vec![Ask::new("mf/lambda-max", json!({"width": "$M"}))],
            measured: vec![Measured::new(
                0,
                json!({"activation": "relu", "N": 40}),
                Series::Points { label: "networks".into(), group: 1, points },
            )],
        }
    }

    fn at(changes: &[(&str, Json)]) -> Picture {
        let figure = figure();
        let mut setting = figure.start();
        setting.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        figure.picture(&setting, Detail::Fine).unwrap()
    }

    fn line(picture: &Picture) -> Vec<(f64, f64)> {
        match &picture.figure.panels[0].series[0] {
            Series::Line { points, .. } => points.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn curves_markers_and_numbers_are_answers_of_the_theory() {
        let picture = at(&[]);
        let given =
            json!({"activation": "relu", "widths": [50, 50, 1], "N": 40, "sigma_w2": 2, "sigma_b2": 0.1});
        let value = catalog::find("mf/fim-stats").unwrap().evaluate(given.as_object().unwrap()).unwrap();
        let Value::List(parts) = value else { panic!("a list") };
        let Value::Number(expected) = parts[4] else { panic!("a number") };
        let Series::Points { points, .. } = &picture.figure.panels[0].series[1] else { panic!("a marker") };
        assert_eq!((points[0].x, points[0].y), (50.0, expected));
        let shown = picture.readouts[0].value.as_ref().and_then(Json::as_f64).unwrap();
        assert!((shown - expected).abs() < 1e-12 * expected);
        assert_eq!(
            picture.readouts[0].command,
            "solvable predict mf/fim-stats N=40 activation=relu sigma_b2=0.1 sigma_w2=2 widths=50,50,1"
        );
        assert_eq!(picture.checks, ["solvable check mf/lambda-max width=50"]);
        let on_curve =
            line(&picture).into_iter().min_by(|a, b| (a.0 - 50.0).abs().total_cmp(&(b.0 - 50.0).abs()));
        assert!((on_curve.unwrap().1 / expected - 1.0).abs() < 0.05);
        assert_eq!(picture.figure.panels[0].title, "relu");
    }

    #[test]
    fn measurements_show_where_they_were_made_and_nowhere_else() {
        assert_eq!(at(&[]).measured, 1);
        assert_eq!(at(&[("M", json!(77))]).measured, 1);
        assert_eq!(at(&[("N", json!(40.0))]).measured, 1);
        assert_eq!(at(&[("N", json!(41))]).measured, 0);
        assert_eq!(at(&[("activation", json!("tanh"))]).measured, 0);
        assert_eq!(
            at(&[]).figure.panels[0].series.len(),
            at(&[("N", json!(41))]).figure.panels[0].series.len() + 1
        );
    }

    #[test]
    fn what_the_theory_refuses_is_told_with_the_knob_to_blame() {
        let picture = at(&[("N", json!(0))]);
        assert_eq!(picture.problems[0].knobs, ["N"]);
        assert!(!picture.problems[0].partly && picture.problems[0].why.to_string().contains('0'));
        assert!(picture.readouts[0].value.is_none() && picture.figure.panels[0].series.is_empty());
        assert_eq!(at(&[("activation", json!("none"))]).problems[0].knobs, ["activation"]);
        // Of the curve nothing hangs on it.
        let picture = at(&[("M", json!("wide"))]);
        assert_eq!((line(&picture).len(), picture.problems.len()), (41, 1));
        assert_eq!(picture.problems[0].knobs, ["M"]);
    }

    #[test]
    fn coarse_curves_have_the_same_ends_and_fewer_values() {
        let figure = figure();
        let coarse = figure.picture(&figure.start(), Detail::Coarse).unwrap();
        let (coarse, fine) = (line(&coarse), line(&at(&[])));
        assert_eq!((coarse.len(), fine.len()), (11, 41));
        assert_eq!((coarse[0], coarse[10]), (fine[0], fine[40]));
    }

    #[test]
    fn a_setting_names_all_knobs_and_no_others() {
        let figure = figure();
        let mut setting = figure.start();
        setting.remove("N");
        assert!(figure.picture(&setting, Detail::Fine).unwrap_err().to_string().contains("`N`"));
        let mut setting = figure.start();
        setting.insert("n".into(), json!(1));
        assert!(figure.picture(&setting, Detail::Fine).unwrap_err().to_string().contains("`n`"));
    }

    #[test]
    fn figures_are_read_as_they_were_written() {
        let figure = figure();
        let text = serde_json::to_string(&figure).unwrap();
        assert_eq!(serde_json::from_str::<Explorable>(&text).unwrap(), figure);
    }
}
