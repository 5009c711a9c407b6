//! Checking everything that is stored, from the bytes up: leaves, entries, chains, envelopes, checkpoints,
//! exhibits, and the projections rebuilt from the records. Changes nothing; names what is wrong, in order.

mod bytes;
mod chains;
mod log;
mod rows;

use super::{Error, House};
use std::sync::Arc;

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
    /// Records.
    pub records: u64,
    /// Disclosures.
    pub disclosures: u64,
    /// Exhibits, each re-read from the vault.
    pub exhibits: u64,
    /// Bytes of exhibits re-read.
    pub exhibit_bytes: u64,
    /// Faults in the order met.
    pub faults: Vec<Fault>,
    /// Faults beyond those kept.
    pub more_faults: u64,
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

/// Told of progress: what is being checked, how much is done, how much there is.
pub type Progress = Arc<dyn Fn(&str, u64, u64) + Send + Sync>;

/// Checks everything.
///
/// # Errors
/// Only when something cannot be read at all; what reads but is wrong is in the report.
pub async fn fsck(house: &Arc<House>, progress: Progress) -> Result<Report, Error> {
    let (inner, told) = (house.clone(), progress.clone());
    // One read is one moment: a server may go on writing meanwhile.
    let mut report = house
        .store
        .read(move |db| {
            let mut report = Report::default();
            let keys = chains::check(db, &inner, &mut report, &told)?;
            log::check(db, &inner, &mut report, &told)?;
            rows::check(db, &inner, &keys, &mut report)?;
            Ok::<_, Error>(report)
        })
        .await?;
    bytes::check(house, &mut report, &progress).await?;
    Ok(report)
}
