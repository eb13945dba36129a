//! What an explorable figure is made of.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use solvable_figures::figure::{Axis, Scale, Series, Stroke};

/// A figure that follows knobs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explorable {
    /// `<part>/<name>`.
    pub id: String,
    /// Title, in plain text.
    pub title: String,
    /// What a reader should try, and should see; plain text.
    pub caption: String,
    /// What can be moved. A reference `"$name"` to a knob stands for its value in every [`Ask`].
    pub knobs: Vec<Knob>,
    /// The panels, from left to right.
    pub panels: Vec<Panel>,
    /// Numbers shown beside the figure, each with the command that gives it.
    pub readouts: Vec<Readout>,
    /// Claims, with fields of their settings, that the program can judge at the knobs: `solvable check`.
    pub checks: Vec<Ask>,
    /// What was measured, and where.
    pub measured: Vec<Measured>,
}

/// Something that a reader can move.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Knob {
    /// Name, for references and for the address of a page.
    pub name: String,
    /// How the reader sees it, in the markup of figures: `σ_w²`.
    pub label: String,
    /// What it is, in a sentence.
    pub meaning: String,
    /// Where it moves.
    pub range: Range,
    /// Where it stands at first.
    pub start: Json,
}

/// Where a knob moves. What a reader types may lie beyond: whether it is valid is for the theory to say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Range {
    /// Numbers.
    Real {
        /// Left end of the slider.
        low: f64,
        /// Right end.
        high: f64,
        /// How it moves.
        scale: Scale,
    },
    /// Integers.
    Whole {
        /// Left end of the slider.
        low: i64,
        /// Right end.
        high: i64,
        /// How it moves.
        scale: Scale,
    },
    /// One of these.
    Words(Vec<Word>),
}

/// A value to choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// Of any kind.
    pub value: Json,
    /// How the reader sees it.
    pub label: String,
}

/// A pair of axes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// Heading; empty for none.
    pub title: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// What is drawn, in order; measurements come behind.
    pub traces: Vec<Trace>,
}

/// A question to the theory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    /// The prediction, or the claim.
    pub id: String,
    /// Its parameters: `"$name"` is the value of a knob (`"$x"` that of a curve), `{"$repeat": [value, count]}` within a list that many entries,
    /// `{"$product": [a, b, ...]}`, `{"$sum": [a, b, ...]}`, `{"$quotient": [a, b, ...]}`, `{"$log": [a]}`, `{"$exp": [a]}` and
    /// `{"$round": [a]}` numbers made of others, `{"$pick": [which, among]}` the entry of a list by its number (from one) or of an object by its name,
    /// `{"$take": [count, list]}` the first entries of a list, `{"$range": [first, count]}` integers in a row,
    /// and `{"$answer": [id, parameters, output]}` what another prediction has there.
    pub params: Map<String, Json>,
}

/// Something drawn that follows the knobs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Trace {
    /// What does not follow.
    Fixed(Series),
    /// A number over values of parameters.
    Sweep(Sweep),
    /// A list that one answer holds.
    Listed(Listed),
    /// Shares of a distribution between edges, as a density in steps.
    Binned(Binned),
    /// A number as a straight line across the panel.
    Rule(Rule),
    /// A number as a marker.
    Dot(Dot),
    /// A list or table that one answer holds, as coloured cells.
    Cells(Cells),
    /// A list that one answer holds, as bars.
    Bars(Bars),
}

/// A number over values that the question names `"$x"`, as a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    /// Legend entry; empty for none. `$name` is the value of a knob here too.
    pub label: String,
    /// Colour group.
    pub group: usize,
    /// Line style.
    pub stroke: Stroke,
    /// The question.
    pub ask: Ask,
    /// The values.
    pub values: Values,
    /// Which number of the answer: `kappa_1`, `E[3]`, `E[last]`; the value itself where `$x`.
    pub output: String,
    /// The abscissa, where it is a number of the answer too and not the value.
    pub against: Option<String>,
    /// What is taken off the ordinate: a number after [`Ask::params`]' rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub less: Option<Json>,
    /// Whether the curve may end where the theory refuses: no problem, then, unless all of it does.
    #[serde(default)]
    pub ends: bool,
}

/// Values from low to high.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Values {
    /// The first: a number, or a reference to a knob.
    pub low: Json,
    /// The last.
    pub high: Json,
    /// How many.
    pub count: usize,
    /// How they are spaced.
    pub scale: Scale,
    /// Whether only whole ones count.
    pub whole: bool,
}

/// A list that one answer holds, as a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// Legend entry; empty for none.
    pub label: String,
    /// Colour group.
    pub group: usize,
    /// Line style.
    pub stroke: Stroke,
    /// The question.
    pub ask: Ask,
    /// The abscissas: an output of the same answer, or a list after [`Ask::params`]' rules. `null` counts from one.
    pub x: Json,
    /// The ordinates: an output that is a list.
    pub y: String,
}

/// Shares of a distribution between edges, over the width of the bins: a density in steps, to be held against a histogram with the
/// same edges.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Binned {
    /// Legend entry; empty for none.
    pub label: String,
    /// Colour group.
    pub group: usize,
    /// Line style.
    pub stroke: Stroke,
    /// The question, in which `"$x"` is the list of the edges times the unit.
    pub ask: Ask,
    /// The edges as they are drawn.
    pub edges: Values,
    /// The unit of the edges: a number, or what stands for one.
    pub unit: Json,
    /// The output: the distribution function at the edges.
    pub output: String,
}

/// A number as a straight line across the panel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Legend entry; empty for none.
    pub label: String,
    /// Colour group.
    pub group: usize,
    /// Line style.
    pub stroke: Stroke,
    /// The question; `None` where `value` says it.
    pub ask: Option<Ask>,
    /// Which number of the answer; without a question a number or a reference.
    pub value: Json,
    /// Whether it stands at an x, not at a y.
    pub upright: bool,
}

/// A number as a marker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dot {
    /// Legend entry; empty for none.
    pub label: String,
    /// Colour group.
    pub group: usize,
    /// The question; `None` where `y` is a number or a reference.
    pub ask: Option<Ask>,
    /// The abscissa: a number or a reference.
    pub x: Json,
    /// The ordinate: which number of the answer.
    pub y: Json,
}

/// A list of numbers, or of rows, as coloured cells: the first row on top.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cells {
    /// Label of the colour bar.
    pub label: String,
    /// The question.
    pub ask: Ask,
    /// The output.
    pub output: String,
    /// Cells in a row, where the output is no list of rows.
    pub columns: usize,
    /// The range of the colours.
    pub range: Option<(f64, f64)>,
    /// Cells before those of the answer: a list after [`Ask::params`]' rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<Json>,
    /// How many cells are drawn, with those before; all where `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<usize>,
}

/// A list of numbers as bars over 1, 2, ...
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bars {
    /// Legend entry; empty for none.
    pub label: String,
    /// Colour group.
    pub group: usize,
    /// The question.
    pub ask: Ask,
    /// The heights: an output that is a list.
    pub y: String,
    /// Where the middle of the first bar stands.
    pub first: f64,
}

/// A number beside the figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Readout {
    /// What it is, in the markup of figures.
    pub label: String,
    /// The question.
    pub ask: Ask,
    /// Which part of the answer; all of a value that is one number where empty.
    pub output: String,
}

/// Measurements at a setting of knobs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The panel, from zero.
    pub panel: usize,
    /// Where the knobs have to stand. It holds for every value of those that are not named.
    pub at: Map<String, Json>,
    /// What is drawn.
    pub series: Series,
}

impl Explorable {
    /// The knobs as they stand at first.
    pub fn start(&self) -> Map<String, Json> {
        self.knobs.iter().map(|knob| (knob.name.clone(), knob.start.clone())).collect()
    }
}

impl Knob {
    /// A knob of numbers on a linear slider.
    pub fn real(name: &str, label: &str, meaning: &str, low: f64, high: f64, start: f64) -> Self {
        let range = Range::Real { low, high, scale: Scale::Linear };
        Self { name: name.into(), label: label.into(), meaning: meaning.into(), range, start: json!(start) }
    }

    /// A knob of integers on a linear slider.
    pub fn whole(name: &str, label: &str, meaning: &str, low: i64, high: i64, start: i64) -> Self {
        let range = Range::Whole { low, high, scale: Scale::Linear };
        Self { name: name.into(), label: label.into(), meaning: meaning.into(), range, start: json!(start) }
    }

    /// A choice between words, the first at first.
    pub fn words<const N: usize>(name: &str, label: &str, meaning: &str, words: [&str; N]) -> Self {
        Self::choice(name, label, meaning, words.map(|word| (json!(word), word)).to_vec())
    }

    /// A choice between values with labels, the first at first.
    pub fn choice(name: &str, label: &str, meaning: &str, choices: Vec<(Json, &str)>) -> Self {
        let start = choices.first().map_or(Json::Null, |(value, _)| value.clone());
        let words =
            choices.into_iter().map(|(value, label)| Word { value, label: label.to_owned() }).collect();
        Self {
            name: name.into(),
            label: label.into(),
            meaning: meaning.into(),
            range: Range::Words(words),
            start,
        }
    }

    /// The same knob on a logarithmic slider.
    #[must_use]
    pub fn logarithmic(mut self) -> Self {
        if let Range::Real { scale, .. } | Range::Whole { scale, .. } = &mut self.range {
            *scale = Scale::Log;
        }
        self
    }
}

impl Ask {
    /// A question with parameters given as a JSON object; anything else counts as none.
    pub fn new(id: &str, params: Json) -> Self {
        let params = match params {
            Json::Object(params) => params,
            _ => Map::new(),
        };
        Self { id: id.into(), params }
    }
}

impl Values {
    /// `count` values from `low` to `high`.
    pub fn new(low: impl Into<Json>, high: impl Into<Json>, count: usize, scale: Scale) -> Self {
        Self { low: low.into(), high: high.into(), count, scale, whole: false }
    }

    /// The whole ones among them, rounded.
    #[must_use]
    pub fn whole(mut self) -> Self {
        self.whole = true;
        self
    }
}

impl Trace {
    /// A [`Sweep`].
    pub fn sweep(label: &str, group: usize, stroke: Stroke, ask: Ask, values: Values, output: &str) -> Self {
        let (label, output) = (label.into(), output.into());
        Self::Sweep(Sweep {
            label,
            group,
            stroke,
            ask,
            values,
            output,
            against: None,
            less: None,
            ends: false,
        })
    }

    /// The same sweep with the number `less` taken off the ordinate; any other trace as it is.
    #[must_use]
    pub fn less(mut self, less: impl Into<Json>) -> Self {
        if let Self::Sweep(sweep) = &mut self {
            sweep.less = Some(less.into());
        }
        self
    }

    /// The same sweep, which may end where the theory refuses; any other trace as it is.
    #[must_use]
    pub fn ending(mut self) -> Self {
        if let Self::Sweep(sweep) = &mut self {
            sweep.ends = true;
        }
        self
    }

    /// The same sweep with `output` as abscissa; any other trace as it is.
    #[must_use]
    pub fn against(mut self, output: &str) -> Self {
        if let Self::Sweep(sweep) = &mut self {
            sweep.against = Some(output.into());
        }
        self
    }

    /// A [`Listed`].
    pub fn listed(label: &str, group: usize, stroke: Stroke, ask: Ask, x: impl Into<Json>, y: &str) -> Self {
        Self::Listed(Listed { label: label.into(), group, stroke, ask, x: x.into(), y: y.into() })
    }

    /// A [`Binned`] in a unit.
    pub fn binned(
        label: &str,
        group: usize,
        stroke: Stroke,
        ask: Ask,
        (edges, unit): (Values, impl Into<Json>),
        output: &str,
    ) -> Self {
        let (label, output, unit) = (label.into(), output.into(), unit.into());
        Self::Binned(Binned { label, group, stroke, ask, edges, unit, output })
    }

    /// A [`Dot`] at `x`.
    pub fn dot(label: &str, group: usize, ask: Ask, x: impl Into<Json>, y: &str) -> Self {
        Self::Dot(Dot { label: label.into(), group, ask: Some(ask), x: x.into(), y: y.into() })
    }

    /// A [`Dot`] where the knobs stand: `x` and `y` are numbers after [`Ask::params`]' rules.
    pub fn here(label: &str, group: usize, x: impl Into<Json>, y: impl Into<Json>) -> Self {
        Self::Dot(Dot { label: label.into(), group, ask: None, x: x.into(), y: y.into() })
    }

    /// [`Bars`] over 1, 2, ...
    pub fn bars(label: &str, group: usize, ask: Ask, y: &str) -> Self {
        Self::Bars(Bars { label: label.into(), group, ask, y: y.into(), first: 1.0 })
    }

    /// A horizontal [`Rule`] at an output.
    pub fn level(label: &str, group: usize, stroke: Stroke, ask: Ask, output: &str) -> Self {
        Self::Rule(Rule {
            label: label.into(),
            group,
            stroke,
            ask: Some(ask),
            value: output.into(),
            upright: false,
        })
    }

    /// A vertical [`Rule`] at an output.
    pub fn upright(label: &str, group: usize, stroke: Stroke, ask: Ask, output: &str) -> Self {
        Self::Rule(Rule {
            label: label.into(),
            group,
            stroke,
            ask: Some(ask),
            value: output.into(),
            upright: true,
        })
    }
}

impl Readout {
    /// A number beside the figure.
    pub fn new(label: &str, ask: Ask, output: &str) -> Self {
        Self { label: label.into(), ask, output: output.into() }
    }
}

impl Measured {
    /// Measurements where the knobs stand as the object `at` says.
    pub fn new(panel: usize, at: Json, series: Series) -> Self {
        let at = match at {
            Json::Object(at) => at,
            _ => Map::new(),
        };
        Self { panel, at, series }
    }
}
