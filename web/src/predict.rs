//! One prediction.

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use solvable_explore::Refusal;
use solvable_theory::catalog::{self, Prediction};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    id: String,
    params: Map<String, Json>,
    /// Whether to say how many digits survive, which takes four evaluations in place of one.
    #[serde(default)]
    digits: bool,
}

/// The answer to a question in JSON.
pub fn answer(question: &[u8]) -> String {
    let found = serde_json::from_slice(question)
        .map_err(|error| {
            Refusal::of_question(&error, "{\"id\": string, \"params\": object, \"digits\": boolean}")
        })
        .and_then(|question: Question| found(&question));
    found.map_or_else(|refusal| refusal.to_text(), |found| found.to_string())
}

fn found(question: &Question) -> Result<Json, Refusal> {
    let prediction = catalog::find(&question.id)?;
    let mut found = if question.digits {
        let answer = prediction.answer(&question.params)?;
        let mut found = with_parts(&prediction, answer.value)?;
        found["shown"] = answer.shown.to_json();
        found["digits"] = answer.digits.into();
        found["vanishing"] = answer.vanishing.into();
        found["boundary"] = answer.boundary.into();
        found
    } else {
        with_parts(&prediction, prediction.evaluate(&question.params)?)?
    };
    found["caveat"] = prediction.caveat(&question.params).into();
    Ok(found)
}

fn with_parts(prediction: &Prediction, value: catalog::Value) -> Result<Json, Refusal> {
    let json = value.to_json();
    let parts = prediction.outputs.named(value).ok_or_else(|| {
        Refusal::new("internal", format!("{} has another form than declared", prediction.id))
    })?;
    let parts: Map<_, _> = parts.into_iter().map(|(name, part)| (name.to_owned(), part.to_json())).collect();
    Ok(json!({ "value": json, "parts": parts }))
}
