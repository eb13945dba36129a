//! Parameters and batches as people and their tools spell them: `.1`, `+0.1`, `1.`, `NaN`, a byte-order mark.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};

/// `inner` cut at the commas that no bracket, brace or string holds; `None` where one of these is not closed.
fn pieces(inner: &str) -> Option<Vec<&str>> {
    let (mut pieces, mut start, mut depth) = (Vec::new(), 0, 0i64);
    let (mut in_string, mut escaped) = (false, false);
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ if in_string => {}
            '[' | '{' => depth += 1,
            ']' | '}' => {
                depth -= 1;
                if depth < 0 {
                    return None;
                }
            }
            ',' if depth == 0 => {
                pieces.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(&inner[start..]);
    (depth == 0 && !in_string).then_some(pieces)
}

/// JSON, with numbers in any spelling, `NaN` and `Infinity` as the words `"nan"` and `"inf"` (which no parameter that
/// wants a finite number takes), and every key at most once.
pub fn parse(text: &str) -> Result<Json, String> {
    let strict = |text: &str| serde_json::from_str::<Once>(text).map(|Once(value)| value);
    strict(text).or_else(|error| {
        // A key that is given twice is the same mistake in every spelling.
        strict(&respelt(text)).map_err(|second| {
            let shown = if second.to_string().contains("given twice") { second } else { error };
            shown.to_string()
        })
    })
}

/// `key=value` of the command line; `None` without an equals sign.
pub fn assignment(text: &str) -> Option<(&str, Result<Json, String>)> {
    let (key, value) = text.split_once('=')?;
    Some((key.trim(), value_of(value.trim())))
}

/// A value of the command line: JSON; `a,b,c` is a list, `@file.json` what stands in the file, and what is not JSON is a word.
pub fn value_of(text: &str) -> Result<Json, String> {
    if let Some(path) = text.strip_prefix('@').filter(|path| path.to_lowercase().ends_with(".json")) {
        let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {path}: {error}"))?;
        return parse(text.trim_start_matches('\u{feff}'))
            .map_err(|error| format!("{path} is not JSON: {error}"));
    }
    match parse(text) {
        Ok(value) => Ok(value),
        Err(error) if error.contains("given twice") => Err(error),
        Err(_) if text.contains(',') && !text.starts_with(['[', '{', '"']) => pieces(text)
            .unwrap_or_else(|| vec![text])
            .into_iter()
            .map(|piece| value_of(piece.trim()))
            .collect(),
        Err(_) => Ok(Json::from(text)),
    }
}

/// Numbers outside strings as JSON spells them.
fn respelt(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut in_string, mut escaped) = (false, false);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_');
        if !in_string && is_word(c) {
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            out.push_str(&token(&rest[..end]));
            rest = &rest[end..];
            continue;
        }
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ => {}
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

fn token(word: &str) -> String {
    if serde_json::from_str::<Json>(word).is_ok() {
        return word.to_owned();
    }
    match word.to_ascii_lowercase().trim_start_matches(['+', '-']) {
        "nan" => return "\"nan\"".into(),
        "inf" | "infinity" => {
            return if word.starts_with('-') { "\"-inf\"".into() } else { "\"inf\"".into() };
        }
        _ => {}
    }
    match word.parse::<f64>() {
        Ok(x) if x.is_finite() => {
            // Integers stay integers: a float would round above 2^53.
            let plain = word.trim_start_matches('+');
            plain.parse::<u64>().map_or_else(|_| Json::from(x).to_string(), |n| n.to_string())
        }
        _ => word.to_owned(),
    }
}

/// JSON whose objects hold every key once.
struct Once(Json);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OnceVisitor).map(Self)
    }
}

struct OnceVisitor;

impl<'de> Visitor<'de> for OnceVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(Once(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Json, A::Error> {
        let mut map = Map::new();
        while let Some(key) = fields.next_key::<String>()? {
            let Once(value) = fields.next_value()?;
            if map.contains_key(&key) {
                return Err(A::Error::custom(format!("`{key}` is given twice (a duplicate key)")));
            }
            map.insert(key, value);
        }
        Ok(map.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_json_lists_or_words() {
        for (text, value) in [
            ("1e3", json!(1000.0)),
            ("[1,2]", json!([1, 2])),
            ("400,400,1", json!([400, 400, 1])),
            ("bn,null", json!(["bn", null])),
            ("relu", json!("relu")),
            ("erf(0.5)", json!("erf(0.5)")),
            ("erf(.5)", json!("erf(.5)")),
            ("true", json!(true)),
            (".1", json!(0.1)),
            ("+0.1", json!(0.1)),
            ("1.", json!(1.0)),
            ("-.5e-3", json!(-0.0005)),
            ("+3", json!(3)),
            ("007", json!(7)),
            ("[.1, +2., 4e2]", json!([0.1, 2.0, 400.0])),
            (".1,+2,3.", json!([0.1, 2, 3.0])),
            ("{\"power\": .5}", json!({"power": 0.5})),
            ("[[1,.3],[.3,1]]", json!([[1, 0.3], [0.3, 1]])),
            ("nan", json!("nan")),
            ("[1,.2],[3,4]", json!("[1,.2],[3,4]")),
            ("\"a.1\"", json!("a.1")),
        ] {
            assert_eq!(value_of(text), Ok(value), "{text}");
        }
        assert_eq!(parse("+9007199254740993"), Ok(json!(9_007_199_254_740_993_u64)));
        assert!(
            value_of("{\"power\": 1, \"power\": 2}").is_err_and(|e| e.contains("`power` is given twice"))
        );
    }

    #[test]
    fn numbers_are_read_as_serde_json_reads_them() {
        for text in
            ["0.1", "1e-320", "-0.0", "123456789.123456789e-5", "18446744073709551615", "[{\"a\":[]}]"]
        {
            assert_eq!(parse(text), serde_json::from_str(text).map_err(|e| e.to_string()), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused() {
        assert_eq!(parse("{\"q\": NaN, \"r\": -Infinity}"), Ok(json!({"q": "nan", "r": "-inf"})));
        assert!(parse("{\"q\": nope}").is_err());
        assert!(parse("{\"q\": 1, \"q\": NaN}").is_err_and(|e| e.contains("duplicate")));
    }
}
