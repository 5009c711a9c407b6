//! The log: every leaf commits to its entry; every kept node, every checkpoint and the guard file follow from the
//! leaves. The tree grows here, leaf by leaf; hashes and signatures are the crew's work.

use super::{
    Report,
    chains::Reading,
    crew::Line,
    gaps,
    since::Point,
    vouched::{self, Vouched},
};
use crate::{
    base::Digest,
    desk::{
        Error, House, log_gaps,
        log_keys::{self, LogKey},
        seal_checkpoint::Sealer,
    },
    ledger::{checkpoint::Checkpoint, leaf::Leaf, note},
    store::{
        Db,
        checkpoints::{self, CheckpointRow},
        cosignatures, entries, nodes, timestamps,
    },
};
use std::{
    collections::{HashMap, VecDeque},
    path::Path,
    sync::Arc,
};

/// Leaves read at a time.
const BATCH: i64 = 4_000;

/// The place in which faults of the guard file are named.
const GUARD: &str = "检查点守护文件log.guard";

/// The place in which faults of the kept checkpoint are named.
const KEPT: &str = "上次核对所至的检查点";

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
        opened(keys, text)
    }
}

/// A checkpoint whose note one of the log's keys signed.
pub(super) fn opened(keys: &[LogKey], text: &str) -> Option<Checkpoint> {
    let keys: Vec<_> = keys.iter().map(|key| key.verifier.clone()).collect();
    Checkpoint::parse(&note::open(text, &keys).ok()?.text).ok()
}

/// Checks the log; of what lies before `point` the leaves alone and the tree over them. `guard` was read before the
/// rows: it cannot be ahead of them.
pub(super) fn check(
    reading: &mut Reading<'_, '_>,
    guard: &Guard,
    point: Option<&Point>,
) -> Result<(), Error> {
    let Reading { db, basis, report, .. } = reading;
    report.leaves = basis.size.unsigned_abs();
    let keys = log_keys::read(db, &basis.house.log.verifier())?;
    gaps::check(db, &keys, report)?;
    // What was signed under a name that ended is on record there.
    let ended = log_gaps::read(db)?;
    let ended = |signed: &Checkpoint| ended.iter().any(|(gap, _)| gap.ended(signed));
    let signed = guard.signed(&keys);
    if signed.is_none() && !matches!(guard, Guard::Absent) {
        report.fault(GUARD, "不是日志密钥签名的检查点");
    }
    let guarded = signed.filter(|signed| !ended(signed));
    check_guard(db, basis.house, guarded.as_ref(), &keys, report)?;
    let mut outside: Vec<(&str, &Checkpoint)> = Vec::new();
    outside.extend(guarded.as_ref().map(|signed| (GUARD, signed)));
    if let Some(kept) = point.and_then(|point| point.kept.as_ref()).filter(|kept| !ended(kept)) {
        if kept.size > report.leaves {
            report.fault(KEPT, format!("记有{}个叶，日志被截短", kept.size));
        }
        outside.push((KEPT, kept));
    }
    // Of the checkpoints before the point the last one is looked at: what follows extends it.
    let first = match point {
        None => i64::MIN,
        Some(point) => checkpoints::at_or_below(db, point.leaf)?.map_or(0, |row| row.size),
    };
    let sealed = checkpoints::latest(db)?.map_or(0, |row| row.size);
    let leaf = point.map_or(0, |point| point.leaf);
    let (keys, edge, full) = (Arc::new(keys), Sealer::empty(), HashMap::new());
    let walk = Walk { outside, keys, sealed, edge, full };
    walk.run(reading, leaf, first)
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

/// A checkpoint with what others said of it, and the tree as it stood there.
struct Sealed {
    row: CheckpointRow,
    vouched: Vouched,
    root: Digest,
    size: u64,
}

/// What the crew checks of some leaves in a row.
struct Piece {
    rows: Arc<Vec<entries::LeafRow>>,
    links: Vec<entries::EntryRow>,
    /// The leaf from which on there are links.
    since: i64,
    sealed: Vec<Sealed>,
}

impl Piece {
    fn check(self, keys: &[LogKey]) -> Report {
        let mut report = Report::default();
        let mut links = self.links.iter().peekable();
        for row in self.rows.iter().filter(|row| row.idx >= self.since) {
            let place = || format!("日志叶{}", row.idx);
            let Some(link) = links.next_if(|link| link.leaf == row.idx) else {
                report.fault(place(), "没有对应的链条目");
                continue;
            };
            let nonce = row.nonce.as_slice().try_into().ok();
            let expected = nonce.zip(Digest::from_slice(&link.hash));
            if expected.is_none_or(|(nonce, hash)| Leaf::new(nonce, hash).0[..] != row.leaf[..]) {
                let text = format!("与链条目不符（链{}第{}条）", link.chain, link.seq + 1);
                report.fault(place(), text);
            }
        }
        for sealed in &self.sealed {
            sealed.check(keys, &mut report);
            vouched::check(&sealed.row, &sealed.vouched, &mut report);
        }
        report
    }
}

impl Sealed {
    fn check(&self, keys: &[LogKey], report: &mut Report) {
        let (row, root) = (&self.row, self.root);
        let place = format!("检查点{}", row.size);
        report.checkpoints += 1;
        let text = match log_keys::check(keys, row.size.unsigned_abs(), &row.note) {
            Ok(text) => text,
            Err(fault) => return report.fault(place, fault),
        };
        let Ok(signed) = Checkpoint::parse(&text) else {
            return report.fault(place, "不是检查点");
        };
        if signed.root != root {
            report.fault(&place, format!("note所签的根应为{root}，现为{}", signed.root));
        }
        if row.root != root.as_bytes() {
            report.differs(&place, "root", &root.as_bytes().to_vec(), &row.root);
        }
        if i64::try_from(signed.size) != Ok(row.size) || signed.size != self.size {
            report.fault(&place, format!("note所签的叶数为{}", signed.size));
        }
    }
}

/// Answers of the crew, each with what the tree itself showed of the same leaves.
struct Found {
    line: Line<Report>,
    of_tree: VecDeque<Report>,
}

impl Found {
    fn take_up(&mut self, found: Option<Report>, report: &mut Report) -> bool {
        let Some(found) = found else { return false };
        report.absorb(found);
        self.of_tree.pop_front().into_iter().for_each(|found| report.absorb(found));
        true
    }
}

/// The tree as it grows leaf by leaf.
struct Walk<'h> {
    /// Checkpoints kept outside the database, with their places.
    outside: Vec<(&'static str, &'h Checkpoint)>,
    keys: Arc<Vec<LogKey>>,
    /// Leaves under the newest checkpoint: the kept nodes reach so far.
    sealed: i64,
    edge: Sealer,
    /// Full tiles met, by level.
    full: HashMap<i32, i64>,
}

impl Walk<'_> {
    /// From the first leaf on; checks entries from leaf `since` on and checkpoints from size `first` on.
    fn run(mut self, reading: &mut Reading<'_, '_>, since: i64, first: i64) -> Result<(), Error> {
        let size = reading.basis.size;
        let mut found = Found { line: reading.crew.line(), of_tree: VecDeque::new() };
        let (mut from, mut next) = (0, first);
        let mut whole = true;
        while from < size && whole {
            (reading.progress)("日志叶", from.unsigned_abs(), size.unsigned_abs());
            let until = (from + BATCH).min(size);
            let mut own = Report::default();
            let rows = entries::leaves(reading.db, from..until)?;
            if let Some(index) = gap(&rows, from, until) {
                own.fault(format!("日志叶{index}"), "缺失，日志不连续");
                whole = false;
            }
            let there = if whole { rows } else { Vec::new() };
            let links = match since {
                since if since >= until || !whole => Vec::new(),
                since => entries::range(reading.db, from.max(since)..until)?,
            };
            let mut due = match whole && next <= until {
                true => sealed_in(reading.db, next..until + 1)?,
                false => VecDeque::new(),
            };
            next = next.max(until + 1);
            let rows = Arc::new(there);
            let mut sealed = Vec::new();
            for row in rows.iter() {
                self.take_up(reading.db, row, &mut own)?;
                while due.front().is_some_and(|(at, _)| at.size <= row.idx + 1) {
                    let Some((row, vouched)) = due.pop_front() else { break };
                    let (root, size) = (self.edge.root(), self.edge.size());
                    sealed.push(Sealed { row, vouched, root, size });
                }
            }
            let (piece, keys) = (Piece { rows, links, since, sealed }, self.keys.clone());
            found.of_tree.push_back(own);
            let oldest = found.line.push(reading.crew.ask(move || piece.check(&keys)))?;
            found.take_up(oldest, reading.report);
            from = until;
        }
        loop {
            let oldest = found.line.pop()?;
            if !found.take_up(oldest, reading.report) {
                break;
            }
        }
        if whole { self.finish(reading, next) } else { Ok(()) }
    }

    fn finish(&self, reading: &mut Reading<'_, '_>, next: i64) -> Result<(), Error> {
        if let Some(row) = checkpoints::covering(reading.db, next.saturating_sub(1))? {
            let text = "大于日志现有的叶数，日志被截短";
            reading.report.fault(format!("检查点{}", row.size), text);
        }
        self.surplus(reading.db, reading.report)
    }

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
        for (place, signed) in &self.outside {
            if signed.size == self.edge.size() && signed.root != self.edge.root() {
                report.fault(*place, "根与由叶重算的结果不符，日志曾被改写");
            }
        }
        Ok(())
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

/// The checkpoints of these sizes with what others said of them, in order.
fn sealed_in(
    db: &mut Db,
    sizes: std::ops::Range<i64>,
) -> Result<VecDeque<(CheckpointRow, Vouched)>, Error> {
    let mut lines = cosignatures::range(db, sizes.clone())?.into_iter().peekable();
    let mut tokens = timestamps::range(db, sizes.clone())?.into_iter().peekable();
    let mut vouched = |size| Vouched {
        lines: std::iter::from_fn(|| lines.next_if(|line| line.size == size)).collect(),
        tokens: std::iter::from_fn(|| tokens.next_if(|token| token.size == size)).collect(),
    };
    let rows = checkpoints::range(db, sizes)?;
    Ok(rows
        .into_iter()
        .map(|row| (vouched(row.size), row))
        .map(|(said, row)| (row, said))
        .collect())
}
