//! Everybody with a sign-in: officers, reviewers, clerks, supervisors, administrators.

use super::engine::{Db, direct};
use super::error::Error;
use super::schema::people;
use diesel::prelude::*;

/// A person; days are `YYYY-MM-DD`, `created_at` in ms UTC.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = people)]
pub struct Person {
    /// UUIDv7.
    pub id: String,
    /// The agency the person works for.
    pub agency_id: String,
    /// Name to sign in with, unique.
    pub login: String,
    /// 姓名
    pub name: String,
    /// Roles, as the desk writes them.
    pub roles: String,
    /// Argon2 hash in PHC form.
    pub password_hash: String,
    /// 执法证号; empty for who has none.
    pub certificate: String,
    /// First valid day of the certificate; empty without one.
    pub certificate_from: String,
    /// Last valid day of the certificate; empty without one.
    pub certificate_until: String,
    /// 法律职业资格证书号; empty for who has none.
    pub qualification: String,
    /// Whether the person may sign in.
    pub active: bool,
    /// When the person was entered.
    pub created_at: i64,
}

/// Adds a person; [`Error::Taken`] if the login is in use.
pub fn insert(db: &mut Db, person: &Person) -> Result<(), Error> {
    diesel::insert_into(people::table).values(person).execute(db)?;
    Ok(())
}

/// Replaces a person's row; [`Error::Missing`] if there is none, [`Error::Taken`] if the login is in use.
pub fn update(db: &mut Db, person: &Person) -> Result<(), Error> {
    one(diesel::update(people::table.find(&person.id)).set(person).execute(db)?)
}

/// The person with this id, or [`Error::Missing`].
pub fn find(db: &mut Db, id: &str) -> Result<Person, Error> {
    Ok(direct!(db, own => people::table.find(id).select(Person::as_select()).get_result(own))?)
}

/// The person with this login, or [`Error::Missing`].
pub fn by_login(db: &mut Db, login: &str) -> Result<Person, Error> {
    let query = people::table.filter(people::login.eq(login));
    Ok(query.select(Person::as_select()).get_result(db)?)
}

/// Everybody of these agencies, by login; nobody is left out for being inactive.
pub fn by_agency(db: &mut Db, agencies: &[String]) -> Result<Vec<Person>, Error> {
    let query = people::table.filter(people::agency_id.eq_any(agencies)).order(people::login);
    Ok(query.select(Person::as_select()).load(db)?)
}

/// The same a page at a time, those after the login `after` (empty for the first page), and how many there are.
pub fn page(
    db: &mut Db,
    agencies: &[String],
    after: &str,
    limit: i64,
) -> Result<(Vec<Person>, i64), Error> {
    let all = || people::table.filter(people::agency_id.eq_any(agencies));
    let total = all().count().get_result(db)?;
    let query = all().filter(people::login.gt(after)).order(people::login).limit(limit);
    Ok((query.select(Person::as_select()).load(db)?, total))
}

/// Everybody with this certificate, by login: more than one only if it was entered wrongly.
pub fn by_certificate(db: &mut Db, certificate: &str) -> Result<Vec<Person>, Error> {
    let query = people::table.filter(people::certificate.eq(certificate)).order(people::login);
    Ok(query.select(Person::as_select()).load(db)?)
}

/// How many people there are.
pub fn count(db: &mut Db) -> Result<i64, Error> {
    Ok(people::table.count().get_result(db)?)
}

/// Replaces the password's hash (Argon2, PHC form).
pub fn set_password(db: &mut Db, id: &str, password_hash: &str) -> Result<(), Error> {
    let change = people::password_hash.eq(password_hash);
    one(diesel::update(people::table.find(id)).set(change).execute(db)?)
}

/// Lets the person sign in no more.
pub fn deactivate(db: &mut Db, id: &str) -> Result<(), Error> {
    one(diesel::update(people::table.find(id)).set(people::active.eq(false)).execute(db)?)
}

/// Lets the person sign in again.
pub fn reactivate(db: &mut Db, id: &str) -> Result<(), Error> {
    one(diesel::update(people::table.find(id)).set(people::active.eq(true)).execute(db)?)
}

fn one(changed: usize) -> Result<(), Error> {
    if changed == 0 { Err(Error::Missing) } else { Ok(()) }
}
