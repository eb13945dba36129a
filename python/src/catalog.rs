//! The catalogue: predictions with their parameters and values, and what the papers claim.

use pyo3::prelude::*;
use serde_json::{Value as Json, json};
use solvable::papers;
use solvable_theory::bibliography::Source;
use solvable_theory::catalog::{self, COST_LIMIT, Holds, Kind, Output, Outputs, Parameter, Prediction};

use crate::json as values;

/// All predictions: ids, titles, formulas, parameters, values, sources.
#[pyfunction]
pub fn predictions(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    let all: Json = catalog::all().iter().map(prediction).collect();
    values::to_python(py, &all)
}

/// Claims, figures and maps of the papers: what they are called and what they say, and in words what `explain` tells of one.
#[pyfunction]
pub fn claims(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    let papers = py.detach(papers::all);
    let mut all = Vec::new();
    for paper in &papers {
        all.extend(paper.claims.iter().map(|claim| {
            json!({
                "kind": "claim", "id": claim.id, "title": claim.title, "formula": claim.formula,
                "statistic": claim.statistic.name(), "comparison": claim.comparison.name(), "rivals": claim.rivals,
                "sources": claim.sources.iter().map(|key| cited(key)).collect::<Vec<_>>(), "paper": paper.title,
            })
        }));
        all.extend(
            paper.figures.iter().map(|figure| json!({"kind": "figure", "id": figure.id, "title": ""})),
        );
        all.extend(paper.maps.iter().map(|map| json!({"kind": "map", "id": map.id, "title": map.title})));
    }
    values::to_python(py, &all.into())
}

/// The id of a prediction whose paper may be named in full; what is no prediction stays as it is.
#[pyfunction]
pub fn full_id(id: &str) -> String {
    solvable::cli::prediction(id).map_or_else(|_| id.to_owned(), |prediction| prediction.id.to_owned())
}

/// A formula in LaTeX as MathML.
#[pyfunction]
pub fn formula(latex: &str) -> String {
    solvable::report::render_formula(latex)
}

fn prediction(prediction: &Prediction) -> Json {
    json!({
        "id": prediction.id, "title": prediction.title, "formula": prediction.formula, "value": prediction.value,
        "validity": prediction.validity,
        "parameters": prediction.parameters.iter().chain([&COST_LIMIT]).map(parameter).collect::<Vec<_>>(),
        "outputs": prediction.outputs.all().iter().map(output).collect::<Vec<_>>(),
        "single": matches!(prediction.outputs, Outputs::One(_)),
        "sources": prediction.sources.iter().map(source).collect::<Vec<_>>(),
    })
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

fn source(source: &Source) -> Json {
    source.to_string().into()
}

/// The publication of that key; the key where there is none.
fn cited(key: &str) -> Json {
    let known = solvable_theory::bibliography::ALL.iter().find(|source| source.key == key);
    known.map_or_else(|| key.into(), source)
}
