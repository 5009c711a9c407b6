//! The log's side of its witnesses: what to show them, what they give back, how each one stands.
//!
//! Knows no HTTP: `worker` carries. Nothing here is waited for by whoever writes or seals.

pub mod accept;
pub mod offer;
pub mod standing;

use super::{Error, House};
use crate::{
    ledger::{
        CosignatureVerifier, add_checkpoint,
        note::{Note, NoteSignature},
    },
    store::{Db, checkpoints::CheckpointRow, cosignatures},
};
use std::time::Duration;

/// How a fault begins when the witness answered that it will not cosign this history.
pub const REFUSED: &str = "refused: ";

/// A witness of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// What the public pages call it.
    pub name: String,
    /// Verifies its cosignatures.
    pub verifier: CosignatureVerifier,
    /// Its submission prefix (C2SP tlog-witness), without a slash at the end; empty for one that fetches by itself.
    pub url: String,
}

impl Witness {
    /// What its rows are found by.
    fn key(&self) -> String {
        self.verifier.to_string()
    }
}

/// All witnesses of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witnesses {
    /// In the order of the settings.
    pub all: Vec<Witness>,
    /// How long a cosignature is taken to be fresh while the log does not grow.
    pub every: Duration,
    /// How many a dossier's policy asks for: `any`, `all`, `none` or a number.
    pub quorum: String,
}

/// A witness's answer: signature lines, or none if it is anything else.
pub fn read_lines(text: &str) -> Option<Vec<NoteSignature>> {
    NoteSignature::parse_lines(text).ok()
}

/// The size that a witness names when it refuses another one.
pub fn read_size(text: &str) -> Option<u64> {
    add_checkpoint::parse_size(text)
}

/// How a witness never heard of stands.
fn unknown(key: String) -> cosignatures::WitnessRow {
    cosignatures::WitnessRow { key, size: 0, cosigned_at: None, fault: String::new() }
}

/// A published checkpoint's note with the newest cosignature of each witness of the settings.
pub fn cosigned(db: &mut Db, house: &House, row: &CheckpointRow) -> Result<String, Error> {
    let lines = cosignatures::newest_of(db, row.size)?;
    with_lines(house, &row.note, &lines)
}

/// `note` with those of `lines` that witnesses of the settings made, in the order of the settings.
pub fn with_lines(
    house: &House,
    note: &str,
    lines: &[cosignatures::Cosignature],
) -> Result<String, Error> {
    let mut note = Note::parse(note).map_err(Error::broken)?;
    for witness in &house.witnesses.all {
        let key = witness.key();
        for row in lines.iter().filter(|row| row.witness == key) {
            let line = NoteSignature::parse_lines(&format!("{}\n", row.line));
            for line in line.map_err(Error::broken)? {
                note = note.with(line).map_err(Error::broken)?;
            }
        }
    }
    Ok(note.to_string())
}
