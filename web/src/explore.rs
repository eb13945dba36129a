//! A figure that follows knobs.

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use solvable_explore::{Detail, Explorable, Picture, Refusal};
use solvable_figures::{columns, draw_in, svg};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    figure: Explorable,
    /// Where the knobs stand.
    at: Map<String, Json>,
    /// Panels in a row; by their number where it is left out.
    columns: Option<usize>,
    #[serde(default)]
    coarse: bool,
    /// Whether the picture brings its font along, as one does that leaves the page.
    #[serde(default)]
    stand_alone: bool,
}

/// The picture in JSON.
pub fn answer(question: &[u8]) -> String {
    let form = "{\"figure\": explorable, \"at\": object, \"columns\": number, \"coarse\": boolean, \"stand_alone\": boolean}";
    let found = serde_json::from_slice(question)
        .map_err(|error| Refusal::of_question(&error, form))
        .and_then(|question: Question| found(&question));
    found.map_or_else(|refusal| refusal.to_text(), |found| found.to_string())
}

fn found(question: &Question) -> Result<Json, Refusal> {
    let detail = if question.coarse { Detail::Coarse } else { Detail::Fine };
    let picture = question.figure.picture(&question.at, detail)?;
    let Picture { figure, readouts, problems, caveats, measured, checks } = picture;
    let columns = question.columns.unwrap_or_else(|| columns(&figure));
    let drawing = draw_in(&figure, columns).map_err(|error| Refusal::new("internal", error.to_string()))?;
    let svg = svg::document(&drawing, &figure.title, &figure.caption, question.stand_alone);
    Ok(json!({
        "svg": svg,
        "readouts": readouts,
        "problems": problems,
        "caveats": caveats,
        "measured": measured,
        "checks": checks,
    }))
}
