//! Parameters with references to knobs.

use serde_json::{Map, Value as Json, json};
use solvable_theory::catalog;

use crate::answer::{named, read_place, within};
use crate::refusal::Refusal;
use crate::spec::Ask;

/// Where the knobs stand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting<'a> {
    knobs: &'a Map<String, Json>,
    /// What `"$x"` is, within a curve.
    x: Option<&'a Json>,
}

impl<'a> Setting<'a> {
    pub fn new(knobs: &'a Map<String, Json>) -> Self {
        Self { knobs, x: None }
    }

    /// The same at a value of a curve.
    pub fn at(self, x: &'a Json) -> Self {
        Self { x: Some(x), ..self }
    }

    /// The parameters that `ask` has here.
    pub fn params(self, ask: &Ask) -> Result<Map<String, Json>, Refusal> {
        ask.params.iter().map(|(name, template)| Ok((name.clone(), self.fill(template)?))).collect()
    }

    /// `template` with the values of knobs in place of their references.
    pub fn fill(self, template: &Json) -> Result<Json, Refusal> {
        match template {
            Json::String(text) => match text.strip_prefix('$') {
                Some(name) => self.knob(name),
                None => Ok(template.clone()),
            },
            Json::Array(entries) => {
                let mut filled = Vec::new();
                for entry in entries {
                    match operation(entry) {
                        Some(("$repeat", [value, count])) => {
                            let count = self.count(count)?;
                            let value = self.fill(value)?;
                            filled.extend(std::iter::repeat_n(value, count));
                        }
                        _ => filled.push(self.fill(entry)?),
                    }
                }
                Ok(Json::Array(filled))
            }
            Json::Object(fields) => match operation(template) {
                Some(("$product", factors)) => self.folded(factors, |a, b| a * b),
                Some(("$sum", terms)) => self.folded(terms, |a, b| a + b),
                Some(("$answer", [Json::String(id), Json::Object(params), Json::String(output)])) => {
                    self.answer(id, params, output)
                }
                _ => fields.iter().map(|(name, field)| Ok((name.clone(), self.fill(field)?))).collect(),
            },
            _ => Ok(template.clone()),
        }
    }

    /// What another prediction has at `output`.
    fn answer(self, id: &str, params: &Map<String, Json>, output: &str) -> Result<Json, Refusal> {
        let prediction = catalog::find(id)?;
        let fill = |(name, template): (&String, &Json)| Ok((name.clone(), self.fill(template)?));
        let params = params.iter().map(fill).collect::<Result<Map<_, _>, Refusal>>()?;
        let parts = named(&prediction, prediction.evaluate(&params)?)?;
        within(&parts, &read_place(output)?).map(catalog::Value::to_json)
    }

    /// The number that `template` stands for.
    pub fn number(self, template: &Json) -> Result<f64, Refusal> {
        let value = self.fill(template)?;
        value.as_f64().ok_or_else(|| Refusal::new("invalid-entry", format!("{value} is no number")))
    }

    /// A label in which `$name` is the value of a knob.
    pub fn label(self, label: &str) -> String {
        let mut names: Vec<&String> = self.knobs.keys().collect();
        // Of two names the longer one, where one begins with the other.
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        names.into_iter().fold(label.to_owned(), |label, name| {
            let value = &self.knobs[name];
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            label.replace(&format!("${name}"), &value)
        })
    }

    pub fn knob(self, name: &str) -> Result<Json, Refusal> {
        let unknown = || Refusal::new("invalid-entry", format!("the figure has no knob `{name}`"));
        let value = if name == "x" { self.x } else { self.knobs.get(name) };
        value.cloned().ok_or_else(unknown)
    }

    /// A number of entries: what is none is refused by the theory, which is asked for a list that it can print.
    fn count(self, template: &Json) -> Result<usize, Refusal> {
        const MOST: u64 = 100_000;
        let value = self.fill(template)?;
        value.as_u64().filter(|count| *count <= MOST).map(|count| count as usize).ok_or_else(|| {
            Refusal::new("invalid-entry", format!("{value} is no count; valid: an integer from 0 to {MOST}"))
        })
    }

    fn folded(self, entries: &[Json], with: fn(f64, f64) -> f64) -> Result<Json, Refusal> {
        let numbers = entries.iter().map(|entry| self.number(entry)).collect::<Result<Vec<_>, _>>()?;
        let folded = numbers.into_iter().reduce(with).unwrap_or(0.0);
        // Integers stay integers, which some parameters have to be.
        Ok(if folded.fract() == 0.0 && folded.abs() < 9e15 { json!(folded as i64) } else { json!(folded) })
    }
}

/// The one field of an object that is an operation.
fn operation(value: &Json) -> Option<(&str, &[Json])> {
    let fields = value.as_object().filter(|fields| fields.len() == 1)?;
    let (name, operands) = fields.iter().next()?;
    name.starts_with('$').then_some((name.as_str(), operands.as_array()?.as_slice()))
}

/// The template of a parameter: of the question itself, or of one whose answer it takes.
pub(crate) fn asked<'a>(params: &'a Map<String, Json>, name: &str) -> Option<&'a Json> {
    params.get(name).or_else(|| params.values().find_map(|template| within_answers(template, name)))
}

fn within_answers<'a>(template: &'a Json, name: &str) -> Option<&'a Json> {
    match (operation(template), template) {
        (Some(("$answer", [_, Json::Object(params), _])), _) => asked(params, name),
        (_, Json::Array(entries)) => entries.iter().find_map(|entry| within_answers(entry, name)),
        (_, Json::Object(fields)) => fields.values().find_map(|field| within_answers(field, name)),
        _ => None,
    }
}

/// Whether `template` hangs on the knob.
pub(crate) fn refers(template: &Json, knob: &str) -> bool {
    match template {
        Json::String(text) => text.strip_prefix('$') == Some(knob),
        Json::Array(entries) => entries.iter().any(|entry| refers(entry, knob)),
        Json::Object(fields) => fields.values().any(|field| refers(field, knob)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(template: Json) -> Result<Json, Refusal> {
        let knobs = json!({"M": 40, "s": 1.5, "L": 3, "word": "relu"});
        Setting::new(knobs.as_object().unwrap()).fill(&template)
    }

    #[test]
    fn references_stand_for_the_values_of_knobs() {
        let widths = json!(["$M", {"$repeat": ["$M", "$L"]}, 1]);
        assert_eq!(fill(widths).unwrap(), json!([40, 40, 40, 40, 1]));
        assert_eq!(fill(json!({"power": "$s", "of": "$word"})).unwrap(), json!({"power": 1.5, "of": "relu"}));
        assert_eq!(fill(json!({"$product": ["$M", "$s"]})).unwrap(), json!(60));
        let knobs = Map::new();
        assert_eq!(Setting::new(&knobs).at(&json!(7)).fill(&json!({"a": "$x"})).unwrap(), json!({"a": 7}));
        assert_eq!(fill(json!({"$sum": ["$s", 1]})).unwrap(), json!(2.5));
        assert!(fill(json!("$none")).is_err() && fill(json!([{"$repeat": [1, "$s"]}])).is_err());
    }

    #[test]
    fn an_answer_stands_for_what_another_prediction_has() {
        let alpha = json!({"$answer": ["ngd/alpha", {"method": "bd", "depth": "$L"}, "alpha"]});
        assert_eq!(fill(json!({"$sum": [alpha, 1]})).unwrap(), json!(4));
        let refused = json!({"$answer": ["ngd/alpha", {"method": "bd", "depth": "$s"}, "alpha"]});
        assert_eq!(fill(refused.clone()).unwrap_err().parameter(), Some("depth"));
        let params = json!({"a": [1, refused]});
        assert!(refers(asked(params.as_object().unwrap(), "depth").unwrap(), "s"));
    }

    #[test]
    fn labels_tell_where_knobs_stand() {
        let knobs = json!({"M": 40, "Mx": 2});
        assert_eq!(Setting::new(knobs.as_object().unwrap()).label("M = $M, $Mx"), "M = 40, 2");
    }
}
