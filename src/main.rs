//! The command line of `solvable`.

use std::process::ExitCode;

fn main() -> ExitCode {
    solvable::cli::main(std::env::args_os().collect())
}
