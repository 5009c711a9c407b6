//! Whether the house can do its work now: the database answers, the data folder takes bytes.

use super::{Error, House};
use crate::store::checkpoints;
use std::{fs, io, path::Path};

/// What was tried and how it went; a reason in English, for whoever runs the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Whether a read came back.
    pub database: Result<(), String>,
    /// Whether the data folder takes a file.
    pub disk: Result<(), String>,
}

/// Tries both.
pub async fn check(house: &House) -> Condition {
    let database = house.store.read(|db| Ok::<_, Error>(checkpoints::latest(db)?)).await;
    let folder = house.guard.with_file_name("ready.probe");
    let disk = tokio::task::spawn_blocking(move || probe(&folder)).await;
    Condition {
        database: database.map(|_| ()).map_err(|fault| reason(&fault)),
        disk: disk.unwrap_or_else(|fault| Err(io::Error::other(fault))).map_err(|f| f.to_string()),
    }
}

/// Writes and removes a file; two probes at a time do not disturb each other.
fn probe(file: &Path) -> io::Result<()> {
    fs::write(file, b"ready")?;
    match fs::remove_file(file) {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
        _ => Ok(()),
    }
}

fn reason(fault: &Error) -> String {
    std::error::Error::source(fault).map_or_else(|| fault.to_string(), ToString::to_string)
}
