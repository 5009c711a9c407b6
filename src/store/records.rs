//! Records: the signed bytes, which are the truth, and what is needed to find them. Append-only.

use super::engine::{Db, direct};
use super::entries::EntryRow;
use super::error::Error;
use super::schema::{entries, records};
use diesel::prelude::*;

/// A record; times in ms UTC, digests in lower-case hex.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = records, treat_none_as_default_value = false)]
pub struct Record {
    /// UUIDv7.
    pub id: String,
    /// The chain it is linked into.
    pub chain: String,
    /// Its place in the chain, from 0.
    pub seq: i64,
    /// Kind, as in the payload.
    pub kind: String,
    /// When it happened, as signed.
    pub at: i64,
    /// Who signed it first; `None` for the service.
    pub person_id: Option<String>,
    /// The DSSE envelope's exact bytes.
    pub envelope: Vec<u8>,
    /// SHA-256 of `envelope`.
    pub envelope_digest: String,
    /// SHA-256 of the payload inside; a payload names its chain, where none is appended twice.
    pub payload_digest: String,
    /// The private fields, sealed; `None` if there were none or they were erased.
    pub fields: Option<Vec<u8>>,
    /// When the server took it.
    pub received_at: i64,
}

/// Adds a record; [`Error::Taken`] if its payload or its place in the chain is there already.
pub fn insert(db: &mut Db, record: &Record) -> Result<(), Error> {
    direct!(db, own => diesel::insert_into(records::table).values(record).execute(own))?;
    Ok(())
}

/// The record with this id, or [`Error::Missing`].
pub fn find(db: &mut Db, id: &str) -> Result<Record, Error> {
    Ok(records::table.find(id).select(Record::as_select()).get_result(db)?)
}

/// A chain's records in order.
pub fn by_chain(db: &mut Db, chain: &str) -> Result<Vec<Record>, Error> {
    let query = records::table.filter(records::chain.eq(chain)).order(records::seq);
    Ok(query.select(Record::as_select()).load(db)?)
}

/// A chain's records in order from place `from` on.
pub fn from_seq(db: &mut Db, chain: &str, from: i64, limit: i64) -> Result<Vec<Record>, Error> {
    let query = records::table.filter(records::chain.eq(chain)).filter(records::seq.ge(from));
    Ok(query.order(records::seq).limit(limit).select(Record::as_select()).load(db)?)
}

/// A record with the entry that links it, if there is one; for checking the whole.
pub type Linked = (Record, Option<EntryRow>);

/// Records with the entries that link them.
macro_rules! linked {
    () => {
        records::table
            .left_join(entries::table.on(entries::record_id.eq(records::id)))
            .select((Record::as_select(), Option::<EntryRow>::as_select()))
    };
}

/// The records of these chains with their entries, chain by chain in order.
pub fn linked_of(db: &mut Db, chains: &[String]) -> Result<Vec<Linked>, Error> {
    let query = linked!().filter(records::chain.eq_any(chains));
    Ok(query.order((records::chain, records::seq)).load(db)?)
}

/// A chain's records with their entries in order from place `from` on.
pub fn linked_from(db: &mut Db, chain: &str, from: i64, limit: i64) -> Result<Vec<Linked>, Error> {
    let query = linked!().filter(records::chain.eq(chain)).filter(records::seq.ge(from));
    Ok(query.order(records::seq).limit(limit).load(db)?)
}

/// A chain's records of these kinds with their entries in order, after place `after`.
pub fn linked_of_kinds(
    db: &mut Db,
    chain: &str,
    kinds: &[&str],
    after: i64,
    limit: i64,
) -> Result<Vec<Linked>, Error> {
    let query = linked!().filter(records::chain.eq(chain)).filter(records::seq.gt(after));
    let query = query.filter(records::kind.eq_any(kinds));
    Ok(query.order(records::seq).limit(limit).load(db)?)
}

/// The records with these ids with their entries, in the log's order.
pub fn linked_by_ids(db: &mut Db, ids: &[String]) -> Result<Vec<Linked>, Error> {
    Ok(linked!().filter(records::id.eq_any(ids)).order(entries::leaf).load(db)?)
}

/// The id of the chain's record with this payload digest, if it is there already.
pub fn by_payload_digest(db: &mut Db, chain: &str, digest: &str) -> Result<Option<String>, Error> {
    let query =
        records::table.filter(records::chain.eq(chain)).filter(records::payload_digest.eq(digest));
    Ok(query.select(records::id).get_result(db).optional()?)
}

/// Erases the private fields of a chain's records for ever and says in how many there were any.
pub fn erase_fields(db: &mut Db, chain: &str) -> Result<usize, Error> {
    let kept =
        records::table.filter(records::chain.eq(chain)).filter(records::fields.is_not_null());
    Ok(diesel::update(kept).set(records::fields.eq(None::<Vec<u8>>)).execute(db)?)
}
