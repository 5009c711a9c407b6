//! Time stamps (RFC 3161) over checkpoints: which is due, what an authority answered, how each one stands.
//!
//! Knows no HTTP: `worker` carries. Nothing here is waited for by whoever writes or seals.

use super::{Desk, Error, House};
use crate::{
    base::{Digest, Moment},
    ledger::{
        dossier::stamped_bytes,
        timestamp::{self, Signed, TimestampFault},
    },
    store::{
        Db, checkpoints,
        timestamps::{self, AuthorityRow, Timestamp},
    },
};
use std::time::Duration;

/// An authority of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// What the pages call it, and its rows are found by.
    pub name: String,
    /// Where requests are posted.
    pub url: String,
    /// How often it is asked while the log grows.
    pub every: Duration,
    /// SHA-256 of the one certificate that may sign; any if none.
    pub certificate: Option<Digest>,
}

/// A request to one authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Size of the checkpoint.
    pub size: i64,
    /// What is stamped: the checkpoint's note with the log's first signature alone.
    note: String,
    nonce: [u8; 16],
    /// Body of the request, in DER.
    pub body: Vec<u8>,
}

/// How one authority stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What the settings call it.
    pub name: String,
    /// Leaves under the checkpoint it stamped last.
    pub size: u64,
    /// When it stamped last, by our clock.
    pub at: Option<Moment>,
    /// Whether nothing is overdue: no fault, and stamped within two intervals or nothing new to stamp.
    pub current: bool,
    /// Why the last attempt brought nothing, in English; empty after a success.
    pub fault: String,
}

/// What to ask of `authority` now; none while its interval lasts, or when it has stamped the newest checkpoint.
pub async fn due(
    house: &House,
    authority: &Authority,
    now: Moment,
) -> Result<Option<Wanted>, Error> {
    let (name, every, log) = (authority.name.clone(), authority.every, house.log.name().to_owned());
    house.store.read(move |db| draw_up(db, &name, every, &log, now)).await
}

fn draw_up(
    db: &mut Db,
    name: &str,
    every: Duration,
    log: &str,
    now: Moment,
) -> Result<Option<Wanted>, Error> {
    let Some(newest) = checkpoints::latest(db)? else { return Ok(None) };
    let known = timestamps::authority(db, name)?;
    let stamped = known.as_ref().map_or(0, |row| row.size);
    let age = known.and_then(|row| row.stamped_at).map(|at| now.millis().saturating_sub(at));
    let young = age.is_some_and(|age| u128::from(age.max(0).unsigned_abs()) < every.as_millis());
    if young || stamped >= newest.size {
        return Ok(None);
    }
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce).map_err(|_| Error::broken("no random bytes"))?;
    let note = stamped_bytes(&newest.note, log).map_err(Error::broken)?;
    let body = timestamp::request(note.as_bytes(), &nonce).map_err(Error::broken)?;
    Ok(Some(Wanted { size: newest.size, note, nonce, body }))
}

/// Keeps the token in an answer, after checking imprint, nonce and signature.
///
/// # Errors
/// Why it is not kept, in English, for whoever runs the service.
pub async fn accept(
    house: &House,
    authority: &Authority,
    wanted: Wanted,
    answer: &[u8],
    now: Moment,
) -> Result<(), String> {
    let (token, stamp) = timestamp::token(answer, wanted.note.as_bytes(), &wanted.nonce)
        .map_err(|fault: TimestampFault| fault.to_string())?;
    match (&stamp.signature, authority.certificate) {
        (_, None) => {}
        (Signed::By { certificate, .. }, Some(pinned)) if *certificate == pinned => {}
        (Signed::By { .. }, Some(_)) => {
            return Err("signed by another certificate than was configured".into());
        }
        // Else naming an algorithm that nobody knows would be the way around the certificate.
        (Signed::Unknown, Some(_)) => {
            return Err(
                "a certificate is configured, and the signature's algorithm is unknown".into()
            );
        }
    }
    let name = authority.name.clone();
    let row =
        Timestamp { size: wanted.size, authority: name.clone(), time: stamp.time.millis(), token };
    let stands = AuthorityRow {
        name,
        asked_at: now.millis(),
        stamped_at: Some(now.millis()),
        size: wanted.size,
        fault: String::new(),
    };
    let keep = move |db: &mut Db| {
        timestamps::insert(db, &row)?;
        Ok::<_, Error>(timestamps::put_authority(db, &stands)?)
    };
    house.store.write(keep).await.map_err(|fault| fault.to_string())
}

/// Remembers why nothing came, in English.
pub async fn failed(
    house: &House,
    authority: &Authority,
    fault: String,
    now: Moment,
) -> Result<(), Error> {
    let name = authority.name.clone();
    house
        .store
        .write(move |db| {
            let known = timestamps::authority(db, &name)?;
            let mut row = known.unwrap_or_else(|| unknown(name));
            (row.fault, row.asked_at) = (fault, now.millis());
            Ok::<_, Error>(timestamps::put_authority(db, &row)?)
        })
        .await
}

fn unknown(name: String) -> AuthorityRow {
    AuthorityRow { name, asked_at: 0, stamped_at: None, size: 0, fault: String::new() }
}

/// Every authority of the settings, in their order.
pub async fn standing(desk: &Desk) -> Result<Vec<Standing>, Error> {
    let (authorities, now) = (desk.house.authorities.clone(), desk.now);
    desk.house
        .store
        .read(move |db| {
            let newest = checkpoints::latest(db)?.map_or(0, |row| row.size);
            let mut all = Vec::new();
            for authority in &authorities {
                let row = timestamps::authority(db, &authority.name)?;
                let row = row.unwrap_or_else(|| unknown(authority.name.clone()));
                let age = row.stamped_at.map(|at| now.millis().saturating_sub(at).max(0));
                let fresh = authority.every.saturating_mul(2).as_millis();
                let young = age.is_some_and(|age| u128::from(age.unsigned_abs()) <= fresh);
                all.push(Standing {
                    name: row.name,
                    size: row.size.unsigned_abs(),
                    at: row.stamped_at.map(Moment::from_millis),
                    current: row.fault.is_empty() && (young || row.size >= newest),
                    fault: row.fault,
                });
            }
            Ok(all)
        })
        .await
}
