//! Prepared records that wait for their signatures. They bind nobody and may vanish.

use super::engine::Db;
use super::error::Error;
use super::schema::drafts;
use diesel::prelude::*;

/// A prepared record; times in ms UTC.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = drafts)]
pub struct Draft {
    /// UUIDv7.
    pub id: String,
    /// The chain it is meant for.
    pub chain: String,
    /// Kind of record.
    pub kind: String,
    /// The payload's exact bytes, which are what is signed.
    pub payload: Vec<u8>,
    /// The private fields, sealed.
    pub fields: Vec<u8>,
    /// Signatures so far, as JSON.
    pub signatures: String,
    /// Ids of the people who have yet to sign, joined by commas.
    pub waiting_for: String,
    /// The chain's head when it was prepared, 32 bytes.
    pub head: Vec<u8>,
    /// Who prepared it.
    pub prepared_by: String,
    /// When it was prepared.
    pub prepared_at: i64,
    /// When it lapses.
    pub expires_at: i64,
}

/// Adds a draft.
pub fn insert(db: &mut Db, draft: &Draft) -> Result<(), Error> {
    diesel::insert_into(drafts::table).values(draft).execute(db)?;
    Ok(())
}

/// The draft with this id, lapsed or not, or [`Error::Missing`].
pub fn find(db: &mut Db, id: &str) -> Result<Draft, Error> {
    Ok(drafts::table.find(id).select(Draft::as_select()).get_result(db)?)
}

/// The drafts for a chain, oldest first.
pub fn by_chain(db: &mut Db, chain: &str) -> Result<Vec<Draft>, Error> {
    let query = drafts::table.filter(drafts::chain.eq(chain));
    Ok(query.order((drafts::prepared_at, drafts::id)).select(Draft::as_select()).load(db)?)
}

/// The drafts that wait for this person's signature, oldest first.
pub fn waiting_for(db: &mut Db, person_id: &str) -> Result<Vec<Draft>, Error> {
    let query = drafts::table.filter(drafts::waiting_for.like(super::like_pattern(person_id)));
    Ok(query.order((drafts::prepared_at, drafts::id)).select(Draft::as_select()).load(db)?)
}

/// Replaces the signatures; [`Error::Taken`] if they are not `before` any more, or the draft is gone.
pub fn sign(
    db: &mut Db,
    id: &str,
    before: &str,
    after: &str,
    waiting_for: &str,
) -> Result<(), Error> {
    let unmoved = drafts::table.find(id).filter(drafts::signatures.eq(before));
    let change = (drafts::signatures.eq(after), drafts::waiting_for.eq(waiting_for));
    let changed = diesel::update(unmoved).set(change).execute(db)?;
    if changed == 0 { Err(Error::Taken) } else { Ok(()) }
}

/// Puts other bytes to sign in place of the old ones, whose signatures fall away.
pub fn replace_payload(
    db: &mut Db,
    id: &str,
    payload: &[u8],
    waiting_for: &str,
) -> Result<(), Error> {
    let change = (
        drafts::payload.eq(payload),
        drafts::signatures.eq("[]"),
        drafts::waiting_for.eq(waiting_for),
    );
    let changed = diesel::update(drafts::table.find(id)).set(change).execute(db)?;
    if changed == 0 { Err(Error::Missing) } else { Ok(()) }
}

/// Removes a draft; [`Error::Taken`] if somebody already did, so that it becomes at most one record.
pub fn remove(db: &mut Db, id: &str) -> Result<(), Error> {
    let removed = diesel::delete(drafts::table.find(id)).execute(db)?;
    if removed == 0 { Err(Error::Taken) } else { Ok(()) }
}

/// Removes what lapsed at or before `now` and says how many those were.
pub fn remove_expired(db: &mut Db, now: i64) -> Result<usize, Error> {
    Ok(diesel::delete(drafts::table.filter(drafts::expires_at.le(now))).execute(db)?)
}
