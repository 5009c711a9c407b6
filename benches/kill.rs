//! Kill test: kill -9 of the server under load, again and again; nothing acknowledged may be missing and
//! `fsck` must be clean after every round.
//!
//! `cargo bench --bench kill [-- ROUNDS]`

mod support;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use std::{path::Path, sync::Arc, time::Duration};
use support::{
    Bureau, Person, bureau,
    client::{Connection, Server, sign_in},
    evidence, file_case, settings,
};
use zhijian::{
    app::{self, Access, SystemClock},
    base::Digest,
    desk::{Clock as _, fsck},
    store::{Db, records, uploads},
};

const WRITERS: usize = 16;

fn main() {
    let rounds = std::env::args().skip(1).find_map(|a| a.parse::<u32>().ok()).unwrap_or(100);
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let system = actix_web::rt::System::new();
    let (officer, cases) = system.block_on(prepare(dir.path()));
    let (mut acknowledged, mut bytes) = (0, 0);
    for round in 0..rounds {
        let mut server = Server::start(dir.path());
        // Another moment of the work in each round: 20 ms to 1 s after the first request.
        let after = Duration::from_millis(20 + u64::from(round) * 37 % 980);
        let seen = runtime.block_on(load(
            &server.address,
            &officer,
            &cases,
            round,
            after,
            &mut server.child,
        ));
        server.kill();
        system.block_on(check(dir.path(), &seen));
        acknowledged += seen.payloads.len();
        bytes += seen.uploads.iter().map(|(_, offset)| offset).sum::<u64>();
    }
    println!(
        "{rounds} rounds of kill -9: {acknowledged} acknowledged records and {bytes} acknowledged upload bytes, 0 lost, fsck clean each time"
    );
}

async fn prepare(data: &Path) -> (Person, Vec<String>) {
    let bureau = bureau(data).await;
    sign_in(&bureau.house, &bureau.officer.id).await;
    let mut cases = Vec::new();
    for n in 0..WRITERS {
        cases.push(file_case(&bureau, n as u64).await);
    }
    let Bureau { house, officer, .. } = bureau;
    house.store.close();
    (officer, cases)
}

/// What the server acknowledged before it died.
#[derive(Default)]
struct Seen {
    /// Chain and payload digest.
    payloads: Vec<(String, String)>,
    uploads: Vec<(String, u64)>,
}

async fn load(
    address: &str,
    officer: &Person,
    cases: &[String],
    round: u32,
    after: Duration,
    child: &mut std::process::Child,
) -> Seen {
    let writers: Vec<_> = cases
        .iter()
        .enumerate()
        .map(|(n, case)| {
            let first = u64::from(round) * 1_000_000 + n as u64 * 10_000;
            tokio::spawn(write(address.to_owned(), officer.clone(), case.clone(), first))
        })
        .collect();
    let uploader = tokio::spawn(upload(address.to_owned(), cases[0].clone()));
    tokio::time::sleep(after).await;
    child.kill().unwrap();
    let mut seen = Seen::default();
    for writer in writers {
        seen.payloads.extend(writer.await.unwrap());
    }
    seen.uploads.extend(uploader.await.unwrap());
    seen
}

/// Writes records until the connection breaks; gives chain and payload digest of what was acknowledged.
async fn write(
    address: String,
    officer: Person,
    case: String,
    first: u64,
) -> Vec<(String, String)> {
    let mut done = Vec::new();
    let Ok(mut connection) = Connection::open(&address).await else { return done };
    for n in first.. {
        let (bytes, envelope, fields) = evidence(&officer, &case, n, SystemClock.now());
        let body = json!({ "envelope": STANDARD.encode(bytes), "fields": fields }).to_string();
        let kind = "content-type: application/json\r\n";
        let Ok(reply) = connection.send("POST", "/api/v1/records", kind, body.as_bytes()).await
        else {
            return done;
        };
        assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.body));
        done.push((case.clone(), Digest::of(&envelope.payload).hex()));
    }
    done
}

/// Uploads until the connection breaks; gives the acknowledged offset of the upload under way.
async fn upload(address: String, case: String) -> Option<(String, u64)> {
    let mut connection = Connection::open(&address).await.ok()?;
    let metadata = format!("filename {},case {}", STANDARD.encode("k.bin"), STANDARD.encode(&case));
    let headers = format!(
        "tus-resumable: 1.0.0\r\nupload-length: 1073741824\r\nupload-metadata: {metadata}\r\n"
    );
    let reply = connection.send("POST", "/files", &headers, &[]).await.ok()?;
    assert_eq!(reply.status, 201);
    let id = reply.header("location")?.rsplit('/').next()?.to_owned();
    let (piece, mut offset) = (vec![7u8; 1 << 20], 0u64);
    loop {
        let headers = format!(
            "tus-resumable: 1.0.0\r\nupload-offset: {offset}\r\ncontent-type: application/offset+octet-stream\r\n"
        );
        let path = format!("/files/{id}");
        match connection.send("PATCH", &path, &headers, &piece).await {
            Ok(reply) if reply.status == 204 => offset += piece.len() as u64,
            Ok(reply) => panic!("{}", reply.status),
            Err(_) => return Some((id, offset)),
        }
    }
}

async fn check(data: &Path, seen: &Seen) {
    let clock = Arc::new(SystemClock);
    let house = app::open(&settings(), data, clock, Access::Serve).await.unwrap();
    for (case, payload) in seen.payloads.clone() {
        let lost = format!("an acknowledged record of {case} is lost: {payload}");
        let find = move |db: &mut Db| records::by_payload_digest(db, &case, &payload);
        assert!(house.store.read(find).await.unwrap().is_some(), "{lost}");
    }
    for (id, offset) in &seen.uploads {
        let wanted = id.clone();
        let row = house.store.read(move |db| uploads::find(db, &wanted)).await.unwrap();
        let staged = std::fs::metadata(data.join("staging").join(format!("{id}.part")))
            .map_or(0, |m| m.len());
        assert!(row.received.unsigned_abs() >= *offset, "acknowledged upload bytes are lost");
        assert!(staged >= row.received.unsigned_abs(), "staged bytes are lost");
    }
    let report = fsck::fsck(&house, Arc::new(|_, _, _| {})).await.unwrap();
    assert!(report.is_clean(), "{:?}", report.faults.first());
    house.store.close();
}
