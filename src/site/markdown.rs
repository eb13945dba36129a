//! Notes and tutorials: Markdown with formulas, as HTML.

use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html};
use solvable_engine::report::{escape, render_formula, render_inline_formula};

/// Text as HTML.
pub(super) struct Rendered {
    /// What stands under the first heading of the first level, where the text begins with one.
    pub(super) title: Option<String>,
    pub(super) html: String,
    pub(super) headings: Vec<Heading>,
}

/// A heading within a page.
#[derive(Debug, Clone)]
pub(super) struct Heading {
    pub(super) anchor: String,
    /// As HTML.
    pub(super) text: String,
    /// 2 and more.
    pub(super) level: u8,
}

/// How a text becomes a part of a page.
pub(super) struct Setting<'s> {
    /// Added to the level of every heading.
    pub(super) shift: u8,
    /// Before the name of every anchor.
    pub(super) prefix: &'s str,
    /// Where a link leads to on this page, by what the text names; what leads nowhere is text.
    pub(super) resolve: &'s dyn Fn(&str) -> Option<String>,
}

/// Renders a text.
pub(super) fn render(text: &str, setting: &Setting<'_>) -> Rendered {
    let options = Options::ENABLE_MATH | Options::ENABLE_TABLES;
    // Names in brackets and backticks are links of rustdoc.
    let mut named = |link: pulldown_cmark::BrokenLink<'_>| {
        let name = link.reference.trim_matches('`').to_owned();
        Some((CowStr::from(name), CowStr::from("")))
    };
    let parser = Parser::new_with_broken_link_callback(text, options, Some(&mut named));
    let mut page =
        Writing { setting, rendered: Rendered { title: None, html: String::new(), headings: vec![] } };
    page.write(parser);
    page.rendered
}

struct Writing<'s> {
    setting: &'s Setting<'s>,
    rendered: Rendered,
}

impl Writing<'_> {
    fn write<'t>(&mut self, parser: impl Iterator<Item = Event<'t>>) {
        let mut open: Vec<Event<'t>> = Vec::new();
        let mut heading: Option<(u8, Vec<Event<'t>>)> = None;
        let (mut links, mut images): (Vec<bool>, Vec<bool>) = (Vec::new(), Vec::new());
        for event in parser {
            let event = match event {
                Event::Start(Tag::Heading { level, .. }) => {
                    html::push_html(&mut self.rendered.html, open.drain(..));
                    heading = Some((depth(level), Vec::new()));
                    continue;
                }
                Event::End(TagEnd::Heading(_)) => {
                    if let Some((level, words)) = heading.take() {
                        self.heading(level, words);
                    }
                    continue;
                }
                Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                    match self.address(link_type, &dest_url) {
                        Some(address) => {
                            links.push(true);
                            Event::Start(Tag::Link {
                                link_type: LinkType::Inline,
                                dest_url: address.into(),
                                title,
                                id,
                            })
                        }
                        None => {
                            links.push(false);
                            continue;
                        }
                    }
                }
                Event::End(TagEnd::Link) => {
                    if links.pop() != Some(true) {
                        continue;
                    }
                    event
                }
                // An image that the site has not is its words.
                Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                    let address = (self.setting.resolve)(&dest_url);
                    images.push(address.is_some());
                    let Some(address) = address else { continue };
                    Event::Start(Tag::Image { link_type, dest_url: address.into(), title, id })
                }
                Event::End(TagEnd::Image) => {
                    if images.pop() != Some(true) {
                        continue;
                    }
                    event
                }
                Event::InlineMath(latex) => Event::InlineHtml(inline(&latex).into()),
                Event::DisplayMath(latex) => Event::InlineHtml(
                    format!("<span class=\"formula\">{}</span>", render_formula(&latex)).into(),
                ),
                Event::Start(Tag::Table(_)) => {
                    open.push(Event::Html("<div class=\"scroll\">".into()));
                    event
                }
                Event::End(TagEnd::Table) => {
                    open.push(event);
                    Event::Html("</div>\n".into())
                }
                // What stands there for the eyes of editors only.
                Event::Html(html) if html.starts_with("<!--") => continue,
                event => event,
            };
            match &mut heading {
                Some((_, words)) => words.push(event),
                None => open.push(event),
            }
        }
        html::push_html(&mut self.rendered.html, open.into_iter());
    }

    fn heading(&mut self, level: u8, words: Vec<Event<'_>>) {
        let plain: String = words
            .iter()
            .filter_map(|event| match event {
                Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
                _ => None,
            })
            .collect();
        let mut text = String::new();
        html::push_html(&mut text, words.into_iter());
        let level = level + self.setting.shift;
        if level == 1 {
            self.rendered.title.get_or_insert(text);
            return;
        }
        let anchor = self.unused(&format!("{}{}", self.setting.prefix, slug(&plain)));
        self.rendered.html.push_str(&format!("<h{level} id=\"{anchor}\">{text}</h{level}>\n"));
        self.rendered.headings.push(Heading { anchor, text, level });
    }

    fn unused(&self, anchor: &str) -> String {
        let taken = |name: &str| self.rendered.headings.iter().any(|heading| heading.anchor == name);
        let numbered = (2..).map(|n| format!("{anchor}-{n}"));
        std::iter::once(anchor.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
    }

    /// Where a link leads to: other sites are left as they are.
    fn address(&self, kind: LinkType, target: &str) -> Option<String> {
        if target.starts_with("https://") || target.starts_with('#') {
            return Some(target.to_owned());
        }
        let is_name = matches!(
            kind,
            LinkType::ShortcutUnknown | LinkType::CollapsedUnknown | LinkType::ReferenceUnknown
        );
        let name = if is_name { target } else { target.trim_start_matches("./") };
        (self.setting.resolve)(name)
    }
}

/// Formulas of more characters may be wider than a phone, and then scroll.
const NARROW: usize = 40;

fn inline(latex: &str) -> String {
    let formula = render_inline_formula(latex);
    if latex.len() > NARROW { format!("<span class=\"long\">{formula}</span>") } else { formula }
}

fn depth(level: HeadingLevel) -> u8 {
    level as u8
}

/// Words as the name of an anchor.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.to_lowercase().chars() {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// A list of headings that lead to their places.
pub(super) fn contents(headings: &[Heading]) -> String {
    let item = |heading: &Heading| {
        format!(
            "<li class=\"level-{}\"><a href=\"#{}\">{}</a></li>\n",
            heading.level,
            escape(&heading.anchor),
            heading.text
        )
    };
    headings.iter().map(item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(text: &str) -> Rendered {
        let resolve = |name: &str| (name == "known").then(|| "known.html".to_owned());
        render(text, &Setting { shift: 1, prefix: "x-", resolve: &resolve })
    }

    #[test]
    fn formulas_are_mathml_and_underscores_in_them_are_theirs() {
        let html = rendered("With $\\theta_{st}_a$ and\n$$x_1$$\n").html;
        assert_eq!(html.matches("<math").count(), 2, "{html}");
        assert!(!html.contains("<em>"), "{html}");
    }

    #[test]
    fn names_lead_to_what_they_name_or_are_code() {
        let html = rendered("[`known`], [`other`], [words](known), [more](nowhere.md).").html;
        assert_eq!(
            html,
            "<p><a href=\"known.html\"><code>known</code></a>, <code>other</code>, \
             <a href=\"known.html\">words</a>, more.</p>\n"
        );
    }

    #[test]
    fn headings_have_anchors_of_their_own() {
        let rendered = rendered("# A `b` c\n\n# A b, c\n");
        let anchors: Vec<&str> = rendered.headings.iter().map(|h| h.anchor.as_str()).collect();
        assert_eq!(anchors, ["x-a-b-c", "x-a-b-c-2"]);
        assert!(rendered.html.starts_with("<h2 id=\"x-a-b-c\">A <code>b</code> c</h2>"));
    }
}
