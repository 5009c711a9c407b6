//! The hash chains' heads: how long each is, its last entry's hash, and the key its private fields are sealed with.

use super::cached;
use super::engine::{Db, direct};
use super::error::Error;
use super::schema::chains;
use diesel::prelude::*;

/// A hash chain: a case's, or a register's.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = chains, treat_none_as_default_value = false)]
pub struct Chain {
    /// The case's id, or the register's name.
    pub id: String,
    /// `case`, or the kind of register.
    pub kind: String,
    /// The agency it belongs to, if to one.
    pub agency_id: Option<String>,
    /// Entries so far.
    pub length: i64,
    /// SHA-256 of the last entry, 32 bytes; zeros before the first.
    pub head: Vec<u8>,
    /// Wrapped by the master key; `None` once the chain's private fields are erased.
    pub sealing_key: Option<Vec<u8>>,
}

/// Adds a chain; [`Error::Taken`] if the id is in use.
pub fn insert(db: &mut Db, chain: &Chain) -> Result<(), Error> {
    diesel::insert_into(chains::table).values(chain).execute(db)?;
    Ok(())
}

/// The chain with this id, or [`Error::Missing`].
pub fn find(db: &mut Db, id: &str) -> Result<Chain, Error> {
    Ok(direct!(db, own => chains::table.find(id).select(Chain::as_select()).get_result(own))?)
}

/// Those of the chains with these ids that are there, by id.
pub fn by_ids(db: &mut Db, ids: &[String]) -> Result<Vec<Chain>, Error> {
    let query = chains::table.filter(chains::id.eq_any(ids)).order(chains::id);
    Ok(query.select(Chain::as_select()).load(db)?)
}

/// Moves the head on by one entry; [`Error::Taken`] if the chain is not `length` long any more.
pub fn advance(db: &mut Db, id: &str, length: i64, head: &[u8]) -> Result<(), Error> {
    let unmoved = chains::id.eq(id).and(chains::length.eq(length));
    let change = (chains::length.eq(length + 1), chains::head.eq(head));
    let changed = cached::update(db, chains::table, change, unmoved)?;
    if changed == 0 { Err(Error::Taken) } else { Ok(()) }
}

/// Destroys the chain's sealing key for ever.
pub fn erase_key(db: &mut Db, id: &str) -> Result<(), Error> {
    let change = chains::sealing_key.eq(None::<Vec<u8>>);
    let changed = diesel::update(chains::table.find(id)).set(change).execute(db)?;
    if changed == 0 { Err(Error::Missing) } else { Ok(()) }
}

/// Chains by id, after the id `after` (empty for the first page).
pub fn page(db: &mut Db, after: &str, limit: i64) -> Result<Vec<Chain>, Error> {
    let query = chains::table.filter(chains::id.gt(after)).order(chains::id).limit(limit);
    Ok(query.select(Chain::as_select()).load(db)?)
}
