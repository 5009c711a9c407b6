//! Files on their way in: how far each has come, and who may go on with it.

use super::engine::Db;
use super::error::Error;
use super::schema::uploads;
use diesel::prelude::*;

/// An upload; times in ms UTC, lengths in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = uploads, treat_none_as_default_value = false)]
pub struct Upload {
    /// UUIDv7.
    pub id: String,
    /// The case it is for.
    pub case_id: String,
    /// Who sends it.
    pub person_id: String,
    /// File name, as sent.
    pub name: String,
    /// The tus metadata header, as sent.
    pub metadata: String,
    /// The chunk root that the sender computed before sending, in hex; the bytes must prove equal.
    pub declared_root: Option<String>,
    /// Bytes announced.
    pub length: i64,
    /// Bytes that are synced and counted in `hash_state` and `chunks`.
    pub received: i64,
    /// The SHA-256 state after `received` bytes.
    pub hash_state: Vec<u8>,
    /// Digests of the complete chunks so far, 32 bytes each.
    pub chunks: Vec<u8>,
    /// Rises with every new holder; an older holder's progress is refused.
    pub generation: i64,
    /// State, as the desk names it.
    pub state: String,
    /// When it began.
    pub created_at: i64,
    /// When it last moved.
    pub updated_at: i64,
    /// When it may be swept away.
    pub expires_at: i64,
    /// What it became.
    pub exhibit_id: Option<String>,
}

/// A step forward by the holder of `generation`.
#[derive(Clone, Copy, Debug)]
pub struct Advance<'a> {
    /// The upload.
    pub id: &'a str,
    /// The holder's generation.
    pub generation: i64,
    /// Bytes received before the step.
    pub from: i64,
    /// Bytes received after the step.
    pub received: i64,
    /// The SHA-256 state after the step.
    pub hash_state: &'a [u8],
    /// Chunk digests after the step.
    pub chunks: &'a [u8],
    /// Now.
    pub updated_at: i64,
    /// When it may be swept away if it rests from now on.
    pub expires_at: i64,
}

/// Adds an upload.
pub fn insert(db: &mut Db, upload: &Upload) -> Result<(), Error> {
    diesel::insert_into(uploads::table).values(upload).execute(db)?;
    Ok(())
}

/// The upload with this id, or [`Error::Missing`].
pub fn find(db: &mut Db, id: &str) -> Result<Upload, Error> {
    Ok(uploads::table.find(id).select(Upload::as_select()).get_result(db)?)
}

/// Takes the upload over: whoever held `generation` can move it no more. Answers the new generation;
/// [`Error::Taken`] if somebody else took it first.
pub fn claim(db: &mut Db, id: &str, generation: i64, now: i64) -> Result<i64, Error> {
    let held = uploads::table.find(id).filter(uploads::generation.eq(generation));
    let change = (uploads::generation.eq(generation + 1), uploads::updated_at.eq(now));
    let changed = diesel::update(held).set(change).execute(db)?;
    if changed == 0 { Err(Error::Taken) } else { Ok(generation + 1) }
}

/// Commits progress; [`Error::Taken`] if the holder was replaced or the offset is not `from` any more.
pub fn advance(db: &mut Db, step: &Advance<'_>) -> Result<(), Error> {
    let held = uploads::table
        .find(step.id)
        .filter(uploads::generation.eq(step.generation))
        .filter(uploads::received.eq(step.from));
    let change = (
        uploads::received.eq(step.received),
        uploads::hash_state.eq(step.hash_state),
        uploads::chunks.eq(step.chunks),
        uploads::updated_at.eq(step.updated_at),
        uploads::expires_at.eq(step.expires_at),
    );
    let changed = diesel::update(held).set(change).execute(db)?;
    if changed == 0 { Err(Error::Taken) } else { Ok(()) }
}

/// Moves from state `before` to `after`; [`Error::Taken`] if it is not in `before` any more.
pub fn set_state(db: &mut Db, id: &str, before: &str, after: &str, now: i64) -> Result<(), Error> {
    let unmoved = uploads::table.find(id).filter(uploads::state.eq(before));
    let change = (uploads::state.eq(after), uploads::updated_at.eq(now));
    let changed = diesel::update(unmoved).set(change).execute(db)?;
    if changed == 0 { Err(Error::Taken) } else { Ok(()) }
}

/// Names the exhibit an upload became; [`Error::Taken`] if it already became one.
pub fn settle(db: &mut Db, id: &str, exhibit_id: &str, state: &str, now: i64) -> Result<(), Error> {
    let open = uploads::table.find(id).filter(uploads::exhibit_id.is_null());
    let change =
        (uploads::exhibit_id.eq(exhibit_id), uploads::state.eq(state), uploads::updated_at.eq(now));
    let changed = diesel::update(open).set(change).execute(db)?;
    if changed == 0 { Err(Error::Taken) } else { Ok(()) }
}

/// A case's uploads, newest first.
pub fn by_case(db: &mut Db, case_id: &str) -> Result<Vec<Upload>, Error> {
    let query = uploads::table.filter(uploads::case_id.eq(case_id));
    let newest = query.order((uploads::created_at.desc(), uploads::id.desc()));
    Ok(newest.select(Upload::as_select()).load(db)?)
}

/// The uploads of these cases, a case's own in the order of [`by_case`]; for checking the whole.
pub fn by_cases(db: &mut Db, cases: &[String]) -> Result<Vec<Upload>, Error> {
    let query = uploads::table.filter(uploads::case_id.eq_any(cases));
    Ok(query
        .order((uploads::created_at.desc(), uploads::id.desc()))
        .select(Upload::as_select())
        .load(db)?)
}

/// Uploads whose bytes are still staged.
pub fn unfinished(db: &mut Db) -> Result<Vec<Upload>, Error> {
    let open = uploads::table.filter(uploads::state.eq("receiving"));
    Ok(open.order(uploads::id).select(Upload::as_select()).load(db)?)
}

/// Uploads in `state` that lapsed at or before `now`, longest lapsed first.
pub fn expired(db: &mut Db, state: &str, now: i64, limit: i64) -> Result<Vec<Upload>, Error> {
    let query = uploads::table.filter(uploads::state.eq(state)).filter(uploads::expires_at.le(now));
    Ok(query.order(uploads::expires_at).limit(limit).select(Upload::as_select()).load(db)?)
}

/// Forgets an upload that became nothing; it need not exist.
pub fn remove(db: &mut Db, id: &str) -> Result<(), Error> {
    let unused = uploads::table.find(id).filter(uploads::exhibit_id.is_null());
    diesel::delete(unused).execute(db)?;
    Ok(())
}
