//! Receipts of single records: that, and by when, the log had them, vouched for by its witnesses (C2SP tlog-proof).

use super::{
    Desk, Error, House, cosign,
    look_up::public,
    prove::{StoredNodes, ledger_entry},
};
use crate::{
    ledger::{
        TlogProof, proof,
        tlog_proof::{OPENING, Opening},
    },
    store::{Db, OrNone, cases, checkpoints, cosignatures, entries, records},
};
use std::collections::BTreeSet;

/// Cosignatures looked through for the first checkpoint that as many witnesses as possible have cosigned.
const LOOK_THROUGH: i64 = 1024;

/// A receipt ready to be handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// What the file is about: number of the case or disclosure, and of the record.
    pub about: String,
    /// The `.tlog-proof` file.
    pub text: String,
}

/// The receipt of a record of a case that the signed-in person may see.
///
/// # Errors
/// `NotFound` for everybody else and for records of no case, `Busy` until the next checkpoint.
pub async fn of_record(desk: &Desk, id: &str) -> Result<Receipt, Error> {
    let (who, house, id) = (desk.who()?.clone(), desk.house.clone(), id.to_owned());
    desk.house
        .store
        .read(move |db| {
            let none = || Error::NotFound("记录");
            let row = records::find(db, &id).or_none()?.ok_or_else(none)?;
            let case = cases::find(db, &row.chain).or_none()?.ok_or_else(none)?;
            // In the same words: who may not see the case may not learn that there is such a record.
            who.require_sight(&case.agency_id).map_err(|_| none())?;
            let about = format!("{}-{}", case.number, row.seq + 1);
            Ok(Receipt { about, text: build(db, &house, &row)?.to_text() })
        })
        .await
}

/// The receipt of the record behind a disclosure's newest release.
///
/// # Errors
/// `NotFound`, `Gone` once withdrawn or expired, `Busy` until the next checkpoint.
pub async fn of_disclosure(desk: &Desk, number: &str) -> Result<Receipt, Error> {
    let (house, now, number) = (desk.house.clone(), desk.now, number.to_owned());
    desk.house
        .store
        .read(move |db| {
            let shown = public::still_shown(db, &number, now)?;
            let row = records::find(db, &shown.record_id)?;
            Ok(Receipt { about: shown.number, text: build(db, &house, &row)?.to_text() })
        })
        .await
}

fn build(db: &mut Db, house: &House, row: &records::Record) -> Result<TlogProof, Error> {
    let entry = entries::by_record(db, &row.id)?;
    let (size, checkpoint) = earliest(db, house, entry.leaf)?;
    let leaf = entries::leaf(db, entry.leaf)?;
    let nonce = leaf.nonce.as_slice().try_into().map_err(|_| Error::broken("nonce"))?;
    let opening = Opening { entry: ledger_entry(&entry, row)?, format: OPENING.to_owned(), nonce };
    let index = entry.leaf.unsigned_abs();
    let path = proof::inclusion(&StoredNodes::new(db), index, size).map_err(Error::broken)?;
    TlogProof::receipt(&opening, index, path, checkpoint).map_err(Error::broken)
}

/// The checkpoint over the leaf that most witnesses of the settings have cosigned, of several the first, with each
/// witness's first cosignature: the earlier, the more a receipt says. Without any, the first checkpoint over it.
pub(super) fn earliest(db: &mut Db, house: &House, leaf: i64) -> Result<(u64, String), Error> {
    let known: BTreeSet<String> =
        house.witnesses.all.iter().map(|witness| witness.verifier.to_string()).collect();
    let mut lines = cosignatures::covering(db, leaf, LOOK_THROUGH)?;
    lines.retain(|line| known.contains(&line.witness));
    let best = lines.chunk_by(|one, next| one.size == next.size).rev().max_by_key(|of_one| {
        of_one.iter().map(|line| &line.witness).collect::<BTreeSet<_>>().len()
    });
    let mut seen = BTreeSet::new();
    let best: Vec<cosignatures::Cosignature> = best
        .unwrap_or_default()
        .iter()
        .filter(|line| seen.insert(&line.witness))
        .cloned()
        .collect();
    let row = match best.first() {
        Some(line) => checkpoints::at_or_below(db, line.size)?,
        None => checkpoints::covering(db, leaf)?,
    };
    let row = row.ok_or(Error::Busy)?;
    Ok((row.size.unsigned_abs(), cosign::with_lines(house, &row.note, &best)?))
}
