//! Explorable figures as pages show them: a picture at first, and a form that moves it where there is JavaScript.

use std::fmt::Write;

use serde_json::Value as Json;
#[cfg(feature = "explore")]
use solvable_engine::report::Additions;
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

/// The explorable figures over the recorded trials of the full profile, as `snapshots/explorables.json` holds them.
#[cfg(feature = "explore")]
pub fn recorded() -> &'static [Explorable] {
    use std::sync::LazyLock;
    static RECORDED: LazyLock<Vec<Explorable>> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../snapshots/explorables.json")).unwrap_or_default()
    });
    &RECORDED
}

/// What a report's page needs for explorable figures: the figures, each in its part, and the theory that moves them.
///
/// # Errors
/// A figure that is none.
#[cfg(feature = "explore")]
pub fn additions() -> Result<Additions, Refusal> {
    const MODULE: &[u8] = include_bytes!("../web/module/solvable.wasm");
    let internal = |what: String| Refusal::new("internal", what);
    let module = packed(MODULE).map_err(|error| internal(error.to_string()))?;
    let loader = classic(include_str!("../web/module/solvable.js"))
        .ok_or_else(|| internal("the loader does not end with what it exports".to_owned()))?;
    let pieces = recorded().iter().map(|figure| {
        let part = figure.id.split('/').next().unwrap_or_default();
        Ok((part.to_owned(), html(figure)?))
    });
    let scripts =
        [loader.as_str(), include_str!("../web/page/theory.js"), include_str!("../web/page/explore.js")];
    let mut tail = format!("<script type=\"text/plain\" id=\"solvable-wasm\">{module}</script>\n");
    for script in scripts {
        let _ = writeln!(tail, "<script>\n{script}</script>");
    }
    Ok(Additions {
        pieces: pieces.collect::<Result<_, Refusal>>()?,
        head: format!("<style>\n{}</style>\n", include_str!("../web/page/explore.css")),
        tail,
    })
}

/// The loader, an ES module, as a classic script, which pages opened from a disk can load: what it exports is `solvable`.
/// `None` where its last statement is no `export {`.
#[cfg(feature = "explore")]
pub fn classic(module: &str) -> Option<String> {
    let (body, names) = module.rsplit_once("\nexport {")?;
    Some(format!("{{\n{body}\nglobalThis.solvable = {{{names}}}\n"))
}

/// Bytes as a page holds them: zipped, without a name or a time, in base64.
///
/// # Errors
/// None in memory.
#[cfg(feature = "explore")]
pub fn packed(bytes: &[u8]) -> std::io::Result<String> {
    use std::io::Write as _;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use flate2::{Compression, GzBuilder};

    let mut zipped = GzBuilder::new().write(Vec::new(), Compression::best());
    zipped.write_all(bytes)?;
    Ok(STANDARD.encode(zipped.finish()?))
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
    let _ = writeln!(
        html,
        "<div class=\"knob\" data-knob=\"{name}\"><label for=\"{id}\">{}</label><span class=\"meaning\" id=\"{id}-meaning\">{}</span>",
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
    for Shown { label, value, .. } in &picture.readouts {
        let value = value.as_ref().map_or_else(|| "–".to_owned(), plain);
        let _ = writeln!(html, "<div><dt>{}</dt><dd>{}</dd></div>", render_label(label), escape(&value));
    }
    let mut commands: Vec<&str> = Vec::new();
    for command in picture.readouts.iter().map(|shown| &shown.command).chain(&picture.checks) {
        if !commands.contains(&command.as_str()) {
            commands.push(command);
        }
    }
    let _ = writeln!(
        html,
        "</dl>\n<details class=\"commands\"><summary>The same from the command line</summary>\n<pre tabindex=\"0\"><code>{}</code></pre>\n</details>",
        escape(&commands.join("\n"))
    );
}

/// A value as the command line prints it.
fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
