//! A served log and its time-stamp authority, which is `openssl ts`: what is kept openssl accepts, and an authority that
//! fails, lies or signs with another key is shown and leaves nothing behind.

use crate::{
    house::{self, Served},
    tsa::{EC, RSA, Tsa},
};
use serde_json::Value;
use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use zhijian::{
    config::Timestamp,
    store::{checkpoints, timestamps},
};

/// What an authority does with a request.
type Answer = Box<dyn Fn(&[u8]) -> (u16, Vec<u8>) + Send>;

/// Serves `answer` until the program ends; gives its address and how often it was asked.
fn authority(answer: Answer) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/tsr", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut got, mut piece) = (Vec::new(), [0; 4096]);
            let body = loop {
                let n = stream.read(&mut piece).unwrap();
                got.extend_from_slice(&piece[..n]);
                let text = String::from_utf8_lossy(&got).to_lowercase();
                let Some(head) = text.find("\r\n\r\n") else { continue };
                let length = text.split("content-length: ").nth(1).unwrap();
                let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
                if got.len() >= head + 4 + length {
                    assert!(text.contains("content-type: application/timestamp-query"));
                    break got[got.len() - length..].to_vec();
                }
            };
            count.fetch_add(1, Ordering::SeqCst);
            let (status, reply) = answer(&body);
            let head = format!(
                "HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                reply.len()
            );
            stream.write_all(&[head.as_bytes(), &reply].concat()).unwrap();
        }
    });
    (url, asked)
}

fn serve(url: &str, certificate: &str) -> Served {
    let mut config = house::settings();
    config.log.timestamp = vec![Timestamp {
        name: "示例时间戳".into(),
        url: url.into(),
        every_minutes: 1,
        certificate: certificate.into(),
    }];
    Served::start_with(config, tempfile::tempdir().unwrap())
}

/// How `/readyz` says the authority stands, once `found`.
fn standing(served: &Served, found: impl Fn(&Value) -> bool) -> Value {
    let since = Instant::now();
    loop {
        let said: Value = served.page("/readyz", 200).parse().unwrap();
        let one = said["timestamps"][0].clone();
        if found(&one) {
            return one;
        }
        assert!(since.elapsed() < Duration::from_secs(120), "never: {one}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn what_an_authority_stamps_is_kept_and_openssl_accepts_it() {
    for key in [RSA, EC] {
        let dir = tempfile::tempdir().unwrap();
        let tsa = Tsa::new(dir.path(), key);
        let pem = dir.path().join("tsa.pem").to_str().unwrap().to_owned();
        let own = Tsa { dir: tsa.dir.clone() };
        let (url, _) = authority(Box::new(move |query| (200, own.reply(query))));
        let served = serve(&url, &pem);
        served.sealed();
        let stands = standing(&served, |one| one["size"].as_u64() > Some(0));
        assert_eq!((&stands["current"], &stands["fault"]), (&Value::from(true), &Value::from("")));
        let size = stands["size"].as_i64().unwrap();
        let kept = served.house.store.read_blocking(|db| {
            let row = checkpoints::at_or_below(db, size)?;
            Ok::<_, zhijian::store::Error>((row.unwrap().note, timestamps::of(db, size)?))
        });
        let (note, kept) = kept.unwrap();
        assert_eq!(kept.len(), 1);
        let checker = Tsa { dir: dir.path().join("check") };
        std::fs::create_dir(&checker.dir).unwrap();
        std::fs::copy(dir.path().join("ca.pem"), checker.dir.join("ca.pem")).unwrap();
        assert!(checker.accepts(&kept[0].token, note.as_bytes()));
        assert!(!checker.accepts(&kept[0].token, format!("{note}x").as_bytes()));
        assert!(served.page("/log", 200).contains("示例时间戳"));
    }
}

#[test]
fn an_authority_that_fails_is_shown_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    Tsa::new(dir.path(), EC);
    let other = tempfile::tempdir().unwrap();
    Tsa::new(other.path(), EC);
    let pem = other.path().join("tsa.pem").to_str().unwrap().to_owned();
    let own = dir.path().to_owned();
    let stale = std::sync::Mutex::new(Vec::new());
    let replay = move |query: &[u8]| {
        // The first answer, for ever: its nonce is of another request.
        let mut first = stale.lock().unwrap();
        if first.is_empty() {
            let forged = zhijian::ledger::timestamp::request(b"other", &[3; 16]).unwrap();
            let _ = query;
            *first = Tsa { dir: own.clone() }.reply(&forged);
        }
        (200, first.clone())
    };
    let (signing, hiding) = (dir.path().to_owned(), dir.path().to_owned());
    let unknown = move |query: &[u8]| {
        // The signer's own algorithm comes last: ecdsa-with-SHA256 becomes one that nobody knows.
        let mut reply = Tsa { dir: hiding.clone() }.reply(query);
        let known = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
        let at = reply.windows(8).rposition(|bytes| bytes == known).unwrap();
        reply[at + 7] = 0x09;
        (200, reply)
    };
    let cases: [(&str, Answer, &str); 5] = [
        ("500", Box::new(|_| (500, Vec::new())), ""),
        ("malformed", Box::new(|_| (200, b"<html>".to_vec())), ""),
        ("imprint", Box::new(replay), ""),
        (
            "another certificate",
            Box::new(move |query| (200, Tsa { dir: signing.clone() }.reply(query))),
            &pem,
        ),
        ("algorithm is unknown", Box::new(unknown), &pem),
    ];
    for (what, answer, certificate) in cases {
        let (url, asked) = authority(answer);
        let served = serve(&url, certificate);
        served.sealed();
        let stands = standing(&served, |one| one["fault"] != "");
        assert!(stands["fault"].as_str().unwrap().contains(what), "{what}: {stands}");
        assert_eq!((&stands["current"], &stands["size"]), (&Value::from(false), &Value::from(0)));
        assert!(asked.load(Ordering::SeqCst) > 0 && served.page("/log", 200).contains("暂未加盖"));
    }
}
