//! Upload clients that others wrote, cut off and resumed against this server.

use crate::{
    case::Team,
    site::{Site, skipped},
};
use std::{
    path::{Path, PathBuf},
    process::Command,
};
use zhijian::base::Digest;

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[actix_web::test]
async fn tuspy_is_cut_off_and_goes_on() {
    let python = here("target/test-tools/venv/bin/python");
    if !python.exists() {
        return skipped("tuspy is not installed (tests/setup installs it)");
    }
    resumes(python, "tests/clients/tuspy_resume.py", "tuspy 上传.bin").await;
}

#[actix_web::test]
async fn tus_js_client_is_cut_off_and_goes_on() {
    if !here("tests/browser/node_modules/tus-js-client").is_dir() {
        return skipped("tus-js-client is not installed (tests/setup installs it)");
    }
    resumes("node".into(), "tests/clients/tus_js_resume.mjs", "tus-js 上传.bin").await;
}

async fn resumes(program: PathBuf, script: &str, name: &str) {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.file(803).await;
    let data = crate::uploads::bytes(5_000_000);
    let file = site.folder.path().join("upload.bin");
    std::fs::write(&file, &data).unwrap();
    let mut command = Command::new(program);
    command.arg(here(script)).args([&site.url, &case, &team.li.cookie(), &team.li.csrf]).arg(file);
    let run = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(run.status.success(), "{}{}", said(&run.stdout), said(&run.stderr));
    assert!(said(&run.stdout).contains("done"));
    let list = team.li.get(&format!("/api/v1/cases/{case}/exhibits")).await.good();
    assert_eq!(list["exhibits"].as_array().unwrap().len(), 1);
    assert_eq!(list["exhibits"][0]["name"], name);
    assert_eq!(list["exhibits"][0]["sha256"], Digest::of(&data).hex());
    site.holds().await;
}
