//! Checking everything that is stored, from the bytes up. Changes nothing; names what is wrong, in order: the row,
//! the column, what it should be and what it is.
//!
//! # What is recomputed and compared
//!
//! | what | against |
//! |---|---|
//! | `records`, `entries`, `chains` | the envelope's bytes: digests, signatures by keys in force at that leaf, private fields against `fields_root`, every link, head and length; every index column |
//! | `leaves`, `nodes`, `checkpoints`, `log.guard` | leaf = nonce and entry hash; every full tile, every signed root, the guard's root |
//! | `cases`, `clocks`, `reviews`, `decisions` | all rows of every case, derived anew from its records ([`derive`]) |
//! | `disclosures`, `releases`, `disclosure_texts` and the index of words | the same, and the register records of imported ones |
//! | `exhibits`, the vault | custody records; all bytes hashed again, thumbnails too |
//! | `uploads`, staging | the exhibit an upload became; the bytes acknowledged of one under way |
//! | `keys`, `people`, `agencies`, `items` | the register records, as far as these say it (`registers.rs`) |
//! | every table above | rows that hang on nothing (`strays.rs`) |
//!
//! # How the work is shared
//!
//! One thread reads, in one transaction, so that everything is of one moment; a crew of threads, one a core, checks
//! what it hands them: cases whole, registers in pieces, leaves by the thousand. Answers are taken up in the order
//! in which they were asked for: what is named, and in which order, does not depend on the machine. Memory is bounded by the
//! pieces under way, the longest case among them.
//!
//! # From a point on
//!
//! [`fsck_since`] reads by the same code: the chains gone on with behind the point, cases from their first record, registers
//! from their first new one; entries, checkpoints and exhibits from the point on; all leaves, all nodes, the guard, the kept
//! checkpoint, the last checkpoint before the point. Older versions of what a new record on a register amends are
//! read through its releases. What reading every chain would have shown of their ends, heads and records without an
//! entry, is asked of the database (`strays.rs`). [`Unread`] counts the rest.
//!
//! # What is not, and why
//!
//! * `drafts`, `sessions`, `jobs`, `settings` but for the last public number: work under way and machinery. Nothing
//!   rests on them; what a draft becomes is checked as a record.
//! * `witnesses` and `authorities`: how each was last reached; what they said is checked with the checkpoints.
//! * What is sealed under a password in `keys.sealed_secret`: only its owner can open it. That it is there is checked.
//! * Columns no record tells: logins, names and password hashes of people; short name, region, parent, address and
//!   phone of agencies; playing time, pixels and the choice of thumbnail of
//!   exhibits (display only, found in the bytes); `checkpoints.sealed_at`; ids made by chance (they must still lead
//!   to each other).
//! * Due days, `provisional` and `major` follow from the records **and** the rules in force: they are derived by the
//!   rules of this build. After rules or calendars changed, rows written before may be named for these columns.
//! * Whether the law let a record pass is judged when it is linked, not again.

mod bytes;
mod cases;
mod chains;
mod compare;
mod crew;
mod derive;
mod faces;
mod gaps;
mod log;
mod publics;
mod registers;
mod since;
mod staging;
mod strays;
mod told;
mod vouched;
mod walk;

pub use since::{Since, Unread, keep, last, place};

use super::{Error, House};
use crate::store::{Db, agencies, checkpoints, disclosures, entries};
use std::{collections::HashSet, sync::Arc};

/// Most faults that are collected; the first is the one that matters.
const FAULTS_KEPT: usize = 100;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where: the row, record or file.
    pub place: String,
    /// What is wrong with it, in Chinese.
    pub text: String,
}

/// What was checked and what was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Leaves of the log.
    pub leaves: u64,
    /// Checkpoints.
    pub checkpoints: u64,
    /// Chains.
    pub chains: u64,
    /// Cases, each rebuilt from its records.
    pub cases: u64,
    /// Records.
    pub records: u64,
    /// Disclosures.
    pub disclosures: u64,
    /// Exhibits, each re-read from the vault.
    pub exhibits: u64,
    /// Bytes re-read from the vault.
    pub exhibit_bytes: u64,
    /// Faults in the order met.
    pub faults: Vec<Fault>,
    /// Faults beyond those kept.
    pub more_faults: u64,
    /// Where only what came since a point was checked: the point, and what was not read again.
    pub since: Option<Unread>,
    /// The newest checkpoint's note.
    newest: Option<String>,
    /// Public numbers that records tell.
    numbers: HashSet<String>,
}

impl Report {
    /// Whether all is well.
    pub fn is_clean(&self) -> bool {
        self.faults.is_empty()
    }

    /// Takes up what was found of a part.
    fn absorb(&mut self, part: Report) {
        self.checkpoints += part.checkpoints;
        self.chains += part.chains;
        self.cases += part.cases;
        self.records += part.records;
        self.more_faults += part.more_faults;
        part.faults.into_iter().for_each(|fault| self.fault(fault.place, fault.text));
    }

    fn fault(&mut self, place: impl Into<String>, text: impl Into<String>) {
        if self.faults.len() < FAULTS_KEPT {
            self.faults.push(Fault { place: place.into(), text: text.into() });
        } else {
            self.more_faults += 1;
        }
    }
}

/// Told of progress, often: what is being checked, how much is done, how much there is (0: not known).
pub type Progress = Arc<dyn Fn(&str, u64, u64) + Send + Sync>;

/// Checks everything.
///
/// # Errors
/// Only when something cannot be read at all; what reads but is wrong is in the report.
pub async fn fsck(house: &Arc<House>, progress: Progress) -> Result<Report, Error> {
    check(house, None, progress).await
}

/// Checks what came since a point, and that the log before it is what it was.
///
/// # Errors
/// `Invalid` when the log does not know the point; otherwise as [`fsck`].
pub async fn fsck_since(
    house: &Arc<House>,
    since: Since,
    progress: Progress,
) -> Result<Report, Error> {
    check(house, Some(since), progress).await
}

async fn check(
    house: &Arc<House>,
    since: Option<Since>,
    progress: Progress,
) -> Result<Report, Error> {
    let (inner, told) = (house.clone(), progress.clone());
    let guard = log::Guard::read(house);
    // One read is one moment: a server may go on writing meanwhile.
    let mut report =
        house.store.read(move |db| rows(db, &inner, &guard, since.as_ref(), &told)).await?;
    staging::check(house, &mut report).await?;
    bytes::check(house, &mut report, &progress).await?;
    if let Some(unread) = &mut report.since {
        unread.exhibits = unread.exhibits.saturating_sub(report.exhibits);
    }
    Ok(report)
}

/// Everything but the bytes, on all cores: this thread reads, the crew checks.
fn rows(
    db: &mut Db,
    house: &House,
    guard: &log::Guard,
    since: Option<&Since>,
    progress: &Progress,
) -> Result<Report, Error> {
    let mut report = Report::default();
    let size = entries::size(db)?;
    report.newest = checkpoints::latest(db)?.map(|row| row.note);
    let point = since.map(|since| since::Point::find(db, house, since, size)).transpose()?;
    report.since = point.as_ref().map(|_| Unread::default());
    let registers = registers::Registers::read(db, &mut report)?;
    let kept = agencies::all(db)?.into_iter().map(|agency| (agency.id.clone(), agency));
    let postings = if point.is_none() { disclosures::postings(db)? } else { None };
    let agencies = kept.collect();
    let basis = walk::Basis { house, registers: &registers, agencies, size, postings };
    crew::Crew::with(|crew| {
        let (db, report) = (&mut *db, &mut report);
        let mut reading = chains::Reading { db, basis: &basis, crew, progress, report };
        reading.chains(point.as_ref())?;
        log::check(&mut reading, guard, point.as_ref())
    })?;
    registers.check(db, &mut report)?;
    publics::check_count(db, &mut report)?;
    match &point {
        None => publics::check_rest(db, &mut report)?,
        Some(point) => {
            strays::check_unread(db, &mut report)?;
            report.since = Some(since::unread(db, point.leaf, &report)?);
        }
    }
    strays::check(db, &mut report)?;
    Ok(report)
}
