//! The values that a map sweeps over.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// A field of a setting and the values that it takes in turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    /// The field, or the knob.
    pub field: String,
    /// Its values, in order.
    pub values: Vec<Json>,
    /// Whether they are spaced by factors.
    pub log: bool,
}

/// Values of one sweep at the most.
const MOST: usize = 1000;

/// Values of a range whose number is not said, unless it has fewer integers.
const USUAL: usize = 7;

impl Sweep {
    /// Reads `FROM..TO`, with `:log` for factors and `:COUNT` for the number of values, or words and numbers between bars: `2..20`,
    /// `32..2048:log`, `0.1..1:10`, `tanh|relu`. `None` where the text is neither.
    ///
    /// # Errors
    /// A range that is empty, endless, too long or no range of numbers.
    pub fn read(field: &str, text: &str) -> Option<Result<Self, String>> {
        if let Some((from, rest)) = text.split_once("..") {
            return Some(Self::range(field, from, rest).map_err(|reason| format!("`{text}`: {reason}")));
        }
        let values: Vec<Json> = text.split('|').map(|word| read_value(word.trim())).collect();
        (values.len() > 1).then(|| {
            if values.len() > MOST {
                return Err(format!("{} values; valid: at most {MOST}", values.len()));
            }
            let sweep = Self { field: field.to_owned(), values, log: false };
            if sweep.numbers().is_some_and(|numbers| !numbers.is_sorted_by(|a, b| a < b)) {
                return Err(format!("`{text}`; valid: numbers that rise"));
            }
            let mut others = sweep.values.iter();
            while let Some(value) = others.next() {
                if others.as_slice().contains(value) {
                    return Err(format!("`{text}` has {} twice", shown(value)));
                }
            }
            Ok(sweep)
        })
    }

    fn range(field: &str, from: &str, rest: &str) -> Result<Self, String> {
        let mut options = rest.split(':');
        let to = options.next().unwrap_or_default();
        let (mut log, mut count) = (false, None);
        for option in options {
            match (option, option.parse::<usize>()) {
                ("log", _) => log = true,
                (_, Ok(number)) => count = Some(number),
                _ => return Err(format!("`{option}` is neither `log` nor a number of values")),
            }
        }
        let number = |text: &str| {
            let number = text.trim().parse::<f64>().ok().filter(|x| x.is_finite());
            number.ok_or_else(|| format!("`{text}` is not a number"))
        };
        // 1e3 is whole too; 1.0 is none.
        let is_whole = |text: &str| {
            let whole = text.trim().parse::<f64>().is_ok_and(|x| x.fract() == 0.0 && x.abs() < 2f64.powi(53));
            whole && !text.contains('.')
        };
        let whole = is_whole(from) && is_whole(to);
        let (from, to) = (number(from)?, number(to)?);
        if from >= to {
            return Err("valid: from a smaller to a larger number".to_owned());
        }
        if log && from <= 0.0 {
            return Err("factors need numbers > 0".to_owned());
        }
        let doublings = (to / from).log2();
        let usual = match (whole, log) {
            (true, false) if to - from < 12.0 => (to - from) as usize + 1,
            (_, true) if doublings.fract() == 0.0 && (2.0..12.0).contains(&doublings) => {
                doublings as usize + 1
            }
            _ => USUAL,
        };
        let count = count.unwrap_or(usual);
        if !(2..=MOST).contains(&count) {
            return Err(format!("{count} values; valid: from 2 to {MOST}"));
        }
        let at = |k: usize| {
            let t = k as f64 / (count - 1) as f64;
            if log { from * (to / from).powf(t) } else { from + (to - from) * t }
        };
        let mut values: Vec<Json> =
            (0..count).map(|k| if whole { json!(at(k).round() as i64) } else { json!(at(k)) }).collect();
        values.dedup();
        Ok(Self { field: field.to_owned(), values, log })
    }

    /// Numbers `values` of `field`, spaced by factors: sizes.
    pub fn factors<V: Serialize>(field: &str, values: &[V]) -> Self {
        Self { log: true, ..Self::of(field, values) }
    }

    /// Any `values` of `field`.
    pub fn of<V: Serialize>(field: &str, values: &[V]) -> Self {
        let values = values.iter().map(|value| json!(value)).collect();
        Self { field: field.to_owned(), values, log: false }
    }

    /// The values as numbers, where all are.
    pub fn numbers(&self) -> Option<Vec<f64>> {
        self.values.iter().map(Json::as_f64).collect()
    }
}

fn read_value(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|_| Json::from(text))
}

/// A value in a few characters.
pub(crate) fn shown(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<Json> {
        Sweep::read("x", text).unwrap().unwrap().values
    }

    #[test]
    fn ranges_and_lists_are_read() {
        assert_eq!(values("2..5"), [json!(2), json!(3), json!(4), json!(5)]);
        assert_eq!(values("32..256:log"), [json!(32), json!(64), json!(128), json!(256)]);
        assert_eq!(values("1..100:log:3"), [json!(1), json!(10), json!(100)]);
        assert_eq!(values("0.5..1.5:3"), [json!(0.5), json!(1.0), json!(1.5)]);
        assert_eq!(values("1e1..1e2:log:2"), [json!(10), json!(100)]);
        assert_eq!(values("1.0..2.0:2"), [json!(1.0), json!(2.0)]);
        assert_eq!(values("tanh|relu"), [json!("tanh"), json!("relu")]);
        assert_eq!(values("0..1000").len(), USUAL);
        // Rounding may leave fewer integers than asked for.
        assert_eq!(values("1..4:log:9"), [json!(1), json!(2), json!(3), json!(4)]);
        assert!(Sweep::read("x", "tanh").is_none());
        for wrong in
            ["5..2", "0..8:log", "1..inf", "1..2:1", "1..2:9999", "a..b", "1..2:quick", "2|1", "tanh|tanh"]
        {
            assert!(Sweep::read("x", wrong).unwrap().is_err(), "{wrong}");
        }
    }
}
