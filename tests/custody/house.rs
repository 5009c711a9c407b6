//! A bureau in a temporary folder, with one case of three records and an exhibit; what somebody with its files can do.

use crate::bureau::{self, CODE};
use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::Text,
};
use futures_util::stream;
use std::{
    fs,
    io::Read,
    ops::Deref,
    path::{Path, PathBuf},
};
use zhijian::{
    base::{Digest, PersonId},
    config::Config,
    desk::{
        Desk, Role, Who,
        append::Begin,
        begin_upload::{Opening, begin_upload},
        continue_upload::{continue_upload, finish},
        import_list, penalty_list,
        seal_checkpoint::Sealer,
    },
    ledger::dossier::Folder,
    store::entries,
};

pub const NUMBER: &str = "测〔2026〕1号";

#[derive(QueryableByName)]
struct Guard {
    #[diesel(sql_type = Text)]
    name: String,
}

/// A bureau with the folder it lies in.
pub struct Bureau {
    pub dir: tempfile::TempDir,
    people: bureau::Bureau,
}

impl Deref for Bureau {
    type Target = bureau::Bureau;
    fn deref(&self) -> &bureau::Bureau {
        &self.people
    }
}

impl Bureau {
    pub async fn open() -> Bureau {
        let dir = tempfile::tempdir().unwrap();
        let config = Config::load(None, std::iter::empty()).unwrap();
        let people = bureau::bureau(&config, dir.path()).await;
        Bureau { dir, people }
    }

    /// Closes the house; leaves its folder.
    pub fn close(self) -> tempfile::TempDir {
        self.people.house.store.close();
        self.dir
    }

    /// With a case: filing, the custody of one exhibit, evidence.
    pub async fn with_case() -> Bureau {
        let bureau = Bureau::open().await;
        let case = bureau::file_case(&bureau, 1).await;
        bureau.upload(&case).await;
        let now = bureau.house.clock.now();
        let (bytes, envelope, fields) = bureau::evidence(&bureau.officer, &case, 1, now);
        bureau::link(&bureau, bytes, envelope, fields, Begin::Nothing).await;
        bureau
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
    fn read(&self, name: &str, take: &mut dyn FnMut(&mut dyn Read)) -> bool {
        fs::File::open(self.0.join(name)).map(|mut file| take(&mut file)).is_ok()
    }

    fn names(&self) -> Vec<String> {
        let name =
            |path: &PathBuf| path.strip_prefix(&self.0).unwrap().to_string_lossy().into_owned();
        files(&self.0).iter().map(name).collect()
    }
}
