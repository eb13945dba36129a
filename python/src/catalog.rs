//! The catalogue: predictions with their parameters and values, and what the papers claim.

use pyo3::prelude::*;
use serde_json::{Value as Json, json};
use solvable::papers;
use solvable_theory::catalog::{self, Prediction};

use crate::json as values;

/// All predictions: ids, titles, formulas, parameters, values, sources.
#[pyfunction]
pub fn predictions(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    let all: Json = catalog::all().iter().map(Prediction::to_json).collect();
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

/// The publication of that key; the key where there is none.
fn cited(key: &str) -> Json {
    let known = solvable_theory::bibliography::ALL.iter().find(|source| source.key == key);
    known.map_or_else(|| key.into(), |source| source.to_string().into())
}
