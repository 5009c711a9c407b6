//! 完整性巡检: every exhibit's bytes are read again within ninety days, some each day, and compared with their digest.

use super::{Error, House};
use crate::{
    base::{Digest, Moment},
    store::{Db, Error as StoreError, exhibits, jobs, settings},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Days within which everything is read once.
const DAYS: i64 = 90;
/// Least exhibits of a round, so that a small house is read often.
const LEAST: i64 = 50;
/// The job, of which there is one.
const JOB: &str = "fixity";
/// Setting that holds the last round.
const LAST: &str = "fixity.last";
/// Milliseconds from one round to the next.
const DAY: i64 = 86_400_000;
/// Milliseconds after which a worker in the middle of a round is taken for dead.
const PATIENCE: i64 = DAY / 4;

/// What the last round found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// When it ended, ms UTC.
    pub at: i64,
    /// Exhibits read.
    pub read: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The last exhibit read; the next round goes on after it.
    after: String,
    /// Ids of exhibits whose bytes are missing or are not what they were, from this round and those before.
    pub broken: BTreeSet<String>,
}

/// The last round, if there was one.
pub fn last(db: &mut Db) -> Result<Option<Round>, Error> {
    let text = settings::find(db, LAST)?;
    text.map(|text| serde_json::from_str(&text).map_err(Error::broken)).transpose()
}

/// Does today's round unless it was done, or another node is at it.
///
/// # Errors
/// When the rows cannot be read or written. What is wrong with an exhibit is a finding, not an error.
pub async fn check_some(house: &House) -> Result<(), Error> {
    let now = house.clock.now();
    let Some(job) = house.store.write(move |db| claim(db, now)).await? else { return Ok(()) };
    let before = house.store.read(last).await?.unwrap_or_default();
    let after = before.after.clone();
    let (todo, wrapped) = house.store.read(move |db| next(db, &after)).await?;
    let mut round = Round { after: before.after, broken: before.broken, ..Round::default() };
    // What was broken is looked at again each day: it may have been put right.
    let again = round.broken.iter().cloned().collect::<Vec<_>>();
    for id in again {
        let row = house.store.read(move |db| exhibits::find(db, &id)).await?;
        read_again(house, &row, &mut round).await?;
    }
    for row in &todo {
        read_again(house, row, &mut round).await?;
        round.after.clone_from(&row.id);
    }
    if wrapped {
        round.after.clear();
    }
    let ended = house.clock.now();
    round.at = ended.millis();
    let text = serde_json::to_string(&round).map_err(Error::broken)?;
    let tomorrow = now.millis() + DAY;
    house
        .store
        .write(move |db| {
            settings::set(db, LAST, &text)?;
            Ok::<_, Error>(jobs::retry(db, &job, tomorrow, "")?)
        })
        .await
}

/// Takes the job if it is due; makes it where there is none yet.
fn claim(db: &mut Db, now: Moment) -> Result<Option<jobs::Job>, Error> {
    if !jobs::is_there(db, JOB)? {
        jobs::enqueue(db, JOB, JOB, "", now.millis())?;
    }
    Ok(jobs::claim(db, now.millis(), now.millis() + PATIENCE)?)
}

/// The exhibits after `after` that make up a round, and whether they are the last.
fn next(db: &mut Db, after: &str) -> Result<(Vec<exhibits::Exhibit>, bool), StoreError> {
    let share = (exhibits::count(db)? + DAYS - 1) / DAYS;
    let share = share.max(LEAST);
    let rows = exhibits::page(db, after, share)?;
    let wrapped = (rows.len() as i64) < share;
    Ok((rows, wrapped))
}

async fn read_again(
    house: &House,
    row: &exhibits::Exhibit,
    round: &mut Round,
) -> Result<(), Error> {
    let promised: Digest = row.sha256.parse().map_err(Error::broken)?;
    let found = house.vault.rehash(promised).await;
    round.read += 1;
    round.bytes += found.as_ref().map_or(0, |(_, size)| *size);
    if found.is_ok_and(|found| found == (promised, row.size.unsigned_abs())) {
        round.broken.remove(&row.id);
    } else {
        tracing::error!(exhibit = row.id, "an exhibit's bytes are missing or altered");
        round.broken.insert(row.id.clone());
    }
    Ok(())
}
