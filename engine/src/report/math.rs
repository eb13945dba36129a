//! Formulas: LaTeX to MathML, and text with formulas and code in it.

use pulldown_latex::config::{DisplayMode, RenderConfig};
use pulldown_latex::event::{Content, Event};
use pulldown_latex::{Parser, Storage, push_mathml};

use super::escape;
use super::markup::{self, Level};

/// `latex` as MathML; as escaped source where it is not understood.
pub(super) fn mathml(latex: &str, block: bool) -> String {
    let display_mode = if block { DisplayMode::Block } else { DisplayMode::Inline };
    let storage = Storage::new();
    // Annotations are written as they are given.
    let annotation = escape(latex);
    let config = RenderConfig { display_mode, ..RenderConfig::with_annotation(&annotation) };
    let mut rendered = String::new();
    match events(&storage, latex) {
        Some(events) => {
            let stream = events.into_iter().map(Ok::<_, std::convert::Infallible>);
            match push_mathml(&mut rendered, stream, config) {
                Ok(()) => mended(&rendered),
                Err(_) => verbatim(latex),
            }
        }
        None => verbatim(latex),
    }
}

/// pulldown-latex 0.8.0 leaves a `<` that is an operator as it is, and no space before one attribute.
fn mended(mathml: &str) -> String {
    let mut mended = String::with_capacity(mathml.len());
    let mut characters = mathml.chars().peekable();
    while let Some(c) = characters.next() {
        match (c, characters.peek()) {
            ('<', Some('/' | 'a'..='z')) => mended.push('<'),
            ('<', _) => mended.push_str("&lt;"),
            _ => mended.push(c),
        }
    }
    mended.replace("\"minsize=", "\" minsize=")
}

/// The parsed formula, or `None` where the parser objects.
pub(super) fn events<'a>(storage: &'a Storage, latex: &'a str) -> Option<Vec<Event<'a>>> {
    let mut events: Vec<Event<'a>> = Parser::new(latex, storage).collect::<Result<_, _>>().ok()?;
    for event in &mut events {
        // pulldown-latex 0.8.0 gives `\\ ` and `~` as an entity, which its own writer then escapes.
        if *event == Event::Content(Content::Text("&nbsp;")) {
            *event = Event::Content(Content::Text(" "));
        }
    }
    Some(events)
}

fn verbatim(latex: &str) -> String {
    format!("<code class=\"latex\">{}</code>", escape(latex))
}

/// A piece of running text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Plain words.
    Text(&'a str),
    /// A formula, written `$...$`.
    Math(&'a str),
    /// Code, written `` `...` ``.
    Code(&'a str),
}

/// Splits text at its formulas and code; unpaired marks are plain.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut searched = 0;
    while let Some(start) = rest[searched..].find(['$', '`']).map(|i| i + searched) {
        let mark = if rest[start..].starts_with('$') { '$' } else { '`' };
        let inside = &rest[start + 1..];
        let Some(length) = inside.find(mark).filter(|&n| n > 0) else {
            searched = start + 1;
            continue;
        };
        if start > 0 {
            pieces.push(Piece::Text(&rest[..start]));
        }
        let inner = &inside[..length];
        pieces.push(if mark == '$' { Piece::Math(inner) } else { Piece::Code(inner) });
        rest = &inside[length + 1..];
        searched = 0;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// Running text as HTML.
pub(super) fn html(text: &str) -> String {
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => label(text),
            Piece::Math(latex) => mathml(latex, false),
            Piece::Code(code) => format!("<code>{}</code>", escape(code)),
        })
        .collect()
}

/// Plain text as HTML, with the sub- and superscripts of labels: `λ_max`.
pub(super) fn label(text: &str) -> String {
    markup::runs(text)
        .into_iter()
        .map(|run| match run.level {
            Level::Base => escape(&run.text),
            Level::Sub => format!("<sub>{}</sub>", escape(&run.text)),
            Level::Super => format!("<sup>{}</sup>", escape(&run.text)),
        })
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Formulas as the theory modules write them.
    pub(in crate::report) const FORMULAS: [&str; 8] = [
        r"\lambda_{\max} \simeq \frac{L-1}{N}\left(\frac{N-1}{N}\kappa_2 + \frac{\kappa_1}{N}\right) M",
        r"\frac12 \sum_{l=1}^{L} \hat q_l \tilde q_l \qquad \text{for } M \to \infty",
        r"\bar{m}_\lambda \sim \mathrm{O}(1/M), \quad s_\lambda \propto \alpha\,\kappa_1^2",
        r"\eta_c = \frac{2}{\lambda_{\max}} \le \operatorname{tr}(F)^{-1}",
        r"\langle \phi(x)^2 \rangle = \int Dz\, \phi(\sqrt{q}z)^2",
        r"\prod_{i<j} \dot{x}_i \ge \min_k \ln \left| x_k \right|",
        r"\sqrt[3]{x} \approx \lim_{n\to\infty} \mathbb{E}\left[ X_n^\top X_n \right]",
        r"\begin{cases} 1 & x > 0 \\ 0 & \text{else} \end{cases}",
    ];

    #[test]
    fn formulas_of_the_papers_become_mathml() {
        for latex in FORMULAS {
            let math = mathml(latex, true);
            assert!(math.starts_with("<math"), "{latex} -> {math}");
            assert!(!math.contains("merror"), "{latex} -> {math}");
        }
    }

    #[test]
    fn formulas_of_a_whole_theory_become_mathml() {
        for prediction in solvable_theory::catalog::all() {
            let math = mathml(prediction.formula, true);
            assert!(math.starts_with("<math"), "{}: {math}", prediction.id);
        }
    }

    #[test]
    fn spaces_are_not_shown_as_entities() {
        assert!(!mathml(r"a\ \text{or}~b", true).contains("&amp;nbsp"));
    }

    #[test]
    fn inequalities_open_no_tags() {
        let math = mathml(r"\bigl|\sum_{a<f_i}x_a\bigr| \not< y", true);
        assert!(!math.contains("\"minsize"), "{math}");
        let tags = math.matches('<').count();
        let known = ["<m", "</m", "<semantics>", "</semantics>", "<annotation ", "</annotation>"];
        assert_eq!(tags, known.iter().map(|tag| math.matches(tag).count()).sum::<usize>(), "{math}");
    }

    #[test]
    fn scripts_of_labels_are_set() {
        assert_eq!(html("λ_max < 2 at `step_size`"), "λ<sub>max</sub> &lt; 2 at <code>step_size</code>");
    }

    #[test]
    fn what_is_not_understood_is_shown_as_it_is() {
        assert_eq!(mathml(r"\nonsense{<x>", true), "<code class=\"latex\">\\nonsense{&lt;x&gt;</code>");
    }

    #[test]
    fn text_is_split_at_formulas_and_code() {
        use Piece::{Code, Math, Text};
        assert_eq!(pieces("a $x$ b `c`"), [Text("a "), Math("x"), Text(" b "), Code("c")]);
        assert_eq!(pieces("costs 5$ or `so"), [Text("costs 5$ or `so")]);
        assert_eq!(pieces("$$"), [Text("$$")]);
        assert!(pieces("").is_empty());
    }
}
