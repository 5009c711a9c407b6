//! The registers as their records tell them: agencies, people, items and keys, and the tables that copy them.
//!
//! A record says of an agency its code, name and pack; of a person the roles, the certificate, the qualification and
//! whether they are active; of an item everything. What no record says (a login, a name, a phone)
//! cannot be compared and is listed after `not`.

use super::{
    Report,
    compare::{differences, pair},
};
use crate::{
    desk::{
        Error,
        project::REGISTER,
        uncased,
        vouch::{self, SERVICE},
    },
    ledger::{
        dsse::Envelope,
        record::{Custody, Payload},
    },
    store::{
        Db, agencies, agencies::Agency, chains, items, items::Item, keys, keys::Key, people,
        people::Person, records,
    },
};
use ed25519_dalek::VerifyingKey;
use std::collections::{BTreeMap, HashMap, HashSet, btree_map::Entry};

/// Rows read at a time.
const BATCH: i64 = 500;

/// Kinds of the records that tell of a register, or of what others of it made public.
const TELLING: &[&str] = &[
    "agency-registered",
    "person-registered",
    "person-deactivated",
    "person-reactivated",
    "item-registered",
    "item-deactivated",
    "item-reactivated",
    "key-registered",
    "key-revoked",
    "correction",
    "withdrawal",
];

/// What the register records tell, by id.
#[derive(Default)]
pub(super) struct Registers {
    pub(super) people: BTreeMap<String, Person>,
    /// Numbers of the disclosures without a case that a correction or withdrawal names.
    pub(super) amended: HashSet<String>,
    agencies: BTreeMap<String, Agency>,
    items: BTreeMap<String, Item>,
    keys: BTreeMap<String, Key>,
    /// The keys' points of the curve, worked out once.
    points: HashMap<String, VerifyingKey>,
}

/// A register record of which the payload could be read.
struct Event {
    payload: Payload,
    agency: String,
    leaf: i64,
    received_at: i64,
}

impl Event {
    fn text(&self, name: &str) -> Option<String> {
        self.payload.facts.get(name)?.as_str().map(str::to_owned)
    }
}

impl Registers {
    /// Reads the registers' own records. Whether these hold is checked with all others, in their chains.
    pub(super) fn read(db: &mut Db, report: &mut Report) -> Result<Registers, Error> {
        let mut registers = Registers::default();
        let mut after = String::new();
        loop {
            let page = chains::page(db, &after, BATCH)?;
            let Some(last) = page.last() else { return Ok(registers) };
            after.clone_from(&last.id);
            for chain in page.iter().filter(|chain| chain.id.starts_with(REGISTER)) {
                registers.read_chain(db, &chain.id, report)?;
            }
        }
    }

    fn read_chain(&mut self, db: &mut Db, chain: &str, report: &mut Report) -> Result<(), Error> {
        let agency = chain.strip_prefix(REGISTER).unwrap_or_default().to_owned();
        let mut after = i64::MIN;
        loop {
            let page = records::linked_of_kinds(db, chain, TELLING, after, BATCH)?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = last.seq;
            for (row, entry) in page {
                let Some(entry) = entry else { continue };
                let payload = Envelope::parse(&row.envelope)
                    .ok()
                    .and_then(|envelope| Payload::parse(&envelope.payload).ok());
                let Some(payload) = payload else { continue };
                let (leaf, received_at) = (entry.leaf, entry.received_at);
                let event = Event { payload, agency: agency.clone(), leaf, received_at };
                if self.take(&event).is_none() {
                    report.fault(format!("记录{}", row.id), "登记的内容不合规范");
                }
            }
        }
    }

    fn take(&mut self, event: &Event) -> Option<()> {
        match event.payload.kind.as_str() {
            "agency-registered" => {
                let row = agency(event)?;
                self.agencies.insert(row.id.clone(), row);
            }
            "person-registered" => {
                let row = person(event)?;
                self.people.insert(row.id.clone(), row);
            }
            "person-deactivated" => self.people.get_mut(&event.text("person")?)?.active = false,
            "person-reactivated" => self.people.get_mut(&event.text("person")?)?.active = true,
            "item-registered" => {
                let row = item(event)?;
                self.items.insert(row.code.clone(), row);
            }
            "item-deactivated" => self.items.get_mut(&event.text("item")?)?.active = false,
            "item-reactivated" => self.items.get_mut(&event.text("item")?)?.active = true,
            "key-registered" => {
                let row = key(event)?;
                // The first registration counts: nobody takes over an id.
                if let Entry::Vacant(place) = self.keys.entry(row.id.clone()) {
                    let bytes = row.public_key.as_slice().try_into().ok();
                    let point = bytes.and_then(|bytes| VerifyingKey::from_bytes(bytes).ok());
                    self.points.extend(point.map(|point| (row.id.clone(), point)));
                    place.insert(row);
                }
            }
            "key-revoked" => {
                let row = self.keys.get_mut(&event.text("key")?)?;
                row.revoked_at = Some(event.received_at);
                row.revoked_leaf = Some(event.leaf);
            }
            kind if uncased::amends(kind) => drop(self.amended.insert(event.text("number")?)),
            _ => {}
        }
        Some(())
    }

    /// Whether these people signed with keys that were theirs, and in force, at this place in the log.
    pub(super) fn check_signatures(
        &self,
        payload: &Payload,
        envelope: &Envelope,
        leaf: i64,
    ) -> Result<(), String> {
        for signer in &payload.signers {
            let Some(key) = self.keys.get(&signer.key) else {
                return Err(format!("签名密钥{}没有登记", signer.key));
            };
            let custody = vouch::custody(&key.custody).unwrap_or(Custody::Service);
            let owner = key.person_id.as_deref().unwrap_or(SERVICE);
            if owner != signer.person || custody != signer.custody {
                return Err(format!("签名密钥{}不属于签名人", signer.key));
            }
            // Judged by places in the log, not by clocks.
            if leaf < key.registered_leaf || key.revoked_leaf.is_some_and(|revoked| leaf > revoked)
            {
                return Err(format!("签名密钥{}当时无效", signer.key));
            }
        }
        let verified = envelope.verify_as(payload, |id| self.points.get(id).copied());
        verified.map_err(|fault| format!("签名核验未通过：{fault}"))
    }

    /// Compares the tables that copy the registers.
    pub(super) fn check(self, db: &mut Db, report: &mut Report) -> Result<(), Error> {
        let ids: Vec<String> = self.agencies.keys().cloned().collect();
        let mut kept_items = Vec::new();
        for id in &ids {
            kept_items.extend(items::by_agency(db, id, items::Which::All, "", "", i64::MAX)?.0);
        }
        check_agencies(agencies::all(db)?, self.agencies, report);
        check_people(people::by_agency(db, &ids)?, self.people, report);
        check_items(kept_items, self.items, report);
        check_keys(keys::all(db)?, self.keys, report);
        Ok(())
    }
}

fn agency(event: &Event) -> Option<Agency> {
    Some(Agency {
        id: event.text("agency").filter(|id| *id == event.agency)?,
        code: event.text("code")?,
        name: event.text("name")?,
        short_name: String::new(),
        parent_id: None,
        region: String::new(),
        pack: event.text("pack")?,
        address: String::new(),
        phone: String::new(),
        created_at: event.received_at,
    })
}

fn person(event: &Event) -> Option<Person> {
    let roles = event.payload.facts.get("roles")?.as_array()?;
    let roles: Vec<&str> = roles.iter().filter_map(|role| role.as_str()).collect();
    Some(Person {
        id: event.text("person")?,
        agency_id: event.agency.clone(),
        login: String::new(),
        name: String::new(),
        roles: roles.join(","),
        password_hash: String::new(),
        certificate: event.text("certificate")?,
        certificate_from: event.text("certificate_from")?,
        certificate_until: event.text("certificate_until")?,
        qualification: event.text("qualification")?,
        active: true,
        created_at: event.received_at,
    })
}

fn item(event: &Event) -> Option<Item> {
    Some(Item {
        code: event.text("item")?,
        agency_id: event.agency.clone(),
        act_kind: event.text("act_kind")?,
        name: event.text("name")?,
        basis: event.text("basis")?,
        penalty: event.text("penalty")?,
        field: event.text("field")?,
        active: true,
    })
}

fn key(event: &Event) -> Option<Key> {
    let mut public_key = [0; 32];
    hex::decode_to_slice(event.text("public_key")?, &mut public_key).ok()?;
    Some(Key {
        id: event.text("key")?,
        person_id: event.text("person").map(|id| (id != SERVICE).then_some(id))?,
        public_key: public_key.to_vec(),
        custody: event.text("custody")?,
        sealed_secret: None,
        registered_at: event.received_at,
        registered_leaf: event.leaf,
        revoked_at: None,
        revoked_leaf: None,
    })
}

fn check_agencies(kept: Vec<Agency>, told: BTreeMap<String, Agency>, report: &mut Report) {
    let id = |row: &Agency| row.id.clone();
    for (place, kept, told) in pair(report, "执法主体", kept, told.into_values().collect(), id, id)
    {
        differences!(report, &place, kept, told, Agency { id code name pack created_at } not {
            short_name parent_id region address phone
        });
    }
}

fn check_people(kept: Vec<Person>, told: BTreeMap<String, Person>, report: &mut Report) {
    let id = |row: &Person| row.id.clone();
    for (place, kept, told) in pair(report, "人员", kept, told.into_values().collect(), id, id) {
        differences!(report, &place, kept, told, Person {
            id agency_id roles certificate certificate_from certificate_until qualification active
            created_at
        } not { login name password_hash });
    }
}

fn check_items(kept: Vec<Item>, told: BTreeMap<String, Item>, report: &mut Report) {
    let code = |row: &Item| row.code.clone();
    for (place, kept, told) in
        pair(report, "执法事项", kept, told.into_values().collect(), code, code)
    {
        differences!(report, &place, kept, told, Item {
            code agency_id act_kind name basis penalty field active
        });
    }
}

fn check_keys(kept: Vec<Key>, told: BTreeMap<String, Key>, report: &mut Report) {
    let id = |row: &Key| row.id.clone();
    for (place, kept, told) in pair(report, "密钥", kept, told.into_values().collect(), id, id) {
        differences!(report, &place, kept, told, Key {
            id person_id public_key custody registered_at registered_leaf revoked_at revoked_leaf
        } not { sealed_secret });
        // A secret is kept for whoever signs by password, and is gone with the key's revocation.
        let held = told.custody == "server" && told.revoked_at.is_none();
        if kept.sealed_secret.is_some() != held {
            let should = if held { "应当保存" } else { "不应保存" };
            report.fault(place, format!("sealed_secret{should}"));
        }
    }
}
