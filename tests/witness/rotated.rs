//! The log's key gives way to another on a served log, by the program: what its addresses and pages say at each step,
//! and what its witness takes.

use crate::{
    asked::{cosigned, eventually, settings, standing, strangers, vkey, wake},
    house::{self, Served},
    program::Program,
};
use std::{path::Path, process::Command};
use zhijian::ledger::{NoteVerifier, note};

/// One step of the program on a folder in which nobody is at work; what it said.
fn rotate(data: &Path, step: &[&str]) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_zhijian"));
    let ended = program.args(["rotate-log-key", "--data"]).arg(data).args(step).output().unwrap();
    let said = String::from_utf8([ended.stdout, ended.stderr].concat()).unwrap();
    assert!(ended.status.success(), "{said}");
    said
}

fn keys(served: &Served) -> Vec<NoteVerifier> {
    served.page("/log/vkey", 200).lines().map(|line| line.parse().unwrap()).collect()
}

fn signed(served: &Served, by: &NoteVerifier) -> bool {
    note::open(&served.sealed().note, std::slice::from_ref(by)).is_ok()
}

#[test]
fn a_witness_follows_the_log_from_key_to_key() {
    let folder = tempfile::tempdir().unwrap();
    let (court, url) = strangers(&folder, "court");
    let config = || settings(&[("县法院", &court, &url)]);
    let served = Served::start_with(config(), tempfile::tempdir().unwrap());
    let first = vkey(&served);
    let old: NoteVerifier = first.parse().unwrap();
    let program = wake(&folder, &url, &first);
    let agency = house::enter_agency(&served.house);
    house::enter_officers(&served.house, &agency, 0, 3);
    cosigned(&served, &[&court]);
    assert!(!served.page("/log", 200).contains("起使用"), "one key needs no history");

    // Both sign: a witness that knows the old key alone goes on.
    let data = served.stop();
    let said = rotate(data.path(), &[]);
    let served = Served::start_with(config(), data);
    let known = keys(&served);
    assert_eq!(known.len(), 2, "{said}");
    let new = known[1].clone();
    assert!(known[0] == old && said.contains(&new.to_string()), "the outgoing one stands first");
    house::enter_officers(&served.house, &agency, 3, 5);
    cosigned(&served, &[&court]);
    assert!(signed(&served, &old) && signed(&served, &new));
    for page in ["/log", "/verify"] {
        let page = served.page(page, 200);
        assert!(
            page.contains("自日志建立时起使用") && page.contains(&format!("{:08x}", new.key_id())),
            "{page}"
        );
        assert!(!page.contains("已停用的日志公钥"));
    }

    // The new one alone: the witness refuses until it is told of it, and then goes on from where it stood.
    let data = served.stop();
    rotate(data.path(), &["--finish"]);
    let served = Served::start_with(config(), data);
    house::enter_officers(&served.house, &agency, 5, 8);
    assert!(signed(&served, &new) && !signed(&served, &old));
    assert_eq!(keys(&served), std::slice::from_ref(&new));
    for page in ["/log", "/verify"] {
        let page = served.page(page, 200);
        assert!(page.contains("已停用的日志公钥") && page.contains("起停用"), "{page}");
    }
    eventually("refused", || {
        let fault = standing(&served, "县法院")["fault"].as_str().unwrap().to_owned();
        fault.contains("403").then_some(())
    });
    drop(program);
    let address = url.strip_prefix("http://").unwrap();
    let both = ["--log", &first, "--log", &new.to_string()];
    let program = Program::start_at(folder.path(), address, &both);
    cosigned(&served, &[&court]);
    assert!(!program.said().contains("TWO HISTORIES"));
    let seen = reqwest::blocking::get(&url).unwrap().text().unwrap();
    assert_eq!(seen.matches("已见证至").count(), 1, "two keys are one log: {seen}");

    // The secret is deleted when asked, and the log goes on without it.
    let data = served.stop();
    assert!(data.path().join("keys/log.key").exists());
    assert!(rotate(data.path(), &["--delete-retired"]).contains("已删除"));
    assert!(!data.path().join("keys/log.key").exists());
    let served = Served::start_with(config(), data);
    house::enter_officers(&served.house, &agency, 8, 9);
    cosigned(&served, &[&court]);
    assert!(signed(&served, &new));
}
