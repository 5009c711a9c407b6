//! Logs that go back or apart: an older database put back, with its guard file or without, one folder run twice, two
//! servers on one file. Nothing is signed on them unseen, and reading goes on.

use crate::{
    asked::{agency_of, cosigned, eventually, settings, standing, strangers, vkey, wake},
    house::{self, Served},
};
use std::{fs, path::Path, process::Command};
use zhijian::ledger::{Checkpoint, CosignatureVerifier, note::Note};

/// The files of a database; its log must go with it.
const ROWS: [&str; 3] = ["zhijian.db", "zhijian.db-wal", "zhijian.db-shm"];

/// A copy of a folder in which nobody is at work.
pub fn copy(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    copy_into(from, to.path());
    to
}

fn copy_into(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            copy_into(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Puts `older`'s rows in place of those in `data`.
pub fn put_back(older: &Path, data: &Path) {
    for file in ROWS {
        let _ = fs::remove_file(data.join(file));
        if older.join(file).exists() {
            fs::copy(older.join(file), data.join(file)).unwrap();
        }
    }
}

/// Why the log is not signed, as `/readyz` says.
pub fn unsigned(served: &Served) -> String {
    eventually("not ready", || {
        let answer = served.get("/readyz");
        let status = answer.status();
        let said: serde_json::Value = answer.json().unwrap();
        (status == 503).then(|| said["signing"].as_str().unwrap().to_owned())
    })
}

fn head(served: &Served) -> Checkpoint {
    let note = Note::parse(&served.page("/log/checkpoint", 200)).unwrap();
    Checkpoint::parse(&note.text).unwrap()
}

#[test]
fn an_older_database_under_a_newer_guard_is_read_but_not_signed() {
    let served = Served::start();
    let agency = house::enter_agency(&served.house);
    house::enter_officers(&served.house, &agency, 0, 3);
    let before = served.sealed().size;
    let data = served.stop();
    let older = copy(data.path());
    let served = Served::start_with(house::settings(), data);
    house::enter_officers(&served.house, &agency, 3, 7);
    assert!(served.sealed().size > before);
    let data = served.stop();
    put_back(older.path(), data.path());

    let served = Served::start_with(house::settings(), data);
    assert!(unsigned(&served).contains("shorter than the last signed checkpoint"));
    // On the screen of everybody too, and everything can still be read.
    assert!(served.page("/log", 200).contains("已停止签发"));
    assert_eq!(head(&served).size, before);
    served.page("/", 200);
    let width = if before < 256 { format!(".p/{before}") } else { String::new() };
    assert_eq!(served.get(&format!("/log/tile/entries/000{width}")).status(), 200);
    // Records go on; however long the log grows, it is another one, also after a restart.
    house::enter_officers(&served.house, &agency, 20, 30);
    let data = served.stop();
    let served = Served::start_with(house::settings(), data);
    assert!(unsigned(&served).contains("contradicts the last signed checkpoint"));
    assert!(served.page("/log", 200).contains("已停止签发"));
    assert_eq!(head(&served).size, before, "nothing was signed");
}

/// A house whose one witness has cosigned everything, stopped; its witness goes on.
fn witnessed() -> (tempfile::TempDir, Witnessed) {
    let folder = tempfile::tempdir().unwrap();
    let (court, url) = strangers(&folder, "court");
    let served =
        Served::start_with(settings(&[("县法院", &court, &url)]), tempfile::tempdir().unwrap());
    let log = vkey(&served);
    let program = wake(&folder, &url, &log);
    let agency = house::enter_agency(&served.house);
    house::enter_officers(&served.house, &agency, 0, 4);
    cosigned(&served, &[&court]);
    (served.stop(), Witnessed { court, url, program, _folder: folder })
}

struct Witnessed {
    court: CosignatureVerifier,
    url: String,
    program: crate::program::Program,
    _folder: tempfile::TempDir,
}

impl Witnessed {
    fn serve(&self, data: tempfile::TempDir) -> Served {
        Served::start_with(settings(&[("县法院", &self.court, &self.url)]), data)
    }

    /// Waits until the house says that the witness refuses, and why.
    fn refuses(&self, served: &Served, why: &str) {
        // The checkpoint it was shown first may still be one of those that it cosigned.
        served.sealed();
        eventually(why, || {
            let standing = standing(served, "县法院");
            standing["fault"].as_str().unwrap().contains(why).then_some(())
        });
        assert_eq!(standing(served, "县法院")["state"], "见证方拒绝联署");
        assert!(served.page("/log", 200).contains("县法院拒绝联署"));
        let note = Note::parse(&served.page("/log/checkpoint", 200)).unwrap();
        assert_eq!(self.court.times(&note).unwrap(), Vec::<u64>::new(), "never cosigned");
    }
}

#[test]
fn two_copies_of_one_folder_are_told_apart_by_their_witness() {
    let (data, witness) = witnessed();
    let twin = copy(data.path());
    let first = witness.serve(data);
    house::enter_officers(&first.house, &agency_of(&first), 4, 7);
    let size = cosigned(&first, &[&witness.court]);
    // The twin has its keys, its guard file and every right of its own; only the witness has seen both.
    let second = witness.serve(twin);
    let agency = agency_of(&second);
    house::enter_officers(&second.house, &agency, 50, 52);
    witness.refuses(&second, "more leaves");
    house::enter_officers(&second.house, &agency, 52, 53);
    assert_eq!(second.sealed().size, size);
    witness.refuses(&second, "another root");
    assert!(witness.program.said().contains("TWO HISTORIES"), "the witness says so too");
    house::enter_officers(&second.house, &agency, 53, 60);
    witness.refuses(&second, "another history");
    assert!(witness.program.said().contains("did not show that it only grew"));
    let shown = reqwest::blocking::get(&witness.url).unwrap().text().unwrap();
    assert!(shown.contains("签发过两个不同的根"), "{shown}");
    // The first goes on as before.
    house::enter_officers(&first.house, &agency_of(&first), 7, 9);
    cosigned(&first, &[&witness.court]);
}

#[test]
fn what_a_guard_file_put_back_forgets_its_witness_remembers() {
    let (data, witness) = witnessed();
    let older = copy(data.path());
    let served = witness.serve(data);
    house::enter_officers(&served.house, &agency_of(&served), 4, 9);
    let size = cosigned(&served, &[&witness.court]);
    drop(served);
    // Rows and guard file are both of yesterday: the house itself cannot know.
    let served = witness.serve(older);
    let agency = agency_of(&served);
    assert!(head(&served).size < size);
    house::enter_officers(&served.house, &agency, 30, 32);
    witness.refuses(&served, "more leaves than this log has");
    let said: serde_json::Value = served.page("/readyz", 200).parse().unwrap();
    assert_eq!(said["signing"], "ok", "a witness never stops the work");
    house::enter_officers(&served.house, &agency, 32, 40);
    witness.refuses(&served, "another history");
}

#[test]
fn a_second_server_on_one_file_does_not_start() {
    let served = Served::start();
    let second = Command::new(env!("CARGO_BIN_EXE_zhijian"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(served.folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8(second.stderr).unwrap();
    assert_eq!(second.status.code(), Some(2), "{said}");
    assert!(said.contains("另一个执鉴服务正在使用"), "{said}");
    served.page("/", 200);
}

/// Two logs that share a key, a name and all leaves but the last, shown by turns and at every size.
#[test]
fn a_witness_shown_two_histories_by_turns_never_cosigns_both() {
    use crate::log::{HONEST, LYING};
    let folder = tempfile::tempdir().unwrap();
    let witness = crate::program::Program::start(folder.path(), &["--log", &HONEST.vkey()]);
    let mut roots = std::collections::BTreeMap::new();
    let mut known = 0;
    for step in 0u64..60 {
        let log = if step * 7 % 3 == 1 { LYING } else { HONEST };
        let size = known + step % 3;
        if witness.post(log.body(known, size)).0 == 200 {
            let root = *roots.entry(size).or_insert_with(|| log.root(size));
            assert_eq!(root, log.root(size), "two roots of {size} leaves");
            known = size;
        }
    }
    assert!(known > 10, "one of the two went on");
    // All that it cosigned is one history.
    let log = if roots[&known] == HONEST.root(known) { HONEST } else { LYING };
    assert!(roots.iter().all(|(size, root)| log.root(*size) == *root));
}
