//! Logs and witnesses that meet over TLS, with certificates of an authority of the network's own: what is trusted works
//! both ways, and to whoever cannot show who they are nothing is sent, and nothing of theirs is taken.

use crate::{
    asked::{cosigned, eventually, serve, settings, strangers, vkey},
    client::Server,
    house,
    program::Program,
    tls::{Authority, Front},
};
use serde_json::Value;
use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
};
use zhijian::ledger::{CosignatureSigner, CosignatureVerifier, note::Note};

const LONG_AGO: (&str, &str) = ("20200101", "20200201");
const NOW: (&str, &str) = ("20200101", "20990101");

/// What is said of each server that does not show who it is.
const UNKNOWN: &str = "its certificate was not issued by an authority trusted here";
const OTHER_NAME: &str = "its certificate is for another name";
const EXPIRED: &str = "its certificate has expired";

/// Three fronts that nobody should trust, before a listener that should never hear of anything.
struct Impostors {
    fronts: [(Front, &'static str); 3],
    behind: TcpListener,
}

impl Impostors {
    fn start(folder: &Path, trusted: &Authority) -> Impostors {
        let behind = TcpListener::bind("127.0.0.1:0").unwrap();
        behind.set_nonblocking(true).unwrap();
        let address = behind.local_addr().unwrap().to_string();
        let stranger = Authority::new(&folder.join("stranger"));
        let front = |authority: &Authority, host, (from, until), says| {
            (Front::start(&authority.certificate(host, from, until), &address), says)
        };
        let fronts = [
            front(&stranger, "localhost", NOW, UNKNOWN),
            front(trusted, "elsewhere.example", NOW, OTHER_NAME),
            front(trusted, "localhost", LONG_AGO, EXPIRED),
        ];
        Impostors { fronts, behind }
    }

    fn heard_nothing(&self) {
        let heard = self.behind.accept();
        assert!(heard.is_err_and(|none| none.kind() == std::io::ErrorKind::WouldBlock));
    }
}

fn certified(authority: &Authority) -> std::path::PathBuf {
    authority.certificate("localhost", NOW.0, NOW.1)
}

/// `zhijian serve` as a process that trusts this authority alone, showing its log to these witnesses.
fn log(
    data: &Path,
    trusted: &Authority,
    witnesses: &[(String, CosignatureVerifier, &str)],
) -> Server {
    let mut settings = "[log]\ncosign_every_seconds = 1\n".to_owned();
    for (name, key, url) in witnesses {
        settings += &format!("[[log.witness]]\nname = '{name}'\nvkey = '{key}'\nurl = '{url}'\n");
    }
    let file = data.join("settings.toml");
    fs::write(&file, settings).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_zhijian"));
    program.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
    program.arg("--config").arg(file).env("SSL_CERT_FILE", trusted.trusted());
    Server::launch(program.stderr(Stdio::null())).expect("the log starts")
}

fn page(server: &Server, path: &str) -> String {
    reqwest::blocking::get(format!("http://{}{path}", server.address)).unwrap().text().unwrap()
}

#[test]
fn a_log_shows_itself_only_to_witnesses_who_show_who_they_are() {
    let (folder, court) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let served = serve(settings(&[]));
    let agency = house::enter_agency(&served.house);
    house::enter_officers(&served.house, &agency, 0, 3);
    served.sealed();
    let key = vkey(&served);
    let data = served.stop();
    let witness = Program::start(court.path(), &["--log", &key, "--name", "court.example"]);

    let authority = Authority::new(&folder.path().join("authority"));
    let behind = witness.url.strip_prefix("http://").unwrap();
    let front = Front::start(&certified(&authority), behind);
    let impostors = Impostors::start(folder.path(), &authority);
    let mut witnesses = vec![("县法院".to_owned(), witness.verifier.clone(), &*front.url)];
    for (number, (front, _)) in impostors.fronts.iter().enumerate() {
        let key = ed25519_dalek::SigningKey::from_bytes(&[number as u8; 32]);
        let signer = CosignatureSigner::new(format!("w{number}.example"), key).unwrap();
        witnesses.push((format!("见证{number}"), signer.verifier().clone(), &front.url));
    }
    let log = log(data.path(), &authority, &witnesses);
    let note = eventually("cosigned over TLS", || {
        let note = Note::parse(&page(&log, "/log/checkpoint")).unwrap();
        (!witness.verifier.times(&note).unwrap().is_empty()).then_some(note)
    });
    // The log's own line and the one witness's.
    assert_eq!(note.signatures.len(), 2);
    for (number, (_, says)) in impostors.fronts.iter().enumerate() {
        eventually(says, || {
            let said: Value = page(&log, "/readyz").parse().unwrap();
            let one = &said["witnesses"][number + 1];
            (one["fault"] == **says && one["current"] == false).then_some(())
        });
    }
    assert_eq!(page(&log, "/log").matches("暂未联署").count(), 3);
    impostors.heard_nothing();
}

#[test]
fn a_witness_fetches_and_brings_only_where_the_log_shows_who_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let data = tempfile::tempdir().unwrap();
    let (court, _) = strangers(&data, "court");
    let served = serve(settings(&[("县法院", &court, "")]));
    let agency = house::enter_agency(&served.house);
    house::enter_officers(&served.house, &agency, 0, 300);
    let authority = Authority::new(&folder.path().join("authority"));
    let front = Front::start(&certified(&authority), &served.address);
    let impostors = Impostors::start(folder.path(), &authority);
    let key = vkey(&served);
    let polling = |from: &str, more: &[&str]| {
        let log = format!("{from}/log");
        let arguments = ["--log", &key, "--every", "1", "--poll", &log];
        let arguments = [&arguments[..], more].concat();
        Program::trusting(&authority.trusted(), data.path(), &arguments)
    };
    let size = served.sealed().size;
    for (impostor, says) in &impostors.fronts {
        let witness = polling(&impostor.url, &[]);
        eventually(says, || witness.said().contains(says).then_some(()));
        witness.kill();
        // Fetched where it is right, and not brought where it is not.
        let there = format!("{}/log/cosignatures", impostor.url);
        let witness = polling(&front.url, &["--deliver", &there]);
        eventually(says, || witness.said().contains(says).then_some(()));
        witness.kill();
    }
    impostors.heard_nothing();
    let note = Note::parse(&served.page("/log/checkpoint", 200)).unwrap();
    assert!(court.times(&note).unwrap().is_empty(), "nobody brought it anything");
    let _witness = polling(&front.url, &[]);
    assert_eq!(cosigned(&served, &[&court]), size);
}
