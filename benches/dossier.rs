//! A case of many records taken along: its export, the check by `zhijian-verify`, and the check by the page 核验 in
//! Chromium.
//!
//! `cargo bench --bench dossier [-- RECORDS]`. The browser's part needs what `tests/setup` installs, and is left out with a line
//! that says so where it is not there.

mod support;

use std::{
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};
use support::{bureau, client::Server, evidence, file_case, link, seconds};
use zhijian::desk::append::Begin;

fn main() {
    let count = std::env::args().skip(1).find_map(|a| a.parse::<u64>().ok()).unwrap_or(1_000);
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    actix_web::rt::System::new().block_on(async {
        let bureau = bureau(&data).await;
        let case = file_case(&bureau, 1).await;
        for n in 1..count {
            let at = bureau.house.clock.now();
            let (bytes, envelope, fields) = evidence(&bureau.officer, &case, n, at);
            link(&bureau, bytes, envelope, fields, Begin::Nothing).await;
        }
        bureau.house.store.close();
    });
    let (folder, zip) = (dir.path().join("dossier"), dir.path().join("dossier.zip"));
    export(&data, &folder, &[]);
    export(&data, &zip, &["--zip"]);
    check("a folder", count, &folder);
    check("a zip", count, &zip);
    let server = Server::start(&data);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/dossier.mjs");
    let shown = Command::new("node").arg(script).arg(&server.address).arg(&zip).status();
    if !shown.is_ok_and(|status| status.success()) {
        println!("the page: not measured, no Chromium or no node (run tests/setup)");
    }
}

fn export(data: &Path, out: &Path, more: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zhijian"));
    command.args(["export", "--case", "测〔2026〕1号", "--data"]).arg(data);
    let start = Instant::now();
    let status = command.arg("--out").arg(out).args(more).stdout(Stdio::null()).status().unwrap();
    assert!(status.success());
    let form = if more.is_empty() { "a folder" } else { "a zip" };
    println!("export as {form}: {:.2} s", seconds(start));
}

/// The whole program, from its start to its exit; the quickest of five.
fn check(what: &str, count: u64, dossier: &Path) {
    let took = (0..5).map(|_| {
        let start = Instant::now();
        let done =
            Command::new(env!("CARGO_BIN_EXE_zhijian-verify")).arg(dossier).output().unwrap();
        // 1 stands for breaches of the procedure: a thousand pieces of evidence are no lawful case. Nothing is altered.
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(!said.contains("有改动"), "{said}");
        seconds(start)
    });
    let best = took.fold(f64::INFINITY, f64::min);
    println!("zhijian-verify, {count} records in {what}: {best:.3} s");
}
