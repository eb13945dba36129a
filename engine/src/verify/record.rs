//! What the store keeps of a trial, and how outcomes become records and records outcomes.

use std::collections::BTreeMap;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Deserializer, Serialize, forward_to_deserialize_any};
use serde_json::Value as Json;
use solvable_words::did_you_mean;
use thiserror::Error as ThisError;

/// What the store keeps of one trial: named numbers and lists of numbers, the JSON form of an experiment's outcome.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Record(BTreeMap<String, Measured>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Measured {
    Number(f64),
    List(Vec<f64>),
}

/// Why an outcome cannot be kept, or a record is not an outcome of its experiment.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum RecordError {
    /// JSON cannot carry it, and no claim should read it.
    #[error("the quantity `{0}` is not finite")]
    NotFinite(String),
    /// Outcomes are structures of numbers and lists of numbers.
    #[error("the quantity `{0}` is neither a number nor a list of numbers")]
    NotNumbers(String),
    /// The record lacks a field of the outcome, or holds it in another shape.
    #[error("the stored trial is not an outcome of this experiment: {0}")]
    Shape(String),
}

impl Record {
    /// The record of an outcome: a structure (or a map, JSON too) whose fields are numbers or lists of numbers.
    ///
    /// ```
    /// use serde_json::json;
    /// use solvable_engine::verify::{Record, RecordError};
    ///
    /// let record = Record::of(&json!({"mean": 0.5, "spectrum": [3, 1]}))?;
    /// assert_eq!(record.number("mean"), Ok(0.5));
    /// assert_eq!(record.list("spectrum"), Ok(&[3.0, 1.0][..]));
    /// assert_eq!(Record::of(&json!({"mean": f64::NAN})), Err(RecordError::NotFinite("mean".into())));
    /// # Ok::<(), RecordError>(())
    /// ```
    ///
    /// # Errors
    /// The first quantity, by name, that is not finite, or neither a number nor a list of numbers.
    pub fn of(outcome: &impl Serialize) -> Result<Self, RecordError> {
        let json = serde_json::to_value(outcome).map_err(|error| RecordError::Shape(error.to_string()))?;
        let Json::Object(fields) = json else {
            return Err(RecordError::Shape("it is no structure of named fields".to_owned()));
        };
        let quantities = fields.into_iter().map(|(name, value)| {
            let measured = Measured::of(&name, &value)?;
            Ok((name, measured))
        });
        quantities.collect::<Result<_, _>>().map(Self)
    }

    /// The outcome that this is the record of.
    pub(super) fn read<O: DeserializeOwned>(&self) -> Result<O, RecordError> {
        let fields = self.0.iter().map(|(name, measured)| (name.as_str(), measured));
        O::deserialize(MapDeserializer::<_, Unread>::new(fields))
            .map_err(|error| RecordError::Shape(error.to_string()))
    }

    /// The quantity `name`, a single number.
    ///
    /// # Errors
    /// [`Shape`](RecordError::Shape): there is none of this name, or it is a list.
    pub fn number(&self, name: &str) -> Result<f64, RecordError> {
        match self.quantity(name)? {
            Measured::Number(value) => Ok(*value),
            Measured::List(_) => Err(RecordError::Shape(format!("the quantity `{name}` is a list"))),
        }
    }

    /// The quantity `name` as a list; a single number is a list of one.
    ///
    /// # Errors
    /// [`Shape`](RecordError::Shape): there is none of this name.
    pub fn list(&self, name: &str) -> Result<&[f64], RecordError> {
        self.quantity(name).map(Measured::values)
    }

    fn quantity(&self, name: &str) -> Result<&Measured, RecordError> {
        self.0.get(name).ok_or_else(|| {
            let all = self.0.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let near = did_you_mean(name, self.0.keys().map(String::as_str));
            RecordError::Shape(format!("there is no quantity `{name}`; {near}there are {all}"))
        })
    }

    /// The largest difference to `other` relative to the size of its quantity; infinite if the quantities differ in name
    /// or shape. A quantity smaller than $10^{-7}$ is compared to that: it may be the rounding of a zero, which differs from
    /// machine to machine.
    pub fn distance(&self, other: &Self) -> f64 {
        if !self.0.keys().eq(other.0.keys()) {
            return f64::INFINITY;
        }
        let pairs = self.0.values().map(Measured::values).zip(other.0.values().map(Measured::values));
        pairs.fold(0.0, |worst, (a, b)| {
            if a.len() != b.len() {
                return f64::INFINITY;
            }
            let scale = a.iter().chain(b).fold(1e-7, |s: f64, x| s.max(x.abs()));
            a.iter().zip(b).fold(worst, |w, (x, y)| w.max((x - y).abs() / scale))
        })
    }
}

type Unread = serde::de::value::Error;

impl Measured {
    fn values(&self) -> &[f64] {
        match self {
            Self::Number(value) => std::slice::from_ref(value),
            Self::List(values) => values,
        }
    }

    fn of(name: &str, value: &Json) -> Result<Self, RecordError> {
        // NaN and infinities are null in JSON.
        let number = |value: &Json| match value {
            Json::Number(number) => number.as_f64().ok_or_else(|| RecordError::NotNumbers(name.to_owned())),
            Json::Null => Err(RecordError::NotFinite(name.to_owned())),
            _ => Err(RecordError::NotNumbers(name.to_owned())),
        };
        match value {
            Json::Array(values) => values.iter().map(number).collect::<Result<_, _>>().map(Self::List),
            value => number(value).map(Self::Number),
        }
    }
}

impl<'de> IntoDeserializer<'de> for &'de Measured {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Numbers, lists of numbers, and options of both.
impl<'de> Deserializer<'de> for &'de Measured {
    type Error = Unread;

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        match self {
            Measured::Number(value) => visitor.visit_f64(*value),
            Measured::List(values) => visitor.visit_seq(SeqDeserializer::new(values.iter().copied())),
        }
    }

    fn deserialize_option<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        visitor.visit_some(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Measures {
        top: f64,
        spectrum: Vec<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trace: Option<f64>,
        ends: [f64; 2],
    }

    fn measures(top: f64) -> Measures {
        Measures { top, spectrum: vec![1.5, -0.0], trace: None, ends: [0.1, 1e-300] }
    }

    fn stored(text: &str) -> Record {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn records_are_outcomes_to_the_bit() {
        let record = Record::of(&measures(0.1)).unwrap();
        assert_eq!(record.read::<Measures>().unwrap(), measures(0.1));
        let text = serde_json::to_string(&record).unwrap();
        assert_eq!(text, r#"{"ends":[0.1,1e-300],"spectrum":[1.5,-0.0],"top":0.1}"#);
        assert_eq!(stored(&text).read::<Measures>().unwrap(), measures(0.1));
    }

    #[test]
    fn what_is_no_outcome_is_named() {
        let infinite = Record::of(&measures(f64::INFINITY));
        assert_eq!(infinite, Err(RecordError::NotFinite("top".to_owned())));
        let nan = Record::of(&Measures { spectrum: vec![0.0, f64::NAN], ..measures(1.0) });
        assert_eq!(nan, Err(RecordError::NotFinite("spectrum".to_owned())));
        assert!(matches!(Record::of(&[1.0]), Err(RecordError::Shape(_))));
        let lacking = stored(r#"{"top": 1}"#).read::<Measures>();
        assert!(lacking.is_err_and(|error| error.to_string().contains("spectrum")));
    }

    #[test]
    fn a_record_is_an_outcome_itself() {
        let record = stored(r#"{"ends":[0.1,1e-300],"none":[],"top":-0.0}"#);
        assert_eq!(Record::of(&record).unwrap(), record);
        assert_eq!(record.read::<Record>().unwrap(), record);
        assert_eq!(record.number("top").unwrap().to_bits(), (-0.0f64).to_bits());
        assert_eq!((record.list("top").unwrap().len(), record.list("none").unwrap().len()), (1, 0));
        assert!(record.number("ends").is_err_and(|error| error.to_string().ends_with("`ends` is a list")));
        let lacking = record.number("tops").unwrap_err().to_string();
        assert!(
            lacking.contains("no quantity `tops`; did you mean `top`? there are `ends`, `none`, `top`"),
            "{lacking}"
        );
        let nested = Record::of(&serde_json::json!({"a": {"b": 1}}));
        assert_eq!(nested, Err(RecordError::NotNumbers("a".to_owned())));
        let word = Record::of(&serde_json::json!({"a": [1, true]}));
        assert_eq!(word, Err(RecordError::NotNumbers("a".to_owned())));
    }

    #[test]
    fn distances_are_relative_and_symmetric() {
        let of = |x: f64| stored(&format!(r#"{{"x": [100.0, {x}]}}"#));
        assert_eq!(of(1.0).distance(&of(1.0)), 0.0);
        assert_eq!(of(1.0).distance(&of(2.0)), 0.01);
        assert_eq!(of(2.0).distance(&of(1.0)), 0.01);
        assert_eq!(of(1.0).distance(&Record::default()), f64::INFINITY);
    }
}
