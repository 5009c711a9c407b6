//! The log in a bucket of a real S3 store, over HTTP and signed: what it holds is what a folder holds, run by run,
//! cut off and taken up again, and nothing else is overwritten.

use super::{
    house,
    mirror::{files, heads_of_others, verify_offline},
    store::{Cut, S3},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
};
use zhijian::{
    desk::{
        Desk, House,
        export_log::{export_log, sink::Sink},
        log,
        seal_checkpoint::Sealer,
    },
    store::entries,
};

/// A house with its log, exported by the built program as an operator would.
struct Exported {
    folder: tempfile::TempDir,
    house: Arc<House>,
    sealer: Sealer,
    agency: String,
}

impl Exported {
    async fn new() -> Exported {
        let folder = tempfile::tempdir().unwrap();
        let house = house::open(folder.path()).await;
        let agency = house::enter_agency(&house);
        let sealer = Sealer::open(&house).await.unwrap();
        Exported { folder, house, sealer, agency }
    }

    async fn grow(&mut self, size: usize) {
        let have = self.house.store.read_blocking(entries::size).unwrap();
        house::enter_officers(&self.house, &self.agency, have as usize, size);
        self.sealer.seal(&self.house, self.house.clock.now()).await.unwrap();
    }

    /// What the log's static files are, by the export into a folder.
    async fn as_a_folder(&self, name: &str) -> PathBuf {
        let out = self.folder.path().join(name);
        export_log(&self.house, &Sink::Folder(out.clone()), &|_, _| {}).await.unwrap();
        out
    }

    /// `zhijian export-log` with these credentials and no others.
    fn program(&self, to: &str, endpoint: &str, id: &str, secret: &str) -> Output {
        let mut program = Command::new(env!("CARGO_BIN_EXE_zhijian"));
        program.arg("export-log").arg("--data").arg(self.folder.path()).args(["--out", to]);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("AWS_")) {
                program.env_remove(name);
            }
        }
        for (name, value) in [
            ("AWS_ENDPOINT", endpoint),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_ACCESS_KEY_ID", id),
            ("AWS_SECRET_ACCESS_KEY", secret),
        ] {
            program.env(name, value);
        }
        program.output().unwrap()
    }

    /// What a run that went well said.
    fn export(&self, to: &str, store: &S3) -> String {
        let done = self.program(to, &store.endpoint, &store.id, &store.secret);
        let errors = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{errors}");
        String::from_utf8(done.stdout).unwrap()
    }

    /// Why a run was refused; it never says the secret.
    fn refused(&self, to: &str, endpoint: &str, id: &str, secret: &str) -> String {
        let done = self.program(to, endpoint, id, secret);
        let said = String::from_utf8([done.stdout, done.stderr].concat()).unwrap();
        assert_eq!(done.status.code(), Some(2), "{said}");
        assert!(!said.contains(secret), "{said}");
        said
    }
}

/// Both hold the same files with the same bytes.
fn assert_same(one: &Path, other: &Path) {
    let of = |root: &Path| {
        let mut all: Vec<_> = files(root)
            .into_iter()
            .map(|file| (file.strip_prefix(root).unwrap().to_owned(), fs::read(&file).unwrap()))
            .collect();
        all.sort();
        all
    };
    let (one, other) = (of(one), of(other));
    let names = |all: &[(PathBuf, Vec<u8>)]| {
        all.iter().map(|(name, _)| name.display().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(&one), names(&other));
    assert!(one == other, "the bytes differ");
}

#[tokio::test]
async fn a_bucket_grows_with_the_log_and_holds_what_a_folder_holds() {
    let (mut log, mut store) = (Exported::new().await, S3::start());
    for size in [2, 255, 257, 600] {
        log.grow(size).await;
        let said = log.export("s3://log/county/2026", &store);
        assert!(said.contains(&format!("{size}个叶")) && !said.contains("新写0个"), "{said}");
        let again = log.export("s3://log/county/2026", &store);
        assert!(again.contains("新写0个"), "{again}");
        let got = tempfile::tempdir().unwrap();
        let headers = store.download(got.path());
        let got = got.path().join("county/2026");
        assert_same(&got, &log.as_a_folder("mirror").await);
        verify_offline(&got, &log.house.log.verifier().to_string());
        for (name, [kind, keep]) in headers {
            let (served, says) = match name.strip_prefix("county/2026/").unwrap() {
                "checkpoint" => (kind == "text/plain; charset=utf-8", "no-cache"),
                part if part.contains(".p/") => (kind == OCTETS, "public, max-age=3600"),
                _ => (kind == OCTETS, "public, max-age=31536000, immutable"),
            };
            assert!(served && keep == says, "{name}: {kind}, {keep}");
        }
    }
    // Without a prefix it is the bucket's root.
    log.export("s3://log", &store);
    let got = tempfile::tempdir().unwrap();
    store.download(got.path());
    fs::remove_dir_all(got.path().join("county")).unwrap();
    assert_same(got.path(), &log.as_a_folder("at once").await);
}

const OCTETS: &str = "application/octet-stream";

#[tokio::test]
async fn an_export_that_was_cut_off_goes_on_where_it_was() {
    let (mut log, mut store) = (Exported::new().await, S3::start());
    log.grow(600).await;
    let cut = Cut::after(3, &store.endpoint);
    let said = log.refused("s3://log/m", &cut.endpoint, &store.id, &store.secret);
    assert!(said.contains("中途断开") && said.contains("再次运行"), "{said}");
    let got = tempfile::tempdir().unwrap();
    let headers = store.download(got.path());
    assert_eq!(headers.len(), 3, "{headers:?}");
    assert!(!headers.contains_key("m/checkpoint"), "it comes last");
    // Left behind by a run whose log was shorter.
    let part = got.path().join("part");
    fs::write(&part, "narrower").unwrap();
    store.put("m/tile/0/000.p/17", &part);
    let said = log.export("s3://log/m", &store);
    assert!(said.contains("新写4个文件，原有3个"), "{said}");
    let got = tempfile::tempdir().unwrap();
    store.download(got.path());
    assert_same(&got.path().join("m"), &log.as_a_folder("mirror").await);
}

#[tokio::test]
async fn a_bucket_that_cannot_be_used_and_one_with_another_history_are_refused() {
    let (mut log, mut store) = (Exported::new().await, S3::start());
    log.grow(3).await;
    let (endpoint, id, secret) = (store.endpoint.clone(), store.id.clone(), store.secret.clone());
    let hangs_up = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = hangs_up.local_addr().unwrap();
    std::thread::spawn(move || hangs_up.incoming().for_each(drop));
    for (to, endpoint, id, secret, why) in [
        ("s3://nobody/m", &*endpoint, &*id, &*secret, "没有这个存储桶"),
        ("s3://log/m", &endpoint, &id, "not-the-secret", "SignatureDoesNotMatch"),
        ("s3://log/m", &endpoint, "NOBODY", "not-the-secret", "InvalidAccessKeyId"),
        ("s3://log/m", &endpoint, &id, "", "设置有误"),
        ("s3://log/m", &format!("http://{nobody}"), &id, &secret, "没有应答"),
        ("s3://", &endpoint, &id, &secret, "存储桶的地址"),
        ("s3://id:key@log/m", &endpoint, &id, &secret, "存储桶的地址"),
    ] {
        let said = match secret {
            "" => unsigned(&log, to, endpoint, id),
            _ => log.refused(to, endpoint, id, secret),
        };
        assert!(said.contains(why), "{to}: {said}");
    }
    let got = tempfile::tempdir().unwrap();
    assert!(store.download(got.path()).is_empty(), "nothing was written");

    log.export("s3://log/m", &store);
    let desk = Desk::new(log.house.clone(), None);
    let note = got.path().join("note");
    for (head, why) in heads_of_others(&desk).await {
        fs::write(&note, &head).unwrap();
        store.put("m/checkpoint", &note);
        let said = log.refused("s3://log/m", &endpoint, &id, &secret);
        assert!(said.contains(why), "{said}");
        store.download(got.path());
        assert_eq!(fs::read_to_string(got.path().join("m/checkpoint")).unwrap(), head);
    }
    let newest = log::newest(&desk).await.unwrap().unwrap();
    assert_eq!(newest.size, 3);
}

/// The key's id without its secret.
fn unsigned(log: &Exported, to: &str, endpoint: &str, id: &str) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_zhijian"));
    program.arg("export-log").arg("--data").arg(log.folder.path()).args(["--out", to]);
    program.env("AWS_ENDPOINT", endpoint).env("AWS_ACCESS_KEY_ID", id);
    let done = program.env_remove("AWS_SECRET_ACCESS_KEY").output().unwrap();
    assert_eq!(done.status.code(), Some(2));
    String::from_utf8(done.stderr).unwrap()
}
