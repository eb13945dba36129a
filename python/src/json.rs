//! Python values as JSON, and JSON and predicted values as Python values.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use serde_json::{Map, Value as Json};
use solvable_theory::catalog::Value;

/// Lists in lists beyond this depth are no parameter of anything; a list that holds itself has no end.
const DEEPEST: usize = 64;

/// Numbers, strings, lists, mappings, and whatever turns itself into such: arrays and scalars of NumPy, columns of data frames,
/// tensors, fractions. Numbers that are not finite become the words that JSON has in their place.
///
/// `name` is the parameter, for the error.
pub fn of_python(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Json> {
    convert(name, value, 0)
}

fn convert(name: &str, value: &Bound<'_, PyAny>, depth: usize) -> PyResult<Json> {
    if depth > DEEPEST {
        return Err(PyValueError::new_err(format!("`{name}` is nested more than {DEEPEST} deep")));
    }
    if value.is_none() {
        return Ok(Json::Null);
    }
    if let Ok(flag) = value.cast::<PyBool>() {
        return Ok(flag.is_true().into());
    }
    if let Ok(number) = value.cast::<PyFloat>() {
        return Ok(real(number.value()));
    }
    if value.is_instance_of::<PyInt>() {
        return integer(value);
    }
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(text.to_str()?.into());
    }
    if let Ok(items) = value.cast::<PyList>() {
        return items.iter().map(|item| convert(name, &item, depth + 1)).collect();
    }
    if let Ok(items) = value.cast::<PyTuple>() {
        return items.iter().map(|item| convert(name, &item, depth + 1)).collect();
    }
    if let Ok(fields) = value.cast::<PyDict>() {
        return object(name, fields, depth);
    }
    for plain in ["tolist", "to_list"] {
        if value.hasattr(plain)? {
            return Ok(holes_as_nan(convert(name, &value.call_method0(plain)?, depth + 1)?));
        }
    }
    if value.hasattr("__index__")? {
        return integer(&value.call_method0("__index__")?);
    }
    if value.hasattr("__float__")? {
        return Ok(real(value.call_method0("__float__")?.extract()?));
    }
    if value.hasattr("keys")? {
        let fields = PyDict::new(value.py());
        fields.update(value.cast()?)?;
        return object(name, &fields, depth);
    }
    if let Ok(items) = value.try_iter() {
        return items.map(|item| convert(name, &item?, depth + 1)).collect();
    }
    let class = value.get_type().name()?;
    Err(PyTypeError::new_err(format!(
        "`{name}` is of type {class}; valid: numbers, strings, lists, arrays, mappings with strings as keys"
    )))
}

/// In arrays and columns nothing is a number that is missing, not one that was left out.
fn holes_as_nan(value: Json) -> Json {
    match value {
        Json::Array(items) => items.into_iter().map(holes_as_nan).collect(),
        Json::Null => "nan".into(),
        value => value,
    }
}

/// A number; the words that stand for those that are not finite are such again.
pub fn to_number<'py>(py: Python<'py>, json: &Json) -> PyResult<Bound<'py, PyAny>> {
    match json.as_str() {
        Some("nan") => Ok(PyFloat::new(py, f64::NAN).into_any()),
        Some("inf") => Ok(PyFloat::new(py, f64::INFINITY).into_any()),
        Some("-inf") => Ok(PyFloat::new(py, f64::NEG_INFINITY).into_any()),
        _ => to_python(py, json),
    }
}

fn object(name: &str, fields: &Bound<'_, PyDict>, depth: usize) -> PyResult<Json> {
    let mut all = Map::new();
    for (key, value) in fields {
        let Ok(key) = key.extract::<String>() else {
            return Err(PyTypeError::new_err(format!(
                "`{name}` has a key that is no string: {}",
                key.repr()?
            )));
        };
        all.insert(key, convert(name, &value, depth + 1)?);
    }
    Ok(all.into())
}

fn real(number: f64) -> Json {
    match serde_json::Number::from_f64(number) {
        Some(number) => Json::Number(number),
        None if number.is_nan() => "nan".into(),
        None if number > 0.0 => "inf".into(),
        None => "-inf".into(),
    }
}

/// Integers beyond 64 bits are numbers like `1e300`.
fn integer(value: &Bound<'_, PyAny>) -> PyResult<Json> {
    if let Ok(small) = value.extract::<u64>() {
        return Ok(small.into());
    }
    if let Ok(negative) = value.extract::<i64>() {
        return Ok(negative.into());
    }
    Ok(value
        .call_method0("__float__")
        .and_then(|float| float.extract())
        .map_or_else(|_| real(f64::INFINITY), real))
}

/// JSON as Python has it: dictionaries, lists, strings, numbers.
pub fn to_python<'py>(py: Python<'py>, json: &Json) -> PyResult<Bound<'py, PyAny>> {
    Ok(match json {
        Json::Null => py.None().into_bound(py),
        Json::Bool(flag) => PyBool::new(py, *flag).to_owned().into_any(),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(small), _) => small.into_pyobject(py)?.into_any(),
            (None, Some(large)) => large.into_pyobject(py)?.into_any(),
            (None, None) => PyFloat::new(py, number.as_f64().unwrap_or(f64::NAN)).into_any(),
        },
        Json::String(text) => PyString::new(py, text).into_any(),
        Json::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| to_python(py, item)).collect::<PyResult<_>>()?;
            PyList::new(py, items)?.into_any()
        }
        Json::Object(fields) => {
            let all = PyDict::new(py);
            for (name, value) in fields {
                all.set_item(name, to_python(py, value)?)?;
            }
            all.into_any()
        }
    })
}

/// A predicted value: floats, lists, words, dictionaries.
pub fn of_value<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Number(number) => PyFloat::new(py, *number).into_any(),
        Value::Word(word) => PyString::new(py, word).into_any(),
        Value::List(values) => {
            let values: Vec<_> = values.iter().map(|value| of_value(py, value)).collect::<PyResult<_>>()?;
            PyList::new(py, values)?.into_any()
        }
        Value::Object(fields) => {
            let all = PyDict::new(py);
            for (name, value) in fields {
                all.set_item(name, of_value(py, value)?)?;
            }
            all.into_any()
        }
    })
}
