//! The log: every leaf commits to its entry, every kept node and checkpoint follows from the leaves.

use super::{Progress, Report};
use crate::{
    base::Digest,
    desk::{Error, House, seal_checkpoint::Sealer},
    ledger::{checkpoint::Checkpoint, leaf::Leaf, note},
    store::{Db, checkpoints, entries, nodes},
};

/// Leaves read at a time.
const BATCH: i64 = 10_000;

pub(super) fn check(
    db: &mut Db,
    house: &House,
    report: &mut Report,
    progress: &Progress,
) -> Result<(), Error> {
    let size = entries::size(db)?;
    report.leaves = size.unsigned_abs();
    let mut edge = Sealer::empty();
    let mut next = checkpoints::covering(db, 0)?;
    let mut from = 0;
    while from < size {
        progress("日志叶", from.unsigned_abs(), size.unsigned_abs());
        let until = (from + BATCH).min(size);
        let rows = entries::leaves(db, from..until)?;
        let links = entries::range(db, from..until)?;
        for (index, row) in (from..until).zip(&rows) {
            if row.idx != index {
                report.fault(format!("日志叶{index}"), "缺失，日志不连续");
                return Ok(());
            }
        }
        if rows.len() != usize::try_from(until - from).map_err(Error::broken)? {
            report
                .fault(format!("日志叶{}", from + i64::try_from(rows.len()).unwrap_or(0)), "缺失");
            return Ok(());
        }
        commitments(&rows, &links, report);
        // Checkpoints inside the batch are compared on the way.
        let mut at = from;
        while let Some(row) = next.take_if(|row| row.size <= until) {
            let take = usize::try_from(row.size - at).map_err(Error::broken)?;
            let start = usize::try_from(at - from).map_err(Error::broken)?;
            grow(db, &mut edge, rows.get(start..start + take).unwrap_or_default(), report)?;
            at = row.size;
            checkpoint(house, &edge, &row, report);
            next = checkpoints::covering(db, row.size)?;
        }
        let start = usize::try_from(at - from).map_err(Error::broken)?;
        grow(db, &mut edge, rows.get(start..).unwrap_or_default(), report)?;
        from = until;
    }
    if let Some(row) = next {
        report.fault(format!("检查点{}", row.size), "大于日志现有的叶数，日志被截短");
    }
    Ok(())
}

fn commitments(rows: &[entries::LeafRow], links: &[entries::EntryRow], report: &mut Report) {
    let mut links = links.iter().peekable();
    for row in rows {
        let place = format!("日志叶{}", row.idx);
        let Some(link) = links.next_if(|link| link.leaf == row.idx) else {
            report.fault(place, "没有对应的链条目");
            continue;
        };
        let expected = nonce(&row.nonce).zip(Digest::from_slice(&link.hash));
        if expected.is_none_or(|(nonce, hash)| Leaf::new(&nonce, hash).0[..] != row.leaf[..]) {
            report.fault(place, format!("与链条目不符（链{}第{}条）", link.chain, link.seq + 1));
        }
    }
}

fn nonce(bytes: &[u8]) -> Option<[u8; 32]> {
    bytes.try_into().ok()
}

/// Takes leaves up and compares the roots of tiles that become full with the kept nodes.
fn grow(
    db: &mut Db,
    edge: &mut Sealer,
    rows: &[entries::LeafRow],
    report: &mut Report,
) -> Result<(), Error> {
    let sealed = checkpoints::latest(db)?.map_or(0, |row| row.size.unsigned_abs());
    let leaves: Vec<Vec<u8>> = rows.iter().map(|row| row.leaf.clone()).collect();
    let Ok(full) = edge.take_up(&leaves) else {
        report.fault(format!("日志叶{}之后", edge.size()), "叶的格式不合规范");
        return Ok(());
    };
    for (level, index, root) in full {
        if (index + 1) << level > sealed {
            continue;
        }
        let kept = nodes::find(db, i32::from(level), index.cast_signed())?;
        if kept.as_deref() != Some(root.as_bytes()) {
            report.fault(format!("树节点{level}/{index}"), "与由叶重算的结果不符");
        }
    }
    Ok(())
}

fn checkpoint(house: &House, edge: &Sealer, row: &checkpoints::CheckpointRow, report: &mut Report) {
    let place = format!("检查点{}", row.size);
    let opened = note::open(&row.note, &[house.log.verifier()]);
    let signed = opened.ok().and_then(|opened| Checkpoint::parse(&opened.text).ok());
    let Some(signed) = signed else {
        report.fault(place, "签名核验未通过");
        return;
    };
    report.checkpoints += 1;
    let root = edge.root();
    if signed.size != edge.size() || signed.root != root || row.root != root.as_bytes() {
        report.fault(place, "根与由叶重算的结果不符");
    }
    if signed.origin != house.log.name() {
        report.fault(format!("检查点{}", row.size), "日志名称不符");
    }
}
