//! Errors of the theory as exceptions of Python.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use solvable_theory::{Subject, TheoryError};

/// The exception that `solvable.errors` makes of a refusal.
///
/// `value` is what the caller gave for the parameter that the error names, where there is one.
pub fn exception<'py>(
    py: Python<'py>,
    error: &TheoryError,
    value: impl FnOnce(&str) -> Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let Subject { parameter: name, value: told, valid } = error.subject();
    let given = name.and_then(value);
    let value = match (given, told) {
        (Some(given), _) => given,
        (None, Some(told)) => told.into_pyobject(py)?.into_any(),
        (None, None) => py.None().into_bound(py),
    };
    let maker = py.import("solvable.errors")?.getattr("of_kind")?;
    maker.call1((error.kind(), error.to_string(), name, value, valid))
}

/// The same, to be raised.
pub fn raised<'py>(
    py: Python<'py>,
    error: &TheoryError,
    value: impl FnOnce(&str) -> Option<Bound<'py, PyAny>>,
) -> PyErr {
    exception(py, error, value).map_or_else(|failure| failure, PyErr::from_value)
}

/// An error of a run, to be raised: that of the theory where it is one.
pub fn of_run(py: Python<'_>, error: &anyhow::Error) -> PyErr {
    if let Some(error) = error.downcast_ref::<TheoryError>() {
        return raised(py, error, |_| None);
    }
    let told = PyDict::new(py);
    let made = (|| {
        told.set_item("message", solvable_engine::cli::in_words(error))?;
        if let Some(error) = error.downcast_ref::<solvable::verify::SettingError>() {
            let (field, value, valid) = error.parts();
            told.set_item("parameter", field)?;
            told.set_item("value", value)?;
            told.set_item("valid", valid)?;
        }
        let kind = if error.is::<solvable_engine::cli::Incomplete>() {
            "incomplete"
        } else if error.is::<solvable::verify::SettingError>() {
            "invalid-setting"
        } else if error.is::<solvable::verify::StoreError>() {
            "store"
        } else {
            "usage"
        };
        told.set_item("kind", kind)?;
        py.import("solvable.errors")?.getattr("of_run")?.call((), Some(&told))
    })();
    match made {
        Ok(exception) => PyErr::from_value(exception),
        Err(failure) => PyRuntimeError::new_err(failure.to_string()),
    }
}
