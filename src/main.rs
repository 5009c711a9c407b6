//! The `zhijian` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    zhijian::cli::run()
}
