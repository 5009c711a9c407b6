//! Checkpoints: the signed sizes and roots of the log. Append-only and growing.

use super::engine::Db;
use super::error::Error;
use super::schema::checkpoints;
use diesel::prelude::*;
use std::ops::Range;

/// A sealed checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = checkpoints)]
pub struct CheckpointRow {
    /// Leaves covered.
    pub size: i64,
    /// Root hash, 32 bytes.
    pub root: Vec<u8>,
    /// When it was sealed, ms UTC.
    pub sealed_at: i64,
    /// The signed note (C2SP tlog-checkpoint), exactly as published.
    pub note: String,
}

/// Adds a checkpoint; the database refuses one that does not cover more than the last.
pub fn insert(db: &mut Db, checkpoint: &CheckpointRow) -> Result<(), Error> {
    diesel::insert_into(checkpoints::table).values(checkpoint).execute(db)?;
    Ok(())
}

/// The last checkpoint, if any was sealed.
pub fn latest(db: &mut Db) -> Result<Option<CheckpointRow>, Error> {
    at_or_below(db, i64::MAX)
}

/// The last checkpoint that covers at most `size` leaves.
pub fn at_or_below(db: &mut Db, size: i64) -> Result<Option<CheckpointRow>, Error> {
    let query = checkpoints::table.filter(checkpoints::size.le(size));
    let newest = query.order(checkpoints::size.desc());
    Ok(newest.select(CheckpointRow::as_select()).first(db).optional()?)
}

/// Checkpoints whose sizes lie in `range`, in order.
pub fn range(db: &mut Db, range: Range<i64>) -> Result<Vec<CheckpointRow>, Error> {
    let query = checkpoints::table
        .filter(checkpoints::size.ge(range.start))
        .filter(checkpoints::size.lt(range.end));
    Ok(query.order(checkpoints::size).select(CheckpointRow::as_select()).load(db)?)
}

/// How many there are.
pub fn count(db: &mut Db) -> Result<i64, Error> {
    Ok(checkpoints::table.count().get_result(db)?)
}

/// The first checkpoint that covers the leaf at `index`: the earliest proof of its existence.
pub fn covering(db: &mut Db, index: i64) -> Result<Option<CheckpointRow>, Error> {
    let query = checkpoints::table.filter(checkpoints::size.gt(index)).order(checkpoints::size);
    Ok(query.select(CheckpointRow::as_select()).first(db).optional()?)
}
