//! The newest part of the log is lost: the copy is not signed on, until the gap is on record; then the log goes on
//! under another name over what is left, and both halves stay provable.

use crate::{
    bureau::{self, file_case},
    house::{Bureau, Disk, NUMBER},
};
use std::{fs, path::Path, sync::Arc};
use zhijian::{
    app::{self, Access, SystemClock},
    config::Config,
    desk::{
        Desk, Error, House, back_up,
        declare_gap::{self, Wanted},
        export_dossier::{self, sink},
        export_log::{export_log, sink::Sink},
        fsck, log, log_gaps,
        seal_checkpoint::Sealer,
    },
    ledger::{
        Checkpoint, NoteVerifier,
        dossier::{Outcome, Trust, Variant},
        mirror,
        note::{self, Note},
    },
    verify,
};

const NAME: &str = "log.example/after";

async fn seal(house: &House) -> Result<u64, Error> {
    Sealer::open(house).await?.seal(house, house.clock.now()).await
}

async fn open(data: &Path) -> Arc<House> {
    let config = Config::load(None, std::iter::empty()).unwrap();
    app::open(&config, data, Arc::new(SystemClock), Access::Serve).await.unwrap()
}

async fn faults(house: &Arc<House>) -> Vec<fsck::Fault> {
    fsck::fsck(house, Arc::new(|_, _, _| {})).await.unwrap().faults
}

async fn dossier(house: &Arc<House>, number: &str, out: &Path) {
    let case = export_dossier::case_numbered(house, number).await.unwrap();
    let now = house.clock.now();
    let plan = export_dossier::plan(house, &case, Variant::Whole, now).await.unwrap();
    let sink = Box::new(sink::Folder(out.to_owned()));
    export_dossier::write(house, plan, sink).await.unwrap();
}

fn holds(dossier: &Path, by: &NoteVerifier) -> bool {
    let trust = Trust { logs: std::slice::from_ref(by), policy: None };
    verify::dossier(&Disk(dossier.to_owned()), trust).outcome == Outcome::Good
}

/// Puts the copy in place of the rows in `data`.
async fn lose(copy: &Path, data: &Path) {
    for name in ["zhijian.db", "zhijian.db-wal", "zhijian.db-shm"] {
        let _ = fs::remove_file(data.join(name));
    }
    back_up::restore(copy, data, &data.join("log.guard")).await.unwrap();
}

async fn refusal(house: &Arc<House>, wanted: &Wanted, lost: u64) -> String {
    match declare_gap::declare(house, wanted.clone(), lost).await {
        Err(Error::Refused(reasons)) => reasons[0].text.clone(),
        Err(Error::Invalid(faults)) => faults.into_iter().map(|fault| fault.field).collect(),
        other => panic!("{other:?}"),
    }
}

#[actix_web::test]
async fn a_gap_is_declared_and_never_rewound_in_silence() {
    let bureau = Bureau::with_case().await;
    let folder = tempfile::tempdir().unwrap();
    let (before, lost_one, after) =
        (folder.path().join("before"), folder.path().join("lost"), folder.path().join("after"));
    let house = bureau.house.clone();
    let size = seal(&house).await.unwrap();
    dossier(&house, NUMBER, &before).await;
    let copy = folder.path().join("copy");
    fs::create_dir(&copy).unwrap();
    back_up::back_up(&house.store, &house.vault, &copy).await.unwrap();
    // The log goes on; what it signs from here on is what will be lost.
    file_case(&bureau, 2).await;
    file_case(&bureau, 3).await;
    let known = seal(&house).await.unwrap();
    dossier(&house, "测〔2026〕2号", &lost_one).await;
    let old = house.log.verifier();
    let people = (*bureau).clone();
    drop(house);
    let data = bureau.close();
    let bureau::Bureau { house, agency, officer, second, head } = people;
    drop(house);
    lose(&copy, data.path()).await;

    let house = open(data.path()).await;
    assert!(seal(&house).await.is_err(), "refused to sign");
    // Work went on unsigned meanwhile, over the same places in the log.
    let people = bureau::Bureau { house: house.clone(), agency, officer, second, head };
    file_case(&people, 7).await;
    assert!(seal(&house).await.is_err());
    let guard = fs::read_to_string(&house.guard).unwrap();
    let config = Config::load(None, std::iter::empty()).unwrap();
    let coming = app::log_keys::coming(&house, std::slice::from_ref(&old), NAME).unwrap();
    let key = coming.verifier.clone();
    let wanted = Wanted { note: guard.clone(), key, reason: "磁盘损坏".into() };
    let newest = fs::read_to_string(copy.join(back_up::CHECKPOINT)).unwrap();
    let forged = guard.replacen(&format!("\n{known}\n"), &format!("\n{}\n", known + 9), 1);
    for (wrong, lost, why) in [
        (wanted.clone(), known - size + 1, "与所填的"),
        (Wanted { note: newest, ..wanted.clone() }, known - size, "没有缺口"),
        (Wanted { note: forged, ..wanted.clone() }, known - size, "不是由这份日志"),
        (Wanted { reason: " ".into(), ..wanted.clone() }, known - size, "reason"),
        (Wanted { key: old.clone(), ..wanted.clone() }, known - size, "namekey"),
    ] {
        let said = refusal(&house, &wrong, lost).await;
        assert!(said.contains(why), "{said}");
    }
    assert!(seal(&house).await.is_err(), "nothing changed");

    coming.keep(&config, data.path()).unwrap();
    let (gap, aside) = declare_gap::declare(&house, wanted.clone(), known - size).await.unwrap();
    assert_eq!((gap.size, gap.known.size, gap.origin.as_str()), (size, known, old.name()));
    assert_eq!(fs::read_to_string(aside.unwrap()).unwrap(), guard);
    house.store.close();
    drop((house, people.house));
    let house = open(data.path()).await;
    assert_eq!(faults(&house).await, [], "before anything is signed");
    // Stopped here, the old guard file still lies there: it is on record what became of it.
    let grown = seal(&house).await.unwrap();
    assert!(grown > size);
    assert_eq!(faults(&house).await, []);
    let new = wanted.key;
    let desk = Desk::new(house.clone(), None);
    let newest = log::newest(&desk).await.unwrap().unwrap();
    assert!(note::open(&newest.note, std::slice::from_ref(&new)).is_ok());
    assert!(note::open(&newest.note, std::slice::from_ref(&old)).is_err());
    assert!(
        newest.note.starts_with(NAME) && fs::read_to_string(&house.guard).unwrap() == newest.note
    );
    // The tree is the old one's up to the copy: provable by anybody who has the old checkpoint.
    let old_head = Checkpoint { origin: String::new(), size, root: gap.root };
    let held = move |db: &mut _| zhijian::desk::seal_checkpoint::holds(db, &old_head);
    assert!(house.store.read(held).await.unwrap());
    // What was handed out before stays good by the old key, of lost records too; what is made now, by the new one.
    assert!(holds(&before, &old) && holds(&lost_one, &old) && !holds(&lost_one, &new));
    dossier(&house, NUMBER, &after).await;
    assert!(holds(&after, &new) && !holds(&after, &old));
    let out = folder.path().join("mirror");
    export_log(&house, &Sink::Folder(out.clone()), &|_, _| {}).await.unwrap();
    assert_eq!(mirror::verify_log(&Disk(out), std::slice::from_ref(&new)).outcome, Outcome::Good);
    // Everybody can read of it, with the proof: a note that the old key signed.
    let told = log::gaps(&desk).await.unwrap();
    assert_eq!((told.len(), &told[0].0), (1, &gap));
    assert!(Note::parse(&told[0].0.note).is_ok() && told[0].0.reason == "磁盘损坏");
    let keys = log::keys(&desk).await.unwrap();
    assert_eq!((keys[0].until, keys[0].known, keys[1].until), (Some(size), Some(known), None));

    // There is nothing more to declare, and the old name is not to be had again.
    let again = Wanted { note: newest.note, key: new.clone(), reason: "再次".into() };
    assert_eq!(refusal(&house, &again, 1).await, "namekey");
    house.store.close();
    drop((house, desk));
    // Losing everything since the declaration leaves a guard file of another name: nothing is signed on that either.
    lose(&copy, data.path()).await;
    let house = open(data.path()).await;
    assert!(seal(&house).await.is_err());
    assert!(house.store.read(log_gaps::read).await.unwrap().is_empty());
    house.store.close();
}
