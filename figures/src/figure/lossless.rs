//! Numbers in JSON that keeps those that are not finite: NaN is `null`, the infinities are `"Infinity"` and `"-Infinity"`.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(super) fn serialize<T: Lossless, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    value.form().serialize(serializer)
}

pub(super) fn deserialize<'de, T: Lossless, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::Form::deserialize(deserializer).map(T::of)
}

/// What has numbers in it.
pub(super) trait Lossless {
    /// The same as JSON knows it.
    type Form: Serialize + DeserializeOwned;

    fn form(&self) -> Self::Form;

    fn of(form: Self::Form) -> Self;
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Number {
    Finite(f64),
    Infinite(Infinity),
    Undefined(()),
}

#[derive(Serialize, Deserialize)]
pub(super) enum Infinity {
    #[serde(rename = "Infinity")]
    Above,
    #[serde(rename = "-Infinity")]
    Below,
}

impl Lossless for f64 {
    type Form = Number;

    fn form(&self) -> Number {
        match *self {
            Self::INFINITY => Number::Infinite(Infinity::Above),
            Self::NEG_INFINITY => Number::Infinite(Infinity::Below),
            x if x.is_nan() => Number::Undefined(()),
            x => Number::Finite(x),
        }
    }

    fn of(form: Number) -> Self {
        match form {
            Number::Finite(x) => x,
            Number::Infinite(Infinity::Above) => Self::INFINITY,
            Number::Infinite(Infinity::Below) => Self::NEG_INFINITY,
            Number::Undefined(()) => Self::NAN,
        }
    }
}

impl<T: Lossless> Lossless for Vec<T> {
    type Form = Vec<T::Form>;

    fn form(&self) -> Self::Form {
        self.iter().map(T::form).collect()
    }

    fn of(form: Self::Form) -> Self {
        form.into_iter().map(T::of).collect()
    }
}

impl<A: Lossless, B: Lossless> Lossless for (A, B) {
    type Form = (A::Form, B::Form);

    fn form(&self) -> Self::Form {
        (self.0.form(), self.1.form())
    }

    fn of((a, b): Self::Form) -> Self {
        (A::of(a), B::of(b))
    }
}
