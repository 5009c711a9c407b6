//! How each witness stands: who is current, since when, and if not, why not.

use super::{REFUSED, unknown};
use crate::{
    base::Moment,
    desk::{Desk, Error},
    store::cosignatures,
};

/// How one witness stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What the public pages call it.
    pub name: String,
    /// Its verifier key.
    pub key: String,
    /// Leaves under the checkpoint it cosigned last.
    pub size: u64,
    /// When it cosigned last, by our clock.
    pub at: Option<Moment>,
    /// Whether its word is fresh: given within two intervals, and not refused since.
    pub current: bool,
    /// Whether it answered that it will not cosign: it has seen another history.
    pub refused: bool,
    /// Why the last attempt brought nothing, in English; empty after a success.
    pub fault: String,
}

/// Every witness of the settings, in their order.
pub async fn standing(desk: &Desk) -> Result<Vec<Standing>, Error> {
    let witnesses = desk.house.witnesses.clone();
    let fresh = witnesses.every.saturating_mul(2).as_millis();
    let now = desk.now;
    desk.house
        .store
        .read(move |db| {
            let mut all = Vec::new();
            for witness in &witnesses.all {
                let key = witness.key();
                let row = cosignatures::witness(db, &key)?.unwrap_or_else(|| unknown(key));
                let age = row.cosigned_at.map(|at| now.millis().saturating_sub(at).max(0));
                let young = age.is_some_and(|age| u128::from(age.unsigned_abs()) <= fresh);
                all.push(Standing {
                    name: witness.name.clone(),
                    key: row.key,
                    size: row.size.unsigned_abs(),
                    at: row.cosigned_at.map(Moment::from_millis),
                    current: young && row.fault.is_empty(),
                    refused: row.fault.starts_with(REFUSED),
                    fault: row.fault,
                });
            }
            Ok(all)
        })
        .await
}
