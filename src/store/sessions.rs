//! Who is signed in. A session's token is known to its browser alone; here lies its digest.

use super::engine::{Db, direct};
use super::error::Error;
use super::schema::sessions;
use diesel::prelude::*;

/// A sign-in; times in ms UTC.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub struct Session {
    /// SHA-256 of the cookie's token, lower-case hex.
    pub token_digest: String,
    /// Whose it is.
    pub person_id: String,
    /// The secret that forms must repeat.
    pub csrf: String,
    /// When it began.
    pub created_at: i64,
    /// When it was last used.
    pub seen_at: i64,
    /// When it ends.
    pub expires_at: i64,
}

/// Adds a session.
pub fn insert(db: &mut Db, session: &Session) -> Result<(), Error> {
    diesel::insert_into(sessions::table).values(session).execute(db)?;
    Ok(())
}

/// The session with this token digest, ended or not, or [`Error::Missing`].
pub fn find(db: &mut Db, token_digest: &str) -> Result<Session, Error> {
    Ok(
        direct!(db, own => sessions::table.find(token_digest).select(Session::as_select()).get_result(own))?,
    )
}

/// Notes that the session was used at `seen_at`, and until when it lasts now; a session that is gone stays so.
pub fn touch(db: &mut Db, digest: &str, seen_at: i64, expires_at: i64) -> Result<(), Error> {
    let change = (sessions::seen_at.eq(seen_at), sessions::expires_at.eq(expires_at));
    diesel::update(sessions::table.find(digest)).set(change).execute(db)?;
    Ok(())
}

/// Ends a session; it need not exist.
pub fn remove(db: &mut Db, token_digest: &str) -> Result<(), Error> {
    diesel::delete(sessions::table.find(token_digest)).execute(db)?;
    Ok(())
}

/// Ends every session of a person and says how many there were.
pub fn remove_of_person(db: &mut Db, person_id: &str) -> Result<usize, Error> {
    Ok(diesel::delete(sessions::table.filter(sessions::person_id.eq(person_id))).execute(db)?)
}

/// Removes what ended at or before `now` and says how many those were.
pub fn remove_expired(db: &mut Db, now: i64) -> Result<usize, Error> {
    Ok(diesel::delete(sessions::table.filter(sessions::expires_at.le(now))).execute(db)?)
}
