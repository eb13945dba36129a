//! Predictions at the parameters that a Python user gives: one, or arrays of them.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::time::Instant;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyDict, PyList, PyTuple};
use rayon::prelude::*;
use serde_json::{Map, Value as Json};
use solvable_theory::TheoryError;
use solvable_theory::catalog::{Prediction, Value};

use crate::broadcast::Broadcast;
use crate::{json, refusal, workers};

/// What is known of one value.
struct Found {
    /// Its parts by name.
    parts: Vec<(&'static str, Value)>,
    /// The digits that survive, where they were asked for.
    digits: Option<u32>,
    vanishing: Vec<String>,
    boundary: Option<String>,
    caveat: Option<String>,
}

/// Why there is no value.
enum Failure {
    Refused(TheoryError),
    /// A defect of the program, in words.
    Defect(String),
}

/// Evaluates a prediction once.
fn found(prediction: &Prediction, given: &Map<String, Json>, digits: bool) -> Result<Found, Failure> {
    let evaluated = catch_unwind(AssertUnwindSafe(|| -> Result<_, TheoryError> {
        let caveat = prediction.caveat(given);
        if digits {
            let answer = prediction.answer(given)?;
            Ok((answer.value, Some(answer.digits), answer.vanishing, answer.boundary, caveat))
        } else {
            Ok((prediction.evaluate(given)?, None, Vec::new(), None, caveat))
        }
    }));
    let (value, digits, vanishing, boundary, caveat) = match evaluated {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => return Err(Failure::Refused(error)),
        Err(_) => return Err(Failure::Defect(format!("the evaluation of {} panicked", prediction.id))),
    };
    let parts = prediction.outputs.named(value);
    let parts =
        parts.ok_or_else(|| Failure::Defect(format!("{} has another form than declared", prediction.id)))?;
    Ok(Found { parts, digits, vanishing, boundary, caveat })
}

/// Evaluates the prediction `id`.
///
/// Returns `(None, parts, digits, vanishing, boundary, caveat)` with the parts by name, or, where a parameter is an array,
/// `(shape, columns, digits, errors)`: a column is a pair of its numbers as bytes and the shape of each entry, or a list of
/// objects; an error is a pair of its indices and the exception. With `raises` the first error is raised.
#[pyfunction]
pub fn evaluate<'py>(
    py: Python<'py>,
    id: &str,
    given: &Bound<'py, PyDict>,
    digits: bool,
    raises: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let prediction = solvable::cli::prediction(id).map_err(|error| refusal::raised(py, &error, |_| None))?;
    let mut values = read(given)?;
    match Broadcast::of(&mut values, prediction.parameters)? {
        None => single(py, &prediction, values, digits, given),
        Some(arrays) => many(py, prediction, arrays, digits, raises, given),
    }
}

fn single<'py>(
    py: Python<'py>,
    prediction: &Prediction,
    values: Map<String, Json>,
    digits: bool,
    given: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyAny>> {
    let found = py.detach(|| found(prediction, &values, digits)).map_err(|failure| match failure {
        Failure::Refused(error) => refusal::raised(py, &error, |name| given.get_item(name).ok().flatten()),
        Failure::Defect(told) => PyRuntimeError::new_err(told),
    })?;
    let parts = PyDict::new(py);
    for (name, value) in &found.parts {
        parts.set_item(*name, json::of_value(py, value)?)?;
    }
    let told = (None::<()>, parts, found.digits, found.vanishing, found.boundary, found.caveat);
    Ok(told.into_pyobject(py)?.into_any())
}

fn many<'py>(
    py: Python<'py>,
    prediction: Prediction,
    arrays: Broadcast,
    digits: bool,
    raises: bool,
    given: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyAny>> {
    let pool = workers::pool(None)?;
    let (arrays, limit) = (Arc::new(arrays), Arc::new(AtomicUsize::new(usize::MAX)));
    let work = {
        let (arrays, limit) = (Arc::clone(&arrays), Arc::clone(&limit));
        move |_: Sender<()>| {
            let entry = |place| {
                if place > limit.load(Ordering::Relaxed) {
                    return None;
                }
                let found = found(&prediction, &arrays.entry(place), digits);
                if raises && found.is_err() {
                    // The first error is the one that is raised: what comes after it is of no use.
                    limit.fetch_min(place, Ordering::Relaxed);
                }
                Some(found)
            };
            pool.install(|| (0..arrays.len()).into_par_iter().map(entry).collect::<Vec<_>>())
        }
    };
    let entries = workers::beside(py, work, |_, ()| Ok(()), || limit.store(0, Ordering::Relaxed))?;

    let mut errors = Vec::new();
    let mut all = Vec::with_capacity(entries.len());
    for (place, entry) in entries.into_iter().enumerate() {
        match entry {
            Some(Ok(found)) => all.push(Some(found)),
            Some(Err(Failure::Defect(told))) => return Err(PyRuntimeError::new_err(told)),
            Some(Err(Failure::Refused(error))) => {
                let value = |name: &str| match arrays.value(name, place) {
                    Some(value) => json::to_number(py, value).ok(),
                    None => given.get_item(name).ok().flatten(),
                };
                let exception = refusal::exception(py, &error, value)?;
                exception.setattr("index", PyTuple::new(py, arrays.index(place))?)?;
                if raises {
                    return Err(PyErr::from_value(exception));
                }
                errors.push(exception);
                all.push(None);
            }
            None => all.push(None),
        }
    }
    let columns = PyDict::new(py);
    for output in prediction.outputs.all() {
        let part = |found: &Option<Found>| {
            let parts = &found.as_ref()?.parts;
            parts.iter().find(|(name, _)| *name == output.name).map(|(_, value)| value.clone())
        };
        let values: Vec<Option<Value>> = all.iter().map(part).collect();
        let absent = values.iter().all(Option::is_none) && all.iter().any(Option::is_some);
        if !absent {
            columns.set_item(output.name, column(py, &values)?)?;
        }
    }
    let counts = digits.then(|| {
        let digits: Vec<i64> = all
            .iter()
            .map(|found| found.as_ref().and_then(|found| found.digits).map_or(0, i64::from))
            .collect();
        PyByteArray::new(py, &digits.iter().flat_map(|count| count.to_ne_bytes()).collect::<Vec<u8>>())
    });
    let notes: BTreeSet<&str> = all.iter().flatten().filter_map(|found| found.caveat.as_deref()).collect();
    let told = (
        PyTuple::new(py, &arrays.shape)?,
        columns,
        counts,
        PyList::new(py, errors)?,
        notes.into_iter().collect::<Vec<&str>>(),
    );
    Ok(told.into_pyobject(py)?.into_any())
}

/// Seconds that the answers take by themselves on the same threads, without Python: what calls are held against. Parameters without
/// arrays are answered `count` times on one thread.
#[pyfunction]
pub fn bare_seconds(py: Python<'_>, id: &str, given: &Bound<'_, PyDict>, count: usize) -> PyResult<f64> {
    let prediction = solvable::cli::prediction(id).map_err(|error| refusal::raised(py, &error, |_| None))?;
    let mut values = read(given)?;
    let entries: Option<Vec<_>> = Broadcast::of(&mut values, prediction.parameters)?
        .map(|arrays| (0..arrays.len()).map(|place| arrays.entry(place)).collect());
    let pool = workers::pool(None)?;
    let answered = |given: &Map<String, Json>| usize::from(prediction.answer(given).is_ok());
    Ok(py.detach(|| {
        let begin = Instant::now();
        let answers: usize = match &entries {
            Some(entries) => pool.install(|| entries.par_iter().map(answered).sum()),
            None => (0..count).map(|_| answered(&values)).sum(),
        };
        std::hint::black_box(answers);
        begin.elapsed().as_secs_f64()
    }))
}

/// The parameters as JSON.
fn read(given: &Bound<'_, PyDict>) -> PyResult<Map<String, Json>> {
    let mut values = Map::new();
    for (name, value) in given {
        let name: String = name.extract()?;
        let value = json::of_python(&name, &value)?;
        values.insert(name, value);
    }
    Ok(values)
}

/// Numbers as bytes with the shape of an entry, where all entries have one; otherwise a list of objects.
fn column<'py>(py: Python<'py>, values: &[Option<Value>]) -> PyResult<Bound<'py, PyAny>> {
    let shape = values.iter().flatten().next().map(regular);
    let shape = shape.unwrap_or_else(|| Some(Vec::new()));
    if let Some(shape) = shape {
        let size: usize = shape.iter().product();
        let mut numbers: Vec<f64> = Vec::with_capacity(values.len() * size);
        let fits = values.iter().all(|value| match value {
            Some(value) => regular(value).as_ref() == Some(&shape) && numbers_of(value, &mut numbers),
            None => {
                numbers.extend(std::iter::repeat_n(f64::NAN, size));
                true
            }
        });
        if fits {
            let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_ne_bytes()).collect();
            return Ok((PyByteArray::new(py, &bytes), PyTuple::new(py, shape)?)
                .into_pyobject(py)?
                .into_any());
        }
    }
    let objects: Vec<_> = values
        .iter()
        .map(|value| value.as_ref().map(|value| json::of_value(py, value)).transpose())
        .collect::<PyResult<_>>()?;
    Ok(PyList::new(py, objects)?.into_any())
}

/// The shape of nested lists, by their first entries; `None` for words and objects.
fn regular(value: &Value) -> Option<Vec<usize>> {
    match value {
        Value::Number(_) => Some(Vec::new()),
        Value::List(values) => {
            let mut shape = vec![values.len()];
            if let Some(first) = values.first() {
                shape.extend(regular(first)?);
            }
            Some(shape)
        }
        Value::Word(_) | Value::Object(_) => None,
    }
}

/// Appends the numbers of nested lists; whether they are as regular as their first entries.
fn numbers_of(value: &Value, into: &mut Vec<f64>) -> bool {
    match value {
        Value::Number(number) => {
            into.push(*number);
            true
        }
        Value::List(values) => {
            let shape = values.first().and_then(regular);
            values.iter().all(|value| regular(value) == shape && numbers_of(value, into))
        }
        Value::Word(_) | Value::Object(_) => false,
    }
}
