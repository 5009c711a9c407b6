//! The ledger's rows: each record's entry in its chain and its leaf in the one log. Append-only and dense.

use super::engine::{Db, direct};
use super::error::Error;
use super::schema::{entries, leaves, records};
use diesel::prelude::*;
use std::ops::Range;

/// An entry; `received_at` in ms UTC.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = entries)]
pub struct EntryRow {
    /// Index of its leaf in the log, from 0.
    pub leaf: i64,
    /// The chain.
    pub chain: String,
    /// Its place in the chain, from 0.
    pub seq: i64,
    /// Hash of the entry before it in the chain, 32 bytes.
    pub prev: Vec<u8>,
    /// Its own hash, 32 bytes.
    pub hash: Vec<u8>,
    /// The record it links.
    pub record_id: String,
    /// When the server took the record.
    pub received_at: i64,
}

/// A leaf of the log.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = leaves)]
pub struct LeafRow {
    /// Index in the log, from 0.
    pub idx: i64,
    /// The public bytes.
    pub leaf: Vec<u8>,
    /// What blinds it, 32 bytes; shown only in dossiers and disclosures.
    pub nonce: Vec<u8>,
}

/// What is known of an entry before the log gives it an index.
#[derive(Clone, Copy, Debug)]
pub struct NewEntry<'a> {
    /// The chain.
    pub chain: &'a str,
    /// Its place in the chain, from 0.
    pub seq: i64,
    /// Hash of the entry before it, 32 bytes.
    pub prev: &'a [u8],
    /// Its own hash, 32 bytes.
    pub hash: &'a [u8],
    /// The record it links, which must be stored already.
    pub record_id: &'a str,
    /// When the server took the record, ms UTC.
    pub received_at: i64,
    /// The leaf's public bytes.
    pub leaf: &'a [u8],
    /// The leaf's nonce, 32 bytes.
    pub nonce: &'a [u8],
}

/// How many leaves the log has.
pub fn size(db: &mut Db) -> Result<i64, Error> {
    let last = diesel::dsl::max(leaves::idx);
    let last: Option<i64> = direct!(db, own => leaves::table.select(last).get_result(own))?;
    Ok(last.map_or(0, |last| last + 1))
}

/// Adds an entry and its leaf at the log's end and answers the leaf's index;
/// [`Error::Taken`] if the record or the place in the chain is linked already. Only inside `store.write`.
pub fn append(db: &mut Db, new: &NewEntry<'_>) -> Result<i64, Error> {
    let index = size(db)?;
    let leaf = (leaves::idx.eq(index), leaves::leaf.eq(new.leaf), leaves::nonce.eq(new.nonce));
    direct!(db, own => diesel::insert_into(leaves::table).values(leaf).execute(own))?;
    let entry = (
        entries::leaf.eq(index),
        entries::chain.eq(new.chain),
        entries::seq.eq(new.seq),
        entries::prev.eq(new.prev),
        entries::hash.eq(new.hash),
        entries::record_id.eq(new.record_id),
        entries::received_at.eq(new.received_at),
    );
    direct!(db, own => diesel::insert_into(entries::table).values(entry).execute(own))?;
    Ok(index)
}

/// The entry of a record, or [`Error::Missing`].
pub fn by_record(db: &mut Db, record_id: &str) -> Result<EntryRow, Error> {
    let query = entries::table.filter(entries::record_id.eq(record_id));
    Ok(query.select(EntryRow::as_select()).get_result(db)?)
}

/// The entry at `seq` of a chain, or [`Error::Missing`].
pub fn at(db: &mut Db, chain: &str, seq: i64) -> Result<EntryRow, Error> {
    let query = entries::table.filter(entries::chain.eq(chain)).filter(entries::seq.eq(seq));
    Ok(query.select(EntryRow::as_select()).get_result(db)?)
}

/// A chain's entries in order.
pub fn by_chain(db: &mut Db, chain: &str) -> Result<Vec<EntryRow>, Error> {
    let query = entries::table.filter(entries::chain.eq(chain)).order(entries::seq);
    Ok(query.select(EntryRow::as_select()).load(db)?)
}

/// Entries whose leaves lie in `range`, in the log's order.
pub fn range(db: &mut Db, range: Range<i64>) -> Result<Vec<EntryRow>, Error> {
    let query =
        entries::table.filter(entries::leaf.ge(range.start)).filter(entries::leaf.lt(range.end));
    Ok(query.order(entries::leaf).select(EntryRow::as_select()).load(db)?)
}

/// Index of the first leaf whose record the server took at `time` (ms UTC) or later.
pub fn first_since(db: &mut Db, time: i64) -> Result<Option<i64>, Error> {
    let query = entries::table.filter(entries::received_at.ge(time)).order(entries::leaf);
    Ok(query.select(entries::leaf).first(db).optional()?)
}

/// Chain and place by the entry, and by the record it links: the same unless somebody altered one of them.
pub type Places = ((String, i64), Option<(String, i64)>);

/// Where the entries whose leaves lie in `range` say that they belong, and where their records do.
pub fn places(db: &mut Db, range: Range<i64>) -> Result<Vec<Places>, Error> {
    let query = entries::table
        .left_join(records::table.on(records::id.eq(entries::record_id)))
        .filter(entries::leaf.ge(range.start))
        .filter(entries::leaf.lt(range.end));
    let of_record = (records::chain, records::seq).nullable();
    Ok(query.select(((entries::chain, entries::seq), of_record)).load(db)?)
}

/// The leaf at `index`, or [`Error::Missing`].
pub fn leaf(db: &mut Db, index: i64) -> Result<LeafRow, Error> {
    Ok(leaves::table.find(index).select(LeafRow::as_select()).get_result(db)?)
}

/// The leaves with indexes in `range`, in order, nonces included.
pub fn leaves(db: &mut Db, range: Range<i64>) -> Result<Vec<LeafRow>, Error> {
    let query = leaves::table.filter(leaves::idx.ge(range.start)).filter(leaves::idx.lt(range.end));
    Ok(query.order(leaves::idx).select(LeafRow::as_select()).load(db)?)
}

/// The public bytes of the leaves with indexes in `range`, in order.
pub fn leaf_bytes(db: &mut Db, range: Range<i64>) -> Result<Vec<Vec<u8>>, Error> {
    let query = leaves::table.filter(leaves::idx.ge(range.start)).filter(leaves::idx.lt(range.end));
    Ok(query.order(leaves::idx).select(leaves::leaf).load(db)?)
}
