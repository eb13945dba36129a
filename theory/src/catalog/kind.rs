//! What the JSON of a parameter looks like: what a form, a signature or a broadcast over arrays needs to know.

use serde_json::Value as Json;

/// The form of a parameter's JSON; which values of this form are valid is told by its domain.
///
/// Where the default is `null`, `null` is valid too: [`Parameter::is_nullable`](super::Parameter::is_nullable).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A real number; where the domain names a word in its place (`"inf"`), that word.
    Number,
    /// An integer, `400.0` included; where the domain goes beyond 64 bits, a number such as `1e300`.
    Integer,
    /// `true` or `false`.
    Flag,
    /// A word, with its arguments if it has some: `"relu"`, `"hard-tanh(1)"`.
    Word,
    /// A list of real numbers; where the domain says so, of numbers and nulls.
    Numbers,
    /// A list of integers.
    Integers,
    /// A list of words; where the domain says so, of words and nulls.
    Words,
    /// A list of lists of real numbers: a matrix, or rows that need not be of one length. Where the domain says so a
    /// number is a fraction in words: `"4/5"`.
    Rows,
    /// An object, a list of objects, or one of several forms: a spectrum as `{"power": a}` or as a list.
    Json,
}

impl Kind {
    /// Whether a value is one thing, so that many values make an array.
    pub const fn is_scalar(self) -> bool {
        matches!(self, Self::Number | Self::Integer | Self::Flag | Self::Word)
    }

    /// Whether `value` has this form. The domain may allow less; `null` has no form but [`Json`](Self::Json).
    pub fn admits(self, value: &Json) -> bool {
        let all = |of: fn(&Json) -> bool| value.as_array().is_some_and(|items| items.iter().all(of));
        match self {
            Self::Number => is_number(value),
            Self::Integer => is_integer(value),
            Self::Flag => value.is_boolean(),
            Self::Word => value.is_string(),
            Self::Numbers => all(|item| item.is_null() || is_number(item)),
            Self::Integers => all(is_integer),
            Self::Words => all(|item| item.is_null() || item.is_string()),
            Self::Rows => all(|row| row.as_array().is_some_and(|row| row.iter().all(is_number))),
            Self::Json => true,
        }
    }
}

/// A number, or a word in its place.
fn is_number(value: &Json) -> bool {
    value.is_number() || value.is_string()
}

fn is_integer(value: &Json) -> bool {
    value.as_f64().is_some_and(|x| x.fract() == 0.0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ALL: [Kind; 9] = [
        Kind::Number,
        Kind::Integer,
        Kind::Flag,
        Kind::Word,
        Kind::Numbers,
        Kind::Integers,
        Kind::Words,
        Kind::Rows,
        Kind::Json,
    ];

    #[test]
    fn values_have_the_form_of_their_kind_alone() {
        for (value, kinds) in [
            (json!(0.5), &[Kind::Number, Kind::Json][..]),
            (json!(400.0), &[Kind::Number, Kind::Integer, Kind::Json]),
            (json!("inf"), &[Kind::Number, Kind::Word, Kind::Json]),
            (json!(true), &[Kind::Flag, Kind::Json]),
            (json!([0.5, 1]), &[Kind::Numbers, Kind::Json]),
            (json!([2, 1]), &[Kind::Numbers, Kind::Integers, Kind::Json]),
            (json!(["bn", null]), &[Kind::Numbers, Kind::Words, Kind::Json]),
            (json!([[0.5], ["4/5"]]), &[Kind::Rows, Kind::Json]),
            (json!({"power": 2}), &[Kind::Json]),
            (json!(null), &[Kind::Json]),
        ] {
            let admitting: Vec<Kind> = ALL.into_iter().filter(|kind| kind.admits(&value)).collect();
            assert_eq!(admitting, kinds, "{value}");
        }
    }

    #[test]
    fn scalars_are_never_lists_or_objects() {
        for kind in ALL.into_iter().filter(|kind| kind.is_scalar()) {
            for value in [json!([]), json!([1.0]), json!({})] {
                assert!(!kind.admits(&value), "{kind:?} {value}");
            }
        }
    }
}
