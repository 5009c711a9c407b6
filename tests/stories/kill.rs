//! The built program, killed in mid-air again and again: what it acknowledged is there when it comes back.

use crate::{
    forms,
    people::{Administrator, Head, Officer, Person, fresh},
    site::{self, PASSWORD},
    tus::Upload,
};
use actix_web::rt::spawn;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer as _, SigningKey};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use zhijian::{
    app::{self, Access, SystemClock},
    config::Config,
    desk::Clock as _,
};

/// The running program; killed when dropped.
struct Program {
    child: Child,
    url: String,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the program on `data` and waits until it listens; gives the one-time link if it offers one.
#[allow(clippy::zombie_processes, reason = "a program that does not start fails the test")]
fn start(data: &Path) -> (Program, Option<String>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_zhijian"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .env("ZHIJIAN__SESSION__TRIES_A_MINUTE", "100000")
        .env("ZHIJIAN__LOG__SEAL_EVERY_MS", "20")
        .env_remove("ZHIJIAN__STORE__URL")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut link = None;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if let Some(url) = line.strip_prefix("listening on ") {
            return (Program { child, url: url.to_owned() }, link);
        }
        if line.starts_with("http://") {
            link = Some(line);
        }
    }
    panic!("the program did not start");
}

/// Uses the one-time link as a browser would.
async fn set_up(link: &str) {
    let form = [
        ("code", site::CODE),
        ("agency_name", "清河县市场监督管理局"),
        ("short_name", "清市监"),
        ("login", "admin"),
        ("name", "管理员"),
        ("password", PASSWORD),
        ("roles", "administrator"),
    ];
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let http = http.build().unwrap();
    let kind = "application/x-www-form-urlencoded";
    let post = || http.post(link).header("content-type", kind).body(body.clone()).send();
    let done = post().await.unwrap();
    assert_eq!(done.status(), 303, "{}", done.text().await.unwrap());
    assert_eq!(post().await.unwrap().status(), 404, "the link works once");
}

/// A case filed today; gives its id.
async fn file_case(admin: &Administrator) -> String {
    let until = "2999-12-31";
    let li = Officer::certified_until(admin, "li-ming", "李执法", until).await;
    let wang = Officer::certified_until(admin, "wang-fang", "王执法", until).await;
    let chief = Head::enter(admin, "chief", "陈局长").await;
    admin.post("/api/v1/items", &forms::item(site::ITEM)).await.good();
    let today = SystemClock.now().day().to_string();
    let form = forms::with(
        forms::filing(803, &wang.id, &chief.id),
        json!({ "on": today, "discovered_on": today }),
    );
    let draft = li.prepare("filing", None, &form).await.good();
    let id = draft["id"].as_str().unwrap();
    assert_eq!(li.sign(id).await.status, 202);
    chief.sign(id).await.good();
    draft["case"].as_str().unwrap().to_owned()
}

/// What the program has answered for.
#[derive(Default)]
struct Acknowledged {
    keys: Mutex<BTreeSet<String>>,
    offset: AtomicUsize,
}

/// Enrols keys, each a record, until the program is gone.
async fn append(li: Person, acknowledged: Arc<Acknowledged>) {
    let keys = li.get("/api/v1/keys").await.good();
    let challenge = keys["challenge"].as_str().unwrap();
    loop {
        let secret = SigningKey::from_bytes(&fresh());
        let asked = json!({
            "public_key": STANDARD.encode(secret.verifying_key().to_bytes()),
            "proof": STANDARD.encode(secret.sign(challenge.as_bytes()).to_bytes()),
        });
        let sent = li.ask(Method::POST, "/api/v1/keys").json(&asked).send().await;
        let Ok(answer) = sent else { return };
        let status = answer.status();
        let Ok(body) = answer.json::<Value>().await else { return };
        assert_eq!(status, 201, "{body}");
        let id = body["id"].as_str().unwrap().to_owned();
        acknowledged.keys.lock().unwrap().insert(id);
    }
}

/// Sends an upload in small pieces until the program is gone.
async fn send(li: Person, path: String, data: Arc<Vec<u8>>, acknowledged: Arc<Acknowledged>) {
    let upload = Upload { person: &li, path };
    let mut at = upload.offset().await;
    while at < data.len() {
        let end = (at + 48_000).min(data.len());
        let request = upload.stream(at, data[at..end].to_vec().into());
        let Ok(answer) = request.send().await else { return };
        assert_eq!(answer.status(), 204);
        at = end;
        acknowledged.offset.store(at, Ordering::SeqCst);
    }
}

#[actix_web::test]
async fn what_was_acknowledged_survives_every_kill() {
    let folder = tempfile::tempdir().unwrap();
    let (program, link) = start(folder.path());
    set_up(&link.expect("a one-time link")).await;
    let case = file_case(&Administrator::sign_in(&program.url, "admin").await).await;
    let data = Arc::new(crate::uploads::bytes(96 << 20));
    let path = {
        let li = Person::sign_in(&program.url, "li-ming").await;
        li.open_upload(&case, "断电.bin", data.len()).await.path
    };
    drop(program);
    let acknowledged = Arc::new(Acknowledged::default());
    for round in 1..=4 {
        let (program, _) = start(folder.path());
        let li = Person::sign_in(&program.url, "li-ming").await;
        check(&li, &path, &acknowledged).await;
        let tasks = [
            spawn(append(li.clone(), acknowledged.clone())),
            spawn(append(li.clone(), acknowledged.clone())),
            spawn(append(li.clone(), acknowledged.clone())),
            spawn(send(li.clone(), path.clone(), data.clone(), acknowledged.clone())),
        ];
        let before = acknowledged.keys.lock().unwrap().len();
        while acknowledged.keys.lock().unwrap().len() < before + 5 * round {
            tokio::time::sleep(Duration::from_millis(7)).await;
        }
        // SIGKILL: no handler, no flush, in the middle of whatever it does.
        drop(program);
        for task in tasks {
            task.await.unwrap();
        }
    }
    let (program, _) = start(folder.path());
    let li = Person::sign_in(&program.url, "li-ming").await;
    check(&li, &path, &acknowledged).await;
    assert!(acknowledged.keys.lock().unwrap().len() >= 50);
    assert!(acknowledged.offset.load(Ordering::SeqCst) > 0);
    loop {
        let log = li.get("/api/v1/log").await.good();
        if log["size"] == log["leaves"] {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    drop(program);
    let config = Config::load(None, std::iter::empty()).unwrap();
    let clock = Arc::new(SystemClock);
    let house = app::open(&config, folder.path(), clock, Access::Serve).await.unwrap();
    house.store.read_blocking(site::check_ledger).unwrap();
}

/// Everything acknowledged is there.
async fn check(li: &Person, path: &str, acknowledged: &Acknowledged) {
    let listed = li.get("/api/v1/keys").await.good();
    let listed: BTreeSet<&str> =
        listed["keys"].as_array().unwrap().iter().map(|key| key["id"].as_str().unwrap()).collect();
    for id in acknowledged.keys.lock().unwrap().iter() {
        assert!(listed.contains(id.as_str()), "the acknowledged key {id} is lost");
    }
    let upload = Upload { person: li, path: path.to_owned() };
    let (kept, told) = (upload.offset().await, acknowledged.offset.load(Ordering::SeqCst));
    assert!(kept >= told, "{told} bytes were acknowledged, {kept} are there");
}
