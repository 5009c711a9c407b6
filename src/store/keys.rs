//! Signing keys: public halves for ever, and server-held secrets only sealed under their owners' passwords.

use super::engine::{Db, direct};
use super::error::Error;
use super::schema::keys;
use diesel::prelude::*;

/// A signing key; times in ms UTC, `*_leaf` are indexes in the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = keys, treat_none_as_default_value = false)]
pub struct Key {
    /// UUIDv7.
    pub id: String,
    /// Whose it is; `None` for the service's own.
    pub person_id: Option<String>,
    /// Ed25519 public key, 32 bytes.
    pub public_key: Vec<u8>,
    /// `browser`, `server` or `service`.
    pub custody: String,
    /// The sealed secret, if the server holds it.
    pub sealed_secret: Option<Vec<u8>>,
    /// When it was registered.
    pub registered_at: i64,
    /// The leaf of its registration.
    pub registered_leaf: i64,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// The leaf of its revocation.
    pub revoked_leaf: Option<i64>,
}

/// Adds a key; [`Error::Taken`] if the public key is already somebody's.
pub fn insert(db: &mut Db, key: &Key) -> Result<(), Error> {
    diesel::insert_into(keys::table).values(key).execute(db)?;
    Ok(())
}

/// The key with this id, revoked or not, or [`Error::Missing`].
pub fn find(db: &mut Db, id: &str) -> Result<Key, Error> {
    Ok(direct!(db, own => keys::table.find(id).select(Key::as_select()).get_result(own))?)
}

/// The key with these 32 public bytes, revoked or not, or [`Error::Missing`].
pub fn by_public_key(db: &mut Db, public_key: &[u8]) -> Result<Key, Error> {
    let query = keys::table.filter(keys::public_key.eq(public_key));
    Ok(query.select(Key::as_select()).get_result(db)?)
}

/// Every key a person ever had, oldest first.
pub fn by_person(db: &mut Db, person_id: &str) -> Result<Vec<Key>, Error> {
    let query = keys::table.filter(keys::person_id.eq(person_id)).order(keys::registered_leaf);
    Ok(query.select(Key::as_select()).load(db)?)
}

/// The keys a person may sign with now, oldest first.
pub fn active_of(db: &mut Db, person_id: &str) -> Result<Vec<Key>, Error> {
    let mut found = by_person(db, person_id)?;
    found.retain(|key| key.revoked_at.is_none());
    Ok(found)
}

/// The service's own keys that may sign now, oldest first.
pub fn active_of_service(db: &mut Db) -> Result<Vec<Key>, Error> {
    let query = keys::table.filter(keys::person_id.is_null()).filter(keys::revoked_at.is_null());
    Ok(query.order(keys::registered_leaf).select(Key::as_select()).load(db)?)
}

/// Every key, oldest first; for dossiers and for checking the whole.
pub fn all(db: &mut Db) -> Result<Vec<Key>, Error> {
    Ok(keys::table.order(keys::registered_leaf).select(Key::as_select()).load(db)?)
}

/// Revokes a key; [`Error::Taken`] if it is already revoked or does not exist.
pub fn revoke(db: &mut Db, id: &str, at: i64, leaf: i64) -> Result<(), Error> {
    let change = (
        keys::revoked_at.eq(at),
        keys::revoked_leaf.eq(leaf),
        keys::sealed_secret.eq(None::<Vec<u8>>),
    );
    let standing = keys::table.find(id).filter(keys::revoked_at.is_null());
    let changed = diesel::update(standing).set(change).execute(db)?;
    if changed == 0 { Err(Error::Taken) } else { Ok(()) }
}

/// Replaces a server-held secret, sealed anew when its owner's password changed.
pub fn reseal(db: &mut Db, id: &str, sealed_secret: &[u8]) -> Result<(), Error> {
    let held = keys::table.find(id).filter(keys::sealed_secret.is_not_null());
    let changed = diesel::update(held).set(keys::sealed_secret.eq(sealed_secret)).execute(db)?;
    if changed == 0 { Err(Error::Missing) } else { Ok(()) }
}
