//! libFuzzer over one of the parsers of tests/fuzz, named by TARGET in the environment.
#![no_main]

#[path = "../targets.rs"]
mod targets;

use std::sync::LazyLock;

/// The parser of this run.
static TARGET: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let wanted = std::env::var("TARGET").unwrap_or_default();
    match targets::TARGETS.iter().find(|(name, _)| *name == wanted) {
        Some((_, target)) => *target,
        None => {
            eprintln!("TARGET is one of {:?}", targets::TARGETS.map(|(name, _)| name));
            std::process::exit(2)
        }
    }
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| TARGET(bytes));
