//! `predict`: one prediction, or a file of them.

use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use rayon::prelude::*;
use serde_json::{Map, Value as Json, json};

use super::PredictArgs;
use crate::theory::{TheoryError, catalog};

pub fn predict(args: &PredictArgs) -> Result<ExitCode> {
    match (&args.batch, &args.id) {
        (Some(path), _) => batch(path, args.json),
        (None, Some(id)) => single(id, &args.parameters, args.json),
        (None, None) => bail!("an id or --batch is needed"),
    }
}

fn single(id: &str, parameters: &[String], as_json: bool) -> Result<ExitCode> {
    let mut given = Map::new();
    for text in parameters {
        let Some((key, value)) = text.split_once('=') else {
            bail!("parameter \"{text}\" is not of the form key=value");
        };
        if given.insert(key.trim().to_owned(), value_of(value.trim())).is_some() {
            bail!("parameter `{}` is given twice", key.trim());
        }
    }
    let entry = evaluate_entry(&json!({ "id": id, "params": given }));
    let mut out = std::io::stdout().lock();
    if as_json {
        writeln!(out, "{entry}")?;
    }
    if let Some(error) = entry.get("error") {
        if !as_json {
            bail!("{}", error["message"].as_str().unwrap_or_default());
        }
        return Ok(ExitCode::from(2));
    }
    if !as_json {
        print_value(&mut out, "", &entry["value"])?;
        writeln!(out, "({})", catalog::find(id)?.value)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A value as JSON; `a,b,c` is a list, and what is not JSON is a word.
fn value_of(text: &str) -> Json {
    if let Ok(value) = serde_json::from_str(text) {
        return value;
    }
    if text.contains(',') && !text.starts_with(['[', '{', '"']) {
        return text.split(',').map(|piece| value_of(piece.trim())).collect();
    }
    Json::from(text)
}

fn print_value(out: &mut impl Write, name: &str, value: &Json) -> std::io::Result<()> {
    match value {
        Json::Object(fields) => fields.iter().try_for_each(|(name, value)| print_value(out, name, value)),
        _ if name.is_empty() => writeln!(out, "{}", plain(value)),
        _ => writeln!(out, "{name:<16} {}", plain(value)),
    }
}

fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn batch(path: &Path, as_json: bool) -> Result<ExitCode> {
    let mut text = String::new();
    if path == Path::new("-") {
        std::io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
    } else {
        text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    }
    let entries: Vec<Json> = serde_json::from_str(&text).with_context(|| {
        format!("{} is not a JSON array of {{\"id\", \"params\"}} entries", path.display())
    })?;
    let answers: Vec<Json> = entries.par_iter().map(evaluate_entry).collect();
    let mut out = std::io::stdout().lock();
    if as_json {
        serde_json::to_writer_pretty(&mut out, &answers).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        for answer in &answers {
            let result = answer
                .get("value")
                .map_or_else(|| format!("error: {}", plain(&answer["error"]["message"])), plain);
            writeln!(out, "{} {}: {result}", plain(&answer["id"]), answer["params"])?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// `{"id", "params", "value"}` or `{"id", "params", "error"}`; never panics.
fn evaluate_entry(entry: &Json) -> Json {
    let id = entry.get("id").cloned().unwrap_or(Json::Null);
    let params = entry.get("params").cloned().unwrap_or_else(|| json!({}));
    let error = |kind: &str, message: String| json!({ "id": id, "params": params, "error": { "kind": kind, "message": message } });
    let (Some(name), Some(given)) = (id.as_str(), params.as_object()) else {
        return error("invalid-entry", "an entry is {\"id\": string, \"params\": object}".into());
    };
    let value = catch_unwind(AssertUnwindSafe(|| -> Result<Json, TheoryError> {
        Ok(catalog::find(name)?.evaluate(given)?.to_json())
    }));
    match value {
        Ok(Ok(value)) => json!({ "id": id, "params": params, "value": value }),
        Ok(Err(problem)) => error(problem.kind(), problem.to_string()),
        Err(_) => error("internal", "the evaluation panicked; this is a defect of the program".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_json_lists_or_words() {
        assert_eq!(value_of("1e3"), json!(1000.0));
        assert_eq!(value_of("[1,2]"), json!([1, 2]));
        assert_eq!(value_of("400,400,1"), json!([400, 400, 1]));
        assert_eq!(value_of("bn,null"), json!(["bn", null]));
        assert_eq!(value_of("relu"), json!("relu"));
        assert_eq!(value_of("erf(0.5)"), json!("erf(0.5)"));
        assert_eq!(value_of("true"), json!(true));
    }

    #[test]
    fn bad_entries_answer_for_themselves() {
        for entry in [
            json!(3),
            json!({ "id": 5 }),
            json!({ "id": "mf/none" }),
            json!({ "id": "mf/kappa", "params": 1 }),
        ] {
            assert!(evaluate_entry(&entry)["error"]["message"].is_string(), "{entry}");
        }
    }
}
