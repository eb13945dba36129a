//! A page for each prediction, with a form that evaluates it, and the list of all.

use serde_json::{Value as Json, json};
use solvable_engine::report::{escape, reference, render_formula, render_text};

use super::book::{Book, Entry, Example};
use super::page::Page;
use super::place::Place;
use crate::theory::catalog::{COST_LIMIT, Kind, Parameter, Prediction, Value};

/// The pages of the catalogue.
pub(super) fn pages(book: &Book<'_>) -> Vec<Page> {
    std::iter::once(index(book)).chain(book.entries.iter().map(|entry| page(book, entry))).collect()
}

fn index(book: &Book<'_>) -> Page {
    let mut page = Page::new(Place::new("catalog/index.html"), "page", "The catalogue of predictions");
    let count = book.entries.len();
    page.lead = format!(
        "<p class=\"lead\">{count} closed forms and deterministic procedures. Each has a page with its formula, its domain and a form that \
         evaluates it in your browser; <code>solvable predict</code> gives the same numbers.</p>\n"
    );
    page.push(&format!(
        "<form class=\"filter\" data-list=\"predictions\" hidden=\"\">\n<label>Show those that mention \
         <input type=\"search\" name=\"text\" autocomplete=\"off\" /></label>\n<output>{count} of {count}</output>\n</form>\n\
         <div id=\"predictions\">\n"
    ));
    let parts = book.chapters.iter().map(|chapter| (Some(chapter.id.as_str()), &chapter.about.title[..]));
    for (part, title) in std::iter::once((None, "For networks of any kind")).chain(parts) {
        let items: String = book.entries_of(part).map(|entry| item(&page.place, entry)).collect();
        if items.is_empty() {
            continue;
        }
        let anchor = format!("part-{}", part.unwrap_or("any"));
        page.push("<section>\n");
        page.section(&anchor, &render_text(title));
        page.push(&format!("<ul class=\"entries\">\n{items}</ul>\n</section>\n"));
    }
    page.push("</div>\n");
    page
}

fn item(place: &Place, entry: &Entry) -> String {
    let prediction = &entry.prediction;
    format!(
        "<li><a href=\"{}\"><code>{}</code></a> {}</li>\n",
        place.to(Place::prediction(prediction.id).path()),
        escape(prediction.id),
        render_text(prediction.title)
    )
}

fn page(book: &Book<'_>, entry: &Entry) -> Page {
    let prediction = &entry.prediction;
    let mut page =
        Page::new(Place::prediction(prediction.id), "prediction", &prediction.title.replace('$', ""));
    page.heading = render_text(prediction.title);
    page.lead = lead(book, &page.place, entry);
    page.push(&format!("<div class=\"formula wide\">{}</div>\n", render_formula(prediction.formula)));
    page.push(&format!(
        "<dl class=\"facts\">\n<dt>Value</dt><dd>{}</dd>\n<dt>Valid</dt><dd>{}</dd>\n</dl>\n",
        render_text(prediction.value),
        render_text(prediction.validity)
    ));
    page.section("try", "Try it");
    page.push(&form(prediction, entry.example.as_ref()));
    page.section("parameters", "Parameters");
    page.push(&parameters(prediction));
    page.section("outputs", "What the value holds");
    page.push(&outputs(prediction));
    if let Some(example) = &entry.example {
        page.section("example", "Example");
        page.push(&shown(prediction, example));
    }
    page.section("sources", "Sources");
    let sources: String =
        prediction.sources.iter().map(|source| format!("<li>{}</li>\n", reference(source))).collect();
    page.push(&format!("<ul class=\"sources\">\n{sources}</ul>\n"));
    page.scripts.extend(["assets/solvable.js", "assets/theory.js", "assets/try.js"]);
    page
}

fn lead(book: &Book<'_>, place: &Place, entry: &Entry) -> String {
    let id = escape(entry.prediction.id);
    let part =
        entry.part.as_deref().and_then(|part| book.chapter(part)).map_or_else(String::new, |chapter| {
            format!(
                " · part <a href=\"{}\">{}</a>",
                place.to(Place::part(&chapter.name).path()),
                render_text(&chapter.about.title)
            )
        });
    let claim =
        book.claim(entry.prediction.id).and_then(|claim| book.home(&claim.id).map(|home| (claim, home)));
    let claim = claim.map_or_else(String::new, |(claim, home)| {
        format!(
            " · <a class=\"id {0}\" href=\"{1}\">claim of the same name, {0}</a>",
            claim.verdict,
            place.to(home)
        )
    });
    format!("<p class=\"meta\"><code>{id}</code>{part}{claim}</p>\n")
}

/// The form, which a script makes work.
fn form(prediction: &Prediction, example: Option<&Example>) -> String {
    let facts = json!({
        "entry": prediction.to_json(),
        "example": example.map(|example| Json::Object(example.params.clone())),
    });
    // A script ends at `</`, whatever it holds.
    let facts = facts.to_string().replace("</", "<\\/");
    let fields: String = prediction.parameters.iter().map(field).collect();
    format!(
        "<noscript><p>The form needs JavaScript; <code>solvable predict {0}</code> does without.</p></noscript>\n\
         <form class=\"try\" id=\"evaluate\" novalidate=\"\" hidden=\"\">\n<div class=\"fields\">\n{fields}</div>\n\
         <details class=\"more\"><summary>Cost</summary>\n<div class=\"fields\">\n{1}</div></details>\n\
         <div class=\"buttons\"><button type=\"submit\">Evaluate</button>\n<button type=\"reset\">Example</button></div>\n\
         <div class=\"answer\" id=\"answer\" role=\"status\" aria-live=\"polite\"></div>\n\
         <div class=\"command\"><label for=\"command\">The same on the command line</label>\n\
         <textarea id=\"command\" readonly=\"\" rows=\"2\" spellcheck=\"false\"></textarea>\n\
         <button type=\"button\" data-copy=\"command\">Copy as command</button>\n\
         <button type=\"button\" data-copy=\"link\">Copy link</button>\n<span class=\"copied\" role=\"status\"></span></div>\n</form>\n\
         <script type=\"application/json\" id=\"facts\">{facts}</script>\n",
        escape(prediction.id),
        field(&COST_LIMIT),
    )
}

fn field(parameter: &Parameter) -> String {
    let name = escape(parameter.name);
    let needed = match parameter.default {
        None => "required".to_owned(),
        Some(_) if parameter.is_nullable() => "optional".to_owned(),
        Some(default) => format!("default {}", escape(default)),
    };
    let common = format!(
        "id=\"field-{name}\" name=\"{name}\" data-kind=\"{}\" aria-describedby=\"about-{name} problem-{name}\"",
        kind(parameter.kind)
    );
    let control = match parameter.kind {
        Kind::Number | Kind::Integer => {
            format!(
                "<input {common} type=\"text\" inputmode=\"text\" autocomplete=\"off\" spellcheck=\"false\" />"
            )
        }
        Kind::Flag => {
            let none = if parameter.default.is_some() { "<option value=\"\">default</option>" } else { "" };
            format!("<select {common}>{none}<option>true</option><option>false</option></select>")
        }
        Kind::Word => {
            let words = words(parameter);
            let options: String =
                words.iter().map(|word| format!("<option value=\"{}\"></option>", escape(word))).collect();
            let list = if options.is_empty() {
                String::new()
            } else {
                format!("<datalist id=\"words-{name}\">{options}</datalist>")
            };
            let known = if list.is_empty() { String::new() } else { format!(" list=\"words-{name}\"") };
            format!("<input {common}{known} type=\"text\" autocomplete=\"off\" spellcheck=\"false\" />{list}")
        }
        _ => format!("<textarea {common} rows=\"1\" autocomplete=\"off\" spellcheck=\"false\"></textarea>"),
    };
    format!(
        "<div class=\"field\"><label for=\"field-{name}\"><code>{name}</code> <span>{needed}</span></label>\n{control}\n\
         <p class=\"about\" id=\"about-{name}\">{}; {}</p>\n<p class=\"problem\" id=\"problem-{name}\"></p></div>\n",
        render_text(parameter.meaning),
        escape(parameter.domain)
    )
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Number => "number",
        Kind::Integer => "integer",
        Kind::Flag => "flag",
        Kind::Word => "word",
        Kind::Numbers => "numbers",
        Kind::Integers => "integers",
        Kind::Words => "words",
        Kind::Rows => "rows",
        Kind::Json => "json",
    }
}

/// The words that a domain lists; for activations their names. Suggestions: the theory says what is valid.
fn words(parameter: &Parameter) -> Vec<String> {
    if parameter.domain.starts_with("the name of an activation") {
        let known = [
            "linear",
            "relu",
            "leaky-relu(0.1)",
            "tanh",
            "erf(1)",
            "gelu",
            "sine",
            "hard-tanh(1)",
            "shifted-relu(1)",
        ];
        return known.map(str::to_owned).to_vec();
    }
    let listed = parameter.domain.split(';').next().unwrap_or_default();
    let listed = listed.trim_start_matches("one of ").replace(" or ", ", ").replace(" for ", ", for ");
    let is_word = |word: &&str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
    };
    let words = listed.split(',').map(|word| word.trim().trim_matches('"'));
    words.filter(is_word).map(str::to_owned).collect()
}

fn parameters(prediction: &Prediction) -> String {
    let row = |parameter: &Parameter| {
        format!(
            "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            escape(parameter.name),
            render_text(parameter.meaning),
            escape(parameter.domain),
            parameter
                .default
                .map_or_else(|| "required".to_owned(), |default| format!("<code>{}</code>", escape(default)))
        )
    };
    format!(
        "<div class=\"scroll\"><table class=\"listing\">\n<thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Meaning</th>\
         <th scope=\"col\">Valid</th><th scope=\"col\">Default</th></tr></thead>\n<tbody>\n{}</tbody>\n</table></div>\n",
        prediction.parameters.iter().chain([&COST_LIMIT]).map(row).collect::<String>()
    )
}

fn outputs(prediction: &Prediction) -> String {
    let facts = prediction.to_json();
    let list: String = facts["outputs"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|output| {
            let always = if output["always"] == true { "" } else { ", with some parameters" };
            let text = |key: &str| escape(output[key].as_str().unwrap_or_default());
            format!(
                "<li><code>{}</code> <span class=\"meta\">{}{always}</span></li>\n",
                text("name"),
                text("holds")
            )
        })
        .collect();
    format!("<p>{}</p>\n<ul class=\"outputs\">\n{list}</ul>\n", render_text(prediction.value))
}

/// The example with its numbers, as the command prints them.
fn shown(prediction: &Prediction, example: &Example) -> String {
    let named = prediction.outputs.named(example.answer.shown.clone()).unwrap_or_default();
    let rows: String = named
        .iter()
        .map(|(name, value)| {
            format!(
                "<tr><th scope=\"row\"><code>{}</code></th><td class=\"n\">{}</td></tr>\n",
                escape(name),
                escape(&brief(value))
            )
        })
        .collect();
    format!(
        "<pre><code>{}</code></pre>\n<div class=\"scroll\"><table class=\"listing\">\n<tbody>\n{rows}</tbody>\n</table></div>\n\
         <p class=\"meta\">{} significant digits survive the rounding of the parameters.</p>\n",
        escape(&command(prediction.id, &example.params)),
        example.answer.digits
    )
}

/// Longer texts of a value are cut.
const LONGEST: usize = 160;

fn brief(value: &Value) -> String {
    let json = value.to_json();
    let text = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    if text.chars().count() <= LONGEST {
        return text;
    }
    let cut: String = text.chars().take(LONGEST).collect();
    format!("{cut} …")
}

/// `solvable predict ID name=value ...` for a shell.
pub(super) fn command(id: &str, params: &serde_json::Map<String, Json>) -> String {
    let words =
        params.iter().map(|(name, value)| format!(" {}", quoted(&format!("{name}={}", spelt(value)))));
    format!("solvable predict {id}{}", words.collect::<String>())
}

/// A value as the command line reads it.
fn spelt(value: &Json) -> String {
    match value {
        Json::String(word) if is_plain(word) => word.clone(),
        value => value.to_string(),
    }
}

/// Whether a word is read as itself, and as nothing else.
fn is_plain(word: &str) -> bool {
    let other = word.contains(',') || word.starts_with(['[', '{', '"', '@']) || word.trim() != word;
    let number = word.parse::<f64>().is_ok() && !["inf", "-inf"].contains(&word);
    !word.is_empty() && !other && !number && serde_json::from_str::<Json>(word).is_err()
}

fn quoted(word: &str) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "_.,=:+/@%-".contains(c);
    if word.chars().all(is_safe) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_quoted_for_shells() {
        let params = json!({"a": "hard-tanh(1)", "b": [1, 2], "c": "x", "d": 0.5, "e": "it's", "f": "inf"});
        let command = command("mf/kappa", params.as_object().unwrap());
        assert_eq!(
            command,
            r#"solvable predict mf/kappa 'a=hard-tanh(1)' 'b=[1,2]' c=x d=0.5 'e=it'\''s' f=inf"#
        );
    }
}
