//! A bureau in a temporary folder, with one case of three records and an exhibit.

use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::Text,
};
use ed25519_dalek::{Signer as _, SigningKey};
use futures_util::stream;
use serde_json::{Value, json};
use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};
use zhijian::{
    app::{self, Access, SystemClock},
    base::{CaseId, Digest, KeyId, Moment, PersonId},
    config::Config,
    desk::{
        Desk, Error, House, Role, Who,
        append::{self, Begin},
        begin_upload::{Opening, begin_upload},
        continue_upload::{continue_upload, finish},
        enrol_key::{NewKey, register},
        import_list, penalty_list,
        seal_checkpoint::Sealer,
        set_up::{NewAgency, NewPerson, enter_agency, enter_person},
        vouch,
    },
    ledger::{
        dossier::Folder,
        dsse::{self, Envelope},
        field::{Field, fields_root},
        record::{Custody, Payload, SCHEMA, Signer},
    },
    store::entries,
};

pub const CODE: &str = "11990101MB00000017";
pub const NUMBER: &str = "测〔2026〕1号";

#[derive(QueryableByName)]
struct Guard {
    #[diesel(sql_type = Text)]
    name: String,
}

struct Person {
    id: String,
    key_id: String,
    key: SigningKey,
}

pub struct Bureau {
    pub dir: tempfile::TempDir,
    pub house: Arc<House>,
    agency: String,
    officer: Person,
    second: Person,
    head: Person,
}

impl Bureau {
    pub async fn open() -> Bureau {
        let dir = tempfile::tempdir().unwrap();
        let config = Config::load(None, std::iter::empty()).unwrap();
        let clock = Arc::new(SystemClock);
        let house = app::open(&config, dir.path(), clock, Access::Serve).await.unwrap();
        let (inner, now) = (house.clone(), house.clock.now());
        let agency = house
            .store
            .write(move |db| {
                let new = NewAgency {
                    code: CODE.into(),
                    name: "测试局".into(),
                    short_name: "测".into(),
                    ..NewAgency::default()
                };
                enter_agency(db, &inner, &new, now)
            })
            .await
            .unwrap();
        let officer = person(&house, &agency, "officer", Role::Officer, 1).await;
        let second = person(&house, &agency, "second", Role::Officer, 3).await;
        let head = person(&house, &agency, "head", Role::Head, 2).await;
        Bureau { dir, house, agency, officer, second, head }
    }

    /// With a case: filing, the custody of one exhibit, evidence.
    pub async fn with_case() -> Bureau {
        let bureau = Bureau::open().await;
        let now = bureau.house.clock.now();
        let case = CaseId::new(now).to_string();
        let today = now.day();
        let officer = |person: &str| json!({ "person": person, "certificate": "测0001", "valid_from": "2020-01-01", "valid_until": "2099-12-31" });
        let facts = json!({
            "on": today, "item": "T1", "party_kind": "organisation", "discovered_on": today,
            "officers": [officer(&bureau.officer.id), officer(&bureau.second.id)],
            "approved_by": bureau.head.id,
        });
        let fields = vec![
            field("case.number", NUMBER),
            field("text.title", "测试案件"),
            field("party.name", "测试甲公司"),
        ];
        let begin = Begin::Case(bureau.agency.clone());
        bureau.link(&case, "filing", facts, fields, &[&bureau.officer, &bureau.head], begin).await;
        bureau.upload(&case).await;
        let facts = json!({ "on": today, "evidence_kind": "documentary" });
        let fields = vec![field("text.title", "一份书证")];
        bureau.link(&case, "evidence", facts, fields, &[&bureau.officer], Begin::Nothing).await;
        bureau
    }

    async fn link(
        &self,
        chain: &str,
        kind: &str,
        facts: Value,
        fields: Vec<Field>,
        people: &[&Person],
        begin: Begin,
    ) {
        let now = self.house.clock.now();
        let envelope = signed(chain, kind, facts, &fields, people, now);
        let probe = envelope.clone();
        let known = self.house.store.read(move |db| vouch::known_keys(db, &probe)).await.unwrap();
        let record = vouch::vouch(envelope.to_bytes(), &envelope, fields, &known).unwrap();
        let house = self.house.clone();
        let write =
            move |db: &mut zhijian::store::Db| append::append(db, &house, &record, begin, now);
        self.house.store.write(write).await.unwrap();
    }

    async fn upload(&self, case: &str) {
        let who = Who {
            person: self.officer.id.parse::<PersonId>().unwrap(),
            agency: self.agency.clone(),
            name: "officer".into(),
            roles: vec![Role::Officer],
            csrf: String::new(),
        };
        let desk = Desk::new(self.house.clone(), Some(who));
        let bytes = b"a small exhibit of plain text".to_vec();
        let opening = Opening {
            case: case.parse().unwrap(),
            name: "说明.txt".into(),
            metadata: String::new(),
            length: bytes.len() as u64,
            declared_root: None,
        };
        let id = begin_upload(&desk, opening).await.unwrap().id;
        let body = stream::iter([Ok::<_, std::io::Error>(bytes.into())]);
        continue_upload(&desk, &id, 0, None, body).await.unwrap();
        let standing = finish(&desk, &id).await.unwrap();
        assert!(standing.exhibit.is_some());
    }

    pub async fn seal(&self) {
        let now = self.house.clock.now();
        Sealer::open(&self.house).await.unwrap().seal(&self.house, now).await.unwrap();
    }

    pub async fn log_size(&self) -> i64 {
        self.house.store.read(entries::size).await.unwrap()
    }

    /// Runs `sql` with every guard of the database taken off, as somebody with the file could.
    pub fn tamper(&self, sql: &str) {
        let file = self.dir.path().join("zhijian.db");
        let mut db = SqliteConnection::establish(&file.to_string_lossy()).unwrap();
        take_guards_off(&mut db);
        let changed = sql_query(sql).execute(&mut db).unwrap();
        assert!(changed > 0, "{sql} changed nothing");
    }

    /// Publishes a penalty list.
    pub async fn import(&self, csv: &str) {
        let desk = Desk::new(self.house.clone(), None);
        let list = penalty_list::read(csv.as_bytes()).unwrap();
        let digest = Digest::of(csv.as_bytes());
        import_list::import_list(&desk, CODE, &list, digest).await.unwrap();
    }

    pub fn exhibit_path(&self) -> PathBuf {
        files(&self.dir.path().join("vault/sha256")).pop().unwrap()
    }
}

/// Drops every trigger.
pub fn take_guards_off(db: &mut SqliteConnection) {
    let guards = "SELECT name FROM sqlite_master WHERE type = 'trigger'";
    for guard in sql_query(guards).load::<Guard>(db).unwrap() {
        sql_query(format!("DROP TRIGGER {}", guard.name)).execute(db).unwrap();
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
            Ok::<_, Error>((id.to_string(), key_id.to_string()))
        })
        .await
        .unwrap();
    Person { id, key_id, key }
}

fn signed(
    chain: &str,
    kind: &str,
    facts: Value,
    fields: &[Field],
    people: &[&Person],
    at: Moment,
) -> Envelope {
    let digests: Vec<Digest> = fields.iter().map(Field::digest).collect();
    let signer = |person: &&Person| Signer {
        person: person.id.clone(),
        key: person.key_id.clone(),
        custody: Custody::Browser,
    };
    let payload = Payload {
        schema: SCHEMA.to_owned(),
        chain: chain.to_owned(),
        kind: kind.to_owned(),
        at,
        signers: people.iter().map(signer).collect(),
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
    envelope
}

fn field(path: &str, value: &str) -> Field {
    Field {
        path: path.into(),
        value: value.into(),
        salt: Digest::of(value.as_bytes()).0,
        mask: None,
    }
}

/// Every file below `dir`.
pub fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Replaces a file that the vault keeps read-only.
pub fn overwrite(path: &Path, bytes: &[u8]) {
    let _ = fs::remove_file(path);
    fs::write(path, bytes).unwrap();
}

/// A dossier on disk.
pub struct Disk(pub PathBuf);

impl Folder for Disk {
    fn open(&self, name: &str) -> Option<Box<dyn Read + '_>> {
        Some(Box::new(fs::File::open(self.0.join(name)).ok()?))
    }

    fn names(&self) -> Vec<String> {
        let name =
            |path: &PathBuf| path.strip_prefix(&self.0).unwrap().to_string_lossy().into_owned();
        files(&self.0).iter().map(name).collect()
    }
}
