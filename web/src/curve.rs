//! Outputs of a prediction over the values of a parameter.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value as Json};
use solvable_explore::{Place, Refusal};
use solvable_theory::catalog::{self, COST_LIMIT, Prediction, Value};
use solvable_theory::{TheoryError, did_you_mean};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    id: String,
    params: Map<String, Json>,
    /// Places that all take the value: `sigma_w2`, or `widths[1]` and `widths[2]`.
    parameters: Vec<String>,
    /// Places of numbers in the value: `kappa_1`, `E[3]`.
    outputs: Vec<String>,
}

/// What is said beside the numbers.
#[derive(Default, Serialize)]
struct Remarks {
    errors: Vec<At<Refusal>>,
    words: Vec<At<Word>>,
    caveats: Vec<String>,
}

/// At the value of this index.
#[derive(Serialize)]
struct At<T> {
    index: usize,
    #[serde(flatten)]
    what: T,
}

/// A word in the place of a number.
#[derive(Serialize)]
struct Word {
    output: String,
    word: &'static str,
}

/// The remarks on a curve, and its numbers: all those of the first output, then those of the next. NaN stands where there is no number.
pub fn answer(question: &[u8], values: &[f64]) -> (String, Vec<f64>) {
    let form = "{\"id\": string, \"params\": object, \"parameters\": [place], \"outputs\": [place]}";
    let found = serde_json::from_slice(question)
        .map_err(|error| Refusal::of_question(&error, form))
        .and_then(|question| Curve::new(question)?.over(values));
    found.unwrap_or_else(|refusal| (refusal.to_text(), Vec::new()))
}

struct Curve {
    prediction: Prediction,
    params: Map<String, Json>,
    parameters: Vec<Place>,
    outputs: Vec<Place>,
}

impl Curve {
    fn new(Question { id, mut params, parameters, outputs }: Question) -> Result<Self, Refusal> {
        let prediction = catalog::find(&id)?;
        let parameters = parameters
            .iter()
            .map(|text| parameter(&prediction, &mut params, text))
            .collect::<Result<_, _>>()?;
        let outputs = outputs.iter().map(|text| output(&prediction, text)).collect::<Result<_, _>>()?;
        Ok(Self { prediction, params, parameters, outputs })
    }

    fn over(mut self, values: &[f64]) -> Result<(String, Vec<f64>), Refusal> {
        let mut numbers = vec![f64::NAN; values.len() * self.outputs.len()];
        let mut remarks = Remarks::default();
        for (index, &value) in values.iter().enumerate() {
            match self.at(value) {
                Ok(parts) => {
                    for (output, place) in self.outputs.iter().zip(0..) {
                        match number(&parts, output) {
                            Ok(found) => numbers[place * values.len() + index] = found,
                            Err(Absent::Word(word)) => {
                                let what = Word { output: output.to_string(), word };
                                remarks.words.push(At { index, what });
                            }
                            Err(Absent::Refused(what)) => remarks.errors.push(At { index, what }),
                        }
                    }
                }
                Err(what) => remarks.errors.push(At { index, what }),
            }
            if let Some(caveat) = self.prediction.caveat(&self.params)
                && !remarks.caveats.contains(&caveat)
            {
                remarks.caveats.push(caveat);
            }
        }
        let text = serde_json::to_string(&remarks)
            .map_err(|error| Refusal::new("internal", format!("the remarks are no JSON: {error}")))?;
        Ok((text, numbers))
    }

    fn at(&mut self, value: f64) -> Result<Vec<(&'static str, Value)>, Refusal> {
        // JSON has no infinities: they are words there.
        let json = Number::from_f64(value).map_or_else(|| value.to_string().into(), Json::Number);
        for place in &self.parameters {
            let there = self.params.get_mut(&place.name).and_then(|whole| place.within_json(whole));
            if let Some(there) = there {
                there.clone_from(&json);
            }
        }
        let value = self.prediction.evaluate(&self.params)?;
        self.prediction.outputs.named(value).ok_or_else(|| {
            Refusal::new("internal", format!("{} has another form than declared", self.prediction.id))
        })
    }
}

/// The place of a parameter, which is in `params` afterwards.
fn parameter(
    prediction: &Prediction,
    params: &mut Map<String, Json>,
    text: &str,
) -> Result<Place, TheoryError> {
    let unknown = |known: String| TheoryError::UnknownParameter { name: text.to_owned(), known };
    let names = || prediction.parameters.iter().chain([&COST_LIMIT]).map(|parameter| parameter.name);
    let place =
        Place::parse(text).filter(|place| names().any(|name| name == place.name)).ok_or_else(|| {
            let near = did_you_mean(text, names());
            unknown(format!("{near}known: {}", names().collect::<Vec<_>>().join(", ")))
        })?;
    let default = prediction
        .parameters
        .iter()
        .chain([&COST_LIMIT])
        .find(|parameter| parameter.name == place.name)
        .and_then(|parameter| serde_json::from_str(parameter.default?).ok());
    let whole = params.entry(place.name.clone()).or_insert_with(|| default.unwrap_or(Json::Null));
    if place.within_json(whole).is_none() {
        return Err(unknown(format!("`{}` is {whole}", place.name)));
    }
    Ok(place)
}

fn output(prediction: &Prediction, text: &str) -> Result<Place, Refusal> {
    let all = prediction.outputs.all();
    let names = || all.iter().map(|output| output.name);
    Place::parse(text).filter(|place| names().any(|name| name == place.name)).ok_or_else(|| {
        let near = did_you_mean(text, names());
        let known = names().collect::<Vec<_>>().join(", ");
        Refusal::new("unknown-output", format!("{} has no `{text}`; {near}known: {known}", prediction.id))
    })
}

/// Why there is no number.
enum Absent {
    Word(&'static str),
    Refused(Refusal),
}

fn number(parts: &[(&'static str, Value)], output: &Place) -> Result<f64, Absent> {
    let part = parts.iter().find(|(name, _)| *name == output.name).map(|(_, part)| part);
    let refused = |told: &str| Absent::Refused(Refusal::new("absent-output", format!("`{output}` {told}")));
    match part.and_then(|part| output.within_value(part)) {
        Some(Value::Number(number)) => Ok(*number),
        Some(Value::Word(word)) => Err(Absent::Word(word)),
        Some(Value::List(values)) => {
            let example = format!("is a list of {}; name an entry of it, as `{output}[0]`", values.len());
            Err(refused(&example))
        }
        Some(Value::Object(fields)) => {
            let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
            Err(refused(&format!(
                "has the fields {}; name one of them, as `{output}.{}`",
                names.join(", "),
                names.first().unwrap_or(&"field")
            )))
        }
        None => Err(refused("is not in the value at these parameters")),
    }
}
