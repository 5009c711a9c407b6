//! Named values of this installation: what must be the same on every node and survive a restart.

use super::cached;
use super::engine::Db;
use super::error::Error;
use super::schema::settings::dsl::{name, settings, value};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// The value called `key`, if there is one.
///
/// # Errors
/// Only the database's own.
pub fn find(db: &mut Db, key: &str) -> Result<Option<String>, Error> {
    Ok(settings.find(key).select(value).get_result(db).optional()?)
}

/// Every value by name.
///
/// # Errors
/// Only the database's own.
pub fn all(db: &mut Db) -> Result<BTreeMap<String, String>, Error> {
    let rows: Vec<(String, String)> = settings.select((name, value)).load(db)?;
    Ok(rows.into_iter().collect())
}

/// Stores a value, replacing the one before.
///
/// # Errors
/// Only the database's own.
pub fn set(db: &mut Db, key: &str, text: &str) -> Result<(), Error> {
    let changed = cached::update(db, settings, value.eq(text), name.eq(key))?;
    if changed == 0 {
        diesel::insert_into(settings).values((name.eq(key), value.eq(text))).execute(db)?;
    }
    Ok(())
}

/// Removes a value; it need not exist.
///
/// # Errors
/// Only the database's own.
pub fn remove(db: &mut Db, key: &str) -> Result<(), Error> {
    diesel::delete(settings.find(key)).execute(db)?;
    Ok(())
}
