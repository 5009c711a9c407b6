//! Copies of a house that is at work: whole, checked, without what must not travel, and never in another's place.

use crate::{faults, house::Bureau};
use std::{fs, path::Path, sync::Arc};
use zhijian::{
    app::{self, Access, SystemClock},
    config::Config,
    desk::{Error, House, back_up, fsck, seal_checkpoint::Sealer},
    store::{Store, StoreConfig, checkpoints, sessions, uploads},
};

/// The house that lies in `data`, with its keys elsewhere and `guard` as its guard file.
async fn open(data: &Path, keys: &Path, guard: &str) -> Arc<House> {
    let guard = ("ZHIJIAN__LOG__GUARD".to_owned(), data.join(guard).display().to_string());
    let keys = ("ZHIJIAN__KEYS__FOLDER".to_owned(), keys.display().to_string());
    let config = Config::load(None, [keys, guard].into_iter()).unwrap();
    app::open(&config, data, Arc::new(SystemClock), Access::Look).await.unwrap()
}

async fn check(house: &Arc<House>) -> Vec<fsck::Fault> {
    fsck::fsck(house, Arc::new(|_, _, _| {})).await.unwrap().faults
}

fn session() -> sessions::Session {
    sessions::Session {
        token_digest: "d".into(),
        person_id: String::new(),
        csrf: "c".into(),
        created_at: 0,
        seen_at: 0,
        expires_at: i64::MAX,
    }
}

#[actix_web::test]
async fn a_copy_is_whole_and_takes_the_place_of_what_was_lost() {
    let bureau = Bureau::with_case().await;
    let (house, keys) = (bureau.house.clone(), bureau.dir.path().join("keys"));
    let sealed = Sealer::open(&house).await.unwrap().seal(&house, house.clock.now()).await.unwrap();
    let person = bureau.officer.id.clone();
    house
        .store
        .write_blocking(move |db| {
            sessions::insert(db, &sessions::Session { person_id: person, ..session() })
        })
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    fs::create_dir(&copy).unwrap();

    let copied = back_up::back_up(&house.store, &house.vault, &copy).await.unwrap();
    assert_eq!((copied.sealed, copied.files > 0), (sealed, true));
    assert!(!copy.join("keys").exists() && !copy.join("log.guard").exists());
    let looked = open(&copy, &keys, back_up::CHECKPOINT).await;
    assert_eq!(check(&looked).await, []);
    let sessions = looked.store.read_blocking(|db| sessions::find(db, "d"));
    assert!(sessions.is_err(), "nobody stays signed in by a copy");
    assert!(looked.store.read_blocking(uploads::unfinished).unwrap().is_empty());
    drop(looked);

    // The house works on; the next copy into the same folder takes only what is new.
    let again = back_up::back_up(&house.store, &house.vault, &copy).await.unwrap();
    assert_eq!((again.files, again.kept), (0, copied.files));
    assert!(faults(&bureau).await.is_empty(), "copying changes nothing");

    let new = folder.path().join("new");
    fs::create_dir(&new).unwrap();
    let restored = back_up::restore(&copy, &new, &new.join("log.guard")).await.unwrap();
    assert_eq!(restored.sealed, sealed);
    assert_eq!(check(&open(&new, &keys, "log.guard").await).await, []);
    for (from, to, why) in [
        (copy.clone(), new.clone(), "已经有数据库"),
        (folder.path().join("empty"), folder.path().join("other"), "不是备份目录"),
    ] {
        let refused = back_up::restore(&from, &to, &to.join("log.guard")).await;
        let Err(Error::Refused(reasons)) = refused else { panic!("{refused:?}") };
        assert!(reasons[0].text.contains(why), "{reasons:?}");
    }
}

#[actix_web::test]
async fn a_copy_that_was_damaged_is_named() {
    let bureau = Bureau::with_case().await;
    let (house, keys) = (bureau.house.clone(), bureau.dir.path().join("keys"));
    Sealer::open(&house).await.unwrap().seal(&house, house.clock.now()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    fs::create_dir(&copy).unwrap();
    back_up::back_up(&house.store, &house.vault, &copy).await.unwrap();
    let file = first_file(&copy.join("vault/sha256"));
    // Where the disk can, the copy shares the vault's bytes; this one is made its own before it is damaged.
    let mut bytes = fs::read(&file).unwrap();
    bytes[0] ^= 1;
    fs::remove_file(&file).unwrap();
    fs::write(&file, bytes).unwrap();
    let found = check(&open(&copy, &keys, back_up::CHECKPOINT).await).await;
    assert_eq!(found.len(), 1, "the damaged exhibit alone is named: {found:?}");
    assert!(found[0].text.contains("SHA-256") || found[0].place.contains("附件"), "{found:?}");

    // What is damaged in the copy is not put in place as if it were good.
    let new = folder.path().join("new");
    fs::create_dir(&new).unwrap();
    assert!(back_up::restore(&copy, &new, &new.join("log.guard")).await.is_err());
    assert!(!new.join("zhijian.db").exists(), "without its bytes no row is put in place");
}

#[actix_web::test]
async fn an_older_copy_is_not_signed_on() {
    let bureau = Bureau::with_case().await;
    let house = bureau.house.clone();
    Sealer::open(&house).await.unwrap().seal(&house, house.clock.now()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    fs::create_dir(&copy).unwrap();
    back_up::back_up(&house.store, &house.vault, &copy).await.unwrap();
    let old = Store::open_beside(&StoreConfig::of_file(&copy.join(back_up::ROWS))).unwrap();
    let before = old.read_blocking(checkpoints::latest).unwrap().unwrap().size;
    drop(old);
    // The house goes on and signs more; then its rows are lost, not its guard file.
    crate::bureau::file_case(&bureau, 2).await;
    Sealer::open(&house).await.unwrap().seal(&house, house.clock.now()).await.unwrap();
    drop(house);
    let data = bureau.close();
    for name in ["zhijian.db", "zhijian.db-wal", "zhijian.db-shm"] {
        let _ = fs::remove_file(data.path().join(name));
    }
    let restored =
        back_up::restore(&copy, data.path(), &data.path().join("log.guard")).await.unwrap();
    assert_eq!(restored.sealed, before.unsigned_abs());
    let config = Config::load(None, std::iter::empty()).unwrap();
    let house =
        app::open(&config, data.path(), Arc::new(SystemClock), Access::Serve).await.unwrap();
    assert!(Sealer::open(&house).await.is_err(), "what was signed is not rewound in silence");
    let found = check(&house).await;
    assert!(found.iter().any(|fault| fault.place.contains("log.guard")), "{found:?}");
}

fn first_file(folder: &Path) -> std::path::PathBuf {
    let mut at = folder.to_owned();
    while at.is_dir() {
        at = fs::read_dir(&at).unwrap().next().unwrap().unwrap().path();
    }
    at
}
