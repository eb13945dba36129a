//! Where a number stands: `kappa_1`, `E[3]`, `E[last]`, `widths[1]`, `spectrum.power`.

use std::fmt;

use serde_json::Value as Json;
use solvable_theory::catalog::Value;

/// A name, and the way from there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The parameter or output.
    pub name: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Entry(usize),
    Last,
    Field(String),
}

impl Place {
    /// Reads a place; `None` where the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        let end = text.find(['[', '.']).unwrap_or(text.len());
        let (name, mut rest) = text.split_at(end);
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('[') {
                let (entry, after) = after.split_once(']')?;
                steps.push(if entry == "last" { Step::Last } else { Step::Entry(entry.parse().ok()?) });
                rest = after;
            } else {
                let after = rest.strip_prefix('.')?;
                let (field, after) = after.split_at(after.find(['[', '.']).unwrap_or(after.len()));
                steps.push(Step::Field(field.to_owned()));
                rest = after;
            }
        }
        (!name.is_empty()).then(|| Self { name: name.to_owned(), steps })
    }

    /// What stands there in the value of the parameter.
    pub fn within_json<'a>(&self, value: &'a mut Json) -> Option<&'a mut Json> {
        self.steps.iter().try_fold(value, |value, step| match step {
            Step::Entry(n) => value.get_mut(n),
            Step::Last => value.as_array_mut()?.last_mut(),
            Step::Field(name) => value.get_mut(name),
        })
    }

    /// What stands there in the value of the output.
    pub fn within_value<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        self.steps.iter().try_fold(value, |value, step| match (step, value) {
            (Step::Entry(n), Value::List(values)) => values.get(*n),
            (Step::Last, Value::List(values)) => values.last(),
            (Step::Field(name), Value::Object(fields)) => {
                fields.iter().find(|(field, _)| field == name).map(|(_, value)| value)
            }
            _ => None,
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.steps.iter().try_for_each(|step| match step {
            Step::Entry(n) => write!(f, "[{n}]"),
            Step::Last => f.write_str("[last]"),
            Step::Field(name) => write!(f, ".{name}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_they_are_written() {
        for text in ["E", "E[3]", "E[last]", "E[0][last].x"] {
            assert_eq!(Place::parse(text).unwrap().to_string(), text);
        }
        assert!(Place::parse("E[first]").is_none());
        let value = Value::List(vec![Value::Number(1.0), Value::Number(2.0)]);
        let found = Place::parse("E[last]").unwrap().within_value(&value).cloned();
        assert_eq!(found, Some(Value::Number(2.0)));
    }
}
