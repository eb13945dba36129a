//! What theories and the engine say alike: the known names nearest to an unknown one, values as a line can hold them, publications.

mod source;

pub use source::Source;

/// Names that resemble less than this are not worth a suggestion.
const LEAST_LIKENESS: f64 = 0.75;

/// The most names suggested.
const MOST: usize = 3;

/// Up to three of the `known` names that resemble `word` most, nearest first: by edits (a slip of the hand), by a common
/// beginning, or because one holds the other. The part before a `/` may be missing or wrong.
///
/// ```
/// let near = solvable_words::nearest("mf/fim-stat", ["mf/kappa", "mf/fim-stats", "norm/edge"]);
/// assert_eq!(near, ["mf/fim-stats"]);
/// ```
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let word = word.trim().to_lowercase().replace('_', "-");
    // A long word is no slip of the hand, and comparing it costs its length squared.
    if word.is_empty() || word.chars().count() > 100 {
        return Vec::new();
    }
    let mut near: Vec<(f64, &str)> = known
        .into_iter()
        .map(|name| (likeness(&word, &name.to_lowercase().replace('_', "-")), name))
        .filter(|(likeness, _)| *likeness >= LEAST_LIKENESS)
        .collect();
    near.sort_by(|(a, x), (b, y)| b.total_cmp(a).then(x.cmp(y)));
    near.dedup_by_key(|(_, name)| *name);
    near.into_iter().take(MOST).map(|(_, name)| name).collect()
}

fn likeness(word: &str, name: &str) -> f64 {
    let edits =
        strsim::normalized_damerau_levenshtein(word, name).max(strsim::jaro_winkler(word, name) - 0.1);
    let held = if word.len() >= 3 && name.contains(word) {
        0.8 + 0.1 * word.len() as f64 / name.len() as f64
    } else {
        0.0
    };
    let tail = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
    let tails = strsim::normalized_damerau_levenshtein(&tail(word), &tail(name)) - 0.05;
    if word == name { 1.0 } else { edits.max(held).max(tails) }
}

/// `did you mean `a` or `b`? `, or nothing where no name is near.
///
/// ```
/// assert_eq!(solvable_words::did_you_mean("depht", ["depth", "width"]), "did you mean `depth`? ");
/// assert_eq!(solvable_words::did_you_mean("xyz", ["depth", "width"]), "");
/// ```
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let near: Vec<String> = nearest(word, known).into_iter().map(|name| format!("`{name}`")).collect();
    match near.split_last() {
        None => String::new(),
        Some((last, [])) => format!("did you mean {last}? "),
        Some((last, rest)) => format!("did you mean {} or {last}? ", rest.join(", ")),
    }
}

/// `text` as a message can hold it: hundreds of digits become a power of ten, what is still long is cut.
///
/// ```
/// assert_eq!(solvable_words::shortened(&f64::MAX.to_string()), "1.7976931348623157e308");
/// ```
pub fn shortened(text: &str) -> String {
    const MOST: usize = 80;
    let text = short_numbers(text);
    if text.chars().count() <= MOST {
        return text;
    }
    let count = text.chars().count();
    let head: String = text.chars().take(MOST - 30).collect();
    format!("{head}… ({count} characters)")
}

/// `text` with numbers of more than 24 characters written as powers of ten.
pub fn short_numbers(text: &str) -> String {
    const MOST: usize = 24;
    let in_number = |c: char| c.is_ascii_digit() || c == '.';
    let mut short = String::with_capacity(text.len().min(1024));
    let mut rest = text;
    while let Some(start) = rest.find(in_number) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| !in_number(c)).unwrap_or(from.len());
        let (number, after) = from.split_at(end);
        short.push_str(before);
        match number.parse::<f64>() {
            Ok(x) if number.len() > MOST && x.is_finite() => short.push_str(&format!("{x:e}")),
            Ok(_) if number.len() > MOST => short.push_str(&format!("{}…", &number[..MOST])),
            _ => short.push_str(number),
        }
        rest = after;
    }
    short.push_str(rest);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unlike_every_name_is_not_compared_with_them() {
        assert!(nearest("qwertyuiop", ["mf/kappa", "step-size"]).is_empty());
        assert!(nearest(&"x".repeat(1_000_000), ["x"]).is_empty());
        assert_eq!(nearest("kapa", ["mf/kappa", "mf/kappa"]), ["mf/kappa"]);
    }

    #[test]
    fn long_values_are_short_in_messages() {
        assert_eq!(shortened("0.5"), "0.5");
        assert_eq!(shortened(&format!("[{}]", 1e300)), "[1e300]");
        assert_eq!(short_numbers(&format!("-{} <= 3", 2e200)), "-2e200 <= 3");
        assert!(shortened(&"9".repeat(400)).chars().count() < 60);
        assert!(shortened(&"word ".repeat(400)).ends_with("… (2000 characters)"));
        assert_eq!(short_numbers("x1.5 and 2"), "x1.5 and 2");
    }
}
