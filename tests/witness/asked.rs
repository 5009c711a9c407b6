//! A served log and its witnesses: one down and back again, one that knows another size, one shown two histories,
//! one that fetches by itself, one that never answers.

use crate::{
    house::{self, Served},
    log::HONEST,
    program::Program,
};
use serde_json::Value;
use std::{
    net::TcpListener,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use zhijian::{
    app::{self, Access, SystemClock},
    config::{Config, Witness},
    ledger::{
        Checkpoint, CosignatureSigner, CosignatureVerifier, Policy, Proof, TlogProof, note::Note,
        policy::Distrust, tlog_proof::Unproven,
    },
    store::cosignatures,
};

/// Waits until `found` gives something.
pub fn eventually<T>(what: &str, found: impl Fn() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(since.elapsed() < Duration::from_secs(120), "never: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

pub fn settings(witnesses: &[(&str, &CosignatureVerifier, &str)]) -> Config {
    let mut config = house::settings();
    config.log.cosign_every_seconds = 1;
    config.log.witness = witnesses
        .iter()
        .map(|(name, verifier, url)| Witness {
            name: (*name).into(),
            vkey: verifier.to_string(),
            url: (*url).into(),
        })
        .collect();
    config
}

pub fn serve(config: Config) -> Served {
    Served::start_with(config, tempfile::tempdir().unwrap())
}

/// A witness that has not met its log yet: the log's key is only known once the log is there.
pub fn strangers(folder: &tempfile::TempDir, name: &str) -> (CosignatureVerifier, String) {
    let name = format!("{name}.example");
    let program = Program::start(folder.path(), &["--log", &HONEST.vkey(), "--name", &name]);
    let (verifier, url) = (program.verifier.clone(), program.url.clone());
    program.kill();
    (verifier, url)
}

pub fn vkey(served: &Served) -> String {
    served.page("/log/vkey", 200).trim().to_owned()
}

pub fn wake(folder: &tempfile::TempDir, url: &str, log: &str) -> Program {
    let address = url.strip_prefix("http://").unwrap();
    Program::start_at(folder.path(), address, &["--log", log])
}

/// The newest checkpoint's size, once it covers everything and all of `by` have cosigned it.
pub fn cosigned(served: &Served, by: &[&CosignatureVerifier]) -> u64 {
    let size = served.sealed().size;
    eventually("cosigned", || {
        let note = Note::parse(&served.page("/log/checkpoint", 200)).unwrap();
        let all = by.iter().all(|verifier| !verifier.times(&note).unwrap().is_empty());
        let newest = Checkpoint::parse(&note.text).unwrap().size;
        (all && newest >= size).then_some(newest)
    })
}

/// What `/readyz` says of the witness `name`.
pub fn standing(served: &Served, name: &str) -> Value {
    let said: Value = served.page("/readyz", 200).parse().unwrap();
    let all = said["witnesses"].as_array().unwrap();
    all.iter().find(|one| one["name"] == name).unwrap().clone()
}

fn known_size(served: &Served, verifier: &CosignatureVerifier, size: i64) {
    let row = cosignatures::WitnessRow {
        key: verifier.to_string(),
        size,
        cosigned_at: None,
        fault: String::new(),
    };
    let done = served.house.store.write_blocking(move |db| cosignatures::put_witness(db, &row));
    let _: () = done.map_err(|fault: zhijian::store::Error| fault).unwrap();
}

#[test]
fn one_witness_is_down_and_comes_back() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let ((court, court_url), (bureau, bureau_url)) =
        (strangers(&a, "court"), strangers(&b, "bureau"));
    let served =
        serve(settings(&[("县法院", &court, &court_url), ("司法局", &bureau, &bureau_url)]));
    let log = vkey(&served);
    let up = wake(&a, &court_url, &log);
    let agency = house::enter_agency(&served.house);
    house::enter_officers(&served.house, &agency, 0, 3);
    cosigned(&served, &[&court]);
    assert_eq!(standing(&served, "县法院")["current"], true);
    let down = standing(&served, "司法局");
    assert_eq!((&down["current"], down["state"].as_str()), (&Value::Bool(false), Some("尚未联署")));
    let page = served.page("/log", 200);
    assert!(page.contains("县法院") && page.contains("见证有效") && page.contains("暂未联署"));
    // Back again, it gets the newest; while the other one is killed and comes back as well.
    let back = wake(&b, &bureau_url, &log);
    cosigned(&served, &[&court, &bureau]);
    up.kill();
    house::enter_officers(&served.house, &agency, 3, 9);
    cosigned(&served, &[&bureau]);
    let up = wake(&a, &court_url, &log);
    let size = cosigned(&served, &[&court, &bureau]);
    assert_eq!(size, 11);
    eventually("both current", || {
        let current = |name| standing(&served, name)["current"] == true;
        (current("县法院") && current("司法局")).then_some(())
    });
    assert!(!up.said().contains("refused") && !back.said().contains("refused"));
}

#[test]
fn a_size_that_was_forgotten_is_told_and_taken_up() {
    let folder = tempfile::tempdir().unwrap();
    let (court, url) = strangers(&folder, "court");
    let served = serve(settings(&[("县法院", &court, &url)]));
    let witness = wake(&folder, &url, &vkey(&served));
    let agency = house::enter_agency(&served.house);
    house::enter_officers(&served.house, &agency, 0, 3);
    cosigned(&served, &[&court]);
    for forgotten in [0, 3, 7000] {
        known_size(&served, &court, forgotten);
        assert_eq!(standing(&served, "县法院")["current"], false);
        let from = 3 + forgotten as usize;
        house::enter_officers(&served.house, &agency, from, from + 1);
        cosigned(&served, &[&court]);
    }
    // A witness that lost its memory says so, and the log starts again with it.
    witness.kill();
    let fresh = tempfile::tempdir().unwrap();
    for file in ["witness.key", "witness.vkey"] {
        std::fs::copy(folder.path().join(file), fresh.path().join(file)).unwrap();
    }
    let _witness = wake(&fresh, &url, &vkey(&served));
    house::enter_officers(&served.house, &agency, 20, 21);
    cosigned(&served, &[&court]);
}

#[test]
fn a_quiet_log_s_cosignatures_are_refreshed() {
    let folder = tempfile::tempdir().unwrap();
    let (court, url) = strangers(&folder, "court");
    let served = serve(settings(&[("县法院", &court, &url)]));
    let _witness = wake(&folder, &url, &vkey(&served));
    cosigned(&served, &[&court]);
    let time = || {
        let note = Note::parse(&served.page("/log/checkpoint", 200)).unwrap();
        let times = court.times(&note).unwrap();
        assert_eq!(times.len(), 1, "the newest one alone is shown");
        times[0]
    };
    let first = time();
    eventually("a later time", || (time() > first).then_some(()));
}

#[test]
fn a_log_with_two_histories_is_found_out_by_its_witness() {
    let folder = tempfile::tempdir().unwrap();
    let (court, url) = strangers(&folder, "court");
    let config = settings(&[("县法院", &court, &url)]);
    let honest = serve(config.clone());
    let log = vkey(&honest);
    let witness = wake(&folder, &url, &log);
    let agency = house::enter_agency(&honest.house);
    house::enter_officers(&honest.house, &agency, 0, 4);
    cosigned(&honest, &[&court]);
    // The same log key and name over other records.
    let other = tempfile::tempdir().unwrap();
    std::fs::create_dir(other.path().join("keys")).unwrap();
    let key = |folder: &tempfile::TempDir| folder.path().join("keys/log.key");
    std::fs::copy(key(&honest.folder), key(&other)).unwrap();
    let mut config = config;
    config.log.origin = log.split_once('+').unwrap().0.to_owned();
    let forked = Served::start_with(config, other);
    assert_eq!(vkey(&forked), log);
    let agency = house::enter_agency(&forked.house);
    let mut from = 0;
    // Shorter than what was cosigned, as long, longer: each time it is refused, and says why.
    for (to, says) in [(2, "more leaves"), (4, "another root"), (9, "another history")] {
        house::enter_officers(&forked.house, &agency, from, to);
        from = to;
        eventually(says, || {
            standing(&forked, "县法院")["fault"].as_str().unwrap().contains(says).then_some(())
        });
    }
    assert!(standing(&forked, "县法院")["current"] == false);
    assert_eq!(standing(&forked, "县法院")["state"], "见证方拒绝联署");
    assert!(forked.page("/log", 200).contains("县法院拒绝联署"));
    let note = Note::parse(&forked.page("/log/checkpoint", 200)).unwrap();
    assert_eq!(court.times(&note).unwrap(), Vec::<u64>::new());
    let said = witness.said();
    assert!(said.contains("TWO HISTORIES") && said.contains("did not show"), "{said}");
    // The honest one goes on.
    house::enter_officers(&honest.house, &agency_of(&honest), 4, 6);
    cosigned(&honest, &[&court]);
}

pub fn agency_of(served: &Served) -> String {
    let found = served.house.store.read_blocking(zhijian::store::agencies::all);
    found.unwrap().pop().unwrap().id
}

#[test]
fn a_witness_in_a_closed_network_fetches_and_brings() {
    let folder = tempfile::tempdir().unwrap();
    let (court, _) = strangers(&folder, "court");
    let served = serve(settings(&[("县法院", &court, "")]));
    let (log, url) = (vkey(&served), format!("http://{}/log", served.address));
    let agency = house::enter_agency(&served.house);
    house::enter_officers(&served.house, &agency, 0, 300);
    served.sealed();
    let arguments = ["--log", &log, "--poll", &url, "--every", "1"];
    let witness = Program::start(folder.path(), &arguments);
    assert_eq!(cosigned(&served, &[&court]), 302);
    // Over the edge of tiles, which the proof is made of.
    house::enter_officers(&served.house, &agency, 300, 900);
    assert_eq!(cosigned(&served, &[&court]), 902);
    assert_eq!(standing(&served, "县法院")["current"], true);
    witness.kill();
    // Into a file instead.
    let file = folder.path().join("cosigned");
    let arguments = [&arguments[..], &["--out", file.to_str().unwrap()]].concat();
    let _witness = Program::start(folder.path(), &arguments);
    let note = eventually("a file", || std::fs::read_to_string(&file).ok());
    assert_eq!(court.times(&Note::parse(&note).unwrap()).unwrap().len(), 1);
    // What nobody of the settings signed is not taken, nor a checkpoint of another log.
    let plain = note.split_inclusive('\n').take(5).collect::<String>();
    let mut forged = Note::parse(&note).unwrap();
    forged.signatures.last_mut().unwrap().bytes[40] ^= 1;
    let forged = forged.to_string();
    let other = HONEST.checkpoint(3).to_string();
    let nothing = String::new();
    let bodies = [(&note, 204), (&plain, 422), (&forged, 422), (&other, 422), (&nothing, 422)];
    for (body, status) in bodies {
        let http = reqwest::blocking::Client::new();
        let answer = http
            .post(format!("http://{}/log/cosignatures", served.address))
            .body(body.clone())
            .send()
            .unwrap();
        assert_eq!(answer.status().as_u16(), status, "{body:?}");
    }
}

#[test]
fn a_witness_that_never_answers_delays_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (court, _) = strangers(&folder, "court");
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let served = serve(settings(&[("县法院", &court, &url)]));
    let agency = house::enter_agency(&served.house);
    let since = Instant::now();
    for n in 0..20 {
        house::enter_officers(&served.house, &agency, n, n + 1);
        served.sealed();
    }
    assert!(since.elapsed() < Duration::from_secs(60), "{:?}", since.elapsed());
}

/// One published penalty, for a page of its own.
const LIST: &str = "行政处罚决定书文号,行政相对人名称,行政相对人类别,统一社会信用代码,违法行为类型,违法事实,处罚依据,处罚类别,处罚内容,罚款金额(万元),处罚决定日期,公示截止期,处罚机关\n\
    演市监处罚〔2026〕1号,演示县知味餐饮有限公司,法人及非法人组织,91990101MADM10014P,经营超过保质期的食品,现场货架陈列超过保质期的饼干,\
    《食品安全法》第一百二十四条,罚款,罚款5000元,0.5,2026/03/02,2029/01/01,演示县市场监督管理局\n";

#[test]
fn a_public_receipt_bears_what_the_witnesses_said_first() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let ((court, court_url), (bureau, bureau_url)) =
        (strangers(&a, "court"), strangers(&b, "bureau"));
    let served =
        serve(settings(&[("县法院", &court, &court_url), ("司法局", &bureau, &bureau_url)]));
    let log = vkey(&served);
    let agency = house::enter_agency(&served.house);
    let number = house::import(&served.house, LIST).remove(0);
    served.sealed();
    let receipt = || {
        let answer = served.get(&format!("/disclosures/{number}/receipt.tlog-proof"));
        assert_eq!(answer.status(), 200);
        let headers = answer.headers().clone();
        assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
        let name = headers["content-disposition"].to_str().unwrap().replace("%2D", "-");
        assert!(name.starts_with("attachment;") && name.ends_with(".tlog-proof"), "{name}");
        assert!(name.contains(&number), "{name}");
        TlogProof::parse(&answer.text().unwrap()).unwrap()
    };
    let policy = |quorum: &str| {
        let text = format!(
            "log {log}\nwitness court {court}\nwitness bureau {bureau}\ngroup both all court bureau\nquorum {quorum}\n"
        );
        Policy::parse(text.as_bytes()).unwrap()
    };
    let verify = |quorum| {
        let receipt = receipt();
        let leaf = receipt.opening().unwrap().leaf().hash();
        receipt.verify(leaf, &policy(quorum))
    };
    // Nobody is awake: it holds for who trusts the log alone.
    assert!(verify("none").is_ok());
    assert_eq!(verify("court"), Err(Unproven::Checkpoint(Distrust::Quorum)));
    // One, then both; and then the receipt stays as it is, since later ones say less.
    let _court = wake(&a, &court_url, &log);
    cosigned(&served, &[&court]);
    assert!(verify("court").is_ok() && verify("both").is_err());
    let _bureau = wake(&b, &bureau_url, &log);
    house::enter_officers(&served.house, &agency, 0, 3);
    cosigned(&served, &[&court, &bureau]);
    let trusted = verify("both").unwrap();
    assert_eq!(trusted.witnesses.len(), 2);
    house::enter_officers(&served.house, &agency, 3, 9);
    cosigned(&served, &[&court, &bureau]);
    assert_eq!(verify("both").unwrap(), trusted);
    // The page offers it, and the record is the one whose proof it offers too.
    assert!(served.page(&format!("/disclosures/{number}"), 200).contains("receipt.tlog-proof"));
    let proof = served.get(&format!("/disclosures/{number}/proof.json")).bytes().unwrap();
    let proof = Proof::parse(&proof).unwrap();
    assert_eq!(receipt().opening().unwrap().entry, proof.record.entry);
    assert_eq!(served.get("/disclosures/none/receipt.tlog-proof").status(), 404);
}

#[actix_web::test]
async fn settings_that_cannot_be_meant_are_refused_by_name() {
    let key = |seed: u8| {
        let key = ed25519_dalek::SigningKey::from_bytes(&[seed; 32]);
        CosignatureSigner::new(format!("w{seed}.example"), key).unwrap().verifier()
    };
    let (one, two) = (key(1), key(2));
    let log_key = HONEST.signer().verifier().to_string();
    let mut of_a_log = settings(&[("法院", &one, "")]);
    of_a_log.log.witness[0].vkey = log_key;
    for (config, says) in [
        (of_a_log, "[[log.witness]] 法院"),
        (settings(&[("法院", &one, ""), ("法院", &two, "")]), "there twice"),
        (settings(&[("法院", &one, ""), ("检察院", &one, "")]), "检察院 is there twice"),
        (settings(&[("法院", &one, "ftp://court.example")]), "neither http nor https"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let opened = app::open(&config, folder.path(), Arc::new(SystemClock), Access::Serve).await;
        let fault = format!("{:#}", opened.err().unwrap());
        assert!(fault.contains(says), "{fault}");
    }
}
