//! How many digits of an answer can be trusted: stochastic arithmetic with deterministic directions.
//!
//! A prediction is evaluated again with every real parameter moved by one to three units in its last place, in
//! [`DIRECTIONS`] directions. What the answers share are the digits that survive: they are limited by cancellation
//! inside the formula, and by how far the quantity itself depends on digits that a 64-bit number does not hold. What
//! this cannot see is an error that does not move, such as a rule of too few nodes; such errors are the business of the
//! tests against independent values.
//!
//! The idea is that of Vignes' CESTAC method (*Discrete stochastic arithmetic for validating results of numerical
//! software*, Numerical Algorithms 37, 2004), with fixed moves in place of random ones.

use serde_json::{Map, Value as Json};

use super::{Move, Params, Prediction, Value};
use crate::TheoryError;

/// Moved evaluations for each answer.
pub const DIRECTIONS: u64 = 3;
/// Digits beyond which rounding is not told apart.
pub const MOST_DIGITS: u32 = 15;
/// Fewer digits than these are refused.
pub const FEWEST_DIGITS: u32 = 3;
/// Fewer digits than these, and inputs on the end of their domain are looked at apart.
const SUSPICIOUS_DIGITS: u32 = 10;
/// A value of exactly zero may become this large before it counts as lost.
const FROM_ZERO: f64 = 1e-7;
/// A lost entry below this share of the largest one of its list is zero to rounding, and is said to vanish.
const VANISHING: f64 = 1e-10;

/// A value with the digits that survive.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The value, as [`Prediction::evaluate`] gives it.
    pub value: Value,
    /// The value with every number rounded to the digits that survive in it, and vanishing ones set to zero.
    pub shown: Value,
    /// The fewest significant digits that survive in a number of the value.
    pub digits: u32,
    /// Where in the value numbers vanish: zero, within the rounding of the largest entry beside them.
    pub vanishing: Vec<String>,
    /// What changes when the parameters move in their last place, if anything jumps: the input lies on a boundary.
    pub boundary: Option<String>,
}

impl Prediction {
    /// Evaluates the prediction and says how many digits of it survive.
    ///
    /// # Errors
    /// Those of the prediction, and [`LossOfPrecision`](TheoryError::LossOfPrecision) where fewer than
    /// [`FEWEST_DIGITS`] survive.
    ///
    /// # Example
    /// ```
    /// use serde_json::json;
    /// use solvable_theory::catalog;
    /// let given = json!({"activation": "relu", "q1": 1.3, "q2": 0.7, "q12": 0.4});
    /// let answer = catalog::find("mf/kernel-pair")?.answer(given.as_object().unwrap())?;
    /// assert!(answer.digits >= 14);
    /// # Ok::<(), solvable_theory::TheoryError>(())
    /// ```
    pub fn answer(&self, given: &Map<String, Json>) -> Result<Answer, TheoryError> {
        let params = self.read(given)?;
        let value = self.within_limit(&params)?;
        let mut assessed = self.assessed(&params, &value, None, false);
        if assessed.digits < SUSPICIOUS_DIGITS {
            let inside = self.assessed(&params, &value, None, true);
            if inside.digits >= assessed.digits + 4 {
                let note = format!(
                    "an input is exactly 1 or -1: moved in its last place, {} digits of the value stay",
                    assessed.digits
                );
                assessed = Assessment { boundary: inside.boundary.clone().or(Some(note)), ..inside };
            }
        }
        if assessed.digits < FEWEST_DIGITS {
            return Err(self.loss(given, &params, &value, &assessed));
        }
        let mut spread = assessed.spreads.iter();
        let shown = rounded(&value, &mut spread);
        Ok(Answer {
            value,
            shown,
            digits: assessed.digits,
            vanishing: assessed.vanishing,
            boundary: assessed.boundary,
        })
    }

    fn assessed(
        &self,
        params: &Params,
        value: &Value,
        only: Option<&'static str>,
        ones_stay: bool,
    ) -> Assessment {
        let moved = |direction| self.within_limit(&params.moved(Move { direction, only, ones_stay }));
        assess(value, (0..DIRECTIONS).map(moved))
    }

    /// The refusal: which parameter the lost digits hang on.
    fn loss(
        &self,
        given: &Map<String, Json>,
        params: &Params,
        value: &Value,
        all: &Assessment,
    ) -> TheoryError {
        let culprit = self
            .parameters
            .iter()
            .filter(|parameter| given.contains_key(parameter.name) || parameter.default.is_some())
            .map(|parameter| {
                (self.assessed(params, value, Some(parameter.name), false).digits, parameter.name)
            })
            .min_by_key(|&(digits, _)| digits);
        let advice = match culprit {
            Some((digits, name)) if digits < FEWEST_DIGITS => format!(
                "it hangs on digits of `{name}` beyond the sixteen that a number holds: choose `{name}` farther \
                 from where the quantity degenerates"
            ),
            _ => "it hangs on digits beyond the sixteen that a number holds: choose parameters farther from where \
                  the quantity degenerates"
                .to_owned(),
        };
        let detail = format!(
            "parameters moved in the last place change it by {:.0e} of its size",
            all.worst.max(f64::MIN_POSITIVE)
        );
        TheoryError::LossOfPrecision { prediction: self.id.to_owned(), detail, advice }
    }
}

/// What moved evaluations say about a value.
struct Assessment {
    digits: u32,
    /// Digits of each number, in the order of the value; `None` where it vanishes.
    spreads: Vec<Option<u32>>,
    vanishing: Vec<String>,
    boundary: Option<String>,
    /// The largest relative change of a number that counts.
    worst: f64,
}

/// A number of a value.
struct Leaf {
    value: f64,
    /// The largest finite entry of the list in which it stands.
    scale: f64,
}

fn assess(value: &Value, moved: impl Iterator<Item = Result<Value, TheoryError>>) -> Assessment {
    let leaves = leaves(value);
    let mut spread = vec![0f64; leaves.len()];
    let mut boundary = None;
    for other in moved {
        match other {
            // The move left the domain of a parameter: this direction says nothing.
            Err(TheoryError::InvalidParameter { .. }) => {}
            Err(error) => {
                boundary.get_or_insert(format!("moved in its last place it is refused: {error}"));
            }
            Ok(other) if !same_shape(value, &other) => {
                boundary.get_or_insert(
                    "moved in its last place a word or the number of values changes".to_owned(),
                );
            }
            Ok(other) => {
                let there = self::leaves(&other);
                for (n, ((leaf, there), spread)) in leaves.iter().zip(there).zip(&mut spread).enumerate() {
                    let change = (there.value - leaf.value).abs();
                    if leaf.value.is_finite() && there.value.is_finite() {
                        *spread = spread.max(change);
                    } else if leaf.value != there.value {
                        boundary.get_or_insert_with(|| {
                            format!("moved in its last place {} changes", named(value, n))
                        });
                    }
                }
            }
        }
    }
    let mut all =
        Assessment { digits: MOST_DIGITS, spreads: vec![], vanishing: vec![], boundary, worst: 0.0 };
    for (n, (leaf, change)) in leaves.iter().zip(spread).enumerate() {
        let size = leaf.value.abs();
        if size == 0.0 && change > 0.0 && change <= FROM_ZERO {
            all.boundary.get_or_insert(format!(
                "{} is exactly 0 here, and {change:.0e} when parameters move in their last place",
                named(value, n)
            ));
            all.spreads.push(Some(MOST_DIGITS));
            continue;
        }
        let relative = if change == 0.0 { 0.0 } else { change / size };
        let digits = surviving(relative);
        if digits < FEWEST_DIGITS && size + change <= VANISHING * leaf.scale {
            all.vanishing.push(named(value, n));
            all.spreads.push(None);
            continue;
        }
        all.worst = all.worst.max(relative);
        all.digits = all.digits.min(digits);
        all.spreads.push(Some(digits));
    }
    all
}

/// Where number `n` of a value stands.
fn named(value: &Value, n: usize) -> String {
    /// The path of number `n` below `path`, or how many numbers there are.
    fn walk(value: &Value, path: String, n: usize) -> Result<String, usize> {
        let mut before = 0;
        let mut below = |value: &Value, path: String| match walk(value, path, n - before) {
            Ok(path) => Some(path),
            Err(count) => {
                before += count;
                None
            }
        };
        let found = match value {
            Value::Number(_) if n == 0 => return Ok(path),
            Value::Number(_) => return Err(1),
            Value::Word(_) => return Err(0),
            Value::List(values) => {
                values.iter().enumerate().find_map(|(i, value)| below(value, format!("{path}[{i}]")))
            }
            Value::Object(fields) => fields.iter().find_map(|(name, value)| {
                below(value, if path.is_empty() { (*name).to_owned() } else { format!("{path}.{name}") })
            }),
        };
        found.ok_or(before)
    }
    match walk(value, String::new(), n) {
        Ok(path) if !path.is_empty() => path,
        _ => "the value".to_owned(),
    }
}

/// Significant digits that survive a relative change.
fn surviving(relative: f64) -> u32 {
    if relative == 0.0 {
        MOST_DIGITS
    } else if relative.is_nan() || relative >= 1.0 {
        0
    } else {
        (-relative.log10()).floor().clamp(0.0, f64::from(MOST_DIGITS)) as u32
    }
}

fn leaves(value: &Value) -> Vec<Leaf> {
    fn walk(value: &Value, scale: f64, leaves: &mut Vec<Leaf>) {
        match value {
            Value::Number(x) => leaves.push(Leaf { value: *x, scale: scale.max(x.abs()) }),
            Value::Word(_) => {}
            Value::List(values) => {
                let scale = if scale > 0.0 { scale } else { largest(value) };
                values.iter().for_each(|value| walk(value, scale, leaves));
            }
            Value::Object(fields) => fields.iter().for_each(|(_, value)| walk(value, 0.0, leaves)),
        }
    }
    let mut all = Vec::new();
    walk(value, 0.0, &mut all);
    all
}

/// The largest finite number of nested lists.
fn largest(value: &Value) -> f64 {
    match value {
        Value::Number(x) if x.is_finite() => x.abs(),
        Value::List(values) => values.iter().map(largest).fold(0.0, f64::max),
        _ => 0.0,
    }
}

fn same_shape(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(_), Value::Number(_)) => true,
        (Value::Word(a), Value::Word(b)) => a == b,
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_shape(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((m, a), (n, b))| m == n && same_shape(a, b))
        }
        _ => false,
    }
}

/// The value with its numbers rounded to their digits.
fn rounded<'a>(value: &Value, digits: &mut impl Iterator<Item = &'a Option<u32>>) -> Value {
    match value {
        Value::Number(x) => Value::Number(match digits.next() {
            Some(None) => 0.0,
            Some(Some(digits)) => round(*x, *digits),
            None => *x,
        }),
        Value::Word(word) => Value::Word(word),
        Value::List(values) => Value::List(values.iter().map(|value| rounded(value, digits)).collect()),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (*name, rounded(value, digits))).collect())
        }
    }
}

fn round(x: f64, digits: u32) -> f64 {
    if digits >= MOST_DIGITS || !x.is_finite() {
        return x;
    }
    format!("{x:.*e}", (digits.max(1) - 1) as usize).parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: impl Into<Value>, moved: Vec<Result<Value, TheoryError>>) -> Assessment {
        assess(&value.into(), moved.into_iter())
    }

    #[test]
    fn digits_are_what_the_answers_share() {
        for (there, digits) in [(1.0, 15), (1.0 + 3e-15, 14), (1.0 + 2e-7, 6), (1.02, 1), (3.0, 0)] {
            assert_eq!(of(1.0, vec![Ok(there.into())]).digits, digits, "{there}");
        }
        assert_eq!(of(0.0, vec![Ok(1.0.into())]).digits, 0);
        assert!(of(0.0, vec![Ok(1e-12.into())]).boundary.is_some());
        assert_eq!(of(f64::INFINITY, vec![Ok(f64::INFINITY.into())]).digits, 15);
    }

    #[test]
    fn what_vanishes_beside_larger_entries_is_named() {
        let all = of(vec![1.0, 1e-16], vec![Ok(vec![1.0, -2e-16].into())]);
        assert_eq!((all.digits, all.vanishing), (15, vec!["[1]".to_owned()]));
        // Fields of an object are quantities of their own.
        let field = |x: f64| Value::Object(vec![("a", 1.0.into()), ("b", x.into())]);
        assert_eq!(of(field(1e-16), vec![Ok(field(-2e-16))]).digits, 0);
    }

    #[test]
    fn numbers_are_named_by_where_they_stand() {
        let list = |x: f64| Value::List(vec![x.into(), Value::Word("none"), vec![2.0, 3.0].into()]);
        let value = Value::Object(vec![("a", 1.0.into()), ("b", list(5.0)), ("c", field_of(4.0))]);
        for (n, path) in ["a", "b[0]", "b[2][0]", "b[2][1]", "c.d"].into_iter().enumerate() {
            assert_eq!(named(&value, n), path);
        }
        assert_eq!(named(&1.0.into(), 0), "the value");
    }

    fn field_of(x: f64) -> Value {
        Value::Object(vec![("d", x.into())])
    }

    #[test]
    fn jumps_are_boundaries_and_left_domains_say_nothing() {
        let jump = of(1.0, vec![Ok(Value::Word("none"))]);
        assert!(jump.boundary.is_some() && jump.digits == 15);
        assert!(of(f64::INFINITY, vec![Ok(1e15.into())]).boundary.is_some());
        assert!(of(1.0, vec![Err(TheoryError::undefined("x", "y"))]).boundary.is_some());
        assert!(of(1.0, vec![Err(TheoryError::invalid("x", 1, "y"))]).boundary.is_none());
    }

    #[test]
    fn numbers_are_shown_to_their_digits() {
        assert_eq!(round(12.3456, 3), 12.3);
        assert_eq!(round(-1.23456e-300, 2), -1.2e-300);
        assert_eq!(round(f64::INFINITY, 2), f64::INFINITY);
    }
}
