//! Light markup of labels: `λ_max`, `χ_1`, `σ_w²`, `10^{−3}`, `q^*` become runs of text with their level.

use super::font;

/// Whether a run stands on the baseline, below it or above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// On the baseline.
    Base,
    /// Below.
    Sub,
    /// Above.
    Super,
}

impl Level {
    /// Font size relative to the baseline text.
    pub fn scale(self) -> f64 {
        if self == Self::Base { 1.0 } else { 0.72 }
    }

    /// Downward shift in units of the base size.
    pub fn shift(self) -> f64 {
        match self {
            Self::Base => 0.0,
            Self::Sub => 0.2,
            Self::Super => -0.36,
        }
    }
}

/// A piece of a label at its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its text.
    pub text: String,
    /// Where it stands.
    pub level: Level,
    /// Distance from the start of the label, in units of the base size.
    pub x: f64,
    /// Width, in units of the base size.
    pub width: f64,
}

/// The runs of `label`, from left to right. A superscript right after a subscript (or the reverse) stands above it.
pub fn runs(label: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut x = 0.0;
    for (text, level) in split(label) {
        let width = font::width(&text, level.scale());
        let start = match runs.last() {
            Some(last) if last.level != Level::Base && level != Level::Base && last.level != level => last.x,
            _ => x,
        };
        x = f64::max(x, start + width);
        runs.push(Run { text, level, x: start, width });
    }
    runs
}

/// Width of a label at `size`.
pub fn width(label: &str, size: f64) -> f64 {
    runs(label).iter().map(|run| run.x + run.width).fold(0.0, f64::max) * size
}

/// Breaks a label at spaces so that no line is wider than `room`, unless one word is; in as few lines as possible, of
/// about equal length.
pub fn wrap(label: &str, size: f64, room: f64) -> Vec<String> {
    let full = fill(label, size, room);
    let narrower = |share: u32| fill(label, size, room * f64::from(share) / 20.0);
    (10..20).map(narrower).find(|lines| lines.len() == full.len()).unwrap_or(full)
}

/// Fills line after line.
fn fill(label: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in label.split_whitespace() {
        if let Some(line) = lines.last_mut() {
            let longer = format!("{line} {word}");
            if width(&longer, size) <= room {
                *line = longer;
                continue;
            }
        }
        lines.push(word.to_owned());
    }
    lines
}

fn split(label: &str) -> Vec<(String, Level)> {
    let visible = label.chars().filter(|c| !c.is_control() || c.is_whitespace());
    let characters: Vec<char> = visible.map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut pieces: Vec<(String, Level)> = Vec::new();
    let mut push = |text: &str, level: Level| match pieces.last_mut() {
        Some((last, same)) if *same == level => last.push_str(text),
        _ => pieces.push((text.to_owned(), level)),
    };
    let mut i = 0;
    while i < characters.len() {
        let c = characters[i];
        if let Some((text, level)) = unicode_script(c) {
            push(&text.to_string(), level);
        } else if let Some((text, next)) = script(&characters, i) {
            push(&text, if c == '_' { Level::Sub } else { Level::Super });
            i = next;
            continue;
        } else {
            push(&c.to_string(), Level::Base);
        }
        i += 1;
    }
    pieces
}

/// The script that starts with the `_` or `^` at `i`, and where it ends. An underscore inside a word, as in
/// `step_size`, is none: the base of a subscript is a single letter or a closing bracket.
fn script(characters: &[char], i: usize) -> Option<(String, usize)> {
    let base = *characters.get(i.checked_sub(1)?)?;
    let alone = i < 2 || !is_word(characters[i - 2]);
    let after = match characters[i] {
        '_' if ((is_word(base) && alone) || ")]}⟩".contains(base) || unicode_script(base).is_some()) => {
            i + 1
        }
        '^' if !base.is_whitespace() => i + 1,
        _ => return None,
    };
    if characters.get(after) == Some(&'{') {
        let end = after + 1 + characters[after + 1..].iter().position(|&c| c == '}')?;
        let text: String = characters[after + 1..end].iter().collect();
        return (!text.is_empty()).then(|| (text.replace('-', "−"), end + 1));
    }
    let mut end = after;
    while let Some(&c) = characters.get(end) {
        let sign = end == after && matches!(c, '-' | '−' | '+');
        let last = !characters.get(end + 1).is_some_and(|&next| is_word(next));
        let mark = end == after && (matches!(c, '*' | '⊤' | '†' | '∞' | '′') || sign && last);
        if mark {
            return Some((c.to_string().replace('-', "−"), end + 1));
        }
        if !(sign || is_word(c) && unicode_script(c).is_none()) {
            break;
        }
        end += 1;
    }
    let text: String = characters[after..end].iter().collect();
    text.chars().any(is_word).then(|| (text.replace('-', "−"), end))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric()
}

/// Unicode's own sub- and superscripts, brought to the same form.
fn unicode_script(c: char) -> Option<(char, Level)> {
    const SUB: (&str, &str) = ("₀₁₂₃₄₅₆₇₈₉₊₋₌ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼ", "0123456789+−=aeoxhklmnpstij");
    const SUPER: (&str, &str) = ("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿᵀ", "0123456789+−()nT");
    let find = |(from, to): (&str, &str)| from.chars().zip(to.chars()).find(|(f, _)| *f == c).map(|(_, t)| t);
    find(SUB).map(|t| (t, Level::Sub)).or_else(|| find(SUPER).map(|t| (t, Level::Super)))
}

#[cfg(test)]
mod tests {
    use super::Level::{Base, Sub, Super};
    use super::*;

    fn pieces(label: &str) -> Vec<(String, Level)> {
        split(label)
    }

    fn piece(text: &str, level: Level) -> (String, Level) {
        (text.to_owned(), level)
    }

    #[test]
    fn labels_of_the_papers() {
        assert_eq!(pieces("λ_max / M"), [piece("λ", Base), piece("max", Sub), piece(" / M", Base)]);
        assert_eq!(pieces("σ_w²"), [piece("σ", Base), piece("w", Sub), piece("2", Super)]);
        assert_eq!(pieces("Θ_D/N"), [piece("Θ", Base), piece("D", Sub), piece("/N", Base)]);
        assert_eq!(pieces("χ₁"), [piece("χ", Base), piece("1", Sub)]);
        assert_eq!(pieces("10^{-3}"), [piece("10", Base), piece("−3", Super)]);
        assert_eq!(pieces("q^*"), [piece("q", Base), piece("*", Super)]);
        assert_eq!(pieces("λ_+ ok"), [piece("λ", Base), piece("+", Sub), piece(" ok", Base)]);
        assert_eq!(pieces("N^-1"), [piece("N", Base), piece("−1", Super)]);
    }

    #[test]
    fn identifiers_stay_as_they_are() {
        for plain in ["step_size", "a _ b", "_", "^", "x_", "x^", "x_{", "{}", ""] {
            assert!(pieces(plain).iter().all(|(_, level)| *level == Base), "{plain}");
        }
    }

    #[test]
    fn a_superscript_stands_above_the_subscript_before_it() {
        let runs = runs("σ_w²");
        assert_eq!(runs[1].x, runs[2].x);
        assert!(width("σ_w²", 1.0) < width("σ_w 2", 1.0));
    }

    #[test]
    fn long_labels_are_broken_between_words() {
        let lines = wrap("one two three four five", 10.0, width("one two three", 10.0));
        assert_eq!(lines, ["one two three", "four five"]);
        assert!(wrap("", 10.0, 10.0).is_empty());
    }
}
