//! Formulas: LaTeX to Typst's mathematics.

use pulldown_latex::Storage;
use pulldown_latex::event::{
    Content, DimensionUnit, EnvironmentFlow, Event, Font, Grouping, RelationContent, ScriptPosition,
    ScriptType, StateChange, Visual,
};

use super::quote;
use crate::report::math::events;

/// `latex` as a Typst expression: an equation, or its source in a fixed-width font where it is not understood.
pub(super) fn equation(latex: &str, block: bool) -> String {
    let storage = Storage::new();
    let translated = events(&storage, latex).and_then(|events| Translation::of(&events));
    match translated {
        Some(math) if block => format!("$ {math} $"),
        Some(math) => format!("${math}$"),
        None => format!("raw({})", quote(latex)),
    }
}

/// The events of a formula, in Polish notation, on their way to Typst's math mode.
struct Translation<'e, 'a> {
    events: std::slice::Iter<'e, Event<'a>>,
    font: Option<Font>,
}

impl<'e, 'a> Translation<'e, 'a> {
    fn of(events: &'e [Event<'a>]) -> Option<String> {
        let mut translation = Self { events: events.iter(), font: None };
        let mut math = String::new();
        while let Some(event) = translation.events.next() {
            append(&mut math, &translation.element(event)?);
        }
        (!math.trim().is_empty()).then_some(math)
    }

    /// The next element; `None` where there is none or it has no counterpart.
    fn next(&mut self) -> Option<String> {
        let event = self.events.next()?;
        self.element(event)
    }

    fn element(&mut self, event: &Event<'a>) -> Option<String> {
        match event {
            Event::Content(content) => Some(self.content(content)),
            Event::Begin(grouping) => self.group(grouping),
            Event::Visual(visual) => self.visual(*visual),
            Event::Script { ty, position } => self.script(*ty, *position),
            Event::Space { width, .. } => Some(width.map_or_else(String::new, |width| {
                let em = match width.unit {
                    DimensionUnit::Em => width.value,
                    DimensionUnit::Mu => width.value / 18.0,
                    DimensionUnit::Ex => width.value * 0.43,
                    _ => 0.3,
                };
                format!("#h({em:.3}em)")
            })),
            Event::StateChange(StateChange::Font(font)) => {
                self.font = *font;
                Some(String::new())
            }
            Event::StateChange(_) => Some(String::new()),
            Event::End | Event::EnvironmentFlow(_) => None,
        }
    }

    fn content(&self, content: &Content<'a>) -> String {
        match content {
            Content::Text(text) => quote(text),
            Content::Number(number) => self.styled(&number.chars().map(literal).collect::<String>()),
            Content::Function(name) => format!("op({})", quote(name)),
            Content::Ordinary { content, .. } => self.styled(&literal(*content)),
            Content::LargeOp { content, .. } | Content::BinaryOp { content, .. } => literal(*content),
            Content::Relation { content, .. } => relation(*content),
            Content::Delimiter { content, .. } => literal(*content),
            Content::Punctuation(c) => literal(*c),
        }
    }

    fn styled(&self, math: &str) -> String {
        let wrappers: &[&str] = match self.font {
            None => return math.to_owned(),
            Some(Font::UpRight) => &["upright"],
            Some(Font::Bold) => &["upright", "bold"],
            Some(Font::BoldItalic | Font::BoldSymbol) => &["bold"],
            Some(Font::DoubleStruck | Font::DoubleStruckItalic) => &["bb"],
            Some(Font::Script) => &["cal"],
            Some(Font::BoldScript) => &["cal", "bold"],
            Some(Font::Fraktur) => &["frak"],
            Some(Font::BoldFraktur) => &["frak", "bold"],
            Some(Font::Monospace) => &["mono"],
            Some(Font::Italic) => &["italic"],
            Some(Font::SansSerif | Font::SansSerifItalic) => &["sans"],
            Some(Font::BoldSansSerif | Font::SansSerifBoldItalic) => &["sans", "bold"],
        };
        wrappers.iter().fold(math.to_owned(), |math, wrapper| format!("{wrapper}({math})"))
    }

    fn visual(&mut self, visual: Visual) -> Option<String> {
        let first = self.next()?;
        Some(match visual {
            Visual::SquareRoot => format!("sqrt({first})"),
            Visual::Root => format!("root({}, {first})", self.next()?),
            Visual::Fraction(None) => format!("frac({first}, {})", self.next()?),
            // No bar: the parts of a binomial coefficient.
            Visual::Fraction(Some(_)) => format!("vec(delim: #none, {first}, {})", self.next()?),
            Visual::Negation => match first.as_str() {
                "\\=" => "≠".to_owned(),
                "∈" => "∉".to_owned(),
                "≡" => "≢".to_owned(),
                _ => format!("cancel({first})"),
            },
        })
    }

    fn script(&mut self, ty: ScriptType, position: ScriptPosition) -> Option<String> {
        let base = match self.events.next()? {
            // Limits stand below `max` in displays, but not below `tr`.
            Event::Content(Content::Function(name)) => {
                let limits = position != ScriptPosition::Right;
                format!("op({}, limits: #{limits})", quote(name))
            }
            event => self.element(event)?,
        };
        let (low, high) = match ty {
            ScriptType::Subscript => (Some(self.next()?), None),
            ScriptType::Superscript => (None, Some(self.next()?)),
            ScriptType::SubSuperscript => (Some(self.next()?), Some(self.next()?)),
        };
        if position == ScriptPosition::AboveBelow {
            match (&low, &high) {
                (None, Some(mark)) => {
                    if let Some(accented) = accent(mark, &base) {
                        return Some(accented);
                    }
                }
                (Some(mark), None) if mark == "⏟" => return Some(format!("underbrace({base})")),
                _ => {}
            }
        }
        let base = match position {
            ScriptPosition::AboveBelow if !base.starts_with("underbrace(") => format!("limits({base})"),
            _ => base,
        };
        let (below, above) = if position == ScriptPosition::Right { ("br", "tr") } else { ("b", "t") };
        let low = low.map_or_else(String::new, |low| format!(", {below}: {low}"));
        let high = high.map_or_else(String::new, |high| format!(", {above}: {high}"));
        Some(format!("attach({base}{low}{high})"))
    }

    fn group(&mut self, grouping: &Grouping) -> Option<String> {
        let font = self.font;
        let rows = self.rows()?;
        self.font = font;
        let cells = || rows.iter().map(|row| row.join(", ")).collect::<Vec<_>>().join("; ");
        let lines = |glue: &str| rows.iter().map(|row| row.join(glue)).collect::<Vec<_>>();
        Some(match grouping {
            Grouping::Normal => match lines(" ").join(" ") {
                empty if empty.trim().is_empty() => "zws".to_owned(),
                math => math,
            },
            Grouping::LeftRight(open, close) => {
                let delimiter = |c: &Option<char>| c.map_or_else(String::new, literal);
                format!("lr({} {} {})", delimiter(open), lines(" ").join(" "), delimiter(close))
            }
            Grouping::Cases { left } => format!("cases(reverse: #{}, {})", !left, lines(" & ").join(", ")),
            Grouping::Array(_) | Grouping::Matrix { .. } | Grouping::SubArray { .. } => {
                format!("mat(delim: #none, {})", cells())
            }
            _ => lines(" & ").join(" \\ "),
        })
    }

    /// The cells up to the end of the group, row by row.
    fn rows(&mut self) -> Option<Vec<Vec<String>>> {
        let mut rows = vec![vec![String::new()]];
        loop {
            match self.events.next()? {
                Event::End => break,
                Event::EnvironmentFlow(EnvironmentFlow::Alignment) => rows.last_mut()?.push(String::new()),
                Event::EnvironmentFlow(EnvironmentFlow::NewLine { .. }) => rows.push(vec![String::new()]),
                Event::EnvironmentFlow(EnvironmentFlow::StartLines { .. }) => {}
                event => {
                    let element = self.element(event)?;
                    append(rows.last_mut()?.last_mut()?, &element);
                }
            }
        }
        if rows.len() > 1 && rows.last()?.iter().all(|cell| cell.trim().is_empty()) {
            rows.pop();
        }
        Some(rows)
    }
}

/// Elements are kept apart, lest two letters become one name.
fn append(math: &mut String, element: &str) {
    if !math.is_empty() && !element.is_empty() {
        math.push(' ');
    }
    math.push_str(element);
}

/// A character as itself, whatever it means to Typst.
fn literal(c: char) -> String {
    match c {
        c if c.is_ascii_punctuation() => format!("\\{c}"),
        c if c.is_control() || c.is_whitespace() => " ".to_owned(),
        c => c.to_string(),
    }
}

fn relation(content: RelationContent) -> String {
    let mut buffer = [0; 8];
    let text = std::str::from_utf8(content.encode_utf8_to_buf(&mut buffer)).unwrap_or("?");
    text.chars().map(literal).collect()
}

/// An accent over `base`, if `mark` is one.
fn accent(mark: &str, base: &str) -> Option<String> {
    let name = match mark {
        "\\^" | "ˆ" => "hat",
        "\\~" | "˜" => "tilde",
        "‾" | "¯" => return Some(format!("overline({base})")),
        "˙" => "dot",
        "¨" => "dot.double",
        "→" => "arrow",
        "˘" => "breve",
        "ˇ" => "caron",
        "´" => "acute",
        "\\`" | "`" => "grave",
        "⏞" => return Some(format!("overbrace({base})")),
        _ => return None,
    };
    Some(format!("accent({base}, {name})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::math::tests::FORMULAS;

    #[test]
    fn formulas_of_the_papers_are_translated() {
        for latex in FORMULAS {
            let math = equation(latex, true);
            assert!(math.starts_with("$ "), "{latex} -> {math}");
        }
        assert_eq!(equation(r"\frac12 \hat q_l", false), "$frac(1, 2) attach(accent(q, hat), br: l)$");
        assert_eq!(equation(r"\max_k x", false), "$attach(op(\"max\", limits: #true), b: k) x$");
    }

    #[test]
    fn what_is_not_understood_stays_as_it_is() {
        assert_eq!(equation(r"\nonsense{", true), "raw(\"\\\\nonsense{\")");
        assert_eq!(equation("", true), "raw(\"\")");
    }
}
