//! The bytes: every exhibit is read again from the vault and must hash to what its record says.

use super::{Progress, Report};
use crate::{
    base::Digest,
    desk::{Error, House},
    evidence::vault::VaultError,
    ledger::chunk::{self, ChunkHasher},
    store::exhibits,
};
use futures_util::StreamExt;
use std::{collections::HashSet, sync::Arc};

/// Exhibits read from the rows at a time.
const BATCH: i64 = 200;

pub(super) async fn check(
    house: &Arc<House>,
    report: &mut Report,
    progress: &Progress,
) -> Result<(), Error> {
    let mut after = String::new();
    let mut seen = HashSet::new();
    loop {
        let from = after.clone();
        let page = house.store.read(move |db| exhibits::page(db, &from, BATCH)).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after.clone_from(&last.id);
        for row in page {
            report.exhibits += 1;
            progress("证据附件", report.exhibits, report.exhibits);
            if seen.insert(row.sha256.clone()) {
                check_one(house, &row, report).await?;
            }
        }
    }
}

async fn check_one(
    house: &Arc<House>,
    row: &exhibits::Exhibit,
    report: &mut Report,
) -> Result<(), Error> {
    let place = format!("证据附件文件{}", row.sha256);
    let Ok(digest) = row.sha256.parse::<Digest>() else {
        report.fault(place, "摘要不合规范");
        return Ok(());
    };
    let mut reading = match house.vault.open_range(digest, None).await {
        Ok(reading) => reading,
        Err(VaultError::Missing) => {
            report.fault(place, "文件缺失");
            return Ok(());
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
    }
    report.exhibit_bytes += size;
    let found = Digest(sha2::Digest::finalize(whole).into());
    let root = chunk::chunk_root(&chunks.finish());
    if found != digest || size != row.size.unsigned_abs() || root.hex() != row.chunk_root {
        report.fault(place, format!("内容已改变，现摘要为{found}"));
    }
    Ok(())
}
