//! Explorable figures as pages show them: a picture at first, and a form that moves it where there is JavaScript.

use std::fmt::Write;

use serde_json::Value as Json;
use solvable_engine::report::render_label;
use solvable_explore::{Detail, Explorable, Knob, Picture, Range, Refusal, Shown};
use solvable_figures::figure::Scale;
use solvable_figures::{draw, escape, svg};

use crate::papers;
use crate::verify::{Engine, JudgeError};

/// The explorable figures of all parts, over the trials in the engine's store.
///
/// # Errors
/// Trials that cannot be read, and predictions that no figure can do without.
pub fn over(engine: &Engine) -> Result<Vec<Explorable>, JudgeError> {
    papers::explorables().iter().map(|plan| plan.figure(engine)).collect()
}

/// The figure as a piece of a page. What the form is for is told by the script; without it the figure stands as it is.
///
/// # Errors
/// A figure whose own knobs are none.
pub fn html(figure: &Explorable) -> Result<String, Refusal> {
    let picture = figure.picture(&figure.start(), Detail::Fine)?;
    let anchor = anchor(&figure.id);
    let drawing =
        draw(&picture.figure).map_err(|error| Refusal::new("internal", format!("{}: {error}", figure.id)))?;
    let data = serde_json::to_string(figure)
        .map_err(|error| Refusal::new("internal", format!("{} is no JSON: {error}", figure.id)))?;
    let mut html = String::new();
    let _ = write!(
        html,
        "<figure class=\"explorable\" id=\"{anchor}\">\n<div class=\"card\">{}</div>\n\
         <form class=\"knobs\" aria-label=\"{}\" hidden>\n",
        svg::document(&drawing, &figure.title, &figure.caption, false),
        escape(&figure.title)
    );
    for knob in &figure.knobs {
        field(&mut html, &anchor, knob);
    }
    html.push_str(
        "<p class=\"buttons\"><button type=\"button\" data-do=\"reset\">Reset</button>\
         <button type=\"button\" data-do=\"nearest\" hidden>Go to measurements</button>\
         <button type=\"button\" data-do=\"command\">Copy as command</button>\
         <button type=\"button\" data-do=\"link\">Copy link</button>\
         <button type=\"button\" data-do=\"download\">Download SVG</button></p>\n\
         <p class=\"said\" role=\"status\"></p>\n</form>\n",
    );
    readouts(&mut html, &picture);
    let _ = write!(
        html,
        "<div class=\"problems\" role=\"alert\"></div>\n<figcaption><strong>{}.</strong> {}</figcaption>\n\
         <script type=\"application/json\">{}</script>\n</figure>\n",
        render_label(figure.title.trim_end_matches('.')),
        render_label(&figure.caption),
        // Nothing in a script may look like its end.
        data.replace("</", "<\\/").replace("<!--", "<\\u0021--")
    );
    Ok(html)
}

/// The id of a figure within a page.
pub fn anchor(id: &str) -> String {
    let id: String = id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("explore-{id}")
}

/// Steps of a slider over real numbers.
const STEPS: u32 = 400;

fn field(html: &mut String, anchor: &str, knob: &Knob) {
    let id = format!("{anchor}-{}", knob.name);
    let (name, start) = (escape(&knob.name), plain(&knob.start));
    let _ = write!(
        html,
        "<div class=\"knob\" data-knob=\"{name}\"><label for=\"{id}\">{}</label><span class=\"meaning\" id=\"{id}-meaning\">{}</span>\n",
        render_label(&knob.label),
        escape(&knob.meaning)
    );
    match &knob.range {
        Range::Real { scale, .. } | Range::Whole { scale, .. } => {
            // A slider over few integers stops at each; the script knows where the others stand.
            let steps = match (&knob.range, scale) {
                (Range::Whole { low, high, .. }, Scale::Linear) => (high - low).unsigned_abs() as u32,
                _ => STEPS,
            };
            let _ = writeln!(
                html,
                "<input type=\"range\" id=\"{id}\" aria-describedby=\"{id}-meaning\" min=\"0\" max=\"{steps}\" step=\"1\">\
                 <input type=\"text\" inputmode=\"decimal\" class=\"value\" aria-label=\"{name}\" value=\"{}\" \
                 autocomplete=\"off\" spellcheck=\"false\">",
                escape(&start)
            );
        }
        Range::Words(words) => {
            let _ = write!(html, "<select id=\"{id}\" aria-describedby=\"{id}-meaning\">");
            for word in words {
                let selected = if word.value == knob.start { " selected" } else { "" };
                let _ = write!(
                    html,
                    "<option value=\"{}\"{selected}>{}</option>",
                    escape(&word.value.to_string()),
                    escape(&word.label)
                );
            }
            html.push_str("</select>\n");
        }
    }
    html.push_str("</div>\n");
}

fn readouts(html: &mut String, picture: &Picture) {
    html.push_str("<dl class=\"readouts\">\n");
    for Shown { label, value, command } in &picture.readouts {
        let value = value.as_ref().map_or_else(|| "–".to_owned(), plain);
        let _ = writeln!(
            html,
            "<div><dt>{}</dt><dd>{}</dd><dd class=\"command\"><code>{}</code></dd></div>",
            render_label(label),
            escape(&value),
            escape(command)
        );
    }
    html.push_str("</dl>\n");
}

/// A value as the command line prints it.
fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
