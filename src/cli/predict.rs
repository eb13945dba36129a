//! `predict`: one prediction, or a file of them.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Map, Value as Json, json};
use solvable_engine::cli;
use solvable_engine::cli::entries::{self, assignment};

use super::PredictArgs;
use super::batch::{self, Cutter, Entry, Form, Frame, LONGEST_ENTRY};
use crate::atlas::{self, FiniteSize, Measured};
use crate::papers::{self, Paper};
use crate::report::significant;
use crate::simulate::SimulationError;
use crate::simulate::data::Dataset;
use crate::theory::catalog::{self, Answer, Prediction};
use crate::theory::{TheoryError, catalog::Value, did_you_mean, short_numbers, shortened};

/// Fewer digits than these are worth a word.
const FEW_DIGITS: u32 = 6;

pub fn predict(args: &PredictArgs) -> Result<ExitCode> {
    match (&args.batch, &args.id) {
        (Some(path), _) => batch(path, args),
        (None, Some(id)) => single(id, args),
        (None, None) => bail!("an id or --batch is needed"),
    }
}

/// The prediction called `id`; its paper may be named in full.
///
/// # Errors
/// No prediction of that name.
pub fn find(id: &str) -> Result<Prediction, TheoryError> {
    /// Listing all claims takes more than a millisecond, and a batch may be full of such ids.
    static PAPERS: LazyLock<Vec<Paper>> = LazyLock::new(papers::all);
    catalog::find(id).or_else(|error| catalog::find(&cli::short(id, &PAPERS)).map_err(|_| error))
}

/// Parameters as the command line gives them, `key=value`.
pub fn parameters(texts: &[String]) -> Result<Map<String, Json>> {
    let mut given = Map::new();
    for text in texts {
        let Some((key, value)) = assignment(text) else {
            bail!("parameter \"{}\" is not of the form key=value", shortened(text));
        };
        let value = match value {
            Ok(Json::String(word)) if word.starts_with('@') => from_file(Path::new(&word[1..])),
            value => value.map_err(anyhow::Error::msg),
        };
        let value = value.map_err(|error| anyhow!("parameter `{key}`: {error:#}"))?;
        if given.insert(key.to_owned(), value).is_some() {
            bail!("parameter `{key}` is given twice");
        }
    }
    Ok(given)
}

/// A matrix that lies in a file (.npy, .csv, ...), one sample a row.
fn from_file(path: &Path) -> Result<Json> {
    let data = Dataset::read(path)?;
    data.notes().iter().for_each(|note| eprintln!("note: {note}"));
    let rows = data.inputs().column_iter().map(|row| Json::from(row.iter().copied().collect::<Vec<f64>>()));
    Ok(rows.collect())
}

fn single(id: &str, args: &PredictArgs) -> Result<ExitCode> {
    let as_json = args.json;
    let mut given = parameters(&args.parameters)?;
    let filled =
        find(id).map_or_else(|_| Ok(Vec::new()), |prediction| args.own.fill(&prediction, &mut given));
    let mut asked = json!({ "id": id, "params": given });
    if let Some(size) = args.size {
        if !(size.is_finite() && size >= 1.0) {
            bail!("--size is {size}; valid: a number >= 1");
        }
        asked["size"] = size.into();
    }
    let Evaluated { mut entry, value, answer, finite } = match &filled {
        Ok(_) => evaluate_entry(asked, args.fast),
        Err(problem) => Evaluated::refused(&asked, problem),
    };
    let notes = filled.unwrap_or_default();
    notes.iter().for_each(|note| eprintln!("note: {note}"));
    if !notes.is_empty() {
        entry["notes"] = json!(notes);
    }
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
        if let Some(shown) = answer.as_ref().map(|answer| &answer.shown).or(value.as_ref()) {
            print_value(&mut out, "", shown)?;
        }
        writeln!(out, "({})", find(id)?.value)?;
        let caveat = entry.get("caveat").map(plain);
        for remark in caveat.into_iter().chain(answer.iter().flat_map(remarks)).chain(finite.iter().map(told))
        {
            writeln!(out, "{remark}")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What a reader of the value should know about its digits.
fn remarks(answer: &Answer) -> Vec<String> {
    let mut remarks = Vec::new();
    if answer.digits < FEW_DIGITS {
        remarks.push(format!("only {} significant digits survive the rounding of the inputs", answer.digits));
    }
    if !answer.vanishing.is_empty() {
        remarks.push(format!("zero to rounding: {}", answer.vanishing.join(", ")));
    }
    remarks.extend(answer.boundary.iter().map(|what| format!("on a boundary: {what}")));
    remarks
}

fn print_value(out: &mut impl Write, name: &str, value: &Value) -> std::io::Result<()> {
    match value {
        Value::Object(fields) if !name.is_empty() && rows(fields).is_some() => print_table(out, fields),
        Value::Object(fields) => fields.iter().try_for_each(|(name, value)| print_value(out, name, value)),
        _ if name.is_empty() => writeln!(out, "{}", plain(&value.to_json())),
        _ => writeln!(out, "{name:<16} {}", plain(&value.to_json())),
    }
}

/// Digits of numbers in tables.
const TABLE_DIGITS: usize = 5;

/// The number of rows, where all fields are lists of as many values.
fn rows(fields: &[(&'static str, Value)]) -> Option<usize> {
    let mut lengths = fields.iter().map(|(_, field)| match field {
        Value::List(column) => Some(column.len()),
        _ => None,
    });
    let rows = lengths.next()??;
    lengths.all(|length| length == Some(rows)).then_some(rows)
}

/// Fields of one length as columns.
fn print_table(out: &mut impl Write, fields: &[(&'static str, Value)]) -> std::io::Result<()> {
    let mut line = |cell: &dyn Fn(&str, &Value) -> String| {
        let cells: String =
            fields.iter().map(|(name, column)| format!("{:<14}", cell(name, column))).collect();
        writeln!(out, "{}", cells.trim_end())
    };
    line(&|name, _| name.to_owned())?;
    for row in 0..rows(fields).unwrap_or(0) {
        line(&|_, column| match column {
            Value::List(values) => match values.get(row) {
                Some(Value::Number(x)) => significant(*x, TABLE_DIGITS),
                other => other.map_or_else(String::new, |value| plain(&value.to_json())),
            },
            _ => String::new(),
        })?;
    }
    Ok(())
}

fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What finite networks add, in a line.
fn told(finite: &FiniteSize) -> String {
    let output = match finite.output {
        "" => "the value".to_owned(),
        name if name.parse::<usize>().is_ok() => format!("entry {name} (from 0)"),
        name => name.to_owned(),
    };
    match &finite.measured {
        Measured::At { map, size: (field, size), value, discrepancy } => format!(
            "finite size: on average {output} is {} [{}, {}] at {field} {size}, {} from the prediction (measured: {map})",
            significant(value.value, 4),
            significant(value.low, 4),
            significant(value.high, 4),
            significant(discrepancy.value, 3),
        ),
        Measured::Over { map, finding } => {
            format!("finite size: for {output} at a size of your own add --size; {map}: {finding}")
        }
        Measured::Uncovered { map, reasons } => format!(
            "finite size: not measured for {output} here; the nearest map is {map}, but {}",
            reasons.join("; ")
        ),
    }
}

/// Bytes read at once.
const PIECE: usize = 1 << 18;

fn batch(path: &Path, args: &PredictArgs) -> Result<ExitCode> {
    let input: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(path).with_context(|| format!("cannot read {}", path.display()))?)
    };
    let cutter = Cutter::new(BufReader::with_capacity(PIECE, input))
        .with_context(|| format!("cannot read {}", path.display()))?;
    let (form, some) = (cutter.form(), AtomicBool::new(cutter.form() == Form::Array));
    let answer = |n: usize, entry: &Entry| {
        let entry = parsed(n, entry);
        some.fetch_or(entry.is_ok(), Ordering::Relaxed);
        match entry {
            Ok(entry) => evaluate_entry(entry, args.fast).entry,
            Err(problem) => refusal(&Json::Null, &json!({}), "invalid-entry", &problem),
        }
    };
    let out = std::io::stdout();
    let (array, lines) = (
        Frame { begin: "[\n", between: ",\n", end: "\n]\n", empty: "[]\n" },
        Frame { begin: "", between: "", end: "", empty: "" },
    );
    match (args.json, form) {
        (true, Form::Array) => batch::run(cutter, out, array, |n, entry| indented(answer(n, entry))),
        (true, Form::Lines) => batch::run(cutter, out, lines, |n, entry| format!("{}\n", answer(n, entry))),
        (false, _) => batch::run(cutter, out, lines, |n, entry| in_a_line(&answer(n, entry))),
    }
    .with_context(|| path.display().to_string())?;
    if some.into_inner() {
        return Ok(ExitCode::SUCCESS);
    }
    bail!("{} is neither a JSON array of {{\"id\", \"params\"}} entries nor lines of them", path.display())
}

/// Entry `n`, counted from 0.
fn parsed(n: usize, entry: &Entry) -> Result<Json, String> {
    let n = n + 1;
    let Entry::Text(bytes) = entry else {
        return Err(format!("entry {n} is longer than {LONGEST_ENTRY} bytes"));
    };
    let text = String::from_utf8_lossy(bytes);
    entries::parse(&text)
        .map_err(|problem| format!("entry {n} is not JSON: {problem}; it is {}", shortened(&text)))
}

/// An element of a JSON array: its lines between those of the brackets.
fn indented(answer: Json) -> String {
    let array = format!("{:#}", Json::Array(vec![answer]));
    array.trim_start_matches("[\n").trim_end_matches("\n]").to_owned()
}

fn in_a_line(answer: &Json) -> String {
    let result =
        answer.get("value").map_or_else(|| format!("error: {}", plain(&answer["error"]["message"])), plain);
    format!("{} {}: {result}\n", plain(&answer["id"]), answer["params"])
}

/// What an entry is answered.
struct Evaluated {
    /// `{"id", "params", "value", "digits", "finite_size"}` or `{"id", "params", "error"}`.
    entry: Json,
    /// The value in it, where its digits are not asked for.
    value: Option<Value>,
    /// The answer behind it, where they are.
    answer: Option<Answer>,
    /// What the atlas adds.
    finite: Vec<FiniteSize>,
}

impl Evaluated {
    /// An entry whose files cannot be used.
    fn refused(asked: &Json, problem: &SimulationError) -> Self {
        let kind = match problem {
            SimulationError::Theory(problem) => problem.kind(),
            _ => "invalid-data",
        };
        let entry = refusal(&asked["id"], &asked["params"], kind, &problem.to_string());
        Self { entry, value: None, answer: None, finite: Vec::new() }
    }
}

/// Evaluates an entry; never panics.
fn evaluate_entry(mut entry: Json, fast: bool) -> Evaluated {
    let mut take = |key: &str| entry.get_mut(key).map(Json::take);
    let (id, params) = (take("id").unwrap_or(Json::Null), take("params").unwrap_or_else(|| json!({})));
    let error = |kind: &str, message: &str| Evaluated {
        entry: refusal(&id, &params, kind, message),
        value: None,
        answer: None,
        finite: Vec::new(),
    };
    if let Some(unknown) = unknown_key(&entry) {
        let near = did_you_mean(unknown, ["id", "params", "size"]);
        let message =
            format!("the entry's key `{}` is not known; {near}known: id, params, size", shortened(unknown));
        return error("invalid-entry", &message);
    }
    let (Some(name), Some(given)) = (id.as_str(), params.as_object()) else {
        return error("invalid-entry", "an entry is {\"id\": string, \"params\": object}");
    };
    let size = match entry.get("size") {
        None | Some(Json::Null) => None,
        Some(size) => match size.as_f64().filter(|size| *size >= 1.0) {
            Some(size) => Some(size),
            None => return error("invalid-entry", &format!("the size is {size}; valid: a number >= 1")),
        },
    };
    /// The value as JSON and, where its digits are not asked for, as it is.
    type Found = (Json, Option<Value>, Option<Answer>, Vec<FiniteSize>, Option<String>);
    let value = catch_unwind(AssertUnwindSafe(|| -> Result<Found, TheoryError> {
        let prediction = find(name)?;
        if let Some(size) = size.filter(|_| !atlas::takes_size(&prediction)) {
            let valid = "none here: the parameters say it, or no map knows one";
            return Err(TheoryError::invalid("size", size, valid));
        }
        let (json, value, answer) = if fast {
            let value = prediction.evaluate(given)?;
            (value.to_json(), Some(value), None)
        } else {
            let answer = prediction.answer(given)?;
            (answer.value.to_json(), None, Some(answer))
        };
        let finite = atlas::finite_size(&prediction, given, &json, size);
        Ok((json, value, answer, finite, prediction.caveat(given)))
    }));
    match value {
        Ok(Ok((json, value, answer, finite, caveat))) => {
            let mut entry = json!({ "value": json });
            if let Some(size) = size {
                entry["size"] = size.into();
            }
            if let Some(caveat) = caveat {
                entry["caveat"] = caveat.into();
            }
            if !finite.is_empty() {
                entry["finite_size"] = finite.iter().map(finite_json).collect();
            }
            if let Some(answer) = &answer {
                entry["digits"] = answer.digits.into();
                if !answer.vanishing.is_empty() {
                    entry["vanishing"] = answer.vanishing.clone().into();
                }
                if let Some(boundary) = &answer.boundary {
                    entry["boundary"] = boundary.as_str().into();
                }
            }
            (entry["id"], entry["params"]) = (id, params);
            Evaluated { entry, value, answer, finite }
        }
        Ok(Err(problem)) => error(problem.kind(), &problem.to_string()),
        Err(_) => error("internal", "the evaluation panicked; this is a defect of the program"),
    }
}

/// What the atlas says of one number.
fn finite_json(finite: &FiniteSize) -> Json {
    let output = finite.output;
    match &finite.measured {
        Measured::At { map, size: (field, size), value, discrepancy } => json!({
            "output": output, "map": map, "covered": true, "field": field, "size": size,
            "value": value, "discrepancy": discrepancy,
        }),
        Measured::Over { map, finding } => {
            json!({"output": output, "map": map, "covered": true, "finding": finding})
        }
        Measured::Uncovered { map, reasons } => {
            json!({"output": output, "map": map, "covered": false, "reason": reasons.join("; ")})
        }
    }
}

/// `{"id", "params", "error"}`.
fn refusal(id: &Json, params: &Json, kind: &str, message: &str) -> Json {
    json!({ "id": id, "params": params, "error": { "kind": kind, "message": short_numbers(message) } })
}

/// A key of the entry that is neither one of its own, nor one of the answers and reference files, which may be
/// evaluated again as they are.
fn unknown_key(entry: &Json) -> Option<&str> {
    const KNOWN: [&str; 13] = [
        "id",
        "params",
        "size",
        "value",
        "digits",
        "error",
        "vanishing",
        "boundary",
        "finite_size",
        "notes",
        "fields",
        "alpha",
        "how",
    ];
    entry.as_object()?.keys().map(String::as_str).find(|key| !KNOWN.contains(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_entries_answer_for_themselves() {
        for entry in [
            json!(3),
            json!({ "id": 5 }),
            json!({ "id": "mf/none" }),
            json!({ "id": "mf/kappa", "params": 1 }),
            json!({ "id": "mf/kappa", "param": {} }),
        ] {
            let answer = evaluate_entry(entry.clone(), false).entry;
            assert!(answer["error"]["message"].is_string(), "{entry}");
        }
    }
}
