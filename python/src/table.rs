//! Tables in Arrow's memory format, handed to data frames of any make.

use std::sync::Arc;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, RecordBatchIterator, StringArray,
};
use arrow_schema::{ArrowError, Field, Schema};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};

/// Columns of numbers, strings or flags, all of one length, that data frames read by `__arrow_c_stream__`.
#[pyclass(frozen, module = "solvable._native")]
pub struct Table {
    batch: RecordBatch,
}

#[pymethods]
impl Table {
    /// A table of columns by name: lists of one type each, with `None` where nothing is known.
    #[new]
    fn new(columns: &Bound<'_, PyDict>) -> PyResult<Self> {
        let mut fields = Vec::new();
        let mut arrays: Vec<ArrayRef> = Vec::new();
        for (name, values) in columns {
            let name: String = name.extract()?;
            let array = column(&values)
                .ok_or_else(|| PyTypeError::new_err(format!("the column `{name}` is of several types")))?;
            fields.push(Field::new(name, array.data_type().clone(), true));
            arrays.push(array);
        }
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(unusable)?;
        Ok(Self { batch })
    }

    /// The number of rows.
    fn __len__(&self) -> usize {
        self.batch.num_rows()
    }

    /// The table as a stream of Arrow's C interface; another schema than its own is not offered.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // A producer may answer with its own schema.
        drop(requested_schema);
        let batches = vec![Ok::<_, ArrowError>(self.batch.clone())];
        let stream =
            FFI_ArrowArrayStream::new(Box::new(RecordBatchIterator::new(batches, self.batch.schema())));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }
}

fn unusable(error: ArrowError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// Flags, integers, reals or strings; the first that fit.
fn column(values: &Bound<'_, PyAny>) -> Option<ArrayRef> {
    fn array<'py, T: FromPyObjectOwned<'py>>(values: &Bound<'py, PyAny>) -> Option<Vec<Option<T>>> {
        values.extract().ok()
    }
    let first = values.try_iter().ok()?.find_map(|value| value.ok().filter(|value| !value.is_none()));
    if first.is_some_and(|first| first.is_instance_of::<pyo3::types::PyBool>()) {
        return array::<bool>(values).map(|all| Arc::new(BooleanArray::from(all)) as ArrayRef);
    }
    array::<i64>(values)
        .map(|all| Arc::new(Int64Array::from(all)) as ArrayRef)
        .or_else(|| array::<f64>(values).map(|all| Arc::new(Float64Array::from(all)) as ArrayRef))
        .or_else(|| array::<String>(values).map(|all| Arc::new(StringArray::from(all)) as ArrayRef))
}
