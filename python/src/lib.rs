//! The native module of the Python package: predictions, runs, the command line.
//!
//! It converts and calls; what a Python user sees is in `lib/solvable`.

mod broadcast;
mod catalog;
mod command;
mod evaluate;
mod json;
mod own;
mod processes;
mod refusal;
mod runs;
mod table;
mod workers;

use pyo3::prelude::*;

/// The native half of `solvable`.
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<table::Table>()?;
    module.add_function(wrap_pyfunction!(catalog::predictions, module)?)?;
    module.add_function(wrap_pyfunction!(catalog::claims, module)?)?;
    module.add_function(wrap_pyfunction!(catalog::formula, module)?)?;
    module.add_function(wrap_pyfunction!(catalog::full_id, module)?)?;
    module.add_function(wrap_pyfunction!(command::main, module)?)?;
    module.add_function(wrap_pyfunction!(evaluate::bare_seconds, module)?)?;
    module.add_function(wrap_pyfunction!(evaluate::evaluate, module)?)?;
    module.add_function(wrap_pyfunction!(own::mean_interval, module)?)?;
    module.add_function(wrap_pyfunction!(own::trial_key, module)?)?;
    module.add_function(wrap_pyfunction!(own::verify_own, module)?)?;
    module.add_function(wrap_pyfunction!(runs::verify, module)?)?;
    module.add_function(wrap_pyfunction!(runs::report, module)?)?;
    module.add_function(wrap_pyfunction!(runs::check, module)?)?;
    module.add_function(wrap_pyfunction!(runs::map, module)?)?;
    module.add_function(wrap_pyfunction!(runs::diff, module)?)?;
    module.add_function(wrap_pyfunction!(runs::draw, module)?)?;
    Ok(())
}
