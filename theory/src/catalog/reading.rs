//! How a parameter's JSON becomes a typed value: integers may be spelt `400.0`, and real numbers may be moved in their
//! last place, which is how [`digits`](super::digits) learns how many digits of an answer can be trusted.

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value as Json};

/// A deterministic move of real numbers by one to three units in their last place.
///
/// Equal numbers move equally, so that symmetric matrices stay symmetric and equal variances equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// Which of the deterministic directions.
    pub direction: u64,
    /// The only parameter that moves; all of them with `None`.
    pub only: Option<&'static str>,
    /// Whether numbers equal to 1 or -1 stay, which are often the end of a domain (a cosine, a correlation, a share).
    pub ones_stay: bool,
}

impl Move {
    /// Whether the parameter `name` takes part.
    pub(super) fn concerns(&self, name: &str) -> bool {
        self.only.is_none_or(|only| only == name)
    }

    /// `x` moved; zero, infinities and the ends of the range stay.
    pub(super) fn of(self, x: f64) -> f64 {
        if x == 0.0 || !x.is_finite() || (self.ones_stay && x.abs() == 1.0) {
            return x;
        }
        let hash = scramble(x.to_bits() ^ self.direction.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let bits = x.to_bits();
        let steps = 1 + (hash >> 8) % 3;
        let moved = f64::from_bits(if hash & 1 == 0 { bits + steps } else { bits - steps });
        // Past zero or past the largest number the sign or the class changes: such a number stays.
        if moved.is_finite() && moved.signum() == x.signum() && moved != 0.0 { moved } else { x }
    }
}

/// The finalizer of the generator splitmix64.
fn scramble(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Deserializes JSON like `serde_json` does, but reads `400.0` where an integer is wanted, and moves real numbers.
///
/// The type that is asked for decides: a `usize` never moves, an `f64` always does, even where it is spelt `2`.
#[derive(Clone, Copy)]
pub(super) struct Reading<'de> {
    pub value: &'de Json,
    pub moved: Option<Move>,
}

impl<'de> Reading<'de> {
    fn inner(self, value: &'de Json) -> Self {
        Self { value, ..self }
    }

    fn real(self, x: f64) -> f64 {
        self.moved.map_or(x, |moved| moved.of(x))
    }
}

impl<'de> IntoDeserializer<'de, Error> for Reading<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! integers {
    ($($name:ident),*) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.value.as_f64() {
                Some(x) if self.value.is_f64() && x.fract() == 0.0 && x.abs() <= 2f64.powi(53) => {
                    if x < 0.0 { visitor.visit_i64(x as i64) } else { visitor.visit_u64(x as u64) }
                }
                _ => self.value.$name(visitor),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Reading<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Json::Number(number) if number.is_f64() => self.deserialize_f64(visitor),
            Json::Array(items) => {
                visitor.visit_seq(SeqDeserializer::new(items.iter().map(|item| self.inner(item))))
            }
            Json::Object(fields) => visitor.visit_map(MapDeserializer::new(
                fields.iter().map(|(name, value)| (name.as_str(), self.inner(value))),
            )),
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value.as_f64() {
            Some(x) => visitor.visit_f64(self.real(x)),
            None => self.value.deserialize_f64(visitor),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.value {
            Json::Object(fields) if fields.len() == 1 => {
                let fields = fields.iter().map(|(name, value)| (name.as_str(), self.inner(value)));
                visitor.visit_enum(MapAccessDeserializer::new(MapDeserializer::new(fields)))
            }
            Json::Object(_) => Err(Error::custom(format!("one of {}", variants.join(", ")))),
            other => other.deserialize_enum(name, variants, visitor),
        }
    }

    integers!(
        deserialize_u8,
        deserialize_u16,
        deserialize_u32,
        deserialize_u64,
        deserialize_i8,
        deserialize_i16,
        deserialize_i32,
        deserialize_i64
    );

    forward_to_deserialize_any! {
        bool i128 u128 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
        ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    fn read<T: for<'a> Deserialize<'a>>(value: &Json, moved: Option<Move>) -> Result<T, Error> {
        T::deserialize(Reading { value, moved })
    }

    const SOME: Option<Move> = Some(Move { direction: 1, only: None, ones_stay: false });

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Law {
        Power(f64),
        Values(Vec<f64>),
        Flat,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Stage {
        n: Vec<usize>,
        sigma2: Option<f64>,
    }

    #[test]
    fn integers_stay_and_reals_move_by_their_type() {
        assert_eq!(read::<Vec<usize>>(&json!([400.0, 3]), SOME).unwrap(), [400, 3]);
        assert!(read::<usize>(&json!(400.5), None).is_err());
        assert!(read::<usize>(&json!(-1.0), None).is_err());
        assert!(read::<usize>(&json!(1e300), None).is_err());
        let moved: Vec<f64> = read(&json!([2, 2.0, 0, -0.5]), SOME).unwrap();
        assert!(moved[0] != 2.0 && (moved[0] - 2.0).abs() < 2e-15);
        assert_eq!(moved[0], moved[1], "equal numbers move equally");
        assert_eq!(moved[2], 0.0);
        assert!(moved[3] < 0.0 && moved[3] != -0.5);
    }

    #[test]
    fn nested_types_are_read_as_json_reads_them() {
        for moved in [None, SOME] {
            let stage: Stage = read(&json!({"n": [1, 2.0], "sigma2": 0.1}), moved).unwrap();
            assert_eq!(stage.n, [1, 2]);
            assert_eq!(stage.sigma2 == Some(0.1), moved.is_none());
            assert_eq!(read::<Stage>(&json!({"n": [], "sigma2": null}), moved).unwrap().sigma2, None);
            assert_eq!(read::<Law>(&json!("flat"), moved).unwrap(), Law::Flat);
            assert!(
                matches!(read::<Law>(&json!({"power": 2}), moved).unwrap(), Law::Power(x) if (x - 2.0).abs() < 1e-14)
            );
            assert!(
                matches!(read::<Law>(&json!({"values": [1, 2]}), moved).unwrap(), Law::Values(v) if v.len() == 2)
            );
            assert!(read::<Law>(&json!({"power": 2, "values": [1]}), moved).is_err());
            assert_eq!(read::<String>(&json!("tanh"), moved).unwrap(), "tanh");
            assert!(read::<bool>(&json!(true), moved).unwrap());
            assert!(read::<[f64; 3]>(&json!([1, 2]), moved).is_err());
        }
    }

    #[test]
    fn moves_never_leave_the_finite_numbers() {
        for direction in 0..20 {
            let step = Move { direction, only: None, ones_stay: false };
            for x in [f64::MAX, -f64::MAX, f64::MIN_POSITIVE, 5e-324, 1e-323, 1.0, -1.0] {
                let moved = step.of(x);
                assert!(moved.is_finite() && moved != 0.0 && moved.signum() == x.signum(), "{x} {moved}");
            }
        }
    }
}
