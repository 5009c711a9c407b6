//! Witnesses from outside: the program over HTTP, killed and restarted, shown two histories; and the log that asks them.

#[path = "witness/log.rs"]
mod log;
#[path = "witness/program.rs"]
mod program;
#[path = "witness/protocol.rs"]
mod protocol;
