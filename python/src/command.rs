//! The command line.

use std::ffi::OsString;
use std::process::ExitCode;

use pyo3::prelude::*;

/// Runs a command line, the name of the program first, and returns its exit code. Signals are those of the program: Python's own
/// handlers have to be out of the way.
#[pyfunction]
pub fn main(py: Python<'_>, line: Vec<OsString>) -> u8 {
    let code = py.detach(|| solvable::cli::main(line));
    // Exit codes can be compared and not read.
    (0..=u8::MAX).find(|&number| ExitCode::from(number) == code).unwrap_or(1)
}
