//! One large upload by tus against `sha256sum` of the same file and a plain copy with sync, in one run.
//!
//! `cargo bench --bench upload [-- MIB]`

mod support;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::{
    fs::File,
    io::{Read as _, Write as _},
    path::Path,
    process::Command,
    time::Instant,
};
use support::{
    bureau,
    client::{Connection, Server, sign_in},
    file_case, peak_memory_mib, seconds,
};

/// Bytes of one PATCH, as the page's own client sends them.
const PIECE: usize = 4 << 20;

fn main() {
    let mib = std::env::args().skip(1).find_map(|a| a.parse::<usize>().ok()).unwrap_or(2048);
    let dir = tempfile::tempdir().unwrap();
    let case = actix_web::rt::System::new().block_on(async {
        let bureau = bureau(dir.path()).await;
        sign_in(&bureau.house, &bureau.officer.id).await;
        let case = file_case(&bureau, 1).await;
        bureau.house.store.close();
        case
    });
    let file = dir.path().join("big.bin");
    make(&file, mib);
    let rate = |seconds: f64| mib as f64 / seconds;

    let start = Instant::now();
    let sum = Command::new("sha256sum").arg(&file).output().unwrap();
    println!("sha256sum: {:.0} MiB/s", rate(seconds(start)));
    let digest = String::from_utf8_lossy(&sum.stdout)[..64].to_owned();

    let start = Instant::now();
    std::fs::copy(&file, dir.path().join("copy.bin")).unwrap();
    File::open(dir.path().join("copy.bin")).unwrap().sync_all().unwrap();
    println!("copy with sync: {:.0} MiB/s", rate(seconds(start)));
    std::fs::remove_file(dir.path().join("copy.bin")).unwrap();

    let server = Server::start(dir.path());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let start = Instant::now();
    runtime.block_on(upload(&server.address, &case, &file, mib * (1 << 20)));
    println!(
        "upload by tus, hashed, re-hashed and synced: {:.0} MiB/s, server peak memory {} MiB",
        rate(seconds(start)),
        peak_memory_mib(server.child.id())
    );
    let kept = dir.path().join("vault/sha256").join(&digest[..2]).join(&digest);
    assert!(kept.is_file(), "the vault holds the very digest that sha256sum told");
}

/// Bytes that no file system or cache can make smaller.
fn make(path: &Path, mib: usize) {
    let mut file = File::create(path).unwrap();
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut piece = vec![0u8; 1 << 20];
    for _ in 0..mib {
        for word in piece.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_le_bytes());
        }
        file.write_all(&piece).unwrap();
    }
    file.sync_all().unwrap();
}

async fn upload(address: &str, case: &str, path: &Path, length: usize) {
    let mut connection = Connection::open(address).await.unwrap();
    let metadata =
        format!("filename {},case {}", STANDARD.encode("big.bin"), STANDARD.encode(case));
    let headers = format!(
        "tus-resumable: 1.0.0\r\nupload-length: {length}\r\nupload-metadata: {metadata}\r\n"
    );
    let reply = connection.send("POST", "/files", &headers, &[]).await.unwrap();
    assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.body));
    let location = reply.header("location").unwrap().to_owned();
    let path_of =
        location.find("/files/").map_or(location.as_str(), |at| &location[at..]).to_owned();
    let mut file = File::open(path).unwrap();
    let mut piece = vec![0; PIECE];
    let mut offset = 0;
    while offset < length {
        let take = PIECE.min(length - offset);
        file.read_exact(&mut piece[..take]).unwrap();
        let headers = format!(
            "tus-resumable: 1.0.0\r\nupload-offset: {offset}\r\ncontent-type: application/offset+octet-stream\r\n"
        );
        let reply = connection.send("PATCH", &path_of, &headers, &piece[..take]).await.unwrap();
        assert_eq!(reply.status, 204, "{}", String::from_utf8_lossy(&reply.body));
        offset += take;
    }
}
