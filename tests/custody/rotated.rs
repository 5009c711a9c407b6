//! The log's key gives way to another: before, while both sign, and after; what was cut short between the steps; what
//! somebody with an old key can no longer do. On both engines.

use crate::{
    bench::{Bench, block_on, each_engine},
    bureau, house, python,
};
use diesel::{Connection as _, RunQueryDsl as _, SqliteConnection, sql_query};
use ed25519_dalek::SigningKey;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use zhijian::{
    app::{self, Access, SystemClock},
    config::Config,
    desk::{
        Desk, Error, House,
        export_dossier::{self, sink},
        export_log::{export_log, sink::Sink},
        file, fsck, log,
        log_keys::LogKey,
        prove, rotate_log_key,
        seal_checkpoint::{self, Sealer},
    },
    ledger::{
        NoteSigner, NoteVerifier, Proof, bundle, dossier::Outcome, dossier::Trust,
        dossier::Variant, mirror, note,
    },
    store::records,
    verify,
};

each_engine! {
    a_key_gives_way_to_another
    what_is_cut_short_between_the_steps_goes_on
}

/// The number of the case that is filed next.
const SECOND: &str = "测〔2026〕2号";

/// A bureau on some engine; its node is closed and opened again between the steps.
struct Bureau<'b> {
    bench: &'b Bench,
    folder: tempfile::TempDir,
    people: bureau::Bureau,
}

fn config(bench: &Bench) -> Config {
    let url = ("ZHIJIAN__STORE__URL".to_owned(), bench.config.url.clone());
    Config::load(None, [url].into_iter()).unwrap()
}

async fn open(bench: &Bench, data: &Path) -> Arc<House> {
    app::open(&config(bench), data, Arc::new(SystemClock), Access::Serve).await.unwrap()
}

impl<'b> Bureau<'b> {
    /// With one case, sealed.
    async fn start(bench: &'b Bench) -> Bureau<'b> {
        let folder = tempfile::tempdir().unwrap();
        let people = bureau::bureau(&config(bench), folder.path()).await;
        bureau::file_case(&people, 1).await;
        let bureau = Bureau { bench, folder, people };
        bureau.seal().await.unwrap();
        bureau
    }

    /// Stops and starts again.
    async fn again(self) -> Bureau<'b> {
        let Bureau { bench, folder, people } = self;
        let bureau::Bureau { house, agency, officer, second, head } = people;
        stop(house);
        let house = open(bench, folder.path()).await;
        Bureau { bench, folder, people: bureau::Bureau { house, agency, officer, second, head } }
    }

    async fn seal(&self) -> Result<u64, Error> {
        seal(&self.people.house).await
    }

    async fn newest(&self) -> log::Published {
        log::newest(&Desk::new(self.people.house.clone(), None)).await.unwrap().unwrap()
    }

    async fn keys(&self) -> Vec<LogKey> {
        log::keys(&Desk::new(self.people.house.clone(), None)).await.unwrap()
    }

    async fn prepare(&self) -> NoteVerifier {
        let known: Vec<_> = self.keys().await.into_iter().map(|key| key.verifier).collect();
        let house = &self.people.house;
        let coming = app::log_keys::coming(house, &known, house.log.name()).unwrap();
        coming.keep(&config(self.bench), self.folder.path()).unwrap();
        coming.verifier
    }

    /// fsck finds nothing, or this.
    async fn faults(&self) -> Vec<String> {
        let report = fsck::fsck(&self.people.house, Arc::new(|_, _, _| {})).await.unwrap();
        report.faults.into_iter().map(|fault| format!("{}：{}", fault.place, fault.text)).collect()
    }

    async fn dossier(&self, name: &str) -> PathBuf {
        let (house, out) = (&self.people.house, self.folder.path().join(name));
        let case = export_dossier::case_numbered(house, house::NUMBER).await.unwrap();
        let now = house.clock.now();
        let plan = export_dossier::plan(house, &case, Variant::Whole, now).await.unwrap();
        let sink = Box::new(sink::Folder(out.clone()));
        export_dossier::write(house, plan, sink).await.unwrap();
        out
    }

    /// The proof of the first record of the case numbered so.
    async fn proof(&self, number: &str) -> Proof {
        let house = self.people.house.clone();
        let case = export_dossier::case_numbered(&house, number).await.unwrap();
        let read = move |db: &mut _| {
            let first = records::by_chain(db, &case)?.remove(0);
            let filed = file::one(db, &house, &first.id)?;
            prove::proof(db, &house, &filed.row, filed.fields, |_| true)
        };
        self.people.house.store.read(read).await.unwrap()
    }

    /// Whether the exported log verifies by each of these keys alone.
    async fn mirrored<const N: usize>(&self, by: [&NoteVerifier; N]) -> [bool; N] {
        let out = self.folder.path().join("mirror");
        export_log(&self.people.house, &Sink::Folder(out.clone()), &|_, _| {}).await.unwrap();
        by.map(|key| {
            let report = mirror::verify_log(&house::Disk(out.clone()), std::slice::from_ref(key));
            report.outcome == Outcome::Good
        })
    }

    /// Puts another note in place of the newest checkpoint's, as somebody with the file could; gives the one before.
    fn forge(&self, note: &str) {
        let file = self.bench.config.url.trim_start_matches("sqlite://").to_owned();
        let mut db = SqliteConnection::establish(&file).unwrap();
        house::take_guards_off(&mut db);
        let newest = "WHERE size = (SELECT max(size) FROM checkpoints)";
        let sql = format!("UPDATE checkpoints SET note = '{note}' {newest}");
        assert_eq!(sql_query(sql).execute(&mut db).unwrap(), 1);
    }
}

/// Lets go of the database.
fn stop(house: Arc<House>) {
    house.store.close();
}

async fn seal(house: &House) -> Result<u64, Error> {
    Sealer::open(house).await?.seal(house, house.clock.now()).await
}

/// Whether a dossier verifies by these keys, to the program and to the verifier in Python.
fn holds(dossier: &Path, keys: &[&NoteVerifier]) -> bool {
    let known: Vec<NoteVerifier> = keys.iter().map(|key| (*key).clone()).collect();
    let trust = Trust { logs: &known, policy: None };
    let report = verify::dossier(&house::Disk(dossier.to_owned()), trust);
    let texts: Vec<String> = known.iter().map(ToString::to_string).collect();
    let mut arguments: Vec<&str> = texts.iter().flat_map(|key| ["--vkey", key]).collect();
    arguments.push(dossier.to_str().unwrap());
    let (code, said) = python::python("verify.py", &arguments);
    let good = report.outcome == Outcome::Good;
    assert_eq!(code == 0, good, "{said}\n{:?}", report.first_fault());
    assert!(good || report.outcome == Outcome::Tampered);
    good
}

fn signed(note: &str, by: &NoteVerifier) -> bool {
    note::open(note, std::slice::from_ref(by)).is_ok()
}

fn proves(proof: &Proof, by: &NoteVerifier) -> bool {
    bundle::check(proof, std::slice::from_ref(by)).iter().all(|verdict| verdict.ok)
}

/// The text of a note with the lines of `by` alone.
fn only(note: &str, by: &NoteVerifier) -> String {
    let mut note = note::Note::parse(note).unwrap();
    note.signatures.retain(|line| line.key_id == by.key_id());
    note.to_string()
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    let Err(Error::Refused(reasons)) = result else { panic!("{result:?}") };
    reasons[0].text.clone()
}

fn a_key_gives_way_to_another(bench: &Bench) {
    block_on(async {
        let mut bureau = Bureau::start(bench).await;
        let old = bureau.people.house.log.verifier();
        let (before, first_proof) =
            (bureau.dossier("before").await, bureau.proof(house::NUMBER).await);
        let new = bureau.prepare().await;
        bureau = bureau.again().await;
        assert_eq!(rotate_log_key::begin(&bureau.people.house, new.clone()).await.unwrap(), old);

        // Both sign, the outgoing one first: who knows either is served.
        bureau.seal().await.unwrap();
        let both = bureau.newest().await;
        let lines = note::Note::parse(&both.note).unwrap().signatures;
        let order: Vec<u32> = lines.iter().map(|line| line.key_id).collect();
        assert_eq!(order, [old.key_id(), new.key_id()]);
        let during = bureau.dossier("during").await;
        assert!(holds(&during, &[&old]) && holds(&during, &[&new]) && holds(&during, &[]));
        let proof = bureau.proof(house::NUMBER).await;
        assert!(proves(&proof, &old) && proves(&proof, &new));
        assert_eq!(bureau.mirrored([&old, &new]).await, [true, true]);
        assert_eq!(bureau.faults().await, [""; 0]);
        assert!(
            refused(rotate_log_key::begin(&bureau.people.house, new.clone()).await)
                .contains("登记过")
        );
        if bench.is_sqlite {
            for (note, named) in [(only(&both.note, &old), &new), (only(&both.note, &new), &old)] {
                bureau.forge(&note);
                let missing = format!("缺少密钥{:08x}的签名", named.key_id());
                assert!(bureau.faults().await.iter().any(|fault| fault.contains(&missing)));
            }
            bureau.forge(&both.note);
        }

        // The new one alone.
        assert_eq!(rotate_log_key::finish(&bureau.people.house).await.unwrap(), old);
        let soon = refused(rotate_log_key::disposable(&bureau.people.house).await);
        assert!(soon.contains("还没有签发过"), "{soon}");
        bureau::file_case(&bureau.people, 2).await;
        bureau.seal().await.unwrap();
        let newest = bureau.newest().await;
        assert!(signed(&newest.note, &new) && !signed(&newest.note, &old));
        let after = bureau.dossier("after").await;
        assert!(holds(&after, &[&new]) && !holds(&after, &[&old]) && holds(&after, &[&old, &new]));
        let proof = bureau.proof(house::NUMBER).await;
        assert!(proves(&proof, &new) && proves(&proof, &old), "it rests on one that both signed");
        let proof = bureau.proof(SECOND).await;
        assert!(proves(&proof, &new) && !proves(&proof, &old));
        assert_eq!(bureau.mirrored([&old, &new]).await, [false, true]);
        assert_eq!(bureau.faults().await, [""; 0]);

        // What was handed out before stays good by the key that was in force then, and by that alone.
        assert!(holds(&before, &[&old]) && !holds(&before, &[&new]) && holds(&during, &[&old]));
        assert!(proves(&first_proof, &old) && !proves(&first_proof, &new));
        let said: Vec<_> = bureau.keys().await.iter().map(|key| key.retired.is_some()).collect();
        assert_eq!(said, [true, false]);

        // The old secret signs nothing any more, and is deleted only when asked for.
        let file = bureau.folder.path().join("keys/log.key");
        let mut secret = [0; 32];
        let text = std::fs::read_to_string(&file).unwrap();
        hex::decode_to_slice(text.trim(), &mut secret).unwrap();
        let thief = NoteSigner::new(old.name(), SigningKey::from_bytes(&secret)).unwrap();
        if bench.is_sqlite {
            let text = note::Note::parse(&newest.note).unwrap().text;
            bureau.forge(&note::sign(&text, &[&thief]).unwrap());
            let named = format!("只有密钥{:08x}的签名", old.key_id());
            assert!(bureau.faults().await.iter().any(|fault| fault.contains(&named)));
            assert!(bureau.seal().await.is_err(), "nothing is signed on it");
            bureau.forge(&newest.note);
        }
        let retired = rotate_log_key::disposable(&bureau.people.house).await.unwrap();
        let gone = app::log_keys::delete(&config(bench), bureau.folder.path(), &retired).unwrap();
        assert_eq!((gone, file.exists()), (vec![file], false));
        bureau = bureau.again().await;
        bureau::file_case(&bureau.people, 3).await;
        bureau.seal().await.unwrap();
        assert_eq!(bureau.faults().await, [""; 0]);

        // And once more, from a folder without the key that the log began with.
        let third = bureau.prepare().await;
        bureau = bureau.again().await;
        assert_eq!(rotate_log_key::begin(&bureau.people.house, third.clone()).await.unwrap(), new);
        bureau.seal().await.unwrap();
        let note = bureau.newest().await.note;
        assert!(signed(&note, &new) && signed(&note, &third) && !signed(&note, &old));
        assert_eq!(bureau.faults().await, [""; 0]);
        bureau.people.house.store.close();
    });
}

fn what_is_cut_short_between_the_steps_goes_on(bench: &Bench) {
    block_on(async {
        let mut bureau = Bureau::start(bench).await;
        let old = bureau.people.house.log.verifier();
        assert!(
            refused(rotate_log_key::finish(&bureau.people.house).await).contains("没有正在进行")
        );
        // The key lies there and is not on record: the old one signs alone, and the same key is taken up again.
        let new = bureau.prepare().await;
        bureau = bureau.again().await;
        bureau::file_case(&bureau.people, 2).await;
        bureau.seal().await.unwrap();
        assert!(!signed(&bureau.newest().await.note, &new));
        assert_eq!(bureau.prepare().await, new);
        assert_eq!(bureau.faults().await, [""; 0]);
        // On record, and nothing signed since.
        rotate_log_key::begin(&bureau.people.house, new.clone()).await.unwrap();
        let early = refused(rotate_log_key::finish(&bureau.people.house).await);
        assert!(early.contains("还没有同时带有新旧两个签名的检查点"), "{early}");
        bureau = bureau.again().await;
        assert_eq!(bureau.faults().await, [""; 0]);
        bureau.seal().await.unwrap();
        // Retired, and nothing signed since; then the old key is needed for nothing.
        rotate_log_key::finish(&bureau.people.house).await.unwrap();
        bureau = bureau.again().await;
        assert_eq!(bureau.faults().await, [""; 0]);
        std::fs::remove_file(bureau.folder.path().join("keys/log.key")).unwrap();
        bureau = bureau.again().await;
        bureau.seal().await.unwrap();
        let note = bureau.newest().await.note;
        assert!(signed(&note, &new) && !signed(&note, &old));
        assert_eq!(bureau.faults().await, [""; 0]);
        bureau.people.house.store.close();
    });
}

/// A log that has signed does not go on by a key that was made up because the file was gone, nor by another one.
#[test]
fn a_lost_key_is_not_replaced_in_silence() {
    let bench = Bench::sqlite();
    block_on(async {
        let Bureau { folder, people, .. } = Bureau::start(&bench).await;
        let bureau::Bureau { house, agency, officer, second, head } = people;
        stop(house);
        let file = folder.path().join("keys/log.key");
        std::fs::remove_file(&file).unwrap();
        let (config, clock) = (config(&bench), Arc::new(SystemClock));
        let opened = app::open(&config, folder.path(), clock, Access::Serve).await;
        let Err(fault) = opened else { panic!("opened") };
        assert!(format!("{fault:#}").contains("缺少日志密钥文件") && !file.exists(), "{fault:#}");
        std::fs::write(&file, hex::encode([7; 32])).unwrap();
        let house = open(&bench, folder.path()).await;
        let people = bureau::Bureau { house, agency, officer, second, head };
        bureau::file_case(&people, 2).await;
        let fault = seal(&people.house).await.unwrap_err();
        assert!(!seal_checkpoint::may_pass(&fault), "{fault:?}");
        people.house.store.close();
    });
}

/// Of two nodes one has not got the new key yet: it signs nothing until it has, and the other one goes on.
#[cfg(feature = "postgres")]
#[test]
fn a_node_with_the_old_key_alone_leaves_signing_to_the_others() {
    let Some(bench) = Bench::postgres() else { return };
    block_on(async {
        let mut bureau = Bureau::start(&bench).await;
        let old = bureau.people.house.log.verifier();
        let other = tempfile::tempdir().unwrap();
        std::fs::create_dir(other.path().join("keys")).unwrap();
        for name in ["log.key", "service.key", "master.key"] {
            let keys = bureau.folder.path().join("keys");
            std::fs::copy(keys.join(name), other.path().join("keys").join(name)).unwrap();
        }
        let node = open(&bench, other.path()).await;
        let mut sealer = Sealer::open(&node).await.unwrap();
        let new = bureau.prepare().await;
        rotate_log_key::begin(&bureau.people.house, new.clone()).await.unwrap();
        let fault = sealer.seal(&node, node.clock.now()).await.unwrap_err();
        assert!(seal_checkpoint::may_pass(&fault), "it is tried again: {fault:?}");
        assert!(signed(&bureau.newest().await.note, &old), "the log stands as it was");
        bureau = bureau.again().await;
        let size = bureau.seal().await.unwrap();
        // With nothing to sign it has nothing to complain of; with the key it signs like the other.
        assert_eq!(
            Sealer::open(&node).await.unwrap().seal(&node, node.clock.now()).await.unwrap(),
            size
        );
        bureau::file_case(&bureau.people, 2).await;
        assert!(seal(&node).await.is_err());
        node.store.close();
        let file = app::log_keys::file_of(&config(&bench), bureau.folder.path(), &new);
        let name = file.file_name().unwrap();
        std::fs::copy(&file, other.path().join("keys").join(name)).unwrap();
        let node = open(&bench, other.path()).await;
        assert!(seal(&node).await.unwrap() > size);
        let newest = node.store.read(zhijian::store::checkpoints::latest).await.unwrap().unwrap();
        assert!(signed(&newest.note, &old) && signed(&newest.note, &new));
        bureau.people.house.store.close();
        bureau.people.house = node;
        assert_eq!(bureau.faults().await, [""; 0]);
        bureau.people.house.store.close();
    });
}
