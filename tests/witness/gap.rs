//! A declared gap as the world sees it: by the program, on the page, to a witness that cosigned what was lost.

use crate::{
    asked::{cosigned, settings, strangers, vkey, wake},
    house::{self, Served},
    program::Program,
    rewound::{copy, put_back, unsigned},
};
use std::process::Command;

#[test]
fn a_declared_gap_is_told_and_the_witness_takes_the_new_name_for_another_log() {
    let folder = tempfile::tempdir().unwrap();
    let (court, url) = strangers(&folder, "court");
    let config = || settings(&[("县法院", &court, &url)]);
    let served = Served::start_with(config(), tempfile::tempdir().unwrap());
    let old = vkey(&served);
    let program = wake(&folder, &url, &old);
    let agency = house::enter_agency(&served.house);
    house::enter_officers(&served.house, &agency, 0, 3);
    let size = cosigned(&served, &[&court]);
    let data = served.stop();
    let older = copy(data.path());
    let served = Served::start_with(config(), data);
    house::enter_officers(&served.house, &agency, 3, 9);
    let known = cosigned(&served, &[&court]);
    let data = served.stop();
    put_back(older.path(), data.path());
    let served = Served::start_with(config(), data);
    unsigned(&served);

    let data = served.stop();
    let declare = |lost: u64| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_zhijian"));
        let program = program.args(["declare-gap", "--data"]).arg(data.path());
        let program = program.args(["--name", "log.example/after", "--reason", "机房<失火>"]);
        let ended = program.args(["--lost", &lost.to_string()]).output().unwrap();
        let said = String::from_utf8([ended.stdout, ended.stderr].concat()).unwrap();
        (ended.status.code(), said)
    };
    let lost = known - size;
    let (code, said) = declare(lost + 1);
    assert!(code == Some(2) && said.contains("与所填的"), "{said}");
    // After a refusal nothing is there that was not before.
    let files = || std::fs::read_dir(data.path().join("keys")).unwrap().count();
    assert_eq!(files(), 3);
    let key = |said: &str| said.lines().find_map(|l| Some(l.split_once("公钥：")?.1.to_owned()));
    let (code, said) = declare(lost);
    let new = key(&said).unwrap();
    assert!(code == Some(0) && said.contains(&format!("丢失的叶数：{lost}")), "{said}");
    assert_eq!(files(), 4);
    let (code, said) = declare(lost);
    assert!(code == Some(2), "a second time there is nothing to declare: {said}");

    let served = Served::start_with(config(), data);
    assert_eq!(vkey(&served), new);
    let page = served.page("/log", 200);
    assert!(page.contains(&format!("有{lost}条记录丢失")) && page.contains("机房&#60;失火&#62;"));
    assert!(page.contains("已停用的日志公钥") && page.contains("log.example/after"));
    let head: serde_json::Value = served.page("/api/v1/log", 200).parse().unwrap();
    assert_eq!((&head["gaps"][0]["lost"], &head["gaps"][0]["size"]), (&lost.into(), &size.into()));
    // Told of both, the witness keeps what it knows of the old log and begins with the new one at nothing.
    drop(program);
    let address = url.strip_prefix("http://").unwrap();
    let program = Program::start_at(folder.path(), address, &["--log", &old, "--log", &new]);
    house::enter_officers(&served.house, &agency, 20, 22);
    cosigned(&served, &[&court]);
    assert!(!program.said().contains("TWO HISTORIES"));
    let seen = reqwest::blocking::get(&url).unwrap().text().unwrap();
    assert!(seen.contains(&format!("已见证至第{known}条")), "{seen}");
}
