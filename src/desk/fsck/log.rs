//! The log: every leaf commits to its entry; every kept node, every checkpoint and the guard file follow from the
//! leaves.

use super::{Progress, Report, gaps, vouched};
use crate::{
    base::Digest,
    desk::{
        Error, House, log_gaps,
        log_keys::{self, LogKey},
        seal_checkpoint::Sealer,
    },
    ledger::{checkpoint::Checkpoint, leaf::Leaf, note},
    store::{Db, checkpoints, entries, nodes},
};
use std::{collections::HashMap, path::Path};

/// Leaves read at a time.
const BATCH: i64 = 10_000;
/// What the guard file is called in the report.
const GUARD: &str = "检查点守护文件log.guard";

/// The guard file as it is on disk.
pub(super) enum Guard {
    /// There is none.
    Absent,
    /// It cannot be read.
    Unreadable,
    /// What stands in it.
    Text(String),
}

impl Guard {
    pub(super) fn read(house: &House) -> Guard {
        let path: &Path = &house.guard;
        match std::fs::read_to_string(path) {
            Ok(text) => Guard::Text(text),
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => Guard::Absent,
            Err(_) => Guard::Unreadable,
        }
    }

    /// The checkpoint in it, if one of the log's keys signed it.
    fn signed(&self, keys: &[LogKey]) -> Option<Checkpoint> {
        let Guard::Text(text) = self else { return None };
        let keys: Vec<_> = keys.iter().map(|key| key.verifier.clone()).collect();
        Checkpoint::parse(&note::open(text, &keys).ok()?.text).ok()
    }
}

/// `guard` was read before the rows: it cannot be ahead of them.
pub(super) fn check(
    db: &mut Db,
    house: &House,
    guard: &Guard,
    report: &mut Report,
    progress: &Progress,
) -> Result<(), Error> {
    let size = entries::size(db)?;
    report.leaves = size.unsigned_abs();
    let keys = log_keys::read(db, &house.log.verifier())?;
    gaps::check(db, &keys, report)?;
    // What was signed under a name that ended is on record there.
    let ended = log_gaps::read(db)?;
    let ended = |signed: &Checkpoint| ended.iter().any(|(gap, _)| gap.ended(signed));
    let signed = guard.signed(&keys);
    let unsigned = signed.is_none();
    let guarded = signed.filter(|signed| !ended(signed));
    if unsigned && !matches!(guard, Guard::Absent) {
        report.fault(GUARD, "不是日志密钥签名的检查点");
    }
    check_guard(db, house, guarded.as_ref(), &keys, report)?;
    let sealed = checkpoints::latest(db)?.map_or(0, |row| row.size);
    let (edge, full) = (Sealer::empty(), HashMap::new());
    let mut walk = Walk { guarded, keys, sealed, edge, full };
    let mut next = checkpoints::covering(db, i64::MIN)?;
    let mut from = 0;
    while from < size {
        progress("日志叶", from.unsigned_abs(), report.leaves);
        let until = (from + BATCH).min(size);
        let rows = entries::leaves(db, from..until)?;
        if let Some(index) = gap(&rows, from, until) {
            report.fault(format!("日志叶{index}"), "缺失，日志不连续");
            return Ok(());
        }
        commitments(&rows, &entries::range(db, from..until)?, report);
        for row in &rows {
            walk.take_up(db, row, report)?;
            while let Some(checkpoint) = next.take_if(|next| next.size <= row.idx + 1) {
                walk.checkpoint(&checkpoint, report);
                vouched::check(db, &checkpoint, report)?;
                next = checkpoints::covering(db, checkpoint.size)?;
            }
        }
        from = until;
    }
    if let Some(row) = next {
        report.fault(format!("检查点{}", row.size), "大于日志现有的叶数，日志被截短");
    }
    walk.surplus(db, report)
}

/// The first leaf of the range that is not there.
fn gap(rows: &[entries::LeafRow], from: i64, until: i64) -> Option<i64> {
    let mut there = rows.iter().map(|row| row.idx);
    (from..until).find(|index| there.next() != Some(*index))
}

fn check_guard(
    db: &mut Db,
    house: &House,
    before: Option<&Checkpoint>,
    keys: &[LogKey],
    report: &mut Report,
) -> Result<(), Error> {
    let latest = checkpoints::latest(db)?.map_or(0, |row| row.size.unsigned_abs());
    if let Some(signed) = before.filter(|signed| signed.size > report.leaves) {
        report.fault(GUARD, format!("记有{}个叶，日志被截短", signed.size));
    }
    // Read again after the rows: sealing writes the file first, so it cannot be behind them.
    let now = Guard::read(house);
    let name = keys.last().map_or("", |key| key.verifier.name());
    let own = now.signed(keys).filter(|signed| signed.origin == name);
    if let Some(signed) = own.filter(|signed| signed.size < latest) {
        report.fault(GUARD, format!("应不小于检查点{latest}，现为{}", signed.size));
    }
    if latest > 0 && matches!(now, Guard::Absent) {
        report.fault(GUARD, "缺失");
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
        let nonce = row.nonce.as_slice().try_into().ok();
        let expected = nonce.zip(Digest::from_slice(&link.hash));
        if expected.is_none_or(|(nonce, hash)| Leaf::new(nonce, hash).0[..] != row.leaf[..]) {
            report.fault(place, format!("与链条目不符（链{}第{}条）", link.chain, link.seq + 1));
        }
    }
}

/// The tree as it grows leaf by leaf.
struct Walk {
    guarded: Option<Checkpoint>,
    keys: Vec<LogKey>,
    /// Leaves under the newest checkpoint: the kept nodes reach so far.
    sealed: i64,
    edge: Sealer,
    /// Full tiles met, by level.
    full: HashMap<i32, i64>,
}

impl Walk {
    /// Takes a leaf up and compares the roots of tiles that become full with the kept nodes.
    fn take_up(
        &mut self,
        db: &mut Db,
        row: &entries::LeafRow,
        report: &mut Report,
    ) -> Result<(), Error> {
        let Ok(full) = self.edge.take_up(std::slice::from_ref(&row.leaf)) else {
            report.fault(format!("日志叶{}", row.idx), "叶的格式不合规范");
            return Ok(());
        };
        for (level, index, root) in full {
            if (index + 1) << level > self.sealed.unsigned_abs() {
                continue;
            }
            let (level, index) = (i32::from(level), index.cast_signed());
            self.full.insert(level, index + 1);
            let kept = nodes::find(db, level, index)?;
            if kept.as_deref() != Some(root.as_bytes()) {
                let place = format!("树节点{level}/{index}");
                report.differs(&place, "hash", &Some(root.as_bytes().to_vec()), &kept);
            }
        }
        if let Some(guarded) =
            self.guarded.as_ref().filter(|guarded| guarded.size == self.edge.size())
            && guarded.root != self.edge.root()
        {
            report.fault(GUARD, "根与由叶重算的结果不符，日志曾被改写");
        }
        Ok(())
    }

    fn checkpoint(&self, row: &checkpoints::CheckpointRow, report: &mut Report) {
        let place = format!("检查点{}", row.size);
        report.checkpoints += 1;
        let text = match log_keys::check(&self.keys, row.size.unsigned_abs(), &row.note) {
            Ok(text) => text,
            Err(fault) => return report.fault(place, fault),
        };
        let Ok(signed) = Checkpoint::parse(&text) else {
            return report.fault(place, "不是检查点");
        };
        let root = self.edge.root();
        if signed.root != root {
            report.fault(&place, format!("note所签的根应为{root}，现为{}", signed.root));
        }
        if row.root != root.as_bytes() {
            report.differs(&place, "root", &root.as_bytes().to_vec(), &row.root);
        }
        if i64::try_from(signed.size) != Ok(row.size) || signed.size != self.edge.size() {
            report.fault(&place, format!("note所签的叶数为{}", signed.size));
        }
    }

    /// Nodes that no full tile accounts for.
    fn surplus(&self, db: &mut Db, report: &mut Report) -> Result<(), Error> {
        for level in 0..64 {
            let first = self.full.get(&level).copied().unwrap_or(0);
            for (index, _) in nodes::range(db, level, first..i64::MAX)? {
                report.unfounded(format!("树节点{level}/{index}"));
            }
        }
        Ok(())
    }
}
