//! The bytes: every exhibit and every thumbnail is read again from the vault and must hash to its name, an exhibit
//! also to the size and the chunk root of its row, which were compared with its custody record before.

use super::{Progress, Report};
use crate::{
    base::Digest,
    desk::{Error, House},
    evidence::vault::VaultError,
    ledger::chunk::{self, ChunkHasher},
    store::{
        Db,
        exhibits::{self, Exhibit},
    },
};
use futures_util::StreamExt;
use std::{collections::HashMap, sync::Arc};

/// Exhibits read from the rows at a time.
const BATCH: i64 = 200;

/// What the bytes of one file turned out to be; `None` when they could not be read whole.
type Found = Option<(u64, Digest)>;

pub(super) async fn check(
    house: &Arc<House>,
    report: &mut Report,
    progress: &Progress,
) -> Result<(), Error> {
    let since = report.since.as_ref().map(|unread| unread.leaf.cast_signed());
    let all = expected(house, since).await?;
    let mut bytes = Bytes { house, report, progress, all, seen: HashMap::new() };
    let mut after = String::new();
    loop {
        let page = page(house, since, after.clone()).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after.clone_from(&last.id);
        for row in page {
            bytes.report.exhibits += 1;
            let found = bytes.read_once(&row.sha256).await?;
            compare(&row, found, bytes.report);
            if let Some(poster) = &row.poster_sha256 {
                bytes.read_once(poster).await?;
            }
        }
    }
}

/// Exhibits after the id `after`, of those that a record from leaf `since` on took in.
async fn page(house: &House, since: Option<i64>, after: String) -> Result<Vec<Exhibit>, Error> {
    let read = move |db: &mut Db| match since {
        None => exhibits::page(db, &after, BATCH),
        Some(leaf) => exhibits::page_since(db, leaf, &after, BATCH),
    };
    Ok(house.store.read(read).await?)
}

/// Bytes of the exhibits that will be read, as their rows say; thumbnails are small beside them.
async fn expected(house: &House, since: Option<i64>) -> Result<u64, Error> {
    let (mut sizes, mut after) = (HashMap::new(), String::new());
    loop {
        let page = page(house, since, after.clone()).await?;
        let Some(last) = page.last() else { return Ok(sizes.into_values().sum()) };
        after.clone_from(&last.id);
        sizes.extend(page.into_iter().map(|row| (row.sha256, row.size.unsigned_abs())));
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

/// The reading of files on its way.
struct Bytes<'r> {
    house: &'r House,
    report: &'r mut Report,
    progress: &'r Progress,
    /// Bytes that will have been read.
    all: u64,
    /// One file may be in several cases: read once, compared with every row.
    seen: HashMap<String, Found>,
}

impl Bytes<'_> {
    async fn read_once(&mut self, sha256: &str) -> Result<Found, Error> {
        if let Some(known) = self.seen.get(sha256) {
            return Ok(*known);
        }
        let found = self.read(sha256).await?;
        self.seen.insert(sha256.to_owned(), found);
        Ok(found)
    }

    async fn read(&mut self, sha256: &str) -> Result<Found, Error> {
        let place = format!("证据附件文件{sha256}");
        let Ok(digest) = sha256.parse::<Digest>() else {
            self.report.fault(place, "摘要不合规范");
            return Ok(None);
        };
        let mut reading = match self.house.vault.open_range(digest, None).await {
            Ok(reading) => reading,
            Err(VaultError::Missing) => {
                self.report.fault(place, "文件缺失");
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
            self.report.exhibit_bytes += piece.len() as u64;
            (self.progress)("证据附件字节", self.report.exhibit_bytes, self.all);
        }
        let found = Digest(sha2::Digest::finalize(whole).into());
        if found != digest {
            self.report.fault(place, format!("内容已改变，现摘要为{found}"));
            return Ok(None);
        }
        Ok(Some((size, chunk::chunk_root(&chunks.finish()))))
    }
}
