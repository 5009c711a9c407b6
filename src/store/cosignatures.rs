//! Witnesses as the log knows them, and their cosignatures by checkpoint. Cosignatures are append-only.

use super::engine::Db;
use super::error::Error;
use super::schema::{cosignatures, witnesses};
use diesel::prelude::*;
use std::ops::Range;

/// A witness's line under a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = cosignatures)]
pub struct Cosignature {
    /// Size of the checkpoint.
    pub size: i64,
    /// Verifier key of the witness.
    pub witness: String,
    /// When the witness made it, seconds since 1970.
    pub time: i64,
    /// The note's signature line, without its newline.
    pub line: String,
}

/// How a witness stands.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = witnesses)]
pub struct WitnessRow {
    /// Verifier key.
    pub key: String,
    /// The size it cosigned last, as far as is known.
    pub size: i64,
    /// When it last cosigned, ms UTC by our clock.
    pub cosigned_at: Option<i64>,
    /// Why the last attempt brought nothing; empty after a success.
    pub fault: String,
}

/// Keeps a cosignature; `false` if it is there already.
///
/// # Errors
/// The database's own, among them that there is no checkpoint of that size.
pub fn insert(db: &mut Db, new: &Cosignature) -> Result<bool, Error> {
    let key = (new.size, new.witness.as_str(), new.time);
    let known: i64 = cosignatures::table.find(key).count().get_result(db)?;
    if known == 0 {
        diesel::insert_into(cosignatures::table).values(new).execute(db)?;
    }
    Ok(known == 0)
}

/// The newest cosignature of the checkpoint of `size` by each witness.
pub fn newest_of(db: &mut Db, size: i64) -> Result<Vec<Cosignature>, Error> {
    let query = cosignatures::table.filter(cosignatures::size.eq(size));
    let query = query.order((cosignatures::witness, cosignatures::time.desc()));
    let mut rows: Vec<Cosignature> = query.select(Cosignature::as_select()).load(db)?;
    rows.dedup_by(|later, kept| later.witness == kept.witness);
    Ok(rows)
}

/// All cosignatures of the checkpoint of `size`.
pub fn of(db: &mut Db, size: i64) -> Result<Vec<Cosignature>, Error> {
    let query = cosignatures::table.filter(cosignatures::size.eq(size));
    let query = query.order((cosignatures::witness, cosignatures::time));
    Ok(query.select(Cosignature::as_select()).load(db)?)
}

/// Cosignatures of the checkpoints whose sizes lie in `range`, by size and then as [`of`] orders them.
pub fn range(db: &mut Db, range: Range<i64>) -> Result<Vec<Cosignature>, Error> {
    let query = cosignatures::table
        .filter(cosignatures::size.ge(range.start))
        .filter(cosignatures::size.lt(range.end));
    Ok(query
        .order((cosignatures::size, cosignatures::witness, cosignatures::time))
        .select(Cosignature::as_select())
        .load(db)?)
}

/// The first `most` cosignatures of checkpoints that cover the leaf at `index`, by size and then time.
pub fn covering(db: &mut Db, index: i64, most: i64) -> Result<Vec<Cosignature>, Error> {
    let query = cosignatures::table.filter(cosignatures::size.gt(index));
    let query = query.order((cosignatures::size, cosignatures::time)).limit(most);
    Ok(query.select(Cosignature::as_select()).load(db)?)
}

/// How the witness with this key stands; none if it was never asked.
pub fn witness(db: &mut Db, key: &str) -> Result<Option<WitnessRow>, Error> {
    let query = witnesses::table.find(key).select(WitnessRow::as_select());
    Ok(query.first(db).optional()?)
}

/// Says anew how a witness stands.
pub fn put_witness(db: &mut Db, row: &WitnessRow) -> Result<(), Error> {
    let values = (
        witnesses::size.eq(row.size),
        witnesses::cosigned_at.eq(row.cosigned_at),
        witnesses::fault.eq(&row.fault),
    );
    let changed = diesel::update(witnesses::table.find(&row.key)).set(values).execute(db)?;
    if changed == 0 {
        diesel::insert_into(witnesses::table).values(row).execute(db)?;
    }
    Ok(())
}
