//! The log's keys: those whose secrets this node holds, and when each came and went, as the log itself tells.
//!
//! A key comes and goes by a record in the system's register. Which keys sign a checkpoint follows from the leaves it
//! covers alone, so every node and every reader comes to the same answer. A log without such a record has one key.

use super::{Error, House, project::REGISTER};
use crate::{
    base::Moment,
    ledger::{
        dsse::Envelope,
        note::{self, NoteSigner, NoteVerifier},
        record::Payload,
    },
    store::{Db, checkpoints, entries, records},
};
use std::io;

/// The register of what concerns the whole service.
pub const SYSTEM: &str = "system";
/// Kind of the record by which a key comes; `facts.key` is its vkey, `facts.beside` that of the outgoing one.
pub const ADDED: &str = "log-key-added";
/// Kind of the record by which a key goes; `facts.key` is its vkey.
pub const RETIRED: &str = "log-key-retired";

/// The log's secret keys in this node's folder, all of one name.
pub struct LogSigners {
    first: NoteSigner,
    more: Vec<NoteSigner>,
}

impl LogSigners {
    /// `first` is the key by which a log without a record of its keys is signed.
    pub fn new(first: NoteSigner, more: Vec<NoteSigner>) -> Self {
        LogSigners { first, more }
    }

    /// The log's name, first line of its checkpoints.
    pub fn name(&self) -> &str {
        self.first.name()
    }

    /// What the first one's signatures are verified with.
    pub fn verifier(&self) -> NoteVerifier {
        self.first.verifier()
    }

    /// What all of them are verified with.
    pub fn verifiers(&self) -> Vec<NoteVerifier> {
        [&self.first].into_iter().chain(&self.more).map(NoteSigner::verifier).collect()
    }

    /// The signers of these keys, in their order.
    ///
    /// # Errors
    /// `Broken` as by a disk that lacks a file, so that another try may find it.
    pub fn of(&self, keys: &[NoteVerifier]) -> Result<Vec<&NoteSigner>, Error> {
        let held = |key: &NoteVerifier| {
            let mut all = [&self.first].into_iter().chain(&self.more);
            all.find(|signer| signer.verifier() == *key).ok_or_else(|| {
                let text = format!("the log's key {:08x} is not in the key folder", key.key_id());
                Error::broken(io::Error::new(io::ErrorKind::NotFound, text))
            })
        };
        keys.iter().map(held).collect()
    }
}

/// A place in the log and in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index of the record's leaf.
    pub leaf: u64,
    /// When the record was received.
    pub at: Moment,
}

/// One of the log's keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogKey {
    /// Its public half, kept for ever.
    pub verifier: NoteVerifier,
    /// The record by which it came; none for the key the log began with.
    pub since: Option<Place>,
    /// The record by which it went.
    pub retired: Option<Place>,
}

impl LogKey {
    /// Whether it signs a checkpoint over `size` leaves.
    pub fn signs(&self, size: u64) -> bool {
        let came = self.since.is_none_or(|since| since.leaf < size);
        came && self.retired.is_none_or(|retired| retired.leaf >= size)
    }
}

/// All keys the log ever had, in the order of their coming, which is that of the lines under a checkpoint. `first` is
/// the key of a log that has no record of its keys.
///
/// # Errors
/// `Broken` when a record of a key cannot be read.
pub fn read(db: &mut Db, first: &NoteVerifier) -> Result<Vec<LogKey>, Error> {
    let mut keys: Vec<LogKey> = Vec::new();
    let came = |verifier, since| LogKey { verifier, since, retired: None };
    for row in records::by_chain(db, &format!("{REGISTER}{SYSTEM}"))? {
        if ![ADDED, RETIRED].contains(&row.kind.as_str()) {
            continue;
        }
        let leaf = entries::by_record(db, &row.id)?.leaf.unsigned_abs();
        let place = Place { leaf, at: Moment::from_millis(row.received_at) };
        let envelope = Envelope::parse(&row.envelope).map_err(Error::broken)?;
        let payload = Payload::parse(&envelope.payload).map_err(Error::broken)?;
        let key = named(&payload, "key")?;
        if row.kind == RETIRED {
            let gone = keys.iter_mut().find(|known| known.verifier == key);
            let gone = gone.ok_or_else(|| Error::broken("a key of the log that never came"))?;
            gone.retired = Some(place);
            continue;
        }
        if keys.is_empty() {
            keys.push(came(named(&payload, "beside")?, None));
        }
        keys.push(came(key, Some(place)));
    }
    if keys.is_empty() {
        keys.push(came(first.clone(), None));
    }
    Ok(keys)
}

fn named(payload: &Payload, fact: &str) -> Result<NoteVerifier, Error> {
    let text = payload.facts.get(fact).and_then(serde_json::Value::as_str).unwrap_or_default();
    text.parse().map_err(Error::broken)
}

/// The keys that sign a checkpoint over `size` leaves.
pub fn signing(keys: &[LogKey], size: u64) -> Vec<NoteVerifier> {
    keys.iter().filter(|key| key.signs(size)).map(|key| key.verifier.clone()).collect()
}

/// The keys that sign the newest checkpoint.
pub struct InForce {
    /// In the order of their coming; never empty.
    pub keys: Vec<NoteVerifier>,
    /// The first leaf of which every checkpoint bears all their signatures: what is handed out rests on a checkpoint
    /// over it, so that whoever knows any of today's keys can check it.
    pub since: i64,
}

impl InForce {
    /// The key that a proof or dossier names: the outgoing one while there are two, which every reader knows.
    pub fn named(&self) -> String {
        self.keys.first().map(NoteVerifier::to_string).unwrap_or_default()
    }
}

/// The keys that sign the newest checkpoint, or would sign the first.
///
/// # Errors
/// As [`read`].
pub fn in_force(db: &mut Db, house: &House) -> Result<InForce, Error> {
    let size = checkpoints::latest(db)?.map_or(0, |row| row.size.unsigned_abs());
    let all = read(db, &house.log.verifier())?;
    let came = all.iter().filter(|key| key.signs(size)).filter_map(|key| key.since);
    let since = came.map(|since| since.leaf.cast_signed()).max().unwrap_or(0);
    Ok(InForce { keys: signing(&all, size), since })
}

/// What is wrong with the signatures under a checkpoint over `size` leaves: nothing, if all keys that should have
/// signed did.
///
/// # Errors
/// The key that did not, in Chinese, or why the note cannot be opened.
pub fn check(keys: &[LogKey], size: u64, text: &str) -> Result<String, String> {
    let wanted = signing(keys, size);
    let opened = note::open(text, &wanted).map_err(|_| "签名核验未通过".to_owned());
    let opened = opened.map_err(|fault| match retired_one(keys, text) {
        Some(key) => format!("只有密钥{:08x}的签名，该密钥此时不在使用", key.key_id()),
        None => fault,
    })?;
    match wanted.iter().find(|key| !opened.by.contains(key)) {
        Some(key) => Err(format!("缺少密钥{:08x}的签名", key.key_id())),
        None => Ok(opened.text),
    }
}

/// A key of the log, though not of this checkpoint, that signed the note.
fn retired_one(keys: &[LogKey], text: &str) -> Option<NoteVerifier> {
    let all: Vec<NoteVerifier> = keys.iter().map(|key| key.verifier.clone()).collect();
    note::open(text, &all).ok()?.by.into_iter().next()
}
