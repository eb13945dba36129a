//! Entries of the catalogue as JSON, for those who read it in another language.

use serde_json::{Value as Json, json};

use super::{COST_LIMIT, Holds, Kind, Output, Outputs, Parameter, Prediction};

impl Prediction {
    /// What there is to know of this prediction: `id`, `title`, `formula`, `value`, `validity`, `parameters` (each with
    /// `name`, `kind`, `meaning`, `domain`, `required`, `default`; [`COST_LIMIT`] comes last), `outputs` (each with `name`,
    /// `holds`, `always`), `single` (whether the value is its one output), `sources` (in full).
    ///
    /// # Example
    /// ```
    /// let entry = solvable_theory::catalog::find("mf/kappa")?.to_json();
    /// assert_eq!(entry["parameters"][0]["name"], "activation");
    /// assert_eq!(entry["outputs"][0]["holds"], "number");
    /// # Ok::<(), solvable_theory::TheoryError>(())
    /// ```
    pub fn to_json(&self) -> Json {
        json!({
            "id": self.id, "title": self.title, "formula": self.formula, "value": self.value,
            "validity": self.validity,
            "parameters": self.parameters.iter().chain([&COST_LIMIT]).map(parameter).collect::<Vec<_>>(),
            "outputs": self.outputs.all().iter().map(output).collect::<Vec<_>>(),
            "single": matches!(self.outputs, Outputs::One(_)),
            "sources": self.sources.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    }
}

fn parameter(parameter: &Parameter) -> Json {
    let kind = match parameter.kind {
        Kind::Number => "number",
        Kind::Integer => "integer",
        Kind::Flag => "flag",
        Kind::Word => "word",
        Kind::Numbers => "numbers",
        Kind::Integers => "integers",
        Kind::Words => "words",
        Kind::Rows => "rows",
        Kind::Json => "json",
    };
    // Defaults are JSON texts.
    let default: Option<Json> = parameter.default.and_then(|text| serde_json::from_str(text).ok());
    json!({
        "name": parameter.name, "kind": kind, "meaning": parameter.meaning, "domain": parameter.domain,
        "required": parameter.default.is_none(), "default": default,
    })
}

fn output(output: &Output) -> Json {
    let holds = match output.holds {
        Holds::Number => "number",
        Holds::Word => "word",
        Holds::Series => "series",
        Holds::Table => "table",
        Holds::Record(_) => "record",
    };
    json!({"name": output.name, "holds": holds, "always": output.always})
}
