//! Runs the verifier in Python. Included by the test targets that hold it against `zhijian-verify`.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// A path in this repository.
pub fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Exit code and output of a program beside this file, in the environment that tests/setup makes.
pub fn python(script: &str, arguments: &[&str]) -> (i32, String) {
    let python = here("target/test-tools/venv/bin/python");
    assert!(python.exists(), "{} is not there: run tests/setup first", python.display());
    // -B: leaves no compiled files in the repository.
    let script = here("tests/independent").join(script);
    let Output { status, stdout, stderr } =
        Command::new(python).arg("-B").arg(script).args(arguments).output().unwrap();
    let text = String::from_utf8([stdout, stderr].concat()).unwrap();
    (status.code().unwrap(), text)
}
