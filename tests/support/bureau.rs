//! A bureau whose people's keys we hold, so that records are made and signed in process: for tests of custody and
//! for the programs that measure.

use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};
use zhijian::{
    app::{self, Access, SystemClock},
    base::{CaseId, Digest, KeyId, Moment},
    config::Config,
    desk::{
        Error, House, Role,
        append::{self, Begin},
        enrol_key::{NewKey, register},
        enter_item::enter_item,
        set_up::{NewAgency, NewPerson, enter_agency, enter_person},
        vouch,
    },
    ledger::{
        dsse::{self, Envelope},
        field::{Field, fields_root},
        record::{Custody, Payload, SCHEMA, Signer},
    },
    store::items,
};

/// The agency's code.
pub const CODE: &str = "11990101MB00000017";

/// The code of its one item.
const ITEM: &str = "T1";

/// A person with the key they sign with.
#[derive(Clone)]
pub struct Person {
    pub id: String,
    pub key_id: String,
    pub key: SigningKey,
}

/// One agency with two officers and a head.
#[derive(Clone)]
pub struct Bureau {
    pub house: Arc<House>,
    pub agency: String,
    pub officer: Person,
    pub second: Person,
    pub head: Person,
}

/// Opens a house under `data` and enters one agency with three people.
pub async fn bureau(config: &Config, data: &Path) -> Bureau {
    let house = app::open(config, data, Arc::new(SystemClock), Access::Serve).await.unwrap();
    let now = house.clock.now();
    let inner = house.clone();
    let agency = house
        .store
        .write(move |db| {
            let new = NewAgency {
                code: CODE.into(),
                name: "测试局".into(),
                short_name: "测".into(),
                ..NewAgency::default()
            };
            let agency = enter_agency(db, &inner, &new, now)?;
            enter_item(db, &inner, &item(&agency), None, now)?;
            Ok::<_, Error>(agency)
        })
        .await
        .unwrap();
    let officer = person(&house, &agency, "officer", Role::Officer, 1).await;
    let second = person(&house, &agency, "second", Role::Officer, 3).await;
    let head = person(&house, &agency, "head", Role::Head, 2).await;
    Bureau { house, agency, officer, second, head }
}

/// What every case is filed under.
fn item(agency: &str) -> items::Item {
    items::Item {
        code: ITEM.into(),
        agency_id: agency.to_owned(),
        act_kind: "penalty".into(),
        name: "测试事项".into(),
        basis: "测试依据第一条".into(),
        penalty: "警告或者罚款".into(),
        field: "测试".into(),
        active: true,
    }
}

async fn person(house: &Arc<House>, agency: &str, login: &str, role: Role, seed: u8) -> Person {
    let key = SigningKey::from_bytes(&[seed; 32]);
    let public_key = key.verifying_key().to_bytes();
    let (inner, agency, login) = (house.clone(), agency.to_owned(), login.to_owned());
    let now = house.clock.now();
    let (id, key_id) = house
        .store
        .write(move |db| {
            let new = NewPerson {
                login: login.clone(),
                name: login,
                roles: vec![role],
                certificate: "测0001".into(),
                certificate_from: "2020-01-01".into(),
                certificate_until: "2099-12-31".into(),
                ..NewPerson::default()
            };
            let id = enter_person(db, &inner, &agency, &new, String::new(), now)?;
            let key_id = KeyId::new(now);
            let new = NewKey { public_key, custody: "browser", sealed: None };
            register(db, &inner, id.as_str(), &key_id, new, now)?;
            Ok::<_, zhijian::desk::Error>((id.to_string(), key_id.to_string()))
        })
        .await
        .unwrap();
    Person { id, key_id, key }
}

/// The bytes of a record signed by `people`, and its fields.
pub fn signed(
    chain: &str,
    kind: &str,
    facts: Value,
    fields: Vec<Field>,
    people: &[&Person],
    at: Moment,
) -> (Vec<u8>, Envelope, Vec<Field>) {
    let digests: Vec<Digest> = fields.iter().map(Field::digest).collect();
    let payload = Payload {
        schema: SCHEMA.to_owned(),
        chain: chain.to_owned(),
        kind: kind.to_owned(),
        at,
        signers: people
            .iter()
            .map(|p| Signer {
                person: p.id.clone(),
                key: p.key_id.clone(),
                custody: Custody::Browser,
            })
            .collect(),
        on_behalf_of: None,
        fields_root: fields_root(&digests),
        exhibits: Vec::new(),
        facts: facts.as_object().unwrap().clone(),
    };
    let mut envelope = Envelope::new(payload.to_bytes().unwrap());
    for person in people {
        let sig = person.key.sign(&dsse::pae(&envelope.payload)).to_bytes();
        envelope.add(person.key_id.clone(), sig);
    }
    (envelope.to_bytes(), envelope, fields)
}

/// A field with a salt that is unique to `n`.
pub fn field(path: &str, value: String, n: u64) -> Field {
    let mut salt = [0; 32];
    salt[..8].copy_from_slice(&n.to_be_bytes());
    Field { path: path.to_owned(), value, salt, mask: None }
}

/// Files a case and gives its id.
pub async fn file_case(bureau: &Bureau, n: u64) -> String {
    let now = bureau.house.clock.now();
    let case = CaseId::new(now).to_string();
    let (bytes, envelope, fields) = filing(bureau, &case, n, now);
    link(bureau, bytes, envelope, fields, Begin::Case(bureau.agency.clone())).await;
    case
}

/// The filing of case number `n`, signed by its officer and the head.
pub fn filing(bureau: &Bureau, case: &str, n: u64, now: Moment) -> (Vec<u8>, Envelope, Vec<Field>) {
    let today = now.day();
    let officer = |person: &str| {
        json!({
            "person": person, "certificate": "测0001",
            "valid_from": "2020-01-01", "valid_until": "2099-12-31",
        })
    };
    let facts = json!({
        "on": today, "item": ITEM, "party_kind": "organisation", "discovered_on": today,
        "officers": [officer(&bureau.officer.id), officer(&bureau.second.id)],
        "approved_by": bureau.head.id,
    });
    let fields = vec![
        field("case.number", format!("测〔2026〕{n}号"), n),
        field("text.title", format!("测试案件{n}"), n),
        field("party.name", format!("测试对象{n}"), n),
    ];
    signed(case, "filing", facts, fields, &[&bureau.officer, &bureau.head], now)
}

/// Evidence record number `n` for a case: the record that the load consists of.
pub fn evidence(
    officer: &Person,
    case: &str,
    n: u64,
    at: Moment,
) -> (Vec<u8>, Envelope, Vec<Field>) {
    let facts = json!({ "on": at.day(), "evidence_kind": "documentary" });
    let fields = vec![
        field("text.title", format!("第{n}份书证"), n),
        field("text.source", "当事人提供，与原件核对无异".to_owned(), n),
    ];
    signed(case, "evidence", facts, fields, &[officer], at)
}

/// Vouches for and links a record through the one write path.
pub async fn link(
    bureau: &Bureau,
    bytes: Vec<u8>,
    envelope: Envelope,
    fields: Vec<Field>,
    begin: Begin,
) {
    let house = bureau.house.clone();
    let probe = envelope.clone();
    let known = house.store.read(move |db| vouch::known_keys(db, &probe)).await.unwrap();
    let record = vouch::vouch(bytes, &envelope, fields, &known).unwrap();
    let (inner, now) = (house.clone(), house.clock.now());
    house.store.write(move |db| append::append(db, &inner, &record, begin, now)).await.unwrap();
}
