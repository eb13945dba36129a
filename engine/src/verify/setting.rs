//! Settings as users give them: read from JSON, and refused with the field's name and what would be right.

use std::fmt::Display;
use std::ops::RangeInclusive;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use solvable_words::{did_you_mean, shortened};
use thiserror::Error;

/// Why a setting is refused.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SettingError {
    /// A field's value lies outside what the experiment can run.
    #[error("field `{field}` is {value}; valid: {valid}")]
    Invalid {
        /// The field, as a path such as `network.widths`.
        field: String,
        /// The offending value.
        value: String,
        /// The valid values, in words.
        valid: String,
    },
    /// A field that the setting does not have.
    #[error("field `{field}` is not known here; {known}")]
    Unknown {
        /// The field.
        field: String,
        /// The nearest known ones, and all of them.
        known: String,
    },
    /// A value is not of its field's type, or a field is missing.
    #[error("field `{field}`: {reason}")]
    Unreadable {
        /// The field; `setting` where it is the whole.
        field: String,
        /// What is wrong.
        reason: String,
    },
}

impl SettingError {
    /// A value outside its domain.
    pub fn invalid(field: impl Into<String>, value: impl Display, valid: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), value: shortened(&value.to_string()), valid: valid.into() }
    }

    /// The field, its value where that is what is wrong, and what would be right or is wrong.
    pub fn parts(&self) -> (&str, Option<&str>, &str) {
        match self {
            Self::Invalid { field, value, valid } => (field, Some(value), valid),
            Self::Unknown { field, known } => (field, None, known),
            Self::Unreadable { field, reason } => (field, None, reason),
        }
    }

    /// The same error inside the field `outer`.
    #[must_use]
    pub fn within(mut self, outer: &str) -> Self {
        let (Self::Invalid { field, .. } | Self::Unknown { field, .. } | Self::Unreadable { field, .. }) =
            &mut self;
        *field = format!("{outer}.{field}");
        self
    }
}

/// A count of at least `least`.
///
/// # Errors
/// [`Invalid`](SettingError::Invalid), like all functions here.
pub fn at_least(field: &str, value: usize, least: usize) -> Result<(), SettingError> {
    within(field, value, least..=usize::MAX)
        .map_err(|_| SettingError::invalid(field, value, format!("an integer >= {least}")))
}

/// A finite number above zero.
pub fn positive(field: &str, value: f64) -> Result<(), SettingError> {
    require(value.is_finite() && value > 0.0, field, value, "a finite number > 0")
}

/// A number above zero, and at most `most`.
pub fn positive_to(field: &str, value: f64, most: f64) -> Result<(), SettingError> {
    require(value > 0.0 && value <= most, field, value, format!("a number > 0, at most {most}"))
}

/// A finite number of at least zero.
pub fn non_negative(field: &str, value: f64) -> Result<(), SettingError> {
    require(value.is_finite() && value >= 0.0, field, value, "a finite number >= 0")
}

/// A finite number.
pub fn finite(field: &str, value: f64) -> Result<(), SettingError> {
    require(value.is_finite(), field, value, "a finite number")
}

/// A value in a closed range.
pub fn within<T: PartialOrd + Display>(
    field: &str,
    value: T,
    range: RangeInclusive<T>,
) -> Result<(), SettingError> {
    let valid = format!("from {} to {}", range.start(), range.end());
    require(range.contains(&value), field, value, valid)
}

/// A list that is not empty.
pub fn filled<T>(field: &str, list: &[T]) -> Result<(), SettingError> {
    require(!list.is_empty(), field, "an empty list", "a list of at least one")
}

/// `Ok` where `holds`.
pub fn require(
    holds: bool,
    field: &str,
    value: impl Display,
    valid: impl Into<String>,
) -> Result<(), SettingError> {
    if holds { Ok(()) } else { Err(SettingError::invalid(field, value, valid)) }
}

/// The value that `json` describes, every field of which is known.
///
/// # Errors
/// A field that is missing, unknown or of another type.
pub fn read<S: Serialize + DeserializeOwned>(json: &Json) -> Result<S, SettingError> {
    let setting: S = serde_path_to_error::deserialize(json).map_err(|error| {
        let path = error.path().to_string();
        let field = if path == "." { "setting".to_owned() } else { path };
        SettingError::Unreadable { field, reason: shortened(&error.inner().to_string()) }
    })?;
    let own = serde_json::to_value(&setting)
        .map_err(|error| SettingError::Unreadable { field: "setting".into(), reason: error.to_string() })?;
    all_known(json, &own, &mut Vec::new())?;
    Ok(setting)
}

/// Every field of `given` is one of `own`, which is what was understood.
fn all_known(given: &Json, own: &Json, path: &mut Vec<String>) -> Result<(), SettingError> {
    match (given, own) {
        (Json::Object(given), Json::Object(own)) => {
            for (name, value) in given.iter().filter(|(_, value)| !value.is_null()) {
                path.push(name.clone());
                let Some(inner) = own.get(name) else {
                    let all = own.keys().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
                    let known = format!(
                        "{}the fields here are {all}",
                        did_you_mean(name, own.keys().map(String::as_str))
                    );
                    return Err(SettingError::Unknown { field: path.join("."), known });
                };
                all_known(value, inner, path)?;
                path.pop();
            }
            Ok(())
        }
        (Json::Array(given), Json::Array(own)) => {
            given.iter().zip(own).try_for_each(|(given, own)| all_known(given, own, path))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    use super::*;
    use crate::streams::Streams;
    use crate::verify::{Experiment, Procedure, TrialFailure};

    struct Walk;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Step {
        size: f64,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Walks {
        #[serde(flatten)]
        step: Step,
        steps: usize,
        ends: Vec<Step>,
    }

    #[derive(Serialize, Deserialize)]
    struct Nothing {}

    impl Experiment for Walk {
        type Setting = Walks;
        type Outcome = Nothing;
        const ID: &'static str = "walk";
        const VERSION: u32 = 1;

        fn check(setting: &Walks) -> Result<(), SettingError> {
            positive("size", setting.step.size)?;
            at_least("steps", setting.steps, 1)
        }

        fn run(_: &Walks, _: &Streams) -> Result<Nothing, TrialFailure> {
            Ok(Nothing {})
        }
    }

    fn refused(json: &Json) -> String {
        Procedure::of::<Walk>().setting_of(json).unwrap_err().to_string()
    }

    #[test]
    fn a_setting_is_read_or_refused_with_the_name_of_its_field() {
        let good = json!({"size": 0.5, "steps": 3, "ends": [{"size": 1.0}]});
        let walks = Walks { step: Step { size: 0.5 }, steps: 3, ends: vec![Step { size: 1.0 }] };
        assert_eq!(Procedure::of::<Walk>().setting_of(&good).unwrap(), walks);
        for (field, value, message) in [
            ("steps", json!(0), "field `steps` is 0; valid: an integer >= 1"),
            ("size", json!(-1), "field `size` is -1; valid: a finite number > 0"),
            ("step", json!(2), "field `step` is not known here; did you mean `steps`?"),
            ("ends", json!([{"siz": 1.0}]), "missing field `size`"),
            ("ends", json!([{"size": 1.0, "sizes": 2}]), "field `ends.sizes` is not known here"),
            ("ends", json!([{"size": "long"}]), "field `ends[0].size`: invalid type: string"),
            ("steps", json!(1.5), "`steps`: invalid type: floating point"),
        ] {
            let mut bad = good.clone();
            bad[field] = value;
            let found = refused(&bad);
            assert!(found.contains(message), "{found}");
        }
        assert!(refused(&json!({"size": 1.0, "ends": []})).contains("missing field `steps`"));
        assert!(refused(&json!(3)).contains("setting"));
    }
}
