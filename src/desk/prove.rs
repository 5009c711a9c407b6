//! Proofs out of the database: one record with its openings, entry, leaf, inclusion and checkpoint.

use super::{Error, House, log_keys, receipt, seal_checkpoint::subtrees};
use crate::{
    base::{Digest, Moment},
    ledger::{
        bundle::{FORMAT, LeafOpening, Proof, PublicKey, RecordProof},
        dsse::Envelope,
        entry::Entry,
        field::Field,
        proof::{self, Nodes},
        tree,
    },
    store::{Db, entries, keys, records},
};
use std::cell::RefCell;

/// Tree nodes read from the rows: leaves and the kept roots of full tiles.
pub struct StoredNodes<'d> {
    db: RefCell<&'d mut Db>,
}

impl<'d> StoredNodes<'d> {
    /// Reads through `db`.
    pub fn new(db: &'d mut Db) -> Self {
        StoredNodes { db: RefCell::new(db) }
    }
}

impl Nodes for StoredNodes<'_> {
    type Error = Error;

    fn node(&self, level: u8, index: u64) -> Result<Digest, Error> {
        let kept = level / 8 * 8;
        let width = 1u64 << (level - kept);
        let from = index.checked_mul(width).ok_or_else(|| Error::broken("node index"))?;
        let hashes = subtrees(&mut self.db.borrow_mut(), kept, from, from + width)?;
        Ok(tree::root_of(&hashes))
    }
}

/// The proof of one record as of a log of `size` leaves, showing `shown` of its `fields`.
///
/// # Errors
/// `Busy` while the record's leaf is not yet under a checkpoint of that size.
pub fn record_proof(
    db: &mut Db,
    row: &records::Record,
    fields: Vec<Field>,
    shown: impl Fn(&Field) -> bool,
    size: u64,
) -> Result<RecordProof, Error> {
    let entry = entries::by_record(db, &row.id)?;
    let index = entry.leaf.unsigned_abs();
    if index >= size {
        return Err(Error::Busy);
    }
    let leaf = entries::leaf(db, entry.leaf)?;
    let nonce = leaf.nonce.as_slice().try_into().map_err(|_| Error::broken("nonce"))?;
    let (opened, hidden): (Vec<Field>, Vec<Field>) = fields.into_iter().partition(|f| shown(f));
    let inclusion = proof::inclusion(&StoredNodes::new(db), index, size).map_err(Error::broken)?;
    Ok(RecordProof {
        envelope: row.envelope.clone(),
        opened,
        hidden: hidden.iter().map(Field::digest).collect(),
        entry: ledger_entry(&entry, row)?,
        leaf: LeafOpening { nonce, index },
        inclusion,
    })
}

/// A stored entry as the ledger defines it.
pub fn ledger_entry(entry: &entries::EntryRow, row: &records::Record) -> Result<Entry, Error> {
    Ok(Entry {
        chain: entry.chain.clone(),
        seq: entry.seq.unsigned_abs(),
        prev: Digest::from_slice(&entry.prev).ok_or_else(|| Error::broken("entry"))?,
        record: Digest::of(&row.envelope),
        received_at: Moment::from_millis(entry.received_at),
    })
}

/// The keys that signed `envelopes`, for a reader to verify with.
pub fn signing_keys<'e>(
    db: &mut Db,
    envelopes: impl IntoIterator<Item = &'e [u8]>,
) -> Result<Vec<PublicKey>, Error> {
    let mut found: Vec<PublicKey> = Vec::new();
    for bytes in envelopes {
        let envelope = Envelope::parse(bytes).map_err(Error::broken)?;
        for signature in envelope.signatures {
            if found.iter().any(|key| key.id == signature.keyid) {
                continue;
            }
            found.push(key(db, &signature.keyid)?);
        }
    }
    Ok(found)
}

/// The key with this id, for a reader to verify with.
pub fn key(db: &mut Db, id: &str) -> Result<PublicKey, Error> {
    let row = keys::find(db, id)?;
    Ok(PublicKey {
        custody: super::vouch::custody(&row.custody)?,
        id: row.id,
        public_key: row.public_key.try_into().map_err(|_| Error::broken("public key"))?,
        registered_leaf: row.registered_leaf.unsigned_abs(),
        revoked_leaf: row.revoked_leaf.map(i64::unsigned_abs),
    })
}

/// One record's proof complete with keys, the log's verifier key, and the checkpoint that most witnesses cosigned.
pub fn proof(
    db: &mut Db,
    house: &House,
    row: &records::Record,
    fields: Vec<Field>,
    shown: impl Fn(&Field) -> bool,
) -> Result<Proof, Error> {
    let leaf = entries::by_record(db, &row.id)?.leaf;
    let log = log_keys::in_force(db, house)?;
    let (size, checkpoint) = receipt::earliest(db, house, leaf.max(log.since))?;
    let record = record_proof(db, row, fields, shown, size)?;
    let keys = signing_keys(db, [record.envelope.as_slice()])?;
    let log_key = log.named();
    Ok(Proof { format: FORMAT.to_owned(), record, keys, checkpoint, log_key })
}
