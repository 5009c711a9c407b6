//! The bytes: every exhibit and every thumbnail is read again from the vault and must hash to its name, an exhibit
//! also to the size and the chunk root of its row, which were compared with its custody record before.

use super::{Progress, Report};
use crate::{
    base::Digest,
    desk::{Error, House},
    evidence::vault::VaultError,
    ledger::chunk::{self, ChunkHasher},
    store::exhibits::{self, Exhibit},
};
use futures_util::StreamExt;
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

/// Exhibits read from the rows at a time.
const BATCH: i64 = 200;

/// What the bytes of one file turned out to be; `None` when they could not be read whole.
type Found = Option<(u64, Digest)>;

pub(super) async fn check(
    house: &Arc<House>,
    report: &mut Report,
    progress: &Progress,
) -> Result<(), Error> {
    let mut after = String::new();
    // One file may be in several cases: read once, compared with every row.
    let mut seen: HashMap<String, Found> = HashMap::new();
    loop {
        let from = after.clone();
        let page = house.store.read(move |db| exhibits::page(db, &from, BATCH)).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after.clone_from(&last.id);
        for row in page {
            report.exhibits += 1;
            let found = read_once(house, &row.sha256, &mut seen, report, progress).await?;
            compare(&row, found, report);
            if let Some(poster) = &row.poster_sha256 {
                read_once(house, poster, &mut seen, report, progress).await?;
            }
        }
    }
}

fn compare(row: &Exhibit, found: Found, report: &mut Report) {
    let Some((size, root)) = found else { return };
    let place = format!("证据附件文件{}", row.sha256);
    if size != row.size.unsigned_abs() {
        report.fault(&place, format!("大小应为{}字节，现为{size}字节", row.size));
    }
    if root.hex() != row.chunk_root {
        report.differs(&place, "chunk_root", &row.chunk_root, &root.hex());
    }
}

async fn read_once(
    house: &Arc<House>,
    sha256: &str,
    seen: &mut HashMap<String, Found>,
    report: &mut Report,
    progress: &Progress,
) -> Result<Found, Error> {
    match seen.entry(sha256.to_owned()) {
        Entry::Occupied(known) => Ok(*known.get()),
        Entry::Vacant(place) => Ok(*place.insert(read(house, sha256, report, progress).await?)),
    }
}

async fn read(
    house: &Arc<House>,
    sha256: &str,
    report: &mut Report,
    progress: &Progress,
) -> Result<Found, Error> {
    let place = format!("证据附件文件{sha256}");
    let Ok(digest) = sha256.parse::<Digest>() else {
        report.fault(place, "摘要不合规范");
        return Ok(None);
    };
    let mut reading = match house.vault.open_range(digest, None).await {
        Ok(reading) => reading,
        Err(VaultError::Missing) => {
            report.fault(place, "文件缺失");
            return Ok(None);
        }
        Err(fault) => return Err(Error::broken(fault)),
    };
    let mut whole = sha2::Sha256::default();
    let mut chunks = ChunkHasher::new();
    let mut size = 0;
    while let Some(piece) = reading.stream.next().await {
        let piece = piece.map_err(Error::broken)?;
        sha2::Digest::update(&mut whole, &piece);
        chunks.update(&piece);
        size += piece.len() as u64;
        report.exhibit_bytes += piece.len() as u64;
        progress("证据附件字节", report.exhibit_bytes, 0);
    }
    let found = Digest(sha2::Digest::finalize(whole).into());
    if found != digest {
        report.fault(place, format!("内容已改变，现摘要为{found}"));
        return Ok(None);
    }
    Ok(Some((size, chunk::chunk_root(&chunks.finish()))))
}
