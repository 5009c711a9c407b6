//! Roots of complete subtrees of the log: derived, kept so that proofs and tiles need not start from the leaves.

use super::engine::Db;
use super::error::Error;
use super::schema::nodes;
use diesel::prelude::*;
use std::ops::Range;

/// Stores the root (32 bytes) of the `index`-th complete subtree of 2^`level` leaves. Storing it again is
/// harmless; [`Error::Taken`] if another value is there, which means that something was tampered with.
pub fn put(db: &mut Db, level: i32, index: i64, hash: &[u8]) -> Result<(), Error> {
    match find(db, level, index)? {
        Some(there) if there == hash => Ok(()),
        Some(_) => Err(Error::Taken),
        None => {
            let row = (nodes::level.eq(level), nodes::idx.eq(index), nodes::hash.eq(hash));
            diesel::insert_into(nodes::table).values(row).execute(db)?;
            Ok(())
        }
    }
}

/// The stored root of a subtree, if it was stored.
pub fn find(db: &mut Db, level: i32, index: i64) -> Result<Option<Vec<u8>>, Error> {
    Ok(nodes::table.find((level, index)).select(nodes::hash).get_result(db).optional()?)
}

/// The stored roots of a level with indexes in `range`, in order.
pub fn range(db: &mut Db, level: i32, range: Range<i64>) -> Result<Vec<(i64, Vec<u8>)>, Error> {
    let query = nodes::table
        .filter(nodes::level.eq(level))
        .filter(nodes::idx.ge(range.start))
        .filter(nodes::idx.lt(range.end));
    Ok(query.order(nodes::idx).select((nodes::idx, nodes::hash)).load(db)?)
}
