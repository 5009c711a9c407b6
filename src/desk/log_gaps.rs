//! Where the log ended under one name and went on under another, because its newest part was lost: said in a record
//! of the system's register, so that everybody reads it. Tells only; `declare_gap` writes the record.

use super::{
    Error,
    log_keys::{self, Place},
};
use crate::{
    base::Digest,
    ledger::{
        checkpoint::Checkpoint,
        note::{Note, NoteVerifier},
        record::Payload,
    },
    store::Db,
};
use serde_json::{Value, json};

/// Kind of the record.
pub const DECLARED: &str = "log-gap-declared";

/// An end under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The name until then.
    pub origin: String,
    /// The key that signed first among those in use until then.
    pub beside: NoteVerifier,
    /// The key, and by it the name, from then on.
    pub key: NoteVerifier,
    /// Leaves under the last checkpoint that was left, all of which the log still has.
    pub size: u64,
    /// Its root.
    pub root: Digest,
    /// The largest checkpoint that is known, as signed under the old name.
    pub known: Checkpoint,
    /// The note of that checkpoint.
    pub note: String,
    /// Why, in the words of whoever declared it.
    pub reason: String,
}

impl Gap {
    /// Leaves that the old log signed and this one cannot show.
    pub fn lost(&self) -> u64 {
        self.known.size.saturating_sub(self.size)
    }

    /// Whether a checkpoint is of the name that ended, and no larger than was declared: it is on record what became
    /// of it.
    pub fn ended(&self, checkpoint: &Checkpoint) -> bool {
        checkpoint.origin == self.origin && checkpoint.size <= self.known.size
    }

    /// What the record says.
    pub fn facts(&self) -> Value {
        json!({
            "beside": self.beside.to_string(),
            "key": self.key.to_string(),
            "known": self.note,
            "lost": self.lost(),
            "origin": self.origin,
            "reason": self.reason,
            "root": self.root,
            "size": self.size,
        })
    }

    /// Reads what [`facts`](Self::facts) wrote.
    ///
    /// # Errors
    /// `Broken` for anything else.
    pub fn of(payload: &Payload) -> Result<Gap, Error> {
        let fact = |name: &str| payload.facts.get(name).cloned().unwrap_or_default();
        let text = |name: &str| fact(name).as_str().unwrap_or_default().to_owned();
        let note = text("known");
        let said = Note::parse(&note).map_err(Error::broken)?.text;
        let gap = Gap {
            origin: text("origin"),
            beside: log_keys::named(payload, "beside")?,
            key: log_keys::named(payload, "key")?,
            size: fact("size").as_u64().unwrap_or_default(),
            root: text("root").parse().map_err(Error::broken)?,
            known: Checkpoint::parse(&said).map_err(Error::broken)?,
            note,
            reason: text("reason"),
        };
        match Value::Object(payload.facts.clone()) == gap.facts() {
            true => Ok(gap),
            false => Err(Error::broken("a declared gap that contradicts itself")),
        }
    }
}

/// All there were, each with its record's place, the first one first.
///
/// # Errors
/// `Broken` when a record cannot be read.
pub fn read(db: &mut Db) -> Result<Vec<(Gap, Place)>, Error> {
    let told = log_keys::told(db)?.into_iter().filter(|told| told.payload.kind == DECLARED);
    told.map(|told| Ok((Gap::of(&told.payload)?, told.place))).collect()
}
