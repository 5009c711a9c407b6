//! The offline verifier as a program: exit codes, what it prints, and that it survives strange folders.

use crate::{
    log_files::log_of,
    witnessing,
    world::{Dossier, World, log_signer},
};
use std::{
    fs,
    path::Path,
    process::{Command, Output},
};
use zhijian::ledger::{TlogProof, dossier::manifest::README};

/// Exit code of the verifier, and all it said.
pub fn run(arguments: &[&str]) -> (i32, String) {
    let Output { status, stdout, stderr } =
        Command::new(env!("CARGO_BIN_EXE_zhijian-verify")).args(arguments).output().unwrap();
    let text = [stdout, stderr].concat();
    (status.code().unwrap(), String::from_utf8(text).unwrap())
}

pub fn write(dossier: &Dossier, folder: &Path) {
    for (name, bytes) in &dossier.files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

fn on_disk() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    write(&World::new().dossier(), folder.path());
    let name = folder.path().to_str().unwrap().to_owned();
    (folder, name)
}

#[test]
fn a_good_dossier_exits_with_zero() {
    let (_keep, folder) = on_disk();
    let vkey = log_signer().verifier().to_string();
    let (code, text) = run(&[&folder, "--vkey", &vkey]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("结论：核验通过") && !text.contains("注意"), "{text}");
    let (code, text) = run(&[&folder]);
    assert_eq!(code, 0);
    assert!(text.contains("未用 --vkey 指定日志公钥"), "{text}");
}

#[test]
fn tampering_exits_with_one_and_names_the_file() {
    let (keep, folder) = on_disk();
    fs::write(keep.path().join(README), "改过").unwrap();
    let (code, text) = run(&[&folder]);
    assert_eq!(code, 1);
    assert!(text.contains("首个问题：卷内文件　说明.txt"), "{text}");
    let (code, json) = run(&[&folder, "--json"]);
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, report["outcome"].as_str()), (1, Some("tampered")));
    assert_eq!(report["log_key_given"], false);
}

#[test]
fn missing_files_and_unusable_arguments_exit_with_two() {
    let (keep, folder) = on_disk();
    fs::remove_file(keep.path().join("records/0002.json")).unwrap();
    let (code, text) = run(&[&folder]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("材料不全"), "{text}");
    assert_eq!(run(&[&folder, "--vkey", "nonsense"]).0, 2);
    assert_eq!(run(&["/nonexistent/folder"]).0, 2);
    assert_eq!(run(&[]).0, 2);
    assert_eq!(run(&[tempfile::tempdir().unwrap().path().to_str().unwrap()]).0, 2);
}

#[test]
fn a_single_proof_is_checked_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("proof.json");
    let bytes = World::new().proof(0).to_bytes().unwrap();
    fs::write(&path, &bytes).unwrap();
    let vkey = log_signer().verifier().to_string();
    let (code, text) = run(&[path.to_str().unwrap(), "--vkey", &vkey]);
    assert_eq!(code, 0, "{text}");
    fs::write(&path, String::from_utf8(bytes).unwrap().replacen("某某", "某某某", 1)).unwrap();
    let (code, text) = run(&[path.to_str().unwrap()]);
    assert_eq!(code, 1);
    assert!(text.contains("首个问题：字段承诺"), "{text}");
}

#[test]
fn a_receipt_is_checked_under_a_policy() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (file, policy) = (at("a.tlog-proof"), at("policy"));
    fs::write(&file, witnessing::receipt().to_text()).unwrap();
    fs::write(&policy, witnessing::policy_text()).unwrap();
    let check = || run(&[&file, "--policy", &policy]);
    let (code, text) = check();
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("court.zhijian.example 于2025-11-21T04:41:01.000Z联署"), "{text}");
    let record = witnessing::receipt().opening().unwrap().entry.record.hex();
    assert!(text.contains(&record) && !text.contains("--vkey"), "{text}");
    // Too few witnesses, another log: nothing is wrong and nothing is shown.
    let few = TlogProof {
        checkpoint: witnessing::cosigned(&["court"]).to_string(),
        ..witnessing::receipt()
    };
    fs::write(&file, few.to_text()).unwrap();
    let (code, text) = check();
    assert!(code == 2 && text.contains("没有达到信任策略的要求"), "{text}");
    fs::write(&file, witnessing::receipt().to_text()).unwrap();
    fs::write(&policy, "quorum none\n").unwrap();
    let (code, text) = check();
    assert!(code == 2 && text.contains("没有签发它的日志"), "{text}");
    // Tampering, and arguments that cannot be used.
    fs::write(&policy, witnessing::policy_text()).unwrap();
    fs::write(&file, witnessing::receipt().to_text().replacen("index 4", "index 5", 1)).unwrap();
    let (code, text) = check();
    assert!(code == 1 && text.contains("首个问题：存证证明"), "{text}");
    fs::write(&file, "c2sp.org/tlog-proof@v9\n").unwrap();
    assert_eq!(check().0, 1);
    assert_eq!(run(&[&file]).0, 2);
    fs::write(&policy, "quorum nobody\n").unwrap();
    let (code, text) = check();
    assert!(code == 2 && text.contains("line 1"), "{text}");
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_and_control_characters_not_printed() {
    let (keep, folder) = on_disk();
    let readme = keep.path().join(README);
    let outside = tempfile::tempdir().unwrap();
    let moved = outside.path().join("readme");
    fs::rename(&readme, &moved).unwrap();
    std::os::unix::fs::symlink(&moved, &readme).unwrap();
    let (code, text) = run(&[&folder]);
    assert_eq!(code, 2, "a link to the very same bytes is not the file: {text}");
    fs::remove_file(&readme).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &readme).unwrap();
    fs::write(keep.path().join("\u{1b}[2Jx"), "x").unwrap();
    let (code, text) = run(&[&folder]);
    assert_eq!(code, 1);
    assert!(text.contains("[缺失] 卷内文件　说明.txt") && !text.contains('\u{1b}'), "{text}");
}

#[test]
fn a_mirror_of_the_log_is_checked_under_a_given_key_only() {
    let folder = tempfile::tempdir().unwrap();
    write(&log_of(300, "leaves"), folder.path());
    let (path, vkey) = (folder.path().to_str().unwrap(), log_signer().verifier().to_string());
    let (code, text) = run(&[path, "--log", "--vkey", &vkey]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("[通过] 日志分块　tile/1/000.p/1"), "{text}");
    assert_eq!(run(&[path, "--log"]).0, 2);
    assert_eq!(run(&[path, "--vkey", &vkey]).0, 2, "a log is no dossier");
    fs::write(folder.path().join("tile/1/000.p/1"), [7; 32]).unwrap();
    let (code, text) = run(&[path, "--log", "--vkey", &vkey]);
    assert_eq!(code, 1);
    assert!(text.contains("首个问题：日志分块　tile/1/000.p/1"), "{text}");
    assert_eq!(run(&[&format!("{path}/checkpoint"), "--log", "--vkey", &vkey]).0, 2);
}
