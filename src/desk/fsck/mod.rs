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
//! # What is not, and why
//!
//! * `drafts`, `sessions`, `jobs`, `settings` but for the last public number: work under way and machinery. Nothing
//!   rests on them; what a draft becomes is checked as a record.
//! * `witnesses` and `cosignatures`: the witnesses' own words, checked with their keys by whoever reads a note.
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
mod derive;
mod faces;
mod gaps;
mod log;
mod publics;
mod registers;
mod staging;
mod strays;
mod told;
mod vouched;

use super::{Error, House};
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
    /// Public numbers that records tell.
    numbers: HashSet<String>,
}

impl Report {
    /// Whether all is well.
    pub fn is_clean(&self) -> bool {
        self.faults.is_empty()
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
    let (inner, told) = (house.clone(), progress.clone());
    let guard = log::Guard::read(house);
    // One read is one moment: a server may go on writing meanwhile.
    let mut report = house
        .store
        .read(move |db| {
            let mut report = Report::default();
            let registers = registers::Registers::read(db, &mut report)?;
            chains::check(db, &inner, &registers, &mut report, &told)?;
            log::check(db, &inner, &guard, &mut report, &told)?;
            registers.check(db, &mut report)?;
            publics::check_rest(db, &mut report)?;
            strays::check(db, &mut report)?;
            Ok::<_, Error>(report)
        })
        .await?;
    staging::check(house, &mut report).await?;
    bytes::check(house, &mut report, &progress).await?;
    Ok(report)
}
