//! Why there is no answer.

use std::fmt;

use serde::Serialize;
use solvable_theory::{Subject, TheoryError, short_numbers};

/// A refusal as its JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    kind: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid: Option<String>,
}

impl Refusal {
    /// What the theory does not know of.
    pub fn new(kind: &'static str, message: String) -> Self {
        Self { kind, message, parameter: None, value: None, valid: None }
    }

    /// A parameter whose value is of the wrong kind.
    pub fn of_parameter(name: &str, value: String, valid: &str) -> Self {
        let message = format!("parameter `{name}` is {value}; valid: {valid}");
        let (parameter, valid) = (Some(name.to_owned()), Some(valid.to_owned()));
        Self { kind: "invalid-parameter", message, parameter, value: Some(value), valid }
    }

    /// The parameter to blame, where it is one.
    pub fn parameter(&self) -> Option<&str> {
        self.parameter.as_deref()
    }

    /// A question that is none.
    pub fn of_question(error: &serde_json::Error, form: &str) -> Self {
        Self::new("invalid-entry", format!("a question is {form}: {error}"))
    }

    /// `{"error": ...}`
    pub fn to_text(&self) -> String {
        serde_json::json!({ "error": self }).to_string()
    }
}

impl From<TheoryError> for Refusal {
    fn from(error: TheoryError) -> Self {
        let Subject { parameter, value, valid } = error.subject();
        let [parameter, value, valid] = [parameter, value, valid].map(|part| part.map(short_numbers));
        Self { kind: error.kind(), message: short_numbers(&error.to_string()), parameter, value, valid }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}
