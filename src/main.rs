//! The command line of `solvable`.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
