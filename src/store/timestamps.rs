//! Time-stamp authorities as the log knows them, and their tokens by checkpoint. Tokens are append-only.

use super::engine::Db;
use super::error::Error;
use super::schema::{authorities, timestamps};
use diesel::prelude::*;
use std::ops::Range;

/// A token over a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = timestamps)]
pub struct Timestamp {
    /// Size of the checkpoint.
    pub size: i64,
    /// What the settings called the authority.
    pub authority: String,
    /// When the authority says it had the checkpoint, ms UTC.
    pub time: i64,
    /// RFC 3161 TimeStampToken in DER.
    pub token: Vec<u8>,
}

/// How an authority stands.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = authorities, treat_none_as_default_value = false)]
pub struct AuthorityRow {
    /// What the settings call it.
    pub name: String,
    /// When it was asked last, ms UTC by our clock.
    pub asked_at: i64,
    /// When it stamped last, ms UTC by our clock.
    pub stamped_at: Option<i64>,
    /// Leaves under the checkpoint it stamped last.
    pub size: i64,
    /// Why the last attempt brought nothing; empty after a success.
    pub fault: String,
}

/// Keeps a token; `false` if the authority's over this checkpoint is there already.
///
/// # Errors
/// The database's own, among them that there is no checkpoint of that size.
pub fn insert(db: &mut Db, new: &Timestamp) -> Result<bool, Error> {
    let key = (new.size, new.authority.as_str());
    let known: i64 = timestamps::table.find(key).count().get_result(db)?;
    if known == 0 {
        diesel::insert_into(timestamps::table).values(new).execute(db)?;
    }
    Ok(known == 0)
}

/// All tokens over the checkpoint of `size`, by authority.
pub fn of(db: &mut Db, size: i64) -> Result<Vec<Timestamp>, Error> {
    let query = timestamps::table.filter(timestamps::size.eq(size)).order(timestamps::authority);
    Ok(query.select(Timestamp::as_select()).load(db)?)
}

/// Tokens of the checkpoints whose sizes lie in `range`, by size and then as [`of`] orders them.
pub fn range(db: &mut Db, range: Range<i64>) -> Result<Vec<Timestamp>, Error> {
    let query = timestamps::table
        .filter(timestamps::size.ge(range.start))
        .filter(timestamps::size.lt(range.end));
    Ok(query
        .order((timestamps::size, timestamps::authority))
        .select(Timestamp::as_select())
        .load(db)?)
}

/// Size of the first checkpoint with a token that covers the leaf at `index`.
pub fn covering(db: &mut Db, index: i64) -> Result<Option<i64>, Error> {
    let query = timestamps::table.filter(timestamps::size.gt(index)).order(timestamps::size);
    Ok(query.select(timestamps::size).first(db).optional()?)
}

/// How the authority of this name stands; none if it was never asked.
pub fn authority(db: &mut Db, name: &str) -> Result<Option<AuthorityRow>, Error> {
    let query = authorities::table.find(name).select(AuthorityRow::as_select());
    Ok(query.first(db).optional()?)
}

/// Says anew how an authority stands.
pub fn put_authority(db: &mut Db, row: &AuthorityRow) -> Result<(), Error> {
    let values = (
        authorities::asked_at.eq(row.asked_at),
        authorities::stamped_at.eq(row.stamped_at),
        authorities::size.eq(row.size),
        authorities::fault.eq(&row.fault),
    );
    let changed = diesel::update(authorities::table.find(&row.name)).set(values).execute(db)?;
    if changed == 0 {
        diesel::insert_into(authorities::table).values(row).execute(db)?;
    }
    Ok(())
}
