//! 证据附件: what is known of each file of a case. The bytes are the vault's.

use super::engine::Db;
use super::error::Error;
use super::schema::{entries, exhibits};
use diesel::prelude::*;

/// An exhibit; digests in lower-case hex, `received_at` in ms UTC.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = exhibits, treat_none_as_default_value = false)]
pub struct Exhibit {
    /// UUIDv7.
    pub id: String,
    /// The case.
    pub case_id: String,
    /// The record that took it in.
    pub record_id: String,
    /// File name, as sent.
    pub name: String,
    /// SHA-256 of the whole file.
    pub sha256: String,
    /// RFC 6962 root over the SHA-256 of its 4 MiB chunks.
    pub chunk_root: String,
    /// Bytes.
    pub size: i64,
    /// Media type found in the bytes.
    pub media_type: String,
    /// Playing time in milliseconds.
    pub duration_ms: Option<i64>,
    /// Pixels.
    pub width: Option<i32>,
    /// Pixels.
    pub height: Option<i32>,
    /// SHA-256 of its thumbnail.
    pub poster_sha256: Option<String>,
    /// Who handed it in.
    pub received_by: String,
    /// When it was complete.
    pub received_at: i64,
}

/// What a look into the bytes found out.
#[derive(Clone, Debug, Default, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = exhibits)]
pub struct Probe {
    /// Playing time in milliseconds; `None` leaves what is there.
    pub duration_ms: Option<i64>,
    /// Pixels; `None` leaves what is there.
    pub width: Option<i32>,
    /// Pixels; `None` leaves what is there.
    pub height: Option<i32>,
    /// SHA-256 of the thumbnail; `None` leaves what is there.
    pub poster_sha256: Option<String>,
}

/// Adds an exhibit.
pub fn insert(db: &mut Db, exhibit: &Exhibit) -> Result<(), Error> {
    diesel::insert_into(exhibits::table).values(exhibit).execute(db)?;
    Ok(())
}

/// The exhibit with this id, or [`Error::Missing`].
pub fn find(db: &mut Db, id: &str) -> Result<Exhibit, Error> {
    Ok(exhibits::table.find(id).select(Exhibit::as_select()).get_result(db)?)
}

/// A case's exhibits in the order they came.
pub fn by_case(db: &mut Db, case_id: &str) -> Result<Vec<Exhibit>, Error> {
    let query = exhibits::table.filter(exhibits::case_id.eq(case_id));
    let in_order = query.order((exhibits::received_at, exhibits::id));
    Ok(in_order.select(Exhibit::as_select()).load(db)?)
}

/// The exhibits of these cases, a case's own in the order of [`by_case`]; for checking the whole.
pub fn by_cases(db: &mut Db, cases: &[String]) -> Result<Vec<Exhibit>, Error> {
    let query = exhibits::table.filter(exhibits::case_id.eq_any(cases));
    Ok(query.order((exhibits::received_at, exhibits::id)).select(Exhibit::as_select()).load(db)?)
}

/// Exhibits with these bytes (SHA-256 in hex), the first handed in first.
pub fn by_digest(db: &mut Db, sha256: &str) -> Result<Vec<Exhibit>, Error> {
    let query = exhibits::table.filter(exhibits::sha256.eq(sha256));
    let in_order = query.order((exhibits::received_at, exhibits::id));
    Ok(in_order.select(Exhibit::as_select()).load(db)?)
}

/// Adds what a look into the bytes found out; [`Error::Missing`] if there is no such exhibit.
pub fn set_probe(db: &mut Db, id: &str, probe: &Probe) -> Result<(), Error> {
    if *probe == Probe::default() {
        return find(db, id).map(drop);
    }
    let changed = diesel::update(exhibits::table.find(id)).set(probe).execute(db)?;
    if changed == 0 { Err(Error::Missing) } else { Ok(()) }
}

/// How many there are.
pub fn count(db: &mut Db) -> Result<i64, Error> {
    Ok(exhibits::table.count().get_result(db)?)
}

diesel::allow_tables_to_appear_in_same_query!(exhibits, entries);

/// Exhibits by id, after the id `after` (empty for the first page); for checking the vault.
pub fn page(db: &mut Db, after: &str, limit: i64) -> Result<Vec<Exhibit>, Error> {
    let query = exhibits::table.filter(exhibits::id.gt(after)).order(exhibits::id).limit(limit);
    Ok(query.select(Exhibit::as_select()).load(db)?)
}

/// The same of those that a record from leaf `from` on took in.
pub fn page_since(db: &mut Db, from: i64, after: &str, limit: i64) -> Result<Vec<Exhibit>, Error> {
    let query = exhibits::table
        .inner_join(entries::table.on(entries::record_id.eq(exhibits::record_id)))
        .filter(entries::leaf.ge(from))
        .filter(exhibits::id.gt(after));
    let query = query.order(exhibits::id).limit(limit);
    Ok(query.select(Exhibit::as_select()).load(db)?)
}
