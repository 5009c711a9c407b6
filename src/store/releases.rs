//! What each disclosure showed, version by version.

use super::engine::Db;
use super::error::Error;
use super::schema::releases;
use diesel::prelude::*;

/// A version of a disclosure.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = releases)]
pub struct Release {
    /// The disclosure.
    pub disclosure_id: String,
    /// 1 for the first.
    pub version: i32,
    /// The record that made it.
    pub record_id: String,
    /// Kind of change.
    pub kind: String,
    /// Why, in Chinese; empty for the first.
    pub reason: String,
    /// What it shows, as JSON.
    pub content: String,
    /// When, ms UTC.
    pub released_at: i64,
}

/// Adds a version; [`Error::Taken`] if there is one of this number.
pub fn insert(db: &mut Db, release: &Release) -> Result<(), Error> {
    diesel::insert_into(releases::table).values(release).execute(db)?;
    Ok(())
}

/// A disclosure's versions, the first first.
pub fn by_disclosure(db: &mut Db, disclosure_id: &str) -> Result<Vec<Release>, Error> {
    let query = releases::table.filter(releases::disclosure_id.eq(disclosure_id));
    Ok(query.order(releases::version).select(Release::as_select()).load(db)?)
}

/// One version of a disclosure, or [`Error::Missing`].
pub fn find(db: &mut Db, disclosure_id: &str, version: i32) -> Result<Release, Error> {
    let query = releases::table.find((disclosure_id, version));
    Ok(query.select(Release::as_select()).get_result(db)?)
}
