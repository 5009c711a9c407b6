//! The `zhijian` command.

use std::process::ExitCode;

/// A record on its way makes some hundred small allocations on four threads; see docs/benchmarks.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    zhijian::cli::run()
}
