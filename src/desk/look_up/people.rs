//! People and keys of an agency, for administrators and for each person about themselves.

use super::{case_file::moment_words, cases::scope, cut};
use crate::{
    base::{Day, Moment},
    desk::{Desk, Error, Role, permit},
    store::{agencies, keys, people},
};
use serde::Serialize;
use utoipa::ToSchema;

/// People on one page.
pub const PAGE: i64 = 50;

/// A person as lists show them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PersonView {
    /// Person id.
    pub id: String,
    /// Sign-in name.
    pub login: String,
    /// Name.
    pub name: String,
    /// Agency's name.
    pub agency: String,
    /// Roles in Chinese.
    pub roles: Vec<&'static str>,
    /// 执法证号
    pub certificate: String,
    /// Validity of the certificate, in words.
    pub certificate_days: String,
    /// What the certificate is worth today, see [`certificate_state`]; empty without one.
    pub certificate_state: &'static str,
    /// 法律职业资格证书号
    pub qualification: String,
    /// Whether the person may sign in.
    pub active: bool,
}

/// A signing key as its owner sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KeyView {
    /// Key id.
    pub id: String,
    /// Public key in hex.
    pub public_key: String,
    /// `browser` or `server`.
    pub custody: String,
    /// When it was registered.
    pub registered_at: String,
    /// Leaf of the registration.
    pub registered_leaf: i64,
    /// When it was revoked, empty while it is good.
    pub revoked_at: String,
}

/// One page of people.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PeoplePage {
    /// The people, by sign-in name.
    pub people: Vec<PersonView>,
    /// How many there are.
    pub total: i64,
    /// Cursor of the next page, if there is one.
    pub next: Option<String>,
}

/// A page of the people of the signed-in administrator's agency, of all agencies for a supervisor, after `cursor`.
pub async fn people(desk: &Desk, cursor: &str) -> Result<PeoplePage, Error> {
    let who = desk.who()?.clone();
    who.require(&[Role::Administrator, Role::Supervisor], "查看人员")?;
    let (after, today) = (cursor.to_owned(), desk.now.day());
    desk.house
        .store
        .read(move |db| {
            let all = agencies::all(db)?;
            let scope = scope(db, &who)?;
            let name = |id: &str| all.iter().find(|a| a.id == id).map_or("", |a| a.name.as_str());
            let (mut rows, total) = people::page(db, &scope, &after, PAGE + 1)?;
            let next = cut(&mut rows, PAGE, |row| row.login.clone());
            let views =
                rows.into_iter().map(|row| view(name(&row.agency_id).to_owned(), row, today));
            Ok(PeoplePage { people: views.collect(), total, next })
        })
        .await
}

/// What a person's certificate is worth on `today`: 有效, 尚未生效, 已过期, 已停用.
pub fn certificate_state(person: &people::Person, today: Day) -> &'static str {
    let today = today.to_string();
    if !person.active {
        "已停用"
    } else if person.certificate_until < today {
        "已过期"
    } else if person.certificate_from > today {
        "尚未生效"
    } else {
        "有效"
    }
}

/// First and last valid day of a person's certificate in words.
pub fn certificate_days(person: &people::Person) -> String {
    let [from, until] = [&person.certificate_from, &person.certificate_until];
    format!("{}至{}", super::day_words(from), super::day_words(until))
}

fn view(agency: String, row: people::Person, today: Day) -> PersonView {
    let (days, state) = match row.certificate.as_str() {
        "" => (String::new(), ""),
        _ => (certificate_days(&row), certificate_state(&row, today)),
    };
    PersonView {
        roles: permit::parse_roles(&row.roles).into_iter().map(Role::label).collect(),
        certificate_days: days,
        certificate_state: state,
        agency,
        id: row.id,
        login: row.login,
        name: row.name,
        certificate: row.certificate,
        qualification: row.qualification,
        active: row.active,
    }
}

/// The signed-in person's keys, newest first.
pub async fn my_keys(desk: &Desk) -> Result<Vec<KeyView>, Error> {
    let person = desk.who()?.person.to_string();
    let mut rows = desk.house.store.read(move |db| keys::by_person(db, &person)).await?;
    rows.sort_by_key(|key| std::cmp::Reverse(key.registered_leaf));
    let words = |at: i64| moment_words(Moment::from_millis(at));
    Ok(rows
        .into_iter()
        .map(|key| KeyView {
            public_key: hex::encode(key.public_key),
            registered_at: words(key.registered_at),
            registered_leaf: key.registered_leaf,
            revoked_at: key.revoked_at.map(words).unwrap_or_default(),
            id: key.id,
            custody: key.custody,
        })
        .collect())
}
