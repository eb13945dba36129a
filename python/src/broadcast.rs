//! Parameters that are arrays: which axes broadcast, and the parameters of every entry.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use serde_json::{Map, Value as Json};
use solvable_theory::catalog::{Kind, Parameter};

/// The axes that a value of a parameter has by itself; those before them broadcast. `None` for what may be nested in any way.
fn own_axes(kind: Kind) -> Option<usize> {
    match kind {
        Kind::Number | Kind::Integer | Kind::Flag | Kind::Word => Some(0),
        Kind::Numbers | Kind::Integers | Kind::Words => Some(1),
        Kind::Rows => Some(2),
        Kind::Json => None,
    }
}

/// A parameter with one value for each place of an array.
struct Column {
    name: String,
    shape: Vec<usize>,
    values: Vec<Json>,
}

/// Parameters, some of which are arrays.
pub struct Broadcast {
    /// What is the same everywhere.
    base: Map<String, Json>,
    columns: Vec<Column>,
    /// The shape of all arrays together; empty where there are none.
    pub shape: Vec<usize>,
}

impl Broadcast {
    /// Finds the arrays among `given`; `None` where there are none.
    pub fn of(given: &mut Map<String, Json>, parameters: &[Parameter]) -> PyResult<Option<Self>> {
        let mut columns = Vec::new();
        let declared = |name: &str| parameters.iter().find(|parameter| parameter.name == name);
        let names: Vec<String> = given.keys().cloned().collect();
        for name in names {
            let Some(own) = declared(&name).and_then(|parameter| own_axes(parameter.kind)) else { continue };
            let Some(value) = given.get(&name) else { continue };
            let axes = depth(value).saturating_sub(own);
            if axes == 0 {
                continue;
            }
            let shape = shape(value, axes);
            let Some(value) = given.remove(&name) else { continue };
            let mut values = Vec::with_capacity(shape.iter().product());
            flatten(value, &shape, &mut values).ok_or_else(|| {
                PyValueError::new_err(format!("`{name}` is no array: its lists are of several lengths"))
            })?;
            columns.push(Column { name, shape, values });
        }
        if columns.is_empty() {
            return Ok(None);
        }
        let shape = common(&columns)?;
        Ok(Some(Self { base: std::mem::take(given), columns, shape }))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// The parameters of entry `place`, counted with the last axis running fastest.
    pub fn entry(&self, place: usize) -> Map<String, Json> {
        let mut given = self.base.clone();
        for column in &self.columns {
            given.insert(column.name.clone(), column.values[column.at(place, &self.shape)].clone());
        }
        given
    }

    /// The value of the parameter `name` in entry `place`, where it is an array.
    pub fn value(&self, name: &str, place: usize) -> Option<&Json> {
        let column = self.columns.iter().find(|column| column.name == name)?;
        column.values.get(column.at(place, &self.shape))
    }

    /// The indices of entry `place`.
    pub fn index(&self, place: usize) -> Vec<usize> {
        indices(place, &self.shape)
    }
}

impl Column {
    /// Where the value for `place` of an array of shape `all` stands.
    fn at(&self, place: usize, all: &[usize]) -> usize {
        let index = indices(place, all);
        let own = &index[all.len() - self.shape.len()..];
        self.shape.iter().zip(own).fold(0, |at, (&size, &i)| at * size + if size == 1 { 0 } else { i })
    }
}

fn indices(mut place: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (i, &size) in index.iter_mut().zip(shape).rev() {
        *i = place % size;
        place /= size;
    }
    index
}

/// How deep lists are nested, by their first entries.
fn depth(value: &Json) -> usize {
    match value {
        Json::Array(items) => 1 + items.first().map_or(0, depth),
        _ => 0,
    }
}

/// The lengths of the outer `axes` lists, by their first entries.
fn shape(value: &Json, axes: usize) -> Vec<usize> {
    let mut shape = Vec::with_capacity(axes);
    let mut value = Some(value);
    while shape.len() < axes {
        let items = value.and_then(Json::as_array);
        shape.push(items.map_or(0, Vec::len));
        value = items.and_then(|items| items.first());
    }
    shape
}

/// The entries within lists of this shape; `None` where a list has another length.
fn flatten(value: Json, shape: &[usize], into: &mut Vec<Json>) -> Option<()> {
    let Some((&length, inner)) = shape.split_first() else {
        into.push(value);
        return Some(());
    };
    match value {
        Json::Array(items) if items.len() == length => {
            items.into_iter().try_for_each(|item| flatten(item, inner, into))
        }
        _ => None,
    }
}

/// The shape that all have together by NumPy's rule: from the last axis on, equal or 1.
fn common(columns: &[Column]) -> PyResult<Vec<usize>> {
    let axes = columns.iter().map(|column| column.shape.len()).max().unwrap_or(0);
    let mut shape = vec![1; axes];
    for column in columns {
        for (all, &own) in shape.iter_mut().rev().zip(column.shape.iter().rev()) {
            if *all == 1 {
                *all = own;
            } else if own != 1 && own != *all {
                let told: Vec<String> =
                    columns.iter().map(|c| format!("`{}` {:?}", c.name, c.shape)).collect();
                return Err(PyValueError::new_err(format!(
                    "arrays cannot be broadcast together; their shapes are {}",
                    told.join(", ")
                )));
            }
        }
    }
    Ok(shape)
}
