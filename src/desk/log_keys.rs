//! The log's keys: those whose secrets this node holds, and when each came and went, as the log itself tells.
//!
//! A key comes and goes by a record in the system's register. Which keys sign a checkpoint follows from the leaves it
//! covers alone, so every node and every reader comes to the same answer. A log without such a record has one key.
//! Keys of several names are those of a log that went on under another name (`log_gaps`).

use super::{
    Error, House,
    log_gaps::{self, Gap},
    project::REGISTER,
};
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

/// The log's secret keys in this node's folder.
pub struct LogSigners {
    name: String,
    first: NoteSigner,
    more: Vec<NoteSigner>,
}

impl LogSigners {
    /// Of the log `name`; `first` is the key by which a log without a record of its keys is signed.
    pub fn new(name: String, first: NoteSigner, more: Vec<NoteSigner>) -> Self {
        LogSigners { name, first, more }
    }

    /// The log's name, first line of its checkpoints.
    pub fn name(&self) -> &str {
        &self.name
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
    /// Most leaves of a checkpoint that it signs; none while it is in use.
    pub until: Option<u64>,
    /// Most leaves of a checkpoint that it is known to have signed, though this log may have lost it.
    pub known: Option<u64>,
}

impl LogKey {
    /// Whether it signs a checkpoint over `size` leaves.
    pub fn signs(&self, size: u64) -> bool {
        let came = self.since.is_none_or(|since| since.leaf < size);
        came && self.until.is_none_or(|until| size <= until)
    }

    fn go(&mut self, place: Place, until: u64, known: u64) {
        (self.retired, self.until, self.known) = (Some(place), Some(until), Some(known));
    }
}

/// A record of the system's register that tells of the log itself.
pub struct Told {
    /// What was signed.
    pub payload: Payload,
    /// Its place.
    pub place: Place,
}

/// All records that tell of the log's keys and names, in their order.
///
/// # Errors
/// `Broken` when one cannot be read.
pub fn told(db: &mut Db) -> Result<Vec<Told>, Error> {
    let mut found = Vec::new();
    for row in records::by_chain(db, &format!("{REGISTER}{SYSTEM}"))? {
        if ![ADDED, RETIRED, log_gaps::DECLARED].contains(&row.kind.as_str()) {
            continue;
        }
        let leaf = entries::by_record(db, &row.id)?.leaf.unsigned_abs();
        let place = Place { leaf, at: Moment::from_millis(row.received_at) };
        let envelope = Envelope::parse(&row.envelope).map_err(Error::broken)?;
        let payload = Payload::parse(&envelope.payload).map_err(Error::broken)?;
        found.push(Told { payload, place });
    }
    Ok(found)
}

/// All keys the log ever had, in the order of their coming, which is that of the lines under a checkpoint. `first` is
/// the key of a log that has no record of its keys.
///
/// # Errors
/// `Broken` when a record of a key cannot be read.
pub fn read(db: &mut Db, first: &NoteVerifier) -> Result<Vec<LogKey>, Error> {
    let mut keys = on_record(db)?;
    if keys.is_empty() {
        keys.push(came(first.clone(), None));
    }
    Ok(keys)
}

/// [`read`] of the keys that records name, which are none or all.
///
/// # Errors
/// As [`read`].
pub fn on_record(db: &mut Db) -> Result<Vec<LogKey>, Error> {
    let mut keys: Vec<LogKey> = Vec::new();
    for Told { payload, place } in told(db)? {
        let key = named(&payload, "key")?;
        if payload.kind == RETIRED {
            let gone = keys.iter_mut().find(|known| known.verifier == key);
            let gone = gone.ok_or_else(|| Error::broken("a key of the log that never came"))?;
            gone.go(place, place.leaf, place.leaf);
            continue;
        }
        if keys.is_empty() {
            keys.push(came(named(&payload, "beside")?, None));
        }
        if payload.kind == log_gaps::DECLARED {
            let gap = Gap::of(&payload)?;
            let in_use = keys.iter_mut().filter(|key| key.retired.is_none());
            in_use.for_each(|key| key.go(place, gap.size, gap.known.size));
        }
        keys.push(came(key, Some(place)));
    }
    Ok(keys)
}

fn came(verifier: NoteVerifier, since: Option<Place>) -> LogKey {
    LogKey { verifier, since, retired: None, until: None, known: None }
}

/// The verifier key in a fact of a record.
///
/// # Errors
/// `Broken` when it is none.
pub(super) fn named(payload: &Payload, fact: &str) -> Result<NoteVerifier, Error> {
    let text = payload.facts.get(fact).and_then(serde_json::Value::as_str).unwrap_or_default();
    text.parse().map_err(Error::broken)
}

/// The smallest size from `size` on at which a checkpoint may be signed: none is between the last one of a name that
/// ended and the record that says so.
pub fn next_signed(keys: &[LogKey], size: u64) -> u64 {
    if keys.iter().any(|key| key.signs(size)) {
        return size;
    }
    let coming = keys.iter().filter_map(|key| key.since).map(|since| since.leaf + 1);
    coming.filter(|from| *from > size).min().unwrap_or(size)
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
    if let Some(key) = wanted.iter().find(|key| !opened.by.contains(key)) {
        return Err(format!("缺少密钥{:08x}的签名", key.key_id()));
    }
    match wanted.iter().all(|key| opened.text.starts_with(&format!("{}\n", key.name()))) {
        true => Ok(opened.text),
        false => Err("日志名称不符".into()),
    }
}

/// A key of the log, though not of this checkpoint, that signed the note.
fn retired_one(keys: &[LogKey], text: &str) -> Option<NoteVerifier> {
    let all: Vec<NoteVerifier> = keys.iter().map(|key| key.verifier.clone()).collect();
    note::open(text, &all).ok()?.by.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;

    fn key(seed: u8, since: Option<u64>) -> LogKey {
        let verifier =
            NoteVerifier::new("log", SigningKey::from_bytes(&[seed; 32]).verifying_key()).unwrap();
        let at = Moment::from_millis(0);
        came(verifier, since.map(|leaf| Place { leaf, at }))
    }

    #[test]
    fn the_leaves_tell_who_signs() {
        let (mut old, new) = (key(1, None), key(2, Some(10)));
        let signing =
            |keys: &[LogKey], size| keys.iter().map(|key| key.signs(size)).collect::<Vec<bool>>();
        assert_eq!(signing(&[old.clone(), new.clone()], 10), [true, false]);
        assert_eq!(signing(&[old.clone(), new.clone()], 11), [true, true]);
        old.go(Place { leaf: 20, at: Moment::from_millis(0) }, 20, 20);
        assert_eq!(signing(&[old.clone(), new.clone()], 20), [true, true]);
        assert_eq!(signing(&[old.clone(), new.clone()], 21), [false, true]);
        assert_eq!(next_signed(&[old, new], 15), 15);
    }

    #[test]
    fn nothing_is_signed_between_an_end_and_the_record_that_tells_of_it() {
        let (mut old, new) = (key(1, None), key(2, Some(10)));
        old.go(Place { leaf: 10, at: Moment::from_millis(0) }, 7, 12);
        let keys = [old, new];
        assert_eq!([7, 8, 10, 11].map(|size| next_signed(&keys, size)), [7, 11, 11, 11]);
        assert!([8, 9, 10].iter().all(|size| signing(&keys, *size).is_empty()));
        assert!(check(&keys, 8, "").is_err());
    }
}
