//! What a witness remembers: of each log the tree it cosigned last, and proofs of two histories. Its own database.

use super::engine::Db;
use super::error::Error;
use diesel::prelude::*;

// Not in `schema.rs`: no house has these tables.
diesel::table! {
    /// Rows of `witnessed`; the migration says what each column holds.
    witnessed (origin) {
        origin -> Text,
        size -> BigInt,
        root -> Binary,
        note -> Text,
        seen_at -> BigInt,
    }
}

diesel::table! {
    /// Rows of `forks`; the migration says what each column holds.
    forks (origin, size, root) {
        origin -> Text,
        size -> BigInt,
        root -> Binary,
        note -> Text,
        known_note -> Text,
        seen_at -> BigInt,
    }
}

/// The tree of a log that was cosigned last.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = witnessed)]
pub struct Witnessed {
    /// First line of the log's checkpoints.
    pub origin: String,
    /// Leaves covered.
    pub size: i64,
    /// Root hash, 32 bytes.
    pub root: Vec<u8>,
    /// The note as the log signed it.
    pub note: String,
    /// When this size was cosigned first, ms UTC.
    pub seen_at: i64,
}

/// Two signed notes of one log and one size with different roots.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = forks)]
pub struct Fork {
    /// First line of the log's checkpoints.
    pub origin: String,
    /// Leaves covered by both.
    pub size: i64,
    /// Root of the note that was refused, 32 bytes.
    pub root: Vec<u8>,
    /// The note that was refused.
    pub note: String,
    /// The note that was cosigned.
    pub known_note: String,
    /// When it was refused first, ms UTC.
    pub seen_at: i64,
}

/// What was cosigned last of the log `origin`.
pub fn find(db: &mut Db, origin: &str) -> Result<Option<Witnessed>, Error> {
    let query = witnessed::table.find(origin).select(Witnessed::as_select());
    Ok(query.first(db).optional()?)
}

/// What was cosigned last of every log, by origin.
pub fn all(db: &mut Db) -> Result<Vec<Witnessed>, Error> {
    let query = witnessed::table.order(witnessed::origin).select(Witnessed::as_select());
    Ok(query.load(db)?)
}

/// Moves a log on from the size `old`, 0 for one never seen.
///
/// # Errors
/// `Taken` if another size stands there; the database itself refuses a smaller one.
pub fn advance(db: &mut Db, old: i64, new: &Witnessed) -> Result<(), Error> {
    let row = witnessed::table.find(&new.origin).filter(witnessed::size.eq(old));
    let changed = diesel::update(row)
        .set((
            witnessed::size.eq(new.size),
            witnessed::root.eq(&new.root),
            witnessed::note.eq(&new.note),
            witnessed::seen_at.eq(new.seen_at),
        ))
        .execute(db)?;
    match changed {
        0 if old == 0 => {
            diesel::insert_into(witnessed::table).values(new).execute(db)?;
            Ok(())
        }
        0 => Err(Error::Taken),
        _ => Ok(()),
    }
}

/// One proof of two histories convicts a log; more of one log are not kept, so that it cannot fill the disk.
const MOST_FORKS: i64 = 100;

/// Keeps the proof that a log showed two histories; `false` if this one is known, or too many are.
pub fn keep_fork(db: &mut Db, fork: &Fork) -> Result<bool, Error> {
    let key = (fork.origin.as_str(), fork.size, fork.root.as_slice());
    let known: i64 = forks::table.find(key).count().get_result(db)?;
    let all: i64 = forks::table.filter(forks::origin.eq(&fork.origin)).count().get_result(db)?;
    if known > 0 || all >= MOST_FORKS {
        return Ok(false);
    }
    diesel::insert_into(forks::table).values(fork).execute(db)?;
    Ok(true)
}

/// Every kept proof of two histories, oldest first.
pub fn forks(db: &mut Db) -> Result<Vec<Fork>, Error> {
    let query = forks::table.order((forks::seen_at, forks::origin)).select(Fork::as_select());
    Ok(query.load(db)?)
}
