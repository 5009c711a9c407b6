//! Agencies, people with their keys, and enforcement items of the demonstration county.

use super::county::{Agency, County, Item, Person};
use crate::{
    base::{Day, KeyId, Moment},
    desk::{Desk, Error, House, Role, Who, enrol_key, enter_item, set_up, sign_in},
    ledger::dsse,
    store::items,
};
use anyhow::{Context, Result};
use ed25519_dalek::{Signer as _, SigningKey};
use std::{collections::HashMap, sync::Arc};

/// The one password of everybody in the demonstration.
pub const PASSWORD: &str = "zhijian-demo";

/// Somebody of the county, able to sign without a password while it is being filled.
pub struct Member {
    /// As the desk knows them.
    pub who: Who,
    key: KeyId,
    secret: SigningKey,
}

impl Member {
    /// A request of theirs at `now`.
    pub fn desk(&self, house: &Arc<House>, now: Moment) -> Desk {
        Desk { house: house.clone(), who: Some(self.who.clone()), now }
    }

    /// The key's id and the signature over a record's payload.
    pub fn sign(&self, payload: &[u8]) -> (KeyId, [u8; 64]) {
        (self.key.clone(), self.secret.sign(&dsse::pae(payload)).to_bytes())
    }
}

/// Who and what has been entered so far.
#[derive(Default)]
pub struct Staff {
    agencies: HashMap<String, String>,
    members: HashMap<String, Member>,
}

impl Staff {
    /// The person with this login.
    ///
    /// # Errors
    /// When nobody of that name has been entered.
    pub fn member(&self, login: &str) -> Result<&Member> {
        self.members.get(login).with_context(|| format!("nobody called {login} is entered yet"))
    }

    /// The person with this id.
    ///
    /// # Errors
    /// When there is none.
    pub fn by_id(&self, id: &str) -> Result<&Member> {
        let found = self.members.values().find(|member| member.who.person.as_str() == id);
        found.with_context(|| format!("no person {id}"))
    }

    /// The store's id of the agency with this key.
    ///
    /// # Errors
    /// When it has not been entered.
    pub fn agency(&self, key: &str) -> Result<&str> {
        self.agencies.get(key).map(String::as_str).with_context(|| format!("no agency {key}"))
    }

    /// Enters an agency with its register.
    pub async fn enter_agency(
        &mut self,
        house: &Arc<House>,
        agency: &Agency,
        now: Moment,
    ) -> Result<()> {
        let new = set_up::NewAgency {
            code: agency.code.clone(),
            name: agency.name.clone(),
            short_name: agency.short_name.clone(),
            region: agency.region.clone(),
            pack: agency.pack.clone(),
            address: agency.address.clone(),
            phone: agency.phone.clone(),
        };
        let home = house.clone();
        let entered = house.store.write(move |db| set_up::enter_agency(db, &home, &new, now)).await;
        let id = entered.with_context(|| agency.name.clone())?;
        self.agencies.insert(agency.id.clone(), id);
        Ok(())
    }

    /// Enters a person and registers the key that was sealed for them.
    pub async fn enter_person(
        &mut self,
        house: &Arc<House>,
        person: &Person,
        secrets: Secrets,
        now: Moment,
    ) -> Result<()> {
        let agency = self.agency(&person.agency)?.to_owned();
        let Secrets { hash, key, secret, sealed } = secrets;
        let new = set_up::NewPerson {
            login: person.login.clone(),
            name: person.name.clone(),
            roles: person.roles.clone(),
            password: String::new(),
            certificate: person.certificate.clone(),
            certificate_from: person.certificate_from.clone(),
            certificate_until: person.certificate_until.clone(),
            qualification: person.qualification.clone(),
        };
        let (home, at, id) = (house.clone(), agency.clone(), key.clone());
        let entered = house
            .store
            .write(move |db| {
                let person = set_up::enter_person(db, &home, &at, &new, hash, now)?;
                enrol_key::register(db, &home, person.as_str(), &id, sealed, now)?;
                Ok::<_, Error>(person)
            })
            .await;
        let who = Who {
            person: entered.with_context(|| person.login.clone())?,
            agency,
            name: person.name.clone(),
            roles: person.roles.clone(),
            csrf: String::new(),
        };
        self.members.insert(person.login.clone(), Member { who, key, secret });
        Ok(())
    }

    /// Enters what the agencies may enforce, at the administrator's instance.
    pub async fn enter_items(
        &self,
        house: &Arc<House>,
        county: &County,
        now: Moment,
    ) -> Result<()> {
        let administers = |member: &&Member| member.who.is(Role::Administrator);
        let by = self.members.values().find(administers).context("no administrator")?;
        let by = by.who.person.clone();
        let rows: Result<Vec<_>> = county.items.iter().map(|item| self.item_row(item)).collect();
        let (rows, home) = (rows?, house.clone());
        let entered = house.store.write(move |db| {
            rows.iter().try_for_each(|row| enter_item::enter_item(db, &home, row, Some(&by), now))
        });
        entered.await.context("enforcement items")
    }

    fn item_row(&self, item: &Item) -> Result<items::Item> {
        Ok(items::Item {
            code: item.code.clone(),
            agency_id: self.agency(&item.agency)?.to_owned(),
            act_kind: item.act_kind.clone(),
            name: item.name.clone(),
            basis: item.basis.clone(),
            penalty: item.penalty.clone(),
            field: item.field.clone(),
            active: true,
        })
    }
}

/// What costs time to make for a person: password hash and sealed key.
pub struct Secrets {
    hash: String,
    key: KeyId,
    secret: SigningKey,
    sealed: enrol_key::NewKey,
}

/// Makes everybody's secrets side by side, in the order of the people.
pub async fn secrets(people: &[Person], now: Moment) -> Result<Vec<Secrets>> {
    let made = people.iter().map(|_| sign_in::blocking(move || one_secret(now)));
    let made = futures_util::future::try_join_all(made).await?;
    Ok(made.into_iter().collect::<Result<_, Error>>()?)
}

fn one_secret(now: Moment) -> Result<Secrets, Error> {
    let hash = sign_in::hash_password(PASSWORD)?;
    let key = KeyId::new(now);
    let secret = SigningKey::from_bytes(&crate::desk::sealing::random()?);
    let sealed = enrol_key::seal_new(&secret, PASSWORD, key.as_str())?;
    Ok(Secrets { hash, key, secret, sealed })
}

/// The day on which a person is entered: when the county begins, officers once their certificate runs.
pub fn entered_on(person: &Person, begin: Day) -> Day {
    let from: Option<Day> = person.certificate_from.parse().ok();
    from.map_or(begin, |from| from.max(begin))
}
