//! Faults on purpose: the built program is killed in, or refused, one system call after another by strace; then it is
//! started again without hands, and nothing it has acknowledged may be gone. docs/reliability.md says what came of it.
#![cfg(target_os = "linux")]

#[path = "../support/client.rs"]
mod client;
#[path = "../witness/log.rs"]
mod log;
#[allow(dead_code, reason = "shared with the tests of witnesses, which ask for more")]
#[path = "../witness/program.rs"]
mod program;

mod campaign;
mod first_start;
mod house;
mod judge;
mod order;
mod planted;
mod script;
mod strace;
mod witness;
