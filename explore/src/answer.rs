//! Parts of answers.

use solvable_theory::catalog::{Prediction, Value};

use crate::place::Place;
use crate::refusal::Refusal;

/// The value by the names of its outputs.
pub(crate) fn named(prediction: &Prediction, value: Value) -> Result<Vec<(&'static str, Value)>, Refusal> {
    let odd = || Refusal::new("internal", format!("{} has another form than declared", prediction.id));
    prediction.outputs.named(value).ok_or_else(odd)
}

/// A place told in a text.
pub(crate) fn read_place(text: &str) -> Result<Place, Refusal> {
    Place::parse(text)
        .ok_or_else(|| Refusal::new("invalid-entry", format!("`{text}` is no place of a number")))
}

/// What stands at a place.
pub(crate) fn within<'a>(parts: &'a [(&'static str, Value)], place: &Place) -> Result<&'a Value, Refusal> {
    let part = parts.iter().find(|(name, _)| *name == place.name);
    let absent =
        || Refusal::new("absent-output", format!("`{place}` is not in the value at these parameters"));
    part.and_then(|(_, part)| place.within_value(part)).ok_or_else(absent)
}
