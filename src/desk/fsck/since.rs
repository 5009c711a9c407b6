//! A check from a point on: where it begins, which chains were gone on with since, and what it left unread. The point
//! where the last good check of everything stood is kept beside the guard file, as the signed checkpoint itself.

use super::{Report, log};
use crate::{
    base::{Day, Moment},
    desk::{Error, House, durable, log_keys},
    ledger::checkpoint::Checkpoint,
    store::{Db, cases, checkpoints, disclosures, entries, exhibits},
};
use std::{collections::BTreeMap, io, path::PathBuf};

/// Entries read at a time.
const BATCH: i64 = 10_000;

/// From where on everything is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// From this leaf of the log, counted from 0.
    Leaf(u64),
    /// From the beginning of this day.
    Day(Day),
    /// From where the log stood at this signed checkpoint; its note as published.
    Checkpoint(String),
}

/// What a check from a point on did not read again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// The leaf from which on everything was checked.
    pub leaf: u64,
    /// Records.
    pub records: u64,
    /// Checkpoints.
    pub checkpoints: u64,
    /// Cases.
    pub cases: u64,
    /// Disclosures.
    pub disclosures: u64,
    /// Exhibits.
    pub exhibits: u64,
}

/// The point as it lies in one log.
pub(super) struct Point {
    /// The first leaf of which the entry is checked.
    pub(super) leaf: i64,
    /// What was signed where the last check ended.
    pub(super) kept: Option<Checkpoint>,
    /// The chains gone on with from there, with the first place of each that is new.
    first: BTreeMap<String, i64>,
}

impl Point {
    /// Finds the point in a log of `size` leaves.
    ///
    /// # Errors
    /// `Invalid` when the log does not know it.
    pub(super) fn find(
        db: &mut Db,
        house: &House,
        since: &Since,
        size: i64,
    ) -> Result<Point, Error> {
        let mut kept = None;
        let leaf = match since {
            Since::Leaf(leaf) => i64::try_from(*leaf)
                .ok()
                .filter(|leaf| *leaf <= size)
                .ok_or_else(|| Error::invalid("since", format!("日志只有{size}个叶")))?,
            // The last one before that day goes with it. Its time is under its leaf: who moves times back to hide what
            // is new moves the time of this one, and that is found.
            Since::Day(day) => {
                let time = Moment::start_of(*day).millis();
                entries::first_since(db, time)?.unwrap_or(size).saturating_sub(1).max(0)
            }
            Since::Checkpoint(note) => {
                let keys = log_keys::read(db, &house.log.verifier())?;
                let signed = log::opened(&keys, note)
                    .ok_or_else(|| Error::invalid("since", "不是本日志密钥签名的检查点"))?;
                let leaf = i64::try_from(signed.size).unwrap_or(i64::MAX).min(size);
                kept = Some(signed);
                leaf
            }
        };
        let mut point = Point { leaf, kept, first: BTreeMap::new() };
        for from in (leaf..size).step_by(BATCH as usize) {
            for (entry, record) in entries::places(db, from..(from + BATCH).min(size))? {
                point.touch(entry);
                record.into_iter().for_each(|place| point.touch(place));
            }
        }
        Ok(point)
    }

    fn touch(&mut self, (chain, seq): (String, i64)) {
        let first = self.first.entry(chain).or_insert(seq);
        *first = seq.min(*first);
    }

    /// The chains gone on with.
    pub(super) fn touched(&self) -> Vec<String> {
        self.first.keys().cloned().collect()
    }

    /// The first new place of `chain`.
    pub(super) fn first_of(&self, chain: &str) -> i64 {
        self.first.get(chain).copied().unwrap_or(0)
    }
}

/// Counts what the check that `report` tells of, of everything but bytes, left unread.
pub(super) fn unread(db: &mut Db, leaf: i64, report: &Report) -> Result<Unread, Error> {
    let left = |all: i64, read: u64| all.unsigned_abs().saturating_sub(read);
    Ok(Unread {
        leaf: leaf.unsigned_abs(),
        records: report.leaves.saturating_sub(report.records),
        checkpoints: left(checkpoints::count(db)?, report.checkpoints),
        cases: left(cases::count_all(db)?, report.cases),
        disclosures: left(disclosures::count_all(db)?, report.disclosures),
        exhibits: exhibits::count(db)?.unsigned_abs(),
    })
}

/// Where it is kept how far a check has come.
pub fn place(house: &House) -> PathBuf {
    house.guard.with_file_name("fsck.last")
}

/// The checkpoint up to which everything was in order, if there was such a check.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn last(house: &House) -> io::Result<Option<Since>> {
    match std::fs::read_to_string(place(house)) {
        Ok(note) => Ok(Some(Since::Checkpoint(note))),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Keeps the newest checkpoint of a check that found everything in order, for the next one to begin from. To be called
/// only when everything before it was in order too.
///
/// # Errors
/// When the file cannot be written.
pub fn keep(house: &House, report: &Report) -> io::Result<()> {
    match &report.newest {
        Some(note) if report.is_clean() => durable::replace(&place(house), note.as_bytes()),
        _ => Ok(()),
    }
}
