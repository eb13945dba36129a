//! The command that asks the same.

use serde_json::{Map, Value as Json};

/// `solvable predict ID key=value ...` (or `check`) as a shell takes it: the same parameters, to the last digit.
///
/// ```
/// use serde_json::json;
/// let given = json!({"activation": "relu", "widths": [400, 1], "N": 100, "spectrum": {"power": 1.5}});
/// assert_eq!(
///     solvable_explore::command("predict", "mf/fim-stats", given.as_object().unwrap()),
///     r#"solvable predict mf/fim-stats N=100 activation=relu 'spectrum={"power":1.5}' widths=400,1"#
/// );
/// ```
pub fn command(what: &str, id: &str, given: &Map<String, Json>) -> String {
    let mut line = format!("solvable {what} {id}");
    for (name, value) in given {
        line.push(' ');
        line.push_str(&quoted(&format!("{name}={}", text(value))));
    }
    line
}

/// A value as the command line reads it.
fn text(value: &Json) -> String {
    match value {
        Json::String(word) if plain(word) => word.clone(),
        Json::Array(entries) if entries.len() > 1 && entries.iter().all(Json::is_number) => {
            let entries: Vec<String> = entries.iter().map(Json::to_string).collect();
            entries.join(",")
        }
        value => value.to_string(),
    }
}

/// Whether a word is read as itself: it is no JSON, no list, and no file.
fn plain(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.'))
        && !["true", "false", "null", "nan", "inf", "infinity"].contains(&word.to_lowercase().as_str())
}

fn quoted(argument: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "=-_./,:+".contains(c);
    if argument.chars().all(safe) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}
