//! Linking a record into its chain and the log; the only writer of records, entries and leaves.

use super::{Error, House, Reason, project, sealing, sealing::SealingKey};
use crate::{
    base::{Digest, Moment, RecordId},
    ledger::{entry::Entry, field::Field, leaf::Leaf, record::Payload},
    store::{self, Db, OrNone, chains, entries, keys, records},
};

/// A record whose signatures and field root were checked by [`super::vouch`].
pub struct Vouched {
    /// Its identifier in the store.
    pub id: RecordId,
    /// What was signed.
    pub payload: Payload,
    /// The exact bytes to keep.
    pub envelope: Vec<u8>,
    /// Digest of the payload bytes; one payload is taken once.
    pub payload_digest: Digest,
    /// Ids of the keys that signed.
    pub keys: Vec<String>,
    /// Openings of the private fields.
    pub fields: Vec<Field>,
}

/// Where a record came to stand.
#[derive(Clone, Debug)]
pub struct Linked {
    /// Its identifier.
    pub record: RecordId,
    /// Digest of its envelope.
    pub digest: Digest,
    /// Its place in the chain, from 0.
    pub seq: u64,
    /// Hash of its chain entry: the chain's new head.
    pub head: Digest,
    /// Its place in the log, from 0.
    pub leaf: u64,
}

/// What sort of chain a record may begin.
pub enum Begin {
    /// None: the chain must exist.
    Nothing,
    /// A case of this agency.
    Case(String),
    /// A register of this agency, or of the system.
    Register(Option<String>),
}

/// Links `record`, stores it and updates every projection it implies; runs inside `store.write` only.
///
/// # Errors
/// `Refused` with all objections of the law, or when a key was revoked; `Conflict` when the payload was taken
/// before; `NotFound` when the chain does not exist and may not begin.
pub fn append(
    db: &mut Db,
    house: &House,
    record: &Vouched,
    begin: Begin,
    now: Moment,
) -> Result<Linked, Error> {
    refuse_revoked(db, &record.keys)?;
    let case = match project::judge(db, house, record, now) {
        Ok(case) => case,
        Err(objection) => {
            // Of a record that is linked already the law would say what it thinks of a second one.
            let digest = record.payload_digest.hex();
            let linked = records::by_payload_digest(db, &record.payload.chain, &digest)?.is_some();
            return Err(if linked { taken_before() } else { objection });
        }
    };
    let linked = link(db, &house.master, record, begin, now)?;
    project::project(db, house, record, &linked, case, now)?;
    Ok(linked)
}

/// The linking alone, for registers and for the record that registers the service's own key.
pub fn link(
    db: &mut Db,
    master: &SealingKey,
    record: &Vouched,
    begin: Begin,
    now: Moment,
) -> Result<Linked, Error> {
    let chain = open_chain(db, master, record, begin)?;
    let digest = Digest::of(&record.envelope);
    let entry = Entry {
        chain: record.payload.chain.clone(),
        seq: chain.length,
        prev: chain.head,
        record: digest,
        received_at: now,
    };
    let head = entry.hash();
    let fields = match record.fields.as_slice() {
        [] => None,
        fields => Some(sealing::seal_fields(&chain.key, record.id.as_str(), fields)?),
    };
    match records::insert(db, &row(record, &digest, chain.length, fields, now)) {
        Err(store::Error::Taken) => return Err(taken_before()),
        inserted => inserted?,
    }
    let nonce: [u8; 32] = sealing::random()?;
    let new = entries::NewEntry {
        chain: &entry.chain,
        seq: entry.seq.cast_signed(),
        prev: entry.prev.as_bytes(),
        hash: head.as_bytes(),
        record_id: record.id.as_str(),
        received_at: now.millis(),
        leaf: &Leaf::new(&nonce, head).0,
        nonce: &nonce,
    };
    let leaf = entries::append(db, &new)?.unsigned_abs();
    chains::advance(db, &entry.chain, chain.length.cast_signed(), head.as_bytes())?;

    Ok(Linked { record: record.id.clone(), digest, seq: entry.seq, head, leaf })
}

fn taken_before() -> Error {
    Error::Conflict("这份签名已经提交过，没有再次记录。".into())
}

struct OpenChain {
    length: u64,
    head: Digest,
    key: SealingKey,
}

fn open_chain(
    db: &mut Db,
    master: &SealingKey,
    record: &Vouched,
    begin: Begin,
) -> Result<OpenChain, Error> {
    let id = record.payload.chain.as_str();
    if let Some(row) = chains::find(db, id).or_none()? {
        let wrapped =
            row.sealing_key.ok_or_else(|| Error::Gone("该案卷内容已依法销毁。".into()))?;
        let key = SealingKey::from_wrapped(master, id, &wrapped)
            .ok_or_else(|| Error::broken("chain key does not unwrap"))?;
        let head = Digest::from_slice(&row.head).ok_or_else(|| Error::broken("chain head"))?;
        return Ok(OpenChain { length: row.length.unsigned_abs(), head, key });
    }
    let (kind, agency) = match begin {
        Begin::Nothing => return Err(Error::NotFound("案件")),
        Begin::Case(agency) => ("case", Some(agency)),
        Begin::Register(agency) => ("register", agency),
    };
    let key = SealingKey::fresh()?;
    chains::insert(
        db,
        &chains::Chain {
            id: id.to_owned(),
            kind: kind.to_owned(),
            agency_id: agency,
            length: 0,
            head: Digest::ZERO.as_bytes().to_vec(),
            sealing_key: Some(key.wrap(master, id)?),
        },
    )?;
    Ok(OpenChain { length: 0, head: Digest::ZERO, key })
}

/// Keys that were asked for before are remembered (`vouch::KeyRing`), so this alone finds out that one was revoked.
fn refuse_revoked(db: &mut Db, ids: &[String]) -> Result<(), Error> {
    for id in ids {
        let row = keys::find(db, id).or_none()?;
        if row.is_none_or(|key| key.revoked_at.is_some()) {
            return Err(Error::Refused(vec![Reason {
                text: "签名所用的密钥不存在或者已经注销。".into(),
                article: String::new(),
                fix: "keys".into(),
            }]));
        }
    }
    Ok(())
}

fn row(
    record: &Vouched,
    digest: &Digest,
    seq: u64,
    fields: Option<Vec<u8>>,
    now: Moment,
) -> records::Record {
    let payload = &record.payload;
    let person = payload.on_behalf_of.as_ref().or(payload.signers.first().map(|s| &s.person));
    records::Record {
        id: record.id.to_string(),
        chain: payload.chain.clone(),
        seq: seq.cast_signed(),
        kind: payload.kind.clone(),
        at: payload.at.millis(),
        person_id: person.cloned(),
        envelope: record.envelope.clone(),
        envelope_digest: digest.hex(),
        payload_digest: record.payload_digest.hex(),
        fields,
        received_at: now.millis(),
    }
}
